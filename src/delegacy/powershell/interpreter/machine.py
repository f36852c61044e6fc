"""What the parts of the interpreter ask of each other, and the frame that code runs in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from delegacy.powershell.common_parameters import ActionPreference
from delegacy.powershell.convert import ConversionError, to_enum
from delegacy.powershell.properties import MISSING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime

    from delegacy.powershell.binder import Argument, Binder, Binding
    from delegacy.powershell.cmdlet import Cmdlet, CommandGate
    from delegacy.powershell.errors import ErrorRecord, PowerShellError
    from delegacy.powershell.host import Host, HostFiles
    from delegacy.powershell.interpreter.functions import FunctionInfo
    from delegacy.powershell.interpreter.outlet import Outlet, OutputSink
    from delegacy.powershell.interpreter.scope import Scope
    from delegacy.powershell.interpreter.tally import Feed, Tally
    from delegacy.powershell.metadata import CmdletInfo, Parameter
    from delegacy.powershell.streams import Stream
    from delegacy.powershell.syntax import Block, Expression
    from delegacy.powershell.tokens import Extent
    from delegacy.powershell.values import ScriptBlock
    from delegacy.powershell.views import ViewRegistry

Emit = Callable[[object], None]


@dataclass(frozen=True, slots=True)
class CommandCall:
    """A command as it stands in a pipeline: its name as typed, its place (from 1), its arguments, and whether anything is piped in.

    `feeds` is the command that takes its output, None at the end of the pipeline. `is_named`: the name is one, and not the whole of what
    was typed at a prompt.
    """

    name: str
    extent: Extent
    arguments: tuple[Argument, ...] = ()
    place: int = 1
    expects_input: bool = False
    feeds: CmdletInfo | FunctionInfo | None = None
    is_named: bool = True


@dataclass(frozen=True, slots=True)
class Frame:
    """Where code runs: its scope, where its records go, and what is around it.

    guarded: inside a `try`, so that errors which end a statement are not reported where they happen. nested: a pipeline around this one
    is running, so that it is not the one to make changes durable. call: how the function or script that the code stands in was called.
    taps: the functions around, which keep errors and the like for their -ErrorVariable, shown or not.
    """

    scope: Scope
    streams: OutputSink
    guarded: bool = False
    nested: bool = False
    source: str | None = None
    call: CommandCall | None = None
    taps: tuple[Tap, ...] = ()

    def with_scope(self, scope: Scope) -> Frame:
        """Return the frame with another scope."""
        return replace(self, scope=scope)

    def preference(self, name: str) -> ActionPreference | None:
        """Return a preference variable (`$ErrorActionPreference`) as an action, None when it is not set or makes no sense."""
        value = self.scope.get(name)
        if value is MISSING or value is None:
            return None
        if isinstance(value, ActionPreference):
            return value
        try:
            found = to_enum(value, ActionPreference)
        except ConversionError:
            return None
        return found if isinstance(found, ActionPreference) else None


class Tap(Protocol):
    """Keeps records of the streams in variables."""

    def keep(self, stream: Stream, record: object) -> None:
        """Keep a record if a variable was named for its stream."""


class Machine(Protocol):
    """The interpreter, as its parts see it."""

    gate: CommandGate
    host: Host
    outlet: Outlet
    views: ViewRegistry
    success: bool
    tally: Tally
    feed: Feed

    def tick(self) -> None:
        """Count a step. Raises `Stopped` when the user asked for it, and the error for a budget that is used up."""

    def now(self) -> datetime:
        """Return the current time."""

    def evaluate(self, node: Expression, frame: Frame) -> object:
        """Return the value of an expression. Raises `PowerShellError`."""

    def run_block(self, block: Block, frame: Frame, out: Emit) -> None:
        """Run statements one after the other."""

    def run_script_block(self, block: ScriptBlock, frame: Frame, out: Emit, value: object) -> None:
        """Run a script block in the frame's own scope with a value as `$_`."""

    def create(self, info: CmdletInfo, frame: Frame) -> Cmdlet:
        """Return a new cmdlet of ours or of the gate's."""

    def is_gated(self, info: CmdletInfo) -> bool:
        """Return whether a cmdlet comes from the gate."""

    def binder_of(self, info: CmdletInfo, *, takes_extra: bool = False) -> Binder:
        """Return the binder of a command; it is made once."""

    def ask_for(
        self, info: CmdletInfo, missing: list[Parameter], binding: Binding, place: int
    ) -> dict[Parameter, object]:
        """Ask the user for mandatory parameters. Raises `PowerShellError` when nobody answers."""

    def flush(self) -> None:
        """Make changes durable and pass on what was held back. Raises `PowerShellError`."""

    def before_question(self) -> None:
        """Make changes durable and show everything that comes before a question or a wait. Raises `PowerShellError`."""

    def error_of(self, error: Exception, cmdlet: Cmdlet) -> ErrorRecord:
        """Return the record for an exception of a cmdlet."""

    def remember(self, record: ErrorRecord) -> None:
        """Put an error at the head of $Error."""

    def report(self, error: PowerShellError, frame: Frame) -> None:
        """Report an error that ended a statement, and go on; raise it when the script is to end."""

    def inner_call(self) -> AbstractContextManager[None]:
        """Return a context that counts a nested call. Raises the error for calls that nest too deeply."""

    def declare_parameters(self, function: FunctionInfo, binding: Binding, frame: Frame) -> None:
        """Set the variables of a function's parameters: what was bound, else the default."""

    def invoke_script_block(self, block: ScriptBlock, arguments: list[object], frame: Frame) -> list[object]:
        """Run a script block in a scope of its own with arguments, and return its output."""

    def files(self) -> HostFiles:
        """Return access to files. Raises `PowerShellError` where the surface grants none."""

    def write_text_of(self, values: list[object], path: str, *, append: bool) -> None:
        """Write the text that would be shown of objects to a file, as `>` does. Raises `PowerShellError`."""

    def find_command(self, name: str, frame: Frame) -> CmdletInfo | FunctionInfo | None:
        """Return the function or cmdlet with a name, aliases resolved; None when there is none."""

    def command_infos(self, frame: Frame | None = None) -> list[CmdletInfo]:
        """Return all cmdlets and functions that can be run."""

    def aliases(self) -> Mapping[str, str]:
        """Return all aliases and what they stand for."""
