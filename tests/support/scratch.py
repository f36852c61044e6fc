"""Databases for tests that need not survive the machine."""

import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

from delegacy.store.engine import Database


def scratch_database(file: Path) -> Database:
    """Return a SQLite database in a file, which commits without waiting for the disk."""
    database = Database.at(file)

    def hurry(raw: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        raw.execute("PRAGMA synchronous = OFF")

    sa.event.listen(database.engine, "connect", hurry)
    return database
