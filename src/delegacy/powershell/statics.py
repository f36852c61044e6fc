"""Static members (`[math]::Round`, `[datetime]::Now`) and constructors (`New-Object`, `::new()`). A closed list."""

from __future__ import annotations

import math
import posixpath
import re
from base64 import b64decode, b64encode
from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from enum import Enum
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID, uuid4

from delegacy.powershell.compare import compare, equal, sort_key
from delegacy.powershell.convert import (
    ConversionError,
    converter_for,
    to_boolean,
    to_char,
    to_datetime,
    to_decimal,
    to_double,
    to_enum,
    to_guid,
    to_integer,
    to_secure_string,
    to_timespan,
    to_version,
)
from delegacy.powershell.dates import parse_date, unreadable_date
from delegacy.powershell.errors import RUNTIME_EXCEPTION, ErrorCategory, ErrorRecord, PowerShellError, runtime_error
from delegacy.powershell.formats import format_items
from delegacy.powershell.limits import check_text
from delegacy.powershell.methods import FormatFailure, Method, StringComparison, StringSplitOptions, called
from delegacy.powershell.patterns import check_subject, compiled, replacer
from delegacy.powershell.properties import MISSING, DayOfWeek
from delegacy.powershell.script_types import exception, find_type
from delegacy.powershell.text import to_text, type_name
from delegacy.powershell.values import (
    ArrayList,
    GenericList,
    Hashtable,
    PSCredential,
    PSObject,
    TypeReference,
    Version,
    as_list,
    is_collection,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class StaticProperty:
    """A static property; `read` is given the current time."""

    read: Callable[[datetime], object]


_DATE_MIN: Final = datetime(1, 1, 1)  # noqa: DTZ001 - the least date names no zone
_DATE_MAX: Final = datetime(9999, 12, 31, 23, 59, 59, 999999)  # noqa: DTZ001 - nor does the greatest
_FORMAT_PARTS: Final = {
    "yyyy": r"(?P<Y>\d{4})",
    "MMMM": r"(?P<B>[A-Za-z]+)",
    "MMM": r"(?P<B>[A-Za-z]{3})",
    "MM": r"(?P<m>\d{2})",
    "M": r"(?P<m>\d{1,2})",
    "dd": r"(?P<d>\d{2})",
    "d": r"(?P<d>\d{1,2})",
    "HH": r"(?P<H>\d{2})",
    "H": r"(?P<H>\d{1,2})",
    "hh": r"(?P<H>\d{2})",
    "h": r"(?P<H>\d{1,2})",
    "mm": r"(?P<M>\d{2})",
    "ss": r"(?P<S>\d{2})",
    "tt": r"(?P<p>[AaPp][Mm])",
    "yy": r"(?P<y>\d{2})",
}
_FORMAT_TOKEN: Final = re.compile(r"yyyy|yy|MMMM|MMM|MM|M|dd|d|HH|H|hh|h|mm|ss|tt|'[^']*'|.", re.DOTALL)


def _constant(value: object) -> StaticProperty:
    return StaticProperty(lambda _now: value)


def _function(least: int, most: int, call: Callable[..., object]) -> Method:
    """Return a static function as a method whose first argument, the type, does not count."""
    return Method(least, most, lambda _type, *arguments: call(*arguments))


# ------------------------------------------------------------------------------------------------------------------------- math


def _round(value: object, digits: object = 0, *_mode: object) -> object:
    places = to_integer(digits)
    if not 0 <= places <= 28:  # noqa: PLR2004 - as System.Decimal
        raise ValueError("Rounding digits must be between 0 and 15, inclusive.\nParameter name: digits")
    if isinstance(value, Decimal):
        with localcontext() as context:
            context.prec = 60
            return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return float(round(to_double(value), places))


def _number(value: object) -> int | float | Decimal:
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return value
    number = to_double(value)
    return int(number) if number.is_integer() and not isinstance(value, float) else number


def _power(base: object, exponent: object) -> float:
    try:
        result = to_double(base) ** to_double(exponent)
    except OverflowError:
        return math.inf
    except ZeroDivisionError:
        return math.inf
    return result if isinstance(result, float) else math.nan


def _real(function: Callable[[float], float]) -> Callable[[object], float]:
    def call(value: object) -> float:
        try:
            return function(to_double(value))
        except (ValueError, OverflowError):
            return math.nan

    return call


def _whole(function: Callable[[float | Decimal], int]) -> Callable[[object], object]:
    def call(value: object) -> object:
        number = _number(value)
        if isinstance(number, float) and not math.isfinite(number):
            return number
        return Decimal(function(number)) if isinstance(number, Decimal) else float(function(number))

    return call


_MATH: Final[Mapping[str, object]] = {
    "Abs": _function(1, 1, lambda value: abs(_number(value))),
    "Ceiling": _function(1, 1, _whole(math.ceil)),
    "E": _constant(math.e),
    "Exp": _function(1, 1, _real(math.exp)),
    "Floor": _function(1, 1, _whole(math.floor)),
    "Log": _function(1, 1, _real(math.log)),
    "Log10": _function(1, 1, _real(math.log10)),
    "Max": _function(2, 2, lambda first, second: max(_number(first), _number(second))),
    "Min": _function(2, 2, lambda first, second: min(_number(first), _number(second))),
    "PI": _constant(math.pi),
    "Pow": _function(2, 2, _power),
    "Round": _function(1, 3, _round),
    "Sign": _function(1, 1, lambda value: (_number(value) > 0) - (_number(value) < 0)),
    "Sqrt": _function(1, 1, _real(math.sqrt)),
    "Truncate": _function(1, 1, _whole(math.trunc)),
}

# ------------------------------------------------------------------------------------------------------------------------- text


def _joined(separator: object, *items: object) -> str:
    pieces = [to_text(part) for item in items for part in as_list(item)]
    check_text(sum(map(len, pieces)) + len(to_text(separator)) * len(pieces))
    return to_text(separator).join(pieces)


def _concatenated(*items: object) -> str:
    return _joined("", *items)


def _compared(first: object, second: object, mode: object = None, *_rest: object) -> int:
    ignore = mode is True or (isinstance(mode, StringComparison) and mode.ignores_case)
    return compare(to_text(first), to_text(second), ignore_case=ignore)


def _equals(first: object, second: object, mode: object = None) -> bool:
    ignore = isinstance(mode, StringComparison) and mode.ignores_case
    return equal(first, second, ignore_case=ignore)


_STRING: Final[Mapping[str, object]] = {
    "Compare": _function(2, 4, _compared),
    "Concat": _function(0, 99, _concatenated),
    "Empty": _constant(""),
    "Equals": _function(2, 3, _equals),
    "Format": _function(
        1,
        99,
        lambda template, *items: format_items(to_text(template), [part for item in items for part in as_list(item)]),
    ),
    "IsNullOrEmpty": _function(1, 1, lambda value: not to_text(value)),
    "IsNullOrWhiteSpace": _function(1, 1, lambda value: not to_text(value).strip()),
    "Join": _function(1, 99, _joined),
}


def _one(test: Callable[[str], bool]) -> Method:
    return _function(1, 1, lambda value: test(str(to_char(value))))


_CHAR: Final[Mapping[str, object]] = {
    "IsDigit": _one(str.isdigit),
    "IsLetter": _one(str.isalpha),
    "IsLetterOrDigit": _one(str.isalnum),
    "IsLower": _one(str.islower),
    "IsUpper": _one(str.isupper),
    "IsWhiteSpace": _one(str.isspace),
    "ToLower": _function(1, 1, lambda value: to_char(to_char(value).lower())),
    "ToUpper": _function(1, 1, lambda value: to_char(to_char(value).upper())),
}

# ------------------------------------------------------------------------------------------------------------------------ dates


def _exact_date(text: object, pattern: object, *_culture: object) -> datetime:
    """Parse a date by one of the patterns given. Raises `ValueError`."""
    for wanted in as_list(pattern):
        pieces, known = [], set()
        for mark in _FORMAT_TOKEN.findall(to_text(wanted)):
            part = _FORMAT_PARTS.get(mark)
            if part is None or part[4] in known:
                pieces.append(re.escape(mark.strip("'") if mark.startswith("'") else mark))
            else:
                known.add(part[4])
                pieces.append(part)
        found = re.fullmatch("".join(pieces), to_text(text))
        if found is not None:
            names = found.groupdict()
            directives = [f"%{'I' if key == 'H' and 'p' in names else key}" for key in names]
            if "B" in names:
                directives[list(names).index("B")] = "%b"
                names["B"] = names["B"][:3]
            return datetime.strptime(" ".join(names.values()), " ".join(directives))  # noqa: DTZ007 - the text names no zone
    raise FormatFailure("String was not recognized as a valid DateTime.")


def _made_date(*parts: object) -> datetime:
    if len(parts) == 1:
        return to_datetime(parts[0])
    if len(parts) not in (0, 3, 6, 7):
        raise ValueError("Year, Month, and Day parameters describe an un-representable DateTime.")
    numbers = [to_integer(part) for part in parts]
    if not numbers:
        return _DATE_MIN
    microseconds = [number * 1000 for number in numbers[6:]]
    try:
        return datetime(*numbers[:6], *microseconds)  # type: ignore[arg-type] # noqa: DTZ001 - no zone was given
    except ValueError:
        raise ValueError("Year, Month, and Day parameters describe an un-representable DateTime.") from None


def _parsed_date(text: object, *_culture: object) -> datetime:
    try:
        return parse_date(to_text(text))
    except (ValueError, OverflowError):
        raise FormatFailure(unreadable_date(to_text(text))) from None


_DATE: Final[Mapping[str, object]] = {
    "DaysInMonth": _function(2, 2, lambda year, month: monthrange(to_integer(year), to_integer(month))[1]),
    "IsLeapYear": _function(1, 1, lambda year: isleap(to_integer(year))),
    "MaxValue": _constant(_DATE_MAX),
    "MinValue": _constant(_DATE_MIN),
    "Now": StaticProperty(lambda now: now),
    "Parse": _function(1, 3, _parsed_date),
    "ParseExact": _function(2, 4, _exact_date),
    "Today": StaticProperty(lambda now: now.replace(hour=0, minute=0, second=0, microsecond=0)),
    "UtcNow": StaticProperty(lambda now: now.astimezone(UTC)),
    "new": _function(0, 7, _made_date),
}


def _span_of(unit: str) -> Method:
    return _function(1, 1, lambda amount: timedelta(**{unit: to_double(amount)}))


def _made_span(*parts: object) -> timedelta:
    if len(parts) <= 1:
        return to_timespan(parts[0]) if parts else timedelta(0)
    numbers = [to_integer(part) for part in parts]
    if len(numbers) == 3:  # noqa: PLR2004 - hours, minutes, seconds
        numbers.insert(0, 0)
    days, hours, minutes, seconds, milliseconds = (*numbers, 0, 0, 0)[:5]
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds)


