"""What a value is as text: in strings and casts (independent of culture), and what its type is called."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final
from uuid import UUID

from delegacy.powershell.errors import ErrorRecord
from delegacy.powershell.streams import (
    DebugRecord,
    HostText,
    InformationRecord,
    ProgressRecord,
    VerboseRecord,
    WarningRecord,
)
from delegacy.powershell.values import (
    ArrayList,
    Char,
    GenericList,
    Hashtable,
    PSCredential,
    PSObject,
    ScriptBlock,
    SecureString,
    SpelledFloat,
    SpelledInt,
    TypeReference,
    Version,
    enum_label,
    enum_type_name,
    is_collection,
)

_INT32: Final = 2**31
_DIGITS: Final = 15
_TYPE_NAMES: Final[tuple[tuple[type, str], ...]] = (
    (bool, "System.Boolean"),
    (Char, "System.Char"),
    (str, "System.String"),
    (float, "System.Double"),
    (Decimal, "System.Decimal"),
    (datetime, "System.DateTime"),
    (timedelta, "System.TimeSpan"),
    (UUID, "System.Guid"),
    (Version, "System.Version"),
    (GenericList, "System.Collections.Generic.List`1[System.Object]"),
    (ArrayList, "System.Collections.ArrayList"),
    (SecureString, "System.Security.SecureString"),
    (PSCredential, "System.Management.Automation.PSCredential"),
    (ScriptBlock, "System.Management.Automation.ScriptBlock"),
    (ErrorRecord, "System.Management.Automation.ErrorRecord"),
    (WarningRecord, "System.Management.Automation.WarningRecord"),
    (VerboseRecord, "System.Management.Automation.VerboseRecord"),
    (DebugRecord, "System.Management.Automation.DebugRecord"),
    (InformationRecord, "System.Management.Automation.InformationRecord"),
    (ProgressRecord, "System.Management.Automation.ProgressRecord"),
    (HostText, "System.Management.Automation.HostInformationMessage"),
    (TypeReference, "System.RuntimeType"),
)


def type_name(value: object) -> str:
    """Return the full type name that `GetType()` and error messages show; '' for $null."""
    if value is None:
        return ""
    if isinstance(value, PSObject):
        return value.type_name
    if isinstance(value, Hashtable):
        return "System.Collections.Specialized.OrderedDictionary" if value.ordered else "System.Collections.Hashtable"
    if isinstance(value, Enum):
        return enum_type_name(type(value))
    for python_type, name in _TYPE_NAMES:
        if isinstance(value, python_type):
            return name
    if isinstance(value, int):
        return "System.Int32" if -_INT32 <= value < _INT32 else "System.Int64"
    if is_collection(value):
        return "System.Object[]"
    return f"System.{type(value).__name__}"


def type_names(value: object) -> tuple[str, ...]:
    """Return the type names by which a view of the value is looked up, the most specific first."""
    if isinstance(value, PSObject):
        return value.type_names
    name = type_name(value)
    return (name, "System.Enum") if isinstance(value, Enum) else (name,)


def number_text(value: float | Decimal) -> str:
    """Return a number as text: at most 15 significant digits, an exponent where the .NET Framework writes one."""
    if isinstance(value, (SpelledInt, SpelledFloat)):
        return value.spelling
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{value:.{_DIGITS - 1}e}".partition("e")
    power = int(exponent)
    if -_POWER_OF_FIXED < power < _DIGITS:
        text = f"{value:.{_DIGITS - 1 - power}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}E{'-' if power < 0 else '+'}{abs(power):02}"


_POWER_OF_FIXED: Final = 5


def span_text(value: timedelta) -> str:
    """Return a time span as `[-][d.]hh:mm:ss[.fffffff]`."""
    sign = "-" if value < timedelta(0) else ""
    value = abs(value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    days = f"{value.days}." if value.days else ""
    fraction = f".{value.microseconds:06}0" if value.microseconds else ""
    return f"{sign}{days}{hours:02}:{minutes:02}:{seconds:02}{fraction}"


def to_text(value: object, separator: str = " ") -> str:  # noqa: C901, PLR0912 - one line for each kind of value
    """Return the value as text, as `"$value"` and `[string]$value` do; the items of an array are joined by the separator ($OFS)."""
    if isinstance(value, str):
        return value if type(value) is str else str.__str__(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, Enum):
        return enum_label(value)
    if isinstance(value, (int, float, Decimal)):
        return number_text(value)
    if isinstance(value, PSObject):
        return object_text(value)
    if is_collection(value):
        return separator.join([_item_text(item) for item in value])
    if isinstance(value, datetime):
        return value.strftime(f"%m/%d/{value.year:04} %H:%M:%S")
    if isinstance(value, timedelta):
        return span_text(value)
    if isinstance(value, ErrorRecord):
        return value.message
    if isinstance(value, (WarningRecord, VerboseRecord, DebugRecord)):
        return value.message
    if isinstance(value, InformationRecord):
        return to_text(value.data)
    if isinstance(value, HostText):
        return value.text
    if isinstance(value, ScriptBlock):
        return value.source
    if isinstance(value, (UUID, Version, TypeReference)):
        return str(value)
    return type_name(value)


def _item_text(item: object) -> str:
    return type_name(item) if is_collection(item) else to_text(item)


def object_text(value: PSObject) -> str:
    """Return an object as text: what it says it is, `@{a=1; b=2}` for one made by a script, else its type."""
    if value.text is not None:
        return value.text
    if not value.is_custom:
        return value.type_name
    return "@{" + "; ".join(f"{name}={_item_text(value.get(name))}" for name in value.names()) + "}"
