"""Mail put back from a backup: the folders become other ones, so that nobody takes what he knew of them for what is there now.

Mail programs keep messages by UIDVALIDITY and UID, and after the backup other messages may have had the UIDs that are given out next; open
sessions go by the numbers of folders. So each folder gets a greater UIDVALIDITY than any there was, and a number that was nobody's: a
session whose folder it was finds it gone.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from delegacy.store.connection import Connection, Dialect
from delegacy.store.mail_schema import folder, message, tombstone

NUMBERED_BY_FOLDER: Final = frozenset({message.name, tombstone.name})
"""The tables whose rows name their folder by number, in the column ``folder_id``."""

_LAST_VALIDITY: Final = "SELECT coalesce(max(last_uid_validity), 0) FROM mail_mailbox"
_LARGEST_NUMBER: Final = "SELECT coalesce(max(id), 0) FROM mail_folder"
_RENUMBER: Final = "UPDATE mail_folder SET id = id + ?, uid_validity = ?"
_RAISE_VALIDITY: Final = "UPDATE mail_mailbox SET last_uid_validity = ?"


@dataclass(frozen=True, slots=True)
class Overwritten:
    """What the mail that is overwritten has given out last, and the present moment, before which everything lost was given out."""

    folder_number: int
    uid_validity: int
    now: datetime

    def validity_after(self, restored: int) -> int:
        """Return a UIDVALIDITY that no folder has had, ``restored`` being the last one of the backup."""
        return max(self.uid_validity, restored, int(self.now.timestamp())) + 1


def overwritten(connection: Connection, now: datetime) -> Overwritten:
    """Return what must not be given out again. The database may be empty; nobody else is writing to it."""
    if connection.dialect is Dialect.POSTGRESQL:
        number = _number(connection.row(f"SELECT nextval(pg_get_serial_sequence('{folder.name}', 'id'))"))
    elif connection.row("SELECT 1 FROM sqlite_master WHERE name = 'mail_folder'") is None:
        return Overwritten(0, 0, now)
    else:
        number = _number(connection.row("SELECT max(seq) FROM sqlite_sequence WHERE name = 'mail_folder'"))
    return Overwritten(number, _number(connection.row(_LAST_VALIDITY)), now)


def renew_file(file: sqlite3.Connection, before: Overwritten) -> None:
    """Renew the folders of a database file that is going to be the mail; its foreign keys are not enforced."""
    largest = _number(file.execute(_LARGEST_NUMBER).fetchone())
    shift = max(before.folder_number, largest)
    validity = before.validity_after(_number(file.execute(_LAST_VALIDITY).fetchone()))
    file.execute("BEGIN")
    file.execute(_RENUMBER, (shift, validity))
    for name in sorted(NUMBERED_BY_FOLDER):
        file.execute(f"UPDATE {name} SET folder_id = folder_id + ?", (shift,))
    file.execute(_RAISE_VALIDITY, (validity,))
    file.execute("DELETE FROM sqlite_sequence WHERE name = 'mail_folder'")
    file.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('mail_folder', ?)", (shift + largest,))
    file.execute("COMMIT")


def renew_folders(connection: Connection, before: Overwritten) -> int:
    """Renew folders that have been put back, with nothing that names them yet, and return what was added to their numbers."""
    shift = max(before.folder_number, _number(connection.row(_LARGEST_NUMBER)))
    validity = before.validity_after(_number(connection.row(_LAST_VALIDITY)))
    connection.run(_RENUMBER, (shift, validity))
    connection.run(_RAISE_VALIDITY, (validity,))
    return shift


def _number(row: Sequence[object] | None) -> int:
    value = None if row is None else row[0]
    return value if isinstance(value, int) else 0
