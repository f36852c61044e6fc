"""The syntax tree: frozen nodes. Two trees are equal when they mean the same; where they were written does not count.

Left-associative operators of one precedence, and members, indexes and calls on one target, are flat lists rather than nested pairs,
so that a long chain is not a deep tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from delegacy.powershell.tokens import NOWHERE, Extent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def _extent() -> Extent:
    return NOWHERE


@dataclass(frozen=True, kw_only=True)
class Node:
    """A piece of a script. `extent` says where it was written, for messages."""

    extent: Extent = field(default_factory=_extent, compare=False, repr=False)


@dataclass(frozen=True)
class Expression(Node):
    """A node that has a value."""


@dataclass(frozen=True)
class Statement(Node):
    """A node that is carried out."""


# ---------------------------------------------------------------------------------------------------------------- expressions


@dataclass(frozen=True)
class Number(Expression):
    """A number. `spelling` is what was typed, which counts when it ends up as text (`-Name 0012`)."""

    value: int | float | Decimal
    spelling: str = field(default="", compare=False)


@dataclass(frozen=True)
class Text(Expression):
    """Text as it is: a quoted string without variables, or (`bare`) a word."""

    value: str
    bare: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Variable(Expression):
    """A variable, with its scope as written (`x`, `global:x`)."""

    name: str


@dataclass(frozen=True)
class ExpandableText(Expression):
    """Text with variables and subexpressions in it."""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True)
class Embedded(Expression):
    """A value that stands in a tree that was built, not parsed, and has no spelling; `display` is what the printer shows for it."""

    value: object = field(compare=False)
    display: str


@dataclass(frozen=True)
class ArrayLiteral(Expression):
    """`a, b, c`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class ArrayExpression(Expression):
    """`@( ... )`: the output of statements, always as an array."""

    body: Block


@dataclass(frozen=True)
class SubExpression(Expression):
    """`$( ... )`: the output of statements."""

    body: Block


@dataclass(frozen=True)
class Parenthesized(Expression):
    """`( ... )` around a pipeline or an assignment."""

    body: Statement


@dataclass(frozen=True)
class HashtableExpression(Expression):
    """`@{ key = statement; ... }`."""

    entries: tuple[tuple[Expression, Statement], ...]


@dataclass(frozen=True)
class ScriptBlockExpression(Expression):
    """`{ ... }` as a value."""

    body: ScriptBody


@dataclass(frozen=True)
class TypeName(Node):
    """A type as written between brackets, blanks removed (`int`, `string[]`, `System.Collections.Generic.List[string]`)."""

    name: str


@dataclass(frozen=True)
class TypeExpression(Expression):
    """A type as a value: `[int]`."""

    type: TypeName


@dataclass(frozen=True)
class Cast(Expression):
    """`[type] operand`."""

    type: TypeName
    operand: Expression


@dataclass(frozen=True)
class Attributed(Expression):
    """`[ValidateRange(1, 9)] operand`."""

    attribute: Attribute
    operand: Expression


@dataclass(frozen=True)
class Unary(Expression):
    """An operator before its operand: `-not`, `!` (the same), `-`, `+`, `-bnot`, `-join`, `-split` (and i/c forms)."""

    operator: str
    operand: Expression


@dataclass(frozen=True)
class Increment(Expression):
    """`++` or `--`, before or after a variable or member."""

    operator: str
    target: Expression
    is_prefix: bool


