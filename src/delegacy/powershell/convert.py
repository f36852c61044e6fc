"""PowerShell's conversion rules: values to the types that parameters, casts and operators ask for.

A target is a Python annotation: `str`, `int`, `bool`, an Enum class, `tuple[X, ...]`, `X | None`, `X | Y`, `Hashtable` and so on, or a
class with a class method `from_powershell(value)` that raises `ValueError` with a sentence for the user.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum, Flag
from math import isfinite
from typing import Any, Final
from uuid import UUID

from delegacy.powershell.dates import parse_date, parse_span, unreadable_date
from delegacy.powershell.text import to_text, type_name
from delegacy.powershell.values import (
    CUSTOM_OBJECT,
    ArrayList,
    Char,
    Hashtable,
    PSCredential,
    PSObject,
    ScriptBlock,
    SecureString,
    Version,
    as_list,
    enum_label,
    enum_type_name,
    is_collection,
)

Converter = Callable[[object], object]

_NUMBER: Final = re.compile(
    r"(?P<sign>[-+])?(?:0x(?P<hex>[0-9a-f]{1,16})|(?P<plain>(?:\d+(?:,\d{3})*(?:\.\d*)?|\.\d+)(?:e[-+]?\d{1,3})?)(?P<factor>[kmgtp]b)?)",
    re.IGNORECASE,
)
_FACTORS: Final = {"kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40, "pb": 2**50}
_DIGIT_LIMIT: Final = 400


class ConversionError(Exception):
    """A value cannot be converted; the message is PowerShell's."""

    def __init__(self, message: str, error_id: str = "InvalidCast") -> None:
        super().__init__(message)
        self.message = message
        self.error_id = error_id


@dataclass(frozen=True, slots=True)
class IntegerRange:
    """A whole-number type by its limits."""

    name: str
    least: int
    most: int


INT32: Final = IntegerRange("System.Int32", -(2**31), 2**31 - 1)
INT64: Final = IntegerRange("System.Int64", -(2**63), 2**63 - 1)
ANY_INTEGER: Final = IntegerRange("System.Int32", -(2**63), 2**63 - 1)
_DECIMAL_LIMIT: Final = 2**96
_WITH_ARTICLE: Final = {
    "System.Byte": "an unsigned byte",
    "System.SByte": "a signed byte",
    "System.Int16": "an Int16",
    "System.UInt16": "a UInt16",
    "System.UInt32": "a UInt32",
    "System.Int64": "an Int64",
    "System.UInt64": "a UInt64",
}


def _failed(
    value: object, name: str, reason: str, error_id: str = "InvalidCastParseTargetInvocation"
) -> ConversionError:
    return ConversionError(f'Cannot convert value "{to_text(value)}" to type "{name}". Error: "{reason}"', error_id)


def impossible(value: object, name: str) -> ConversionError:
    """Return the error for a value that nothing turns into a type."""
    if value is None:
        return ConversionError(f'Cannot convert null to type "{name}".', "InvalidCastFromNull")
    return ConversionError(
        f'Cannot convert the "{to_text(value)}" value of type "{type_name(value)}" to type "{name}".',
        "ConvertToFinalInvalidCastException",
    )


# -------------------------------------------------------------------------------------------------------------------- scalars


def truth(value: object) -> bool:
    """Return whether a condition holds: everything does but $null, $false, 0, '' and empty arrays (an array of one counts as its item)."""
    if value is None:
        return False
    if isinstance(value, (bool, int, float, Decimal)):
        return bool(value)
    if isinstance(value, str):
        return len(value) > 0
    if isinstance(value, Enum):
        return bool(value.value) if isinstance(value.value, int) else True
    if is_collection(value):
        items = list(value)
        return truth(items[0]) if len(items) == 1 and not is_collection(items[0]) else bool(items)
    return True


