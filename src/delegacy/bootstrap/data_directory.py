"""The data directory: both databases, certificates, and what tells others where the services listen."""

import errno
import fcntl
import json
import os
import pwd
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from delegacy.domain.errors import StoreUnavailable

_OWNER_ONLY: Final = 0o700
_OWNERS_FILE: Final = 0o600
_OURS: Final = frozenset({"directory.db", "mail.db", "tls", "run", "demo"})
_NOT_FOREIGN: Final = frozenset({"delegacy.toml", "lost+found"})


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """The places in a data directory."""

    root: Path

    @property
    def directory_database(self) -> Path:
        """Return the file of the directory."""
        return self.root / "directory.db"

    @property
    def mail_database(self) -> Path:
        """Return the file of the mail store."""
        return self.root / "mail.db"

    @property
    def tls(self) -> Path:
        """Return the folder of the local CA and its certificates."""
        return self.root / "tls"

    @property
    def shell_history(self) -> Path:
        """Return the file of the management shell's history."""
        return self.root / "shell_history"

    @property
    def endpoints(self) -> Path:
        """Return the file that says where the services listen, while they do."""
        return self.root / "run" / "endpoints.json"

    def prepare(self) -> None:
        """Make the directory if it is missing, for its owner only.

        Raises ``StoreUnavailable``, also for a directory that is somebody else's, or that holds other things and nothing of ours:
        the modes of such a directory are not ours to change.
        """
        with self._unusable():
            self.root.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
            self._require_ours()
            mode = stat.S_IMODE(self.root.stat().st_mode)
            if mode & ~_OWNER_ONLY:
                self.root.chmod(mode & _OWNER_ONLY)
            self.endpoints.parent.mkdir(mode=_OWNER_ONLY, exist_ok=True)

    def prepare_databases(self) -> None:
        """Make the database files where they are missing, empty and readable by their owner only. Raises ``StoreUnavailable``."""
        with self._unusable():
            for file in (self.directory_database, self.mail_database):
                os.close(os.open(file, os.O_RDWR | os.O_CREAT, _OWNERS_FILE))

    def _require_ours(self) -> None:
        owner = self.root.stat().st_uid
        if owner != os.geteuid():
            raise StoreUnavailable(
                f"The data directory {self.root} belongs to {_user(owner)}. Run this as that user, or use another data directory.",
                str(self.root),
            )
        found = {entry.name for entry in self.root.iterdir()} - _NOT_FOREIGN
        if found and not found & _OURS:
            raise StoreUnavailable(
                f"{self.root} is no data directory of Delegacy's, and it isn't empty. Name another directory with --data.",
                str(self.root),
            )

    @contextmanager
    def _unusable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreUnavailable(
                f"The data directory {self.root} can't be used: {error.strerror}.", str(self.root)
            ) from None

    @contextmanager
    def only_server(self) -> Iterator[None]:
        """Return a context in which no other server runs on this directory. Raises ``StoreUnavailable`` if one does."""
        with self._unusable():
            lock = (self.endpoints.parent / "server.lock").open("w", encoding="utf-8")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                reason = "A server runs on it already. Stop that one first, or use another data directory"
                if error.errno not in (errno.EAGAIN, errno.EACCES):
                    reason = f"It can't be locked: {error.strerror}"
                raise StoreUnavailable(
                    f"The data directory {self.root} can't be served. {reason}.", str(self.root)
                ) from None
            self.remove_endpoints()  # of a server that was killed
            yield

    def write_endpoints(self, endpoints: Mapping[str, object]) -> None:
        """Say where the services listen, in one step, so that nobody reads half of it."""
        unfinished = self.endpoints.with_suffix(".new")
        unfinished.write_text(json.dumps(endpoints, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(self.endpoints)

    def remove_endpoints(self) -> None:
        """Take back what ``write_endpoints`` said."""
        self.endpoints.unlink(missing_ok=True)


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
