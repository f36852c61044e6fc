"""What is put back from a backup: nothing that was given out since then is given out again, to somebody or something else.

In the directory these are the numbers of changes, objects and entries, and the accounts' relative identifiers (Active Directory discards its
pool of them too when it is restored): open sessions go by them, and so does whoever kept a SID.

Folders of mail become other ones. Mail programs keep messages by UIDVALIDITY and UID, and after the backup other messages may have had the
UIDs that are given out next; open sessions go by the numbers of folders. So each folder gets a greater UIDVALIDITY than any there was, and a
number that was nobody's: a session whose folder it was finds it gone.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from delegacy.store.connection import Connection, Dialect
from delegacy.store.mail_schema import folder, message, tombstone

NUMBERED_BY_FOLDER: Final = frozenset({message.name, tombstone.name})
"""The tables whose rows name their folder by number, in the column ``folder_id``."""

_LAST_VALIDITY: Final = "SELECT coalesce(max(last_uid_validity), 0) FROM mail_mailbox"
_LARGEST_NUMBER: Final = "SELECT coalesce(max(id), 0) FROM mail_folder"
_RENUMBER: Final = "UPDATE mail_folder SET id = id + ?, uid_validity = ?"
_RAISE_VALIDITY: Final = "UPDATE mail_mailbox SET last_uid_validity = ?"


_COUNTERS: Final = ("change", "next_object", "next_entry", "next_foreign")
_RAISE_COUNTERS: Final = (
    "UPDATE head SET "
    + ", ".join(f"{name} = CASE WHEN {name} > ? THEN {name} ELSE ? END" for name in _COUNTERS)
    + " WHERE id = 1"
)
_NEXT_CHANGE: Final = "UPDATE head SET change = change + 1 WHERE id = 1"
_RAISE_RID: Final = "UPDATE account_domain SET next_rid = ? WHERE netbios_key = ? AND next_rid < ?"


class Statements(Protocol):
    """What runs statements, with parameters as question marks."""

    def __call__(self, sql: str, parameters: Sequence[object] = (), /) -> object:
        """Run one."""


@dataclass(frozen=True, slots=True)
class OverwrittenDirectory:
    """What the directory that is overwritten has given out last: ``counters`` as ``head`` has them, and the next RID of each account domain."""

    counters: tuple[int, ...] = (0,) * len(_COUNTERS)
    rids: tuple[tuple[str, int], ...] = ()


def overwritten_directory(connection: Connection) -> OverwrittenDirectory:
    """Return what must not be given out again. The database may be empty; nobody else is writing to it after this."""
    if connection.dialect is Dialect.SQLITE and not _has_table(connection, "head"):
        return OverwrittenDirectory()
    lock = " FOR UPDATE" if connection.dialect is Dialect.POSTGRESQL else ""
    row = connection.row(f"SELECT {', '.join(_COUNTERS)} FROM head WHERE id = 1{lock}")
    if row is None:
        return OverwrittenDirectory()
    rids = connection.rows("SELECT netbios_key, next_rid FROM account_domain")
    return OverwrittenDirectory(tuple(map(int, row)), tuple((str(key), int(rid)) for key, rid in rids))


def renew_directory(run: Statements, before: OverwrittenDirectory) -> None:
    """Go on after both the directory that was overwritten and the one that has been put back; it counts as a change."""
    run(_RAISE_COUNTERS, [value for value in before.counters for _ in range(2)])
    run(_NEXT_CHANGE)
    for domain, rid in before.rids:
        run(_RAISE_RID, (rid, domain, rid))


@dataclass(frozen=True, slots=True)
class OverwrittenMail:
    """What the mail that is overwritten has given out last, and the present moment, before which everything lost was given out."""

    folder_number: int
    uid_validity: int
    now: datetime

    def validity_after(self, restored: int) -> int:
        """Return a UIDVALIDITY that no folder has had, ``restored`` being the last one of the backup."""
        return max(self.uid_validity, restored, int(self.now.timestamp())) + 1


def overwritten_mail(connection: Connection, now: datetime) -> OverwrittenMail:
    """Return what must not be given out again. The database may be empty; nobody else is writing to it."""
    if connection.dialect is Dialect.POSTGRESQL:
        number = _number(connection.row(f"SELECT nextval(pg_get_serial_sequence('{folder.name}', 'id'))"))
    elif not _has_table(connection, "mail_folder"):
        return OverwrittenMail(0, 0, now)
    else:
        number = _number(connection.row("SELECT max(seq) FROM sqlite_sequence WHERE name = 'mail_folder'"))
    return OverwrittenMail(number, _number(connection.row(_LAST_VALIDITY)), now)


def renew_mail_file(file: sqlite3.Connection, before: OverwrittenMail) -> None:
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


def renew_mail_folders(connection: Connection, before: OverwrittenMail) -> int:
    """Renew folders that have been put back, with nothing that names them yet, and return what was added to their numbers."""
    shift = max(before.folder_number, _number(connection.row(_LARGEST_NUMBER)))
    validity = before.validity_after(_number(connection.row(_LAST_VALIDITY)))
    connection.run(_RENUMBER, (shift, validity))
    connection.run(_RAISE_VALIDITY, (validity,))
    return shift


def _has_table(connection: Connection, name: str) -> bool:
    return connection.row("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)) is not None


def _number(row: Sequence[object] | None) -> int:
    value = None if row is None else row[0]
    return value if isinstance(value, int) else 0