_SPAN: Final[Mapping[str, object]] = {
    "FromDays": _span_of("days"),
    "FromHours": _span_of("hours"),
    "FromMilliseconds": _span_of("milliseconds"),
    "FromMinutes": _span_of("minutes"),
    "FromSeconds": _span_of("seconds"),
    "Parse": _function(1, 2, to_timespan),
    "Zero": _constant(timedelta(0)),
    "new": _function(0, 5, _made_span),
}

# --------------------------------------------------------------------------------------------------------------------- patterns


def match_object(found: re.Match[str] | None) -> PSObject:
    """Return a match of a regular expression as an object with its groups."""
    kind = "System.Text.RegularExpressions.Match"
    if found is None:
        return PSObject(kind, {"Success": False, "Value": "", "Index": 0, "Length": 0, "Groups": Hashtable()}, text="")
    groups = Hashtable(ordered=True)
    names = {index: name for name, index in found.re.groupindex.items()}
    for index in range(found.re.groups + 1):
        groups[names.get(index, index)] = _capture(found, index)
    return PSObject(
        kind,
        {
            "Groups": groups,
            "Success": True,
            "Value": found.group(),
            "Index": found.start(),
            "Length": len(found.group()),
        },
        text=found.group(),
    )


def _capture(found: re.Match[str], index: int) -> PSObject:
    value = found.group(index) or ""
    properties = {
        "Success": found.group(index) is not None,
        "Value": value,
        "Index": max(0, found.start(index)),
        "Length": len(value),
    }
    return PSObject("System.Text.RegularExpressions.Group", properties, text=value)


