"""Grants that end by themselves: -ExpiresAt and -For, which Exchange does not have."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from delegacy.cmdlets._base import Session
from delegacy.domain.errors import InvalidProperty
from delegacy.powershell.dates import parse_span
from delegacy.powershell.metadata import parameter

_LONGEST: Final = timedelta(days=36_525)


def as_period(value: object) -> timedelta:
    """Return a period: a number of days, or a time span as d.hh:mm:ss. Raises `ValueError`."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return timedelta(days=max(-1, min(value, _LONGEST.days + 1)))
    try:
        return parse_span(str(value))
    except ValueError:
        raise ValueError(f"'{value}' isn't a period. Give a number of days, or days and time as 1.12:00:00.") from None


def expires_at_parameter(sets: Iterable[str] = ()) -> Any:  # noqa: ANN401 - as `parameter`
    """Declare ``-ExpiresAt``; its field is a ``datetime | None``."""
    return parameter(sets=tuple(sets), help="When the permission ends by itself.")


def for_parameter(sets: Iterable[str] = ()) -> Any:  # noqa: ANN401 - as `parameter`
    """Declare ``-For``; its field is a ``timedelta | None``."""
    return parameter(
        sets=tuple(sets),
        name="For",
        convert=as_period,
        help="How long the permission lasts from now on: a number of days, or 1.12:00:00 for a day and a half.",
    )


def told_end(end: datetime | None) -> str:
    """Return how the audit log tells when a grant ends."""
    return "never" if end is None else f"{end:%Y-%m-%d %H:%M:%S} UTC"


def end_of(session: Session, expires_at: datetime | None, period: timedelta | None) -> datetime | None:
    """Return when a grant ends, in UTC; None where neither parameter was given.

    Raises `InvalidProperty` for both together, and for a moment that has passed.
    """
    if expires_at is not None and period is not None:
        raise InvalidProperty("Give either -ExpiresAt or -For, not both.", "ExpiresAt")
    now = session.clock.now()
    if period is not None:
        if not timedelta(0) < period <= _LONGEST:
            raise InvalidProperty("-For must be a period between an instant and a hundred years.", "For")
        return now + period
    if expires_at is None:
        return None
    end = session.to_utc(expires_at)
    if end <= now:
        raise InvalidProperty(f"-ExpiresAt is {end:%Y-%m-%d %H:%M:%S} UTC, which has passed already.", "ExpiresAt")
    return end
