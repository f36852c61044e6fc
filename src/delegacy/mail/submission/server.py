"""SMTP submission (RFC 6409) over implicit TLS (RFC 8314): the login is the submitter, and every identity of a message is authorised."""

# ruff: noqa: N802 - commands have the names that aiosmtpd looks for

import asyncio
import ipaddress
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from delegacy.domain.account import Account
from delegacy.domain.address import InvalidAddress, SmtpAddress
from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.ports import Clock, Store
from delegacy.enforcement.authorizer import Authorizer
from delegacy.mail.delivery import AcceptedMail, Delivery
from delegacy.mail.listener import ConnectionLimits, Endpoint, Listener
from delegacy.mail.reports import reply_for
from delegacy.mail.smtp import SmtpEnvelope, SmtpLimits, SmtpSession
from delegacy.mail.submission import replies
from delegacy.mail.submission.appearance import Departure, Stamp, depart, identifying_names
from delegacy.mail.submission.authorship import Authorship, AuthorshipCheck
from delegacy.policy.decision import Deny, Obligation
from delegacy.session.signin import SignIn, SignInDenial
from delegacy.wire.rfc5322 import MessageHeaders
from delegacy.wire.sasl import MECHANISMS, Challenge, Credentials, SaslCancelled, SaslError, begin_exchange

_log = logging.getLogger(__name__)

_MOST_FAILED_SIGN_INS: Final = 3
_REFUSAL: Final = b"421 4.3.2 Too many connections\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionServices:
    """What the submission service works with."""

    sign_in: SignIn
    authorizer: Authorizer
    delivery: Delivery
    store: Store
    clock: Clock
    server_name: str
    postmaster_domain: str
    limits: SmtpLimits


