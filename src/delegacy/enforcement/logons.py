"""Noting who opens mailboxes: gathered in memory, and written down a moment later, so that opening one waits for nothing."""

import asyncio
import logging
from threading import Lock
from typing import TYPE_CHECKING, Final

from delegacy.domain.errors import StoreError
from delegacy.domain.mailbox_usage import Logon, LogonJournal
from delegacy.domain.ports import Clock
from delegacy.enforcement.opening import Opening

if TYPE_CHECKING:
    from uuid import UUID

_log = logging.getLogger(__name__)

_PAUSE: Final = 1.0


class LogonNotes:
    """The notes of one process. What a crash loses are the last of them."""

    def __init__(self, journal: LogonJournal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._latest: dict[UUID, Logon] = {}
        self._lock = Lock()

    def opened(self, opening: Opening) -> None:
        """Note that a mailbox has been opened; may be called in any thread."""
        logon = Logon(opening.mailbox_guid, opening.account.logon_name, self._clock.now())
        with self._lock:
            self._latest[logon.mailbox_guid] = logon

    async def run(self) -> None:
        """Write the notes down until cancelled, and once more then."""
        try:
            while True:
                await asyncio.sleep(_PAUSE)
                await asyncio.to_thread(self.write)
        finally:
            self.write()

    def write(self) -> None:
        """Write down what has been noted. What can't be written is kept for the next time, unless there are later notes."""
        with self._lock:
            noted, self._latest = self._latest, {}
        if not noted:
            return
        try:
            self._journal.note(noted.values())
        except StoreError:
            _log.exception("logons not written")
            with self._lock:
                self._latest = noted | self._latest
