"""The methods that scripts may call, by the kind of value. There are no others."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from delegacy.powershell.arithmetic import subtract
from delegacy.powershell.compare import compare, equal, sort_key
from delegacy.powershell.convert import (
    ConversionError,
    to_char,
    to_double,
    to_integer,
    to_timespan,
    truth,
)
from delegacy.powershell.errors import ErrorCategory, ErrorRecord, PowerShellError, runtime_error
from delegacy.powershell.formats import WIDTH_LIMIT, format_value
from delegacy.powershell.limits import check_items, check_text
from delegacy.powershell.properties import MISSING, PropertyList, read_property
from delegacy.powershell.script_types import find_type
from delegacy.powershell.text import to_text, type_name
from delegacy.powershell.values import (
    ArrayList,
    Char,
    GenericList,
    Hashtable,
    PSObject,
    ScriptBlock,
    TypeReference,
    Version,
    as_list,
    is_collection,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BLANKS: Final = " \t\n\r\v\f\u00a0\u0085"
_YEARS: Final = 9999


class StringSplitOptions(Enum):
    """System.StringSplitOptions."""

    NONE = 0
    REMOVE_EMPTY_ENTRIES = 1

    @classmethod
    def type_name(cls) -> str:
        """Return the type's full name."""
        return "System.StringSplitOptions"


class StringComparison(Enum):
    """System.StringComparison."""

    CURRENT_CULTURE = 0
    CURRENT_CULTURE_IGNORE_CASE = 1
    INVARIANT_CULTURE = 2
    INVARIANT_CULTURE_IGNORE_CASE = 3
    ORDINAL = 4
    ORDINAL_IGNORE_CASE = 5

    @property
    def ignores_case(self) -> bool:
        """Whether upper and lower case are the same."""
        return self.name.endswith("IGNORE_CASE")

    @classmethod
    def type_name(cls) -> str:
        """Return the type's full name."""
        return "System.StringComparison"


class BlockRunner(Protocol):
    """Runs script blocks for the methods that take one."""

    def run_block(self, block: ScriptBlock, value: object) -> list[object]:
        """Run a block with the value as `$_` and return its output."""

    def invoke_block(self, block: ScriptBlock, arguments: list[object]) -> list[object]:
        """Run a block with arguments and return its output."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method: how many arguments it takes, and what it does. The function's first argument is the value."""

    least: int
    most: int
    call: Callable[..., object]


class _OutOfRange(ValueError):
    """An argument that .NET refuses with ArgumentOutOfRangeException."""


class _NotSupported(ValueError):
    """What .NET refuses with NotSupportedException."""


class FormatFailure(ValueError):
    """A text that .NET refuses with FormatException."""


_EXCEPTIONS: Final = (
    (_OutOfRange, "ArgumentOutOfRangeException"),
    (_NotSupported, "NotSupportedException"),
    (FormatFailure, "FormatException"),
    (OverflowError, "OverflowException"),
    (IndexError, "IndexOutOfRangeException"),
)


# ------------------------------------------------------------------------------------------------------------------------- text


def _fold(text: str, comparison: object) -> str:
    return text.lower() if isinstance(comparison, StringComparison) and comparison.ignores_case else text


def _comparison(arguments: tuple[object, ...]) -> object:
    found = [argument for argument in arguments if isinstance(argument, StringComparison)]
    if found:
        return found[0]
    names = {to_text(member.name).replace("_", "").lower(): member for member in StringComparison}
    texts = [names.get(to_text(argument).lower()) for argument in arguments]
    return next((member for member in texts if member is not None), None)


def _starts_with(text: str, start: object, *options: object) -> bool:
    mode = _comparison(options)
    return _fold(text, mode).startswith(_fold(to_text(start), mode))


def _ends_with(text: str, end: object, *options: object) -> bool:
    mode = _comparison(options)
    return _fold(text, mode).endswith(_fold(to_text(end), mode))


