"""SQLite and PostgreSQL: connections, transactions, and their errors as ours.

SQL is written once, with ``?`` for parameters, and runs on the driver's own connection: the decision path and the bulk paths
cannot afford more. SQLAlchemy owns the pool, the schema, and queries that are put together at run time.
"""

import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from psycopg.types.numeric import Int8Dumper
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import ConnectionPoolEntry

from delegacy.domain.errors import InvalidInput, StoreError, StoreFull, StoreUnavailable

Row = tuple[Any, ...]
"""A row as the driver gives it: the one place where values have no static type."""

LOCK_TIMEOUT: Final = 30.0
"""Seconds that a writer waits for another one."""
OLDEST_SQLITE: Final = (3, 34, 0)

_PAUSE: Final = 0.005
_CACHE_KIB: Final = 65536
_MOST_MAPPED: Final = 2**31 - 65536
_WAL_KEPT: Final = 64 * 2**20
_MOST_CONNECTIONS: Final = 64
_SQLITE_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_SQLITE_BROKEN: Final = frozenset(
    {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
)


class Dialect(Enum):
    """The two databases."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class ConstraintViolated(StoreError):
    """A row that a constraint of the schema refuses; the directory turns it into the conflict that it is."""

    error_id = "ConstraintViolated"


class Connection(ABC):
    """One driver connection.

    Every method raises our errors only: ``StoreFull``, ``StoreUnavailable``, ``ConstraintViolated``, ``InvalidInput`` for text that no
    database holds, ``StoreError`` for the rest.
    """

    dialect: Dialect
    raw: "sqlite3.Connection | psycopg.Connection[Row]"

    @abstractmethod
    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return all rows."""

    @abstractmethod
    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """Return the first row, or None."""

    @abstractmethod
    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement and return how many rows it touched."""

    @abstractmethod
    def run_many(self, sql: str, parameters: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each set of parameters."""

    @abstractmethod
    def selected(self, statement: sa.Select[Any]) -> list[Row]:
        """Return the rows of a query that SQLAlchemy Core put together."""

    @abstractmethod
    def begin_reading(self) -> None:
        """Begin a transaction that sees one state of the database."""

    @abstractmethod
    def begin_writing(self) -> None:
        """Begin a transaction that may write."""

    @abstractmethod
    def keys(self, keys: Iterable[int]) -> object:
        """Return many keys as one parameter, for ``key_set``."""

    @property
    @abstractmethod
    def key_set(self) -> str:
        """Return the subquery that lists the keys of one ``keys`` parameter, in a column ``value``."""

    @property
    @abstractmethod
    def in_transaction(self) -> bool:
        """Tell whether a transaction is open."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection; an open transaction is undone."""

    def commit(self) -> None:
        """Make the transaction durable."""
        self.run("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction, if one is open."""
        if self.in_transaction:
            self.run("ROLLBACK")


class SqliteConnection(Connection):
    """A connection to a SQLite file.

    SQLite may answer an error, a full disk above all, by undoing the whole transaction. Whoever goes on then would write outside of one:
    so until the transaction's end every further statement fails with the error that ended it.
    """

    dialect = Dialect.SQLITE
    key_set = "SELECT value FROM json_each(?)"

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw: sqlite3.Connection = raw
        self._execute = raw.execute
        self._writing = False
        self._ended_by: Exception | None = None

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        try:
            return self._execute(sql, parameters).fetchall()
        except (sqlite3.Error, UnicodeEncodeError, OverflowError) as error:
            raise self._translated(error) from error

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        try:
            found: Row | None = self._execute(sql, parameters).fetchone()
        except (sqlite3.Error, UnicodeEncodeError, OverflowError) as error:
            raise self._translated(error) from error
        return found

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        if self._ended_by is not None:
            raise self._ended_by
        try:
            return self._execute(sql, parameters).rowcount
        except (sqlite3.Error, UnicodeEncodeError, OverflowError) as error:
            raise self._translated(error) from error

    def run_many(self, sql: str, parameters: Iterable[Sequence[object]]) -> None:
        if self._ended_by is not None:
            raise self._ended_by
        try:
            self.raw.executemany(sql, parameters)
        except (sqlite3.Error, UnicodeEncodeError, OverflowError) as error:
            raise self._translated(error) from error

    def _translated(self, error: Exception) -> Exception:
        ours = _from_sqlite(error)
        if self._writing and not self.raw.in_transaction:
            self._ended_by = ours
        return ours

    def selected(self, statement: sa.Select[Any]) -> list[Row]:
        compiled = statement.compile(dialect=_SQLITE, compile_kwargs={"render_postcompile": True})
        parameters = compiled.construct_params()
        return self.rows(str(compiled), [parameters[name] for name in compiled.positiontup or ()])

    def begin_reading(self) -> None:
        self.run("BEGIN")

    def begin_writing(self) -> None:
        self.run("BEGIN IMMEDIATE")
        self._writing = True

    def commit(self) -> None:
        super().commit()
        self._writing = False

    def rollback(self) -> None:
        self._writing, self._ended_by = False, None
        super().rollback()

    def keys(self, keys: Iterable[int]) -> object:
        return f"[{','.join(map(str, keys))}]"

    @property
    def in_transaction(self) -> bool:
        return self.raw.in_transaction

    def close(self) -> None:
        self.raw.close()


class PostgresConnection(Connection):
    """A connection to a PostgreSQL server."""

    dialect = Dialect.POSTGRESQL
    key_set = "SELECT value FROM unnest(?::bigint[]) AS keys (value)"

    def __init__(self, raw: "psycopg.Connection[Row]") -> None:
        self.raw: psycopg.Connection[Row] = raw
        self._execute = raw.execute

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        try:
            return self._execute(_with_percent(sql), parameters).fetchall()
        except (psycopg.Error, UnicodeEncodeError) as error:
            raise _from_postgres(error) from error

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        try:
            return self._execute(_with_percent(sql), parameters).fetchone()
        except (psycopg.Error, UnicodeEncodeError) as error:
            raise _from_postgres(error) from error

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        try:
            return self._execute(_with_percent(sql), parameters).rowcount
        except (psycopg.Error, UnicodeEncodeError) as error:
            raise _from_postgres(error) from error

    def run_many(self, sql: str, parameters: Iterable[Sequence[object]]) -> None:
        try:
            with self.raw.cursor() as cursor:
                cursor.executemany(_with_percent(sql), parameters)
        except (psycopg.Error, UnicodeEncodeError) as error:
            raise _from_postgres(error) from error

    def selected(self, statement: sa.Select[Any]) -> list[Row]:
        compiled = statement.compile(dialect=_POSTGRESQL, compile_kwargs={"render_postcompile": True})
        try:
            return self._execute(str(compiled).encode(), compiled.construct_params()).fetchall()
        except (psycopg.Error, UnicodeEncodeError) as error:
            raise _from_postgres(error) from error

    def begin_reading(self) -> None:
        self.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def begin_writing(self) -> None:
        self.run("BEGIN")

    def keys(self, keys: Iterable[int]) -> object:
        return list(keys)

    @property
    def in_transaction(self) -> bool:
        return self.raw.info.transaction_status is not psycopg.pq.TransactionStatus.IDLE and not self.raw.closed

    def close(self) -> None:
        self.raw.close()


class Database:
    """One database, by URL: ``sqlite:////var/lib/delegacy/directory.db`` or ``postgresql://user@host/name``.

    ``lock_timeout`` is how many seconds a writer waits for others; ``page_limit`` makes a SQLite file full at so many pages.
    """

    def __init__(self, url: str | sa.URL, *, lock_timeout: float = LOCK_TIMEOUT, page_limit: int | None = None) -> None:
        self.url = _parsed(url)
        backend = self.url.get_backend_name()
        if backend == "sqlite":
            self.dialect = Dialect.SQLITE
            self.url = self.url.set(drivername="sqlite")
            self.engine = _sqlite_engine(self.url, lock_timeout, page_limit)
        elif backend in ("postgresql", "postgres"):
            self.dialect = Dialect.POSTGRESQL
            self.url = self.url.set(drivername="postgresql+psycopg")
            self.engine = _postgres_engine(self.url, lock_timeout)
        else:
            raise StoreError(f"'{backend}' isn't a database that Delegacy can use: SQLite or PostgreSQL.", backend)

    @classmethod
    def at(cls, path: Path, *, lock_timeout: float = LOCK_TIMEOUT, page_limit: int | None = None) -> "Database":
        """Return the SQLite database in a file."""
        return cls(sa.URL.create("sqlite", database=str(path)), lock_timeout=lock_timeout, page_limit=page_limit)

    @property
    def file(self) -> Path:
        """Return the file of a SQLite database."""
        return Path(self.url.database or "")

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Return a connection from the pool; what is left of a transaction is undone. Raises ``StoreUnavailable``."""
        pooled = self._from_pool()
        try:
            yield _wrapped(pooled.driver_connection)
        except BaseException as error:
            if isinstance(error, StoreUnavailable):
                pooled.invalidate()
            raise
        finally:
            pooled.close()

    def lasting_connection(self, *, mapped: bool = False) -> Connection:
        """Return a connection that is the caller's to keep and close. Raises ``StoreUnavailable``.

        ``mapped`` reads a SQLite file through memory, which is faster once it is larger than the cache.
        """
        pooled = self._from_pool()
        connection = _wrapped(pooled.driver_connection)
        pooled.detach()
        if mapped and self.dialect is Dialect.SQLITE:
            connection.run(f"PRAGMA mmap_size = {_MOST_MAPPED}")
        return connection

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()

    def _from_pool(self) -> sa.PoolProxiedConnection:
        try:
            return self.engine.raw_connection()
        except sa.exc.DBAPIError as error:
            raise translated(error.orig or error) from error
        except (sqlite3.Error, psycopg.Error) as error:
            raise translated(error) from error
        except sa.exc.TimeoutError as error:
            raise StoreUnavailable("All connections to the database are in use. Try again.") from error


def described(url: str) -> str:
    """Return a database's URL without user, password and options, for people to read."""
    parsed = _parsed(url)
    shown = sa.URL.create(parsed.get_backend_name(), host=parsed.host, port=parsed.port, database=parsed.database)
    return shown.render_as_string()


def _parsed(url: str | sa.URL) -> sa.URL:
    try:
        return sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # the text may hold a password: it is not repeated
        raise StoreError("That isn't a database. Give sqlite:///PATH or postgresql://USER@HOST/NAME.") from None


_SQLITE: Final = sqlite.dialect(paramstyle="qmark")
_POSTGRESQL: Final = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped


def _sqlite_engine(url: sa.URL, lock_timeout: float, page_limit: int | None) -> sa.Engine:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE))
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old: Delegacy needs {wanted}.", sqlite3.sqlite_version
        )
    engine = sa.create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "timeout": lock_timeout, "cached_statements": 512},
        max_overflow=_MOST_CONNECTIONS,
    )

    def prepare(raw: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        raw.isolation_level = None
        _use_write_ahead_log(raw, lock_timeout)
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA trusted_schema = OFF")
        raw.execute("PRAGMA temp_store = MEMORY")
        raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        raw.execute(f"PRAGMA journal_size_limit = {_WAL_KEPT}")
        if page_limit is not None:
            raw.execute(f"PRAGMA max_page_count = {page_limit}")

    sa.event.listen(engine, "connect", prepare)
    return engine


def _use_write_ahead_log(raw: sqlite3.Connection, lock_timeout: float) -> None:
    """Turn the journal of a new file into a write-ahead log; SQLite itself doesn't wait for others who are doing the same."""
    deadline = time.monotonic() + lock_timeout
    while True:
        try:
            raw.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(_PAUSE)
        else:
            return


def _postgres_engine(url: sa.URL, lock_timeout: float) -> sa.Engine:
    engine = sa.create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        connect_args={"options": f"-c lock_timeout={int(lock_timeout * 1000)} -c client_encoding=UTF8"},
        max_overflow=_MOST_CONNECTIONS,
        pool_pre_ping=True,
    )

    def prepare(raw: "psycopg.Connection[Row]", _: ConnectionPoolEntry) -> None:
        raw.autocommit = True
        raw.adapters.register_dumper(
            int, Int8Dumper
        )  # one parameter type for keys of every size: one prepared statement

    sa.event.listen(engine, "connect", prepare)
    return engine


