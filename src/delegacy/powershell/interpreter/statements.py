"""Statements: assignment, conditions, loops, error handling, and leaving them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from delegacy.powershell import syntax
from delegacy.powershell.compare import equal
from delegacy.powershell.convert import ConversionError, to_integer, truth
from delegacy.powershell.errors import ErrorCategory, ErrorRecord, PowerShellError
from delegacy.powershell.interpreter.expressions import folded, located, set_matches
from delegacy.powershell.interpreter.pipelines import Pipelines, enumerate_into
from delegacy.powershell.interpreter.signals import BreakLoop, ContinueLoop, Exited, Returned
from delegacy.powershell.operators import like_test
from delegacy.powershell.patterns import check_subject, compiled
from delegacy.powershell.properties import MISSING
from delegacy.powershell.text import to_text
from delegacy.powershell.values import PSObject, ScriptBlock, as_list, is_collection

if TYPE_CHECKING:
    from collections.abc import Callable

    from delegacy.powershell.interpreter.machine import Emit, Frame

_ALL_ERRORS = frozenset({"exception", "runtimeexception", "systemexception", "object"})


class Statements(Pipelines):
    """Carries out statements."""

    def _runners(self) -> dict[type[syntax.Node], Callable[..., None]]:
        return {
            syntax.Pipeline: self.run_pipeline,
            syntax.Assignment: self._assignment,
            syntax.If: self._if,
            syntax.While: self._while,
            syntax.DoLoop: self._do,
            syntax.For: self._for,
            syntax.ForEach: self._foreach,
            syntax.Switch: self._switch,
            syntax.Try: self._try,
            syntax.Throw: self._throw,
            syntax.Return: self._return,
            syntax.Exit: self._exit,
            syntax.Break: self._break,
            syntax.Continue: self._continue,
            syntax.Function: self._function,
        }

    @property
    def runners(self) -> dict[type[syntax.Node], Callable[..., None]]:
        """The functions that carry out each kind of statement."""
        raise NotImplementedError

    def run_block(self, block: syntax.Block, frame: Frame, out: Emit) -> None:
        """Run statements one after the other. An error that ends a statement is reported, unless a `try` is around it."""
        runners = self.runners
        for statement in block.statements:
            try:
                runners[type(statement)](statement, frame, out)
            except PowerShellError as error:
                if frame.guarded or error.ends_script:
                    raise
                self.report(error, frame)

    def run_statement(self, node: syntax.Statement, frame: Frame, out: Emit) -> None:
        """Carry out one statement. Raises `PowerShellError`."""
        self.runners[type(node)](node, frame, out)

    def collect_block(self, block: syntax.Block, frame: Frame) -> list[object]:
        """Return the output of statements."""
        output: list[object] = []
        self.run_block(block, frame, output.append)
        return output

    def value_of(self, node: syntax.Statement, frame: Frame) -> object:
        """Return the value of a statement that stands in an expression."""
        if isinstance(node, syntax.Assignment):
            return self._assigned(node, frame)
        if isinstance(node, syntax.Pipeline) and len(node.elements) == 1:
            only = node.elements[0]
            if isinstance(only, syntax.ExpressionElement) and not only.redirections:
                value = self.evaluate(only.expression, frame)
                self.success = True
                return value
        output: list[object] = []
        self.run_statement(node, frame, output.append)
        return folded(output)

    # ---------------------------------------------------------------------------------------------------------- assignment

    def _assignment(self, node: syntax.Assignment, frame: Frame, _out: Emit) -> None:
        self._assigned(node, frame)

    def _assigned(self, node: syntax.Assignment, frame: Frame) -> object:
        self.tick()
        try:
            value = self.value_of(node.value, frame)
            return self.assign(node.target, node.operator, value, frame)
        except PowerShellError as error:
            raise located(error, node) from None

    # ---------------------------------------------------------------------------------------------------------- conditions

    def _holds(self, condition: syntax.Statement, frame: Frame) -> bool:
        try:
            return truth(self.value_of(condition, frame))
        except PowerShellError as error:
            raise located(error, condition) from None

    def _if(self, node: syntax.If, frame: Frame, out: Emit) -> None:
        for condition, body in node.clauses:
            if self._holds(condition, frame):
                self.run_block(body, frame, out)
                return
        if node.otherwise is not None:
            self.run_block(node.otherwise, frame, out)

    def _switch(self, node: syntax.Switch, frame: Frame, out: Emit) -> None:
        scope = frame.scope
        before = scope.variables.get("_")
        saved = MISSING if before is None else before.value
        try:
            for value in as_list(self.value_of(node.value, frame)):
                self.tick()
                scope.put("_", value)
                try:
                    self._switch_value(node, value, frame, out)
                except ContinueLoop as signal:
                    if not _is_for(signal.label, node.label):
                        raise
        except BreakLoop as signal:
            if not _is_for(signal.label, node.label):
                raise
        finally:
            if saved is MISSING:
                scope.variables.pop("_", None)
            else:
                scope.put("_", saved)

    def _switch_value(self, node: syntax.Switch, value: object, frame: Frame, out: Emit) -> None:
        matched = False
        for condition, body in node.clauses:
            if self._switch_matches(node, condition, value, frame):
                matched = True
                self.run_block(body, frame, out)
        if not matched and node.default is not None:
            self.run_block(node.default, frame, out)

    def _switch_matches(self, node: syntax.Switch, condition: syntax.Expression, value: object, frame: Frame) -> bool:
        wanted = self.evaluate(condition, frame)
        if isinstance(wanted, ScriptBlock):
            output: list[object] = []
            self.run_script_block(wanted, frame, output.append, value)
            return truth(folded(output))
        ignore_case = "casesensitive" not in node.flags
        if "wildcard" in node.flags:
            return like_test(wanted, ignore_case=ignore_case)(value)
        if "regex" in node.flags:
            found = compiled(to_text(wanted), ignore_case=ignore_case).search(check_subject(to_text(value)))
            if found is not None:
                set_matches(found, frame)
            return found is not None
        return equal(value, wanted, ignore_case=ignore_case)

    # --------------------------------------------------------------------------------------------------------------- loops

    def _turn(self, body: syntax.Block, label: str, frame: Frame, out: Emit) -> bool:
        """Run a loop's body once; return whether the loop goes on."""
        self.tick()
        try:
            self.run_block(body, frame, out)
        except BreakLoop as signal:
            if not _is_for(signal.label, label):
                raise
            return False
        except ContinueLoop as signal:
            if not _is_for(signal.label, label):
                raise
        return True

    def _while(self, node: syntax.While, frame: Frame, out: Emit) -> None:
        while self._holds(node.condition, frame) and self._turn(node.body, node.label, frame, out):
            pass

    def _do(self, node: syntax.DoLoop, frame: Frame, out: Emit) -> None:
        while self._turn(node.body, node.label, frame, out):
            if self._holds(node.condition, frame) == node.is_until:
                return

    def _for(self, node: syntax.For, frame: Frame, out: Emit) -> None:
        if node.start is not None:
            self.value_of(node.start, frame)
        while node.condition is None or self._holds(node.condition, frame):
            if not self._turn(node.body, node.label, frame, out):
                return
            if node.step is not None:
                self.value_of(node.step, frame)

    def _foreach(self, node: syntax.ForEach, frame: Frame, out: Emit) -> None:
        try:
            values = self.value_of(node.values, frame)
        except PowerShellError as error:
            raise located(error, node.values) from None
        items = list(values) if is_collection(values) else ([] if values is None else [values])
        for item in items:
            frame.scope.set(node.variable.name, item)
            if not self._turn(node.body, node.label, frame, out):
                return

    # -------------------------------------------------------------------------------------------------------------- errors

    def _try(self, node: syntax.Try, frame: Frame, out: Emit) -> None:
        try:
            try:
                self.run_block(node.body, replace(frame, guarded=True), out)
            except PowerShellError as error:
                clause = next((clause for clause in node.catches if _catches(clause, error.record)), None)
                if clause is None:
                    raise
                self._catch(clause, error, frame, out)
        finally:
            if node.finally_body is not None:
                self.run_block(node.finally_body, frame, out)

    def _catch(self, clause: syntax.Catch, error: PowerShellError, frame: Frame, out: Emit) -> None:
        self.remember(error.record)
        scope = frame.scope
        before = scope.variables.get("_")
        saved = MISSING if before is None else before.value
        scope.put("_", error.record)
        scope.put("psitem", error.record)
        self.caught.append(error)
        try:
            self.run_block(clause.body, frame, out)
        finally:
            self.caught.pop()
            if saved is MISSING:
                scope.variables.pop("_", None)
            else:
                scope.put("_", saved)

    @property
    def caught(self) -> list[PowerShellError]:
        """The errors whose catch blocks are running, the innermost last."""
        raise NotImplementedError

    def _throw(self, node: syntax.Throw, frame: Frame, _out: Emit) -> None:
        if node.value is None and self.caught:
            raise PowerShellError(self.caught[-1].record, ends_script=True)
        value = None if node.value is None else self.value_of(node.value, frame)
        record = value if isinstance(value, ErrorRecord) else thrown(value)
        error = PowerShellError(record, ends_script=True)
        raise located(error, node)

    # ------------------------------------------------------------------------------------------------------------- leaving

    def _return(self, node: syntax.Return, frame: Frame, out: Emit) -> None:
        if node.value is not None:
            if isinstance(node.value, syntax.Pipeline):
                self.run_pipeline(node.value, frame, out)
            else:
                enumerate_into(self.value_of(node.value, frame), out)
        raise Returned

    def _exit(self, node: syntax.Exit, frame: Frame, _out: Emit) -> None:
        value = None if node.value is None else self.value_of(node.value, frame)
        try:
            code = to_integer(value)
        except ConversionError:
            code = 0
        raise Exited(code)

    def _break(self, node: syntax.Break, frame: Frame, _out: Emit) -> None:
        raise BreakLoop("" if node.label is None else to_text(self.evaluate(node.label, frame)))

    def _continue(self, node: syntax.Continue, frame: Frame, _out: Emit) -> None:
        raise ContinueLoop("" if node.label is None else to_text(self.evaluate(node.label, frame)))

    def _function(self, node: syntax.Function, frame: Frame, _out: Emit) -> None:
        frame.scope.define(self.describe(node.name, node.body, frame))
        self.success = True


def _is_for(label: str, own: str) -> bool:
    return not label or label.lower() == own.lower()


def _catches(clause: syntax.Catch, record: ErrorRecord) -> bool:
    """Return whether a catch clause is for an error: it names no type, the error's type, or one that all errors are of."""
    if not clause.types:
        return True
    kinds = [kind.lower() for kind in (record.exception_type, record.inner_type) if kind]
    for name in clause.types:
        wanted = name.name.lower()
        if any(wanted in (kind, f"system.{kind}") or kind.endswith(f".{wanted}") for kind in kinds):
            return True
        if wanted.rpartition(".")[2] in _ALL_ERRORS:
            return True
    return False


def thrown(value: object) -> ErrorRecord:
    """Return the error record for a value that is thrown."""
    if value is None:
        return ErrorRecord("ScriptHalted", "ScriptHalted", ErrorCategory.OPERATION_STOPPED)
    if isinstance(value, PSObject) and value.find("Message") and "System.Exception" in value.type_names:
        message = to_text(value.get("Message"))
        return ErrorRecord(message, message, ErrorCategory.OPERATION_STOPPED, value, value.type_name)
    message = to_text(value)
    return ErrorRecord(message, message, ErrorCategory.OPERATION_STOPPED, value)
