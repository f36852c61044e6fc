"""Pipelines: which command a name means, what its arguments are, and how records flow from one command to the next."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from delegacy.powershell import syntax
from delegacy.powershell.binder import Argument
from delegacy.powershell.errors import ErrorCategory, ParseError, PowerShellError, runtime_error
from delegacy.powershell.formatting import text_of
from delegacy.powershell.host import FileAccessError
from delegacy.powershell.interpreter.core import not_recognized, splatted
from delegacy.powershell.interpreter.expressions import Expressions, argument_value, folded, located
from delegacy.powershell.interpreter.functions import FunctionInfo, describe_function, variable_check
from delegacy.powershell.interpreter.machine import CommandCall, Frame
from delegacy.powershell.interpreter.outlet import Redirected, discard
from delegacy.powershell.interpreter.refused import refused_command
from delegacy.powershell.interpreter.signals import Returned, Stopped, UpstreamStopped
from delegacy.powershell.interpreter.stages import NO_INPUT, CmdletStage, FunctionStage, Stage
from delegacy.powershell.interpreter.tally import BULK
from delegacy.powershell.parser import parse
from delegacy.powershell.properties import MISSING
from delegacy.powershell.streams import Stream
from delegacy.powershell.syntax import ScriptBody
from delegacy.powershell.text import to_text
from delegacy.powershell.values import PSObject, ScriptBlock, TypeReference, is_collection

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from delegacy.powershell.binder import Binding
    from delegacy.powershell.cmdlet import Cmdlet
    from delegacy.powershell.host import HostFiles
    from delegacy.powershell.interpreter.machine import Emit
    from delegacy.powershell.interpreter.scope import Scope
    from delegacy.powershell.metadata import CmdletInfo

_ALL_STREAMS: Final = tuple(stream for stream in Stream if stream is not Stream.PROGRESS)
_PATH_MARKS: Final = ("/", "\\")


class Pipelines(Expressions):
    """Runs pipelines."""

    # -------------------------------------------------------------------------------------------- what a subclass provides

    def run_block(self, block: syntax.Block, frame: Frame, out: Emit) -> None:
        """Run statements one after the other."""
        raise NotImplementedError

    def find_cmdlet(self, name: str) -> CmdletInfo | None:
        """Return the cmdlet with a name, of ours or of the gate's."""
        raise NotImplementedError

    def alias(self, name: str) -> str | None:
        """Return what an alias stands for."""
        raise NotImplementedError

    def create(self, info: CmdletInfo, frame: Frame) -> Cmdlet:
        """Return a new cmdlet of ours or of the gate's."""
        raise NotImplementedError

    def is_gated(self, info: CmdletInfo) -> bool:
        """Return whether a cmdlet comes from the gate."""
        raise NotImplementedError

    def command_infos(self, frame: Frame | None = None) -> list[CmdletInfo]:
        """Return all cmdlets and functions that can be run."""
        raise NotImplementedError

    def aliases(self) -> Mapping[str, str]:
        """Return all aliases and what they stand for."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------------------------ commands

    def find_command(self, name: str, frame: Frame) -> CmdletInfo | FunctionInfo | None:
        """Return the function or cmdlet with a name, aliases resolved; None when there is none."""
        plain = name.rpartition("\\")[2] if "\\" in name and "." in name.partition("\\")[0] else name
        resolved = self.alias(plain) or plain
        return frame.scope.find_function(resolved) or self.find_cmdlet(resolved)

    def _command(self, name: str, frame: Frame) -> CmdletInfo | FunctionInfo:
        found = self.find_command(name, frame)
        if found is not None:
            return found
        if any(mark in name for mark in _PATH_MARKS) or name.lower().endswith(".ps1"):
            return self.script_file(name, frame)
        refused = refused_command(name, self.gate)
        if refused is not None:
            raise refused
        found = self.find_command(f"Get-{name}", frame) if "-" not in name else None
        if found is None:
            raise not_recognized(name)
        return found

    def files(self) -> HostFiles:
        """Return access to files. Raises `PowerShellError` where the surface grants none."""
        if self.host.files is None:
            raise runtime_error(
                "Access to files isn't available in this session.",
                "FileAccessNotAvailable",
                ErrorCategory.PERMISSION_DENIED,
                exception_type="System.UnauthorizedAccessException",
            )
        return self.host.files

    def script_file(self, path: str, frame: Frame) -> FunctionInfo:
        """Read a script. Raises `PowerShellError` when there is none, or it cannot be parsed."""
        files = self.files()
        if not files.is_file(path):
            raise not_recognized(path)
        full = files.resolve(path)
        try:
            body = parse(self.decode(files.read(path)), full)
        except FileAccessError as error:
            raise runtime_error(str(error), "FileReadError", ErrorCategory.READ_ERROR, path) from None
        except ParseError as error:
            raise PowerShellError(error.record) from None
        return self.describe(full, body, frame, source=full)

    def decode(self, content: bytes) -> str:
        """Return the text of a script file."""
        raise NotImplementedError

    def describe(self, name: str, body: ScriptBody, frame: Frame, source: str | None = None) -> FunctionInfo:
        """Read the declaration of a function, script or script block."""

        def holds(block: ScriptBlock, value: object) -> bool:
            output: list[object] = []
            self.run_script_block(block, frame, output.append, value)
            return bool(folded(output))

        return describe_function(name, body, lambda node: self.evaluate(node, frame), holds, source)

    def attribute_check(self, attribute: syntax.Attribute, frame: Frame) -> Callable[[object], str | None] | None:
        """Return the check that an attribute makes of a variable's values, None when it makes none."""

        def holds(block: ScriptBlock, value: object) -> bool:
            output: list[object] = []
            self.run_script_block(block, frame, output.append, value)
            return bool(folded(output))

        return variable_check(attribute, lambda node: self.evaluate(node, frame), holds)

    def block_function(self, block: ScriptBlock, frame: Frame) -> FunctionInfo:
        """Return a script block as a command."""
        if not isinstance(block.home, FunctionInfo):
            block.home = self.describe("", self.body_of(block), frame)
        return block.home

    def body_of(self, block: ScriptBlock) -> ScriptBody:
        """Return the syntax tree of a script block. Raises `PowerShellError` when its source cannot be parsed."""
        if not isinstance(block.body, ScriptBody):
            try:
                block.body = parse(block.source)
            except ParseError as error:
                raise PowerShellError(error.record) from None
        return block.body

    # ----------------------------------------------------------------------------------------------------------- arguments

    def _arguments(self, node: syntax.Command, frame: Frame) -> tuple[Argument, ...]:
        found: list[Argument] = []
        for element in node.arguments:
            if isinstance(element, syntax.ParameterArgument):
                if element.value is None:
                    found.append(Argument(element.name))
                else:
                    found.append(Argument(element.name, argument_value(self, element.value, frame)))
            elif isinstance(element, syntax.Splat):
                value = frame.scope.get(element.name)
                found.extend(splatted(None if value is MISSING else value))
            else:
                found.append(Argument(None, argument_value(self, element, frame)))
        return tuple(found)

    def _target(self, node: syntax.Command, frame: Frame) -> tuple[str, CmdletInfo | FunctionInfo]:
        """Return the name of a command as typed, and what it means."""
        if not node.operator and isinstance(node.name, syntax.Text):
            return node.name.value, self._command(node.name.value, frame)
        value = self.evaluate(node.name, frame)
        if isinstance(value, ScriptBlock):
            return node.operator, self.block_function(value, frame)
        if isinstance(value, PSObject) and value.find("Name"):
            value = value.get("Name")
        if not isinstance(value, str) or not value:
            raise runtime_error(
                f"The expression after '{node.operator}' in a pipeline element produced an object that was not valid. It must result in a "
                "command name, a script block, or a CommandInfo object.",
                "BadExpression",
            )
        return value, self._command(value, frame)

    # ----------------------------------------------------------------------------------------------------------- pipelines

    def run_pipeline(self, node: syntax.Pipeline, frame: Frame, out: Emit) -> None:
        """Run a pipeline, and make its changes durable unless another one encloses it. Raises `PowerShellError`."""
        self.tick()
        first = node.elements[0]
        try:
            if len(node.elements) == 1 and isinstance(first, syntax.ExpressionElement):
                self._expression(first, frame, out)
            else:
                self._run_elements(node.elements, frame, out)
        except PowerShellError as error:
            self.success = False
            raise located(error, first if len(node.elements) == 1 else node) from None
        if not frame.nested:
            self.flush()

    def _expression(self, element: syntax.ExpressionElement, frame: Frame, out: Emit) -> None:
        finish = None
        if element.redirections:
            frame, out, finish = self._redirected(element.redirections, frame, out)
        node = element.expression
        if isinstance(node, syntax.Access):
            value = self.access(node, frame)
        elif isinstance(node, syntax.Increment):
            self.evaluate(node, frame)
            value = MISSING
        elif isinstance(node, syntax.Cast) and node.type.name.lower() in ("void", "system.void"):
            self.evaluate(node.operand, frame)
            value = MISSING
        else:
            value = self.evaluate(node, frame)
        enumerate_into(value, out)
        if finish is not None:
            finish()
        self.success = True

    def _run_elements(self, elements: tuple[syntax.PipelineElement, ...], frame: Frame, out: Emit) -> None:
        head = elements[0] if isinstance(elements[0], syntax.ExpressionElement) else None
        commands = [element for element in elements if isinstance(element, syntax.Command)]
        calls = []
        for place, command in enumerate(commands, 1 + (head is not None)):
            name, target = self._located_target(command, frame)
            arguments = self._arguments(command, frame)
            calls.append(
                (command, target, CommandCall(name, command.extent, arguments, place, expects_input=place > 1))
            )
        inner = replace(frame, nested=True) if len(elements) > 1 else frame
        stages: list[Stage] = []
        finishers: list[Callable[[], None]] = []
        emit = out
        feeds: CmdletInfo | FunctionInfo | None = None
        for command, target, plain_call in reversed(calls):
            call = replace(plain_call, feeds=feeds)
            feeds = target
            stage_frame, finish = inner, None
            if command.redirections:
                stage_frame, emit, finish = self._redirected(command.redirections, inner, emit)
            stage = self._stage(command, target, call, stage_frame, emit)
            stages.insert(0, stage)
            emit = stage.process
            if finish is not None:
                finishers.append(finish)
        self._flow(stages, head, inner)
        for finish in finishers:
            finish()
        self.success = not any(stage.had_error for stage in stages)

    def _located_target(self, command: syntax.Command, frame: Frame) -> tuple[str, CmdletInfo | FunctionInfo]:
        try:
            return self._target(command, frame)
        except PowerShellError as error:
            name = command.name.value if isinstance(command.name, syntax.Text) else ""
            error.record = error.record.located(command.name.extent.position, invocation=command.operator or name)
            raise

    def _stage(
        self, command: syntax.Command, target: CmdletInfo | FunctionInfo, call: CommandCall, frame: Frame, out: Emit
    ) -> Stage:
        try:
            if isinstance(target, FunctionInfo):
                scope = frame.scope if command.operator == "." else None
                return FunctionStage(self, target, call, frame, out, scope)
            return CmdletStage(self, target, call, frame, out)
        except PowerShellError as error:
            info = target.info if isinstance(target, FunctionInfo) else target
            error.record = error.record.located(
                command.extent.position, command=info.name, invocation=call.name, source=info.error_source
            )
            raise

    def _flow(self, stages: list[Stage], head: syntax.ExpressionElement | None, frame: Frame) -> None:
        """Let records flow: begin all, feed the first, end all."""
        try:
            remaining = stages
            try:
                for stage in stages:
                    stage.begin()
                if head is None:
                    stages[0].process(NO_INPUT)
                else:
                    self._feed(self._head_records(head, frame), stages[0])
            except UpstreamStopped as signal:
                remaining = self._after_stop(stages, signal)
            while remaining:
                try:
                    remaining[0].end()
                    remaining = remaining[1:]
                except UpstreamStopped as signal:
                    remaining = self._after_stop(remaining, signal)
        except Stopped:
            for stage in stages:
                stage.stop()
            raise

    def _feed(self, records: Collection[object], stage: Stage) -> None:
        total = len(records)
        for place, record in enumerate(records):
            self.tick()
            if total >= BULK:
                self.feed.fraction = place / total
            stage.process(record)
        if total >= BULK:
            self.feed.fraction = None

    def _after_stop(self, stages: list[Stage], signal: UpstreamStopped) -> list[Stage]:
        """Return the stages that still have to end when one of them wants no more records."""
        for position, stage in enumerate(stages):
            if isinstance(stage, CmdletStage) and stage.cmdlet is signal.stage:
                return stages[position:]
        raise signal

    def _head_records(self, head: syntax.ExpressionElement, frame: Frame) -> Collection[object]:
        value = (
            self.access(head.expression, frame)
            if isinstance(head.expression, syntax.Access)
            else self.evaluate(head.expression, frame)
        )
        if value is MISSING:
            return ()
        return list(value) if is_collection(value) else (value,)

    # -------------------------------------------------------------------------------------------------------- redirections

    def _redirected(
        self, redirections: tuple[syntax.Redirection, ...], frame: Frame, out: Emit
    ) -> tuple[Frame, Emit, Callable[[], None] | None]:
        """Return the frame and output that redirections lead to, and what to do when the command is done."""
        routes: dict[Stream, Emit] = {}
        finishers: list[Callable[[], None]] = []
        for redirection in redirections:
            streams = _ALL_STREAMS if redirection.stream == 0 else (Stream(redirection.stream),)
            if redirection.merge_into is not None:
                routes.update(
                    dict.fromkeys((s for s in streams if s is not Stream.SUCCESS), routes.get(Stream.SUCCESS, out))
                )
                continue
            route, finish = self._file_route(redirection, frame)
            routes.update(dict.fromkeys(streams, route))
            if finish is not None:
                finishers.append(finish)

        def finish_all() -> None:
            for finish in finishers:
                finish()

        success = routes.pop(Stream.SUCCESS, out)
        if routes:
            frame = replace(frame, streams=Redirected(frame.streams, routes))
        return frame, success, finish_all if finishers else None

    def _file_route(self, redirection: syntax.Redirection, frame: Frame) -> tuple[Emit, Callable[[], None] | None]:
        target = None if redirection.target is None else self.evaluate(redirection.target, frame)
        if target is None:
            return discard, None
        path = to_text(target)
        self.files()
        kept: list[object] = []

        def write() -> None:
            self.write_text_of(kept, path, append=redirection.append)

        return kept.append, write

    def write_text_of(self, values: list[object], path: str, *, append: bool) -> None:
        """Write the text that would be shown of objects to a file, as `>` does, once nothing waits to be made durable.

        Raises `PowerShellError`.
        """
        self.flush()
        text = text_of(values, self.views, width=self.host.width)
        content = text.replace("\n", "\r\n").encode("utf-16-le")
        files = self.files()
        try:
            if not append or not files.is_file(path):
                content = b"\xff\xfe" + content
            files.write(path, content, append=append)
        except FileAccessError as error:
            raise runtime_error(str(error), "FileOpenFailure", ErrorCategory.OPEN_ERROR, path) from None

    # ------------------------------------------------------------------------------------------------------- script blocks

    def run_script_block(self, block: ScriptBlock, frame: Frame, out: Emit, value: object) -> None:
        """Run a script block in the frame's own scope with a value as `$_`."""
        body = self.body_of(block)
        if body.parameters is not None or body.has_named_blocks:
            for output in self.invoke_script_block(block, [], frame, value):
                out(output)
            return
        if body.end is None:
            return
        self.tick()
        scope = frame.scope
        before = scope.variables.get("_")
        saved = MISSING if before is None else before.value
        scope.put("_", value)
        scope.put("psitem", value)
        try:
            with suppress(Returned):
                self.run_block(body.end, frame, out)
        finally:
            _restore(scope, saved)

    def invoke_script_block(
        self, block: ScriptBlock, arguments: list[object], frame: Frame, value: object = MISSING
    ) -> list[object]:
        """Run a script block in a scope of its own with arguments, and return its output."""
        output: list[object] = []
        function = self.block_function(block, frame)
        call = CommandCall("&", function.body.extent, tuple(Argument(None, argument) for argument in arguments))
        if value is not MISSING:
            call = replace(call, expects_input=True)
        stage = FunctionStage(self, function, call, replace(frame, nested=True), output.append)
        stage.begin()
        stage.process(NO_INPUT if value is MISSING else value)
        stage.end()
        return output

    def declare_parameters(self, function: FunctionInfo, binding: Binding, frame: Frame) -> None:
        """Set the variables of a function's parameters: what was bound, else the default."""
        block = function.body.parameters
        if block is None:
            return
        for declared, parameter in zip(block.parameters, function.info.parameters, strict=True):
            constraint = parameter.target if declared.types and isinstance(parameter.target, TypeReference) else None
            if parameter in binding.values:
                value = binding.values[parameter]
            elif declared.default is not None:
                value = self.evaluate(declared.default, frame)
            else:
                value = _unbound(constraint, switch=parameter.switch)
                constraint = None if value is None else constraint
            frame.scope.variables.pop(declared.name.lower(), None)
            frame.scope.set(declared.name, value, constraint)


def _restore(scope: Scope, saved: object) -> None:
    if saved is MISSING:
        scope.variables.pop("_", None)
        scope.variables.pop("psitem", None)
    else:
        scope.put("_", saved)
        scope.put("psitem", saved)


def _unbound(constraint: TypeReference | None, *, switch: bool) -> object:
    """Return what a parameter holds that nobody gave: the empty value of its type."""
    if switch:
        return False
    if constraint is None:
        return None
    return {
        "System.String": "",
        "System.Boolean": False,
        "System.Int32": 0,
        "System.Int64": 0,
        "System.Double": 0.0,
    }.get(constraint.full_name)


def enumerate_into(value: object, out: Emit) -> None:
    """Hand a value to the output, the items of a collection one by one."""
    if value is MISSING:
        return
    if is_collection(value):
        for item in list(value):
            out(item)
    else:
        out(value)
