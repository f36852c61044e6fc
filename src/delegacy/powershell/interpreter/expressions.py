"""Values of expressions, and assignment to variables, members and indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from delegacy.powershell import syntax
from delegacy.powershell.arithmetic import as_double, increased, invert, negate, to_number
from delegacy.powershell.convert import truth
from delegacy.powershell.errors import ErrorCategory, PowerShellError, runtime_error
from delegacy.powershell.interpreter.core import Core
from delegacy.powershell.interpreter.functions import unknown_type
from delegacy.powershell.interpreter.scope import converted_to
from delegacy.powershell.limits import check_text
from delegacy.powershell.methods import call_method
from delegacy.powershell.operators import binary, join, split_blanks, split_name, split_where
from delegacy.powershell.patterns import check_subject, compiled
from delegacy.powershell.printer import print_tree
from delegacy.powershell.properties import MISSING, read_index, read_property, set_index, set_property
from delegacy.powershell.statics import call_static, construct, read_static, static_type
from delegacy.powershell.text import to_text
from delegacy.powershell.values import (
    CUSTOM_OBJECT,
    Hashtable,
    PSObject,
    ScriptBlock,
    SpelledFloat,
    SpelledInt,
    TypeReference,
    as_list,
    is_collection,
)

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from delegacy.powershell.interpreter.machine import Frame

_COMPOUND: Final = {"+=": "+", "-=": "-", "*=": "*", "/=": "/", "%=": "%"}


def folded(output: list[object]) -> object:
    """Return the output of a pipeline as a value: nothing is $null, one thing is itself, more are an array."""
    if len(output) == 1:
        return output[0]
    return output or None


class Expressions(Core):
    """Evaluates expressions. Statements inside them are the business of the classes below."""

    def _evaluators(self) -> dict[type[syntax.Node], Callable[..., object]]:
        return {
            syntax.Number: lambda node, _frame: node.value,
            syntax.Text: lambda node, _frame: node.value,
            syntax.Embedded: lambda node, _frame: node.value,
            syntax.Variable: self._variable,
            syntax.ExpandableText: self._expandable,
            syntax.ArrayLiteral: self._array,
            syntax.ArrayExpression: self._array_expression,
            syntax.SubExpression: self._subexpression,
            syntax.Parenthesized: self._parenthesized,
            syntax.HashtableExpression: self._hashtable,
            syntax.ScriptBlockExpression: self._script_block,
            syntax.TypeExpression: self._type,
            syntax.Cast: self._cast,
            syntax.Attributed: lambda node, frame: self.evaluate(node.operand, frame),
            syntax.Unary: self._unary,
            syntax.Increment: self._increment,
            syntax.Operation: self._operation,
            syntax.Access: self._access,
        }

    def evaluate(self, node: syntax.Expression, frame: Frame) -> object:
        """Return the value of an expression. Raises `PowerShellError`."""
        return self.evaluators[type(node)](node, frame)

    @property
    def evaluators(self) -> dict[type[syntax.Node], Callable[..., object]]:
        """The functions that evaluate each kind of node."""
        raise NotImplementedError

    # -------------------------------------------------------------------------------------------- what a subclass provides

    def value_of(self, node: syntax.Statement, frame: Frame) -> object:
        """Return the value of a statement that stands in an expression."""
        raise NotImplementedError

    def collect_block(self, block: syntax.Block, frame: Frame) -> list[object]:
        """Return the output of statements."""
        raise NotImplementedError

    def run_script_block(self, block: ScriptBlock, frame: Frame, out: Callable[[object], None], value: object) -> None:
        """Run a script block in the frame's own scope with a value as `$_`."""
        raise NotImplementedError

    def invoke_script_block(self, block: ScriptBlock, arguments: list[object], frame: Frame) -> list[object]:
        """Run a script block in a scope of its own with arguments, and return its output."""
        raise NotImplementedError

    def attribute_check(self, attribute: syntax.Attribute, frame: Frame) -> Callable[[object], str | None] | None:
        """Return the check that an attribute makes of a variable's values, None when it makes none."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------------------------ literals

    def _variable(self, node: syntax.Variable, frame: Frame) -> object:
        if node.name == "?":
            return self.success
        value = frame.scope.get(node.name)
        if value is MISSING:
            if frame.scope.strict:
                raise runtime_error(
                    f"The variable '${node.name}' cannot be retrieved because it has not been set.",
                    "VariableIsUndefined",
                    target=node.name,
                )
            return None
        return value

    def _expandable(self, node: syntax.ExpandableText, frame: Frame) -> str:
        ofs = frame.scope.get("ofs")
        separator = " " if ofs is MISSING else to_text(ofs)
        pieces = [
            part if isinstance(part, str) else to_text(self.evaluate(part, frame), separator) for part in node.parts
        ]
        check_text(sum(map(len, pieces)))
        return "".join(pieces)

    def _array(self, node: syntax.ArrayLiteral, frame: Frame) -> list[object]:
        evaluators = self.evaluators
        return [evaluators[type(item)](item, frame) for item in node.items]

    def _array_expression(self, node: syntax.ArrayExpression, frame: Frame) -> list[object]:
        return self.collect_block(node.body, frame)

    def _subexpression(self, node: syntax.SubExpression, frame: Frame) -> object:
        return folded(self.collect_block(node.body, frame))

    def _parenthesized(self, node: syntax.Parenthesized, frame: Frame) -> object:
        return self.value_of(node.body, frame)

    def _hashtable(self, node: syntax.HashtableExpression, frame: Frame, *, ordered: bool = False) -> Hashtable:
        table = Hashtable(ordered=ordered)
        for key_node, value_node in node.entries:
            key = self.evaluate(key_node, frame)
            if key is None:
                raise runtime_error(
                    "A null key is not allowed in a hash literal.", "InvalidNullKey", ErrorCategory.INVALID_ARGUMENT
                )
            if key in table:
                raise runtime_error(
                    f"Duplicate keys '{to_text(key)}' are not allowed in hash literals.",
                    "DuplicateKeyInHashLiteral",
                    target=key,
                )
            table[key] = self.value_of(value_node, frame)
        return table

    def _script_block(self, node: syntax.ScriptBlockExpression, _frame: Frame) -> ScriptBlock:
        written = node.extent.text
        return ScriptBlock(written[1:-1] if written else print_tree(node.body), node.body)

    def _type(self, node: syntax.TypeExpression, _frame: Frame) -> TypeReference:
        return self._resolve(node.type)

    def _resolve(self, name: syntax.TypeName) -> TypeReference:
        found = static_type(name.name)
        if found is None:
            raise unknown_type(name)
        return found

    def _cast(self, node: syntax.Cast, frame: Frame) -> object:
        kind = node.type.name.lower()
        if kind in ("ordered", "pscustomobject") and isinstance(node.operand, syntax.HashtableExpression):
            table = self._hashtable(node.operand, frame, ordered=True)
            if kind == "ordered":
                return table
            type_name = table.pop("PSTypeName", None)
            names = (to_text(type_name), CUSTOM_OBJECT) if type_name is not None else (CUSTOM_OBJECT,)
            return PSObject(names, {to_text(key): value for key, value in table.items()})
        target = self._resolve(node.type)
        return converted_to(target, self.evaluate(node.operand, frame))

    # ----------------------------------------------------------------------------------------------------------- operators

    def _unary(self, node: syntax.Unary, frame: Frame) -> object:
        value = self.evaluate(node.operand, frame)
        if node.operator == "not":
            return not truth(value)
        if node.operator == "-":
            return negate(value)
        if node.operator == "+":
            return to_number(value)
        if node.operator == "bnot":
            return invert(value)
        if node.operator == "join":
            return join(value, "")
        return split_blanks(value)

    def _operation(self, node: syntax.Operation, frame: Frame) -> object:
        evaluators = self.evaluators
        value = evaluators[type(node.first)](node.first, frame)
        for operator, operand in node.rest:
            if operator == "and":
                value = truth(value) and truth(evaluators[type(operand)](operand, frame))
            elif operator == "or":
                value = truth(value) or truth(evaluators[type(operand)](operand, frame))
            elif operator.endswith("match"):
                value = self._match(operator, value, evaluators[type(operand)](operand, frame), frame)
            elif operator.endswith("split"):
                value = self._split(operator, value, evaluators[type(operand)](operand, frame), frame)
            else:
                value = binary(operator, value, evaluators[type(operand)](operand, frame))
        return value

    def _match(self, operator: str, left: object, right: object, frame: Frame) -> object:
        """Return what `-match` gives; on a single value that matches, set $Matches."""
        if is_collection(left):
            return binary(operator, left, right)
        base, ignore_case = split_name(operator)
        found = compiled(to_text(right), ignore_case=ignore_case).search(check_subject(to_text(left)))
        if found is not None:
            set_matches(found, frame)
        return (found is not None) == (base == "match")

    def _split(self, operator: str, left: object, right: object, frame: Frame) -> object:
        """Return what `-split` gives; a script block on its right says of each character whether to split there."""
        block = as_list(right)[0] if right is not None and as_list(right) else None
        if not isinstance(block, ScriptBlock):
            return binary(operator, left, right)
        calls = BlockCalls(self, frame)
        return split_where(left, right, lambda character: truth(folded(calls.run_block(block, character))))

    def _increment(self, node: syntax.Increment, frame: Frame) -> object:
        by = 1 if node.operator == "++" else -1
        read, write = self._place(node.target, frame)
        old = read()
        new = increased(old, by)
        write(new)
        return new if node.is_prefix else (0 if old is None else old)

    # ------------------------------------------------------------------------------------------------------------- members

    def _access(self, node: syntax.Access, frame: Frame) -> object:
        value = self.access(node, frame)
        return None if value is MISSING else value

    def access(self, node: syntax.Access, frame: Frame) -> object:
        """Return what members, indexes and calls give; `MISSING` when the last call gives nothing at all, not even $null."""
        value = self.evaluate(node.target, frame)
        for step in node.steps:
            if value is MISSING:
                value = None
            value = self._step(value, step, frame)
        return value

    def _step(self, value: object, step: syntax.Member | syntax.Index | syntax.Call, frame: Frame) -> object:
        if isinstance(step, syntax.Index):
            return read_index(value, self.evaluate(step.index, frame))
        name = step.name.value if isinstance(step.name, syntax.Text) else to_text(self.evaluate(step.name, frame))
        if isinstance(step, syntax.Call):
            arguments = [self.evaluate(argument, frame) for argument in step.arguments]
            return self._call(value, name, arguments, frame, is_static=step.is_static)
        return self._member(value, name, frame, is_static=step.is_static)

    def _member(self, value: object, name: str, frame: Frame, *, is_static: bool) -> object:
        found = read_static(_type_of(value), name, self.now) if is_static else read_property(value, name)
        if found is not MISSING:
            return found
        if frame.scope.strict:
            raise runtime_error(
                f"The property '{name}' cannot be found on this object. Verify that the property exists.",
                "PropertyNotFoundStrict",
            )
        return None

    def _call(self, value: object, name: str, arguments: list[object], frame: Frame, *, is_static: bool) -> object:
        self.tick()
        if not is_static:
            return call_method(value, name, arguments, BlockCalls(self, frame))
        reference = _type_of(value)
        return construct(reference, arguments) if name.lower() == "new" else call_static(reference, name, arguments)

    # ---------------------------------------------------------------------------------------------------------- assignment

    def assign(self, target: syntax.Expression, operator: str, value: object, frame: Frame) -> object:
        """Assign a value to a target, and return what it holds then. Raises `PowerShellError`."""
        if operator != "=":
            read, write = self._place(target, frame)
            value = binary(_COMPOUND[operator], read(), value)
            write(value)
            return value
        if isinstance(target, syntax.Variable):
            frame.scope.set(target.name, value)
            return value
        if isinstance(target, syntax.Cast):
            return self._assign_typed(target, value, frame)
        if isinstance(target, syntax.Attributed):
            return self._assign_checked(target, value, frame)
        if isinstance(target, syntax.ArrayLiteral):
            self._assign_each(target, value, frame)
            return value
        self._place(target, frame)[1](value)
        return value

    def _assign_typed(self, target: syntax.Cast, value: object, frame: Frame) -> object:
        reference = self._resolve(target.type)
        value = converted_to(reference, value)
        if isinstance(target.operand, syntax.Variable):
            frame.scope.set(target.operand.name, value, reference)
            return value
        return self.assign(target.operand, "=", value, frame)

    def _assign_checked(self, target: syntax.Attributed, value: object, frame: Frame) -> object:
        """Assign to a variable that an attribute says what it may hold, now and later."""
        innermost: syntax.Expression = target
        while isinstance(innermost, (syntax.Attributed, syntax.Cast)):
            innermost = innermost.operand
        check = self.attribute_check(target.attribute, frame)
        if check is None or not isinstance(innermost, syntax.Variable):
            return self.assign(target.operand, "=", value, frame)
        assigned = self.assign(target.operand, "=", value, frame)
        frame.scope.restrict(innermost.name, check)
        return assigned

    def _assign_each(self, target: syntax.ArrayLiteral, value: object, frame: Frame) -> None:
        values = as_list(value)
        last = len(target.items) - 1
        for position, item in enumerate(target.items):
            rest = values[position:]
            self.assign(item, "=", folded(rest) if position == last else (rest[0] if rest else None), frame)

    def _place(self, target: syntax.Expression, frame: Frame) -> tuple[Callable[[], object], Callable[[object], None]]:
        """Return how to read and how to write a target; what it stands in is evaluated once."""
        if isinstance(target, (syntax.Cast, syntax.Attributed)):
            return self._place(target.operand, frame)
        if isinstance(target, syntax.Variable):
            return lambda: self._variable(target, frame), lambda value: frame.scope.set(target.name, value)
        if not isinstance(target, syntax.Access):
            raise runtime_error("The assignment expression is not valid.", "InvalidLeftHandSide")
        last = target.steps[-1]
        container = self.evaluate(target.target, frame)
        for step in target.steps[:-1]:
            container = self._step(container, step, frame)
        if isinstance(last, syntax.Index):
            index = self.evaluate(last.index, frame)
            return lambda: read_index(container, index), lambda value: set_index(container, index, value)
        name = last.name.value if isinstance(last.name, syntax.Text) else to_text(self.evaluate(last.name, frame))
        if last.is_static:
            raise runtime_error(f"'{name}' is a ReadOnly property.", "PropertyAssignmentException")

        def write(value: object) -> None:
            if container is None:
                raise runtime_error(
                    f"The property '{name}' cannot be found on this object. Verify that the property exists and can be set.",
                    "PropertyNotFound",
                )
            set_property(container, name, value)

        return lambda: self._member(container, name, frame, is_static=False), write


class BlockCalls:
    """Runs the script blocks that methods are given (`.Where({...})`)."""

    def __init__(self, machine: Expressions, frame: Frame) -> None:
        self._machine = machine
        self._frame = frame

    def run_block(self, block: ScriptBlock, value: object) -> list[object]:
        """Run a block with the value as `$_` and return its output."""
        output: list[object] = []
        self._machine.run_script_block(block, self._frame, output.append, value)
        return output

    def invoke_block(self, block: ScriptBlock, arguments: list[object]) -> list[object]:
        """Run a block with arguments and return its output."""
        return self._machine.invoke_script_block(block, arguments, self._frame)


def _type_of(value: object) -> TypeReference:
    if isinstance(value, TypeReference):
        return value
    found = static_type(to_text(value)) if isinstance(value, str) else None
    if found is None:
        raise runtime_error("Static members can be taken from types only.", "StaticMemberOfNoType")
    return found


def set_matches(found: re.Match[str], frame: Frame) -> None:
    """Set $Matches to the groups of a match."""
    names = {index: name for name, index in found.re.groupindex.items()}
    table = Hashtable()
    for index, value in enumerate([found.group(), *found.groups()]):
        if value is not None:
            table[names.get(index, index)] = value
    frame.scope.put("matches", table)


def argument_value(machine: Expressions, node: syntax.Expression, frame: Frame) -> object:
    """Return the value of a command's argument: numbers keep how they were typed, in case text is wanted."""
    if isinstance(node, syntax.Number):
        return _spelled(node)
    if isinstance(node, syntax.ArrayLiteral):
        return [argument_value(machine, item, frame) for item in node.items]
    return machine.evaluate(node, frame)


def _spelled(node: syntax.Number) -> object:
    value = node.value
    if not node.spelling or node.spelling == str(value) or not isinstance(value, (int, float)):
        return value
    spelled: SpelledInt | SpelledFloat = SpelledInt(value) if isinstance(value, int) else SpelledFloat(as_double(value))
    spelled.spelling = node.spelling
    return spelled


def located(error: PowerShellError, node: syntax.Node) -> PowerShellError:
    """Say where an error happened, unless it is known more closely."""
    error.record = error.record.located(node.extent.position)
    return error
