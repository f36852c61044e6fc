"""IMAP's dates (RFC 9051 section 9: ``date``, ``date-time``)."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from delegacy.wire.imap.errors import InvalidImapCommand

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE: Final = re.compile(rb"([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})")
_DATE_TIME: Final = re.compile(
    rb"(?: ?([0-9])|([0-9]{2}))-([A-Za-z]{3})-([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})"
)
_DAY: Final = 86400


def parse_date(data: bytes) -> date:
    """Return the date that ``data`` writes, ``1-Feb-1994``; raise ``InvalidImapCommand``."""
    found = _DATE.fullmatch(data)
    if found is None:
        raise InvalidImapCommand("Invalid date")
    try:
        return date(int(found[3]), _month(found[2]), int(found[1]))
    except ValueError as error:
        raise InvalidImapCommand("Invalid date") from error


def parse_date_time(data: bytes) -> datetime:
    """Return the moment that ``data`` writes, ``17-Jul-1996 02:44:25 -0700``; raise ``InvalidImapCommand``."""
    found = _DATE_TIME.fullmatch(data)
    if found is None:
        raise InvalidImapCommand("Invalid date-time")
    try:
        minutes = int(found[9]) * 60 + int(found[10])
        zone = timezone(timedelta(minutes=-minutes if found[8] == b"-" else minutes))
        moment = datetime(
            int(found[4]),
            _month(found[3]),
            int(found[1] or found[2]),
            int(found[5]),
            int(found[6]),
            min(int(found[7]), 59),  # RFC 5322 section 3.3 admits a leap second
            tzinfo=zone,
        )
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidImapCommand("Invalid date-time") from error


def _month(name: bytes) -> int:
    return _MONTHS.index(name.decode("ascii").lower()) + 1


class DateTimePrinter:
    """Prints moments as ``date-time`` in UTC; remembers the days that it has met, as messages of one day come together."""

    def __init__(self) -> None:
        self._days: dict[int, bytes] = {}

    def print(self, seconds: int) -> bytes:
        """Return the moment so many seconds after the start of 1970, quoted."""
        day, rest = divmod(seconds, _DAY)
        printed = self._days.get(day)
        if printed is None:
            printed = self._days[day] = _print_day(day)
        minutes, second = divmod(rest, 60)
        return b'"%b %02d:%02d:%02d +0000"' % (printed, minutes // 60, minutes % 60, second)


def _print_day(day: int) -> bytes:
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)
    return b"%2d-%b-%04d" % (when.day, _MONTHS[when.month - 1].title().encode("ascii"), when.year)
