"""Protocols that are switched off for a mailbox: at sign-in, and at the next command of who is in already."""

import asyncio
import smtplib
import ssl
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from delegacy.enforcement.opening import Opening
from support.imap_client import ImapService, imap_service
from support.mail_world import PASSWORD, MailWorld, letter, mail_world
from support.smtp_world import SmtpServices, SmtpWorld, serving

Scene = Callable[[MailWorld, ImapService], Coroutine[object, object, None]]


def play(tmp_path: Path, scene: Scene, opened: Callable[[Opening], None] | None = None) -> None:
    """Play a scene with terry and ayla, and raymond who has Full Access on both; ayla's mailbox is mapped."""

    async def run(world: MailWorld) -> None:
        async with imap_service(world) as service:
            await scene(world, service)

    with mail_world(tmp_path) as world:
        for alias, name in (("terrya", "Terry Adams"), ("ayla", "Ayla Kol"), ("raymonds", "Raymond Sam")):
            world.add(alias, name)
            world.deliver(alias, letter(f"For {alias}"))
        world.grant("raymonds", "ayla", mapped=True)
        world.grant("raymonds", "terrya")
        if opened is not None:
            world.authorizer = world.authorizer.telling(opened)
        asyncio.run(run(world))


async def refused(service: ImapService, name: str) -> bytes:
    client = service.connect()
    await client.line()
    return (await client.ask(f'LOGIN "{name}" "{PASSWORD}"'.encode().replace(b"\\", b"\\\\")))[-1]


def test_the_owner_signs_in_no_more(tmp_path: Path) -> None:
    async def scene(world: MailWorld, service: ImapService) -> None:
        world.switch("terrya", ImapEnabled=False)
        answer = await refused(service, "terrya@contoso.com")
        assert answer.startswith(b"a NO")
        world.switch("terrya", ImapEnabled=True)
        wrong = service.connect()
        await wrong.line()
        assert (await wrong.ask(b"LOGIN terrya@contoso.com wrong"))[-1] == answer  # nothing more is told
        client = service.connect()
        await client.sign_in("terrya@contoso.com")

    play(tmp_path, scene)


def test_the_owner_is_out_at_the_next_command(tmp_path: Path) -> None:
    async def scene(world: MailWorld, service: ImapService) -> None:
        client = service.connect()
        await client.sign_in("terrya@contoso.com")
        assert (await client.ask(b"SELECT INBOX"))[-1].startswith(b"a OK")
        world.switch("terrya", ImapEnabled=False)
        client.send(b"a FETCH 1 FLAGS\r\n")
        assert (await client.until(b"* BYE"))[-1].startswith(b"* BYE")
        await client.closed.wait()

    play(tmp_path, scene)


def test_an_idle_session_is_ended(tmp_path: Path) -> None:
    async def scene(world: MailWorld, service: ImapService) -> None:
        client = service.connect()
        await client.sign_in("terrya@contoso.com")
        await client.ask(b"SELECT INBOX")
        client.send(b"a IDLE\r\n")
        await client.until(b"+")
        world.switch("terrya", ImapEnabled=False)
        assert (await client.until(b"* BYE"))[-1].startswith(b"* BYE")

    play(tmp_path, scene)


def test_delegates_lose_the_mailbox_and_keep_their_own(tmp_path: Path) -> None:
    async def scene(world: MailWorld, service: ImapService) -> None:
        client = service.connect()
        await client.sign_in("raymonds@contoso.com")
        listed = b"\n".join(await client.ask(b'LIST "" "*"'))
        assert b"Other Users/Ayla Kol" in listed
        assert (await client.ask(b'SELECT "Other Users/Ayla Kol"'))[-1].startswith(b"a OK")
        world.switch("ayla", ImapEnabled=False)
        assert (await client.ask(b"FETCH 1 FLAGS"))[-1].startswith((b"a NO", b"a BAD"))
        assert b"Ayla Kol" not in b"\n".join(await client.ask(b'LIST "" "*"'))
        assert (await client.ask(b'SELECT "Other Users/Ayla Kol"'))[-1].startswith(b"a NO")
        assert (await client.ask(b"SELECT INBOX"))[-1].startswith(b"a OK")

    play(tmp_path, scene)


def test_a_mailbox_named_at_sign_in_does_not_open(tmp_path: Path) -> None:
    async def scene(world: MailWorld, service: ImapService) -> None:
        client = service.connect()
        await client.sign_in("CONTOSO\\raymonds\\terrya")
        world.switch("terrya", ImapEnabled=False)
        client.send(b"a NOOP\r\n")
        await client.until(b"* BYE")
        assert (await refused(service, "CONTOSO\\raymonds\\terrya")).startswith(b"a NO")

    play(tmp_path, scene)


