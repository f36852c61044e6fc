"""A case through the protocols: its questions asked of real SMTP submission and IMAP sessions, its answers read off what those say.

A mailbox opens if IMAP opens it, by every way of naming it, and what is then read is what was put into it. Somebody sends as an author if
submission takes the message, and by which right is read off the message that arrives: who stands in From and Sender, and who in the envelope.
Sessions are kept from step to step of a case, so that every change must be felt in sessions that are open.
"""

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path
from typing import Final
from uuid import UUID

from delegacy.domain.account import Account
from delegacy.domain.folder import SpecialFolder
from delegacy.domain.mail_store import Deposit, MessageColumn
from delegacy.enforcement.authorizer import Authorizer
from delegacy.mail.delivery import Delivery
from delegacy.mail.smtp import SmtpLimits
from delegacy.mail.submission.server import SubmissionServices
from delegacy.policy.decision import OpenRight, SendRight
from delegacy.session.signin import SignIn
from delegacy.store.mail_queue import SqlMailQueue
from delegacy.store.mailstore import SqlMailStore
from delegacy.store.versions import DIRECTORY, MAIL
from delegacy.wire.analysis import analyse_message
from support.imap_client import ImapClient, ImapService, imap_service
from support.mail_store import Access, opened_mail
from support.mail_world import PASSWORD, PlainPasswords
from support.scratch import scratch_database
from support.smtp_client import SubmissionClient
from support.spec.cases import Answer, Step
from support.spec.facts import NOW
from support.spec.store_world import FixedClock, StoreWorld
from support.stores import OpenStore, directory_store, recipient

SERVER_NAME: Final = "mail.contoso.com"

_DENIED: Final = Answer(allowed=False)
_NOT_THIS_SENDER: Final = "550 5.7.60 SMTP; Client does not have permissions to send as this sender"
_SIGN_IN_FAILED: Final = "535 5.7.3 Authentication unsuccessful"
_NOT_OPENED: Final = b"a NO [AUTHENTICATIONFAILED] %b failed."
_OVER: Final = b"* BYE The mailbox can't be opened any more."


@dataclass
class HurryingClock:
    """A clock on which a day goes by between two looks, so that nobody waits after failures to sign in."""

    moment: datetime = NOW

    def now(self) -> datetime:
        self.moment += timedelta(days=1)
        return self.moment


@dataclass(frozen=True)
class _ImapWorld:
    mail: SqlMailStore
    authorizer: Authorizer
    sign_in: SignIn
    clock: FixedClock


