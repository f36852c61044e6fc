"""`+ - * / % ..` and the bit operators: on numbers, text, arrays, hashtables, dates and time spans."""

from __future__ import annotations

import operator as python_operator
from datetime import datetime, timedelta
from decimal import Decimal, DecimalException
from math import fmod, isfinite
from typing import TYPE_CHECKING, Final

from delegacy.powershell.convert import (
    INT64,
    ConversionError,
    comparable,
    parse_number,
    to_double,
    to_integer,
    to_timespan,
)
from delegacy.powershell.errors import ErrorCategory, ErrorRecord, PowerShellError, runtime_error
from delegacy.powershell.limits import check_items, check_text
from delegacy.powershell.text import to_text, type_name
from delegacy.powershell.values import ArrayList, Char, Hashtable, as_list, is_collection

if TYPE_CHECKING:
    from collections.abc import Callable

Number = int | float | Decimal

_INT64_LIMIT: Final = 2**63
_DECIMAL_LIMIT: Final = 2**96
_METHODS: Final = {
    "+": "op_Addition",
    "-": "op_Subtraction",
    "*": "op_Multiply",
    "/": "op_Division",
    "%": "op_Modulus",
}


def _undefined(symbol: str, left: object) -> PowerShellError:
    return runtime_error(
        f"Method invocation failed because [{type_name(left)}] does not contain a method named '{_METHODS[symbol]}'.",
        "MethodNotFound",
    )


def conversion_failed(error: ConversionError) -> PowerShellError:
    """Return the terminating error for a conversion that an expression asked for."""
    return runtime_error(
        error.message,
        error.error_id,
        ErrorCategory.INVALID_ARGUMENT,
        exception_type="System.Management.Automation.RuntimeException",
    )


def to_number(value: object) -> Number:
    """Return an operand as a number. Raises `PowerShellError`."""
    if isinstance(value, Char):
        return ord(value)
    if isinstance(value, bool) or value is None:
        return int(value or 0)
    if isinstance(value, (int, float, Decimal)):
        return value
    if isinstance(value, str) and value.strip():
        parsed = parse_number(value)
        if parsed is not None:
            return parsed
    try:
        return to_integer(value)
    except ConversionError as error:
        raise conversion_failed(error) from None


def _narrowed(value: Number) -> Number:
    """Return a result in a type that can hold it: a whole number that is too large becomes a double."""
    if isinstance(value, int):
        return int(value) if -_INT64_LIMIT <= value < _INT64_LIMIT else float(value)
    if isinstance(value, Decimal) and abs(value) >= _DECIMAL_LIMIT:
        raise runtime_error(
            "Value was either too large or too small for a Decimal.", "RuntimeException", ErrorCategory.NOT_SPECIFIED
        )
    return value


def _calculated(symbol: str, left: Number, right: Number) -> Number:
    if isinstance(left, float) or isinstance(right, float):
        left, right = float(left), float(right)
    try:
        return _narrowed(_CALCULATIONS[symbol](left, right))
    except ZeroDivisionError:
        raise PowerShellError(
            ErrorRecord(
                "Attempted to divide by zero.",
                "RuntimeException",
                ErrorCategory.NOT_SPECIFIED,
                inner_type="System.DivideByZeroException",
            )
        ) from None
    except (OverflowError, DecimalException):
        return float("inf") if symbol != "-" else float("-inf")


def _divided(left: Number, right: Number) -> Number:
    if isinstance(left, float) and right == 0:
        return float("nan") if left == 0 or not isfinite(left) else float("inf") * (1 if left > 0 else -1)
    if isinstance(left, int) and isinstance(right, int):
        quotient, rest = divmod(left, right)
        return quotient if rest == 0 else left / right
    return left / right  # type: ignore[operator]


def _remainder(left: Number, right: Number) -> Number:
    if isinstance(left, float):
        return fmod(left, right) if right else float("nan")
    if isinstance(left, int) and isinstance(right, int):
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    if right == 0:
        raise ZeroDivisionError
    return Decimal(left) % Decimal(right)


_CALCULATIONS: Final[dict[str, Callable[..., Number]]] = {
    "+": python_operator.add,
    "-": python_operator.sub,
    "*": python_operator.mul,
    "/": _divided,
    "%": _remainder,
}


def add(left: object, right: object) -> object:
    """Return `left + right`; the left operand says what kind of sum it is."""
    if left is None:
        return right
    if isinstance(left, str) and not (isinstance(left, Char) and isinstance(right, int)):
        text = to_text(right)
        check_text(len(left) + len(text))
        return str(left) + text
    if is_collection(left):
        items = as_list(left)
        check_items(len(items) + len(as_list(right)))
        return items + (as_list(right) if is_collection(right) else [right])
    if isinstance(left, Hashtable):
        return _merged(left, right)
    if isinstance(left, (datetime, timedelta)):
        return _date_sum(left, right)
    if isinstance(left, (int, float, Decimal, Char)):
        if is_collection(right):
            raise _undefined("+", [])
        return _calculated("+", to_number(left), to_number(right))
    raise _undefined("+", left)


