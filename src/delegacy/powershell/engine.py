"""`Engine`: what the built-in commands need from the interpreter that runs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from delegacy.powershell.cmdlet import Cmdlet
    from delegacy.powershell.errors import ScriptPosition
    from delegacy.powershell.host import Host, HostFiles
    from delegacy.powershell.metadata import CmdletInfo
    from delegacy.powershell.streams import Stream
    from delegacy.powershell.values import ScriptBlock
    from delegacy.powershell.views import ViewRegistry


@dataclass(frozen=True, slots=True)
class Caller:
    """The function or script that a command stands in: its name, what was typed to call it, and where.

    What was typed at a prompt has no name and no place, and stands for itself.
    """

    name: str
    invocation: str
    position: ScriptPosition | None


class Engine(Protocol):
    """The interpreter, in the scope where the command runs."""

    @property
    def host(self) -> Host:
        """Whoever shows output and answers questions."""

    @property
    def views(self) -> ViewRegistry:
        """How objects are shown."""

    def now(self) -> datetime:
        """Return the current time."""

    def tick(self) -> None:
        """Count a step of a long loop, so that it can be stopped."""

    def fed(self, fraction: float | None) -> None:
        """Say how much of what the pipeline works off has been handed on, from 0 to 1; None at its end."""

    def flush(self) -> None:
        """Make changes durable; call it before anything that outlives the command, such as writing a file. Raises `PowerShellError`."""

    def before_question(self) -> None:
        """Make changes durable and show everything that comes before a question or a wait. Raises `PowerShellError`."""

    def caller(self) -> Caller:
        """Return the function or script that the command stands in."""

    def files(self) -> HostFiles:
        """Return access to files. Raises `PowerShellError` where the surface grants none."""

    def write_text_of(self, values: list[object], path: str, *, append: bool) -> None:
        """Write the text that would be shown of objects to a file, as `>` does. Raises `PowerShellError`."""

    def emit(self, stream: Stream, record: object) -> None:
        """Pass a record straight to whoever takes the output of the whole script."""

    def run_block(self, block: ScriptBlock, value: object) -> list[object]:
        """Run a script block in the scope of the command, with a value as `$_`, and return its output."""

    def calculate(self, block: ScriptBlock, value: object) -> list[object]:
        """As `run_block`, for a calculated property: its errors are not shown."""

    def stream_block(self, block: ScriptBlock, value: object, emit: Callable[[object], None]) -> None:
        """As `run_block`, with the output handed on at once."""

    def invoke_block(self, block: ScriptBlock, arguments: list[object]) -> list[object]:
        """Run a script block in a scope of its own with arguments, and return its output."""

    def stop_upstream(self, cmdlet: Cmdlet) -> None:
        """Tell the commands before this one that no more records are wanted. Does not return."""

    def variable(self, name: str) -> object:
        """Return a variable's value, $null when it is not set."""

    def set_variable(self, name: str, value: object, scope: str = "") -> None:
        """Set a variable. Raises `PowerShellError` when it cannot be set."""

    def remove_variable(self, name: str) -> bool:
        """Remove a variable from the scope of the command; return whether it was there."""

    def variables(self) -> Mapping[str, object]:
        """Return all variables that the command sees, by name."""

    def set_strict(self, *, strict: bool) -> None:
        """Turn the errors for absent variables and properties on or off."""

    def find_command(self, name: str) -> CmdletInfo | None:
        """Return the cmdlet or function with a name or alias, None when there is none."""

    def commands(self) -> Collection[CmdletInfo]:
        """Return all cmdlets and functions that the command sees."""

    def aliases(self) -> Mapping[str, str]:
        """Return all aliases and what they stand for."""

    def is_gated(self, info: CmdletInfo) -> bool:
        """Return whether a cmdlet is one of the session's, not one of the language's own."""

    def call_method(self, value: object, name: str, arguments: list[object]) -> object:
        """Call a method that scripts may call."""
