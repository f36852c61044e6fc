"""Format strings of the .NET Framework: `-f`, `ToString("...")` and the cells of tables. English (United States) throughout."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from delegacy.powershell.text import number_text, span_text, to_text
from delegacy.powershell.values import enum_label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIDTH_LIMIT: Final = 10_000
PATTERN_LIMIT: Final = 200
_ITEM: Final = re.compile(
    r"\{\{|\}\}|\{(?P<index>\d{1,6})\s*(?:,\s*(?P<width>-?\d{1,7})\s*)?(?::(?P<format>[^{}]*))?\}|[{}]"
)
_STANDARD_NUMBER: Final = re.compile(r"([A-Za-z])(\d{0,2})")
_CUSTOM_DATE: Final = re.compile(
    r"y{1,5}|M+|d+|H{1,2}|h{1,2}|m{1,2}|s{1,2}|f{1,7}|F{1,7}|t{1,2}|z{1,3}|K|g+|:|/|'[^']*'|\"[^\"]*\"|\\.|%|.",
    re.DOTALL,
)
_CUSTOM_SPAN: Final = re.compile(r"d{1,8}|h{1,2}|m{1,2}|s{1,2}|f{1,7}|F{1,7}|'[^']*'|\"[^\"]*\"|\\.|%|.", re.DOTALL)
_CUSTOM_NUMBER: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\\.|[0#.,%]|[eE][+-]?0+|[^0#.,%'\"\\]", re.DOTALL)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905 - a table
)
_EXACT: Final = Context(prec=2000)


def format_items(template: str, arguments: Sequence[object]) -> str:
    """Return the template with `{0}`, `{1,10}`, `{2:N2}` replaced by the arguments. Raises `ValueError` when it is malformed."""

    def replaced(found: re.Match[str]) -> str:
        text = found.group()
        if text in ("{{", "}}"):
            return text[0]
        if found["index"] is None:
            raise ValueError("Input string was not in a correct format.")
        index = int(found["index"])
        if index >= len(arguments):
            raise ValueError(
                "Index (zero based) must be greater than or equal to zero and less than the size of the argument list."
            )
        cell = format_value(arguments[index], found["format"] or "")
        width = int(found["width"] or 0)
        if abs(width) > WIDTH_LIMIT:
            raise ValueError("Input string was not in a correct format.")
        return cell.ljust(-width) if width < 0 else cell.rjust(width)

    return _ITEM.sub(replaced, template)


def format_value(value: object, pattern: str = "") -> str:
    """Return a value by a format string, as `ToString(pattern)` gives it. Raises `ValueError` when the pattern does not suit."""
    if isinstance(value, bool) or value is None:
        return to_text(value)
    if isinstance(value, Enum):
        return str(value.value) if pattern in ("d", "D") and isinstance(value.value, int) else enum_label(value)
    if isinstance(value, (int, float, Decimal)):
        return format_number(value, pattern)
    if isinstance(value, datetime):
        return format_date(value, pattern)
    if isinstance(value, timedelta):
        return format_span(value, pattern)
    if isinstance(value, UUID):
        return _format_guid(value, pattern)
    return to_text(value)


# -------------------------------------------------------------------------------------------------------------------- numbers


def _exact(value: float | Decimal) -> Decimal:
    """Return the number as the framework formats it: a double by its 15 significant digits."""
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - only NaN differs from itself
            raise ValueError(number_text(value))
        return Decimal(f"{value:.14e}")
    return Decimal(value)


def _rounded(value: Decimal, digits: int) -> str:
    """Return the absolute value with so many decimals, halves rounded away from zero."""
    return f"{abs(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=_EXACT):f}"


def _grouped(digits: str) -> str:
    whole, dot, fraction = digits.partition(".")
    return f"{int(whole):,}{dot}{fraction}"


def format_number(value: float | Decimal, pattern: str) -> str:
    """Return a number by a standard (`N2`, `D4`, `X`, `P1`) or custom (`0.00`, `#,##0`) pattern. Raises `ValueError`."""
    if not pattern:
        return number_text(value)
    try:
        exact = _exact(value)
    except ValueError:
        return number_text(value)
    standard = _STANDARD_NUMBER.fullmatch(pattern)
    if standard is None:
        return _custom_number(exact, pattern)
    kind = standard[1].upper()
    precision = int(standard[2]) if standard[2] else None
    formatter = _NUMBER_FORMATS.get(kind)
    if formatter is None:
        raise ValueError("Format specifier was invalid.")
    if kind in "DX" and not isinstance(value, int):
        raise ValueError("Format specifier was invalid.")
    text = formatter(exact, precision)
    return text.lower() if standard[1] in "xe" else text


def _signed(value: Decimal, text: str) -> str:
    return f"-{text}" if value < 0 and any(digit in "123456789" for digit in text) else text


def _currency(value: Decimal, precision: int | None) -> str:
    text = _grouped(_rounded(value, 2 if precision is None else precision))
    return f"(${text})" if value < 0 else f"${text}"


def _decimal(value: Decimal, precision: int | None) -> str:
    return _signed(value, str(abs(int(value))).zfill(precision or 0))


def _exponential(value: Decimal, precision: int | None) -> str:
    mantissa, _, exponent = f"{value:.{6 if precision is None else precision}E}".partition("E")
    power = int(exponent)
    return f"{mantissa}E{'-' if power < 0 else '+'}{abs(power):03}"


def _fixed(value: Decimal, precision: int | None) -> str:
    return _signed(value, _rounded(value, 2 if precision is None else precision))


def _general(value: Decimal, precision: int | None) -> str:
    if not precision:
        return number_text(value if value == value.to_integral_value() else float(value))
    return number_text(float(f"{value:.{precision - 1}E}"))


def _number(value: Decimal, precision: int | None) -> str:
    return _signed(value, _grouped(_rounded(value, 2 if precision is None else precision)))


def _percent(value: Decimal, precision: int | None) -> str:
    return f"{_number(value * 100, precision)} %"


def _hexadecimal(value: Decimal, precision: int | None) -> str:
    whole = int(value)
    if whole < 0:
        whole += 2**32 if whole >= -(2**31) else 2**64
    return f"{whole:X}".zfill(precision or 0)


_NUMBER_FORMATS: Final[dict[str, Callable[[Decimal, int | None], str]]] = {
    "C": _currency,
    "D": _decimal,
    "E": _exponential,
    "F": _fixed,
    "G": _general,
    "N": _number,
    "P": _percent,
    "R": _general,
    "X": _hexadecimal,
}


def _sections(pattern: str) -> list[str]:
    """Split a custom pattern at semicolons outside of quotes."""
    sections = [""]
    for piece in re.findall(r"'[^']*'|\"[^\"]*\"|\\.|.", pattern, re.DOTALL):
        if piece == ";":
            sections.append("")
        else:
            sections[-1] += piece
    return sections


def _custom_number(value: Decimal, pattern: str) -> str:
    if len(pattern) > PATTERN_LIMIT:
        raise ValueError("Input string was not in a correct format.")
    sections = _sections(pattern)
    if len(sections) > 2 and value == 0:  # noqa: PLR2004 - positive; negative; zero
        section, sign = sections[2] or sections[0], ""
    elif len(sections) > 1 and value < 0 and sections[1]:
        section, sign = sections[1], ""
    else:
        section, sign = sections[0], "-" if value < 0 else ""
    marks = _CUSTOM_NUMBER.findall(section)
    value = abs(value) * (Decimal(100) ** marks.count("%"))
    point = marks.index(".") if "." in marks else len(marks)
    before, after = marks[:point], marks[point + 1 :]
    decimals = sum(mark in ("0", "#") for mark in after)
    digits = _rounded(value, decimals)
    whole, _, fraction = digits.partition(".")
    text = _whole_part(before, whole) + _fraction_part(after, fraction)
    return _signed(Decimal(-1), text) if sign else text


def _whole_part(marks: list[str], whole: str) -> str:
    """Lay digits into the places before the point, from the right; the first place takes all that are left."""
    places = [index for index, mark in enumerate(marks) if mark in ("0", "#")]
    zeros = [index for index in places if marks[index] == "0"]
    least = len(places) - places.index(zeros[0]) if zeros else 0
    whole = whole.lstrip("0").rjust(least, "0")
    grouped = bool(places) and any(mark == "," and places[0] < index < places[-1] for index, mark in enumerate(marks))
    if grouped:
        return _literals(marks[: places[0]]) + _with_commas(whole) + _literals(marks[places[-1] + 1 :])
    pieces: list[str] = []
    for index in range(len(marks) - 1, -1, -1):
        if index not in places:
            pieces.append(_literal(marks[index]))
        elif index == places[0]:
            pieces.append(whole)
        else:
            pieces.append(whole[-1:])
            whole = whole[:-1]
    return "".join(reversed(pieces))


def _with_commas(whole: str) -> str:
    groups = []
    while whole:
        groups.append(whole[-3:])
        whole = whole[:-3]
    return ",".join(reversed(groups))


def _fraction_part(marks: list[str], fraction: str) -> str:
    kept = fraction
    for mark in reversed([mark for mark in marks if mark in ("0", "#")]):
        if mark == "0" or not kept.endswith("0"):
            break
        kept = kept[:-1]
    pieces: list[str] = []
    for mark in marks:
        if mark in ("0", "#"):
            pieces.append(kept[:1])
            kept = kept[1:]
        else:
            pieces.append(_literal(mark))
    text = "".join(pieces)
    return f".{text}" if fraction and any(character.isdigit() for character in text) else text


def _literal(mark: str) -> str:
    if mark == ",":
        return ""
    if mark[0] in "'\"":
        return mark[1:-1]
    return mark[1:] if mark[0] == "\\" else mark


def _literals(marks: list[str]) -> str:
    return "".join(_literal(mark) for mark in marks)


# ---------------------------------------------------------------------------------------------------------------------- dates

_STANDARD_DATES: Final = {
    "d": "M/d/yyyy",
    "D": "dddd, MMMM d, yyyy",
    "f": "dddd, MMMM d, yyyy h:mm tt",
    "F": "dddd, MMMM d, yyyy h:mm:ss tt",
    "g": "M/d/yyyy h:mm tt",
    "G": "M/d/yyyy h:mm:ss tt",
    "m": "MMMM d",
    "M": "MMMM d",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "t": "h:mm tt",
    "T": "h:mm:ss tt",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "U": "dddd, MMMM d, yyyy h:mm:ss tt",
    "y": "MMMM yyyy",
    "Y": "MMMM yyyy",
}


def format_date(value: datetime, pattern: str) -> str:
    """Return a date and time by a standard (`d`, `s`) or custom (`yyyy-MM-dd`) pattern. Raises `ValueError`."""
    if len(pattern) <= 1:
        if (pattern or "G") not in _STANDARD_DATES:
            raise ValueError("Input string was not in a correct format.")
        if pattern == "U" and value.tzinfo is not None:
            value = value.astimezone(UTC)
        pattern = _STANDARD_DATES[pattern or "G"]
    if len(pattern) > WIDTH_LIMIT:
        raise ValueError("Input string was not in a correct format.")
    return "".join(_date_piece(value, mark) for mark in _CUSTOM_DATE.findall(pattern))


def _offset(value: datetime, length: int) -> str:
    offset = value.utcoffset() or timedelta(0)
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    hours, minutes = divmod(abs(minutes), 60)
    if length == 1:
        return f"{sign}{hours}"
    return f"{sign}{hours:02}:{minutes:02}" if length > 2 else f"{sign}{hours:02}"  # noqa: PLR2004 - z, zz, zzz


def _zone_mark(value: datetime) -> str:
    if value.tzinfo is None:
        return ""
    return "Z" if value.tzinfo is UTC else _offset(value, 3)


def _fraction(microseconds: int, mark: str) -> str:
    digits = f"{microseconds:06}0"[: len(mark)]
    return digits.rstrip("0") if mark[0] == "F" else digits


def _two(number: int, mark: str) -> str:
    return f"{number:02}" if len(mark) > 1 else str(number)


def _year(value: datetime, mark: str) -> str:
    if len(mark) <= 2:  # noqa: PLR2004 - y, yy
        return _two(value.year % 100, mark)
    return str(value.year).zfill(len(mark))


def _month(value: datetime, mark: str) -> str:
    name = _MONTHS[value.month - 1]
    return {1: str(value.month), 2: f"{value.month:02}", 3: name[:3]}.get(len(mark), name)


def _day(value: datetime, mark: str) -> str:
    name = _DAYS[value.weekday()]
    return {1: str(value.day), 2: f"{value.day:02}", 3: name[:3]}.get(len(mark), name)


_DATE_PIECES: Final[dict[str, Callable[[datetime, str], str]]] = {
    "y": _year,
    "M": _month,
    "d": _day,
    "H": lambda value, mark: _two(value.hour, mark),
    "h": lambda value, mark: _two(value.hour % 12 or 12, mark),
    "m": lambda value, mark: _two(value.minute, mark),
    "s": lambda value, mark: _two(value.second, mark),
    "f": lambda value, mark: _fraction(value.microsecond, mark),
    "F": lambda value, mark: _fraction(value.microsecond, mark),
    "t": lambda value, mark: ("AM" if value.hour < 12 else "PM")[: len(mark)],  # noqa: PLR2004 - noon
    "z": lambda value, mark: _offset(value, len(mark)),
    "K": lambda value, _mark: _zone_mark(value),
    "g": lambda _value, _mark: "A.D.",
}


def _date_piece(value: datetime, mark: str) -> str:
    piece = _DATE_PIECES.get(mark[0])
    if piece is not None:
        return piece(value, mark)
    if mark == "%":
        return ""
    return _literal(mark) if mark[0] in "'\"\\" else mark


# ---------------------------------------------------------------------------------------------------------------------- spans


def format_span(value: timedelta, pattern: str) -> str:
    """Return a time span by `c`, `g`, `G` or a custom pattern (`hh\\:mm`). Raises `ValueError`."""
    if pattern in ("", "c", "t", "T"):
        return span_text(value)
    if pattern in ("g", "G"):
        return span_text(value)
    if len(pattern) > WIDTH_LIMIT:
        raise ValueError("Input string was not in a correct format.")
    value = abs(value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = {"d": value.days, "h": hours, "m": minutes, "s": seconds}
    pieces = []
    for mark in _CUSTOM_SPAN.findall(pattern):
        if mark[0] in parts:
            pieces.append(str(parts[mark[0]]).zfill(len(mark)))
        elif mark[0] in "fF":
            pieces.append(_fraction(value.microseconds, mark))
        elif mark[0] in "'\"\\":
            pieces.append(_literal(mark))
        elif mark != "%":
            raise ValueError("Input string was not in a correct format.")
    return "".join(pieces)


def _format_guid(value: UUID, pattern: str) -> str:
    plain = str(value)
    shapes = {"": plain, "D": plain, "N": plain.replace("-", ""), "B": "{" + plain + "}", "P": f"({plain})"}
    shape = shapes.get(pattern.upper())
    if shape is None:
        raise ValueError("Format String can be only 'D', 'd', 'N', 'n', 'P', 'p', 'B', 'b', 'X' or 'x'.")
    return shape
