"""The mail store opened for a test, and short ways to use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from delegacy.domain.folder import FolderPath, MailFolder
from delegacy.domain.mail_item import NO_FLAGS, Flags, SystemFlag
from delegacy.domain.mail_store import FlagAction, FlagChange, FlagChangeResult, MessageColumn
from delegacy.store.engine import Database
from delegacy.store.mailstore import SqlMailStore
from delegacy.store.versions import MAIL, prepare
from delegacy.wire.analysis import analyse_message
from support.mail_world import SteppingClock, letter

NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SEEN: Final = Flags(SystemFlag.SEEN)
DELETED: Final = Flags(SystemFlag.DELETED)


@dataclass(frozen=True)
class Access:
    """Leave to use a mailbox, as tests of the store need no authorizer."""

    mailbox_guid: UUID


AYLA: Final = Access(UUID(int=1))
TERRY: Final = Access(UUID(int=2))


@dataclass
class OpenMail:
    """A mail store without mailboxes."""

    database: Database
    store: SqlMailStore
    clock: SteppingClock

    def folder(self, path: str = "Inbox", access: Access = AYLA) -> MailFolder:
        return self.store.folder(access, FolderPath.parse(path))

    def append(
        self,
        subject: str = "one",
        flags: Flags = NO_FLAGS,
        *,
        path: str = "Inbox",
        access: Access = AYLA,
        body: str = "Hello.",
    ) -> int:
        """Append a letter and return its UID."""
        return self.append_raw(letter(subject, body), flags, path=path, access=access)

    def append_raw(
        self,
        content: bytes,
        flags: Flags = NO_FLAGS,
        *,
        path: str = "Inbox",
        access: Access = AYLA,
        received: datetime = NOW,
    ) -> int:
        message = analyse_message(content)
        placed = self.store.append(access, self.folder(path, access).id, message, flags, received)
        return placed.uids[0]

    def mark(self, uids: list[int], flags: Flags = DELETED, *, path: str = "Inbox") -> FlagChangeResult:
        return self.store.change_flags(AYLA, self.folder(path).id, uids, FlagChange(FlagAction.ADD, flags))

    def uids(self, path: str = "Inbox", access: Access = AYLA) -> list[int]:
        return list(self.store.view(access, self.folder(path, access).id).uids)

    def flags(self, uid: int, path: str = "Inbox") -> tuple[SystemFlag, str]:
        columns = (MessageColumn.SYSTEM_FLAGS, MessageColumn.KEYWORDS)
        ((_, system, keywords),) = self.store.fetch(AYLA, self.folder(path).id, [uid], columns)
        assert isinstance(system, int)
        assert isinstance(keywords, str)
        return SystemFlag(system), keywords

    def content(self, uid: int, path: str = "Inbox", access: Access = AYLA) -> bytes:
        columns = (MessageColumn.HEADER, MessageColumn.TEXT)
        ((_, header, text),) = self.store.fetch(access, self.folder(path, access).id, [uid], columns)
        assert isinstance(header, bytes)
        assert isinstance(text, bytes)
        return header + text

    def count_rows(self, table: str) -> int:
        with self.database.connection() as connection:
            row = connection.row(f"SELECT count(*) FROM {table}")
        assert row is not None
        return int(row[0])


@contextmanager
def opened_mail(database: Database) -> Iterator[OpenMail]:
    """Open the mail store of an empty database."""
    prepare(database, MAIL)
    clock = SteppingClock(NOW)
    try:
        yield OpenMail(database, SqlMailStore(database, clock), clock)
    finally:
        database.close()