def _contains(text: str, part: object, *options: object) -> bool:
    mode = _comparison(options)
    return _fold(to_text(part), mode) in _fold(text, mode)


def _index_of(text: str, part: object, *options: object) -> int:
    mode = _comparison(options)
    start = to_integer(options[0]) if options and isinstance(options[0], int) else 0
    if not 0 <= start <= len(text):
        raise _OutOfRange("Index was out of range. Must be non-negative and less than the size of the collection.")
    return _fold(text, mode).find(_fold(to_text(part), mode), start)


def _last_index_of(text: str, part: object, *options: object) -> int:
    mode = _comparison(options)
    return _fold(text, mode).rfind(_fold(to_text(part), mode))


def _substring(text: str, start: object, length: object = None) -> str:
    first = to_integer(start)
    count = len(text) - first if length is None else to_integer(length)
    if not 0 <= first <= len(text):
        raise _OutOfRange("startIndex cannot be larger than length of string.\nParameter name: startIndex")
    if count < 0 or first + count > len(text):
        raise _OutOfRange("Index and length must refer to a location within the string.\nParameter name: length")
    return text[first : first + count]


def _replace(text: str, old: object, new: object) -> str:
    if not to_text(old):
        raise ValueError("String cannot be of zero length.\nParameter name: oldValue")
    check_text(len(text) + text.count(to_text(old)) * len(to_text(new)))
    return text.replace(to_text(old), to_text(new))


def _split(text: str, *arguments: object) -> list[object]:
    """Split at each of the characters; at whole texts when an array of texts of more than one character is given."""
    drop_empty, most = False, 0
    separators: list[str] = []
    for argument in arguments:
        if isinstance(argument, StringSplitOptions) or to_text(argument).lower() in ("removeemptyentries", "none"):
            drop_empty = to_text(argument).lower() not in ("none", "0") and argument is not StringSplitOptions.NONE
        elif isinstance(argument, int) and not isinstance(argument, bool):
            most = to_integer(argument)
        elif is_collection(argument):
            separators += [to_text(item) for item in argument]
        else:
            separators += list(to_text(argument))
    separators = [separator for separator in separators if separator] or list(_BLANKS)
    pieces: list[object] = []
    start = position = 0
    while position < len(text) and not 0 < most <= len(pieces) + 1:
        hit = next((separator for separator in separators if text.startswith(separator, position)), None)
        if hit is None:
            position += 1
            continue
        pieces.append(text[start:position])
        position = start = position + len(hit)
    pieces.append(text[start:])
    return [piece for piece in pieces if piece or not drop_empty]


def _strip_set(arguments: tuple[object, ...]) -> str:
    return "".join(to_text(item) for argument in arguments for item in as_list(argument)) or _BLANKS


def _padded(width: object) -> int:
    count = to_integer(width)
    if not 0 <= count <= WIDTH_LIMIT:
        raise _OutOfRange("Non-negative number required.\nParameter name: totalWidth")
    return count


def _insert(text: str, position: object, part: object) -> str:
    place = to_integer(position)
    if not 0 <= place <= len(text):
        raise _OutOfRange("Specified argument was out of the range of valid values.\nParameter name: startIndex")
    check_text(len(text) + len(to_text(part)))
    return text[:place] + to_text(part) + text[place:]


def _remove(text: str, start: object, count: object = None) -> str:
    removed = _substring(text, start, count)
    first = to_integer(start)
    return text[:first] + text[first + len(removed) :]


def _character(text: str, index: object) -> Char:
    position = to_integer(index)
    if not 0 <= position < len(text):
        raise IndexError("Index was outside the bounds of the array.")
    return Char(text[position])