def _pattern(pattern: object, options: tuple[object, ...]) -> re.Pattern[str]:
    return compiled(to_text(pattern), ignore_case=any("ignorecase" in to_text(option).lower() for option in options))


def _regex_replace(text: object, pattern: object, replacement: object, *options: object) -> str:
    replaced = _pattern(pattern, options).sub(replacer(to_text(replacement)), check_subject(to_text(text)))
    check_text(len(replaced))
    return replaced


_REGEX: Final[Mapping[str, object]] = {
    "Escape": _function(1, 1, lambda text: re.escape(to_text(text))),
    "IsMatch": _function(
        2, 3, lambda text, pattern, *options: bool(_pattern(pattern, options).search(check_subject(to_text(text))))
    ),
    "Match": _function(
        2,
        3,
        lambda text, pattern, *options: match_object(_pattern(pattern, options).search(check_subject(to_text(text)))),
    ),
    "Matches": _function(
        2,
        3,
        lambda text, pattern, *options: [
            match_object(found) for found in _pattern(pattern, options).finditer(check_subject(to_text(text)))
        ],
    ),
    "Replace": _function(3, 4, _regex_replace),
    "Split": _function(
        2,
        3,
        lambda text, pattern, *options: [
            part or "" for part in _pattern(pattern, options).split(check_subject(to_text(text)))
        ],
    ),
    "Unescape": _function(1, 1, lambda text: re.sub(r"\\(.)", r"\1", to_text(text))),
}

