"""Backup and restore while the server runs: directory and mail in one file.

A backup is a zip file: ``manifest.json`` tells what made it and which schemas it holds. From SQLite it holds the two database files, as its
backup interface copies them; from PostgreSQL the rows of every table, as COPY writes them. It is restored into the kind of database that it is
from. Restoring is one transaction for each of the two, and readers see the old state until it is over. It counts as a change of the directory,
and nobody who was connected takes anything from before for what is there now (``renewal``).
"""

import errno
import json
import os
import shutil
import sqlite3
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import psycopg
import sqlalchemy as sa

from delegacy.domain.errors import InvalidInput, SchemaTooNew, SchemaTooOld, StoreFull, StoreUnavailable
from delegacy.store.connection import Connection, Dialect
from delegacy.store.engine import LOCK_TIMEOUT, Database
from delegacy.store.mail_schema import folder as mail_folder
from delegacy.store.migrations import create_schema, upgrade_schema
from delegacy.store.postgres import PostgresBackend, PostgresConnection
from delegacy.store.renewal import (
    NUMBERED_BY_FOLDER,
    overwritten_directory,
    overwritten_mail,
    renew_directory,
    renew_mail_file,
    renew_mail_folders,
)
from delegacy.store.sqlite import SqliteBackend, SqliteConnection
from delegacy.store.versions import DIRECTORY, MAIL, Schema, revision_in

_FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_CHUNK: Final = 2**20
_LARGEST_MANIFEST: Final = 2**16
_OWNER_ONLY: Final = 0o600
_WITHOUT_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
# What the standard library raises for a zip file that is cut, altered, encrypted, or made by a method that it does not know.
_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, ValueError, RuntimeError)
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def backup(directory: Database, mail: Database, file: Path) -> None:
    """Copy everything into a new file that only its owner can read.

    Raises ``InvalidInput`` if the file is there already, ``StoreFull`` or ``StoreUnavailable`` if it can't be written.
    """
    with (
        _files(file),
        _new_file(file) as unfinished,
        zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        manifest = {
            "format": _FORMAT,
            "backend": directory.dialect.value,
            DIRECTORY.name: _revision(directory, DIRECTORY),
            MAIL.name: _revision(mail, MAIL),
        }
        archive.writestr(_MANIFEST, json.dumps(manifest))
        if directory.dialect is Dialect.SQLITE:
            _copy_files(archive, directory, mail, file.parent)
        else:
            _copy_tables(archive, directory)


def restore(directory: Database, mail: Database, file: Path, now: datetime) -> None:
    """Put back what ``backup`` wrote, over whatever is there.

    Raises ``InvalidInput`` for a file that is no backup or one of the other kind of database, ``SchemaTooNew`` or ``SchemaTooOld`` for one of
    another version, ``StoreFull`` or ``StoreUnavailable``; then the directory is as it was.
    """
    with _files(file), _opened(file) as archive:
        manifest = _manifest(archive, file)
        if manifest["backend"] != directory.dialect.value:
            raise InvalidInput(
                f"{file} is a backup of {manifest['backend']}, and this database is {directory.dialect.value}. "
                "A backup is restored into the kind of database that it is from.",
                str(file),
            )
        for schema in (DIRECTORY, MAIL):
            if manifest[schema.name] not in schema.revisions:
                raise SchemaTooNew(f"{file} was made by a newer program than this one.", manifest[schema.name])
        if directory.dialect is Dialect.SQLITE:
            _restore_files(archive, directory, mail, file, now)
        else:
            _restore_tables(archive, manifest, directory, mail, now)


@contextmanager
def _files(file: Path) -> Iterator[None]:
    """Turn what goes wrong with files into our errors."""
    try:
        yield
    except FileExistsError:
        raise InvalidInput(f"{file} is there already. Name a file that is not.", str(file)) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFull(f"There is no room for {file}, or for unpacking it.", str(file)) from error
        raise StoreUnavailable(f"{file} can't be used: {error.strerror or error}.", str(file)) from error
    except _DAMAGE as error:
        raise InvalidInput(f"{file} isn't a backup, or is damaged: {str(error).rstrip('.')}.", str(file)) from error


@contextmanager
def _new_file(file: Path) -> Iterator[Any]:
    """Return a new file open for writing, which has its name once it is whole."""
    if file.exists():
        raise FileExistsError
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _give_name(unfinished, file)
    finally:
        unfinished.unlink(missing_ok=True)


def _give_name(unfinished: Path, file: Path) -> None:
    """Give a whole file its name, which nothing may have taken meanwhile; some file systems have no links."""
    try:
        os.link(unfinished, file)
    except OSError as error:
        if error.errno not in _WITHOUT_LINKS:
            raise
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY))
        unfinished.replace(file)


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(file) as archive:
        if strange := [entry.filename for entry in archive.infolist() if entry.compress_type not in _METHODS]:
            raise ValueError(f"{strange[0]} is packed in a way that backups are not")
        yield archive


