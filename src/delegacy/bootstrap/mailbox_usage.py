"""How much mailboxes hold, for the shell: the mail store is opened when somebody asks, for most commands don't."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from threading import Lock
from uuid import UUID

from delegacy.domain.folder import MailFolder
from delegacy.domain.mailbox_usage import Logon, MailboxUsage


class UsageWhenAsked:
    """``MailboxUsage`` of a mail store that ``open_usage`` opens; what it opens is closed with this."""

    def __init__(self, open_usage: Callable[[ExitStack], MailboxUsage]) -> None:
        self._open = open_usage
        self._opened: MailboxUsage | None = None
        self._closing = ExitStack()
        self._lock = Lock()

    def folders(self, mailbox_guid: UUID) -> tuple[MailFolder, ...]:
        """Return the folders of a mailbox."""
        return self._usage().folders(mailbox_guid)

    def item_dates(self, mailbox_guid: UUID) -> Mapping[int, tuple[datetime, datetime]]:
        """Return when the oldest and the newest message of each folder came."""
        return self._usage().item_dates(mailbox_guid)

    def last_logon(self, mailbox_guid: UUID) -> Logon | None:
        """Return who opened a mailbox last."""
        return self._usage().last_logon(mailbox_guid)

    def close(self) -> None:
        """Close what was opened."""
        self._closing.close()

    def _usage(self) -> MailboxUsage:
        with self._lock:
            if self._opened is None:
                self._opened = self._open(self._closing)
            return self._opened
