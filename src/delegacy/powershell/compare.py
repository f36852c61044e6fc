"""Equality and order of values. The left operand decides what is compared: numbers as numbers, text as text without regard to case."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from delegacy.powershell.convert import (
    ConversionError,
    comparable,
    parse_number,
    to_datetime,
    to_enum,
    to_guid,
    to_timespan,
    to_version,
    truth,
)
from delegacy.powershell.errors import ErrorCategory, PowerShellError, runtime_error
from delegacy.powershell.text import to_text, type_name
from delegacy.powershell.values import Char, Hashtable, PSObject, Version, enum_label, is_collection

if TYPE_CHECKING:
    from collections.abc import Callable

_FROM_TEXT: Final[tuple[tuple[type, Callable[[object], object]], ...]] = (
    (datetime, to_datetime),
    (timedelta, to_timespan),
    (UUID, to_guid),
    (Version, to_version),
)


def _folded(text: str, *, ignore_case: bool) -> str:
    return text.lower() if ignore_case else text


def _number(value: object) -> int | float | Decimal | None:
    """Return the right operand of a number as a number, or None."""
    if isinstance(value, Char):
        return ord(value)
    if isinstance(value, (bool, int, float, Decimal)):
        return value
    if value is None:
        return None
    if isinstance(value, str):
        return parse_number(value) if value.strip() else 0
    if isinstance(value, Enum) and isinstance(value.value, int):
        return value.value
    return value.order if isinstance(value, PSObject) else None


def _ordered(value: object) -> object:
    """Return what a left operand is compared by: an object that has an order by that number."""
    return value.order if isinstance(value, PSObject) and value.order is not None else value


def equal(left: object, right: object, *, ignore_case: bool = True) -> bool:
    """Return `left -eq right` for a left operand that is no array."""
    if left is None or right is None:
        return left is right
    left = _ordered(left)
    if isinstance(left, str):
        return _folded(left, ignore_case=ignore_case) == _folded(to_text(right), ignore_case=ignore_case)
    if isinstance(left, bool):
        return left == truth(right)
    if isinstance(left, (int, float, Decimal)):
        number = _number(right)
        return number is not None and left == number
    if isinstance(left, Enum):
        return _equal_enum(left, right)
    if isinstance(left, PSObject) or isinstance(right, PSObject):
        return _equal_object(left, right, ignore_case=ignore_case)
    for kind, converter in _FROM_TEXT:
        if isinstance(left, kind):
            return _equal_converted(left, right, converter)
    if left is right:
        return True
    return type(left) is type(right) and not is_collection(left) and not isinstance(left, Hashtable) and left == right


def _equal_enum(left: Enum, right: object) -> bool:
    try:
        return left == to_enum(right, type(left))
    except ConversionError:
        return enum_label(left).lower() == to_text(right).lower()


def _equal_object(left: object, right: object, *, ignore_case: bool) -> bool:
    if left is right:
        return True
    known = left if isinstance(left, PSObject) else right
    if not isinstance(known, PSObject) or known.text is None:
        return False
    return _folded(to_text(left), ignore_case=ignore_case) == _folded(to_text(right), ignore_case=ignore_case)


def _equal_converted(left: object, right: object, converter: Callable[[object], object]) -> bool:
    try:
        converted = converter(right)
    except ConversionError:
        return False
    if isinstance(left, datetime) and isinstance(converted, datetime):
        left, converted = comparable(left, converted)
    return left == converted


def _sign(first: Any, second: Any) -> int:  # noqa: ANN401 - two values of one type that has an order
    return int(first > second) - int(first < second)


def compare(left: object, right: object, *, ignore_case: bool = True) -> int:
    """Return -1, 0 or 1 as left comes before, with or after right. Raises `PowerShellError` when they cannot be compared."""
    if left is None or right is None:
        return _sign(left is not None, right is not None)
    left = _ordered(left)
    if isinstance(left, str):
        return _compare_text(left, to_text(right), ignore_case=ignore_case)
    if isinstance(left, (bool, int, float, Decimal)):
        number = _number(right)
        if number is None:
            raise _incomparable(left, right)
        return _sign(left, number)
    if isinstance(left, Enum) and isinstance(left.value, int):
        return _compare_enum(left, right)
    if isinstance(left, Enum) or (isinstance(left, PSObject) and left.text is not None):
        return _compare_text(to_text(left), to_text(right), ignore_case=ignore_case)
    for kind, converter in _FROM_TEXT:
        if isinstance(left, kind):
            return _compare_converted(left, right, converter)
    if left is right:
        return 0
    raise _incomparable(left, right)


def _compare_enum(left: Enum, right: object) -> int:
    number = _number(right)
    if number is not None:
        return _sign(left.value, number)
    try:
        return _sign(left.value, to_enum(right, type(left)).value)
    except ConversionError:
        raise _incomparable(left, right) from None


def _compare_text(left: str, right: str, *, ignore_case: bool) -> int:
    first, second = left.lower(), right.lower()
    if first != second or ignore_case:
        return _sign(first, second)
    return _sign(right, left)  # lower case comes first


def _compare_converted(left: object, right: object, converter: Callable[[object], object]) -> int:
    try:
        converted = converter(right)
    except ConversionError:
        raise _incomparable(left, right) from None
    if isinstance(left, datetime) and isinstance(converted, datetime):
        left, converted = comparable(left, converted)
    return _sign(left, converted)


def _incomparable(left: object, right: object) -> PowerShellError:
    if isinstance(left, (bool, int, float, Decimal)):
        reason = f'Cannot convert value "{to_text(right)}" to type "{type_name(left)}". Error: "Input string was not in a correct format."'
        return runtime_error(
            f'Could not compare "{to_text(left)}" to "{to_text(right)}". Error: "{reason}"',
            "ComparisonFailure",
            target=left,
        )
    return runtime_error(
        f'Cannot compare "{to_text(left)}" to "{to_text(right)}" because the objects are not the same type or the object '
        f'"{to_text(left)}" does not implement "IComparable".',
        "NotIcomparable",
        ErrorCategory.INVALID_OPERATION,
        left,
    )


def sort_key(*, ignore_case: bool = True) -> Callable[[object], Any]:
    """Return a key for sorting values of any kinds: what cannot be compared is ordered as text."""

    def order(left: object, right: object) -> int:
        try:
            return compare(left, right, ignore_case=ignore_case)
        except PowerShellError:
            return _compare_text(to_text(left), to_text(right), ignore_case=ignore_case)

    return cmp_to_key(order)
