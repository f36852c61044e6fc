"""Databases for tests, made fast: their tables are copied, and they need not survive the machine."""

import sqlite3
import tempfile
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

from delegacy.store.engine import Database
from delegacy.store.versions import DIRECTORY, MAIL, Schema, prepare


def copy_schema(file: Path, schema: Schema) -> Path:
    """Make a SQLite file with the tables of a schema, and return it."""
    file.write_bytes(_prepared(schema.name))
    return file


def scratch_database(file: Path, schema: Schema) -> Database:
    """Return a database with the tables of a schema, in a SQLite file, which commits without waiting for the disk."""
    return hurried(Database.at(copy_schema(file, schema)))


def hurried(database: Database) -> Database:
    """Have a SQLite database commit without waiting for the disk, and return it."""

    def hurry(raw: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        raw.execute("PRAGMA synchronous = OFF")

    sa.event.listen(database.engine, "connect", hurry)
    return database


@cache
def _prepared(name: str) -> bytes:
    schema = next(schema for schema in (DIRECTORY, MAIL) if schema.name == name)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "prepared.db"
        database = Database.at(file)
        prepare(database, schema)
        database.close()
        return file.read_bytes()
