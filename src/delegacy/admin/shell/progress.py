"""The one line of a terminal that shows how far something is."""

import time
from collections.abc import Callable
from typing import Final

from delegacy.admin.shell.terminal_text import cut, displayable
from delegacy.powershell.streams import ProgressRecord

_BAR: Final = 30
_LEAST_BAR: Final = 10
_BESIDE_BAR: Final = 65
_ECHO: Final = 3
"""Room for the `^C` that a terminal echoes: what wraps could not be erased."""
_INTERVAL: Final = 0.1
_HUNDRED: Final = 100


class ProgressLine:
    """Keeps what is under way, and says what to show. Several activities may run inside each other: the latest is shown."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._records: dict[int, ProgressRecord] = {}
        self._shown_at: float | None = None

    def update(self, record: ProgressRecord, width: int) -> str | None:
        """Take a record; return the line to show, or None when it is too early to change what stands there.

        An empty line means that nothing is under way any more.
        """
        self._records.pop(record.activity_id, None)
        if not record.completed:
            self._records[record.activity_id] = record
        now = self._monotonic()
        if self._records and self._shown_at is not None and now - self._shown_at < _INTERVAL:
            return None
        self._shown_at = now if self._records else None
        return self._line(width)

    def clear(self) -> None:
        """Forget everything: the command has ended."""
        self._records.clear()
        self._shown_at = None

    def _line(self, width: int) -> str:
        if not self._records:
            return ""
        record = next(reversed(self._records.values()))
        parts = [record.activity]
        if 0 <= record.percent <= _HUNDRED:
            length = max(_LEAST_BAR, min(_BAR, width - _BESIDE_BAR))
            done = record.percent * length // _HUNDRED
            parts.append(f"[{'=' * done}{' ' * (length - done)}] {record.percent}%")
        parts.extend(part for part in (record.status, record.operation) if part)
        if record.seconds_remaining >= 0:
            minutes, seconds = divmod(record.seconds_remaining, 60)
            hours, minutes = divmod(minutes, 60)
            parts.append(f"{hours:02}:{minutes:02}:{seconds:02} remaining")
        line = displayable("  ".join(parts)).replace("\n", " ").replace("\t", " ")
        return cut(line, max(1, width - _ECHO))
