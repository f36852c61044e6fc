"""What IMAP sessions say when a store does not answer, and that none waits for another."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from delegacy.domain.errors import StoreError, StoreFull, StoreUnavailable
from delegacy.enforcement.authorizer import Authorizer
from delegacy.session.signin import SignIn
from support.faults import Faulty
from support.imap_client import MESSAGE_SIZE, ImapClient, ImapService, imap_service
from support.mail_world import MailWorld, PlainPasswords, letter, mail_world

Conversing = Callable[[ImapService], Awaitable[None]]

UNAVAILABLE = b"NO [UNAVAILABLE] The mail store can't be reached. Try again."


@pytest.fixture
def world(tmp_path: Path) -> Iterator[MailWorld]:
    with mail_world(tmp_path) as world:
        world.add("ayla", "Ayla Kol")
        world.deliver("ayla", letter("one"))
        yield world


def converse(world: MailWorld, conversing: Conversing) -> None:
    async def run() -> None:
        async with imap_service(world) as service:
            await conversing(service)

    asyncio.run(run())


async def signed_in(service: ImapService, *, selected: bool = True) -> ImapClient:
    client = service.connect()
    await client.sign_in("ayla@contoso.com")
    if selected:
        assert (await client.ask(b"SELECT INBOX"))[-1].startswith(b"a OK")
    return client


def faulty_facts(world: MailWorld) -> Faulty:
    facts = Faulty(world.authorizer._facts)
    world.authorizer = Authorizer(cast("Any", facts), world.directory, world.clock)
    return facts


def faulty_mail(world: MailWorld, *methods: str) -> Faulty:
    mail = Faulty(world.mail, *methods)
    world.mail = cast("Any", mail)
    return mail


def test_a_directory_that_is_not_there_is_no_wrong_password(world: MailWorld) -> None:
    names = Faulty(world.sign_in._names)
    world.sign_in = SignIn(cast("Any", names), PlainPasswords(), world.clock)

    async def conversing(service: ImapService) -> None:
        names.error = StoreUnavailable("gone")
        client = service.connect()
        await client.line()
        for _ in range(4):
            assert await client.ask(b"LOGIN ayla@contoso.com secret") == [b"a " + UNAVAILABLE]
        names.error = None
        assert (await client.ask(b"LOGIN ayla@contoso.com secret"))[-1].startswith(b"a OK")

    converse(world, conversing)


def test_nobody_gets_in_without_a_decision(world: MailWorld) -> None:
    facts = faulty_facts(world)

    async def conversing(service: ImapService) -> None:
        client = service.connect()
        await client.line()
        facts.error = StoreUnavailable("gone")
        assert await client.ask(b"LOGIN ayla@contoso.com secret") == [b"a " + UNAVAILABLE]

    converse(world, conversing)


@pytest.mark.parametrize(
    "command", [b"FETCH 1 BODY[]", b"NOOP", b'LIST "" *', b"SELECT INBOX", b"STORE 1 +FLAGS (\\Seen)", b"SEARCH ALL"]
)
def test_a_command_without_a_decision_is_refused_and_the_session_goes_on(world: MailWorld, command: bytes) -> None:
    facts = faulty_facts(world)

    async def conversing(service: ImapService) -> None:
        client = await signed_in(service)
        facts.error = StoreUnavailable("gone")
        assert await client.ask(command) == [b"a " + UNAVAILABLE]
        facts.error = None
        assert (await client.ask(command))[-1].startswith(b"a OK")

    converse(world, conversing)


def test_idling_ends_when_nobody_can_tell_whether_it_may_go_on(world: MailWorld) -> None:
    facts = faulty_facts(world)

    async def conversing(service: ImapService) -> None:
        client = await signed_in(service)
        client.send(b"b IDLE\r\n")
        assert await client.line() == b"+ Idling."
        facts.error = StoreUnavailable("gone")
        world.deliver("ayla", letter("two"))
        # A look that was under way may still have been allowed.
        *before, last = await client.until(b"* BYE ")
        assert last == b"* BYE The mail store can't be reached. Try again."
        assert before in ([], [b"* 2 EXISTS"])
        assert await client.last_words() == b""

    converse(world, conversing)


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (StoreUnavailable("gone"), UNAVAILABLE),
        (StoreFull("full"), b"NO [OVERQUOTA] There is no room left."),
        (StoreError("other"), b"NO [SERVERBUG] The server could not do that."),
    ],
)
def test_a_mail_store_that_fails_says_nothing_of_itself(world: MailWorld, error: StoreError, answer: bytes) -> None:
    mail = faulty_mail(world, "append", "fetch", "change_flags", "copy", "expunge", "create_folder")

    async def conversing(service: ImapService) -> None:
        client = await signed_in(service)
        mail.error = error
        for command in (
            b"APPEND INBOX {6+}\r\nx: y\r\n",
            b"FETCH 1 BODY[]",
            b"STORE 1 +FLAGS (\\Seen)",
            b"COPY 1 Drafts",
            b"EXPUNGE",
            b"CREATE New",
        ):
            assert await client.ask(command) == [b"a " + answer], command
        mail.error = None
        assert (await client.ask(b"FETCH 1 FLAGS"))[-1] == b"a OK Done."

    converse(world, conversing)


def test_a_fault_of_ours_ends_the_session_and_no_other(world: MailWorld) -> None:
    mail = faulty_mail(world, "fetch")

    async def conversing(service: ImapService) -> None:
        client, other = await signed_in(service), await signed_in(service)
        mail.error = ZeroDivisionError("a fault")
        client.send(b"b FETCH 1 BODY[]\r\n")
        assert await client.line() == b"* BYE The server made a mistake."
        assert await client.last_words() == b""
        assert (await other.ask(b"NOOP"))[-1] == b"a OK Done."

    converse(world, conversing)


def test_nobody_waits_for_a_slow_read_of_another(world: MailWorld) -> None:
    mail = faulty_mail(world, "fetch", "search", "view")

    async def conversing(service: ImapService) -> None:
        clients = [await signed_in(service) for _ in range(3)]
        other = await signed_in(service)
        mail.open.clear()
        for client, command in zip(clients, (b"FETCH 1 BODY[]", b"SEARCH ALL", b"SELECT INBOX"), strict=True):
            client.send(b"b " + command + b"\r\n")
        await asyncio.to_thread(mail.waiting.wait, 20)
        for command in (b"NOOP", b'LIST "" *', b"STATUS INBOX (MESSAGES)", b"APPEND INBOX {6+}\r\nx: y\r\n"):
            assert (await other.ask(command))[-1].startswith(b"a OK"), command
        mail.open.set()
        for client in clients:
            assert (await client.until(b"b "))[-1].startswith(b"b OK")

    converse(world, conversing)


def test_nobody_waits_for_a_peer_that_takes_nothing(world: MailWorld) -> None:
    for number in range(40):
        world.deliver("ayla", letter(f"letter {number}", "x" * 1000))

    async def conversing(service: ImapService) -> None:
        slow, other = await signed_in(service), await signed_in(service)
        slow.session.pause_writing()
        slow.send(b"b FETCH 1:* BODY[]\r\n")
        assert (await other.ask(b"FETCH 1:* FLAGS"))[-1] == b"a OK Done."
        slow.session.resume_writing()
        assert (await slow.until(b"b "))[-1] == b"b OK Done."

    converse(world, conversing)


def test_a_message_too_large_is_thrown_away_and_the_session_goes_on(world: MailWorld) -> None:
    async def conversing(service: ImapService) -> None:
        client = await signed_in(service)
        client.send(b"b APPEND INBOX {%d+}\r\n" % (MESSAGE_SIZE + 1))
        for _ in range(MESSAGE_SIZE // 1024):
            client.send(b"x" * 1024)
        client.send(b"x\r\nc NOOP\r\n")
        assert await client.line() == b"b NO [TOOBIG] Literal too large"
        assert await client.line() == b"c OK Done."
        client.send(b"d APPEND INBOX {%d}\r\n" % MESSAGE_SIZE)
        assert await client.line() == b"+ OK"
        client.send(b"Subject: large\r\n\r\n" + b"y" * (MESSAGE_SIZE - 18) + b"\r\n")
        assert (await client.until(b"d "))[-1].startswith(b"d OK [APPENDUID ")

    converse(world, conversing)


def test_who_sends_more_than_is_worked_on_is_not_read_further(world: MailWorld) -> None:
    mail = faulty_mail(world, "changes")

    async def conversing(service: ImapService) -> None:
        client = await signed_in(service)
        mail.open.clear()
        client.send(b"b NOOP\r\n")
        await asyncio.to_thread(mail.waiting.wait, 20)
        sent = 0
        while client.transport.reading:
            client.send(b'c ID ("name" "%b")\r\n' % (b"x" * 10_000))
            sent += 1
        mail.open.set()
        assert await client.until(b"b ") == [b"b OK Done."]
        for _ in range(sent):
            assert await client.until(b"c ") == [b'* ID ("name" "Delegacy")', b"c OK Done."]
        assert client.transport.reading

    converse(world, conversing)


def test_what_is_appended_is_what_is_read(world: MailWorld) -> None:
    content = bytes(octet for octet in range(1, 256)) * 7 + b"\r\r\n\n.\r\n\r\r"

    async def conversing(service: ImapService) -> None:
        client = await signed_in(service)
        client.send(b"b APPEND Drafts {%d+}\r\n%b\r\n" % (len(content), content))
        assert (await client.until(b"b "))[-1].startswith(b"b OK")
        await client.ask(b"SELECT Drafts")
        client.send(b"c FETCH 1 BODY.PEEK[]\r\n")
        assert await client.line() == b"* 1 FETCH (BODY[] {%d}" % len(content)
        assert await client.octets(len(content)) == content
        assert await client.until(b"c ") == [b")", b"c OK Done."]

    converse(world, conversing)