_TEXT: Final[Mapping[str, Method]] = {
    "Chars": Method(1, 1, _character),
    "CompareTo": Method(1, 1, compare),
    "Contains": Method(1, 2, _contains),
    "EndsWith": Method(1, 2, _ends_with),
    "Equals": Method(
        1,
        2,
        lambda text, other, *options: _fold(text, _comparison(options)) == _fold(to_text(other), _comparison(options)),
    ),
    "GetEnumerator": Method(0, 0, lambda text: [Char(character) for character in text]),
    "IndexOf": Method(1, 3, _index_of),
    "Insert": Method(2, 2, _insert),
    "LastIndexOf": Method(1, 2, _last_index_of),
    "PadLeft": Method(1, 2, lambda text, width, fill=" ": text.rjust(_padded(width), to_char(fill))),
    "PadRight": Method(1, 2, lambda text, width, fill=" ": text.ljust(_padded(width), to_char(fill))),
    "Remove": Method(1, 2, _remove),
    "Replace": Method(2, 2, _replace),
    "Split": Method(0, 99, _split),
    "StartsWith": Method(1, 2, _starts_with),
    "Substring": Method(1, 2, _substring),
    "ToCharArray": Method(0, 0, lambda text: [Char(character) for character in text]),
    "ToLower": Method(0, 0, str.lower),
    "ToLowerInvariant": Method(0, 0, str.lower),
    "ToUpper": Method(0, 0, str.upper),
    "ToUpperInvariant": Method(0, 0, str.upper),
    "Trim": Method(0, 99, lambda text, *cut: text.strip(_strip_set(cut))),
    "TrimEnd": Method(0, 99, lambda text, *cut: text.rstrip(_strip_set(cut))),
    "TrimStart": Method(0, 99, lambda text, *cut: text.lstrip(_strip_set(cut))),
}

# ------------------------------------------------------------------------------------------------------------------- collections


def _fixed_size(*_arguments: object) -> object:
    raise _NotSupported("Collection was of a fixed size.")


def _position(items: list[object], wanted: object) -> int:
    return next((index for index, item in enumerate(items) if equal(item, wanted, ignore_case=False)), -1)


def _list_add(items: ArrayList, item: object) -> object:
    check_items(len(items) + 1)
    items.append(item)
    return MISSING if isinstance(items, GenericList) else len(items) - 1


def _list_extend(items: ArrayList, more: object) -> object:
    check_items(len(items) + len(as_list(more)))
    items.extend(as_list(more))
    return MISSING


def _list_insert(items: ArrayList, index: object, item: object) -> object:
    place = to_integer(index)
    if not 0 <= place <= len(items):
        raise _OutOfRange("Index must be within the bounds of the List.\nParameter name: index")
    check_items(len(items) + 1)
    items.insert(place, item)
    return MISSING


def _list_remove(items: ArrayList, item: object) -> object:
    place = _position(items, item)
    if place >= 0:
        del items[place]
    return place >= 0 if isinstance(items, GenericList) else MISSING


def _list_remove_at(items: ArrayList, index: object) -> object:
    place = to_integer(index)
    if not 0 <= place < len(items):
        raise _OutOfRange(
            "Index was out of range. Must be non-negative and less than the size of the collection.\nParameter name: index"
        )
    del items[place]
    return MISSING


def _list_sort(items: ArrayList) -> object:
    items.sort(key=sort_key())
    return MISSING


def _list_reverse(items: ArrayList) -> object:
    items.reverse()
    return MISSING


def _list_clear(items: ArrayList) -> object:
    items.clear()
    return MISSING


