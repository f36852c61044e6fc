"""What is known of mailboxes without looking into them: how much they hold, and who opened them last."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from delegacy.domain.folder import MailFolder


@dataclass(frozen=True, slots=True)
class Logon:
    """Somebody has opened a mailbox: which, who (``CONTOSO\\raymonds``), and when."""

    mailbox_guid: UUID
    account: str
    at: datetime


class MailboxUsage(Protocol):
    """Reads what administrators are shown (Get-MailboxStatistics). All methods raise ``StoreUnavailable``."""

    def folders(self, mailbox_guid: UUID) -> tuple[MailFolder, ...]:
        """Return the folders of a mailbox, in the order of ``MailStore.folders``; none if nobody has used it yet."""

    def item_dates(self, mailbox_guid: UUID) -> Mapping[int, tuple[datetime, datetime]]:
        """Return when the oldest and the newest message of each folder came, by folder number; empty folders are left out."""

    def last_logon(self, mailbox_guid: UUID) -> Logon | None:
        """Return who opened a mailbox last."""


class LogonJournal(Protocol):
    """Writes down who opens mailboxes. It is no change of the directory: nobody waits for it, and no change number counts it."""

    def note(self, logons: Iterable[Logon]) -> None:
        """Write down logons; a later one of the same mailbox takes the place of an earlier. Raises ``StoreUnavailable``, ``StoreFull``."""
