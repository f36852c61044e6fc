"""Binary operators by name. Comparison operators on an array give the items that they hold for; see compare for single values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from delegacy.powershell.arithmetic import (
    add,
    bitwise,
    conversion_failed,
    divide,
    multiply,
    number_range,
    remainder,
    subtract,
)
from delegacy.powershell.compare import compare, equal
from delegacy.powershell.convert import ConversionError, impossible, to_integer, truth
from delegacy.powershell.errors import ErrorCategory, PowerShellError, runtime_error
from delegacy.powershell.formats import format_items
from delegacy.powershell.limits import check_items, check_text
from delegacy.powershell.patterns import check_subject, compiled, replacer
from delegacy.powershell.script_types import converted, find_type, is_of_type
from delegacy.powershell.text import to_text
from delegacy.powershell.values import TypeReference, as_list, is_collection
from delegacy.powershell.wildcard import wildcard_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

_BLANKS: Final = re.compile(r"\s+")
_SPLIT_OPTIONS: Final = {"simplematch", "regexmatch", "ignorecase", "cultureinvariant", "multiline", "singleline"}
_COMPARISONS: Final = frozenset({"eq", "ne", "gt", "ge", "lt", "le", "like", "notlike", "match", "notmatch"})


def binary(name: str, left: object, right: object) -> object:
    """Return what a binary operator gives, apart from `-and`, `-or` and `-match`, which the interpreter carries out itself."""
    plain = _PLAIN.get(name)
    if plain is not None:
        return plain(left, right)
    base, ignore_case = split_name(name)
    if base in _COMPARISONS:
        return _filtered(left, _test(base, right, ignore_case=ignore_case))
    return _CASED[base](left, right, ignore_case)


def split_name(name: str) -> tuple[str, bool]:
    """Return an operator's plain name, and whether it ignores case (`ceq` does not)."""
    if name in _PLAIN or name in _COMPARISONS or name in _CASED:
        return name, True
    return name[1:], name[0] == "i"


def _filtered(left: object, test: Callable[[object], bool]) -> object:
    if is_collection(left):
        return [item for item in left if test(item)]
    return test(left)


def _test(base: str, right: object, *, ignore_case: bool) -> Callable[[object], bool]:
    """Return the test that a comparison operator makes of each left operand."""
    if base in ("eq", "ne"):
        wanted = base == "eq"
        if is_collection(right):  # an array equals nothing but itself
            return lambda item: (item is right) == wanted
        return lambda item: equal(item, right, ignore_case=ignore_case) == wanted
    if base.endswith("like"):
        return like_test(right, ignore_case=ignore_case, negated=base.startswith("not"))
    if base.endswith("match"):
        pattern = compiled(to_text(right), ignore_case=ignore_case)
        negated = base.startswith("not")
        return lambda item: (pattern.search(check_subject(to_text(item))) is None) == negated
    signs = {"gt": (1,), "ge": (0, 1), "lt": (-1,), "le": (-1, 0)}[base]
    return lambda item: compare(item, right, ignore_case=ignore_case) in signs


def like_test(right: object, *, ignore_case: bool = True, negated: bool = False) -> Callable[[object], bool]:
    """Return the test that `-like` (or `-notlike`) makes of each left operand."""
    try:
        pattern = wildcard_pattern(to_text(right), ignore_case=ignore_case)
    except ValueError as error:
        raise runtime_error(str(error), "RuntimeException", ErrorCategory.NOT_SPECIFIED) from None
    return lambda item: (pattern.fullmatch(to_text(item)) is None) == negated


def _contains(left: object, right: object, ignore_case: bool) -> bool:  # noqa: FBT001 - a table of functions
    return any(equal(item, right, ignore_case=ignore_case) for item in as_list(left))


def _replace(left: object, right: object, ignore_case: bool) -> object:  # noqa: FBT001 - a table of functions
    arguments = as_list(right)
    if len(arguments) > 2:  # noqa: PLR2004 - pattern and replacement
        raise runtime_error(
            f"The -replace operator allows only two elements to follow it, not {len(arguments)}.", "BadReplaceArgument"
        )
    written = to_text(arguments[0] if arguments else "")
    try:
        pattern = compiled(written, ignore_case=ignore_case)
    except PowerShellError:
        raise runtime_error(
            f"The regular expression pattern {written} is not valid.", "InvalidRegularExpression", target=written
        ) from None
    replacement = replacer(to_text(arguments[1]) if len(arguments) > 1 else "")

    def replaced(item: object) -> str:
        text = pattern.sub(replacement, check_subject(to_text(item)))
        check_text(len(text))
        return text

    return [replaced(item) for item in left] if is_collection(left) else replaced(left)