_ARRAY: Final[Mapping[str, Method]] = {
    "Add": Method(1, 1, _fixed_size),
    "Clone": Method(0, 0, list),
    "Contains": Method(1, 1, lambda items, wanted: _position(list(items), wanted) >= 0),
    "GetEnumerator": Method(0, 0, list),
    "GetLength": Method(1, 1, lambda items, _dimension: len(items)),
    "GetValue": Method(1, 1, lambda items, index: list(items)[to_integer(index)]),
    "IndexOf": Method(1, 1, lambda items, wanted: _position(list(items), wanted)),
    "Remove": Method(1, 1, _fixed_size),
    "ToArray": Method(0, 0, list),
}
_LIST: Final[Mapping[str, Method]] = {
    **_ARRAY,
    "Add": Method(1, 1, _list_add),
    "AddRange": Method(1, 1, _list_extend),
    "Clear": Method(0, 0, _list_clear),
    "Insert": Method(2, 2, _list_insert),
    "Remove": Method(1, 1, _list_remove),
    "RemoveAt": Method(1, 1, _list_remove_at),
    "Reverse": Method(0, 0, _list_reverse),
    "Sort": Method(0, 0, _list_sort),
}


def _table_add(table: Hashtable, key: object, value: object) -> object:
    if key is None:
        raise ValueError("Key cannot be null.\nParameter name: key")
    if key in table:
        raise ValueError(
            f"Item has already been added. Key in dictionary: '{to_text(key)}'  Key being added: '{to_text(key)}'"
        )
    check_items(len(table) + 1)
    table[key] = value
    return MISSING


def _table_remove(table: Hashtable, key: object) -> object:
    table.pop(key, None)
    return MISSING


def _table_clear(table: Hashtable) -> object:
    table.clear()
    return MISSING


def table_entries(table: Hashtable) -> list[object]:
    """Return the entries of a hashtable as objects with Name, Key and Value."""
    kind = "System.Collections.DictionaryEntry"
    return [PSObject(kind, {"Name": key, "Key": key, "Value": value}, text=kind) for key, value in table.items()]


def _table_clone(table: Hashtable) -> Hashtable:
    copy = Hashtable(ordered=table.ordered)
    copy.update(table)
    return copy


_TABLE: Final[Mapping[str, Method]] = {
    "Add": Method(2, 2, _table_add),
    "Clear": Method(0, 0, _table_clear),
    "Clone": Method(0, 0, _table_clone),
    "Contains": Method(1, 1, lambda table, key: key in table),
    "ContainsKey": Method(1, 1, lambda table, key: key in table),
    "ContainsValue": Method(
        1, 1, lambda table, value: any(equal(item, value, ignore_case=False) for item in table.values())
    ),
    "GetEnumerator": Method(0, 0, table_entries),
    "Remove": Method(1, 1, _table_remove),
}

# ------------------------------------------------------------------------------------------------------------------------ dates


def _date_added(**unit: float) -> Callable[[datetime, object], datetime]:
    ((name, factor),) = unit.items()

    def added(value: datetime, amount: object) -> datetime:
        try:
            return value + timedelta(**{name: to_double(amount) * factor})
        except OverflowError:
            raise _OutOfRange(
                "The added or subtracted value results in an un-representable DateTime.\nParameter name: value"
            ) from None

    return added


def _months_added(value: datetime, amount: object, factor: int = 1) -> datetime:
    months = value.year * 12 + value.month - 1 + to_integer(amount) * factor
    year, month = divmod(months, 12)
    if not 1 <= year <= _YEARS:
        raise _OutOfRange(
            "The added or subtracted value results in an un-representable DateTime.\nParameter name: months"
        )
    return value.replace(year=year, month=month + 1, day=min(value.day, monthrange(year, month + 1)[1]))


def _shown(pattern: str) -> Method:
    return Method(0, 0, lambda value: format_value(value, pattern))


