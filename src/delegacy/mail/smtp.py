"""An SMTP session as submission and incoming mail share it: aiosmtpd's state machine with strict commands, enhanced codes and limits.

The two differ in who may send, to whom, and what becomes of the message; those are the abstract methods. A message ends
at CRLF, dot, CRLF and nowhere else, and what else is in it is looked at when it is accepted.
"""

# ruff: noqa: D102, N802 - commands and hooks have the names that aiosmtpd looks for

import asyncio
import logging
import re
from abc import abstractmethod
from collections import defaultdict
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope

from delegacy.domain.address import SmtpAddress
from delegacy.domain.errors import StoreError, StoreFull
from delegacy.mail.listener import Connection
from delegacy.mail.smtp_reader import SmtpReader, UnusableContent
from delegacy.wire.rfc5322 import MalformedMessage, MessageHeaders, read_message
from delegacy.wire.smtp import CommandFault, InvalidCommand, read_mail_command, read_rcpt_command

_log = logging.getLogger(__name__)

STORE_FULL: Final = "452 4.3.1 Insufficient system storage"
STORE_UNAVAILABLE: Final = "451 4.3.2 The system is not available; try again later"
_BROKEN: Final = "451 4.3.0 The message could not be processed; try again later"

_FAULTS: Final = MappingProxyType(
    {
        CommandFault.SYNTAX: "501 5.5.4 Syntax error in the argument",
        CommandFault.ADDRESS: "553 5.1.3 The address is not one that can be used here",
        CommandFault.NEEDS_SMTPUTF8: "553 5.6.7 The address needs SMTPUTF8",
        CommandFault.PARAMETER: "555 5.5.4 A parameter is unknown or wrong",
    }
)

_UNUSABLE: Final = MappingProxyType(
    {
        UnusableContent.TOO_LARGE: "552 5.3.4 The message is larger than the limit",
        UnusableContent.LINE_TOO_LONG: "500 5.5.2 A line of the message is too long",
    }
)

# What aiosmtpd itself says has no enhanced code (RFC 2034); this is what each of its basic codes means there.
_ENHANCED: Final = MappingProxyType(
    {
        "221": "2.0.0",
        "250": "2.0.0",
        "500": "5.5.2",
        "501": "5.5.4",
        "502": "5.5.1",
        "503": "5.5.1",
        "552": "5.3.4",
    }
)
_WITHOUT_ENHANCED_CODE: Final = re.compile(r"(\d{3}) (?![245]\.\d{1,3}\.\d{1,3}(?: |$))")
_UNPRINTABLE: Final = re.compile(r"[^ -~]")
_LONGEST_REPLY: Final = 510
_LONGEST_COMMAND: Final = 512
_MAIL_PARAMETERS: Final = 512
_LONG_TO_READ: Final = 65_536
_GRACE: Final = 10.0
_MOST_HOPS: Final = 100  # RFC 5321 section 6.3


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpLimits:
    """Octets, counts and seconds. ``idle`` is between commands, ``data`` for all of a message's content."""

    message_size: int = 36 * 1024 * 1024
    recipients: int = 500
    idle: float = 300.0
    data: float = 900.0


class SmtpEnvelope(Envelope):
    """The transaction being made. ``sender`` is None for the null reverse-path, and before MAIL."""

    def __init__(self) -> None:
        super().__init__()
        self.sender: SmtpAddress | None = None
        self.recipients: list[SmtpAddress] = []


class _NoHooks:
    """We override aiosmtpd's methods, and use none of its hooks."""