# ----------------------------------------------------------------------------------------------------------------------- others


def _limits(name: str, least: int, most: int) -> Mapping[str, object]:
    def parse(text: object, *_style: object) -> int:
        number = to_integer(text)
        if not least <= number <= most:
            raise ValueError(f"Value was either too large or too small for an {name}.")
        return number

    return {"MaxValue": _constant(most), "MinValue": _constant(least), "Parse": _function(1, 3, parse)}


def _to_int(value: object, base: object = 10) -> int:
    if to_integer(base) == 10:  # noqa: PLR2004 - decimal
        return to_integer(value)
    return int(to_text(value), to_integer(base))


def _in_base(value: object, base: object = None, *_rest: object) -> str:
    if base is None or not isinstance(base, int) or base == 10:  # noqa: PLR2004 - decimal
        return to_text(value)
    patterns = {2: "b", 8: "o", 16: "x"}
    if base not in patterns:
        raise ValueError("Invalid Base.")
    return format(to_integer(value), patterns[base])


def _bytes(value: object) -> bytes:
    return bytes(to_integer(item) & 0xFF for item in as_list(value))


_CONVERT: Final[Mapping[str, object]] = {
    "FromBase64String": _function(1, 1, lambda text: list(b64decode(to_text(text), validate=True))),
    "ToBase64String": _function(1, 1, lambda data: b64encode(_bytes(data)).decode("ascii")),
    "ToBoolean": _function(
        1, 1, lambda value: to_text(value).lower() == "true" if isinstance(value, str) else to_boolean(value)
    ),
    "ToDateTime": _function(1, 1, to_datetime),
    "ToDecimal": _function(1, 1, to_decimal),
    "ToDouble": _function(1, 1, to_double),
    "ToInt32": _function(1, 2, _to_int),
    "ToInt64": _function(1, 2, _to_int),
    "ToString": _function(1, 2, _in_base),
}