_DATE: Final[Mapping[str, Method]] = {
    "Add": Method(1, 1, lambda value, span: value + to_timespan(span)),
    "AddDays": Method(1, 1, _date_added(days=1)),
    "AddHours": Method(1, 1, _date_added(hours=1)),
    "AddMilliseconds": Method(1, 1, _date_added(milliseconds=1)),
    "AddMinutes": Method(1, 1, _date_added(minutes=1)),
    "AddMonths": Method(1, 1, _months_added),
    "AddSeconds": Method(1, 1, _date_added(seconds=1)),
    "AddTicks": Method(1, 1, _date_added(microseconds=0.1)),
    "AddYears": Method(1, 1, lambda value, years: _months_added(value, years, 12)),
    "CompareTo": Method(1, 1, compare),
    "Subtract": Method(1, 1, subtract),
    "ToLocalTime": Method(0, 0, lambda value: value),
    "ToLongDateString": _shown("D"),
    "ToLongTimeString": _shown("T"),
    "ToShortDateString": _shown("d"),
    "ToShortTimeString": _shown("t"),
    "ToUniversalTime": Method(0, 0, lambda value: value if value.tzinfo is None else value.astimezone(UTC)),
}
_SPAN: Final[Mapping[str, Method]] = {
    "Add": Method(1, 1, lambda value, span: value + to_timespan(span)),
    "CompareTo": Method(1, 1, compare),
    "Duration": Method(0, 0, abs),
    "Negate": Method(0, 0, lambda value: -value),
    "Subtract": Method(1, 1, lambda value, span: value - to_timespan(span)),
}
_COMPARABLE: Final[Mapping[str, Method]] = {"CompareTo": Method(1, 1, compare)}

_TABLES: Final[tuple[tuple[type | tuple[type, ...], Mapping[str, Method]], ...]] = (
    (str, _TEXT),
    (ArrayList, _LIST),
    ((list, tuple, frozenset, set), _ARRAY),
    (Hashtable, _TABLE),
    (datetime, _DATE),
    (timedelta, _SPAN),
    ((int, float, Decimal, UUID, Version), _COMPARABLE),
)


# ----------------------------------------------------------------------------------------------------------------------- calling


def _to_string(value: object, pattern: object = "", *_culture: object) -> str:
    text = to_text(pattern)
    if not text:
        return format_value(value) if isinstance(value, datetime) else to_text(value)
    return format_value(value, text)


def _get_type(value: object) -> object:
    name = type_name(value)
    known = find_type(name)
    return known or TypeReference(name, lambda item: item, lambda item: type_name(item) == name)


_ALL: Final[Mapping[str, Method]] = {
    "Equals": Method(1, 1, lambda value, other: equal(value, other, ignore_case=False)),
    "GetType": Method(0, 0, _get_type),
    "ToString": Method(0, 2, _to_string),
}


def _lookup(table: Mapping[str, Method], name: str) -> Method | None:
    lowered = name.lower()
    return next((method for known, method in table.items() if known.lower() == lowered), None)


def find_method(value: object, name: str) -> Method | None:
    """Return the method of a value, or None."""
    for kinds, table in _TABLES:
        if isinstance(value, kinds) and not (isinstance(value, Char) and name.lower() != "compareto"):
            found = _lookup(table, name)
            if found is not None:
                return found
            break
    return _lookup(_ALL, name)


def method_names(value: object) -> list[str]:
    """Return the names of a value's methods, for completion and Get-Member."""
    own = next((table for kinds, table in _TABLES if isinstance(value, kinds)), {})
    special = (
        [name for name, member in value.members().items() if value.method(name)] if isinstance(value, PSObject) else []
    )
    return sorted({*own, *_ALL, *special})


def _unknown(value: object, name: str) -> PowerShellError:
    return runtime_error(
        f"Method invocation failed because [{type_name(value)}] does not contain a method named '{name}'.",
        "MethodNotFound",
        target=name,
    )


