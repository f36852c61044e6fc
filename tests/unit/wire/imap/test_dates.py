from datetime import UTC, date, datetime

import pytest

from delegacy.wire.imap.dates import DateTimePrinter, parse_date, parse_date_time
from delegacy.wire.imap.errors import InvalidImapCommand


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"1-Feb-1994", date(1994, 2, 1)), (b"01-feb-1994", date(1994, 2, 1)), (b"29-FEB-2024", date(2024, 2, 29))],
)
def test_dates_are_read(data: bytes, expected: date) -> None:
    assert parse_date(data) == expected


@pytest.mark.parametrize(
    "data", [b"", b"30-Feb-2024", b"1-Foo-2024", b"1-Feb-24", b"0-Feb-2024", b"1-Feb-0000", b"1 Feb 2024"]
)
def test_what_is_no_date_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidImapCommand):
        parse_date(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"17-Jul-1996 02:44:25 -0700", datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)),
        (b" 7-Jul-1996 02:44:25 +0000", datetime(1996, 7, 7, 2, 44, 25, tzinfo=UTC)),
        (b"7-Jul-1996 02:44:25 +0530", datetime(1996, 7, 6, 21, 14, 25, tzinfo=UTC)),
        (b"30-Jun-2015 23:59:60 +0000", datetime(2015, 6, 30, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_moments_are_read(data: bytes, expected: datetime) -> None:
    assert parse_date_time(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"17-Jul-1996",
        b"17-Jul-1996 24:00:00 +0000",
        b"17-Jul-1996 02:44:25",
        b"17-Jul-1996 02:44:25 -2500",
        b"31-Jun-1996 02:44:25 +0000",
        b"01-Jan-0001 00:00:00 +0100",
        b"31-Dec-9999 23:59:59 -0100",
    ],
)
def test_what_is_no_moment_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidImapCommand):
        parse_date_time(data)


@pytest.mark.parametrize(
    ("moment", "printed"),
    [
        (datetime(2026, 3, 2, 9, 5, 7, tzinfo=UTC), b'" 2-Mar-2026 09:05:07 +0000"'),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), b'"31-Dec-2026 23:59:59 +0000"'),
        (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), b'"31-Dec-1969 23:59:59 +0000"'),
    ],
)
def test_moments_are_printed_as_they_are_read(moment: datetime, printed: bytes) -> None:
    printer = DateTimePrinter()
    for _ in range(2):
        assert printer.print(int(moment.timestamp())) == printed
    assert parse_date_time(printed.strip(b'"')) == moment
