"""How many records cmdlets that change something have taken in a run, and how they fared: for a line at its end, and for progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from delegacy.powershell.streams import ProgressRecord

if TYPE_CHECKING:
    from datetime import datetime

BULK: Final = 100
"""So many records of one cmdlet, and nobody counts them on the screen."""
PATIENCE: Final = timedelta(seconds=1)
INTERVAL: Final = timedelta(milliseconds=250)
_WHOLE: Final = 100


class Outcome(Enum):
    """How a record fared."""

    SUCCEEDED = auto()
    FAILED = auto()
    SKIPPED = auto()


class Tally:
    """The records of one run, by cmdlet."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[Outcome, int]] = {}

    def count(self, cmdlet: str, outcome: Outcome) -> None:
        """Count a record."""
        counts = self._counts.setdefault(cmdlet, dict.fromkeys(Outcome, 0))
        counts[outcome] += 1

    def sentences(self, *, stopped: bool) -> list[str]:
        """Return what to say at the end, once for each cmdlet that took many records: when some failed, or it was stopped."""
        return [
            f"{cmdlet}{' was stopped' if stopped else ''}: {_in_words(counts)}."
            for cmdlet, counts in self._counts.items()
            if sum(counts.values()) >= BULK and (stopped or counts[Outcome.FAILED])
        ]


def _in_words(counts: dict[Outcome, int]) -> str:
    words = [f"{counts[Outcome.SUCCEEDED]:,} succeeded", f"{counts[Outcome.FAILED]:,} failed"]
    if counts[Outcome.SKIPPED]:
        words.append(f"{counts[Outcome.SKIPPED]:,} skipped")
    return ", ".join(words)


@dataclass(slots=True)
class Feed:
    """How much of what a pipeline works off is done, from 0 to 1; None while nobody knows."""

    fraction: float | None = None


class ProgressOfRecords:
    """Tells when it is time to show how far a cmdlet is."""

    def __init__(self, cmdlet: str, now: datetime) -> None:
        self._cmdlet = cmdlet
        self._began = self._shown_at = now
        self._done = 0
        self._is_shown = False

    def advanced(self, now: datetime, feed: Feed) -> ProgressRecord | None:
        """Take note of a record; return what to show, None while it is too early."""
        self._done += 1
        if now - self._began < PATIENCE or now - self._shown_at < INTERVAL:
            return None
        self._shown_at, self._is_shown = now, True
        if feed.fraction is None:
            return ProgressRecord(self._cmdlet, f"{self._done:,} done")
        left = (now - self._began) * (1 / feed.fraction - 1) if feed.fraction else None
        return ProgressRecord(
            self._cmdlet,
            f"{self._done:,} done",
            percent=min(_WHOLE, int(feed.fraction * _WHOLE)),
            seconds_remaining=-1 if left is None else int(left.total_seconds()),
        )

    def ended(self) -> ProgressRecord | None:
        """Return what takes the last thing that was shown away."""
        return ProgressRecord(self._cmdlet, completed=True) if self._is_shown else None