def _manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, str]:
    if archive.getinfo(_MANIFEST).file_size > _LARGEST_MANIFEST:
        raise ValueError(f"{_MANIFEST} is too large")
    manifest = json.loads(archive.read(_MANIFEST))
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        raise InvalidInput(f"{file} isn't a backup that this program can read.", str(file))
    return {name: str(manifest[name]) for name in ("backend", DIRECTORY.name, MAIL.name)}


def _revision(database: Database, schema: Schema) -> str:
    revision = revision_in(database, schema)
    if revision is None:
        raise StoreUnavailable(f"The database holds no {schema.name}. There is nothing to back up.")
    return revision


# ----------------------------------------------------------------------------------------------------------------------- SQLite


def _copy_files(archive: zipfile.ZipFile, directory: Database, mail: Database, folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".delegacy-backup-", dir=folder) as place:
        # Mail first: what it refers to in the directory is in the later copy.
        for schema, database in ((MAIL, mail), (DIRECTORY, directory)):
            copy = Path(place) / _file_of(schema)
            with closing(database.lasting_connection()) as source, closing(sqlite3.connect(copy)) as target:
                _copy_database(_raw(source), target)
            archive.write(copy, _file_of(schema))
            copy.unlink()


def _restore_files(archive: zipfile.ZipFile, directory: Database, mail: Database, file: Path, now: datetime) -> None:
    directory.file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".delegacy-restore-", dir=directory.file.parent) as place:
        copies = {schema.name: Path(place) / _file_of(schema) for schema in (DIRECTORY, MAIL)}
        if sum(archive.getinfo(copy.name).file_size for copy in copies.values()) > shutil.disk_usage(place).free:
            raise StoreFull(f"There is no room for unpacking {file}. Nothing was changed.", str(file))
        for schema in (DIRECTORY, MAIL):
            copy = copies[schema.name]
            archive.extract(copy.name, place)
            _refuse_damaged(copy, file)
            _refuse_foreign(copy, schema, file)
        unpacked = [Database.at(copies[schema.name]) for schema in (DIRECTORY, MAIL)]
        try:
            upgrade_schema(*unpacked)
        finally:
            for database in unpacked:
                database.close()
        for schema, database in ((MAIL, mail), (DIRECTORY, directory)):
            with (
                closing(sqlite3.connect(copies[schema.name], isolation_level=None)) as source,
                closing(database.lasting_connection()) as target,
                closing(database.lasting_connection()) as reader,
            ):
                source.execute("PRAGMA journal_mode = DELETE")
                prepare = (
                    partial(_renew_directory, reader, source)
                    if schema is DIRECTORY
                    else partial(_renew_mail, reader, source, now)
                )
                _copy_database(source, _raw(target), prepare)


def _refuse_damaged(copy: Path, file: Path) -> None:
    found = _asked(copy, "PRAGMA quick_check(1)")
    if found != [("ok",)]:
        raise InvalidInput(f"{file} is damaged: {found[0][0] if found else 'it is empty'}.", str(file))


def _refuse_foreign(copy: Path, schema: Schema, file: Path) -> None:
    """Refuse a database with more in it than our tables and their indexes: a trigger would run with every change."""
    ours = {*schema.metadata.tables, schema.version_table}
    for kind, name, sql in _asked(copy, "SELECT type, name, sql FROM sqlite_master"):
        is_ours = kind == "index" or name.startswith("sqlite_") or (kind == "table" and name in ours)
        if not is_ours or str(sql).upper().startswith("CREATE VIRTUAL"):
            raise InvalidInput(f"{file} isn't a backup: it holds the {kind} {name}, which is none of ours.", str(file))


def _asked(copy: Path, question: str) -> list[tuple[Any, ...]]:
    """Return what a database says that may be anybody's."""
    try:
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            return connection.execute(question).fetchall()
    except sqlite3.DatabaseError as error:
        raise ValueError(error) from error


def _copy_database(
    source: sqlite3.Connection, target: sqlite3.Connection, prepare: Callable[[], None] | None = None
) -> None:
    """Copy a database over another one. ``prepare`` is called to change the source once nobody else can write to the target.

    From the first page on the target is locked against writers, so what is read of it then is its last state; what is written to the
    source after that is copied too.
    """
    deadline = time.monotonic() + LOCK_TIMEOUT
    prepared = prepare is None

    def progress(status: int, _remaining: int, _total: int) -> None:
        nonlocal prepared
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            if time.monotonic() > deadline:
                raise StoreUnavailable(
                    "Others have been using the database for too long. Nothing was changed; try again."
                )
        elif not prepared and prepare is not None:
            prepared = True
            prepare()

    try:
        source.backup(target, pages=-1 if prepare is None else 1, progress=progress, sleep=0.05)
    except sqlite3.Error as error:
        raise SqliteBackend().translated(error) from error


