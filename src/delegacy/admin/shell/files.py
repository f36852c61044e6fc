"""Files of the person at the local shell."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from delegacy.powershell.host import FileAccessError

_LARGEST: Final = 256 * 1024 * 1024


class LocalFiles:
    """Files as the operating system grants them to the person who started the shell; implements `powershell.host.HostFiles`.

    Paths may be written with `/` or `\\`, and may begin with `~`. There are no drives.
    """

    def __init__(self, folder: Callable[[], Path] = Path.cwd) -> None:
        self._folder = folder

    def resolve(self, path: str) -> str:
        """Return the path in full, relative ones taken from the current folder. Raises `FileAccessError`."""
        return str(self._located(path))

    def is_file(self, path: str) -> bool:
        """Return whether the path names a file."""
        try:
            return self._located(path).is_file()
        except (OSError, FileAccessError):
            return False

    def is_folder(self, path: str) -> bool:
        """Return whether the path names a folder."""
        try:
            return self._located(path).is_dir()
        except (OSError, FileAccessError):
            return False

    def read(self, path: str) -> bytes:
        """Return the whole content of a file. Raises `FileAccessError`."""
        located = self._located(path)
        try:
            with located.open("rb") as file:
                content = file.read(_LARGEST + 1)
        except OSError as error:
            raise _refusal(located, error) from None
        if len(content) > _LARGEST:
            raise FileAccessError(f"The file '{located}' is larger than {_LARGEST // 1024**2} MB.")
        return content

    def write(self, path: str, content: bytes, *, append: bool) -> None:
        """Replace or extend the content of a file, creating it when absent. Raises `FileAccessError`."""
        located = self._located(path)
        try:
            with located.open("ab" if append else "wb") as file:
                file.write(content)
        except OSError as error:
            raise _refusal(located, error) from None

    def _located(self, path: str) -> Path:
        written = path.removeprefix("FileSystem::").replace("\\", "/")
        drive, colon, _ = written.partition(":")
        if colon and drive.isalpha():
            raise FileAccessError(f"Cannot find drive. A drive with the name '{drive}' does not exist.")
        if not written or "\0" in written:
            raise FileAccessError("The path is not of a legal form.")
        try:
            full = self._folder() / Path(written).expanduser()
        except (OSError, RuntimeError):  # the current folder was removed, or there is no such home
            raise FileAccessError(f"Could not find a part of the path '{path}'.") from None
        return Path(os.path.normpath(full))


def _refusal(path: Path, error: OSError) -> FileAccessError:
    if isinstance(error, FileNotFoundError):
        if path.parent.is_dir():
            return FileAccessError(f"Could not find file '{path}'.")
        return FileAccessError(f"Could not find a part of the path '{path}'.")
    if isinstance(error, (PermissionError, IsADirectoryError)):
        return FileAccessError(f"Access to the path '{path}' is denied.")
    return FileAccessError(f"The file '{path}' can't be used: {error.strerror}.")
