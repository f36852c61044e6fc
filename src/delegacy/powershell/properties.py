"""Reading and setting properties and indexes of values. What an object does not list here it does not have: there is no reflection."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from delegacy.powershell.convert import ConversionError, to_integer
from delegacy.powershell.errors import ErrorCategory, ErrorRecord, PowerShellError, runtime_error
from delegacy.powershell.streams import (
    DebugRecord,
    HostText,
    InformationRecord,
    VerboseRecord,
    WarningRecord,
)
from delegacy.powershell.text import to_text, type_name, type_names
from delegacy.powershell.values import (
    AliasProperty,
    ArrayList,
    Char,
    Hashtable,
    PSCredential,
    PSObject,
    ScriptMethod,
    ScriptProperty,
    SecureString,
    TypeReference,
    Version,
    is_collection,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Missing(Enum):
    """The answer for a property that a value does not have."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
_TICKS_PER_MICROSECOND: Final = 10
_EPOCH: Final = datetime(1, 1, 1)  # noqa: DTZ001 - ticks name no zone


class DayOfWeek(Enum):
    """System.DayOfWeek."""

    SUNDAY = 0
    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6

    @classmethod
    def type_name(cls) -> str:
        """Return the type's full name."""
        return "System.DayOfWeek"


# -------------------------------------------------------------------------------------------------------------- property tables


def _midnight(value: datetime) -> datetime:
    return value.replace(hour=0, minute=0, second=0, microsecond=0)