def _renew_directory(reader: Connection, source: sqlite3.Connection) -> None:
    renew_directory(source.execute, overwritten_directory(reader))


def _renew_mail(reader: Connection, source: sqlite3.Connection, now: datetime) -> None:
    renew_mail_file(source, overwritten_mail(reader, now))


def _file_of(schema: Schema) -> str:
    return f"{schema.name}.db"


def _raw(connection: Connection) -> sqlite3.Connection:
    if not isinstance(connection, SqliteConnection):
        raise TypeError(connection)
    return connection.raw


# ------------------------------------------------------------------------------------------------------------------- PostgreSQL


def _copy_tables(archive: zipfile.ZipFile, database: Database) -> None:
    with closing(database.lasting_connection()) as connection:
        connection.begin_reading()
        for table in _tables():
            with (
                archive.open(_entry_of(table), "w", force_zip64=True) as entry,
                _copying(connection, f'COPY (SELECT {_columns(table)} FROM "{table.name}") TO STDOUT') as copied,
            ):
                for block in copied:
                    entry.write(block)


def _restore_tables(
    archive: zipfile.ZipFile, manifest: dict[str, str], directory: Database, mail: Database, now: datetime
) -> None:
    for schema in (DIRECTORY, MAIL):
        if manifest[schema.name] != schema.revisions[-1]:
            raise SchemaTooOld(
                f"The backup has the {schema.name} schema {manifest[schema.name]}; this program works with {schema.revisions[-1]}. Restore it "
                "with the program that made it, then run 'delegacy migrate' with this one.",
                manifest[schema.name],
            )
    create_schema(directory, mail)
    tables = _tables()
    with closing(directory.lasting_connection()) as connection:
        connection.begin_writing()
        directory_before = overwritten_directory(connection)
        mail_before = overwritten_mail(connection, now)
        shift = 0
        for table in reversed(tables):  # not TRUNCATE, which readers would see before the end
            connection.run(f'DELETE FROM "{table.name}"')
        for table in tables:
            if table.name in NUMBERED_BY_FOLDER:
                _copy_renumbered(archive, connection, table, shift)
            else:
                _copy_table(archive, connection, table, table.name)
            if table is mail_folder:
                shift = renew_mail_folders(connection, mail_before)
            _restart_numbering(connection, table)
        renew_directory(connection.run, directory_before)
        connection.commit()


def _copy_table(archive: zipfile.ZipFile, connection: Connection, table: sa.Table, target: str) -> None:
    with (
        archive.open(_entry_of(table)) as entry,
        _copying(connection, f'COPY "{target}" ({_columns(table)}) FROM STDIN') as copied,
    ):
        while block := entry.read(_CHUNK):
            copied.write(block)


def _copy_renumbered(archive: zipfile.ZipFile, connection: Connection, table: sa.Table, shift: int) -> None:
    """Put the rows of a table back with ``shift`` added to the numbers of their folders, without which there are no such folders."""
    aside = f"{table.name}_put_back"
    connection.run(f'CREATE TEMPORARY TABLE "{aside}" (LIKE "{table.name}") ON COMMIT DROP')
    _copy_table(archive, connection, table, aside)
    renumbered = _columns(table).replace('"folder_id"', '"folder_id" + ?')
    connection.run(f'INSERT INTO "{table.name}" ({_columns(table)}) SELECT {renumbered} FROM "{aside}"', (shift,))
    connection.run(f'DROP TABLE "{aside}"')


def _columns(table: sa.Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _restart_numbering(connection: Connection, table: sa.Table) -> None:
    """Let the numbers that the database gives out go on after those that were restored."""
    column = table.autoincrement_column
    if column is None:
        return
    row = connection.row("SELECT pg_get_serial_sequence(?, ?)", (table.name, column.name))
    if row is not None and row[0] is not None:
        connection.row(
            f'SELECT setval(?::regclass, (SELECT coalesce(max("{column.name}"), 0) + 1 FROM "{table.name}"), false)',
            (row[0],),
        )


def _tables() -> list[sa.Table]:
    """Return every table, none before one that it refers to."""
    return [*DIRECTORY.metadata.sorted_tables, *MAIL.metadata.sorted_tables]


def _entry_of(table: sa.Table) -> str:
    return f"tables/{table.name}"


@contextmanager
def _copying(connection: Connection, sql: str) -> Iterator[psycopg.Copy]:
    if not isinstance(connection, PostgresConnection):
        raise TypeError(connection)
    try:
        with connection.raw.cursor() as cursor, cursor.copy(sql.encode()) as copied:
            yield copied
    except psycopg.Error as error:
        raise PostgresBackend().translated(error) from error
