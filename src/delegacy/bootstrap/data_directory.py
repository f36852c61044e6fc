"""The data directory: both databases, certificates, and what tells others where the services listen."""

import fcntl
import json
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from delegacy.domain.errors import StoreUnavailable

_OWNER_ONLY: Final = 0o700


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
        """Make the directory if it is missing, for its owner only. Raises ``StoreUnavailable``."""
        try:
            self.root.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
            mode = stat.S_IMODE(self.root.stat().st_mode)
            if mode & ~_OWNER_ONLY:
                self.root.chmod(mode & _OWNER_ONLY)
            self.endpoints.parent.mkdir(mode=_OWNER_ONLY, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(
                f"The data directory {self.root} can't be used: {error.strerror}.", str(self.root)
            ) from None

    @contextmanager
    def only_server(self) -> Iterator[None]:
        """Return a context in which no other server runs on this directory. Raises ``StoreUnavailable`` if one does."""
        with (self.endpoints.parent / "server.lock").open("w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise StoreUnavailable(
                    f"A server runs on {self.root} already. Stop it first, or use another data directory.",
                    str(self.root),
                ) from None
            yield

    def write_endpoints(self, endpoints: Mapping[str, object]) -> None:
        """Say where the services listen, in one step, so that nobody reads half of it."""
        unfinished = self.endpoints.with_suffix(".new")
        unfinished.write_text(json.dumps(endpoints, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(self.endpoints)

    def remove_endpoints(self) -> None:
        """Take back what ``write_endpoints`` said."""
        self.endpoints.unlink(missing_ok=True)
