"""JSON as Windows PowerShell 5.1 writes it, indentation included, and as it reads it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING, Final

from delegacy.powershell.errors import ErrorCategory, PowerShellError, runtime_error
from delegacy.powershell.limits import MAX_TEXT, limit_error
from delegacy.powershell.properties import property_values
from delegacy.powershell.text import number_text, to_text
from delegacy.powershell.values import (
    CUSTOM_OBJECT,
    Hashtable,
    PSObject,
    ScriptBlock,
    SecureString,
    TypeReference,
    is_collection,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNSAFE: Final = re.compile(r"[<>&']")
_STEP: Final = 4
_DIGITS: Final = 4300


class JsonWriter:
    """Writes values as JSON, down to a depth; what lies deeper is written as text."""

    def __init__(self, depth: int, *, compress: bool) -> None:
        self._depth = depth
        self._compress = compress
        self._length = 0

    def write(self, value: object) -> str:
        """Return a value as JSON. Raises `PowerShellError` when the text would become too long."""
        return self._value(value, 0, 0)

    def _value(self, value: object, level: int, indent: int) -> str:
        plain = _plain(value)
        if plain is not None:
            return self._counted(plain)
        if level > self._depth:
            return self._counted(_text(to_text(value)))
        if is_collection(value):
            items = [self._value(item, level + 1, indent + _STEP) for item in value]
            return self._enclosed("[", items, "]", indent)
        entries = _entries(value)
        written = []
        for name, item in entries.items():
            key = _text(name)
            colon = ":" if self._compress else ":  "
            written.append(f"{key}{colon}{self._value(item, level + 1, indent + _STEP + len(key) + len(colon))}")
        return self._enclosed("{", written, "}", indent)

    def _enclosed(self, opening: str, items: list[str], closing: str, indent: int) -> str:
        if self._compress:
            return opening + ",".join(items) + closing
        if not items:
            return self._counted(f"{opening}\n\n{' ' * indent}{closing}")
        inner = " " * (indent + _STEP)
        self._counted(inner * len(items))
        return f"{opening}\n" + ",\n".join(inner + item for item in items) + f"\n{' ' * indent}{closing}"

    def _counted(self, text: str) -> str:
        self._length += len(text)
        if self._length > MAX_TEXT:
            raise limit_error(f"a text would be longer than {MAX_TEXT} characters")
        return text


def _plain(value: object) -> str | None:
    """Return a value that is no object and no array as JSON, None for the others."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value) if isinstance(value.value, int) else _text(to_text(value))
    if isinstance(value, float):
        return number_text(value) if isfinite(value) else _text(number_text(value))
    if isinstance(value, (int, Decimal)):
        return str(int(value)) if isinstance(value, int) else number_text(value)
    if isinstance(value, datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return f'"\\/Date({(aware - _EPOCH) // timedelta(milliseconds=1)})\\/"'
    if isinstance(value, PSObject) and value.text is not None:
        return _text(value.text)
    if isinstance(value, (PSObject, Hashtable, timedelta)) or is_collection(value):
        return None
    if isinstance(value, (SecureString, TypeReference, ScriptBlock, str)) or not property_values(value):
        return _text(to_text(value))
    return None


def _text(text: str) -> str:
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(text, ensure_ascii=False))


def _entries(value: object) -> Mapping[str, object]:
    if isinstance(value, Hashtable):
        return {to_text(key): item for key, item in value.items()}
    return property_values(value)


def read_json(text: str) -> object:
    """Return the value that a JSON text stands for; objects become objects with properties. Raises `PowerShellError`."""

    def whole(digits: str) -> int | float | Decimal:
        if len(digits) > _DIGITS:
            raise ValueError(digits)
        number = int(digits)
        return number if -(2**63) <= number < 2**63 else Decimal(number) if abs(number) < 2**96 else float(number)

    def made(pairs: list[tuple[str, object]]) -> PSObject:
        found = PSObject(CUSTOM_OBJECT)
        for key, value in pairs:
            if found.find(key) is not None:
                raise _invalid(f"it contains the duplicated keys '{found.find(key)}' and '{key}'")
            found.set(key, value)
        return found

    def refused(constant: str) -> object:
        raise ValueError(constant)

    try:
        return json.loads(text, object_pairs_hook=made, parse_int=whole, parse_constant=refused)
    except (ValueError, OverflowError) as error:
        reason = str(error) if isinstance(error, json.JSONDecodeError) else "a number is not valid"
        raise _invalid(reason) from None
    except RecursionError:
        raise _invalid("it is nested too deeply") from None


def _invalid(reason: str) -> PowerShellError:
    return runtime_error(
        f"Invalid JSON primitive: {reason}.",
        "System.ArgumentException",
        ErrorCategory.NOT_SPECIFIED,
        exception_type="System.ArgumentException",
    )
