"""The commands of a running pipeline. Each takes records, and hands its output to the next one at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from delegacy.powershell.errors import PowerShellError
from delegacy.powershell.interpreter.runtime import StageRuntime
from delegacy.powershell.interpreter.scope import Scope
from delegacy.powershell.interpreter.script_cmdlet import script_cmdlet
from delegacy.powershell.interpreter.signals import Exited, Returned
from delegacy.powershell.interpreter.tally import Outcome, ProgressOfRecords
from delegacy.powershell.limits import check_items
from delegacy.powershell.values import ArrayList, Hashtable, PSObject

if TYPE_CHECKING:
    from collections.abc import Callable

    from delegacy.powershell.binder import Binder, Binding
    from delegacy.powershell.cmdlet import Cmdlet
    from delegacy.powershell.interpreter.functions import FunctionInfo
    from delegacy.powershell.interpreter.machine import CommandCall, Emit, Frame, Machine
    from delegacy.powershell.metadata import CmdletInfo, Parameter
    from delegacy.powershell.streams import ProgressRecord
    from delegacy.powershell.syntax import Block
    from delegacy.powershell.values import ScriptBlock


class _NoInput:
    """Says that a command runs without anything piped into it."""


NO_INPUT: Final = _NoInput()


class Stage(Protocol):
    """A command of a running pipeline."""

    @property
    def had_error(self) -> bool:
        """Whether the command reported an error."""

    def begin(self) -> None:
        """Run once before the first record."""

    def process(self, record: object) -> None:
        """Take a record; `NO_INPUT` when the command is the first and nothing is piped in."""

    def end(self) -> None:
        """Run once after the last record."""

    def stop(self) -> None:
        """Give up, because the user stopped the pipeline."""


class Sink:
    """The end of a pipeline."""

    def __init__(self, out: Emit) -> None:
        self.process = out


class _BoundStage:
    """What stages of both kinds bind: arguments, and what is asked for because it was not given."""

    _machine: Machine
    _call: CommandCall
    _binder: Binder
    _binding: Binding
    runtime: StageRuntime

    def _complete(self) -> None:
        """Ask for the mandatory parameters that were not given. Raises `PowerShellError` when nobody answers."""
        binding, call = self._binding, self._call
        missing = self._binder.missing(binding, expects_input=call.expects_input)
        if not missing:
            return
        try:
            binding.values.update(self._machine.ask_for(binding.info, missing, binding, call.place))
        except PowerShellError as error:
            error.record = self.runtime.located(error.record)
            raise


class CmdletStage(_BoundStage):
    """A cmdlet, of ours or of the gate's."""

    def __init__(self, machine: Machine, info: CmdletInfo, call: CommandCall, frame: Frame, out: Emit) -> None:
        self._machine = machine
        self._call = call
        self._binder: Binder = machine.binder_of(info)
        self._binding: Binding = self._binder.bind(call.arguments, expects_input=call.expects_input)
        self._frame = frame
        self._is_gated = machine.is_gated(info)
        self.runtime = StageRuntime(machine, call, frame, self._binding, out)
        self.cmdlet: Cmdlet = machine.create(info, frame)
        self._bound: dict[str, object] = {}
        self._from_record: list[Parameter] = []
        self._started = False
        self._is_counted = self._is_gated and info.supports_should_process
        counts_records = self._is_counted and call.expects_input
        self._progress = ProgressOfRecords(info.name, machine.now()) if counts_records else None

    @property
    def had_error(self) -> bool:
        """Whether the command reported an error."""
        return self.runtime.had_error

    def begin(self) -> None:
        """Ask for what is missing, hand over what was given, and begin; once, though a record may come first."""
        if self._started:
            return
        self._started = True
        self._complete()
        self._bound = self._binding.own_values()
        for attribute, value in self._bound.items():
            setattr(self.cmdlet, attribute, value)
        self.cmdlet.bound = self._bound
        self.cmdlet.parameter_set = self._binding.set_name
        self.cmdlet.runtime = self.runtime
        self._records = self._binder.record_binder(self._binding)
        self._step(self.cmdlet.begin, continues=False)

    def process(self, record: object) -> None:
        """Bind a record and process it. An error of one record does not keep the next from being processed."""
        if not self._started:  # a command before this one writes while it begins
            self.begin()
        if not self._is_counted:
            self._take(record)
            return
        runtime, before, outcome = self.runtime, self.runtime.errors, Outcome.FAILED
        runtime.has_declined = False
        try:
            self._take(record)
            if runtime.errors == before:
                outcome = Outcome.SKIPPED if runtime.has_declined else Outcome.SUCCEEDED
        finally:
            self._machine.tally.count(self._binding.info.name, outcome)
        if self._progress is not None:
            self._show(self._progress.advanced(self._machine.now(), self._machine.feed))

    def _take(self, record: object) -> None:
        if record is NO_INPUT or self._bind(record):
            self._step(self.cmdlet.process, continues=True)

    def _show(self, progress: ProgressRecord | None) -> None:
        if progress is not None:
            self.runtime.write_progress(progress)

    def _bind(self, record: object) -> bool:
        try:
            found = self._records.bind(record, self._run_block)
        except PowerShellError as error:
            self.runtime.write_error(error.record)
            return False
        cmdlet, bound = self.cmdlet, self._bound
        for parameter in self._from_record:
            if parameter not in found:
                setattr(cmdlet, parameter.attribute, parameter.default)
                bound.pop(parameter.attribute, None)
        self._from_record = list(found)
        for parameter, value in found.items():
            setattr(cmdlet, parameter.attribute, value)
            bound[parameter.attribute] = value
        return True

    def _run_block(self, block: ScriptBlock, value: object) -> list[object]:
        output: list[object] = []
        self._machine.run_script_block(block, self._frame, output.append, value)
        return output

    def end(self) -> None:
        """End the command."""
        if self._progress is not None:
            self._show(self._progress.ended())
        self._step(self.cmdlet.end, continues=True)

    def stop(self) -> None:
        """Tell the cmdlet that nothing more will come."""
        if self._started:
            self.cmdlet.stop()

    def _step(self, run: Callable[[], None], *, continues: bool) -> None:
        try:
            if self._is_gated:
                self._gated(run)
            else:
                run()
        except PowerShellError as error:
            error.record = self.runtime.located(error.record)
            self.runtime.errors += 1
            raise
        except RecursionError:
            raise
        except Exception as error:
            record = self.runtime.located(self._machine.error_of(error, self.cmdlet))
            if not continues:
                self.runtime.errors += 1
                raise PowerShellError(record) from error
            self.runtime.write_error(record)

    def _gated(self, run: Callable[[], None]) -> None:
        """Run a step under the gate. Output of a cmdlet that makes changes is handed on when the step has succeeded."""
        runtime, outlet = self.runtime, self._machine.outlet
        if runtime.asks():
            self._machine.flush()
        if not self._binding.info.supports_should_process:
            self._machine.gate.step(self.cmdlet, run)
        else:
            held: list[object] = []
            runtime.held = held
            try:
                self._machine.gate.step(self.cmdlet, run)
            finally:
                runtime.held = None
            for value in held:
                runtime.hand_on(value)
        if outlet.is_full:
            self._machine.flush()
        else:
            outlet.release()


