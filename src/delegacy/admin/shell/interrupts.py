"""Ctrl-C: stops what runs, ends a question, and never leaves a change half made.

While commands run, the signal only raises a flag that the language asks for between steps. A handler that raises would interrupt a
transaction at any place; so it raises only where nothing but waiting goes on, and as the way out of something that does not stop.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_PATIENCE: Final = 3.0
"""Seconds after which Ctrl-C ends what did not stop by itself."""


class Interrupts:
    """Whether the user asked to stop."""

    def __init__(self) -> None:
        self._asked_at: float | None = None
        self._waiting = False

    def is_stopping(self) -> bool:
        """Return whether Ctrl-C was pressed since the last `reset`."""
        return self._asked_at is not None

    @property
    def asked_at(self) -> float | None:
        """When the user asked to stop, by a clock that knows no date; None if he has not."""
        return self._asked_at

    def stop(self) -> None:
        """Ask to stop, as Ctrl-C does."""
        if self._asked_at is None:
            self._asked_at = time.monotonic()

    def reset(self) -> None:
        """Forget that there was a request to stop; the next command begins."""
        self._asked_at = None

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Take Ctrl-C while the block runs. Only in the main thread."""
        before = signal.signal(signal.SIGINT, self._on_signal)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    @contextmanager
    def ending_waits(self) -> Iterator[None]:
        """Let Ctrl-C end the block by `KeyboardInterrupt`, besides asking to stop: it waits for the user and does nothing else."""
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        is_stuck = self._asked_at is not None and time.monotonic() - self._asked_at > _PATIENCE
        self.stop()
        if self._waiting or is_stuck:
            raise KeyboardInterrupt
