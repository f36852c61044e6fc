"""Delivery of an accepted message: into mailboxes, into the queue, and into the author's Sent Items, in one commit."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from delegacy.domain.address import SmtpAddress
from delegacy.domain.folder import SpecialFolder
from delegacy.domain.mail_item import Flags, SystemFlag
from delegacy.domain.mail_queue import Handover, LocalDelivery, MailQueue, OutgoingMail
from delegacy.domain.mail_store import Deposit
from delegacy.domain.ports import Clock, DirectoryReader, Store
from delegacy.mail.handover import SharedCommits
from delegacy.mail.reports import Reporter, UndeliveredMail, failure_for
from delegacy.mail.routing import RESTRICTED, Origin, Route, Undeliverable, examine, route
from delegacy.wire.analysis import analyse_message

_log = logging.getLogger(__name__)

_READ: Final = Flags(SystemFlag.SEEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedMail:
    """A message to be delivered.

    ``sender`` is the reverse-path, None for the null one, and ``author`` who the message is from: of him recipients may take no mail.
    ``sent_copy_for`` is the mailbox whose Sent Items get a copy, if any. What ``content``
    is has been settled: nothing is changed but that the copies for mailboxes get a Return-Path.
    """

    sender: SmtpAddress | None
    recipients: tuple[SmtpAddress, ...]
    content: bytes
    smtputf8: bool
    authenticated: bool
    author: SmtpAddress
    sent_copy_for: UUID | None = None


class Delivery:
    """Routes messages and hands them over.

    ``may_send_out`` tells whether there is a smarthost; ``queued`` is called, in the event loop, after messages have been put into the queue.
    """

    def __init__(
        self,
        store: Store,
        queue: MailQueue,
        clock: Clock,
        *,
        server_name: str,
        may_send_out: bool,
        queued: Callable[[], None],
    ) -> None:
        self._store = store
        self._commits = SharedCommits(queue)
        self._clock = clock
        self._may_send_out = may_send_out
        self._queued = queued
        self._reporter = Reporter(server_name, may_send_out=may_send_out)

    async def examine(self, recipient: SmtpAddress, *, authenticated: bool) -> Undeliverable | None:
        """Return why mail for this address would be refused, None if it is taken. Raises ``StoreError``."""
        return await asyncio.to_thread(self._examine, recipient, authenticated=authenticated)

    async def deliver(self, mail: AcceptedMail) -> Undeliverable | None:
        """Deliver a message. When this returns it is durable; raises ``StoreFull`` or another ``StoreError``, and then nothing was done.

        Nothing was done either where none of the recipients takes mail from its author: the reason is returned.
        """
        where, handover = await asyncio.to_thread(self._prepare, mail)
        if isinstance(handover, Undeliverable):
            return handover
        await self._commits.hand_over(handover)
        if handover.queued:
            self._queued()
        _log.info(
            "message delivered",
            extra={
                "sender": str(mail.sender or "<>"),
                "mailboxes": len(where.mailboxes),
                "remote": len(where.remote),
                "undeliverable": len(where.undeliverable),
                "size": len(mail.content),
            },
        )
        return None

    def _examine(self, recipient: SmtpAddress, *, authenticated: bool) -> Undeliverable | None:
        with self._store.read() as directory:
            return examine(directory, recipient, Origin(None, authenticated, self._may_send_out))

    def _prepare(self, mail: AcceptedMail) -> tuple[Route, Handover | Undeliverable]:
        now = self._clock.now()
        origin = Origin(mail.sender, mail.authenticated, self._may_send_out, mail.author)
        with self._store.read() as directory:
            where = route(directory, mail.recipients, origin)
            reasons = [where.undeliverable.get(recipient, (None, None))[0] for recipient in mail.recipients]
            if reasons and RESTRICTED.issuperset(reasons):
                return where, next(reason for reason in reasons if reason is not None)
            return where, self._handover(directory, mail, where, now)

    def _handover(self, directory: DirectoryReader, mail: AcceptedMail, where: Route, now: datetime) -> Handover:
        deposits = [Deposit(mailbox) for mailbox in where.mailboxes]
        if mail.sent_copy_for is not None:
            deposits.append(Deposit(mail.sent_copy_for, SpecialFolder.SENT_ITEMS, _READ))
        deliveries: tuple[LocalDelivery, ...] = ()
        if deposits:
            message = analyse_message(_with_return_path(mail))
            deliveries = (LocalDelivery(message, tuple(deposits), now),)
        queued = tuple(
            OutgoingMail(
                envelope_sender=report_to,
                recipients=tuple(recipients),
                content=mail.content,
                smtputf8=mail.smtputf8,
                accepted_at=now,
                next_attempt_at=now,
            )
            for report_to, recipients in _by_reverse_path(where).items()
        )
        failures = tuple(
            (failure_for(address, reason), report_to) for address, (reason, report_to) in where.undeliverable.items()
        )
        reports, queued_reports = self._reporter.report(directory, UndeliveredMail(mail.content, now, failures), now)
        return Handover(deliveries=deliveries + reports, queued=queued + queued_reports)


def _with_return_path(mail: AcceptedMail) -> bytes:
    """RFC 5321 section 4.4: final delivery inserts the reverse-path."""
    return f"Return-Path: <{mail.sender or ''}>\r\n".encode() + mail.content


def _by_reverse_path(where: Route) -> dict[SmtpAddress | None, list[SmtpAddress]]:
    grouped: defaultdict[SmtpAddress | None, list[SmtpAddress]] = defaultdict(list)
    for address, report_to in where.remote.items():
        grouped[report_to].append(address)
    return grouped
