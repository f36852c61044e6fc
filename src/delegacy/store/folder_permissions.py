"""Permissions on single mail folders: written and read. Folders are known by GUID; the mail store has them."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from delegacy.domain.folder import FolderRights
from delegacy.domain.folder_permission import FolderPermission
from delegacy.domain.ports import LostGrant
from delegacy.domain.sid import Sid
from delegacy.store.connection import Connection
from delegacy.store.principals import find_trustee, sid_of, trustee_for
from delegacy.store.rows import to_moment_or_none, to_number_or_null
from delegacy.store.transaction import Transaction

_READ: Final = """
    SELECT p.trustee, p.rights, g.name, p.granted_at, p.expires_at, o.sid, f.sid
    FROM folder_permission p
    LEFT JOIN object o ON o.id = p.trustee
    LEFT JOIN foreign_principal f ON f.id = p.trustee
    LEFT JOIN grantor g ON g.id = p.granted_by
    WHERE p.mailbox = ? AND p.folder = ? AND (p.expires_at IS NULL OR p.expires_at > ?)
    ORDER BY coalesce(p.granted_at, 0), p.trustee
"""
_PUT: Final = """
    INSERT INTO folder_permission (mailbox, folder, trustee, to_group, rights, granted_by, granted_at, expires_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (mailbox, folder, trustee) DO UPDATE SET
        rights = excluded.rights, granted_by = excluded.granted_by, granted_at = excluded.granted_at, expires_at = excluded.expires_at
"""


def read(connection: Connection, mailbox: int, folder: UUID, now: int) -> tuple[FolderPermission, ...]:
    """Return the entries on a folder, without what has ended at ``now``."""
    return tuple(
        FolderPermission(
            sid_of(trustee, own, foreign),
            FolderRights(rights),
            granted_by or "",
            to_moment_or_none(granted_at),
            to_moment_or_none(expires_at),
        )
        for trustee, rights, granted_by, granted_at, expires_at, own, foreign in connection.rows(
            _READ, (mailbox, folder.bytes, now)
        )
    )


def entries_of(connection: Connection, mailbox: int, now: int) -> Iterator[tuple[UUID, FolderPermission]]:
    """Yield the entries on every folder of a mailbox, without what has ended at ``now``."""
    folders = connection.rows("SELECT DISTINCT folder FROM folder_permission WHERE mailbox = ?", (mailbox,))
    for folder in (UUID(bytes=bytes(row[0])) for row in folders):
        yield from ((folder, entry) for entry in read(connection, mailbox, folder, now))


def lost_with(connection: Connection, trustee: int) -> Iterator[LostGrant]:
    """Yield what ends on folders when a trustee is removed, mailbox by mailbox."""
    for container, name in connection.rows(
        "SELECT o.container, o.name FROM object o WHERE o.id <> ? "
        "AND EXISTS (SELECT 1 FROM folder_permission p WHERE p.trustee = ? AND p.mailbox = o.id) ORDER BY o.id",
        (trustee, trustee),
    ):
        yield LostGrant(None, frozenset(), f"{container}/{name}", on_folders=True)


def put(transaction: Transaction, mailbox: int, folder: UUID, permission: FolderPermission) -> None:
    """Store an entry over the one of its trustee, or add it."""
    trustee = trustee_for(transaction, permission.trustee)
    transaction.connection.run(
        _PUT,
        (
            mailbox,
            folder.bytes,
            trustee.key,
            int(trustee.is_group),
            int(permission.rights),
            transaction.grantor(permission.granted_by),
            to_number_or_null(permission.granted_at),
            to_number_or_null(permission.expires_at),
        ),
    )


def remove(connection: Connection, mailbox: int, folder: UUID, sid: Sid) -> None:
    """Remove the entry of a trustee."""
    trustee = find_trustee(connection, sid)
    if trustee is not None:
        connection.run(
            "DELETE FROM folder_permission WHERE mailbox = ? AND folder = ? AND trustee = ?",
            (mailbox, folder.bytes, trustee.key),
        )
