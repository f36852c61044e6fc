"""The types that scripts may name: a closed list. `[int]`, `[string[]]`, `[datetime]`; no other type exists here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from delegacy.powershell.convert import (
    INT32,
    INT64,
    ConversionError,
    IntegerRange,
    impossible,
    is_instance,
    to_char,
    to_custom_object,
    to_datetime,
    to_decimal,
    to_double,
    to_guid,
    to_hashtable,
    to_integer,
    to_secure_string,
    to_timespan,
    to_version,
    truth,
)
from delegacy.powershell.errors import ErrorRecord
from delegacy.powershell.text import to_text, type_names
from delegacy.powershell.values import (
    ArrayList,
    Char,
    GenericList,
    Hashtable,
    PSCredential,
    PSObject,
    ScriptBlock,
    SecureString,
    TypeReference,
    Version,
    as_list,
    is_collection,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_INT32_LIMIT: Final = 2**31


def _of(python_type: type | tuple[type, ...]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, python_type)


def _only(holds: Callable[[object], bool], name: str) -> Callable[[object], object]:
    def convert(value: object) -> object:
        if value is None or holds(value):
            return value
        raise impossible(value, name)

    return convert


def _integer(name: str, least: int, most: int) -> TypeReference:
    limits = IntegerRange(name, least, most)
    return TypeReference(name, lambda value: to_integer(value, limits), lambda _value: False)


def _is_int32(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_INT32_LIMIT <= value < _INT32_LIMIT


def _is_int64(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and not -_INT32_LIMIT <= value < _INT32_LIMIT


def _is_custom(value: object) -> bool:
    return isinstance(value, PSObject)


def _to_array(value: object) -> object:
    if value is None:
        return None
    return as_list(value)


def _to_array_list(value: object) -> ArrayList:
    return ArrayList(as_list(value))


def _to_generic_list(value: object) -> GenericList:
    return GenericList(as_list(value))


def _is_plain_array(value: object) -> bool:
    return is_collection(value) and not isinstance(value, ArrayList)


def _closed(name: str, python_type: type | tuple[type, ...]) -> TypeReference:
    holds = _of(python_type)
    return TypeReference(name, _only(holds, name), holds)


EXCEPTION: Final = "System.Exception"
_VALUES: Final = (bool, int, float, Decimal, Char, datetime, timedelta, UUID, Enum)
_OBJECT: Final = TypeReference("System.Object", lambda value: value, lambda value: value is not None)
_TYPES: Final[tuple[tuple[tuple[str, ...], TypeReference], ...]] = (
    (
        ("string",),
        TypeReference("System.String", to_text, lambda value: isinstance(value, str) and not isinstance(value, Char)),
    ),
    (("char",), TypeReference("System.Char", to_char, _of(Char))),
    (("int", "int32"), TypeReference("System.Int32", lambda value: to_integer(value, INT32), _is_int32)),
    (("long", "int64"), TypeReference("System.Int64", lambda value: to_integer(value, INT64), _is_int64)),
    (("int16",), _integer("System.Int16", -(2**15), 2**15 - 1)),
    (("byte",), _integer("System.Byte", 0, 255)),
    (("sbyte",), _integer("System.SByte", -128, 127)),
    (("uint16",), _integer("System.UInt16", 0, 2**16 - 1)),
    (("uint32",), _integer("System.UInt32", 0, 2**32 - 1)),
    (("uint64",), _integer("System.UInt64", 0, 2**64 - 1)),
    (("double",), TypeReference("System.Double", to_double, _of(float))),
    (("single", "float"), TypeReference("System.Single", to_double, lambda _value: False)),
    (("decimal",), TypeReference("System.Decimal", to_decimal, _of(Decimal))),
    (("bool", "boolean"), TypeReference("System.Boolean", truth, _of(bool))),
    (("switch", "switchparameter"), TypeReference("System.Management.Automation.SwitchParameter", truth, _of(bool))),
    (("datetime",), TypeReference("System.DateTime", to_datetime, _of(datetime))),
    (("timespan",), TypeReference("System.TimeSpan", to_timespan, _of(timedelta))),
    (("guid",), TypeReference("System.Guid", to_guid, _of(UUID))),
    (("version",), TypeReference("System.Version", to_version, _of(Version))),
    (("object",), _OBJECT),
    (("psobject",), TypeReference("System.Management.Automation.PSObject", to_custom_object, _is_custom)),
    (("pscustomobject",), TypeReference("System.Management.Automation.PSCustomObject", to_custom_object, _is_custom)),
    (("hashtable",), TypeReference("System.Collections.Hashtable", to_hashtable, _of(Hashtable))),
    (("array",), TypeReference("System.Array", _to_array, _is_plain_array)),
    (("arraylist",), TypeReference("System.Collections.ArrayList", _to_array_list, _of(ArrayList))),
    (("scriptblock",), _closed("System.Management.Automation.ScriptBlock", ScriptBlock)),
    (("securestring",), TypeReference("System.Security.SecureString", to_secure_string, _of(SecureString))),
    (("pscredential",), _closed("System.Management.Automation.PSCredential", PSCredential)),
    (("errorrecord",), _closed("System.Management.Automation.ErrorRecord", ErrorRecord)),
    (("enum",), _closed("System.Enum", Enum)),
    (("valuetype",), _closed("System.ValueType", _VALUES)),
    (("void",), TypeReference("System.Void", lambda _value: None, lambda _value: False)),
    (("math",), _closed("System.Math", type(None))),
    (("convert",), _closed("System.Convert", type(None))),
    (("environment",), _closed("System.Environment", type(None))),
    (("regex",), TypeReference("System.Text.RegularExpressions.Regex", to_text, lambda _value: False)),
    (("io.path",), _closed("System.IO.Path", type(None))),
)
_WITHOUT_ACCELERATOR: Final = {
    "object",
    "arraylist",
    "errorrecord",
    "enum",
    "valuetype",
    "math",
    "convert",
    "environment",
    "io.path",
}
_BY_NAME: Final = {
    name: reference if aliases[0] in _WITHOUT_ACCELERATOR else replace(reference, accelerator=aliases[0])
    for aliases, reference in _TYPES
    for name in (*aliases, reference.full_name.lower())
}
_EXCEPTIONS: Final = (
    *("Exception", "SystemException", "ApplicationException", "ArgumentException", "ArgumentNullException"),
    *("ArgumentOutOfRangeException", "DivideByZeroException", "FormatException", "InvalidCastException"),
    *("InvalidOperationException", "IndexOutOfRangeException", "NotImplementedException", "NotSupportedException"),
    *("NullReferenceException", "OperationCanceledException", "OverflowException", "TimeoutException"),
    *("UnauthorizedAccessException", "Data.DataException", "IO.IOException", "IO.FileNotFoundException"),
    *("IO.DirectoryNotFoundException", "IO.InvalidDataException", "Collections.Generic.KeyNotFoundException"),
    *("Security.SecurityException", "Security.Authentication.AuthenticationException"),
    *("Management.Automation.RuntimeException", "Management.Automation.ItemNotFoundException"),
    *("Management.Automation.PSArgumentException", "Management.Automation.PSInvalidOperationException"),
    *("Management.Automation.ParameterBindingException", "Management.Automation.CommandNotFoundException"),
    *("Management.Automation.ValidationMetadataException", "Management.Automation.MethodInvocationException"),
)


def exception(full_name: str, message: object = None, inner: object = None) -> PSObject:
    """Return an exception that a script makes, to throw it."""
    text = f"Exception of type '{full_name}' was thrown." if message is None else to_text(message)
    return PSObject(
        (full_name, EXCEPTION),
        {"Message": text, "InnerException": inner, "StackTrace": None, "Data": Hashtable(), "HResult": -2146233088},
        text=f"{full_name}: {text}",
    )


def _exception_type(full_name: str) -> TypeReference:
    def convert(value: object) -> object:
        if value is None or holds(value):
            return value
        if isinstance(value, str):
            return exception(full_name, value)
        raise impossible(value, full_name)

    def holds(value: object) -> bool:
        return isinstance(value, PSObject) and full_name in value.type_names

    return TypeReference(full_name, convert, holds)


_EXCEPTION_TYPES: Final = {f"system.{name.lower()}": _exception_type(f"System.{name}") for name in _EXCEPTIONS}
_GENERIC_LIST: Final = ("system.collections.generic.list", "collections.generic.list")


def find_type(name: str) -> TypeReference | None:
    """Return the type with a name as written between brackets, or None when there is no such type here."""
    wanted = name.lower().replace(" ", "")
    known = _BY_NAME.get(wanted) or _BY_NAME.get(f"system.{wanted}") or _exception_type_of(wanted)
    if known is not None:
        return known
    if wanted.endswith("[]"):
        item = find_type(wanted[:-2])
        return None if item is None else array_of(item)
    generic, bracket, argument = wanted.partition("[")
    if bracket and generic in _GENERIC_LIST and argument.endswith("]"):
        item = find_type(argument[:-1])
        if item is not None:
            return TypeReference(
                f"System.Collections.Generic.List`1[{item.full_name}]", _to_generic_list, _of(GenericList)
            )
    return None


def _exception_type_of(name: str) -> TypeReference | None:
    return _EXCEPTION_TYPES.get(name) or _EXCEPTION_TYPES.get(f"system.{name}")


def array_of(item: TypeReference) -> TypeReference:
    """Return the type of arrays of a type."""

    def convert(value: object) -> object:
        if value is None:
            return None
        if isinstance(value, Hashtable) and item is not _OBJECT:
            raise impossible(value, f"{item.full_name}[]")
        return [item.convert(entry) for entry in as_list(value)]

    def holds(value: object) -> bool:
        return _is_plain_array(value) and (item is _OBJECT or all(item.holds(entry) for entry in as_list(value)))

    return TypeReference(f"{item.full_name}[]", convert, holds, item)


def is_of_type(value: object, reference: TypeReference) -> bool:
    """Return what `-is` says."""
    if reference.holds(value):
        return True
    wanted = reference.full_name.lower()
    return value is not None and any(name.lower() == wanted for name in type_names(value))


def converted(value: object, reference: TypeReference) -> object | None:
    """Return what `-as` gives: the value converted, or $null."""
    try:
        return reference.convert(value)
    except ConversionError:
        return None


def holds_annotation(value: object, target: object) -> bool:
    """Return whether a value is of a parameter's type as it is; the type may be one that a script names, or a Python annotation."""
    return target.holds(value) if isinstance(target, TypeReference) else is_instance(value, target)
