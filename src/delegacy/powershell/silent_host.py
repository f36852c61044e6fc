"""A host without anybody at it: shows nothing, has no files, and nobody answers its questions."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Never

from delegacy.powershell.host import Choice, EndOfInput
from delegacy.powershell.streams import HostText, ProgressRecord, Stream

WIDTH = 120


class SilentHost:
    """Implements `Host` for commands that the program runs for itself. ``now`` tells the time, with a time zone."""

    width = WIDTH
    is_terminal = False
    files = None

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def is_stopping(self) -> bool:
        """Nobody asks to stop."""
        return False

    def now(self) -> datetime:
        """Return the current time."""
        return self._now()

    def to_utc(self, moment: datetime) -> datetime:
        """Return a moment in UTC; one without a time zone is."""
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def sleep(self, seconds: float) -> None:
        """Go on at once: nobody is there to wait for."""

    def write(self, stream: Stream, text: str) -> None:
        """Show nothing."""

    def write_host(self, text: HostText) -> None:
        """Show nothing."""

    def write_progress(self, progress: ProgressRecord) -> None:
        """Show nothing."""

    def clear(self) -> None:
        """Do nothing."""

    def prompt_for_choice(self, _caption: str, _message: str, _choices: Sequence[Choice], _default: int) -> Never:
        """Raise `EndOfInput`."""
        raise EndOfInput

    def read_line(self, _prompt: str) -> Never:
        """Raise `EndOfInput`."""
        raise EndOfInput

    def read_secret(self, _prompt: str) -> Never:
        """Raise `EndOfInput`."""
        raise EndOfInput