def parse_number(text: str) -> int | float | Decimal | None:
    """Return the number that a text spells (`12`, `-1.5e3`, `0x1F`, `10mb`), or None."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None or len(text) > _DIGIT_LIMIT:
        return None
    number: int | float | Decimal
    if found["hex"]:
        number = int(found["hex"], 16)
    else:
        plain = found["plain"].replace(",", "")
        number = int(plain) if plain.isdigit() else float(plain)
        if found["factor"]:
            number *= _FACTORS[found["factor"].lower()]
    return -number if found["sign"] == "-" else number


def to_integer(value: object, limits: IntegerRange = ANY_INTEGER) -> int:
    """Return the value as a whole number, halves rounded to even. Raises `ConversionError`."""
    number: int | float | Decimal
    if isinstance(value, Char):
        number = ord(value)
    elif isinstance(value, (bool, int)) or value is None:
        number = int(value or 0)
    elif isinstance(value, (float, Decimal)):
        number = value
    elif isinstance(value, Enum) and isinstance(value.value, int):
        number = value.value
    elif isinstance(value, str):
        parsed = parse_number(value) if value.strip() else 0
        if parsed is None:
            raise _failed(
                value, limits.name, "Input string was not in a correct format.", "InvalidCastFromStringToInteger"
            )
        number = parsed
    else:
        raise impossible(value, limits.name)
    if not isfinite(number) or not limits.least <= round(number) <= limits.most:
        raise _failed(
            value,
            limits.name,
            f"Value was either too large or too small for {_WITH_ARTICLE.get(limits.name, 'an Int32')}.",
            "InvalidCastIConvertible",
        )
    return round(number)


def to_double(value: object) -> float:
    """Return the value as a floating-point number. Raises `ConversionError`."""
    if isinstance(value, Char):
        raise impossible(value, "System.Double")
    if isinstance(value, (bool, int, float, Decimal)) or value is None:
        return float(value or 0)
    if isinstance(value, str):
        parsed = parse_number(value) if value.strip() else 0
        if parsed is None:
            raise _failed(
                value,
                "System.Double",
                "Input string was not in a correct format.",
                "InvalidCastFromStringToDoubleOrSingle",
            )
        return float(parsed)
    if isinstance(value, Enum) and isinstance(value.value, int):
        return float(value.value)
    raise impossible(value, "System.Double")


def to_decimal(value: object) -> Decimal:
    """Return the value as a decimal number. Raises `ConversionError`."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, str) and value.strip():
        try:
            number = Decimal(value.strip().replace(",", ""))
        except InvalidOperation:
            number = Decimal("NaN")
    else:
        number = Decimal(f"{to_double(value):.15g}")
    if not number.is_finite() or abs(number) >= _DECIMAL_LIMIT:
        raise _failed(
            value, "System.Decimal", "Input string was not in a correct format.", "InvalidCastFromStringToDecimal"
        )
    return number


def to_boolean(value: object) -> bool:
    """Return the value for a Boolean parameter, which takes only Boolean values and numbers. Raises `ConversionError`."""
    if isinstance(value, (bool, int, float, Decimal)):
        return bool(value)
    shown = type_name(value) if value is not None else ""
    raise ConversionError(
        f'Cannot convert value "{shown}" to type "System.Boolean". Boolean parameters accept only Boolean values and numbers, such as '
        "$True, $False, 1 or 0.",
        "InvalidCastExceptionForBooleanArgumentValue",
    )


def to_char(value: object) -> Char:
    """Return the value as one character. Raises `ConversionError`."""
    if isinstance(value, str):
        if len(value) == 1:
            return Char(value)
        raise _failed(value, "System.Char", "String must be exactly one character long.")
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 0xFFFF:  # noqa: PLR2004 - a UTF-16 unit
        return Char(chr(value))
    raise impossible(value, "System.Char")