@dataclass(frozen=True)
class Operation(Expression):
    """`first op operand op operand ...`, all of one precedence, carried out from the left."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True)
class Member(Node):
    """`.name` or `::name`."""

    name: Expression
    is_static: bool = False


@dataclass(frozen=True)
class Index(Node):
    """`[index]`."""

    index: Expression


@dataclass(frozen=True)
class Call(Node):
    """`.name(arguments)` or `::name(arguments)`."""

    name: Expression
    arguments: tuple[Expression, ...]
    is_static: bool = False


@dataclass(frozen=True)
class Access(Expression):
    """A target and what is taken from it, one step after the other."""

    target: Expression
    steps: tuple[Member | Index | Call, ...]


# ----------------------------------------------------------------------------------------------------------------- statements


@dataclass(frozen=True)
class Block(Node):
    """Statements in a row."""

    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Redirection(Node):
    """One stream (0 for all) into another, or into a file."""

    stream: int
    merge_into: int | None = None
    target: Expression | None = None
    append: bool = False


@dataclass(frozen=True)
class ParameterArgument(Node):
    """`-Name`, or `-Name:value`."""

    name: str
    value: Expression | None = None


@dataclass(frozen=True)
class Splat(Node):
    """`@name`: a hashtable or an array spread over the parameters."""

    name: str


@dataclass(frozen=True)
class PipelineElement(Node):
    """A part of a pipeline."""


@dataclass(frozen=True)
class Command(PipelineElement):
    """A command with its arguments. `operator` is '', '&' or '.'."""

    name: Expression
    arguments: tuple[ParameterArgument | Splat | Expression, ...] = ()
    operator: str = ""
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True)
class ExpressionElement(PipelineElement):
    """An expression that stands as (the first part of) a pipeline."""

    expression: Expression
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True)
class Pipeline(Statement):
    """Elements joined by `|`."""

    elements: tuple[PipelineElement, ...]


@dataclass(frozen=True)
class Assignment(Statement):
    """`target = value`, or with `+=` and the like."""

    target: Expression
    operator: str
    value: Statement


@dataclass(frozen=True)
class If(Statement):
    """`if`, `elseif`, `else`."""

    clauses: tuple[tuple[Statement, Block], ...]
    otherwise: Block | None = None


@dataclass(frozen=True)
class While(Statement):
    """`while (condition) { }`."""

    condition: Statement
    body: Block
    label: str = ""


@dataclass(frozen=True)
class DoLoop(Statement):
    """`do { } while (condition)`, or `until`."""

    body: Block
    condition: Statement
    is_until: bool = False
    label: str = ""


@dataclass(frozen=True)
class For(Statement):
    """`for (start; condition; step) { }`."""

    start: Statement | None
    condition: Statement | None
    step: Statement | None
    body: Block
    label: str = ""


@dataclass(frozen=True)
class ForEach(Statement):
    """`foreach ($variable in values) { }`."""

    variable: Variable
    values: Statement
    body: Block
    label: str = ""


@dataclass(frozen=True)
class Switch(Statement):
    """`switch [-flag] (value) { condition { } default { } }`. Flags: regex, wildcard, exact, casesensitive."""

    value: Statement
    clauses: tuple[tuple[Expression, Block], ...]
    default: Block | None = None
    flags: frozenset[str] = frozenset()
    label: str = ""


@dataclass(frozen=True)
class Catch(Node):
    """`catch [type], [type] { }`."""

    types: tuple[TypeName, ...]
    body: Block


@dataclass(frozen=True)
class Try(Statement):
    """`try { } catch { } finally { }`."""

    body: Block
    catches: tuple[Catch, ...] = ()
    finally_body: Block | None = None


@dataclass(frozen=True)
class Throw(Statement):
    """`throw value`."""

    value: Statement | None = None


@dataclass(frozen=True)
class Return(Statement):
    """`return value`."""

    value: Statement | None = None


@dataclass(frozen=True)
class Exit(Statement):
    """`exit code`."""

    value: Statement | None = None


@dataclass(frozen=True)
class Break(Statement):
    """`break label`."""

    label: Expression | None = None


@dataclass(frozen=True)
class Continue(Statement):
    """`continue label`."""

    label: Expression | None = None


@dataclass(frozen=True)
class Attribute(Node):
    """`[Name(positional, Key = value, Flag)]`."""

    name: str
    positional: tuple[Expression, ...] = ()
    named: tuple[tuple[str, Expression | None], ...] = ()


@dataclass(frozen=True)
class ParameterDeclaration(Node):
    """One parameter of a function."""

    name: str
    types: tuple[TypeName, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    default: Expression | None = None


@dataclass(frozen=True)
class ParamBlock(Node):
    """`param(...)` with the attributes before it."""

    parameters: tuple[ParameterDeclaration, ...] = ()
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True)
class ScriptBody(Node):
    """The inside of a script, function or script block.

    `end` holds the statements unless begin, process or end blocks are written out (`has_named_blocks`).
    """

    parameters: ParamBlock | None = None
    begin: Block | None = None
    process: Block | None = None
    end: Block | None = None
    has_named_blocks: bool = False


@dataclass(frozen=True)
class Function(Statement):
    """`function name { }`; a filter's statements are its process block."""

    name: str
    body: ScriptBody
    is_filter: bool = False


CONDITION_FLAGS: Final = frozenset({"regex", "wildcard", "exact", "casesensitive"})


# -------------------------------------------------------------------------------------------------------- building, not parsing


def literal(value: object) -> Expression:
    """Return the expression that evaluates to a Python value, for commands that are built rather than typed.

    Takes None, bool, numbers, text, lists and tuples, and mappings with text keys; an Expression stands for itself. Raises `TypeError`
    for anything else: wrap it in `Embedded`.
    """
    if isinstance(value, Expression):
        return value
    if value is None:
        return Variable("null")
    if isinstance(value, bool):
        return Variable("true" if value else "false")
    if isinstance(value, (int, float, Decimal)):
        return Number(value)
    if isinstance(value, str):
        return Text(str(value))
    if isinstance(value, (list, tuple, frozenset, set)):
        items = tuple(
            literal(item) for item in (sorted(value, key=str) if isinstance(value, (frozenset, set)) else value)
        )
        if len(items) > 1:
            return ArrayLiteral(items)
        return ArrayExpression(Block(tuple(statement(item) for item in items)))
    entries = getattr(value, "items", None)
    if entries is None:
        raise TypeError(f"a {type(value).__name__} has no literal")
    return HashtableExpression(tuple((Text(str(key)), statement(literal(item))) for key, item in entries()))


def statement(expression: Expression) -> Pipeline:
    """Return an expression as a statement."""
    return Pipeline((ExpressionElement(expression),))


def command(
    name: str,
    parameters: Mapping[str, object] | None = None,
    arguments: Sequence[object] = (),
    *,
    switches: frozenset[str] | set[str] = frozenset(),
) -> Command:
    """Build a command from values; nothing is ever pasted into text.

    parameters: PowerShell names and values. Booleans are written `-Name:$true`, which suits switches and boolean parameters alike; a
    switch that is named in `switches` is written `-Name` when it is on.
    """
    written: list[ParameterArgument | Splat | Expression] = [_as_argument(literal(value)) for value in arguments]
    for key, value in (parameters or {}).items():
        if isinstance(value, bool):
            written.append(ParameterArgument(key, None if value and key in switches else literal(value)))
        else:
            written.append(ParameterArgument(key))
            written.append(_as_argument(literal(value)))
    return Command(Text(name, bare=True), tuple(written))


def pipeline(*elements: PipelineElement) -> Pipeline:
    """Join commands."""
    return Pipeline(elements)


def _as_argument(expression: Expression) -> Expression:
    """Return the expression in a form that can stand among arguments: a negative number, say, needs parentheses."""
    if isinstance(expression, Number) and (expression.value < 0 or isinstance(expression.value, (float, Decimal))):
        return Parenthesized(statement(expression))
    if isinstance(expression, ArrayLiteral):
        return ArrayLiteral(tuple(_as_argument(item) for item in expression.items))
    return expression
