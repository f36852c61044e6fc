"""`Engine` for one built-in command: the interpreter in the frame where the command runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from delegacy.powershell.engine import Caller
from delegacy.powershell.interpreter.functions import FunctionInfo
from delegacy.powershell.interpreter.outlet import Redirected, discard
from delegacy.powershell.interpreter.scope import CONSTANTS
from delegacy.powershell.interpreter.signals import UpstreamStopped
from delegacy.powershell.methods import call_method
from delegacy.powershell.properties import MISSING
from delegacy.powershell.streams import Stream

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from delegacy.powershell.cmdlet import Cmdlet
    from delegacy.powershell.host import Host, HostFiles
    from delegacy.powershell.interpreter.machine import Emit, Frame, Machine
    from delegacy.powershell.metadata import CmdletInfo
    from delegacy.powershell.values import ScriptBlock
    from delegacy.powershell.views import ViewRegistry


class EngineView:
    """`Engine` for one built-in command: the interpreter in the frame where the command runs."""

    def __init__(self, machine: Machine, frame: Frame) -> None:
        self._machine = machine
        self._frame = frame

    @property
    def host(self) -> Host:
        """Whoever shows output and answers questions."""
        return self._machine.host

    @property
    def views(self) -> ViewRegistry:
        """How objects are shown."""
        return self._machine.views

    def now(self) -> datetime:
        """Return the current time."""
        return self._machine.now()

    def tick(self) -> None:
        """Count a step of a long loop, so that it can be stopped."""
        self._machine.tick()

    def fed(self, fraction: float | None) -> None:
        """Say how much of what the pipeline works off has been handed on, from 0 to 1; None at its end."""
        self._machine.feed.fraction = fraction

    def flush(self) -> None:
        """Make changes durable. Raises `PowerShellError`."""
        self._machine.flush()

    def before_question(self) -> None:
        """Make changes durable and show everything that comes before a question or a wait. Raises `PowerShellError`."""
        self._machine.before_question()

    def caller(self) -> Caller:
        """Return the function or script that the command stands in."""
        call = self._frame.call
        if call is None:
            return Caller("", "", None)
        return Caller(call.name if call.is_named else "", call.name, call.extent.position)

    def files(self) -> HostFiles:
        """Return access to files. Raises `PowerShellError` where the surface grants none."""
        return self._machine.files()

    def write_text_of(self, values: list[object], path: str, *, append: bool) -> None:
        """Write the text that would be shown of objects to a file, as `>` does. Raises `PowerShellError`."""
        self._machine.write_text_of(values, path, append=append)

    def emit(self, stream: Stream, record: object) -> None:
        """Pass a record straight to whoever takes the output of the whole script."""
        self._machine.outlet.emit(stream, record)

    def run_block(self, block: ScriptBlock, value: object) -> list[object]:
        """Run a script block in the scope of the command, with a value as `$_`, and return its output."""
        output: list[object] = []
        self._machine.run_script_block(block, self._frame, output.append, value)
        return output

    def calculate(self, block: ScriptBlock, value: object) -> list[object]:
        """As `run_block`, for a calculated property: its errors are not shown."""
        frame = replace(self._frame, streams=Redirected(self._frame.streams, {Stream.ERROR: discard}))
        output: list[object] = []
        self._machine.run_script_block(block, frame, output.append, value)
        return output

    def stream_block(self, block: ScriptBlock, value: object, emit: Emit) -> None:
        """As `run_block`, with the output handed on at once."""
        self._machine.run_script_block(block, self._frame, emit, value)

    def invoke_block(self, block: ScriptBlock, arguments: list[object]) -> list[object]:
        """Run a script block in a scope of its own with arguments, and return its output."""
        return self._machine.invoke_script_block(block, arguments, self._frame)

    def stop_upstream(self, cmdlet: Cmdlet) -> NoReturn:
        """Tell the commands before this one that no more records are wanted."""
        raise UpstreamStopped(cmdlet)

    def variable(self, name: str) -> object:
        """Return a variable's value, $null when it is not set."""
        found = self._frame.scope.get(name)
        return None if found is MISSING else found

    def set_variable(self, name: str, value: object, scope: str = "") -> None:
        """Set a variable. Raises `PowerShellError` when it cannot be set."""
        qualified = f"{scope}:{name}" if scope.lower() in ("global", "script", "local", "private") else name
        self._frame.scope.set(qualified, value)

    def remove_variable(self, name: str) -> bool:
        """Remove a variable from the scope of the command; return whether it was there."""
        return any(scope.variables.pop(name.lower(), None) is not None for scope in self._frame.scope.chain())

    def variables(self) -> Mapping[str, object]:
        """Return all variables that the command sees, by name."""
        found: dict[str, object] = dict(CONSTANTS)
        names: dict[str, str] = {}
        for scope in reversed(list(self._frame.scope.chain())):
            for key, variable in scope.variables.items():
                names[key] = names.get(key, variable.name)
                found[names[key]] = variable.value
        return found

    def set_strict(self, *, strict: bool) -> None:
        """Turn the errors for absent variables and properties on or off."""
        self._frame.scope.strict = strict

    def find_command(self, name: str) -> CmdletInfo | None:
        """Return the cmdlet or function with a name or alias, None when there is none."""
        found = self._machine.find_command(name, self._frame)
        return found.info if isinstance(found, FunctionInfo) else found

    def commands(self) -> Collection[CmdletInfo]:
        """Return all cmdlets and functions that the command sees."""
        return self._machine.command_infos(self._frame)

    def aliases(self) -> Mapping[str, str]:
        """Return all aliases and what they stand for."""
        return self._machine.aliases()

    def is_gated(self, info: CmdletInfo) -> bool:
        """Return whether a cmdlet is one of the session's, not one of the language's own."""
        return self._machine.is_gated(info)

    def call_method(self, value: object, name: str, arguments: list[object]) -> object:
        """Call a method that scripts may call."""
        return call_method(value, name, arguments, self)
