"""Mail on its way: what delivery commits at once, and the queue of what goes to other servers, as a Protocol."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from delegacy.domain.address import SmtpAddress
from delegacy.domain.mail_item import AnalysedMessage
from delegacy.domain.mail_store import Deposit


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """A message in the queue, with the recipients that it has not yet reached and not yet failed for.

    ``id`` is 0 for one that is not queued yet. ``envelope_sender`` is None for the null reverse-path. ``next_attempt_at`` is when to try
    (again), ``attempts`` how often that was done.
    """

    id: int = 0
    envelope_sender: SmtpAddress | None
    recipients: tuple[SmtpAddress, ...]
    content: bytes = field(repr=False)
    smtputf8: bool
    accepted_at: datetime
    next_attempt_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class LocalDelivery:
    """A message with the copies of it to be made."""

    message: AnalysedMessage
    deposits: tuple[Deposit, ...]
    received: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One step of mail on its way: copies into mailboxes, new entries of the queue, entries that go on waiting, entries that are done with."""

    deliveries: tuple[LocalDelivery, ...] = ()
    queued: tuple[OutgoingMail, ...] = ()
    waiting: tuple[OutgoingMail, ...] = ()
    finished: tuple[int, ...] = ()


class MailQueue(Protocol):
    """The queue, and the one way by which mail moves into it, out of it, and into mailboxes.

    Every method raises ``StoreUnavailable``; those that write also ``StoreFull``.
    """

    def hand_over(self, handover: Handover) -> None:
        """Do all of it in one transaction. When this returns, it is durable; when it raises, nothing has changed."""

    def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[OutgoingMail]:
        """Return at most ``limit`` entries whose time has come, the longest waiting first.

        Their next attempt is put off to ``until``: nobody else takes them before, and if we die they are tried again.
        """

    def next_attempt(self) -> datetime | None:
        """Return when the next entry is to be tried; None if the queue is empty."""
