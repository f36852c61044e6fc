"""Files of the person at the local shell."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from delegacy.powershell.host import FileAccessError

_LARGEST: Final = 256 * 1024 * 1024


class LocalFiles:
    """Files as the operating system grants them to the person who started the shell; implements `powershell.host.HostFiles`.

    Paths may be written with `/` or `\\`, and may begin with `~`. ``drives`` are letters with the folders that stand for them; a path
    does not lead out of its drive, and case makes no difference in it, as scripts from Windows expect.
    """

    def __init__(self, drives: Iterable[tuple[str, Path]] = (), folder: Callable[[], Path] = Path.cwd) -> None:
        self._drives = dict(drives)
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
        if not written or "\0" in written:
            raise FileAccessError("The path is not of a legal form.")
        drive, colon, rest = written.partition(":")
        if colon and drive.isalpha():
            return self._on_drive(drive, rest)
        try:
            full = self._folder() / Path(written).expanduser()
        except (OSError, RuntimeError):  # the current folder was removed, or there is no such home
            raise FileAccessError(f"Could not find a part of the path '{path}'.") from None
        return Path(os.path.normpath(full))

    def _on_drive(self, drive: str, path: str) -> Path:
        root = self._drives.get(drive.upper())
        if root is None:
            raise FileAccessError(
                f"Cannot find drive. A drive with the name '{drive}' does not exist. The setting shell.drives says which folder stands for it."
            )
        located = root
        for name in Path(os.path.normpath(f"/{path}")).parts[1:]:
            located = _same_name(located, name)
        return located


def _same_name(folder: Path, name: str) -> Path:
    """Return what a folder holds under a name in whatever case, or would hold under just this one."""
    exact = folder / name
    if not os.path.lexists(exact):
        try:
            return next((found for found in folder.iterdir() if found.name.casefold() == name.casefold()), exact)
        except OSError:  # whoever uses the path learns why
            return exact
    return exact


def _refusal(path: Path, error: OSError) -> FileAccessError:
    if isinstance(error, FileNotFoundError):
        if path.parent.is_dir():
            return FileAccessError(f"Could not find file '{path}'.")
        return FileAccessError(f"Could not find a part of the path '{path}'.")
    if isinstance(error, (PermissionError, IsADirectoryError)):
        return FileAccessError(f"Access to the path '{path}' is denied.")
    return FileAccessError(f"The file '{path}' can't be used: {error.strerror}.")
