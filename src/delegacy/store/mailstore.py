"""The mail store on SQLite or PostgreSQL (see ``domain.mail_store``)."""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from delegacy.domain.folder import FolderNotFound, FolderPath, MailFolder, SpecialFolder
from delegacy.domain.mail_item import AnalysedMessage, Flags, SystemFlag
from delegacy.domain.mail_search import All, Either, KeptCriterion, Not
from delegacy.domain.mail_store import (
    BY_NOBODY,
    Copied,
    Deposit,
    FlagChange,
    FlagChangeResult,
    FlagState,
    FolderChanges,
    FolderView,
    MailboxAccess,
    MailboxStatistics,
    MessageColumn,
    MessageRow,
    Placed,
    Placing,
)
from delegacy.domain.ports import Clock
from delegacy.store import mail_delivery, mail_folders, mail_messages
from delegacy.store.connection import Row
from delegacy.store.engine import Database
from delegacy.store.mail_messages import FlagsReader, NewMessage
from delegacy.store.mail_search import SearchCompiler
from delegacy.store.mail_transaction import MailTransaction, MailTransactions

_OF_CONTENT: Final = " JOIN mail_content c ON c.id = m.content_id"
_OF_DATA: Final = " JOIN mail_data d ON d.content_id = m.content_id"
_COLUMNS: Final = MappingProxyType(
    {
        MessageColumn.SYSTEM_FLAGS: ("m.system_flags", ""),
        MessageColumn.KEYWORDS: ("m.keywords", ""),
        MessageColumn.MODSEQ: ("m.modseq", ""),
        MessageColumn.RECEIVED: ("m.received", ""),
        MessageColumn.SIZE: ("m.size", ""),
        MessageColumn.CREATOR: ("coalesce(m.creator, '')", ""),
        MessageColumn.ENVELOPE: ("c.envelope", _OF_CONTENT),
        MessageColumn.BODY: ("c.body", _OF_CONTENT),
        MessageColumn.BODY_STRUCTURE: ("c.body_structure", _OF_CONTENT),
        MessageColumn.PARTS: ("c.parts", _OF_CONTENT),
        MessageColumn.LIST_FIELDS: ("c.list_fields", _OF_CONTENT),
        MessageColumn.LIST_FIELDS_PRESENT: ("c.list_fields_present", _OF_CONTENT),
        MessageColumn.HEADER: ("d.header", _OF_DATA),
        MessageColumn.TEXT: ("d.text", _OF_DATA),
    }
)