def _sorted_in_place(items: object) -> object:
    if isinstance(items, list):
        items.sort(key=sort_key())
    return MISSING


def _reversed_in_place(items: object) -> object:
    if isinstance(items, list):
        items.reverse()
    return MISSING


_ARRAY: Final[Mapping[str, object]] = {
    "IndexOf": _function(
        2,
        2,
        lambda items, wanted: next(
            (place for place, item in enumerate(as_list(items)) if equal(item, wanted, ignore_case=False)), -1
        ),
    ),
    "Reverse": _function(1, 1, _reversed_in_place),
    "Sort": _function(1, 1, _sorted_in_place),
}

_EXTENSION: Final = re.compile(r"\.[^.\\/]*$")


def _last_part(path: object) -> str:
    return re.split(r"[\\/]", to_text(path))[-1]


_PATH: Final[Mapping[str, object]] = {
    "Combine": _function(1, 99, lambda *parts: posixpath.join(*[to_text(part) for part in parts])),
    "GetDirectoryName": _function(1, 1, lambda path: re.sub(r"[\\/]?[^\\/]*$", "", to_text(path))),
    "GetExtension": _function(
        1, 1, lambda path: found.group() if (found := _EXTENSION.search(_last_part(path))) is not None else ""
    ),
    "GetFileName": _function(1, 1, _last_part),
    "GetFileNameWithoutExtension": _function(1, 1, lambda path: _EXTENSION.sub("", _last_part(path))),
}


def _members_of(enumeration: type[Enum]) -> Mapping[str, object]:
    return {"".join(word.capitalize() for word in member.name.split("_")): _constant(member) for member in enumeration}


def _credential(user: object, password: object) -> PSCredential:
    return PSCredential(to_text(user), to_secure_string(password))


def _error_record(thrown: object, error_id: object, category: object, target: object) -> ErrorRecord:
    is_exception = isinstance(thrown, PSObject) and thrown.find("Message") is not None
    return ErrorRecord(
        to_text(thrown.get("Message")) if isinstance(thrown, PSObject) and is_exception else to_text(thrown),
        to_text(error_id),
        cast("ErrorCategory", to_enum(category, ErrorCategory)),
        target,
        type_name(thrown) if is_exception else RUNTIME_EXCEPTION,
    )


def _made_list(kind: type[ArrayList]) -> Method:
    return _function(0, 1, lambda items=None: kind(as_list(items) if is_collection(items) else ()))


def _repeated(character: object, count: object) -> str:
    check_text(max(0, to_integer(count)))
    return to_text(to_char(character)) * to_integer(count)


_STATICS: Final[Mapping[str, Mapping[str, object]]] = {
    "System.Math": _MATH,
    "System.String": {**_STRING, "new": _function(2, 2, _repeated)},
    "System.Char": _CHAR,
    "System.DateTime": _DATE,
    "System.TimeSpan": _SPAN,
    "System.Text.RegularExpressions.Regex": _REGEX,
    "System.Convert": _CONVERT,
    "System.Array": _ARRAY,
    "System.IO.Path": _PATH,
    "System.Int32": _limits("Int32", -(2**31), 2**31 - 1),
    "System.Int64": _limits("Int64", -(2**63), 2**63 - 1),
    "System.Byte": _limits("Byte", 0, 255),
    "System.Double": {"MaxValue": _constant(1.7976931348623157e308), "Parse": _function(1, 3, to_double)},
    "System.Decimal": {"Parse": _function(1, 3, to_decimal)},
    "System.Boolean": {
        "FalseString": _constant("False"),
        "Parse": _function(1, 1, lambda text: to_text(text).strip().lower() == "true"),
        "TrueString": _constant("True"),
    },
    "System.Guid": {
        "Empty": _constant(UUID(int=0)),
        "NewGuid": _function(0, 0, uuid4),
        "Parse": _function(1, 1, to_guid),
        "new": _function(1, 1, to_guid),
    },
    "System.Version": {
        "Parse": _function(1, 1, to_version),
        "new": _function(
            1,
            4,
            lambda first, *others: Version(tuple(map(to_integer, (first, *others)))) if others else to_version(first),
        ),
    },
    "System.Environment": {"NewLine": _constant("\r\n")},
    "System.Management.Automation.PSCredential": {"new": _function(2, 2, _credential)},
    "System.Management.Automation.PSObject": {"new": _function(0, 0, PSObject)},
    "System.Management.Automation.PSCustomObject": {"new": _function(0, 0, PSObject)},
    "System.Object": {"new": _function(0, 0, PSObject)},
    "System.Collections.Hashtable": {"new": _function(0, 1, lambda _size=None: Hashtable())},
    "System.Collections.ArrayList": {"new": _made_list(ArrayList)},
    "System.Collections.Generic.List`1": {"new": _made_list(GenericList)},
    "System.StringSplitOptions": _members_of(StringSplitOptions),
    "System.StringComparison": _members_of(StringComparison),
    "System.DayOfWeek": _members_of(DayOfWeek),
    "System.Management.Automation.ErrorCategory": _members_of(ErrorCategory),
    "System.Management.Automation.ErrorRecord": {"new": _function(4, 4, _error_record)},
}