class SubmissionSession(SmtpSession):
    """One client's connection."""

    def __init__(self, services: SubmissionServices) -> None:
        super().__init__(
            services.server_name,
            services.postmaster_domain,
            services.limits,
            extensions=("AUTH " + " ".join(sorted(MECHANISMS, reverse=True)),),
        )
        self._services = services
        self._account: Account | None = None
        self._failed_sign_ins = 0

    async def check_auth_needed(self, caller_method: str) -> bool:
        """Refuse a command of a client that has not signed in."""
        if self._account is not None:
            return False
        _log.info("not signed in", extra={"origin": self.peer_address(), "command": caller_method})
        await self.push(replies.NOT_SIGNED_IN)
        return True

    async def smtp_AUTH(self, arg: str | None) -> None:
        """Sign in (RFC 4954)."""
        if await self.check_helo_needed("EHLO"):
            return
        if self._account is not None:
            await self.push("503 5.5.1 Signed in already")
            return
        mechanism, _, initial = (arg or "").partition(" ")
        credentials = await self._exchange(mechanism, initial.strip())
        if credentials is not None:
            await self._sign_in(credentials)

    async def check_sender(self, sender: SmtpAddress | None) -> str | None:
        """Refuse a reverse-path that the submitter may not send with, whatever From will say; and everything once he could not sign in."""
        if not await self._services.sign_in.is_admitted(self._submitter(), ClientProtocol.SMTP):
            self.log_refusal("protocol switched off", self._submitter().logon_name)
            self._account = None
            return replies.NOT_SIGNED_IN
        if sender is None:
            return None
        answer = await self._services.authorizer.authorize_send(self._submitter(), sender)
        return replies.REPLIES[answer.decision.reason] if isinstance(answer.decision, Deny) else None

    async def check_recipient(self, recipient: SmtpAddress) -> str | None:
        """Refuse a recipient that cannot be reached."""
        reason = await self._services.delivery.examine(recipient, authenticated=True)
        return None if reason is None else reply_for(reason)

    async def accept(self, envelope: SmtpEnvelope, message: MessageHeaders) -> str:
        """Authorise, dress and deliver a message."""
        check = AuthorshipCheck(self._services.authorizer, self._submitter())
        authorship = await check.check(message.identity(envelope.sender))
        if isinstance(authorship, Deny):
            self.log_refusal("not this sender", authorship.reason.value)
            return replies.REPLIES[authorship.reason]
        try:
            departure, message_id = await asyncio.to_thread(self._depart, message, authorship, envelope.sender)
        except InvalidAddress:
            return replies.NEEDS_SMTPUTF8
        copied = Obligation.COPY_TO_SENT_ITEMS in authorship.obligations
        refusal = await self._services.delivery.deliver(
            AcceptedMail(
                sender=departure.envelope_sender,
                recipients=tuple(envelope.recipients),
                content=departure.content,
                smtputf8=envelope.smtp_utf8,
                authenticated=True,
                author=departure.author,
                sent_copy_for=authorship.author.guid if copied else None,
            )
        )
        if refusal is not None:
            return reply_for(refusal)
        _log.info(
            "message accepted",
            extra={
                "account": self._submitter().logon_name,
                "author": authorship.author.address,
                "right": authorship.right.value,
                "recipients": len(envelope.recipients),
                "size": len(departure.content),
                "transaction": message_id,
            },
        )
        return f"250 2.6.0 <{message_id}> Queued mail for delivery"

    def _submitter(self) -> Account:
        if self._account is None:
            raise PermissionError("Nobody has signed in.")
        return self._account

    def _depart(
        self, message: MessageHeaders, authorship: Authorship, envelope_sender: SmtpAddress | None
    ) -> tuple[Departure, str]:
        services, account = self._services, self._submitter()
        transaction = str(uuid4())
        stamp = Stamp(
            server_name=services.server_name,
            moment=services.clock.now(),
            transaction=transaction,
            message_id=f"<{transaction}@{services.server_name}>",
        )
        names: frozenset[str] = frozenset()
        if Obligation.LEAVE_NO_TRACE in authorship.obligations:
            with services.store.read() as directory:
                names = identifying_names(directory, account) | self._whereabouts()
        return depart(message, authorship, account, envelope_sender, stamp, names), transaction

    def _whereabouts(self) -> frozenset[str]:
        """Return the client's address, unless it says nothing."""
        try:
            address = ipaddress.ip_address(self.peer_address())
        except ValueError:
            return frozenset()
        return frozenset() if address.is_loopback else frozenset({str(address)})

    async def _exchange(self, mechanism: str, initial: str) -> Credentials | None:
        """Run a SASL exchange; None when it failed and the client has been told."""
        exchange = begin_exchange(mechanism)
        if exchange is None:
            await self.push("504 5.5.4 Unrecognized authentication type")
            return None
        try:
            outcome = exchange.start(initial.encode("utf-8", "surrogateescape") if initial else None)
            while isinstance(outcome, Challenge):
                await self.push(f"334 {outcome.text}")
                outcome = exchange.respond((await self._reader.readuntil(b"\n")).rstrip(b"\r\n"))
        except SaslCancelled:
            await self.push("501 5.7.0 Authentication cancelled")
        except SaslError:
            await self.push("501 5.5.2 The response can't be decoded")
            self._count_failure()
        except asyncio.LimitOverrunError:
            self.hang_up("500 5.5.6 The response is too long")
        else:
            return outcome
        return None

    async def _sign_in(self, credentials: Credentials) -> None:
        result = await self._services.sign_in.authenticate(
            credentials.authentication_identity,
            credentials.password,
            self.peer_address(),
            over=ClientProtocol.SMTP,
        )
        if isinstance(result, Account) and _is_own_name(credentials, result):
            self._account = result
            await self.push(replies.SIGNED_IN)
            return
        denial = result if isinstance(result, SignInDenial) else SignInDenial.WRONG_NAME_OR_PASSWORD
        await self.push(replies.SIGN_IN_REPLIES[denial])
        self._count_failure()

    def _count_failure(self) -> None:
        self._failed_sign_ins += 1
        if self._failed_sign_ins >= _MOST_FAILED_SIGN_INS:
            self.hang_up("421 4.7.0 Too many failed attempts")


class SubmissionServer:
    """The submission service; ``tls`` is its context, from the first byte."""

    def __init__(
        self, endpoint: Endpoint, services: SubmissionServices, tls: ssl.SSLContext, connections: ConnectionLimits
    ) -> None:
        self._listener = Listener(
            endpoint, lambda: SubmissionSession(services), tls=tls, limits=connections, refusal=_REFUSAL
        )

    async def run(self, listening: Callable[[Endpoint], None]) -> None:
        """Serve until cancelled; ``listening`` is told the actual endpoint. Raises ``OSError`` if the port cannot be had."""
        await self._listener.run(listening)


def _is_own_name(credentials: Credentials, account: Account) -> bool:
    """Tell whether the authorization identity, if there is one, is the login itself: submission is for nobody else."""
    wanted = credentials.authorization_identity.casefold()
    names = {
        credentials.authentication_identity,
        account.logon_name,
        account.user_principal_name or "",
        str(account.primary_smtp_address or ""),
    }
    return not wanted or wanted in {name.casefold() for name in names if name}