def ticks(value: datetime) -> int:
    """Return the 100 ns since the year 1."""
    since = value.replace(tzinfo=None) - _EPOCH
    return (since // timedelta(microseconds=1)) * _TICKS_PER_MICROSECOND


_DATE: Final[dict[str, Callable[[datetime], object]]] = {
    "Date": _midnight,
    "Day": lambda value: value.day,
    "DayOfWeek": lambda value: DayOfWeek(value.isoweekday() % 7),
    "DayOfYear": lambda value: value.timetuple().tm_yday,
    "Hour": lambda value: value.hour,
    "Kind": lambda value: "Unspecified" if value.tzinfo is None else ("Utc" if not value.utcoffset() else "Local"),
    "Millisecond": lambda value: value.microsecond // 1000,
    "Minute": lambda value: value.minute,
    "Month": lambda value: value.month,
    "Second": lambda value: value.second,
    "Ticks": ticks,
    "TimeOfDay": lambda value: value - _midnight(value),
    "Year": lambda value: value.year,
}


def _part(value: timedelta, unit: int, modulus: int) -> int:
    seconds = abs(value) // timedelta(seconds=1) // unit
    part = seconds % modulus if modulus else seconds
    return -part if value < timedelta(0) else part


_SPAN: Final[dict[str, Callable[[timedelta], object]]] = {
    "Days": lambda value: _part(value, 86400, 0),
    "Hours": lambda value: _part(value, 3600, 24),
    "Minutes": lambda value: _part(value, 60, 60),
    "Seconds": lambda value: _part(value, 1, 60),
    "Milliseconds": lambda value: abs(value).microseconds // 1000 * (-1 if value < timedelta(0) else 1),
    "Ticks": lambda value: (value // timedelta(microseconds=1)) * _TICKS_PER_MICROSECOND,
    "TotalDays": lambda value: value / timedelta(days=1),
    "TotalHours": lambda value: value / timedelta(hours=1),
    "TotalMinutes": lambda value: value / timedelta(minutes=1),
    "TotalSeconds": lambda value: value.total_seconds(),
    "TotalMilliseconds": lambda value: value / timedelta(milliseconds=1),
}


def exception_object(record: ErrorRecord) -> PSObject:
    """Return what `$_.Exception` is."""
    return PSObject(
        (record.exception_type, "System.Exception"),
        {
            "Message": record.message,
            "InnerException": _inner_exception(record),
            "StackTrace": None,
            "Data": Hashtable(),
            "HResult": -2146233087,
        },
        text=f"{record.exception_type}: {record.message}",
    )


def _inner_exception(record: ErrorRecord) -> PSObject | None:
    if not record.inner_type:
        return None
    message = record.message
    if record.exception_type.endswith(
        "MethodInvocationException"
    ):  # Exception calling "x" with "1" argument(s): "message"
        message = message.partition(': "')[2].removesuffix('"')
    return PSObject((record.inner_type, "System.Exception"), {"Message": message, "InnerException": None}, text=message)


def category_object(record: ErrorRecord) -> PSObject:
    """Return what `$_.CategoryInfo` is."""
    target = "" if record.target is None else to_text(record.target)
    target_type = "" if record.target is None else type_name(record.target).rpartition(".")[2]
    return PSObject(
        "System.Management.Automation.ErrorCategoryInfo",
        {
            "Category": record.category.value,
            "Activity": record.command,
            "Reason": record.reason,
            "TargetName": target,
            "TargetType": target_type,
        },
        text=f"{record.category.value}: ({target}:{target_type}) [{record.command}], {record.reason}",
    )


def _invocation(record: ErrorRecord) -> PSObject:
    position = record.position
    return PSObject(
        "System.Management.Automation.InvocationInfo",
        {
            "MyCommand": record.command or None,
            "InvocationName": record.invocation,
            "ScriptName": position.file if position else None,
            "ScriptLineNumber": position.line if position else 0,
            "OffsetInLine": position.column if position else 0,
            "Line": position.line_text if position else "",
            "PositionMessage": position.describe() if position else "",
        },
    )


_ERROR: Final[dict[str, Callable[[ErrorRecord], object]]] = {
    "Exception": exception_object,
    "TargetObject": lambda record: record.target,
    "CategoryInfo": category_object,
    "FullyQualifiedErrorId": lambda record: record.fully_qualified_id,
    "ErrorDetails": lambda record: (
        PSObject("System.Management.Automation.ErrorDetails", {"Message": record.details}, text=record.details)
        if record.details
        else None
    ),
    "InvocationInfo": _invocation,
    "ScriptStackTrace": lambda record: record.position.describe().partition("\n")[0] if record.position else "",
    "PipelineIterationInfo": lambda _record: [],
}


def _version_part(index: int) -> Callable[[Version], object]:
    return lambda value: value.parts[index] if index < len(value.parts) else -1


_VALUE_TYPES: Final = frozenset(
    f"System.{name}"
    for name in (
        *("Boolean", "Byte", "Char", "DateTime", "Decimal", "Double", "Enum", "Guid", "Int16", "Int32", "Int64"),
        *("SByte", "Single", "TimeSpan", "UInt16", "UInt32", "UInt64", "Void"),
    )
)
_NOT_SERIALIZABLE: Final = frozenset(
    {"System.Management.Automation.PSCustomObject", "System.Security.SecureString", "System.Math", "System.Convert"}
)


def _base_type(value: TypeReference) -> str | None:
    if value.item is not None:
        return "System.Array"
    if value.full_name in _VALUE_TYPES:
        return "System.ValueType"
    return None if value.full_name == "System.Object" else "System.Object"


_TABLES: Final[tuple[tuple[type | tuple[type, ...], Mapping[str, Callable[..., object]]], ...]] = (
    (str, {"Length": len}),
    (datetime, _DATE),
    (timedelta, _SPAN),
    (ErrorRecord, _ERROR),
    (Version, {name: _version_part(index) for index, name in enumerate(("Major", "Minor", "Build", "Revision"))}),
    (PSCredential, {"UserName": lambda value: value.user_name, "Password": lambda value: value.password}),
    (SecureString, {"Length": len}),
    (
        TypeReference,
        {
            "Name": lambda value: value.name,
            "FullName": lambda value: value.full_name,
            "BaseType": _base_type,
            "IsPublic": lambda _value: True,
            "IsSerializable": lambda value: value.full_name not in _NOT_SERIALIZABLE,
            "IsArray": lambda value: value.item is not None,
        },
    ),
    ((WarningRecord, VerboseRecord, DebugRecord), {"Message": lambda value: value.message}),
    (InformationRecord, {"MessageData": lambda value: value.data, "Tags": lambda value: list(value.tags)}),
    (HostText, {"Message": lambda value: value.text}),
    (
        Hashtable,
        {
            "Count": len,
            "Keys": list,
            "Values": lambda table: list(table.values()),
            "IsReadOnly": lambda _table: False,
        },
    ),
    (Enum, {"value__": lambda value: value.value}),
    (UUID, {"Guid": str}),
)


def property_table(value: object) -> Mapping[str, Callable[..., object]]:
    """Return the properties of a value that is no object of named properties."""
    if isinstance(value, Char):
        return {}
    for kinds, table in _TABLES:
        if isinstance(value, kinds):
            return table
    return {}


# ---------------------------------------------------------------------------------------------------------------------- reading


def read_property(value: object, name: str) -> object:
    """Return a property of a value, `MISSING` when it has none of the name. A name of an array's items gives the values of all items."""
    if isinstance(value, PSObject):
        if value.find(name) is not None:
            found = value.get(name)
            return MISSING if isinstance(found, ScriptMethod) else found
        return _universal(value, name)
    if isinstance(value, Hashtable) and name in value:
        return value[name]
    if is_collection(value):
        return _of_collection(value, name)
    lowered = name.lower()
    for known, read in property_table(value).items():
        if known.lower() == lowered:
            return read(value)
    return _universal(value, name)


def _of_collection(value: object, name: str) -> object:
    lowered = name.lower()
    items = list(value) if is_collection(value) else []
    if lowered in ("count", "length", "longlength"):
        return len(items)
    if lowered == "rank":
        return 1
    if lowered in ("psobject", "isreadonly", "isfixedsize"):
        return _universal(value, name) if lowered == "psobject" else False
    found: list[object] = []
    for item in items:
        read = read_property(item, name) if item is not None else MISSING
        if read is MISSING:
            continue
        if is_collection(read):
            found.extend(read)
        else:
            found.append(read)
    if not found:
        return MISSING
    return found[0] if len(found) == 1 else found


def _universal(value: object, name: str) -> object:
    lowered = name.lower()
    if lowered in ("count", "length"):
        return 0 if value is None else 1
    if lowered == "psobject" and value is not None:
        return _about(value)
    return MISSING


def member_kind(member: object) -> str:
    """Return the kind of a member of an object, as Get-Member names it."""
    if isinstance(member, ScriptProperty):
        return "ScriptProperty"
    if isinstance(member, AliasProperty):
        return "AliasProperty"
    return "ScriptMethod" if isinstance(member, ScriptMethod) else "NoteProperty"


def property_values(value: object) -> dict[str, object]:
    """Return the names and values of all properties, in order."""
    if isinstance(value, PSObject):
        return {name: value.get(name) for name in value.names()}
    if value is None:
        return {}
    if is_collection(value):
        return {"Length": len(value)} if not isinstance(value, ArrayList) else {"Count": len(value)}
    return {name: read(value) for name, read in property_table(value).items()}


def property_names(value: object) -> list[str]:
    """Return the names of all properties, in order."""
    if isinstance(value, PSObject):
        return value.names()
    if value is None:
        return []
    if is_collection(value):
        return ["Count" if isinstance(value, ArrayList) else "Length"]
    return list(property_table(value))


def _about(value: object) -> PSObject:
    """Return what `.PSObject` gives: the properties as objects, and the type names."""

    def described(name: str) -> PSObject:
        member = value.members().get(name) if isinstance(value, PSObject) else None
        read = value.get(name) if isinstance(value, PSObject) else read_property(value, name)
        return PSObject(
            "System.Management.Automation.PSNoteProperty",
            {
                "MemberType": member_kind(member) if isinstance(value, PSObject) else "Property",
                "IsSettable": not isinstance(member, ScriptProperty),
                "IsGettable": True,
                "Value": read,
                "TypeNameOfValue": type_name(read) or "System.Object",
                "Name": name,
                "IsInstance": True,
            },
        )

    members = PropertyList(described(name) for name in property_names(value))
    members.owner = value
    return PSObject(
        "System.Management.Automation.PSMemberSet",
        {"Properties": members, "TypeNames": list(type_names(value)), "BaseObject": value},
    )


class PropertyList(list[object]):
    """The properties of an object as `.PSObject.Properties` lists them; `$x.PSObject.Properties['Name']` finds one by name."""

    owner: object = None


# ---------------------------------------------------------------------------------------------------------------------- setting


def _not_found(name: str) -> PowerShellError:
    return runtime_error(
        f"The property '{name}' cannot be found on this object. Verify that the property exists and can be set.",
        "PropertyNotFound",
    )


def set_property(value: object, name: str, new: object) -> None:
    """Set a property. Raises `PowerShellError` when the value has none of the name, or it cannot be set."""
    if isinstance(value, Hashtable):
        value[name] = new
        return
    if isinstance(value, PSObject):
        known = value.find(name)
        if known is None:
            raise _not_found(name)
        if isinstance(value.members()[known], (ScriptProperty, ScriptMethod)):
            raise runtime_error(f'"{known}" is a ReadOnly property.', "PropertyAssignmentException")
        value.set(name, new)
        return
    if is_collection(value) and read_property(value, name) is not MISSING:
        raise _not_found(name)
    if any(known.lower() == name.lower() for known in property_table(value)):
        raise runtime_error(f"'{name}' is a ReadOnly property.", "PropertyAssignmentException")
    raise _not_found(name)


# ---------------------------------------------------------------------------------------------------------------------- indexes


def _whole(index: object) -> int:
    try:
        return to_integer(index)
    except ConversionError as error:
        raise runtime_error(error.message, error.error_id, ErrorCategory.INVALID_ARGUMENT) from None


def read_index(value: object, index: object) -> object:
    """Return `value[index]`: an item, several items, the value of a key, or $null outside of an array. Raises `PowerShellError`."""
    if value is None:
        raise runtime_error("Cannot index into a null array.", "NullArray")
    if isinstance(value, PropertyList) and isinstance(index, str):
        wanted = index.lower()
        return next(
            (item for item in value if isinstance(item, PSObject) and to_text(item.get("Name")).lower() == wanted), None
        )
    if index is None:
        raise runtime_error("Index operation failed; the array index evaluated to null.", "NullArrayIndex")
    if is_collection(index):
        return [found for one in index if (found := read_index(value, one)) is not None]
    if isinstance(value, Hashtable):
        if value.ordered and isinstance(index, int) and index not in value:
            values = list(value.values())
            return values[index] if -len(values) <= index < len(values) else None
        return value.get(index)
    if isinstance(value, str):
        position = _whole(index)
        return Char(value[position]) if -len(value) <= position < len(value) else None
    if is_collection(value):
        items = value if isinstance(value, (list, tuple)) else list(value)
        position = _whole(index)
        return items[position] if -len(items) <= position < len(items) else None
    if isinstance(value, (bool, int, float, Decimal, PSObject)):  # a single value is the first item of itself
        position = _whole(index)
        return value if position in (0, -1) else None
    raise runtime_error(f'Unable to index into an object of type "{type_name(value)}".', "CannotIndex")


def set_index(value: object, index: object, new: object) -> None:
    """Set `value[index]`. Raises `PowerShellError`."""
    if value is None:
        raise runtime_error("Cannot index into a null array.", "NullArray")
    if index is None:
        raise runtime_error("Index operation failed; the array index evaluated to null.", "NullArrayIndex")
    if isinstance(value, Hashtable):
        value[index] = new
        return
    if isinstance(value, list):
        if is_collection(index):
            raise runtime_error(
                "Array assignment failed because assignment to slices is not supported.", "ArraySliceAssignmentFailed"
            )
        position = _whole(index)
        if not -len(value) <= position < len(value):
            raise runtime_error(
                "Index was outside the bounds of the array.",
                "System.IndexOutOfRangeException",
                ErrorCategory.OPERATION_STOPPED,
                exception_type="System.IndexOutOfRangeException",
            )
        value[position] = new
        return
    raise runtime_error(f'Unable to index into an object of type "{type_name(value)}".', "CannotIndex")