class ProtocolWorld:
    """Both services on a directory and a mail store. Its sessions live until ``close``."""

    def __init__(self, opened: OpenStore, mail: SqlMailStore) -> None:
        self._world = StoreWorld(opened, PlainPasswords().hash(PASSWORD))
        self._mail = mail
        (self._reader,) = opened.add(recipient("Reader of what is sent"))
        self._read = 0
        self._marked = set[UUID]()
        clock, authorizer = FixedClock(), self._world.authorizer
        sign_in = SignIn(opened.names, PlainPasswords(), HurryingClock())
        queue = SqlMailQueue(mail.transactions, clock)
        self._submission = SubmissionServices(
            sign_in=sign_in,
            authorizer=authorizer,
            delivery=Delivery(
                opened.store, queue, clock, server_name=SERVER_NAME, may_send_out=False, queued=lambda: None
            ),
            store=opened.store,
            clock=clock,
            server_name=SERVER_NAME,
            postmaster_domain="contoso.com",
            limits=SmtpLimits(),
        )
        self._submitters: dict[int, SubmissionClient] = {}
        self._sessions: dict[tuple[str, str], ImapClient] = {}
        self._runner = asyncio.Runner()
        self._running = AsyncExitStack()
        self._imap = self._runner.run(self._start(_ImapWorld(mail, authorizer, sign_in, clock)))

    def close(self) -> None:
        """End every session and both services."""
        self._runner.run(self._stop())
        self._runner.close()

    def apply(self, step: Step) -> None:
        self._world.apply(step)
        for name, mailbox in self._world.objects.items():
            if mailbox.is_mailbox and mailbox.guid not in self._marked:
                marker = analyse_message(f"Subject: {name}\r\n\r\n".encode())
                self._mail.deliver(marker, [Deposit(mailbox.guid)], NOW)
                self._marked.add(mailbox.guid)

    def opens(self, who: str, mailbox: str) -> Answer:
        return self._runner.run(self._opens(who, mailbox))

    def sends(self, who: str, author: str) -> Answer:
        return self._runner.run(self._sends(who, author))

    def sends_from_its_own_profile(self, who: str, author: str) -> None:
        """No surface opens a session for sending on another's mailbox."""

    def mapped(self, who: str) -> tuple[str, ...]:
        return self._runner.run(self._mapped(who))

    async def _start(self, world: _ImapWorld) -> ImapService:
        return await self._running.enter_async_context(imap_service(world))

    async def _stop(self) -> None:
        for client in self._submitters.values():
            client.transport.close()
            await client.session.ended()
        await self._running.aclose()

    async def _opens(self, who: str, mailbox: str) -> Answer:
        """Open the mailbox by its name behind the login and as authorization identity; an open session must go on, or end, as those say."""
        account, target = self._world.account(who), self._world.objects.get(mailbox)
        by_alias = "nobody" if target is None else target.alias or str(target.guid)
        by_address = "nobody" if target is None else str(target.primary_smtp_address or target.guid)
        login = f'LOGIN "{account.logon_name}\\{by_alias}" {PASSWORD}'.replace("\\", "\\\\")
        plain = b64encode(f"{by_address}\0{account.logon_name}\0{PASSWORD}".encode()).decode("ascii")
        answer = await self._open(who, mailbox, login)
        assert answer == await self._open(who, mailbox, f"AUTHENTICATE PLAIN {plain}")
        return answer

    async def _open(self, who: str, mailbox: str, command: str) -> Answer:
        held = self._sessions.pop((who, mailbox), None)
        client = self._imap.connect()
        await client.line()
        *_, said = await client.ask(command.encode())
        if held is not None:
            assert await _goes_on(held) == said.startswith(b"a OK")
        if not said.startswith(b"a OK"):
            assert said == _NOT_OPENED % command.partition(" ")[0].encode()
            return _DENIED
        assert await _marker(client, b"INBOX") == mailbox
        self._sessions[who, mailbox] = client
        namespace, _ = await client.ask(b"NAMESPACE")
        right = OpenRight.FULL_ACCESS if namespace.endswith(b" NIL NIL") else OpenRight.OWNER
        return Answer(allowed=True, reason=right.value)

    async def _mapped(self, who: str) -> tuple[str, ...]:
        account = self._world.account(who)
        client = self._imap.connect()
        await client.line()
        *_, said = await client.ask(f'LOGIN "{account.logon_name}" {PASSWORD}'.replace("\\", "\\\\").encode())
        if not said.startswith(b"a OK"):
            return ()
        lines = await client.ask(b'LIST "" "Other Users/%"')
        names = [line.partition(b'"/" ')[2] for line in lines[:-1]]
        shown = [name.strip(b'"').decode("ascii").removeprefix("Other Users/") for name in names]
        for name, plain in zip(names, shown, strict=True):
            assert await _marker(client, name) == plain
        return tuple(shown)

    async def _sends(self, who: str, author: str) -> Answer:
        """Send with the author in From and in the envelope, and with the submitter in the envelope and in Sender; both are decided alike."""
        account = self._world.account(who)
        client = await self._submitter(account)
        if client is None:
            return _DENIED
        own, address = str(account.primary_smtp_address or ""), str(self._world.address(author))
        fields = f"From: {address}\r\nTo: {self._reader.primary_smtp_address}\r\n"
        bare = await self._send(client, address, fields)
        named = await self._send(client, own, fields + (f"Sender: {own}\r\n" if own else ""))
        assert bare == named
        if not bare:
            return _DENIED
        as_author, as_oneself = self._arrived()
        right = _right_shown(as_author, own, address, null_reverse_path=False)
        assert _right_shown(as_oneself, own, address, null_reverse_path=not own) == right
        return Answer(allowed=True, reason=right.value)

    async def _submitter(self, account: Account) -> SubmissionClient | None:
        known = self._submitters.get(account.id)
        if known is not None:
            return known
        client = SubmissionClient(self._submission)
        reply = await client.sign_in(account.logon_name, PASSWORD)
        if not reply.startswith("235 "):
            assert reply == _SIGN_IN_FAILED
            client.transport.close()
            await client.session.ended()
            return None
        self._submitters[account.id] = client
        return client

    async def _send(self, client: SubmissionClient, sender: str, fields: str) -> bool:
        reply = await client.submit(sender, str(self._reader.primary_smtp_address), f"{fields}\r\nHello.")
        assert reply.startswith("250 2.6.0 ") or reply == _NOT_THIS_SENDER
        return reply.startswith("250 ")

    def _arrived(self) -> list[bytes]:
        access = Access(self._reader.guid)
        folder = self._mail.folder(access, SpecialFolder.INBOX.path)
        columns = (MessageColumn.HEADER, MessageColumn.TEXT)
        rows = self._mail.fetch(access, folder.id, range(self._read + 1, folder.uid_next), columns)
        self._read = folder.uid_next - 1
        return [b"".join(part for part in row[1:] if isinstance(part, bytes)) for row in rows]


async def _marker(client: ImapClient, folder: bytes) -> str:
    """Return the subject of the first message in a folder, which is the name of the mailbox that it was put into."""
    *_, selected = await client.ask(b"SELECT " + (folder if folder.startswith(b'"') else b'"%b"' % folder))
    assert selected == b"a OK [READ-WRITE] Selected."
    lines = await client.ask(b"FETCH 1 BODY.PEEK[HEADER.FIELDS (SUBJECT)]")
    return lines[1].removeprefix(b"Subject: ").decode("utf-8")


async def _goes_on(client: ImapClient) -> bool:
    """Tell whether a session may go on; one that may not must say good-bye and nothing else."""
    client.send(b"b NOOP\r\n")
    line = await client.line()
    if line == b"b OK Done.":
        return True
    assert line == _OVER
    assert await client.last_words() == b""
    return False


def _right_shown(content: bytes, own: str, author: str, *, null_reverse_path: bool) -> SendRight:
    """Return the right by which a message was sent, as it looks; it must look like one of them altogether."""
    message = message_from_bytes(content)
    assert [parseaddr(value)[1] for value in message.get_all("From", [])] == [author]
    senders = [parseaddr(value)[1] for value in message.get_all("Sender", [])]
    reverse_path = "" if null_reverse_path else own if senders else author
    assert message["Return-Path"] == f"<{reverse_path}>"
    if own == author:
        assert not senders
        return SendRight.OWNER
    if senders:
        assert senders == [own]
        return SendRight.SEND_ON_BEHALF
    assert not own or own.encode() not in content.lower()
    return SendRight.SEND_AS


@contextmanager
def protocol_world(folder: Path) -> Iterator[ProtocolWorld]:
    """Return a world without recipients, in SQLite files in a folder."""
    directory, content = (
        scratch_database(folder / "directory.db", DIRECTORY),
        scratch_database(folder / "mail.db", MAIL),
    )
    with directory_store(directory) as opened, opened_mail(content) as mail:
        world = ProtocolWorld(opened, mail.store)
        try:
            yield world
        finally:
            world.close()
