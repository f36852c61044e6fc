"""Folders of a mailbox: finding, creating, renaming, deleting, in a transaction that somebody else runs."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid4

from delegacy.domain.folder import (
    FolderExists,
    FolderNotEmpty,
    FolderNotFound,
    FolderPath,
    FolderProtected,
    InvalidFolderName,
    MailFolder,
    SpecialFolder,
)
from delegacy.store.connection import Row
from delegacy.store.mail_transaction import MailTransaction

_COLUMNS: Final = (
    "f.id, f.guid, f.path, f.special, f.uid_validity, f.uid_next, f.highest_modseq, "
    "f.message_count, f.unseen_count, f.deleted_count, f.size, f.keywords"
)
_OF_MAILBOX: Final = "FROM mail_folder f JOIN mail_mailbox b ON b.id = f.mailbox_id WHERE b.guid = ?"


def find_folder(transaction: MailTransaction, mailbox: UUID, folder_id: int) -> MailFolder:
    """Return a folder of a mailbox by number. Raises ``FolderNotFound``."""
    row = transaction.row(f"SELECT {_COLUMNS} {_OF_MAILBOX} AND f.id = ?", (str(mailbox), folder_id))
    if row is None:
        raise FolderNotFound("The mailbox has no such folder.", str(folder_id))
    return _folder(row)


def require_folder(transaction: MailTransaction, mailbox: UUID, folder_id: int) -> None:
    """Raise ``FolderNotFound`` unless the folder is of the mailbox."""
    if transaction.row(f"SELECT 1 {_OF_MAILBOX} AND f.id = ?", (str(mailbox), folder_id)) is None:
        raise FolderNotFound("The mailbox has no such folder.", str(folder_id))


def lock_folders(
    transaction: MailTransaction, wanted: Iterable[tuple[UUID, int]]
) -> dict[tuple[UUID, int], MailFolder]:
    """Return folders of mailboxes, kept from change by other transactions. Raises ``FolderNotFound``.

    Always in the order of their numbers, so that two transactions never wait for each other.
    """
    locked: dict[tuple[UUID, int], MailFolder] = {}
    for mailbox, folder_id in sorted(set(wanted), key=lambda pair: pair[1]):
        if transaction.lock:
            transaction.row(f"SELECT id FROM mail_folder WHERE id = ?{transaction.lock}", (folder_id,))
        locked[mailbox, folder_id] = find_folder(transaction, mailbox, folder_id)
    return locked


def find_folder_by_path(transaction: MailTransaction, mailbox: UUID, path: FolderPath) -> MailFolder | None:
    """Return a folder of a mailbox by path, or None."""
    row = transaction.row(f"SELECT {_COLUMNS} {_OF_MAILBOX} AND f.path_key = ?", (str(mailbox), path.key))
    return None if row is None else _folder(row)


def list_folders(transaction: MailTransaction, mailbox: UUID) -> tuple[MailFolder, ...]:
    """Return the folders of a mailbox: the special ones, then the others by path."""
    folders = [_folder(row) for row in transaction.rows(f"SELECT {_COLUMNS} {_OF_MAILBOX}", (str(mailbox),))]
    return tuple(sorted(folders, key=_listing_order))


_SPECIAL_ORDER: Final = tuple(SpecialFolder)


def _listing_order(folder: MailFolder) -> tuple[int, tuple[str, ...]]:
    place = len(_SPECIAL_ORDER) if folder.special is None else _SPECIAL_ORDER.index(folder.special)
    return place, tuple(name.casefold() for name in folder.path.names)


def ensure_mailbox(transaction: MailTransaction, mailbox: UUID, now: int) -> int:
    """Return the number of a mailbox, which is created with the folders that every mailbox has if it is not there yet.

    ``now`` is the present moment in seconds, which UIDVALIDITY values are taken from. The mailbox is kept from change by others.
    """
    created = transaction.run(
        "INSERT INTO mail_mailbox (guid, last_uid_validity) VALUES (?, ?) ON CONFLICT (guid) DO NOTHING",
        (str(mailbox), 0),
    )
    mailbox_id = transaction.value(f"SELECT id FROM mail_mailbox WHERE guid = ?{transaction.lock}", (str(mailbox),))
    if created:
        for special in SpecialFolder:
            _insert_folder(transaction, mailbox_id, special.path, now, special, special.guid_in(mailbox))
    return mailbox_id


def find_special_folder(transaction: MailTransaction, mailbox: UUID, special: SpecialFolder) -> int | None:
    """Return the number of a folder that every mailbox has; None if the mailbox has not been created."""
    row = transaction.row(f"SELECT f.id {_OF_MAILBOX} AND f.special = ?", (str(mailbox), special.value))
    return None if row is None else int(row[0])


def create_folder(transaction: MailTransaction, mailbox: UUID, path: FolderPath, now: int) -> MailFolder:
    """Create a folder and what is missing above it. Raises ``FolderExists``."""
    mailbox_id = ensure_mailbox(transaction, mailbox, now)
    if find_folder_by_path(transaction, mailbox, path) is not None:
        raise FolderExists("The mailbox has a folder of that name already.", str(path))
    _create_above(transaction, mailbox, mailbox_id, path, now)
    return find_folder(transaction, mailbox, _insert_folder(transaction, mailbox_id, path, now))


def rename_folder(transaction: MailTransaction, mailbox: UUID, folder_id: int, path: FolderPath, now: int) -> None:
    """Move a folder with those below it to another path; see ``MailStore.rename_folder``."""
    mailbox_id = ensure_mailbox(transaction, mailbox, now)
    folder = find_folder(transaction, mailbox, folder_id)
    if folder.special is not None:
        raise FolderProtected("A folder that every mailbox has can't be renamed.", str(folder.path))
    if path.is_below(folder.path):
        raise InvalidFolderName("A folder can't be moved below itself.", str(path))
    there = find_folder_by_path(transaction, mailbox, path)
    if there is not None and there.id != folder_id:
        raise FolderExists("The mailbox has a folder of that name already.", str(path))
    _create_above(transaction, mailbox, mailbox_id, path, now)
    depth = len(folder.path.names)
    moved = [folder, *(other for other in list_folders(transaction, mailbox) if other.path.is_below(folder.path))]
    for other in moved:
        _set_path(transaction, other.id, FolderPath(path.names + other.path.names[depth:]))


def find_deletable_folder(transaction: MailTransaction, mailbox: UUID, folder_id: int) -> MailFolder:
    """Return a folder that may be deleted. Raises ``FolderNotFound``, ``FolderProtected``, ``FolderNotEmpty``."""
    folder = find_folder(transaction, mailbox, folder_id)
    if folder.special is not None:
        raise FolderProtected("A folder that every mailbox has can't be deleted.", str(folder.path))
    if any(other.path.is_below(folder.path) for other in list_folders(transaction, mailbox)):
        raise FolderNotEmpty("The folder has folders below it.", str(folder.path))
    return folder


def drop_folder(transaction: MailTransaction, folder_id: int) -> None:
    """Remove a folder's rows; its messages are gone already."""
    transaction.run("DELETE FROM mail_tombstone WHERE folder_id = ?", (folder_id,))
    transaction.run("DELETE FROM mail_folder WHERE id = ?", (folder_id,))
    transaction.changed.add(folder_id)


