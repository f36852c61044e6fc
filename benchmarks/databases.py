"""Databases to measure on: SQLite files, kept if wanted, or a PostgreSQL database that is empty before and after."""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from delegacy.bootstrap.directory import SystemClock
from delegacy.store.engine import Database
from delegacy.store.unit_of_work import SqlStore
from delegacy.store.versions import DIRECTORY, prepare
from organization import Organization
from world import World


@contextmanager
def sqlite_organization(recipients: int, kept: Path | None) -> Iterator[tuple[Database, Organization]]:
    """Return an organization in a SQLite file of its own: a copy of the one that is kept, if there is a place to keep it."""
    with tempfile.TemporaryDirectory(prefix="delegacy-benchmark-") as folder:
        file = Path(folder) / "directory.db"
        if kept is not None:
            kept.mkdir(parents=True, exist_ok=True)
            original = kept / f"{recipients}.db"
            database = Database.at(original)
            _loaded(database, recipients)
            database.close()
            shutil.copy(original, file)
        database = Database.at(file)
        try:
            yield database, _loaded(database, recipients)
        finally:
            database.close()


@contextmanager
def postgres_organization(recipients: int, url: str) -> Iterator[tuple[Database, Organization]]:
    """Return an organization in an empty PostgreSQL database, which is emptied again. Refuses one that has tables."""
    database = Database(url)
    if sa.inspect(database.engine).get_table_names():
        sys.exit("The database has tables. Give the URL of an empty one: what is in it is dropped at the end.")
    try:
        organization = _loaded(database, recipients)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
        yield database, organization
    finally:
        tables = sa.MetaData()
        tables.reflect(database.engine)
        tables.drop_all(database.engine)
        database.close()


def _loaded(database: Database, recipients: int) -> Organization:
    begun = time.perf_counter()
    prepare(database, DIRECTORY)
    organization = Organization(World(recipients), SqlStore(database, SystemClock()))
    print(f"{recipients:,} recipients loaded in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    return organization
