"""`Interpreter`: runs scripts, trees and single commands for one caller, and keeps variables and functions from one to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from delegacy.powershell import syntax
from delegacy.powershell.binder import Argument
from delegacy.powershell.builtins.output import enumeration_limit
from delegacy.powershell.builtins.table import BUILTIN_ALIASES, BUILTIN_INFOS
from delegacy.powershell.common_parameters import ActionPreference
from delegacy.powershell.completion import complete
from delegacy.powershell.decoding import decode
from delegacy.powershell.errors import ErrorRecord, ParseError, PowerShellError
from delegacy.powershell.formatting import TextOutput
from delegacy.powershell.interpreter.completing import KnownToInterpreter
from delegacy.powershell.interpreter.core import depth_error, not_recognized
from delegacy.powershell.interpreter.engine_view import EngineView
from delegacy.powershell.interpreter.functions import FunctionInfo
from delegacy.powershell.interpreter.machine import CommandCall, Frame
from delegacy.powershell.interpreter.outlet import Collector, Outlet
from delegacy.powershell.interpreter.scope import CONSTANTS, Scope
from delegacy.powershell.interpreter.signals import (
    BreakLoop,
    ContinueLoop,
    Exited,
    LimitReached,
    Returned,
    Stopped,
    UpstreamStopped,
)
from delegacy.powershell.interpreter.stages import NO_INPUT, CmdletStage, FunctionStage
from delegacy.powershell.interpreter.statements import Statements
from delegacy.powershell.interpreter.tally import Tally
from delegacy.powershell.limits import Limits
from delegacy.powershell.parser import parse
from delegacy.powershell.properties import MISSING
from delegacy.powershell.streams import Stream, WarningRecord
from delegacy.powershell.tokens import NOWHERE
from delegacy.powershell.views import BUILTIN_VIEWS, ViewRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from delegacy.powershell.builtins._base import Builtin
    from delegacy.powershell.cmdlet import Cmdlet, CommandGate
    from delegacy.powershell.completion import IdentityCompleter
    from delegacy.powershell.host import Host
    from delegacy.powershell.interpreter.outlet import FinalSink
    from delegacy.powershell.metadata import CmdletInfo
    from delegacy.powershell.suggestions import Suggestions

_FAILED: Final = 1


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended. `exit_code`: 0 when the last statement succeeded, 1 when not, N after `exit N` (then `exited` is true)."""

    exit_code: int
    exited: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether the last statement succeeded."""
        return self.exit_code == 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command that was run for its objects gave."""

    result: RunResult
    output: tuple[object, ...] = ()
    errors: tuple[ErrorRecord, ...] = ()
    records: tuple[tuple[Stream, object], ...] = field(default=(), repr=False)