def _split(left: object, right: object, ignore_case: bool) -> object:  # noqa: FBT001 - a table of functions
    arguments = as_list(right)
    separator = arguments[0] if arguments else " "
    most = _most_parts(arguments)
    options = {option.strip().lower() for option in to_text(arguments[2]).split(",")} if len(arguments) > 2 else set()  # noqa: PLR2004
    if options - _SPLIT_OPTIONS:
        raise runtime_error(
            "The combination of options with the -split operator is not valid.", "InvalidSplitOptionCombination"
        )
    text = to_text(separator)
    pattern = compiled(re.escape(text) if "simplematch" in options else text, ignore_case=ignore_case)
    found: list[object] = []
    for item in as_list(left):
        subject = check_subject(to_text(item))
        found.extend(part or "" for part in _parts(pattern, subject, most))
        check_items(len(found))
    return found


def _most_parts(arguments: list[object]) -> int:
    try:
        return to_integer(arguments[1]) if len(arguments) > 1 else 0
    except ConversionError as error:
        raise conversion_failed(error) from None


def split_where(left: object, right: object, holds: Callable[[str], bool]) -> object:
    """Return what `-split` gives with a script block: the text is parted at each character that it holds for."""
    most = _most_parts(as_list(right))
    found: list[object] = []
    for item in as_list(left):
        parts = [""]
        for character in check_subject(to_text(item)):
            if (most <= 0 or len(parts) < most) and holds(character):
                parts.append("")
            else:
                parts[-1] += character
        found.extend(parts)
        check_items(len(found))
    return found


def _parts(pattern: re.Pattern[str], subject: str, most: int) -> list[str]:
    if most == 1:
        return [subject]
    if not pattern.pattern:  # between all characters
        return ["", *subject, ""] if subject else [""]
    return pattern.split(subject, maxsplit=max(0, most - 1) if most > 0 else 0)


def split_blanks(value: object) -> object:
    """Return what the unary `-split` gives: the words of a text."""
    return [word for item in as_list(value) for word in _BLANKS.split(to_text(item).strip()) if word]


def join(left: object, right: object) -> str:
    """Return the items as one text with a separator between them."""
    pieces = [to_text(item) for item in as_list(left)]
    separator = to_text(right)
    check_text(sum(map(len, pieces)) + len(separator) * len(pieces))
    return separator.join(pieces)


def _type(value: object, operator: str) -> TypeReference:
    if isinstance(value, TypeReference):
        return value
    if value is None:
        word = "Is" if operator.startswith("is") else "As"
        raise runtime_error(f"The right operand of '-{operator}' must be a type.", f"{word}OperatorRequiresType")
    found = find_type(to_text(value)) if isinstance(value, str) else None
    if found is None:
        raise runtime_error(
            impossible(value, "System.Type").message, "RuntimeException", ErrorCategory.INVALID_ARGUMENT
        )
    return found


def _is(left: object, right: object) -> bool:
    return is_of_type(left, _type(right, "is"))


def _format(left: object, right: object) -> str:
    try:
        text = format_items(to_text(left), as_list(right))
    except ValueError as error:
        raise runtime_error(f"Error formatting a string: {error}.", "FormatError") from None
    check_text(len(text))
    return text


_PLAIN: Final[dict[str, Callable[[object, object], object]]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": remainder,
    "..": number_range,
    "band": lambda left, right: bitwise("band", left, right),
    "bor": lambda left, right: bitwise("bor", left, right),
    "bxor": lambda left, right: bitwise("bxor", left, right),
    "shl": lambda left, right: bitwise("shl", left, right),
    "shr": lambda left, right: bitwise("shr", left, right),
    "xor": lambda left, right: truth(left) != truth(right),
    "is": _is,
    "isnot": lambda left, right: not _is(left, right),
    "as": lambda left, right: converted(left, _type(right, "as")),
    "f": _format,
    "join": join,
}
_CASED: Final[dict[str, Callable[[object, object, bool], object]]] = {
    "contains": _contains,
    "notcontains": lambda left, right, ignore_case: not _contains(left, right, ignore_case),
    "in": lambda left, right, ignore_case: _contains(right, left, ignore_case),
    "notin": lambda left, right, ignore_case: not _contains(right, left, ignore_case),
    "replace": _replace,
    "split": _split,
}
