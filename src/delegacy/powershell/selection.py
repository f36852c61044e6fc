"""Properties chosen by name, wildcard or calculation: for Format-*, Select-Object, Sort-Object, Group-Object and their like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from delegacy.powershell.convert import ConversionError, to_integer
from delegacy.powershell.errors import ErrorCategory, PowerShellError, runtime_error
from delegacy.powershell.properties import MISSING, property_names, read_property
from delegacy.powershell.text import to_text, type_name
from delegacy.powershell.values import Hashtable, PSObject, ScriptBlock, as_list
from delegacy.powershell.views import Alignment
from delegacy.powershell.wildcard import has_wildcards, matches_wildcard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RunBlock = Callable[[ScriptBlock, object], list[object]]

_KEYS: Final = (
    ("expression", ("expression",)),
    ("name", ("name", "label")),
    ("width", ("width",)),
    ("alignment", ("alignment",)),
    ("format", ("formatstring",)),
    ("descending", ("descending",)),
    ("ascending", ("ascending",)),
    ("depth", ("depth",)),
)


@dataclass(frozen=True, slots=True)
class Selected:
    """One property as asked for: a name that may hold wildcards, a script block, or a function of the object; and how to show it."""

    expression: str | ScriptBlock | Callable[[object], object]
    label: str | None = None
    width: int = 0
    alignment: Alignment | None = None
    format: str = ""
    descending: bool | None = None

    @property
    def title(self) -> str:
        """What it is called."""
        if self.label is not None:
            return self.label
        if isinstance(self.expression, str):
            return self.expression
        return self.expression.source.strip() if isinstance(self.expression, ScriptBlock) else ""

    def resolved(self, value: object) -> list[Selected]:
        """Return the properties of an object that a wildcard means, or this one with its name as the object spells it."""
        if not isinstance(self.expression, str):
            return [self]
        wanted = self.expression
        if has_wildcards(wanted):
            names = [name for name in property_names(value) if _matches(wanted, name)]
            return [
                Selected(name, self.label, self.width, self.alignment, self.format, self.descending) for name in names
            ]
        spelled = spelling(value, wanted)
        return [Selected(spelled, self.label, self.width, self.alignment, self.format, self.descending)]

    def read(self, value: object, run_block: RunBlock) -> object:
        """Return its value for an object, `MISSING` when the object has no such property. Raises `PowerShellError` of a calculation."""
        if isinstance(self.expression, str):
            return read_own(value, self.expression)
        if isinstance(self.expression, ScriptBlock):
            output = run_block(self.expression, value)
            return output[0] if len(output) == 1 else (output or None)
        return self.expression(value)


def _matches(pattern: str, name: str) -> bool:
    try:
        return matches_wildcard(pattern, name)
    except ValueError as error:
        raise runtime_error(str(error), "RuntimeException", ErrorCategory.INVALID_ARGUMENT) from None


def spelling(value: object, name: str) -> str:
    """Return a property's name as the object spells it, or as given when it has none of the name."""
    if isinstance(value, PSObject):
        return value.find(name) or name
    return next((known for known in property_names(value) if known.lower() == name.lower()), name)


def read_own(value: object, name: str) -> object:
    """Return a property that the object has itself; `Count` and `Length`, which everything has, do not count."""
    if isinstance(value, PSObject):
        return value.get(name) if value.find(name) is not None else MISSING
    if isinstance(value, Hashtable):
        return read_property(value, name)
    return (
        read_property(value, name) if any(known.lower() == name.lower() for known in property_names(value)) else MISSING
    )


def selected(arguments: object, *, keys: Iterable[str] = ("name", "expression")) -> list[Selected]:
    """Read a -Property argument: names, script blocks, and hashtables with the keys allowed. Raises `PowerShellError`."""
    allowed = frozenset(keys)
    return [_one(argument, allowed) for argument in as_list(arguments)] if arguments is not None else []


def _one(argument: object, allowed: frozenset[str]) -> Selected:
    if isinstance(argument, ScriptBlock):
        return Selected(argument)
    if isinstance(argument, Hashtable):
        return _from_table(argument, allowed)
    if callable(argument) and not isinstance(argument, str):
        return Selected(argument)
    if argument is None or isinstance(argument, (list, tuple)):
        raise runtime_error(
            f"Cannot convert {type_name(argument) or 'null'} to one of the following types {{System.String, "
            "System.Management.Automation.ScriptBlock}.",
            "DictionaryKeyUnknownType",
            ErrorCategory.INVALID_ARGUMENT,
        )
    return Selected(to_text(argument))


def _key(written: object, allowed: frozenset[str]) -> str:
    text = to_text(written).lower()
    found = [key for key, names in _KEYS if key in allowed and any(text and name.startswith(text) for name in names)]
    if len(found) != 1:
        word = "not valid" if not found else "ambiguous"
        raise runtime_error(
            f"The {to_text(written)} key is {word}.", "DictionaryKeyIllegal", ErrorCategory.INVALID_ARGUMENT
        )
    return found[0]


def _from_table(table: Hashtable, allowed: frozenset[str]) -> Selected:
    values = {_key(key, allowed): value for key, value in table.items()}
    expression = values.get("expression", values.get("name"))
    if expression is None:
        raise runtime_error(
            "The hash table is missing a mandatory expression key.",
            "DictionaryKeyMandatoryEntry",
            ErrorCategory.INVALID_ARGUMENT,
        )
    if not isinstance(expression, (str, ScriptBlock)):
        expression = to_text(expression)
    descending = None
    if "descending" in values or "ascending" in values:
        descending = bool(values.get("descending", not values.get("ascending", True)))
    return Selected(
        expression,
        to_text(values["name"]) if "name" in values else None,
        _width(values.get("width")),
        _alignment(values.get("alignment")),
        to_text(values.get("format")),
        descending,
    )


def _width(value: object) -> int:
    if value is None:
        return 0
    try:
        width = to_integer(value)
    except ConversionError:
        width = 0
    if width <= 0:
        raise runtime_error(
            "The value of the width key must be larger than 0.", "DictionaryKeyIllegal", ErrorCategory.INVALID_ARGUMENT
        )
    return width


def _alignment(value: object) -> Alignment | None:
    if value is None:
        return None
    text = to_text(value).lower()
    found = [alignment for alignment in Alignment if text and alignment.value.lower().startswith(text)]
    if not found:
        raise runtime_error(
            f"{to_text(value)} is not a valid alignment.", "DictionaryKeyIllegal", ErrorCategory.INVALID_ARGUMENT
        )
    return found[0]


def resolve_all(wanted: Sequence[Selected], value: object) -> list[Selected]:
    """Return the properties that were asked for as they are found on an object, each once."""
    found: dict[str, Selected] = {}
    for one in wanted:
        for resolved in one.resolved(value):
            found.setdefault(resolved.title.lower(), resolved)
    return list(found.values())


def quiet(one: Selected, value: object, run_block: RunBlock) -> object:
    """Return a property's value, `MISSING` when the object has none or its calculation fails, which calculated properties hide."""
    try:
        return one.read(value, run_block)
    except PowerShellError:
        return MISSING