def static_type(name: str) -> TypeReference | None:
    """Return a type that a script names, those that have nothing but static members included."""
    found = find_type(name)
    if found is not None:
        return found
    wanted = name.lower().replace(" ", "")
    for enumeration in (StringSplitOptions, StringComparison, DayOfWeek, ErrorCategory):
        full_name = enumeration.type_name()
        if wanted in (full_name.lower(), full_name.lower().removeprefix("system.")):
            return TypeReference(full_name, converter_for(enumeration), lambda value: isinstance(value, Enum))
    return None


def _member(reference: TypeReference, name: str) -> tuple[str, object] | None:
    lowered = name.lower()
    if lowered == "new" and reference.full_name.endswith("Exception"):
        return "new", _function(0, 2, lambda *arguments: exception(reference.full_name, *arguments))
    table = _STATICS.get(reference.full_name.split("[", maxsplit=1)[0], {})
    return next(((known, member) for known, member in table.items() if known.lower() == lowered), None)


def static_names(reference: TypeReference) -> list[str]:
    """Return the names of a type's static members, for completion."""
    return sorted(_STATICS.get(reference.full_name.split("[", maxsplit=1)[0], {}))


def read_static(reference: TypeReference, name: str, now: Callable[[], datetime]) -> object:
    """Return a static property, `MISSING` when there is none."""
    found = _member(reference, name)
    if found is None or not isinstance(found[1], StaticProperty):
        return MISSING
    return found[1].read(now())


def call_static(reference: TypeReference, name: str, arguments: list[object]) -> object:
    """Call a static function or `new`. Raises `PowerShellError`."""
    found = _member(reference, name)
    if found is None or not isinstance(found[1], Method):
        if name.lower() == "new":
            raise _no_constructor(reference)
        raise runtime_error(
            f"Method invocation failed because [{reference.full_name}] does not contain a method named '{name}'.",
            "MethodNotFound",
            target=name,
        )
    return called(found[0], found[1], reference, arguments)


def _no_constructor(reference: TypeReference) -> PowerShellError:
    return runtime_error(
        f'Cannot find an overload for "new" and the argument count of [{reference.full_name}].',
        "MethodCountCouldNotFindBest",
        ErrorCategory.NOT_SPECIFIED,
    )


def construct(reference: TypeReference, arguments: list[object]) -> object:
    """Return a new object of a type, as New-Object makes it. Raises `PowerShellError`."""
    if _member(reference, "new") is None and len(arguments) == 1:
        try:
            return reference.convert(arguments[0])
        except ConversionError as error:
            raise runtime_error(error.message, error.error_id, ErrorCategory.INVALID_ARGUMENT) from None
    return call_static(reference, "new", arguments)
