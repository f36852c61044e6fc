"""PostgreSQL: its connections and transactions, and its errors as ours. Imported when a database of it is used: the driver takes long."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import psycopg
import sqlalchemy as sa
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.pool import ConnectionPoolEntry

from delegacy.domain.errors import InvalidInput, StoreError, StoreFull, StoreUnavailable
from delegacy.store.connection import MOST_CONNECTIONS, Backend, Connection, ConstraintViolated, Dialect, Query, Row

_DIALECT: Final = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped


class PostgresConnection(Connection):
    """A connection to a PostgreSQL server."""

    dialect = Dialect.POSTGRESQL
    key_set = "SELECT value FROM unnest(?::bigint[]) AS keys (value)"

    def __init__(self, raw: psycopg.Connection[Row]) -> None:
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

    def selected(self, statement: Query) -> list[Row]:
        compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
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


class PostgresBackend(Backend):
    """Databases on PostgreSQL servers; ``page_limit`` is SQLite's and does nothing here."""

    dialect = Dialect.POSTGRESQL
    driver = "postgresql+psycopg"
    driver_error = psycopg.Error

    def engine(self, url: sa.URL, *, lock_timeout: float, page_limit: int | None) -> sa.Engine:
        del page_limit
        return _engine(url, lock_timeout)

    def wrapped(self, raw: object) -> Connection:
        if not isinstance(raw, psycopg.Connection):
            raise TypeError(raw)
        return PostgresConnection(raw)

    def translated(self, error: BaseException) -> Exception:
        if isinstance(error, psycopg.Error):
            return _from_postgres(error)
        return StoreUnavailable(f"The database can't be reached: {error}")


def _engine(url: sa.URL, lock_timeout: float) -> sa.Engine:
    engine = sa.create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        connect_args={"options": f"-c lock_timeout={int(lock_timeout * 1000)} -c client_encoding=UTF8"},
        max_overflow=MOST_CONNECTIONS,
        pool_pre_ping=True,
    )

    def prepare(raw: psycopg.Connection[Row], _: ConnectionPoolEntry) -> None:
        raw.autocommit = True
        raw.adapters.register_dumper(
            int, Int8Dumper
        )  # one parameter type for keys of every size: one prepared statement

    event.listen(engine, "connect", prepare)
    return engine


@lru_cache(maxsize=1024)
def _with_percent(sql: str) -> bytes:
    return sql.replace("%", "%%").replace("?", "%s").encode()


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