class Interpreter(Statements):
    """Runs PowerShell for one caller.

    host: shows output and answers questions. gate: grants the cmdlets of the session. sink: takes objects and messages; text on the host
    unless another is given. views: how objects of the session's cmdlets are shown.
    """

    def __init__(
        self,
        host: Host,
        gate: CommandGate,
        *,
        views: ViewRegistry | None = None,
        sink: FinalSink | None = None,
        limits: Limits | None = None,
    ) -> None:
        merged = ViewRegistry(BUILTIN_VIEWS)
        if views is not None:
            merged = views.over(merged)
        text = TextOutput(host, merged, enumeration_limit=self._enumeration_limit)
        super().__init__(host, gate, sink or text, merged, limits or Limits())
        self._evaluator_table = self._evaluators()
        self._runner_table = self._runners()
        self._caught: list[PowerShellError] = []

    def _enumeration_limit(self) -> int:
        return enumeration_limit(self.variable("FormatEnumerationLimit"))

    # ------------------------------------------------------------------------------------------------------------- running

    def run(self, text: str, *, name: str | None = None, arguments: Sequence[object] = ()) -> RunResult:
        """Run a script. `name` is its file, for messages and for the scope of its own that a file has; `arguments` are its arguments.

        Never raises for what the script does: errors are shown, and told by the result.
        """
        try:
            body = parse(text, name)
        except ParseError as error:
            return self._refused(error)
        return self.run_body(body, name=name, arguments=arguments, typed=text)

    def run_bytes(self, content: bytes, *, name: str | None = None, arguments: Sequence[object] = ()) -> RunResult:
        """Run a script file as it is on disk; see `decoding.decode`."""
        return self.run(decode(content), name=name, arguments=arguments)

    def _refused(self, error: ParseError) -> RunResult:
        self.success = False
        self.remember(error.record)
        self.outlet.emit(Stream.ERROR, error.record)
        self.outlet.sink.end()
        return RunResult(_FAILED)

    def run_tree(self, tree: syntax.Pipeline | syntax.Command) -> RunResult:
        """Run a command or pipeline that was built as a tree."""
        pipeline = tree if isinstance(tree, syntax.Pipeline) else syntax.pipeline(tree)
        return self.run_body(syntax.ScriptBody(end=syntax.Block((pipeline,))))

    def run_body(
        self, body: syntax.ScriptBody, *, name: str | None = None, arguments: Sequence[object] = (), typed: str = ""
    ) -> RunResult:
        """Run a parsed script. `typed` is its text, for messages."""
        frame = Frame(self.globals, self.outlet, call=CommandCall(typed.strip(), NOWHERE, is_named=False))

        def run() -> None:
            if body.end is not None and not body.end.statements and not body.has_named_blocks:
                self.success = True  # nothing was done, and nothing failed
            if name is not None or arguments or body.parameters is not None or body.has_named_blocks:
                self._run_file(body, name, arguments, frame)
            elif body.end is not None:
                self.run_block(body.end, frame, self._emit)

        return self._guarded(run, frame)

    def _run_file(self, body: syntax.ScriptBody, name: str | None, arguments: Sequence[object], frame: Frame) -> None:
        function = self.describe(name or "", body, frame, source=name)
        given = tuple(_script_argument(argument) for argument in arguments)
        call = CommandCall(name or "", NOWHERE, given)
        scope = Scope(self.globals, is_script=True)
        stage = FunctionStage(self, function, call, frame, self._emit, scope, is_outermost=True)
        stage.begin()
        stage.process(NO_INPUT)
        stage.end()

    def _emit(self, value: object) -> None:
        self.outlet.emit(Stream.SUCCESS, value)
        if self.outlet.is_full:
            self.flush()

    def _guarded(self, run: Callable[[], None], frame: Frame) -> RunResult:
        """Run, and turn every way it can end into a result. What is not durable by then is made so."""
        self.start_budget()
        exited: int | None = None
        was_stopped = False
        self.tally = Tally()
        try:
            try:
                run()
            except PowerShellError as error:
                self._last_error(error, frame)
            except (Returned, BreakLoop, ContinueLoop, UpstreamStopped):
                pass
            except Exited as signal:
                exited = signal.code
            except LimitReached as signal:
                self._last_error(PowerShellError(signal.record), frame)
            except RecursionError:
                self._last_error(PowerShellError(depth_error()), frame)
            except Stopped:
                self.success = False
                was_stopped = True
            is_durable = self._flush_last(frame)
        finally:
            self.feed.fraction = None
            self._caught.clear()
            self._depth = 0
            self.outlet.sink.end()
        if is_durable:
            self._sum_up(frame, stopped=was_stopped)
        if exited is not None:
            return RunResult(exited, exited=True)
        return RunResult(0 if self.success else _FAILED)

    def _last_error(self, error: PowerShellError, frame: Frame) -> None:
        self.success = False
        self.remember(error.record)
        frame.streams.emit(Stream.ERROR, error.record)

    def _sum_up(self, frame: Frame, *, stopped: bool) -> None:
        """Warn of what failed among many records, which nobody counts on the screen."""
        hidden = (ActionPreference.SILENTLY_CONTINUE, ActionPreference.IGNORE)
        if frame.preference("WarningPreference") in hidden:
            return
        for sentence in self.tally.sentences(stopped=stopped):
            frame.streams.emit(Stream.WARNING, WarningRecord(sentence))

    def _flush_last(self, frame: Frame) -> bool:
        """Make durable what is not; return whether that was done."""
        try:
            self.flush()
        except PowerShellError as error:
            self._last_error(error, frame)
            return False
        return True

    def invoke(
        self,
        name: str,
        parameters: Mapping[str, object] = MappingProxyType({}),
        *,
        records: Iterable[object] | None = None,
    ) -> Outcome:
        """Run one command for its objects.

        parameters: values by PowerShell name or by the cmdlet's Python name. records: what is piped into it. Nothing is shown on the
        host; the outcome holds everything that the command wrote.
        """
        collector = Collector()
        shown, self.outlet = self.outlet, Outlet(self.gate, collector)
        frame = Frame(self.globals, self.outlet)
        try:
            result = self._guarded(lambda: self._invoke(name, parameters, records, frame), frame)
        finally:
            self.outlet = shown
        errors = [record for record in collector.of(Stream.ERROR) if isinstance(record, ErrorRecord)]
        if errors and result.exit_code == 0:
            result = RunResult(_FAILED)
        return Outcome(result, tuple(collector.of(Stream.SUCCESS)), tuple(errors), tuple(collector.records))

    def _invoke(
        self, name: str, parameters: Mapping[str, object], records: Iterable[object] | None, frame: Frame
    ) -> None:
        self.success = True
        target = self.find_command(name, frame)
        if target is None:
            raise not_recognized(name)
        info = target.info if isinstance(target, FunctionInfo) else target
        arguments = []
        for key, value in parameters.items():
            known = info.parameter_of(key)
            arguments.append(Argument(known.name if known is not None else key, value))
        call = CommandCall(name, NOWHERE, tuple(arguments), expects_input=records is not None)
        stage: FunctionStage | CmdletStage
        if isinstance(target, FunctionInfo):
            stage = FunctionStage(self, target, call, frame, self._emit)
        else:
            stage = CmdletStage(self, target, call, frame, self._emit)
        stage.begin()
        if records is None:
            stage.process(NO_INPUT)
        else:
            for record in records:
                self.tick()
                stage.process(record)
        stage.end()
        self.success = not stage.had_error

    def complete(self, text: str, cursor: int, identities: IdentityCompleter) -> Suggestions:
        """Return what could stand at the cursor of a line that is being typed."""
        return complete(text, cursor, KnownToInterpreter(self, Frame(self.globals, self.outlet), identities))

    # ----------------------------------------------------------------------------------------------------------- variables

    def variable(self, name: str) -> object:
        """Return a global variable, $null when it is not set."""
        found = self.globals.get(name)
        return None if found is MISSING else found

    def set_variable(self, name: str, value: object) -> None:
        """Set a global variable."""
        self.globals.set(name, value)

    # ------------------------------------------------------------------------------------------- what the parts below need

    @property
    def evaluators(self) -> dict[type[syntax.Node], Callable[..., object]]:
        """The functions that evaluate each kind of node."""
        return self._evaluator_table

    @property
    def runners(self) -> dict[type[syntax.Node], Callable[..., None]]:
        """The functions that carry out each kind of statement."""
        return self._runner_table

    @property
    def caught(self) -> list[PowerShellError]:
        """The errors whose catch blocks are running, the innermost last."""
        return self._caught

    def decode(self, content: bytes) -> str:
        """Return the text of a script file."""
        return decode(content)

    def alias(self, name: str) -> str | None:
        """Return what an alias stands for."""
        return BUILTIN_ALIASES.get(name.lower())

    def find_cmdlet(self, name: str) -> CmdletInfo | None:
        """Return the cmdlet with a name, of ours or of the gate's."""
        return BUILTIN_INFOS.get(name.lower()) or self.gate.find(name)

    def is_gated(self, info: CmdletInfo) -> bool:
        """Return whether a cmdlet comes from the gate."""
        return BUILTIN_INFOS.get(info.name.lower()) is not info

    def create(self, info: CmdletInfo, frame: Frame) -> Cmdlet:
        """Return a new cmdlet of ours or of the gate's."""
        if self.is_gated(info):
            return self.gate.create(info)
        cmdlet: Builtin = info.cmdlet_type()
        cmdlet.engine = EngineView(self, frame)
        return cmdlet

    def command_infos(self, frame: Frame | None = None) -> list[CmdletInfo]:
        """Return all cmdlets and functions that can be run."""
        found = dict(BUILTIN_INFOS)
        for name in self.gate.names():
            info = self.gate.find(name)
            if info is not None:
                found.setdefault(name.lower(), info)
        scope = self.globals if frame is None else frame.scope
        for one in reversed(list(scope.chain())):
            found.update({name: function.info for name, function in one.functions.items()})
        return list(found.values())

    def aliases(self) -> Mapping[str, str]:
        """Return all aliases and what they stand for."""
        return BUILTIN_ALIASES


def _script_argument(value: object) -> Argument:
    """Return an argument of a script as the command line gives it: `-Name` and `-Name:value` name parameters."""
    if isinstance(value, str) and len(value) > 1 and value[0] == "-" and (value[1].isalpha() or value[1] == "_"):
        name, colon, rest = value[1:].partition(":")
        return Argument(name, _constant(rest)) if colon else Argument(name)
    return Argument(None, value)


def _constant(text: str) -> object:
    return CONSTANTS.get(text[1:].lower(), text) if text.startswith("$") else text