def _create_above(transaction: MailTransaction, mailbox: UUID, mailbox_id: int, path: FolderPath, now: int) -> None:
    above = path.parent
    if above is None or find_folder_by_path(transaction, mailbox, above) is not None:
        return
    _create_above(transaction, mailbox, mailbox_id, above, now)
    _insert_folder(transaction, mailbox_id, above, now)


def _insert_folder(
    transaction: MailTransaction,
    mailbox_id: int,
    path: FolderPath,
    now: int,
    special: SpecialFolder | None = None,
    guid: UUID | None = None,
) -> int:
    # RFC 9051 section 2.3.1.1: a folder of the same name made later has a greater UIDVALIDITY, also after a restore from a backup.
    uid_validity = transaction.value(
        "UPDATE mail_mailbox SET last_uid_validity = CASE WHEN last_uid_validity < ? THEN ? ELSE last_uid_validity + 1 END "
        "WHERE id = ? RETURNING last_uid_validity",
        (now, now, mailbox_id),
    )
    return transaction.value(
        "INSERT INTO mail_folder (mailbox_id, guid, path, path_key, special, uid_validity, uid_next, highest_modseq, "
        "message_count, unseen_count, deleted_count, size, keywords) VALUES (?, ?, ?, ?, ?, ?, 1, 1, 0, 0, 0, 0, '') RETURNING id",
        (
            mailbox_id,
            str(guid or uuid4()),
            str(path),
            path.key,
            None if special is None else special.value,
            uid_validity,
        ),
    )


def _set_path(transaction: MailTransaction, folder_id: int, path: FolderPath) -> None:
    transaction.run(
        "UPDATE mail_folder SET path = ?, path_key = ? WHERE id = ?",
        (str(path), path.key, folder_id),
    )


def _folder(row: Row) -> MailFolder:
    return MailFolder(
        id=row[0],
        guid=UUID(row[1]),
        path=FolderPath.parse(row[2]),
        special=None if row[3] is None else SpecialFolder(row[3]),
        uid_validity=row[4],
        uid_next=row[5],
        highest_modseq=row[6],
        message_count=row[7],
        unseen_count=row[8],
        deleted_count=row[9],
        size=row[10],
        keywords=frozenset(row[11].split()),
    )