def _merged(left: Hashtable, right: object) -> Hashtable:
    if not isinstance(right, Hashtable):
        raise runtime_error("A hash table can only be added to another hash table.", "AddHashTableToNonHashTable")
    merged = Hashtable(ordered=left.ordered)
    for table in (left, right):
        for key, value in table.items():
            if key in merged:
                raise runtime_error(
                    f"Item has already been added. Key in dictionary: '{to_text(key)}'  Key being added: '{to_text(key)}'",
                    "System.ArgumentException",
                    ErrorCategory.OPERATION_STOPPED,
                    exception_type="System.ArgumentException",
                )
            merged[key] = value
    return merged


def _date_sum(left: datetime | timedelta, right: object, sign: int = 1) -> object:
    try:
        return left + sign * to_timespan(right)
    except ConversionError as error:
        raise conversion_failed(error) from None
    except OverflowError:
        raise runtime_error(
            "The added or subtracted value results in an un-representable DateTime.", "ArgumentOutOfRangeException"
        ) from None


def subtract(left: object, right: object) -> object:
    """Return `left - right`."""
    if isinstance(left, datetime) and isinstance(right, datetime):
        first, second = comparable(left, right)
        return first - second
    if isinstance(left, (datetime, timedelta)):
        return _date_sum(left, right, -1)
    return _on_numbers("-", left, right)


def multiply(left: object, right: object) -> object:
    """Return `left * right`; text and arrays are repeated."""
    if isinstance(left, str) or is_collection(left):
        try:
            count = to_integer(right)
        except ConversionError as error:
            raise conversion_failed(error) from None
        if count < 0:
            raise runtime_error(
                "Specified argument was out of the range of valid values.", "ArgumentOutOfRangeException"
            )
        if isinstance(left, str):
            check_text(len(left) * count)
            return str(left) * count
        check_items(len(left) * count)
        return as_list(left) * count
    return _on_numbers("*", left, right)


def divide(left: object, right: object) -> object:
    """Return `left / right`: whole when it comes out even."""
    return _on_numbers("/", left, right)


def remainder(left: object, right: object) -> object:
    """Return `left % right`, with the sign of the left operand."""
    return _on_numbers("%", left, right)


def _on_numbers(symbol: str, left: object, right: object) -> object:
    if isinstance(left, (ArrayList, Hashtable)) or is_collection(left) or is_collection(right):
        raise _undefined(symbol, left if not isinstance(left, (int, float)) else right)
    return _calculated(symbol, to_number(left), to_number(right))


def number_range(left: object, right: object) -> list[object]:
    """Return `left..right`: the whole numbers from one to the other, both included."""
    try:
        first, last = to_integer(left), to_integer(right)
    except ConversionError as error:
        raise conversion_failed(error) from None
    check_items(abs(last - first) + 1)
    return list(range(first, last + 1)) if first <= last else list(range(first, last - 1, -1))


def negate(value: object) -> object:
    """Return `-value`."""
    return subtract(0, value)


def _bits(value: object) -> int:
    try:
        return to_integer(value, INT64)
    except ConversionError as error:
        raise conversion_failed(error) from None


def _wrapped(value: int) -> int:
    """Return the low 64 bits as a signed number."""
    value &= 2**64 - 1
    return value - 2**64 if value >= _INT64_LIMIT else value


def bitwise(symbol: str, left: object, right: object) -> object:
    """Return `-band`, `-bor`, `-bxor`, `-shl` or `-shr`."""
    first, second = _bits(left), _bits(right)
    if symbol == "shl":
        return _wrapped(first << (second & 63))
    if symbol == "shr":
        return first >> (second & 63)
    return {"band": first & second, "bor": first | second, "bxor": first ^ second}[symbol]


def invert(value: object) -> object:
    """Return `-bnot value`."""
    return ~_bits(value)


def increased(value: object, by: int) -> object:
    """Return what `++` or `--` makes of a value. Raises unless it is a number or $null."""
    if value is None:
        return by
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        symbol = "++" if by > 0 else "--"
        raise runtime_error(
            f"The '{symbol}' operator works only on numbers. The operand is a '{type_name(value)}'.",
            "OperatorRequiresNumber",
        )
    return _narrowed(value + by)


def as_double(value: object) -> float:
    """Return an operand as a double. Raises `PowerShellError`."""
    try:
        return to_double(value)
    except ConversionError as error:
        raise conversion_failed(error) from None
