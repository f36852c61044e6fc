"""Who has to be told: sessions by the folder they have selected, and all of them when the directory changes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final, Protocol

from delegacy.domain.errors import StoreError
from delegacy.domain.mail_store import MailStore
from delegacy.domain.ports import Clock
from delegacy.enforcement.authorizer import Authorizer
from delegacy.mail.imap.workers import MailWorkers

_log = logging.getLogger(__name__)

_DIRECTORY_TICK: Final = 0.25
"""Seconds between looks at the directory's change number: a right that is lost ends an idle session within a second."""
_FOLDERS_TICK: Final = 1.0
"""Seconds between looks at folders, for what other processes have put there; our own changes are told at once."""


class Watcher(Protocol):
    """A session, as far as it is told things. Neither method waits."""

    def folder_changed(self) -> None:
        """Note that the selected folder has changed."""

    def directory_looked_at(self, change: int, now: datetime) -> None:
        """Note the number of the last directory change, and the time: a right may have gone, or come to its end."""


class FolderWatch:
    """The sessions of a server, and what each follows. Belongs to the event loop that it is made in."""

    def __init__(self, store: MailStore, workers: MailWorkers, authorizer: Authorizer, clock: Clock) -> None:
        self._store = store
        self._workers = workers
        self._authorizer = authorizer
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._followed: dict[Watcher, int | None] = {}
        self._modseqs: dict[int, int] = {}

    @contextmanager
    def joined(self, watcher: Watcher) -> Iterator[None]:
        """Return a context in which the session is told of changes."""
        self._followed[watcher] = None
        try:
            yield
        finally:
            del self._followed[watcher]

    def follow(self, watcher: Watcher, folder_id: int | None) -> None:
        """Tell the session of changes in this folder from now on, or in none."""
        self._followed[watcher] = folder_id
        if folder_id is not None:  # for what has happened since the folder was read
            watcher.folder_changed()

    async def run(self) -> None:
        """Look at directory and folders until cancelled."""
        with self._store.watching(self._committed):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._every(_DIRECTORY_TICK, self._look_at_directory))
                group.create_task(self._every(_FOLDERS_TICK, self._look_at_folders))

    def _committed(self, folder_ids: frozenset[int]) -> None:
        """Pass on what a commit in this process has changed; called in the thread that committed."""
        self._loop.call_soon_threadsafe(self._folders_changed, folder_ids)

    def _folders_changed(self, folder_ids: frozenset[int]) -> None:
        for watcher, followed in self._followed.items():
            if followed in folder_ids:
                watcher.folder_changed()

    async def _look_at_directory(self) -> None:
        change, now = await self._authorizer.change(), self._clock.now()
        for watcher in self._followed:
            watcher.directory_looked_at(change, now)

    async def _look_at_folders(self) -> None:
        followed = {folder_id for folder_id in self._followed.values() if folder_id is not None}
        if not followed:
            return
        modseqs = dict(await self._workers.call(self._store.modseqs, followed))
        changed = frozenset(
            folder_id for folder_id in followed if modseqs.get(folder_id) != self._modseqs.get(folder_id)
        )
        self._modseqs = modseqs
        self._folders_changed(changed)

    @staticmethod
    async def _every(seconds: float, look: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await look()
            except StoreError as error:
                _log.warning("changes could not be looked at", extra={"reason": error.error_id})
            await asyncio.sleep(seconds)
