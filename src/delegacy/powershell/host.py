"""`Host`: what the language needs from whoever shows its output and answers its questions. Each surface brings its own.

Every method may block. None of them is called while changes wait to be made durable (see `CommandGate` in `cmdlet`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from delegacy.powershell.errors import runtime_error

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from delegacy.powershell.errors import PowerShellError
    from delegacy.powershell.streams import HostText, ProgressRecord, Stream


class EndOfInput(Exception):
    """Nobody is there to answer: the input has ended, or the surface is not interactive."""


class FileAccessError(Exception):
    """A file cannot be read or written; the text says why and is shown to the user."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a question; `&` stands before the letter that selects it (`&Yes`, `Yes to &All`)."""

    label: str
    help: str = ""

    @property
    def key(self) -> str:
        """The letter that selects the choice."""
        _, marker, rest = self.label.partition("&")
        return rest[:1].upper() if marker else ""

    @property
    def plain_label(self) -> str:
        """The label without its marker."""
        return self.label.replace("&", "", 1)


class HostFiles(Protocol):
    """Files of the person at the local shell. Other surfaces grant none.

    Paths are as typed. Every method raises `FileAccessError` when the system refuses.
    """

    def resolve(self, path: str) -> str:
        """Return the path in full, relative ones taken from the current folder."""

    def is_file(self, path: str) -> bool:
        """Return whether the path names a file."""

    def is_folder(self, path: str) -> bool:
        """Return whether the path names a folder."""

    def read(self, path: str) -> bytes:
        """Return the whole content of a file."""

    def write(self, path: str, content: bytes, *, append: bool) -> None:
        """Replace or extend the content of a file, creating it when absent."""


class Host(Protocol):
    """A surface that runs commands: the local shell, a remote session, a web page, a test."""

    @property
    def width(self) -> int:
        """Characters in a line, for tables and lists. 120 when the output is not a terminal."""

    @property
    def is_terminal(self) -> bool:
        """Whether lines are seen on a terminal. Off a terminal, warnings, errors and list values are not wrapped."""

    @property
    def files(self) -> HostFiles | None:
        """Access to files, or None where the surface grants none."""

    def is_stopping(self) -> bool:
        """Return whether the user asked to stop (Ctrl-C). Asked often; must be cheap."""

    def now(self) -> datetime:
        """Return the current time, with the time zone of the user."""

    def to_utc(self, moment: datetime) -> datetime:
        """Return a moment in UTC; one without a time zone is in the user's."""

    def sleep(self, seconds: float) -> None:
        """Wait; return early when the user asked to stop."""

    def write(self, stream: Stream, text: str) -> None:
        """Show text of a stream, laid out, without its last line end."""

    def write_host(self, text: HostText) -> None:
        """Show text of Write-Host."""

    def write_progress(self, progress: ProgressRecord) -> None:
        """Show the state of something that takes time."""

    def clear(self) -> None:
        """Clear the screen, where there is one."""

    def prompt_for_choice(self, caption: str, message: str, choices: Sequence[Choice], default: int, /) -> int:
        """Ask for one of the choices and return its index. Raises `EndOfInput`."""

    def read_line(self, prompt: str, /) -> str:
        """Ask for a line of text. Raises `EndOfInput`."""

    def read_secret(self, prompt: str, /) -> str:
        """Ask for a line that is not shown while typed. Raises `EndOfInput`."""


def unanswered() -> PowerShellError:
    """Return the error for a question that nobody is there to answer; the script ends with it."""
    error = runtime_error(
        "The command was stopped because it asked a question and the input has ended. Read and Prompt functionality is not available.",
        "InvalidOperation",
        exception_type="System.Management.Automation.PSInvalidOperationException",
    )
    error.ends_script = True
    return error