def to_datetime(value: object) -> datetime:
    """Return the value as a date and time. Raises `ConversionError`."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return parse_date(value)
        except (ValueError, OverflowError):
            raise _failed(value, "System.DateTime", unreadable_date(value)) from None
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return datetime(1, 1, 1) + timedelta(microseconds=value // 10)  # noqa: DTZ001 - ticks name no zone
        except OverflowError:
            raise _failed(
                value, "System.DateTime", "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks."
            ) from None
    raise impossible(value, "System.DateTime")


def to_timespan(value: object) -> timedelta:
    """Return the value as a time span; a number counts ticks of 100 ns. Raises `ConversionError`."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        try:
            return parse_span(value)
        except (ValueError, OverflowError):
            raise _failed(value, "System.TimeSpan", "String was not recognized as a valid TimeSpan.") from None
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return timedelta(microseconds=value // 10)
        except OverflowError:
            raise impossible(value, "System.TimeSpan") from None
    raise impossible(value, "System.TimeSpan")


def to_guid(value: object) -> UUID:
    """Return the value as a GUID. Raises `ConversionError`."""
    if isinstance(value, UUID):
        return value
    if isinstance(value, str):
        try:
            return UUID(value.strip())
        except ValueError:
            reason = "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)."
            raise _failed(value, "System.Guid", reason) from None
    raise impossible(value, "System.Guid")


def to_version(value: object) -> Version:
    """Return the value as a version. Raises `ConversionError`."""
    if isinstance(value, Version):
        return value
    try:
        return Version.parse(to_text(value))
    except ValueError:
        raise _failed(value, "System.Version", "Version string portion was too short or too long.") from None


def to_hashtable(value: object) -> Hashtable:
    """Return the value as a hashtable. Raises `ConversionError`."""
    if isinstance(value, Hashtable):
        return value
    if isinstance(value, Mapping):
        return Hashtable(value)
    raise impossible(value, "System.Collections.Hashtable")


def to_custom_object(value: object) -> object:
    """Return a hashtable as an object with its keys as properties; anything else as it is."""
    if isinstance(value, Hashtable):
        return PSObject(CUSTOM_OBJECT, {to_text(key): item for key, item in value.items()})
    return value


def to_secure_string(value: object) -> SecureString:
    """Return the value, which must be a secure string: text is not taken for one. Raises `ConversionError`."""
    if isinstance(value, SecureString):
        return value
    name = "System.Security.SecureString"
    raise ConversionError(
        f'Cannot convert the value of type "{type_name(value)}" to type "{name}".', "ConvertToFinalInvalidCastException"
    )


def to_enum(value: object, enumeration: type[Enum]) -> Enum:
    """Return the member that a value names: in full, by a prefix that is unique, or by number. Raises `ConversionError`.

    Several names with commas between them make a combination where the enumeration is one of flags.
    """
    if isinstance(value, enumeration):
        return value
    text = to_text(value).strip()
    if value is not None and not is_collection(value):
        if issubclass(enumeration, Flag) and "," in text:
            combined = enumeration(0)
            for part in text.split(","):
                combined = typing.cast("Any", combined) | to_enum(part, enumeration)
            return combined
        member = _member(text, enumeration)
        if member is not None:
            return member
    labels = ", ".join(enum_label(member) for member in enumeration)
    raise ConversionError(
        f'Cannot convert value "{to_text(value)}" to type "{enum_type_name(enumeration)}". Error: "Unable to match the identifier name '
        f'{text} to a valid enumerator name. Specify one of the following enumerator names and try again:\n{labels}"',
        "InvalidCastFromStringToEnum" if isinstance(value, str) else "InvalidCastToEnum",
    )


def _member(text: str, enumeration: type[Enum]) -> Enum | None:
    wanted = text.lower()
    if not wanted:
        return None
    by_prefix = []
    for member in enumeration:
        label = enum_label(member).lower()
        if label == wanted or (isinstance(member.value, int) and str(int(member.value)) == wanted):
            return member
        if label.startswith(wanted):
            by_prefix.append(member)
    return by_prefix[0] if len(by_prefix) == 1 else None


# ------------------------------------------------------------------------------------------------------------------- by target


def _to_script_block(value: object) -> ScriptBlock:
    if isinstance(value, ScriptBlock):
        return value
    raise impossible(value, "System.Management.Automation.ScriptBlock")


def _to_credential(value: object) -> PSCredential:
    if isinstance(value, PSCredential):
        return value
    raise impossible(value, "System.Management.Automation.PSCredential")


def _to_object(value: object) -> PSObject:
    converted = to_custom_object(value)
    if isinstance(converted, PSObject):
        return converted
    raise impossible(value, CUSTOM_OBJECT)


def _same(value: object) -> object:
    return value


_CONVERTERS: Final[Mapping[object, Converter]] = types.MappingProxyType(
    {
        object: _same,
        Any: _same,
        str: to_text,
        int: to_integer,
        float: to_double,
        Decimal: to_decimal,
        bool: to_boolean,
        Char: to_char,
        datetime: to_datetime,
        timedelta: to_timespan,
        UUID: to_guid,
        Version: to_version,
        Hashtable: to_hashtable,
        PSObject: _to_object,
        SecureString: to_secure_string,
        ScriptBlock: _to_script_block,
        PSCredential: _to_credential,
        list: as_list,
        tuple: lambda value: tuple(as_list(value)),
        ArrayList: lambda value: ArrayList(as_list(value)),
    }
)


def converter_for(target: Any) -> Converter:  # noqa: ANN401 - an annotation can be anything
    """Return the function that converts to a target; it raises `ConversionError`. Raises `TypeError` for a target nobody knows."""
    known = _CONVERTERS.get(target)
    if known is not None:
        return known
    origin = typing.get_origin(target)
    if origin in (typing.Union, types.UnionType):
        return _union_converter(typing.get_args(target))
    if origin in (tuple, list, frozenset):
        return _sequence_converter(typing.cast("type", origin), typing.get_args(target)[0])
    if isinstance(target, type) and issubclass(target, Enum):
        return lambda value: to_enum(value, target)
    custom = getattr(target, "from_powershell", None)
    if custom is not None:
        return _custom_converter(target, custom)
    raise TypeError(f"nothing converts to {target!r}")


def _custom_converter(target: type, custom: Converter) -> Converter:
    def convert(value: object) -> object:
        if isinstance(value, target):
            return value
        try:
            return custom(value)
        except ValueError as error:
            raise _failed(value, target.__name__, str(error)) from error

    return convert


def _sequence_converter(origin: type, item_target: Any) -> Converter:  # noqa: ANN401 - an annotation can be anything
    convert_item = converter_for(item_target)
    is_enum = isinstance(item_target, type) and issubclass(item_target, Enum)

    def convert(value: object) -> object:
        if is_enum and isinstance(value, str):
            value = value.split(",")
        if isinstance(value, Hashtable) and item_target not in (object, Any):
            raise impossible(value, f"{type_name_of(item_target)}[]")
        return origin([convert_item(item) for item in as_list(value)])

    return convert


def _union_converter(members: tuple[Any, ...]) -> Converter:
    optional = type(None) in members
    targets = [member for member in members if member is not type(None)]
    converters = [converter_for(target) for target in targets]

    def convert(value: object) -> object:
        if value is None and optional:
            return None
        for target, converter in zip(targets, converters, strict=True):
            if is_instance(value, target):
                return converter(value)
        first: ConversionError | None = None
        for converter in converters:
            try:
                return converter(value)
            except ConversionError as error:
                first = first or error
        raise first or impossible(value, "System.Object")

    return convert


def is_instance(value: object, target: Any) -> bool:  # noqa: ANN401 - an annotation can be anything
    """Return whether a value needs no conversion to be of the target."""
    if target in (object, Any):
        return True
    origin = typing.get_origin(target)
    if origin in (typing.Union, types.UnionType):
        return any(is_instance(value, member) for member in typing.get_args(target))
    if origin in (tuple, list, frozenset):
        item = typing.get_args(target)[0]
        return is_collection(value) and all(is_instance(entry, item) for entry in as_list(value))
    if target is type(None):
        return value is None
    if target is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if target is str:
        return isinstance(value, str)
    return isinstance(value, target)


def type_name_of(target: Any) -> str:  # noqa: ANN401 - an annotation can be anything
    """Return what error messages and help call a target."""
    known = _TARGET_NAMES.get(target)
    if known is not None:
        return known
    origin = typing.get_origin(target)
    if origin in (typing.Union, types.UnionType):
        members = [member for member in typing.get_args(target) if member is not type(None)]
        return type_name_of(members[0]) if len(members) == 1 else "System.Object"
    if origin in (tuple, list, frozenset):
        return f"{type_name_of(typing.get_args(target)[0])}[]"
    if isinstance(target, type) and issubclass(target, Enum):
        return enum_type_name(target)
    return getattr(target, "__name__", "System.Object")


_TARGET_NAMES: Final[Mapping[object, str]] = types.MappingProxyType(
    {
        object: "System.Object",
        Any: "System.Object",
        str: "System.String",
        int: "System.Int32",
        float: "System.Double",
        Decimal: "System.Decimal",
        bool: "System.Boolean",
        Char: "System.Char",
        datetime: "System.DateTime",
        timedelta: "System.TimeSpan",
        UUID: "System.Guid",
        Version: "System.Version",
        Hashtable: "System.Collections.Hashtable",
        PSObject: "System.Management.Automation.PSObject",
        SecureString: "System.Security.SecureString",
        ScriptBlock: "System.Management.Automation.ScriptBlock",
        PSCredential: "System.Management.Automation.PSCredential",
        list: "System.Object[]",
        tuple: "System.Object[]",
        ArrayList: "System.Collections.ArrayList",
    }
)


def comparable(first: datetime, second: datetime) -> tuple[datetime, datetime]:
    """Return two dates in a form that can be compared: without zones unless both have one."""
    if (first.tzinfo is None) != (second.tzinfo is None):
        return first.replace(tzinfo=None), second.replace(tzinfo=None)
    if first.tzinfo is not None:
        return first.astimezone(UTC), second.astimezone(UTC)
    return first, second
