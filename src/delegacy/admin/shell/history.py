"""The history of the interactive shell: a file that keeps what was typed, except what may hold a secret."""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from prompt_toolkit.history import FileHistory

_SECRET: Final = re.compile(
    r"pass(?!thru)|pwd|securestring|asplaintext|credential|secret|token|api_?key|private_?key", re.IGNORECASE
)
_LARGEST: Final = 1024 * 1024
_KEPT: Final = _LARGEST // 2
_OWNER_ONLY: Final = 0o600


def may_hold_secret(text: str) -> bool:
    """Return whether a command may hold a password or the like; rather too often than too seldom."""
    return _SECRET.search(text) is not None


class ShellHistory(FileHistory):
    """Lines of this session and of those before. What may hold a secret is remembered until the shell ends and never written.

    A file that cannot be read or written costs nothing but the history.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self._file = file

    def load_history_strings(self) -> Iterable[str]:
        """Return the commands of the file, the newest first."""
        with suppress(OSError):
            self._shorten()
            return super().load_history_strings()
        return ()

    def store_string(self, string: str) -> None:
        """Write a command to the file, which only its owner can read."""
        if may_hold_secret(string):
            return
        with suppress(OSError):
            os.close(os.open(self._file, os.O_WRONLY | os.O_CREAT, _OWNER_ONLY))
            super().store_string(string)

    def _shorten(self) -> None:
        """Drop the older half of a file that has grown large, at the boundary of a command."""
        if not self._file.exists() or self._file.stat().st_size <= _LARGEST:
            return
        _, _, newer = self._file.read_bytes()[-_KEPT:].partition(b"\n# ")
        unfinished = self._file.with_suffix(".new")
        unfinished.touch(_OWNER_ONLY)
        unfinished.write_bytes(b"\n# " + newer)
        unfinished.replace(self._file)
