"""SMTP from outside (RFC 5321): mail for accepted domains, no relaying, and no anonymous use of our own addresses as senders."""

import asyncio
import ipaddress
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from delegacy.domain.address import SmtpAddress, normalise_domain
from delegacy.domain.ports import Clock, Store
from delegacy.mail.delivery import AcceptedMail, Delivery
from delegacy.mail.listener import ConnectionLimits, Endpoint, Listener
from delegacy.mail.reports import reply_for
from delegacy.mail.smtp import SmtpEnvelope, SmtpLimits, SmtpSession
from delegacy.wire.rfc5322 import HeaderEdit, MessageHeaders, date_value

_log = logging.getLogger(__name__)

ANONYMOUS_SENDER: Final = "550 5.7.1 Anonymous client does not have permission to send as this sender"
_REFUSAL: Final = b"421 4.3.2 Too many connections\r\n"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingServices:
    """What the service works with.

    Peers in ``trusted_networks`` may use our own addresses as senders. ``allow_local_header_from`` lets everybody do so in the header, for sites
    whose mailing lists send their members' messages back; the envelope stays forbidden.
    """

    delivery: Delivery
    store: Store
    clock: Clock
    server_name: str
    postmaster_domain: str
    limits: SmtpLimits
    trusted_networks: tuple[Network, ...] = ()
    allow_local_header_from: bool = False


class IncomingSession(SmtpSession):
    """One peer's connection."""

    def __init__(self, services: IncomingServices) -> None:
        super().__init__(services.server_name, services.postmaster_domain, services.limits)
        self._services = services

    async def check_sender(self, sender: SmtpAddress | None) -> str | None:
        """Refuse a reverse-path in one of our domains."""
        if sender is None or self._is_trusted() or not await self._any_local([sender]):
            return None
        self.log_refusal("local envelope sender", str(sender))
        return ANONYMOUS_SENDER

    async def check_recipient(self, recipient: SmtpAddress) -> str | None:
        """Refuse a recipient that is not ours, or takes no anonymous mail."""
        reason = await self._services.delivery.examine(recipient, authenticated=False)
        return None if reason is None else reply_for(reason)

    async def accept(self, envelope: SmtpEnvelope, message: MessageHeaders) -> str:
        """Check who the message says it is from, and deliver it."""
        may_be_local = self._is_trusted() or self._services.allow_local_header_from
        if not may_be_local and await self._any_local(_header_addresses(message)):
            self.log_refusal("local header sender", str(message.header_from.address))
            return ANONYMOUS_SENDER
        transaction = str(uuid4())
        refusal = await self._services.delivery.deliver(
            AcceptedMail(
                sender=envelope.sender,
                recipients=tuple(envelope.recipients),
                content=self._received(message, transaction),
                smtputf8=envelope.smtp_utf8,
                authenticated=False,
                author=message.header_from.address,
            )
        )
        if refusal is not None:
            return reply_for(refusal)
        _log.info(
            "message accepted",
            extra={"origin": self.peer_address(), "recipients": len(envelope.recipients), "transaction": transaction},
        )
        return f"250 2.6.0 <{transaction}> Queued mail for delivery"

    def _is_trusted(self) -> bool:
        try:
            address = ipaddress.ip_address(self.peer_address().partition("%")[0])
        except ValueError:
            return False
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return any((mapped or address) in network for network in self._services.trusted_networks)

    async def _any_local(self, addresses: list[SmtpAddress]) -> bool:
        """Tell whether one of the addresses is in an accepted domain. Raises ``StoreError``."""
        ours = await asyncio.to_thread(self._accepted_domains)
        return any(address.domain_key in ours for address in addresses)

    def _accepted_domains(self) -> frozenset[str]:
        with self._services.store.read() as directory:
            return frozenset(normalise_domain(domain.domain_name) for domain in directory.accepted_domains())

    def _received(self, message: MessageHeaders, transaction: str) -> bytes:
        """Return the message with its trace (RFC 5321 section 4.4), and without a Return-Path that only we may write."""
        services = self._services
        protocol = "UTF8SMTP" if message.smtputf8 else "ESMTP" if self.is_extended() else "SMTP"
        edit = HeaderEdit(message)
        edit.drop("return-path")
        edit.prepend(
            "Received",
            f"from {self.greeted_as() or 'unknown'} ([{self.peer_address()}])",
            f"by {services.server_name} with {protocol} id {transaction};",
            date_value(services.clock.now()),
        )
        return edit.to_bytes()


class IncomingServer:
    """The service for mail from outside."""

    def __init__(self, endpoint: Endpoint, services: IncomingServices, connections: ConnectionLimits) -> None:
        self._listener = Listener(endpoint, lambda: IncomingSession(services), limits=connections, refusal=_REFUSAL)

    async def run(self, listening: Callable[[Endpoint], None]) -> None:
        """Serve until cancelled; ``listening`` is told the actual endpoint. Raises ``OSError`` if the port cannot be had."""
        await self._listener.run(listening)


def _header_addresses(message: MessageHeaders) -> list[SmtpAddress]:
    """Return every address that a reader may take for the author's."""
    named = [message.header_from, *message.resent_from, *message.resent_sender]
    if message.header_sender is not None:
        named.append(message.header_sender)
    return [address for one in named for address in (one.address, *one.quoted_addresses)]