class SqlMailStore:
    """Implements ``MailStore``. The database has the tables of ``mail_schema``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._transactions = MailTransactions(database)
        self._clock = clock

    @property
    def transactions(self) -> MailTransactions:
        """Return what the queue of outgoing mail shares with this store."""
        return self._transactions

    def folders(self, access: MailboxAccess) -> tuple[MailFolder, ...]:
        with self._transactions.reading() as transaction:
            folders = mail_folders.list_folders(transaction, access.mailbox_guid)
        if folders:
            return folders
        with self._transactions.writing() as transaction:
            mail_folders.ensure_mailbox(transaction, access.mailbox_guid, self._now())
            return mail_folders.list_folders(transaction, access.mailbox_guid)

    def folder(self, access: MailboxAccess, path: FolderPath) -> MailFolder:
        with self._transactions.reading() as transaction:
            found = mail_folders.find_folder_by_path(transaction, access.mailbox_guid, path)
        if found is None:
            found = next((folder for folder in self.folders(access) if folder.path.key == path.key), None)
        if found is None:
            raise FolderNotFound("The mailbox has no such folder.", str(path))
        return found

    def create_folder(self, access: MailboxAccess, path: FolderPath) -> MailFolder:
        with self._transactions.writing() as transaction:
            return mail_folders.create_folder(transaction, access.mailbox_guid, path, self._now())

    def delete_folder(self, access: MailboxAccess, folder_id: int) -> None:
        with self._transactions.writing() as transaction:
            mail_folders.ensure_mailbox(transaction, access.mailbox_guid, self._now())
            _drop(transaction, mail_folders.find_deletable_folder(transaction, access.mailbox_guid, folder_id))

    def rename_folder(self, access: MailboxAccess, folder_id: int, path: FolderPath) -> None:
        with self._transactions.writing() as transaction:
            mail_folders.rename_folder(transaction, access.mailbox_guid, folder_id, path, self._now())

    def set_subscribed(self, access: MailboxAccess, subscriber: UUID, path: FolderPath, *, subscribed: bool) -> None:
        with self._transactions.writing() as transaction:
            transaction.run(
                "INSERT INTO mail_subscription (subscriber, mailbox_guid, path_key, path, subscribed) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (subscriber, mailbox_guid, path_key) DO UPDATE SET path = excluded.path, subscribed = excluded.subscribed",
                (str(subscriber), str(access.mailbox_guid), path.key, str(path), subscribed),
            )

    def subscriptions(self, access: MailboxAccess, subscriber: UUID) -> Mapping[FolderPath, bool]:
        with self._transactions.reading() as transaction:
            rows = transaction.rows(
                "SELECT path, subscribed FROM mail_subscription WHERE subscriber = ? AND mailbox_guid = ?",
                (str(subscriber), str(access.mailbox_guid)),
            )
        return {FolderPath.parse(path): bool(subscribed) for path, subscribed in rows}

    def view(self, access: MailboxAccess, folder_id: int) -> FolderView:
        with self._transactions.reading() as transaction:
            folder = mail_folders.find_folder(transaction, access.mailbox_guid, folder_id)
            rows = transaction.rows("SELECT uid FROM mail_message WHERE folder_id = ? ORDER BY uid", (folder_id,))
        return FolderView(folder, array("I", [row[0] for row in rows]))

    def first_unseen(self, access: MailboxAccess, folder_id: int) -> int | None:
        with self._transactions.reading() as transaction:
            mail_folders.require_folder(transaction, access.mailbox_guid, folder_id)
            row = transaction.row(
                "SELECT uid FROM mail_message WHERE folder_id = ? AND (system_flags & 1) = 0 ORDER BY uid LIMIT 1",
                (folder_id,),
            )
        return None if row is None else int(row[0])

    def changes(self, access: MailboxAccess, folder_id: int, since: int) -> FolderChanges:
        with self._transactions.reading() as transaction:
            folder = mail_folders.find_folder(transaction, access.mailbox_guid, folder_id)
            if folder.highest_modseq <= since:
                return FolderChanges(folder)
            updated = transaction.rows(
                "SELECT uid, system_flags, keywords, modseq FROM mail_message WHERE folder_id = ? AND modseq > ? ORDER BY uid",
                (folder_id, since),
            )
            vanished = transaction.rows(
                "SELECT uid FROM mail_tombstone WHERE folder_id = ? AND modseq > ? ORDER BY uid", (folder_id, since)
            )
        reader = FlagsReader()
        return FolderChanges(
            folder,
            tuple(FlagState(row[0], reader.read(row[1], row[2]), row[3]) for row in updated),
            tuple(row[0] for row in vanished),
        )

    def fetch(
        self, access: MailboxAccess, folder_id: int, uids: Sequence[int], columns: Sequence[MessageColumn]
    ) -> list[MessageRow]:
        names = "".join(f", {_COLUMNS[column][0]}" for column in columns)
        joins = "".join(sorted({_COLUMNS[column][1] for column in columns}))
        with self._transactions.reading() as transaction:
            mail_folders.require_folder(transaction, access.mailbox_guid, folder_id)
            condition, keys = transaction.among("m.uid", uids)
            return transaction.rows(
                f"SELECT m.uid{names} FROM mail_message m{joins} WHERE m.folder_id = ? AND {condition} ORDER BY m.uid",
                (folder_id, *keys),
            )

    def search(
        self, access: MailboxAccess, folder_id: int, criterion: KeptCriterion | Not | All | Either
    ) -> Sequence[int]:
        with self._transactions.reading() as transaction:
            mail_folders.require_folder(transaction, access.mailbox_guid, folder_id)
            compiler = SearchCompiler(transaction.dialect)
            condition, values = compiler.compile(criterion)
            join = _OF_CONTENT if compiler.needs_content else ""
            rows = transaction.rows(
                f"SELECT m.uid FROM mail_message m{join} WHERE m.folder_id = ? AND ({condition}) ORDER BY m.uid",
                (folder_id, *values),
            )
        return array("I", [row[0] for row in rows])

    def append(
        self,
        access: MailboxAccess,
        folder_id: int,
        message: AnalysedMessage,
        flags: Flags,
        received: datetime,
        placing: Placing = BY_NOBODY,
    ) -> Placed:
        with self._transactions.writing() as transaction:
            place = (access.mailbox_guid, folder_id)
            folder = mail_folders.lock_folders(transaction, [place])[place]
            content_id = mail_messages.store_content(transaction, message)
            return mail_messages.place(
                transaction, folder, [_new_message(content_id, message, flags, received)], placing
            )

    def copy(
        self,
        access: MailboxAccess,
        folder_id: int,
        uids: Sequence[int],
        *,
        to: MailboxAccess,
        to_folder_id: int,
        placing: Placing = BY_NOBODY,
    ) -> Copied:
        source, target = (access.mailbox_guid, folder_id), (to.mailbox_guid, to_folder_id)
        with self._transactions.writing() as transaction:
            locked = mail_folders.lock_folders(transaction, [source, target])
            return mail_messages.copy(transaction, locked[source], uids, locked[target], placing)

    def move(
        self,
        access: MailboxAccess,
        folder_id: int,
        uids: Sequence[int],
        *,
        to: MailboxAccess,
        to_folder_id: int,
        placing: Placing = BY_NOBODY,
    ) -> Copied:
        source, target = (access.mailbox_guid, folder_id), (to.mailbox_guid, to_folder_id)
        with self._transactions.writing() as transaction:
            locked = mail_folders.lock_folders(transaction, [source, target])
            copied = mail_messages.copy(transaction, locked[source], uids, locked[target], placing)
            # Read again: a message moved within its folder has just changed the folder's numbers.
            folder = mail_folders.find_folder(transaction, access.mailbox_guid, folder_id)
            mail_messages.remove(transaction, folder, _removable(transaction, folder_id, copied.source_uids))
            return copied

    def change_flags(
        self, access: MailboxAccess, folder_id: int, uids: Sequence[int], change: FlagChange
    ) -> FlagChangeResult:
        with self._transactions.writing() as transaction:
            place = (access.mailbox_guid, folder_id)
            folder = mail_folders.lock_folders(transaction, [place])[place]
            return mail_messages.change_flags(transaction, folder, uids, change)

    def expunge(self, access: MailboxAccess, folder_id: int, uids: Sequence[int] | None = None) -> tuple[int, ...]:
        with self._transactions.reading() as transaction:
            if mail_folders.find_folder(transaction, access.mailbox_guid, folder_id).deleted_count == 0:
                return ()
        with self._transactions.writing() as transaction:
            place = (access.mailbox_guid, folder_id)
            folder = mail_folders.lock_folders(transaction, [place])[place]
            wanted = range(1, folder.uid_next) if uids is None else uids
            rows = [row for row in _removable(transaction, folder_id, wanted) if row[2] & SystemFlag.DELETED]
            mail_messages.remove(transaction, folder, rows)
            mail_messages.sweep(transaction, [row[1] for row in rows])
        return tuple(row[0] for row in rows)

    def statistics(self, access: MailboxAccess) -> MailboxStatistics:
        folders = self.folders(access)
        deleted = [folder for folder in folders if folder.special is SpecialFolder.DELETED_ITEMS]
        return MailboxStatistics(
            item_count=sum(folder.message_count for folder in folders),
            total_item_size=sum(folder.size for folder in folders),
            deleted_item_count=sum(folder.message_count for folder in deleted),
            total_deleted_item_size=sum(folder.size for folder in deleted),
        )

    def deliver(self, message: AnalysedMessage, deposits: Iterable[Deposit], received: datetime) -> tuple[Placed, ...]:
        with self._transactions.writing() as transaction:
            return mail_delivery.place_copies(transaction, message, tuple(deposits), received, self._now())

    def remove_mailbox(self, mailbox_guid: UUID) -> None:
        with self._transactions.writing() as transaction:
            for folder in mail_folders.list_folders(transaction, mailbox_guid):
                _drop(transaction, folder)
            transaction.run("DELETE FROM mail_mailbox WHERE guid = ?", (str(mailbox_guid),))
            transaction.run("DELETE FROM mail_subscription WHERE mailbox_guid = ?", (str(mailbox_guid),))
            transaction.run("DELETE FROM mail_logon WHERE mailbox_guid = ?", (str(mailbox_guid),))

    def modseqs(self, folder_ids: Iterable[int]) -> Mapping[int, int]:
        with self._transactions.reading() as transaction:
            condition, keys = transaction.among("id", sorted(set(folder_ids)))
            rows = transaction.rows(f"SELECT id, highest_modseq FROM mail_folder WHERE {condition}", keys)
        return {row[0]: row[1] for row in rows}

    def watching(self, listener: Callable[[frozenset[int]], None]) -> AbstractContextManager[None]:
        return self._transactions.listening(listener)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _new_message(content_id: int, message: AnalysedMessage, flags: Flags, received: datetime) -> NewMessage:
    return NewMessage(content_id, flags, int(received.timestamp()), len(message.content))


def _removable(transaction: MailTransaction, folder_id: int, uids: Sequence[int]) -> list[Row]:
    return mail_messages.select(transaction, folder_id, uids, "uid, content_id, system_flags, size")


def _drop(transaction: MailTransaction, folder: MailFolder) -> None:
    rows = _removable(transaction, folder.id, range(1, folder.uid_next))
    mail_messages.remove(transaction, folder, rows)
    mail_messages.sweep(transaction, [row[1] for row in rows])
    mail_folders.drop_folder(transaction, folder.id)