def _wrapped(raw: object) -> Connection:
    if isinstance(raw, sqlite3.Connection):
        return SqliteConnection(raw)
    if isinstance(raw, psycopg.Connection):
        return PostgresConnection(raw)
    raise TypeError(raw)


def translated(error: BaseException) -> Exception:
    """Return our error for a driver's."""
    if isinstance(error, sqlite3.Error):
        return _from_sqlite(error)
    if isinstance(error, psycopg.Error):
        return _from_postgres(error)
    return StoreUnavailable(f"The database can't be reached: {error}")


@lru_cache(maxsize=1024)
def _with_percent(sql: str) -> bytes:
    return sql.replace("%", "%%").replace("?", "%s").encode()


def _from_sqlite(error: Exception) -> Exception:
    if isinstance(error, (UnicodeEncodeError, OverflowError)):
        return InvalidInput("The text or number can't be stored or looked for.")
    if isinstance(error, sqlite3.IntegrityError):
        return ConstraintViolated(str(error))
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreFull("The disk that holds the directory is full. Nothing was changed.")
    if code in _SQLITE_BUSY:
        return StoreUnavailable("Another change to the directory is taking too long. Nothing was changed; try again.")
    if code in _SQLITE_BROKEN:
        return StoreError(f"The database file can't be used: {error}.")
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR) or isinstance(error, sqlite3.ProgrammingError):
        return StoreUnavailable(f"The database can't be reached: {error}.")
    return StoreError(f"The database refused: {error}.")


def _from_postgres(error: Exception) -> Exception:
    match error:
        case UnicodeEncodeError() | psycopg.errors.DataError():
            return InvalidInput("The text or number can't be stored or looked for.")
        case psycopg.errors.IntegrityError():
            return ConstraintViolated(error.diag.message_primary or str(error))
        case psycopg.errors.DiskFull() | psycopg.errors.OutOfMemory():
            return StoreFull("The disk that holds the directory is full. Nothing was changed.")
        case psycopg.errors.LockNotAvailable():
            return StoreUnavailable(
                "Another change to the directory is taking too long. Nothing was changed; try again."
            )
        case psycopg.OperationalError() | psycopg.InterfaceError():
            return StoreUnavailable(f"The database can't be reached: {error}".rstrip())
        case _:
            return StoreError(f"The database refused: {error}".rstrip())
