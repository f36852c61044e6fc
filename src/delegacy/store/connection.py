"""What the two databases have in common: a connection, by its driver's own rows, with their errors as ours.

SQL is written once, with ``?`` for parameters, and runs on the driver's own connection: the decision path and the bulk paths
cannot afford more. SQLAlchemy owns the pool, the schema, and queries that are put together at run time.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any, Final

import sqlalchemy as sa

from delegacy.domain.errors import StoreError

Row = tuple[Any, ...]
"""A row as the driver gives it: the one place where values have no static type."""

Query = sa.Select[*tuple[Any, ...]]
"""A query that SQLAlchemy Core put together, of whatever columns."""

MOST_CONNECTIONS: Final = 64


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
    key_set: str
    """The subquery that lists the keys of one ``keys`` parameter, in a column ``value``."""

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
    def selected(self, statement: Query) -> list[Row]:
        """Return the rows of a query."""

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


class Backend(ABC):
    """One kind of database: how its connections are made, and what its errors are."""

    dialect: Dialect
    driver: str
    driver_error: type[Exception]

    @abstractmethod
    def engine(self, url: sa.URL, *, lock_timeout: float, page_limit: int | None) -> sa.Engine:
        """Return the pool of connections to a database; a writer waits ``lock_timeout`` seconds for others."""

    @abstractmethod
    def wrapped(self, raw: object) -> Connection:
        """Return the driver's connection as ours."""

    @abstractmethod
    def translated(self, error: BaseException) -> Exception:
        """Return our error for one of the driver's, or for one on the way to it."""
