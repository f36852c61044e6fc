"""The administrator audit log: rows that are only ever added, each with a hash over itself and the one before."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from delegacy.domain.audit import AuditRecord, ModifiedProperty
from delegacy.store.connection import Connection
from delegacy.store.rows import to_moment, to_number
from delegacy.store.transaction import Transaction

FIRST_HASH: Final = bytes(32)
"""What stands before the first entry."""
_INSERT: Final = "INSERT INTO audit_entry (sequence, run_date, record, hash) VALUES (?, ?, ?, ?)"
_AT_ONCE: Final = 1000


class SqlAuditLog:
    """``AuditLog`` of a write transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def append(self, records: Sequence[AuditRecord]) -> None:
        rows = []
        sequence, digest = self._transaction.audit_sequence, self._transaction.audit_hash
        for record in records:
            sequence += 1
            run_date, text = to_number(record.run_date), _written(record)
            digest = _chained(digest, sequence, run_date, text)
            rows.append((sequence, run_date, text, digest))
        self._transaction.connection.run_many(_INSERT, rows)
        self._transaction.audit_sequence, self._transaction.audit_hash = sequence, digest

    def search(
        self, *, start: datetime | None = None, end: datetime | None = None, limit: int = 1000
    ) -> Sequence[AuditRecord]:
        return search(self._transaction.connection, start=start, end=end, limit=limit)


def search(
    connection: Connection, *, start: datetime | None = None, end: datetime | None = None, limit: int = 1000
) -> Sequence[AuditRecord]:
    """Return entries from ``start`` to before ``end``, newest first."""
    sql = "SELECT run_date, record FROM audit_entry WHERE true"
    parameters: list[object] = []
    if start is not None:
        sql, parameters = f"{sql} AND run_date >= ?", [*parameters, to_number(start)]
    if end is not None:
        sql, parameters = f"{sql} AND run_date < ?", [*parameters, to_number(end)]
    rows = connection.rows(f"{sql} ORDER BY run_date DESC, sequence DESC LIMIT ?", (*parameters, limit))
    return [_read(*row) for row in rows]


def first_broken(connection: Connection) -> int | None:
    """Return the number of the first entry that is not what was written, or is missing; None if the log is whole."""
    expected, digest = 1, FIRST_HASH
    while True:
        rows = connection.rows(
            "SELECT sequence, run_date, record, hash FROM audit_entry WHERE sequence >= ? ORDER BY sequence LIMIT ?",
            (expected, _AT_ONCE),
        )
        for sequence, run_date, text, stored in rows:
            digest = _chained(digest, sequence, run_date, text)
            if sequence != expected or digest != bytes(stored):
                return expected
            expected += 1
        if len(rows) < _AT_ONCE:
            break
    row = connection.row("SELECT audit_sequence, audit_hash FROM head WHERE id = 1")
    whole = row is not None and row[0] == expected - 1 and bytes(row[1]) == digest
    return None if whole else expected


def _chained(before: bytes, sequence: int, run_date: int | None, text: str) -> bytes:
    return hashlib.sha256(before + f"{sequence} {run_date} {text}".encode()).digest()


def _written(record: AuditRecord) -> str:
    return json.dumps(
        [
            record.caller,
            record.origin,
            record.cmdlet,
            record.parameters,
            record.object_modified,
            [(prop.name, prop.old_value, prop.new_value) for prop in record.modified_properties],
            record.succeeded,
            record.error,
            record.change,
        ]
    )


def _read(run_date: int, text: str) -> AuditRecord:
    caller, origin, cmdlet, parameters, object_modified, modified, succeeded, error, change = json.loads(text)
    return AuditRecord(
        run_date=to_moment(run_date),
        caller=caller,
        origin=origin,
        cmdlet=cmdlet,
        parameters=tuple((name, value) for name, value in parameters),
        object_modified=object_modified,
        modified_properties=tuple(ModifiedProperty(*values) for values in modified),
        succeeded=succeeded,
        error=error,
        change=change,
    )
