"""Text to dates and time spans, as `[datetime]'...'` and `[timespan]'...'` read them (invariant culture, so month before day)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_WEEKDAY: Final = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
_TIME: Final = (
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?)?\s*(?P<half>[ap]m?)?"
    r"\s*(?P<zone>z|gmt|utc|[+-]\d{1,2}(?::?\d{2})?)?"
)
_AFTER: Final = rf"(?:(?:t|,?\s+){_TIME})?"
_DATES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<year>\d{{4}})[-/.](?P<number>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_AFTER}",
        rf"{_WEEKDAY}(?P<number>\d{{1,2}})[-/.](?P<day>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d{{2}}){_AFTER}",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})[-\s]+{_MONTH}[-,\s]+(?P<year>\d{{4}}|\d{{2}}){_AFTER}",
        rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_AFTER}",
        rf"{_MONTH}\s+(?P<year>\d{{4}})",
    )
)
_SPAN: Final = re.compile(
    r"(?P<sign>-)?(?:(?P<days>\d{1,8})|(?:(?P<before>\d{1,8})\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{1,2})(?::(?P<seconds>\d{1,2})(?:\.(?P<fraction>\d{1,7}))?)?)"
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_KNOWN_WORD: Final = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)[a-z]*|[ap]m?|[tz]|gmt|utc|st|nd|rd|th",
    re.IGNORECASE,
)
_PIVOT: Final = 30
_NOON: Final = 12


def parse_date(text: str) -> datetime:
    """Return the date and time that a text names; without a zone in it the result has none. Raises `ValueError`."""
    for pattern in _DATES:
        found = pattern.fullmatch(text.strip())
        if found is not None:
            return _date(found.groupdict())
    raise ValueError(text)


def unreadable_date(text: str) -> str:
    """Return why a text is no date, in the words of the .NET Framework."""
    unknown = next((found for found in _WORD.finditer(text) if not _KNOWN_WORD.fullmatch(found.group())), None)
    if unknown is None:
        return "String was not recognized as a valid DateTime."
    return (
        "The string was not recognized as a valid DateTime. There is an unknown word starting at index "
        f"{unknown.start()}."
    )


def _date(parts: dict[str, str | None]) -> datetime:
    year = int(parts["year"] or 0)
    if year < 100:  # noqa: PLR2004 - two digits
        year += 2000 if year < _PIVOT else 1900
    name = parts.get("month")
    month = _MONTHS.index(name.lower()[:3]) + 1 if name else int(parts.get("number") or 1)
    hour = int(parts.get("hour") or 0)
    half = (parts.get("half") or "").lower()[:1]
    if half:
        if not 1 <= hour <= _NOON:
            raise ValueError(hour)
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    return datetime(
        year,
        month,
        int(parts.get("day") or 1),
        hour,
        int(parts.get("minute") or 0),
        int(parts.get("second") or 0),
        int((parts.get("fraction") or "0").ljust(6, "0")[:6]),
        tzinfo=_zone(parts.get("zone")),
    )


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))  # noqa: PLR2004 - hh, hhmm
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def parse_span(text: str) -> timedelta:
    """Return the time span that a text names: days, or `[d.]hh:mm[:ss[.ff]]`. Raises `ValueError`."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds = int(found["hours"] or 0), int(found["minutes"] or 0), int(found["seconds"] or 0)
    if hours > 23 or minutes > 59 or seconds > 59:  # noqa: PLR2004 - parts of a day
        raise ValueError(text)
    span = timedelta(
        days=int(found["days"] or found["before"] or 0),
        hours=hours,
        minutes=minutes,
        seconds=seconds,
        microseconds=int((found["fraction"] or "0").ljust(6, "0")[:6]),
    )
    return -span if found["sign"] else span