def test_whose_own_mailbox_is_closed_opens_no_other(tmp_path: Path) -> None:
    async def scene(world: MailWorld, service: ImapService) -> None:
        client = service.connect()
        await client.sign_in("CONTOSO\\raymonds\\terrya")
        assert (await client.ask(b"SELECT INBOX"))[-1].startswith(b"a OK")
        world.switch("raymonds", ImapEnabled=False)
        client.send(b"a NOOP\r\n")
        await client.until(b"* BYE")
        assert (await refused(service, "CONTOSO\\raymonds\\terrya")).startswith(b"a NO")

    play(tmp_path, scene)


def test_other_switches_close_nothing(tmp_path: Path) -> None:
    async def scene(world: MailWorld, service: ImapService) -> None:
        client = service.connect()
        await client.sign_in("terrya@contoso.com")
        world.switch("terrya", PopEnabled=False, OWAEnabled=False, SmtpClientAuthenticationDisabled=True)
        assert (await client.ask(b"SELECT INBOX"))[-1].startswith(b"a OK")
        another = service.connect()
        await another.sign_in("terrya@contoso.com")

    play(tmp_path, scene)


def test_who_opens_a_mailbox_is_told_once_a_session(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []

    async def scene(_: MailWorld, service: ImapService) -> None:
        client = service.connect()
        await client.sign_in("raymonds@contoso.com")
        await client.ask(b"SELECT INBOX")
        for _time in range(2):
            await client.ask(b'SELECT "Other Users/Ayla Kol"')
            await client.ask(b"NOOP")
        assert told == [("CONTOSO\\raymonds", "raymonds@contoso.com"), ("CONTOSO\\raymonds", "ayla@contoso.com")]
        assert (await refused(service, "CONTOSO\\ayla\\terrya")).startswith(b"a NO")
        assert len(told) == 2

    def tell(opening: Opening) -> None:
        told.append((opening.account.logon_name, opening.mailbox.address))

    play(tmp_path, scene, tell)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[SmtpServices]:
    world = SmtpWorld(tmp_path)
    with serving(world, tmp_path) as running:
        yield running
    world.close()


def switch(world: SmtpWorld, name: str, **attributes: bool) -> None:
    person = replace(world.people[name], attributes={**world.people[name].attributes, **attributes})
    world.change(lambda directory: directory.update(person))
    world.people[name] = person


def connect(services: SmtpServices) -> smtplib.SMTP_SSL:
    context = ssl.create_default_context(cafile=str(services.certificates.ca))
    return smtplib.SMTP_SSL("localhost", services.submission.port, context=context, timeout=20)


def test_submission_is_closed_to_who_may_not_sign_in(services: SmtpServices) -> None:
    switch(services.world, "raymonds", SmtpClientAuthenticationDisabled=True)
    with connect(services) as client, pytest.raises(smtplib.SMTPAuthenticationError) as refusal:
        client.login("raymonds@contoso.com", PASSWORD)
    assert refusal.value.smtp_code == 535
    switch(services.world, "raymonds", SmtpClientAuthenticationDisabled=False)
    with connect(services) as client:
        client.login("raymonds@contoso.com", PASSWORD)


def test_who_has_signed_in_to_submission_is_out_at_the_next_message(services: SmtpServices) -> None:
    message = "From: raymonds@contoso.com\r\n\r\nhello\r\n"
    with connect(services) as client:
        client.login("raymonds@contoso.com", PASSWORD)
        client.sendmail("raymonds@contoso.com", ["ayla@contoso.com"], message)
        switch(services.world, "raymonds", SmtpClientAuthenticationDisabled=True)
        with pytest.raises(smtplib.SMTPSenderRefused) as refusal:
            client.sendmail("raymonds@contoso.com", ["ayla@contoso.com"], message)
        assert refusal.value.smtp_code == 530
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("raymonds@contoso.com", PASSWORD)
    assert len(services.world.messages("ayla")) == 1


def test_imap_being_off_does_not_keep_anybody_from_sending(services: SmtpServices) -> None:
    switch(services.world, "raymonds", ImapEnabled=False)
    switch(services.world, "terrya", SmtpClientAuthenticationDisabled=True)
    with connect(services) as client:
        client.login("raymonds@contoso.com", PASSWORD)
        client.sendmail("terrya@contoso.com", ["ayla@contoso.com"], "From: terrya@contoso.com\r\n\r\nas Terry\r\n")
    assert len(services.world.messages("ayla")) == 1
