"""Syntax tree to text. What is printed parses to an equal tree; values that came from outside are always quoted."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

from delegacy.powershell import syntax
from delegacy.powershell.expression_parser import precedence
from delegacy.powershell.parser import KEYWORDS
from delegacy.powershell.tokenizer import DOUBLE_QUOTES, SINGLE_QUOTES

if TYPE_CHECKING:
    from collections.abc import Callable

_BARE: Final = re.compile(r"[A-Za-z_\\/*?~][\w\\/*?~:.@+-]*")
_PLAIN_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_COMMAND_WORD: Final = re.compile(r"[A-Za-z_?%][\w?.-]*|[?%]")
_PARAMETER_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_PLAIN_VARIABLE: Final = re.compile(r"(?:[A-Za-z_]\w*:)?[A-Za-z_0-9]\w*|[$?^]")
_MEMBER_WORD: Final = re.compile(r"\w+")
_WORD_SPECIAL: Final = re.compile(r"([\s&(),;{}|`$'\"\u2018-\u201e#<>@\[\]\0\ufeff-])")
_ESCAPES: Final = {"\0": "`0", "\a": "`a", "\b": "`b", "\f": "`f", "\n": "`n", "\r": "`r", "\t": "`t", "\v": "`v"}
_SINGLE: Final = re.compile(f"([{SINGLE_QUOTES}])")
_EXPANDABLE_SPECIAL: Final = re.compile(f"([`${DOUBLE_QUOTES}])")


def print_tree(node: syntax.Node) -> str:
    """Return the text of a tree: a script body, a statement, a pipeline element or an expression."""
    return _PRINTERS[type(node)](node)


def quote(text: str) -> str:
    """Return the text as a quoted string of the language that evaluates to it."""
    return "'" + _SINGLE.sub(r"\1\1", text) + "'"


# ---------------------------------------------------------------------------------------------------------------- expressions


def _number(node: syntax.Number) -> str:
    if isinstance(node.value, Decimal):
        return f"{node.value:f}d"
    return repr(node.value)


def _text(node: syntax.Text) -> str:
    return quote(node.value)


def _argument_text(node: syntax.Text) -> str:
    if node.bare and _BARE.fullmatch(node.value):
        return node.value
    return quote(node.value)


def _variable(node: syntax.Variable) -> str:
    return f"${_variable_name(node.name)}"


def _variable_name(name: str) -> str:
    if _PLAIN_VARIABLE.fullmatch(name):
        return name
    return "{" + re.sub(r"([{}`])", r"`\1", name) + "}"


def _expandable(node: syntax.ExpandableText) -> str:
    pieces = []
    for part in node.parts:
        if isinstance(part, str):
            pieces.append(_EXPANDABLE_SPECIAL.sub(r"`\1", part))
        elif isinstance(part, syntax.Variable):
            name = _variable_name(part.name)
            pieces.append(f"${name}" if name.startswith("{") else "${" + name + "}")
        else:
            pieces.append(print_tree(part))
    return '"' + "".join(pieces) + '"'


def _embedded(node: syntax.Embedded) -> str:
    return node.display


def _items(items: tuple[syntax.Expression, ...]) -> str:
    if len(items) == 1:
        return f", {_operand(items[0])}"
    return ", ".join(_operand(item) for item in items)


def _array(node: syntax.ArrayLiteral) -> str:
    return _items(node.items)


def _array_expression(node: syntax.ArrayExpression) -> str:
    return f"@({_inline(node.body)})"


def _subexpression(node: syntax.SubExpression) -> str:
    return f"$({_inline(node.body)})"


def _parenthesized(node: syntax.Parenthesized) -> str:
    return f"({print_tree(node.body)})"


def _hashtable(node: syntax.HashtableExpression) -> str:
    entries = [f"{_key(key)} = {print_tree(value)}" for key, value in node.entries]
    return "@{" + "; ".join(entries) + "}"


def _key(key: syntax.Expression) -> str:
    if isinstance(key, syntax.Text) and key.bare and _PLAIN_WORD.fullmatch(key.value):
        return key.value
    return _operand(key)


def _script_block(node: syntax.ScriptBlockExpression) -> str:
    return _braced(_body(node.body))


def _type(node: syntax.TypeExpression) -> str:
    return f"[{node.type.name}]"


def _cast(node: syntax.Cast) -> str:
    return f"[{node.type.name}]{_operand(node.operand)}"


def _attributed(node: syntax.Attributed) -> str:
    return f"{_attribute(node.attribute)}{_operand(node.operand)}"


def _unary(node: syntax.Unary) -> str:
    if node.operator in "+-":
        return f"{node.operator} {_operand(node.operand)}"
    return f"-{node.operator} {_operand(node.operand)}"


def _increment(node: syntax.Increment) -> str:
    return f"{node.operator}{_operand(node.target)}" if node.is_prefix else f"{_operand(node.target)}{node.operator}"


def _operation(node: syntax.Operation) -> str:
    level = precedence(node.rest[0][0])
    pieces = [_operation_side(node.first, level)]
    for operator, operand in node.rest:
        spelled = operator if operator in ("+", "-", "*", "/", "%", "..") else f"-{operator}"
        pieces.append(spelled)
        pieces.append(_operation_side(operand, level))
    return " ".join(pieces)


def _operation_side(node: syntax.Expression, level: int) -> str:
    if isinstance(node, syntax.Operation) and precedence(node.rest[0][0]) > level:
        return _operation(node)
    if isinstance(node, syntax.ArrayLiteral):
        return _array(node)
    return _operand(node)


def _operand(node: syntax.Expression) -> str:
    """Return the text of an expression where an operand stands; what could not be one is a tree nobody can parse."""
    return print_tree(node)


def _access(node: syntax.Access) -> str:
    return _operand(node.target) + "".join(print_tree(step) for step in node.steps)


def _member(node: syntax.Member) -> str:
    return ("::" if node.is_static else ".") + _member_name(node.name)


def _member_name(name: syntax.Expression) -> str:
    if isinstance(name, syntax.Text):
        return name.value if name.bare and _MEMBER_WORD.fullmatch(name.value) else quote(name.value)
    return print_tree(name)


def _index(node: syntax.Index) -> str:
    return f"[{print_tree(node.index)}]"


def _call(node: syntax.Call) -> str:
    arguments = ", ".join(print_tree(argument) for argument in node.arguments)
    return f"{'::' if node.is_static else '.'}{_member_name(node.name)}({arguments})"


# ----------------------------------------------------------------------------------------------------------------- statements


def _block(node: syntax.Block) -> str:
    return "\n".join(print_tree(statement) for statement in node.statements)


def _inline(node: syntax.Block) -> str:
    return "; ".join(print_tree(statement) for statement in node.statements)


def _braced(inside: str) -> str:
    if not inside:
        return "{}"
    lines = inside.split("\n")
    if len(lines) == 1:
        return "{ " + inside + " }"
    return "{\n" + inside + "\n}"


def _redirection(node: syntax.Redirection) -> str:
    stream = "*" if node.stream == 0 else ("" if node.stream == 1 else str(node.stream))
    if node.merge_into is not None:
        return f"{stream or '1'}>&{node.merge_into}"
    target = _argument(node.target) if node.target is not None else ""
    return f"{stream}{'>>' if node.append else '>'} {target}"


def _parameter(node: syntax.ParameterArgument) -> str:
    return f"-{node.name}" if node.value is None else f"-{node.name}:{_argument(node.value)}"


def _splat(node: syntax.Splat) -> str:
    return f"@{node.name}"


def _argument(node: syntax.Expression) -> str:
    if isinstance(node, syntax.Text):
        return _argument_text(node)
    if isinstance(node, syntax.ArrayLiteral):
        return ",".join(_argument(item) for item in node.items)
    if isinstance(node, syntax.Number) and node.spelling:
        return node.spelling
    return print_tree(node)


def _command(node: syntax.Command, *, is_first: bool = True) -> str:
    pieces = [node.operator] if node.operator else []
    if isinstance(node.name, syntax.Text) and not node.operator:
        pieces.append(_command_name(node.name.value, is_first=is_first))
    else:
        pieces.append(_argument(node.name))
    pieces.extend(
        _argument(part) if isinstance(part, syntax.Expression) else print_tree(part) for part in node.arguments
    )
    pieces.extend(_redirection(redirection) for redirection in node.redirections)
    return " ".join(pieces)


def _command_name(name: str, *, is_first: bool = True) -> str:
    """Return the word that names a command. At the beginning of a pipeline it must be no keyword and no expression."""
    if _COMMAND_WORD.fullmatch(name) and not (is_first and name.lower() in KEYWORDS):
        return name
    head, rest = name[:1], name[1:]
    written = "".join(_ESCAPES.get(character) or _WORD_SPECIAL.sub(r"`\1", character) for character in rest)
    if head.isalnum():
        return f"{head}''{written}"
    return (_ESCAPES.get(head) or f"`{head}") + written


def _expression_element(node: syntax.ExpressionElement) -> str:
    return " ".join([print_tree(node.expression), *(_redirection(redirection) for redirection in node.redirections)])


def _pipeline(node: syntax.Pipeline) -> str:
    return " | ".join(
        _command(element, is_first=place == 0) if isinstance(element, syntax.Command) else print_tree(element)
        for place, element in enumerate(node.elements)
    )


def _assignment(node: syntax.Assignment) -> str:
    return f"{print_tree(node.target)} {node.operator} {print_tree(node.value)}"


def _if(node: syntax.If) -> str:
    words = ["if", *["elseif"] * (len(node.clauses) - 1)]
    pieces = [
        f"{word} ({print_tree(condition)}) {_braced(_block(body))}"
        for word, (condition, body) in zip(words, node.clauses, strict=True)
    ]
    if node.otherwise is not None:
        pieces.append(f"else {_braced(_block(node.otherwise))}")
    return " ".join(pieces)


def _label(label: str) -> str:
    return f":{label} " if label else ""


def _while(node: syntax.While) -> str:
    return f"{_label(node.label)}while ({print_tree(node.condition)}) {_braced(_block(node.body))}"


def _do(node: syntax.DoLoop) -> str:
    word = "until" if node.is_until else "while"
    return f"{_label(node.label)}do {_braced(_block(node.body))} {word} ({print_tree(node.condition)})"


def _for(node: syntax.For) -> str:
    parts = "; ".join("" if part is None else print_tree(part) for part in (node.start, node.condition, node.step))
    return f"{_label(node.label)}for ({parts}) {_braced(_block(node.body))}"


def _foreach(node: syntax.ForEach) -> str:
    head = f"{_label(node.label)}foreach ({print_tree(node.variable)} in {print_tree(node.values)})"
    return f"{head} {_braced(_block(node.body))}"


def _switch(node: syntax.Switch) -> str:
    flags = "".join(f"-{flag} " for flag in sorted(node.flags))
    clauses = [f"{_argument(condition)} {_braced(_block(body))}" for condition, body in node.clauses]
    if node.default is not None:
        clauses.append(f"default {_braced(_block(node.default))}")
    return f"{_label(node.label)}switch {flags}({print_tree(node.value)}) " + "{\n" + "\n".join(clauses) + "\n}"


def _try(node: syntax.Try) -> str:
    pieces = [f"try {_braced(_block(node.body))}"]
    for clause in node.catches:
        types = ", ".join(f"[{name.name}]" for name in clause.types)
        pieces.append(f"catch {types + ' ' if types else ''}{_braced(_block(clause.body))}")
    if node.finally_body is not None:
        pieces.append(f"finally {_braced(_block(node.finally_body))}")
    return " ".join(pieces)


def _flow(node: syntax.Throw | syntax.Return | syntax.Exit) -> str:
    word = type(node).__name__.lower()
    return word if node.value is None else f"{word} {print_tree(node.value)}"


def _jump(node: syntax.Break | syntax.Continue) -> str:
    word = type(node).__name__.lower()
    return word if node.label is None else f"{word} {_argument(node.label)}"


def _attribute(node: syntax.Attribute) -> str:
    arguments = [print_tree(argument) for argument in node.positional]
    arguments += [name if value is None else f"{name} = {print_tree(value)}" for name, value in node.named]
    return f"[{node.name}({', '.join(arguments)})]"


def _declaration(node: syntax.ParameterDeclaration) -> str:
    pieces = [_attribute(attribute) for attribute in node.attributes]
    pieces += [f"[{name.name}]" for name in node.types]
    pieces.append(f"${_variable_name(node.name)}")
    if node.default is not None:
        pieces.append(f" = {print_tree(node.default)}")
    return "".join(pieces)


def _param_block(node: syntax.ParamBlock) -> str:
    lines = [_attribute(attribute) for attribute in node.attributes]
    lines.append(f"param({', '.join(_declaration(parameter) for parameter in node.parameters)})")
    return "\n".join(lines)


def _body(node: syntax.ScriptBody) -> str:
    lines = [] if node.parameters is None else [_param_block(node.parameters)]
    if not node.has_named_blocks:
        if node.end is not None and node.end.statements:
            lines.append(_block(node.end))
        return "\n".join(lines)
    for word, block in (("begin", node.begin), ("process", node.process), ("end", node.end)):
        if block is not None:
            lines.append(f"{word} {_braced(_block(block))}")
    return "\n".join(lines)


def _function(node: syntax.Function) -> str:
    return f"{'filter' if node.is_filter else 'function'} {_command_name(node.name)} " + _braced(_body(node.body))


_PRINTERS: Final = cast(
    "dict[type[syntax.Node], Callable[[syntax.Node], str]]",
    {
        syntax.Number: _number,
        syntax.Text: _text,
        syntax.Variable: _variable,
        syntax.ExpandableText: _expandable,
        syntax.Embedded: _embedded,
        syntax.ArrayLiteral: _array,
        syntax.ArrayExpression: _array_expression,
        syntax.SubExpression: _subexpression,
        syntax.Parenthesized: _parenthesized,
        syntax.HashtableExpression: _hashtable,
        syntax.ScriptBlockExpression: _script_block,
        syntax.TypeExpression: _type,
        syntax.Cast: _cast,
        syntax.Attributed: _attributed,
        syntax.Unary: _unary,
        syntax.Increment: _increment,
        syntax.Operation: _operation,
        syntax.Access: _access,
        syntax.Member: _member,
        syntax.Index: _index,
        syntax.Call: _call,
        syntax.Block: _block,
        syntax.Redirection: _redirection,
        syntax.ParameterArgument: _parameter,
        syntax.Splat: _splat,
        syntax.Command: _command,
        syntax.ExpressionElement: _expression_element,
        syntax.Pipeline: _pipeline,
        syntax.Assignment: _assignment,
        syntax.If: _if,
        syntax.While: _while,
        syntax.DoLoop: _do,
        syntax.For: _for,
        syntax.ForEach: _foreach,
        syntax.Switch: _switch,
        syntax.Try: _try,
        syntax.Throw: _flow,
        syntax.Return: _flow,
        syntax.Exit: _flow,
        syntax.Break: _jump,
        syntax.Continue: _jump,
        syntax.Attribute: _attribute,
        syntax.ParameterDeclaration: _declaration,
        syntax.ParamBlock: _param_block,
        syntax.ScriptBody: _body,
        syntax.Function: _function,
    },
)
