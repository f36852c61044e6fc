"""Read and write transactions of the directory."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock

from delegacy.domain.change import Change
from delegacy.domain.errors import StoreUnavailable
from delegacy.domain.ports import Clock
from delegacy.store.audit import SqlAuditLog
from delegacy.store.directory import SqlDirectory
from delegacy.store.engine import LOCK_TIMEOUT, Database
from delegacy.store.reading import SqlDirectoryReader
from delegacy.store.rows import to_number
from delegacy.store.transaction import Transaction


class SqlUnitOfWork:
    """``UnitOfWork`` over one write transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.directory = SqlDirectory(transaction)
        self.audit = SqlAuditLog(transaction)

    def watch(self, watcher: Callable[[Change], None]) -> None:
        self.directory.watcher = watcher

    def savepoint(self) -> AbstractContextManager[None]:
        return self._transaction.savepoint()

    def commit(self) -> int:
        return self._transaction.commit()

    def rollback(self) -> None:
        self._transaction.connection.rollback()


class SqlStore:
    """``Store`` in a SQLite file or a PostgreSQL database.

    ``server`` is the name that errors and ``Organization.server`` give; by default dc01 in the organization's domain.
    """

    def __init__(
        self, database: Database, clock: Clock, *, server: str = "", lock_timeout: float = LOCK_TIMEOUT
    ) -> None:
        self._database = database
        self._clock = clock
        self._server = server
        self._lock_timeout = lock_timeout
        self._writing = Lock()

    @contextmanager
    def read(self) -> Iterator[SqlDirectoryReader]:
        with self._database.connection() as connection:
            connection.begin_reading()
            try:
                yield SqlDirectoryReader(connection, self._server, to_number(self._clock.now()))
            finally:
                connection.rollback()

    @contextmanager
    def write(self) -> Iterator[SqlUnitOfWork]:
        if not self._writing.acquire(timeout=self._lock_timeout):  # threads queue here, other processes at the database
            raise StoreUnavailable(
                "Another change to the directory is taking too long. Nothing was changed; try again."
            )
        try:
            with self._database.connection() as connection:
                try:
                    yield SqlUnitOfWork(Transaction.begin(connection, self._server, to_number(self._clock.now())))
                finally:
                    connection.rollback()
        finally:
            self._writing.release()

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._database.close()
