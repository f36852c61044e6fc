"""The administrator audit log: rows that are only ever added, each with a hash over itself and the one before; and searches in it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON

from delegacy.domain.audit import AuditQuery, AuditRecord, ModifiedProperty
from delegacy.domain.identity import fold
from delegacy.store.audit_chain import chained
from delegacy.store.audit_changes import changes_from, kept
from delegacy.store.connection import Connection, Dialect
from delegacy.store.filter_sql import Condition, is_like
from delegacy.store.rows import to_moment, to_number
from delegacy.store.schema import audit_entry
from delegacy.store.transaction import Transaction

_PAGE: Final = 500
_LONGEST_KEY: Final = 1024
_REMEMBERED: Final = 256
_INSERT: Final = (
    "INSERT INTO audit_entry (sequence, run_date, record, hash, cmdlet_key, object_key, caller_key, failed) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_PARAMETERS: Final = 3
"""The place of the parameters in a record's JSON."""
_UNREADABLE: Final = r"\\\\|\\u(0000|d[89a-f]..)"
"""Escapes of what PostgreSQL does not read, NUL and surrogates, and those of backslashes, so that none is taken for the other."""


class SqlAuditLog:
    """``AuditLog`` of a write transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def append(self, records: Sequence[AuditRecord]) -> None:
        rows = []
        sequence, digest = self._transaction.audit_sequence, self._transaction.audit_hash
        for record in records:
            sequence += 1
            run_date, text = to_number(record.run_date), written(record)
            digest = chained(digest, sequence, run_date, text)
            rows.append((sequence, run_date, text, digest, *search_columns(record)))
        self._transaction.connection.run_many(_INSERT, rows)
        self._transaction.audit_sequence, self._transaction.audit_hash = sequence, digest


def found(connection: Connection, query: AuditQuery) -> Iterator[AuditRecord]:
    """Yield the entries that ``query`` asks for, newest first, a page at a time."""
    columns = audit_entry.c
    statement = (
        sa.select(columns.sequence, columns.run_date, columns.record)
        .where(*_conditions(query, connection.dialect))
        .order_by(columns.run_date.desc(), columns.sequence.desc())
    )
    page, left = statement.offset(query.skip), query.limit
    while left is None or left > 0:
        size = _PAGE if left is None else min(_PAGE, left)
        rows = connection.selected(page.limit(size))
        for row in rows:
            yield read(*row)
        if len(rows) < size:
            return
        sequence, run_date, _ = rows[-1]
        # Written out, so that SQLite takes the index for the first half.
        page = statement.where(
            columns.run_date <= run_date, sa.or_(columns.run_date < run_date, columns.sequence < sequence)
        )
        left = None if left is None else left - size


def entry(connection: Connection, sequence: int) -> AuditRecord | None:
    """Return the entry with this number."""
    row = connection.row("SELECT sequence, run_date, record FROM audit_entry WHERE sequence = ?", (sequence,))
    return None if row is None else read(*row)


def search_columns(record: AuditRecord) -> tuple[str, str, str, int]:
    """Return what stands beside a record for searches: cmdlet, object, caller, and whether it failed."""
    return _key(record.cmdlet), _key(record.object_modified), _key(record.caller), int(not record.succeeded)


def columns_of(sequence: int, run_date: int, text: str) -> tuple[object, ...]:
    """Return the same of a stored record; nothing for one that can't be read."""
    try:
        return search_columns(read(sequence, run_date, text))
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):
        return ()


def written(record: AuditRecord) -> str:
    """Return a record as the log stores it; run date and number have columns of their own."""
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
            kept(record.changes),
        ]
    )


def read(sequence: int, run_date: int, text: str) -> AuditRecord:
    """Return the record in a row of the log."""
    caller, origin, cmdlet, parameters, object_modified, modified, succeeded, error, change, *changes = json.loads(text)
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
        changes=changes_from(changes[0]) if changes else (),  # older entries have none
        sequence=sequence,
    )


@lru_cache(maxsize=_REMEMBERED)
def _key(text: str) -> str:
    """Return text as searches compare it; what no database holds, such as a NUL in a name that was mistyped, is replaced."""
    plain = text[:_LONGEST_KEY].replace("\0", "\ufffd").encode(errors="replace").decode()
    return fold(plain)


def _conditions(query: AuditQuery, dialect: Dialect) -> Iterator[Condition]:
    columns = audit_entry.c
    yield sa.true()
    if query.start is not None:
        yield columns.run_date >= to_number(query.start)
    if query.end is not None:
        yield columns.run_date < to_number(query.end)
    if query.succeeded is not None:
        yield columns.failed == int(not query.succeeded)
    if query.cmdlets:
        yield _any_like(columns.cmdlet_key, query.cmdlets)
    if query.objects:
        yield _any_like(columns.object_key, _whole_or_last_part(query.objects))
    if query.callers:
        yield _any_like(columns.caller_key, _whole_or_last_part(query.callers))
    if query.parameters:
        yield _has_parameter(query.parameters, dialect)


def _any_like(column: sa.ColumnElement[str], patterns: Iterable[str]) -> Condition:
    wanted = dict.fromkeys(_key(pattern) for pattern in patterns)
    exact = [pattern for pattern in wanted if "*" not in pattern]
    return sa.or_(column.in_(exact), *(is_like(column, pattern) for pattern in wanted if "*" in pattern))


def _whole_or_last_part(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield name
        yield f"*/{name}"


def _has_parameter(names: Iterable[str], dialect: Dialect) -> Condition:
    if dialect is Dialect.SQLITE:
        items = sa.func.json_each(audit_entry.c.record, f"$[{_PARAMETERS}]").table_valued("value", name="parameter")
        name = sa.func.json_extract(items.c.value, "$[0]")
    else:
        readable = sa.func.regexp_replace(audit_entry.c.record, _UNREADABLE, " ", "g")
        listed = sa.cast(readable, JSON)[_PARAMETERS]
        items = sa.func.json_array_elements(listed).table_valued(sa.column("value", JSON), name="parameter")
        name = items.c.value[0].astext
    return sa.exists(sa.select(sa.literal(1)).select_from(items).where(_any_like(sa.func.lower(name), names)))
