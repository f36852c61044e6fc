"""A private PostgreSQL server from the system's packages, on a socket in a folder of its own."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from support.peers import require_program

_STARTS_WITHIN = 30.0
_SETTINGS = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=50")


@dataclass(slots=True)
class PostgresServer:
    """A running server. Everybody on this machine's socket is the superuser."""

    folder: Path
    user: str
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://{self.user}@/{database}?host={self.folder}"

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"test{next(self._numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    @contextmanager
    def without_connections(self, url: str) -> Iterator[None]:
        """Return a context in which nobody is connected to a database, and nobody can be."""
        name = sql.Identifier(name_in(url))
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
            try:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name_in(url),)
                )
                yield
            finally:
                connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


def name_in(url: str) -> str:
    """Return the database that a URL names."""
    return urlsplit(url).path.removeprefix("/")


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server and stop it; skip the test if PostgreSQL is not installed, fail it where CI is set."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    initdb, postgres = (require_program(name, folders) for name in ("initdb", "postgres"))
    # The server refuses to run as root, and its folder must be its own, with a path short enough for a socket.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="delegacy-pg-", dir="/tmp"))
    shutil.chown(folder, user)
    run_as = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    try:
        subprocess.run(  # type: ignore[call-overload] # who runs it is known at run time only
            [
                initdb,
                "--pgdata",
                folder / "data",
                "--username",
                user,
                "--auth",
                "trust",
                "--no-sync",
                "--encoding",
                "UTF8",
            ],
            check=True,
            capture_output=True,
            cwd="/",
            **run_as,
        )
        options = [word for setting in _SETTINGS for word in ("-c", setting)]
        server = subprocess.Popen(  # type: ignore[call-overload] # likewise
            [postgres, "-D", folder / "data", "-k", folder, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **run_as,
        )
        try:
            _wait(found := PostgresServer(folder, user))
            yield found
        finally:
            server.terminate()
            server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: PostgresServer) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while True:
        try:
            psycopg.connect(server.url("postgres")).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
