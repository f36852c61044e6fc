"""From submission to the mailbox as IMAP shows it: when a message is there, in whose Sent Items a copy is, and what it says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from delegacy.domain.ace import Ace
from delegacy.domain.folder import SpecialFolder
from delegacy.domain.ports import Place
from delegacy.domain.rights import MailboxRight
from delegacy.mail.delivery import Delivery
from delegacy.mail.submission.server import SubmissionServices
from support.faults import Faulty
from support.imap_client import ImapClient, ImapService, imap_service
from support.mail_world import PASSWORD, START
from support.smtp_client import SubmissionClient
from support.smtp_world import SERVER_NAME, SmtpOptions, SmtpWorld, submission_services

Conversing = Callable[[ImapService, SubmissionClient], Awaitable[None]]

SENT = SpecialFolder.SENT_ITEMS


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SmtpWorld]:
    world = SmtpWorld(tmp_path)
    yield world
    world.close()


def converse(world: SmtpWorld, conversing: Conversing, delivery: Delivery | None = None) -> None:
    """Run a conversation in which Raymond Sam has signed in for submission."""

    async def run() -> None:
        services = submission_services(world, SmtpOptions())
        async with (
            imap_service(world) as imap,
            submitting(replace(services, delivery=delivery or world.delivery)) as raymond,
        ):
            await conversing(imap, raymond)

    asyncio.run(run())


@asynccontextmanager
async def submitting(services: SubmissionServices) -> AsyncIterator[SubmissionClient]:
    client = SubmissionClient(services)
    try:
        assert (await client.sign_in("raymonds@contoso.com", PASSWORD)).startswith("235 ")
        yield client
    finally:
        client.transport.close()
        await client.session.ended()


async def opened(imap: ImapService, login: bytes, folder: bytes = b"INBOX") -> ImapClient:
    client = imap.connect()
    await client.line()
    for command in (b'LOGIN "%b" %b' % (login, PASSWORD.encode()), b'SELECT "%b"' % folder):
        assert (await client.ask(command))[-1].startswith(b"a OK")
    return client


async def idling(imap: ImapService, login: bytes, folder: bytes = b"INBOX") -> ImapClient:
    client = await opened(imap, login, folder)
    client.send(b"a IDLE\r\n")
    assert await client.line() == b"+ Idling."
    return client


def message(author: str, to: str = "carol@contoso.com") -> str:
    return f"From: {author}\r\nTo: {to}\r\nSubject: quarterly\r\n\r\nHello."


def allow_copies(world: SmtpWorld, name: str, *attributes: str) -> None:
    mailbox = world.people[name]
    changed = replace(mailbox, attributes=dict(mailbox.attributes) | dict.fromkeys(attributes, True))
    world.change(lambda directory: directory.update(changed))


def allow_opening(world: SmtpWorld, delegate: str, name: str) -> None:
    sid = world.people[delegate].sid
    assert sid is not None
    entry = Ace(sid, frozenset({MailboxRight.FULL_ACCESS}))
    world.change(lambda directory: directory.grant(world.people[name].id, entry))


def test_who_idles_hears_of_a_message_when_it_is_acknowledged(world: SmtpWorld) -> None:
    async def conversing(imap: ImapService, raymond: SubmissionClient) -> None:
        carol = await idling(imap, b"carol@contoso.com")
        reply = await raymond.submit(
            "raymonds@contoso.com", "carol@contoso.com", message("Terry Adams <terrya@contoso.com>")
        )
        assert reply.startswith("250 2.6.0 ")
        assert await carol.line() == b"* 1 EXISTS"
        carol.send(b"DONE\r\n")
        assert await carol.line() == b"a OK Done."
        lines = await carol.ask(b"FETCH 1 (FLAGS BODY.PEEK[HEADER.FIELDS (Return-Path From Sender)])")
        assert lines == [
            b"* 1 FETCH (FLAGS () BODY[HEADER.FIELDS (Return-Path From Sender)] {77}",
            b"Return-Path: <terrya@contoso.com>",
            b"From: Terry Adams <terrya@contoso.com>",
            b"",
            b")",
            b"a OK Done.",
        ]

    converse(world, conversing)


def test_nothing_is_acknowledged_before_it_is_committed(world: SmtpWorld) -> None:
    queue = Faulty(world.queue, "hand_over")
    delivery = Delivery(
        world.store,
        cast("Any", queue),
        world.clock,
        server_name=SERVER_NAME,
        may_send_out=False,
        queued=lambda: None,
    )

    async def conversing(imap: ImapService, raymond: SubmissionClient) -> None:
        carol = await idling(imap, b"carol@contoso.com")
        queue.open.clear()
        submitted = asyncio.ensure_future(
            raymond.submit("raymonds@contoso.com", "carol@contoso.com", message("raymonds@contoso.com"))
        )
        await asyncio.to_thread(queue.waiting.wait, 20)
        assert not submitted.done()
        assert world.messages("carol") == []
        queue.open.set()
        assert (await submitted).startswith("250 2.6.0 ")
        assert len(world.messages("carol")) == 1
        assert await carol.line() == b"* 1 EXISTS"

    converse(world, conversing, delivery)


def test_what_is_committed_has_gone_to_the_disk(world: SmtpWorld) -> None:
    with world.mail.transactions.writing() as transaction:
        assert transaction.value("PRAGMA synchronous") == 2  # FULL


def test_without_the_setting_the_author_has_no_copy(world: SmtpWorld) -> None:
    async def conversing(imap: ImapService, raymond: SubmissionClient) -> None:
        del imap
        for author in ("terrya@contoso.com", "ayla@contoso.com", "raymonds@contoso.com"):
            reply = await raymond.submit("raymonds@contoso.com", "carol@contoso.com", message(author))
            assert reply.startswith("250 2.6.0 ")

    converse(world, conversing)
    assert len(world.messages("carol")) == 3
    assert not any(world.messages(name, SENT) for name in ("terrya", "ayla", "raymonds", "carol"))


def test_message_copy_for_sent_as_is_read_by_who_may_open_the_mailbox(world: SmtpWorld) -> None:
    allow_opening(world, "raymonds", "sales")  # the world has set MessageCopyForSentAsEnabled there

    async def conversing(imap: ImapService, raymond: SubmissionClient) -> None:
        desk = await idling(imap, rb"CONTOSO\\raymonds\\sales", b"Sent Items")
        reply = await raymond.submit("raymonds@contoso.com", "carol@contoso.com", message("Sales <sales@contoso.com>"))
        assert reply.startswith("250 2.6.0 ")
        assert await desk.line() == b"* 1 EXISTS"
        desk.send(b"DONE\r\n")
        await desk.until(b"a ")
        lines = await desk.ask(b"FETCH 1 (FLAGS BODY.PEEK[HEADER.FIELDS (From Sender Subject)])")
        assert lines[0].startswith(b"* 1 FETCH (FLAGS (\\Seen) ")
        assert lines[1:-2] == [b"From: Sales <sales@contoso.com>", b"Subject: quarterly", b""]

    converse(world, conversing)
    (received,), (copy,) = world.messages("carol"), world.messages("sales", SENT)
    assert received == copy
    assert b"raymond" not in copy.lower()
    assert world.messages("sales") == world.messages("raymonds", SENT) == []


def test_message_copy_for_send_on_behalf_shows_the_delegate(world: SmtpWorld) -> None:
    allow_copies(world, "ayla", "MessageCopyForSendOnBehalfEnabled")

    async def conversing(imap: ImapService, raymond: SubmissionClient) -> None:
        del imap
        reply = await raymond.submit("ayla@contoso.com", "carol@contoso.com", message("ayla@contoso.com"))
        assert reply.startswith("250 2.6.0 ")

    converse(world, conversing)
    (received,), (copy,) = world.messages("carol"), world.messages("ayla", SENT)
    assert received == copy
    assert b"\r\nSender: Raymond Sam <raymonds@contoso.com>\r\n" in copy


def test_each_setting_is_for_its_own_right(world: SmtpWorld) -> None:
    allow_copies(world, "terrya", "MessageCopyForSendOnBehalfEnabled")
    allow_copies(world, "ayla", "MessageCopyForSentAsEnabled")

    async def conversing(imap: ImapService, raymond: SubmissionClient) -> None:
        del imap
        for author in ("terrya@contoso.com", "ayla@contoso.com"):
            reply = await raymond.submit("raymonds@contoso.com", "carol@contoso.com", message(author))
            assert reply.startswith("250 2.6.0 ")

    converse(world, conversing)
    assert world.messages("terrya", SENT) == world.messages("ayla", SENT) == []


def test_who_has_both_rights_leaves_the_copy_of_send_as(world: SmtpWorld) -> None:
    raymond_too = Place("test", START)
    world.change(
        lambda directory: directory.set_grant_send_on_behalf_to(
            world.people["sales"].id, [world.people["raymonds"].id], raymond_too
        )
    )

    async def conversing(imap: ImapService, raymond: SubmissionClient) -> None:
        del imap
        reply = await raymond.submit("raymonds@contoso.com", "sales@contoso.com", message("sales@contoso.com"))
        assert reply.startswith("250 2.6.0 ")

    converse(world, conversing)
    (copy,), (received,) = world.messages("sales", SENT), world.messages("sales")
    assert copy == received
    assert b"Sender:" not in copy


def test_a_message_that_is_refused_leaves_no_copy(world: SmtpWorld) -> None:
    async def conversing(imap: ImapService, raymond: SubmissionClient) -> None:
        carol = await idling(imap, b"carol@contoso.com")
        content = message("sales@contoso.com").replace("Subject", "From: carol@contoso.com\r\nSubject")
        reply = await raymond.submit("raymonds@contoso.com", "carol@contoso.com", content)
        assert reply.startswith("550 5.6.0 ")
        carol.send(b"DONE\r\n")
        assert await carol.line() == b"a OK Done."

    converse(world, conversing)
    assert world.messages("sales", SENT) == world.messages("carol") == []
