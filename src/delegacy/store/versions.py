"""Which schema a database has, and a new database's first one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import sqlalchemy as sa
from sqlalchemy import exc

from delegacy.domain.errors import SchemaTooNew, SchemaTooOld, StoreError, StoreUnavailable
from delegacy.store import mail_schema, schema
from delegacy.store.audit_chain import FIRST_HASH
from delegacy.store.connection import Dialect
from delegacy.store.engine import Database

_ADVISORY_LOCK: Final = 0x64656C6567616379
"""Ours on a PostgreSQL server: who makes or changes a schema holds it."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A set of tables with a history of its own. ``first_rows`` are what a new database holds from the start."""

    name: str
    metadata: sa.MetaData
    revisions: tuple[str, ...]
    first_rows: Mapping[sa.Table, Mapping[str, object]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def version_table(self) -> str:
        """Return the name of the table that holds the revision."""
        return f"{self.name}_version"


DIRECTORY: Final = Schema(
    "directory",
    schema.metadata,
    schema.REVISIONS,
    MappingProxyType(
        {
            schema.head: {"id": 1, "hidden_mailboxes_denied": 1, "audit_hash": FIRST_HASH},
            schema.group_closure: {"descendant": schema.ROOT, "ancestor": schema.ROOT, "security": 1, "mail": 0},
        }
    ),
)
MAIL: Final = Schema("mail", mail_schema.metadata, mail_schema.REVISIONS)


def prepare(database: Database, wanted: Schema) -> None:
    """Make the tables of an empty database; refuse one whose schema this program does not work with.

    Raises ``SchemaTooOld`` or ``SchemaTooNew``, and ``StoreUnavailable`` or ``StoreFull`` as everywhere.
    """
    with schema_change(database) as connection:
        revision = revision_of(connection, wanted)
        if revision is None:
            _make(connection, wanted)
        else:
            _check(revision, wanted)


def require_current(database: Database, wanted: Schema) -> None:
    """Refuse a database whose schema this program does not work with.

    Raises ``SchemaTooOld``, ``SchemaTooNew``, or ``StoreUnavailable`` where there are no tables at all.
    """
    revision = revision_in(database, wanted)
    if revision is None:
        raise StoreUnavailable(f"The database holds no {wanted.name}. 'delegacy init' makes one.")
    _check(revision, wanted)


def has_schema(database: Database, wanted: Schema) -> bool:
    """Tell whether a database holds a schema, of whatever version."""
    return revision_in(database, wanted) is not None


def revision_in(database: Database, wanted: Schema) -> str | None:
    """Return the revision of the schema in a database, None where it has no such tables; without waiting for writers."""
    try:
        with database.engine.connect() as connection:
            return revision_of(connection, wanted)
    except exc.DBAPIError as error:
        raise database.backend.translated(error.orig or error) from error


def revision_of(connection: sa.Connection, wanted: Schema) -> str | None:
    """Return the revision that a connection sees, likewise."""
    if not sa.inspect(connection).has_table(wanted.version_table):
        return None
    row = connection.execute(sa.text(f"SELECT version_num FROM {wanted.version_table}")).first()
    if row is None:
        raise StoreError(f"The {wanted.name} database doesn't say which schema it has.")
    return str(row[0])


@contextmanager
def schema_change(database: Database) -> Iterator[sa.Connection]:
    """Return a connection in a transaction in which nobody else makes or changes a schema."""
    try:
        with database.engine.connect() as connection:
            if database.dialect is Dialect.SQLITE:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.exec_driver_sql("BEGIN")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
    except exc.DBAPIError as error:
        raise database.backend.translated(error.orig or error) from error


def _make(connection: sa.Connection, wanted: Schema) -> None:
    wanted.metadata.create_all(connection)
    for table, row in wanted.first_rows.items():
        connection.execute(sa.insert(table).values(**row))
    version = sa.Table(  # as Alembic would make it
        wanted.version_table,
        sa.MetaData(),
        sa.Column("version_num", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("version_num", name=f"{wanted.version_table}_pkc"),
    )
    version.create(connection)
    connection.execute(sa.insert(version).values(version_num=wanted.revisions[-1]))


def _check(revision: str, wanted: Schema) -> None:
    if revision not in wanted.revisions:
        raise SchemaTooNew(
            f"The {wanted.name} database has schema {revision}, which is newer than this program. Use the program that made it.",
            revision,
        )
    if revision != wanted.revisions[-1]:
        raise SchemaTooOld(
            f"The {wanted.name} database has schema {revision}; this program works with {wanted.revisions[-1]}. "
            "Run 'delegacy migrate' to bring it up to date.",
            revision,
        )
