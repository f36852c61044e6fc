"""The chain of the audit log: each entry's hash over itself and the one before; checked, and cut off at its beginning."""

import hashlib
from collections.abc import Callable
from typing import Final

from delegacy.domain.audit import AuditProblem, AuditPurge, AuditVerification
from delegacy.domain.errors import StoreError
from delegacy.store.connection import Connection, Row

FIRST_HASH: Final = bytes(32)
"""What stands before the first entry."""
_AT_ONCE: Final = 1000
_PAGE: Final = (
    "SELECT sequence, run_date, record, hash, cmdlet_key, object_key, caller_key, failed FROM audit_entry "
    "WHERE sequence > ? ORDER BY sequence LIMIT ?"
)
_DUE: Final = "SELECT sequence, hash FROM audit_entry WHERE sequence <= ? ORDER BY sequence DESC LIMIT 1"
_FIRST_KEPT: Final = "SELECT sequence FROM audit_entry WHERE run_date >= ? ORDER BY sequence LIMIT 1"


def chained(before: bytes, sequence: int, run_date: int, text: str) -> bytes:
    """Return the hash of an entry that follows one with the hash ``before``."""
    return hashlib.sha256(before + f"{sequence} {run_date} {text}".encode()).digest()


def verified(connection: Connection, columns_of: Callable[[int, int, str], tuple[object, ...]]) -> AuditVerification:
    """Check the whole log, a page at a time, up to the first entry that is broken.

    ``columns_of`` returns what must stand beside a record for searches.
    """
    checkpoint, checkpoint_hash, last, last_hash = _head(connection)
    sequence, digest = checkpoint, checkpoint_hash

    def result(broken: int | None = None, problem: AuditProblem | None = None) -> AuditVerification:
        count = sequence - checkpoint
        first = checkpoint + 1 if count else 0
        return AuditVerification(
            first, sequence if count else 0, count, checkpoint, checkpoint_hash, digest, broken, problem
        )

    while rows := connection.rows(_PAGE, (sequence, _AT_ONCE)):
        for row in rows:
            problem = _problem(row, sequence + 1, last, digest, columns_of)
            if problem is not None:
                return result(sequence + 1, problem)
            sequence, digest = row[0], bytes(row[3])
    if sequence < last:
        return result(sequence + 1, AuditProblem.MISSING)
    if digest != last_hash:
        return result(sequence, AuditProblem.CHANGED)
    return result()


def purge(connection: Connection, before: int | None, limit: int | None, aside: str) -> AuditPurge | None:
    """Remove entries from the beginning, and keep the hash of the last one that went (``AuditLogKeeper.purge_audit_entries``)."""
    checkpoint, _, last, _ = _head(connection)
    kept = None if before is None else connection.row(_FIRST_KEPT, (before,))
    due = last if kept is None else kept[0] - 1
    end = due if limit is None else min(due, checkpoint + limit)
    others = connection.row("SELECT 1 FROM audit_entry WHERE sequence <= ? AND cmdlet_key <> ? LIMIT 1", (end, aside))
    gone = connection.row(_DUE, (end,))
    if others is None or gone is None:
        return None
    connection.run("DELETE FROM audit_entry WHERE sequence <= ?", (end,))
    connection.run("UPDATE head SET audit_base_sequence = ?, audit_base_hash = ? WHERE id = 1", tuple(gone))
    return AuditPurge(checkpoint + 1, gone[0], bytes(gone[1]), more=end < due)


def _head(connection: Connection) -> tuple[int, bytes, int, bytes]:
    """Return number and hash of the last entry that was purged, and of the last that was written."""
    row = connection.row(
        "SELECT audit_base_sequence, audit_base_hash, audit_sequence, audit_hash FROM head WHERE id = 1"
    )
    if row is None:
        raise StoreError("The database holds no directory.")
    base, base_hash, last, last_hash = row
    return base, FIRST_HASH if base_hash is None else bytes(base_hash), last, bytes(last_hash)


def _problem(
    row: Row, expected: int, last: int, before: bytes, columns_of: Callable[[int, int, str], tuple[object, ...]]
) -> AuditProblem | None:
    sequence, run_date, text, digest, *columns = row
    if expected > last:
        return AuditProblem.ADDED
    if sequence != expected:
        return AuditProblem.MISSING
    if chained(before, sequence, run_date, text) != bytes(digest):
        return AuditProblem.CHANGED
    return None if columns_of(sequence, run_date, text) == tuple(columns) else AuditProblem.COLUMNS