def call_method(value: object, name: str, arguments: list[object], runner: BlockRunner) -> object:
    """Call a method and return what it gives, `MISSING` when that is nothing at all. Raises `PowerShellError`."""
    if value is None:
        raise runtime_error("You cannot call a method on a null-valued expression.", "InvokeMethodOnNull")
    if isinstance(value, PSObject):
        special = value.method(name)
        if special is not None:
            return called(name, Method(0, 99, lambda _value, *given: special(*given)), value, arguments)
        if read_property(value, name) is not MISSING and isinstance(read_property(value, name), ScriptBlock):
            raise _unknown(value, name)
    if isinstance(value, ScriptBlock) and name.lower() in ("invoke", "invokereturnasis"):
        output = runner.invoke_block(value, arguments)
        return output[0] if len(output) == 1 else output
    if name.lower() in ("where", "foreach") and arguments:
        return _block_method(value, name.lower(), arguments, runner)
    method = _property_method(value, name) or find_method(value, name)
    if method is None:
        if is_collection(value) and len(value):
            results = [call_method(item, name, arguments, runner) for item in value]
            return [result for result in results if result is not MISSING]
        raise _unknown(value, name)
    return called(name, method, value, arguments)


def _property_method(value: object, name: str) -> Method | None:
    """Return a method of `.PSObject` or `.PSObject.Properties`."""
    if isinstance(value, PropertyList) and isinstance(value.owner, PSObject) and name.lower() == "remove":
        owner = value.owner

        def remove(_list: object, key: object) -> object:
            owner.remove(to_text(key))
            return MISSING

        return Method(1, 1, remove)
    if (
        isinstance(value, PSObject)
        and value.type_name == "System.Management.Automation.PSMemberSet"
        and name.lower() == "copy"
    ):
        base = value.get("BaseObject")
        return Method(0, 0, lambda _value: base.copy() if isinstance(base, PSObject) else base)
    return None


def _block_method(value: object, name: str, arguments: list[object], runner: BlockRunner) -> object:
    block, items = arguments[0], as_list(value)
    if name == "foreach" and not isinstance(block, ScriptBlock):
        if isinstance(block, TypeReference):
            return [called("ForEach", Method(0, 0, block.convert), item, []) for item in items]
        return [_member_of(item, to_text(block), arguments[1:], runner) for item in items]
    if not isinstance(block, ScriptBlock):
        raise _unknown(value, name)
    if name == "foreach":
        return [output for item in items for output in runner.run_block(block, item)]
    mode = to_text(arguments[1]).lower() if len(arguments) > 1 else "default"
    kept = [item for item in items if _holds(runner.run_block(block, item))]
    if mode == "first":
        return kept[:1]
    return kept[-1:] if mode == "last" else kept


def _member_of(item: object, name: str, arguments: list[object], runner: BlockRunner) -> object:
    read = read_property(item, name)
    if read is MISSING and item is not None and find_method(item, name) is not None:
        read = call_method(item, name, arguments, runner)
    return None if read is MISSING else read


def _holds(output: list[object]) -> bool:
    return truth(output[0] if len(output) == 1 else output)


def called(name: str, method: Method, value: object, arguments: list[object]) -> object:
    """Call a method with checked arguments; what .NET would throw becomes a `PowerShellError`."""
    if not method.least <= len(arguments) <= method.most:
        raise runtime_error(
            f'Cannot find an overload for "{name}" and the argument count: "{len(arguments)}".',
            "MethodCountCouldNotFindBest",
            ErrorCategory.NOT_SPECIFIED,
            exception_type="System.Management.Automation.MethodException",
        )
    try:
        return method.call(value, *arguments)
    except ConversionError as error:
        raise runtime_error(
            f'Cannot convert argument for "{name}": "{error.message}"',
            "MethodArgumentConversionInvalidCastArgument",
            ErrorCategory.NOT_SPECIFIED,
            exception_type="System.Management.Automation.MethodException",
        ) from None
    except (ValueError, OverflowError, IndexError, ArithmeticError) as error:
        kind = next((name for type_, name in _EXCEPTIONS if isinstance(error, type_)), "ArgumentException")
        raise PowerShellError(
            ErrorRecord(
                f'Exception calling "{name}" with "{len(arguments)}" argument(s): "{error}"',
                kind,
                ErrorCategory.NOT_SPECIFIED,
                exception_type="System.Management.Automation.MethodInvocationException",
                inner_type=f"System.{kind}",
            )
        ) from None
