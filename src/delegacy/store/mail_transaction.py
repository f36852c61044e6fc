"""Transactions of the mail store, and who is told of them."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Final

from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry

from delegacy.domain.errors import StoreError
from delegacy.store.connection import Connection, Dialect
from delegacy.store.engine import Database

Listener = Callable[[frozenset[int]], None]


_CACHE_KIB: Final = 4096


def _keep_few_pages(raw: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    """Have the connections share the system's pages, mapped as they are, in place of keeping their own: a mail database is too large for several caches."""
    raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


class MailTransaction:
    """A running transaction. ``changed`` are the folders to report when it has been committed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dialect = connection.dialect
        self.changed: set[int] = set()
        self.run = connection.run
        self.run_many = connection.run_many
        self.rows = connection.rows
        self.row = connection.row

    def value(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Return the number that a statement gives, one row of one column. Raises ``StoreError`` if it gives none."""
        row = self.row(sql, parameters)
        if row is None:
            raise StoreError("The mail store lost a row that it has just written.")
        return int(row[0])

    def among(self, column: str, keys: Sequence[int]) -> tuple[str, tuple[object, ...]]:
        """Return the condition that ``column`` is one of ``keys``, with its parameters; a ``range`` is one stretch."""
        if isinstance(keys, range) and keys.step == 1 and keys:
            return f"{column} BETWEEN ? AND ?", (keys[0], keys[-1])
        return f"{column} IN ({self._connection.key_set})", (self._connection.keys(keys),)

    @property
    def lock(self) -> str:
        """Return what, after a query, keeps its rows from change by others; SQLite has one writer anyway."""
        return " FOR UPDATE" if self.dialect is Dialect.POSTGRESQL else ""

    @property
    def share(self) -> str:
        """Return what, after a query, keeps its rows from removal by others."""
        return " FOR KEY SHARE" if self.dialect is Dialect.POSTGRESQL else ""


class MailTransactions:
    """Gives out transactions, and tells listeners which folders a commit has changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        if database.dialect is Dialect.SQLITE:
            event.listen(database.engine, "connect", _keep_few_pages)
        # SQLite has one writer, and lets others sleep and try again: those of this process queue here, and none sleeps.
        self._turn = threading.Lock() if database.dialect is Dialect.SQLITE else nullcontext()
        self._listeners: tuple[Listener, ...] = ()
        self._listeners_lock = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[MailTransaction]:
        """Return a transaction that sees one state of everything and changes nothing."""
        with self._database.connection() as connection:
            connection.begin_reading()
            try:
                yield MailTransaction(connection)
            finally:
                connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[MailTransaction]:
        """Return a transaction that is committed when its context is left, and undone when it is left by an exception."""
        with self._turn, self._database.connection() as connection:
            connection.begin_writing()
            transaction = MailTransaction(connection)
            try:
                yield transaction
                connection.commit()
            finally:
                connection.rollback()
        if transaction.changed:
            changed = frozenset(transaction.changed)
            for listener in self._listeners:
                listener(changed)

    @contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        """Return a context in which ``listener`` is told which folders each commit changed."""
        with self._listeners_lock:
            self._listeners = (*self._listeners, listener)
        try:
            yield
        finally:
            with self._listeners_lock:
                self._listeners = tuple(other for other in self._listeners if other is not listener)