class SmtpSession(SMTP, Connection):
    """One connection.

    ``server_name`` is how we greet and what Received says; ``postmaster_domain`` completes ``<postmaster>``.
    """

    def __init__(
        self, server_name: str, postmaster_domain: str, limits: SmtpLimits, extensions: tuple[str, ...] = ()
    ) -> None:
        super().__init__(
            _NoHooks(),
            data_size_limit=limits.message_size,
            enable_SMTPUTF8=True,
            hostname=server_name,
            ident="ESMTP Delegacy",
            timeout=limits.idle,
            loop=asyncio.get_running_loop(),
        )
        self.command_size_limits = defaultdict(
            lambda: _LONGEST_COMMAND, MAIL=_LONGEST_COMMAND + _MAIL_PARAMETERS, AUTH=self.line_length_limit
        )
        self._limits = limits
        self._postmaster_domain = postmaster_domain
        self._extensions = extensions
        self._closed = asyncio.get_running_loop().create_future()

    @abstractmethod
    async def check_sender(self, sender: SmtpAddress | None) -> str | None:
        """Return the reply that refuses this reverse-path, None if it may be used."""

    @abstractmethod
    async def check_recipient(self, recipient: SmtpAddress) -> str | None:
        """Return the reply that refuses this recipient, None if it can be reached."""

    @abstractmethod
    async def accept(self, envelope: SmtpEnvelope, message: MessageHeaders) -> str:
        """Take a message, or refuse it, and return the reply. What is accepted is durable when this returns."""

    def peer_address(self) -> str:
        """Return the address that the peer connects from."""
        peer = self.session.peer if self.session is not None else None
        return str(peer[0]) if peer else ""

    def greeted_as(self) -> str:
        """Return the name that the peer has given in EHLO, printable and short."""
        name = (self.session.host_name if self.session is not None else None) or ""
        return re.sub(r"[^\w.:\[\]-]", "", name, flags=re.ASCII)[:255]

    def is_extended(self) -> bool:
        """Tell whether the peer has greeted with EHLO."""
        return self.session is not None and self.session.extended_smtp

    def end(self) -> None:
        """Say that the service stops, and close."""
        self.hang_up("421 4.3.2 The service is shutting down")

    def hang_up(self, reply: str) -> None:
        """Send a last reply, and close."""
        if self.transport is not None and not self._writer.is_closing():
            self._writer.write(reply.encode("ascii") + b"\r\n")
            self._writer.close()

    async def ended(self) -> None:
        """Return when the connection is closed and its task has ended."""
        await asyncio.wait([self._closed])
        if self._handler_coroutine is not None:
            await asyncio.wait([self._handler_coroutine])
            if not self._handler_coroutine.cancelled() and (error := self._handler_coroutine.exception()):
                _log.debug("connection lost", extra={"origin": self.peer_address(), "reason": str(error)})

    # aiosmtpd calls it error, asyncio exc: whichever name is chosen differs from one of them
    def connection_lost(self, error: Exception | None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """See ``asyncio.Protocol``."""
        if not self._closed.done():  # before asyncio sets the error there, which nobody would ask for
            self._closed.set_result(None)
        super().connection_lost(error)

    async def take(self, content: bytes) -> str:
        """Read and accept a message that has come, and return the reply."""
        envelope = self.transaction()
        try:
            if len(content) > _LONG_TO_READ:
                message = await asyncio.to_thread(read_message, content, smtputf8=envelope.smtp_utf8)
            else:
                message = read_message(content, smtputf8=envelope.smtp_utf8)
        except MalformedMessage as error:
            self.log_refusal("malformed", f"{error.reason.value} {error.field}".rstrip())
            return f"550 5.6.0 The message is refused: {error}"  # RFC 7103 section 3
        if len(message.values("received")) > _MOST_HOPS:
            return "554 5.4.6 The message has gone through too many servers"
        try:
            return await self.accept(envelope, message)
        except StoreFull:
            _log.exception("message not accepted", extra={"origin": self.peer_address()})
            return STORE_FULL
        except StoreError:
            _log.exception("message not accepted", extra={"origin": self.peer_address()})
            return STORE_UNAVAILABLE

    def log_refusal(self, what: str, detail: str) -> None:
        """Leave the line that every refused message leaves."""
        _log.warning("message refused", extra={"origin": self.peer_address(), "what": what, "detail": detail})

    async def push(self, status: str | bytes) -> None:
        """Send a reply, printable, with an enhanced code where one belongs."""
        text = status.decode("ascii", "replace") if isinstance(status, bytes) else status
        text = _UNPRINTABLE.sub("?", text)[:_LONGEST_REPLY]
        if (plain := _WITHOUT_ENHANCED_CODE.match(text)) and plain[1] in _ENHANCED:
            text = f"{plain[1]} {_ENHANCED[plain[1]]} {text[4:]}"
        await super().push(text)

    async def handle_exception(self, error: Exception) -> str:
        """Reply to a fault of ours without a word about it."""
        _log.error("command failed", exc_info=error, extra={"origin": self.peer_address()})
        self.envelope = self._create_envelope()
        if isinstance(error, StoreError):
            return STORE_FULL if isinstance(error, StoreFull) else STORE_UNAVAILABLE
        return _BROKEN

    async def smtp_HELO(self, hostname: str) -> None:
        await self._greet(hostname, extended=False)

    async def smtp_EHLO(self, hostname: str) -> None:
        await self._greet(hostname, extended=True)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if await self.check_helo_needed() or await self.check_auth_needed("MAIL"):
            return
        envelope = self.transaction()
        if envelope.mail_from is not None:
            await self.push("503 5.5.1 The sender has been given already")
            return
        try:
            command = read_mail_command(arg or "")
        except InvalidCommand as error:
            await self.push(_FAULTS[error.fault])
            return
        if command.size is not None and command.size > self._limits.message_size:
            await self.push("552 5.3.4 The message is larger than the limit")
            return
        reply = await self.check_sender(command.sender)
        if reply is None:
            envelope.sender, envelope.smtp_utf8 = command.sender, command.smtputf8
            envelope.mail_from = str(command.sender or "<>")
        await self.push(reply or "250 2.1.0 Sender OK")

    async def smtp_RCPT(self, arg: str | None) -> None:
        if await self.check_helo_needed() or await self.check_auth_needed("RCPT"):
            return
        envelope = self.transaction()
        if envelope.mail_from is None:
            await self.push("503 5.5.1 The sender must be given first")
            return
        try:
            recipient = read_rcpt_command(
                arg or "", smtputf8=envelope.smtp_utf8, postmaster_domain=self._postmaster_domain
            )
        except InvalidCommand as error:
            await self.push(_FAULTS[error.fault])
            return
        if len(envelope.recipients) >= self._limits.recipients:
            await self.push("452 4.5.3 Too many recipients")
            return
        reply = await self.check_recipient(recipient)
        if reply is None:
            envelope.recipients.append(recipient)
            envelope.rcpt_tos.append(str(recipient))
        await self.push(reply or "250 2.1.5 Recipient OK")

    async def smtp_DATA(self, arg: str | None) -> None:
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        if not self.transaction().recipients:
            await self.push("503 5.5.1 A recipient must be given first")
            return
        if arg:
            await self.push("501 5.5.4 There is no argument here")
            return
        self._reset_timeout(self._limits.data)
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = await self._lines.read_content(self._limits.message_size)
        reply = _UNUSABLE[content] if isinstance(content, UnusableContent) else await self.take(content)
        self.envelope = self._create_envelope()
        await self.push(reply)

    async def smtp_AUTH(self, arg: str | None) -> None:  # noqa: ARG002 - aiosmtpd's signature
        await self.push("502 5.5.1 There is no sign-in here")

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: ARG002 - aiosmtpd's signature
        await self.push("502 5.5.1 There is no STARTTLS here")

    async def smtp_VRFY(self, arg: str) -> None:  # noqa: ARG002 - aiosmtpd's signature
        await self.push("252 2.1.5 Send a message and see")

    async def smtp_HELP(self, arg: str) -> None:  # noqa: ARG002 - aiosmtpd's signature
        await self.push("214 2.0.0 See RFC 5321")

    def transaction(self) -> SmtpEnvelope:
        """Return the transaction being made."""
        if not isinstance(self.envelope, SmtpEnvelope):
            raise TypeError("No transaction before the connection is made.")
        return self.envelope

    async def _greet(self, hostname: str | None, *, extended: bool) -> None:
        if not hostname or self.session is None:
            await self.push("501 5.5.4 A host name is needed")
            return
        self.envelope = self._create_envelope()
        self.session.extended_smtp = extended
        self.session.host_name = hostname
        lines = [self.hostname]
        if extended:
            lines += [f"SIZE {self._limits.message_size}", "PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"]
            lines += self._extensions
        # No enhanced code in this reply (RFC 2034 section 4).
        await super().push("\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    def _create_envelope(self) -> SmtpEnvelope:
        return SmtpEnvelope()

    def _cb_client_connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super()._cb_client_connected(reader, writer)
        self._lines = SmtpReader(reader, self.line_length_limit)
        self._reader = self._lines  # type: ignore[assignment]  # it has the methods that aiosmtpd calls

    def _timeout_cb(self) -> None:
        self.hang_up("421 4.4.2 The connection has been idle for too long")
        if isinstance(self.transport, asyncio.Transport):
            # A peer that reads nothing does not keep the connection either.
            self.loop.call_later(_GRACE, self.transport.abort)
