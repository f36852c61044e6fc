"""SQLite: its connections and transactions, and its errors as ours."""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import sqlite
from sqlalchemy.pool import ConnectionPoolEntry

from delegacy.domain.errors import InvalidInput, StoreError, StoreFull, StoreUnavailable
from delegacy.store.connection import MOST_CONNECTIONS, Backend, Connection, ConstraintViolated, Dialect, Query, Row

OLDEST_SQLITE: Final = (3, 34, 0)

_PAUSE: Final = 0.002
_CACHE_KIB: Final = 65536
_MOST_MAPPED: Final = 1 << 40
"""Octets read through memory, which is faster once a file is larger than the cache; SQLite has a limit of its own, of 2 GiB."""
_WAL_KEPT: Final = 64 * 2**20
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_BROKEN: Final = frozenset(
    {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
)
_DIALECT: Final = sqlite.dialect(paramstyle="qmark")


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

    def selected(self, statement: Query) -> list[Row]:
        compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        parameters = compiled.construct_params()
        return self.rows(str(compiled), [parameters[name] for name in compiled.positiontup or ()])

    def begin_reading(self) -> None:
        self.run("BEGIN")

    def begin_writing(self) -> None:
        """Begin a transaction that may write, once nobody else does.

        SQLite itself looks again ever less often, in the end ten times a second, and would hardly ever meet the moment between two
        transactions of somebody who makes one after the other.
        """
        row = self.row("PRAGMA busy_timeout")
        patience = row[0] if row else 0
        deadline = time.monotonic() + patience / 1000
        self.run("PRAGMA busy_timeout = 0")
        try:
            while not self._has_begun(is_last=time.monotonic() >= deadline):
                time.sleep(_PAUSE)
        finally:
            self.run(f"PRAGMA busy_timeout = {patience}")
        self._writing = True

    def _has_begun(self, *, is_last: bool) -> bool:
        try:
            self._execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if is_last or error.sqlite_errorcode & 0xFF not in _BUSY:
                raise _from_sqlite(error) from error
            return False
        except sqlite3.Error as error:
            raise _from_sqlite(error) from error
        return True

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


class SqliteBackend(Backend):
    """Databases in SQLite files. ``page_limit`` makes one full at so many pages."""

    dialect = Dialect.SQLITE
    driver = "sqlite"
    driver_error = sqlite3.Error

    def engine(self, url: sa.URL, *, lock_timeout: float, page_limit: int | None) -> sa.Engine:
        return _engine(url, lock_timeout, page_limit)

    def wrapped(self, raw: object) -> Connection:
        if not isinstance(raw, sqlite3.Connection):
            raise TypeError(raw)
        return SqliteConnection(raw)

    def translated(self, error: BaseException) -> Exception:
        if isinstance(error, sqlite3.Error):
            return _from_sqlite(error)
        return StoreUnavailable(f"The database can't be reached: {error}")


def _engine(url: sa.URL, lock_timeout: float, page_limit: int | None) -> sa.Engine:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE))
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old: Delegacy needs {wanted}.", sqlite3.sqlite_version
        )
    engine = sa.create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "timeout": lock_timeout, "cached_statements": 512},
        max_overflow=MOST_CONNECTIONS,
    )

    def prepare(raw: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        raw.isolation_level = None
        _use_write_ahead_log(raw, lock_timeout)
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA trusted_schema = OFF")
        raw.execute("PRAGMA temp_store = MEMORY")
        raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        raw.execute(f"PRAGMA mmap_size = {_MOST_MAPPED}")
        raw.execute(f"PRAGMA journal_size_limit = {_WAL_KEPT}")
        if page_limit is not None:
            raw.execute(f"PRAGMA max_page_count = {page_limit}")

    event.listen(engine, "connect", prepare)
    return engine


def _use_write_ahead_log(raw: sqlite3.Connection, lock_timeout: float) -> None:
    """Turn the journal of a new file into a write-ahead log; SQLite itself doesn't wait for others who are doing the same."""
    deadline = time.monotonic() + lock_timeout
    while True:
        try:
            raw.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(_PAUSE)
        else:
            return


def _from_sqlite(error: Exception) -> Exception:
    if isinstance(error, (UnicodeEncodeError, OverflowError)):
        return InvalidInput("The text or number can't be stored or looked for.")
    if isinstance(error, sqlite3.IntegrityError):
        return ConstraintViolated(str(error))
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreFull("The disk that holds the directory is full. Nothing was changed.")
    if code in _BUSY:
        return StoreUnavailable("Another change to the directory is taking too long. Nothing was changed; try again.")
    if code in _BROKEN:
        return StoreError(f"The database file can't be used: {error}.")
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR) or isinstance(error, sqlite3.ProgrammingError):
        return StoreUnavailable(f"The database can't be reached: {error}.")
    return StoreError(f"The database refused: {error}.")