class FunctionStage(_BoundStage):
    """A function, script or script block as a command: its begin, process and end blocks in a scope of its own."""

    def __init__(
        self,
        machine: Machine,
        function: FunctionInfo,
        call: CommandCall,
        frame: Frame,
        out: Emit,
        scope: Scope | None = None,
        *,
        is_outermost: bool = False,
    ) -> None:
        self._is_outermost = is_outermost
        self._machine = machine
        self._call = call
        self._function = function
        self._binder: Binder = machine.binder_of(function.info, takes_extra=not function.is_advanced)
        self._binding: Binding = self._binder.bind(call.arguments, expects_input=call.expects_input)
        self.runtime = StageRuntime(machine, call, frame, self._binding, out)
        self._out: Emit = self.runtime.hand_on
        self._scope = scope or Scope(frame.scope, is_script=function.source is not None)
        self._frame = replace(
            frame,
            scope=self._scope,
            taps=(*frame.taps, self.runtime),
            source=function.source or frame.source,
            call=call if function.name else frame.call,
        )
        self._input: list[object] = []
        self._from_record: list[Parameter] = []
        self._started = False
        self._left = False
        self.had_error = False

    def begin(self) -> None:
        """Bind the parameters in the function's scope, and run its begin block; once, though a record may come first."""
        if self._started:
            return
        self._started = True
        function, scope = self._function, self._scope
        if function.is_advanced:
            self._complete()
        self._set_preferences()
        if function.source is not None:
            scope.put("pscommandpath", function.source)
            scope.put("psscriptroot", function.source.rpartition("/")[0])
        scope.put("args", list(self._binding.leftover))
        scope.put("input", ArrayList())
        scope.put("psboundparameters", Hashtable({p.name: value for p, value in self._binding.values.items()}))
        invocation = self._invocation()
        scope.put("myinvocation", invocation)
        if function.is_advanced:
            scope.put("pscmdlet", script_cmdlet(self.runtime, self._binding, invocation))
        self._machine.declare_parameters(function, self._binding, self._frame)
        self._records = self._binder.record_binder(self._binding)
        self._run(function.body.begin)

    def _invocation(self) -> PSObject:
        function, position = self._function, self._call.extent.position
        command = PSObject(
            "System.Management.Automation.FunctionInfo",
            {
                "Name": function.name,
                "CommandType": function.info.kind,
                "Definition": function.source or "",
                "Path": function.source,
            },
            text=function.name,
        )
        return PSObject(
            "System.Management.Automation.InvocationInfo",
            {
                "MyCommand": command,
                "InvocationName": self._call.name,
                "BoundParameters": Hashtable({p.name: value for p, value in self._binding.values.items()}),
                "UnboundArguments": list(self._binding.leftover),
                "ScriptName": self._frame.source,
                "ScriptLineNumber": position.line if position else 0,
                "OffsetInLine": position.column if position else 0,
                "Line": position.line_text if position else "",
                "PSScriptRoot": (self._frame.source or "").rpartition("/")[0],
                "PSCommandPath": self._frame.source,
                "ExpectingInput": self._call.expects_input,
                "PipelinePosition": self._call.place,
            },
        )

    def _set_preferences(self) -> None:
        """Turn the common parameters into preference variables, which hold for all that the function calls."""
        for attribute, name in (
            ("error_action", "ErrorActionPreference"),
            ("warning_action", "WarningPreference"),
            ("information_action", "InformationPreference"),
        ):
            given = self._binding.common(attribute)
            if given is not None:
                self._scope.set(name, given)
        for attribute, name in (("verbose", "VerbosePreference"), ("debug", "DebugPreference")):
            given = self._binding.common(attribute)
            if given is not None:
                self._scope.set(name, "Continue" if given else "SilentlyContinue")
        if self._binding.common("what_if") is not None:
            self._scope.set("WhatIfPreference", self._binding.common("what_if"))
        if self._binding.common("confirm") is not None:
            self._scope.set("ConfirmPreference", "Low" if self._binding.common("confirm") else "None")

    def process(self, record: object) -> None:
        """Run the process block on a record; without one, keep the record for `$input`."""
        if not self._started:
            self.begin()
        body = self._function.body
        if record is NO_INPUT:
            self._run(body.process)
            return
        if self._function.is_advanced and not self._bind(record):
            return
        if body.process is None:
            check_items(len(self._input) + 1)
            self._input.append(record)
            return
        self._scope.put("_", record)
        self._scope.put("psitem", record)
        self._run(body.process)

    def _bind(self, record: object) -> bool:
        if not self._records.takes_input and not self._function.info.parameters:
            return True
        try:
            found = self._records.bind(record, self._run_block)
        except PowerShellError as error:
            self.runtime.write_error(error.record)
            return False
        for parameter in self._from_record:
            if parameter not in found:
                self._scope.put(parameter.attribute.lower(), None)
        self._from_record = list(found)
        for parameter, value in found.items():
            self._scope.put(parameter.attribute.lower(), value)
        return True

    def _run_block(self, block: ScriptBlock, value: object) -> list[object]:
        output: list[object] = []
        self._machine.run_script_block(block, self._frame, output.append, value)
        return output

    def end(self) -> None:
        """Run the end block."""
        if self._input:
            self._scope.put("input", ArrayList(self._input))
        self._run(self._function.body.end)

    def stop(self) -> None:
        """Functions hold nothing that would be lost."""

    def _run(self, block: Block | None) -> None:
        if block is None or self._left:
            return
        with self._machine.inner_call():
            try:
                self._machine.run_block(block, self._frame, self._out)
            except Returned:
                pass
            except Exited as signal:
                if self._is_outermost or self._function.source is None:
                    raise
                self._left = True  # `exit` leaves the script file that it stands in
                self.had_error = signal.code != 0
                self._scope.root.put("lastexitcode", signal.code)
            except PowerShellError:
                self.had_error = True
                raise
