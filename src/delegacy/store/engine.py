"""A database by its URL, SQLite or PostgreSQL: the pool of its connections."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy import exc

from delegacy.domain.errors import StoreError, StoreUnavailable
from delegacy.store.connection import Backend, Connection
from delegacy.store.sqlite import SqliteBackend

LOCK_TIMEOUT: Final = 30.0
"""Seconds that a writer waits for another one."""


class Database:
    """One database, by URL: ``sqlite:////var/lib/delegacy/directory.db`` or ``postgresql://user@host/name``.

    ``lock_timeout`` is how many seconds a writer waits for others; ``page_limit`` makes a SQLite file full at so many pages.
    """

    def __init__(self, url: str | sa.URL, *, lock_timeout: float = LOCK_TIMEOUT, page_limit: int | None = None) -> None:
        parsed = _parsed(url)
        self.backend = _backend(parsed.get_backend_name())
        self.dialect = self.backend.dialect
        self.url = parsed.set(drivername=self.backend.driver)
        self.engine = self.backend.engine(self.url, lock_timeout=lock_timeout, page_limit=page_limit)

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
            yield self.backend.wrapped(pooled.driver_connection)
        except BaseException as error:
            if isinstance(error, StoreUnavailable):
                pooled.invalidate()
            raise
        finally:
            pooled.close()

    def lasting_connection(self) -> Connection:
        """Return a connection that is the caller's to keep and close. Raises ``StoreUnavailable``."""
        pooled = self._from_pool()
        connection = self.backend.wrapped(pooled.driver_connection)
        pooled.detach()
        return connection

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()

    def _from_pool(self) -> sa.PoolProxiedConnection:
        try:
            return self.engine.raw_connection()
        except exc.DBAPIError as error:
            raise self.backend.translated(error.orig or error) from error
        except self.backend.driver_error as error:
            raise self.backend.translated(error) from error
        except exc.TimeoutError as error:
            raise StoreUnavailable("All connections to the database are in use. Try again.") from error


def described(url: str) -> str:
    """Return a database's URL without user, password and options, for people to read."""
    parsed = _parsed(url)
    shown = sa.URL.create(parsed.get_backend_name(), host=parsed.host, port=parsed.port, database=parsed.database)
    return shown.render_as_string()


def _backend(name: str) -> Backend:
    if name == "sqlite":
        return SqliteBackend()
    if name in ("postgresql", "postgres"):
        from delegacy.store.postgres import PostgresBackend  # noqa: PLC0415 - the driver takes a tenth of a second: those who use it pay

        return PostgresBackend()
    raise StoreError(f"'{name}' isn't a database that Delegacy can use: SQLite or PostgreSQL.", name)


def _parsed(url: str | sa.URL) -> sa.URL:
    try:
        return sa.make_url(url)
    except (exc.ArgumentError, ValueError):  # the text may hold a password: it is not repeated
        raise StoreError("That isn't a database. Give sqlite:///PATH or postgresql://USER@HOST/NAME.") from None
