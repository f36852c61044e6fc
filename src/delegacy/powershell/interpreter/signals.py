"""How control leaves where it is. None of these is an error, and no `except Exception` may stop them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from delegacy.powershell.errors import ErrorRecord


class Signal(BaseException):
    """Control on its way to the construct that it is meant for."""


class BreakLoop(Signal):
    """`break`: leaves the loop with the label, or the nearest one."""

    def __init__(self, label: str = "") -> None:
        super().__init__(label)
        self.label = label


class ContinueLoop(Signal):
    """`continue`: goes on with the next turn of the loop with the label, or of the nearest one."""

    def __init__(self, label: str = "") -> None:
        super().__init__(label)
        self.label = label


class Returned(Signal):
    """`return`: leaves the script block."""


class Exited(Signal):
    """`exit`: leaves the script."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class UpstreamStopped(Signal):
    """A command of a pipeline wants no more records (`Select-Object -First`)."""

    def __init__(self, stage: object) -> None:
        super().__init__()
        self.stage = stage


class LimitReached(Signal):
    """The budget of the run is used up. No `catch` catches it."""

    def __init__(self, record: ErrorRecord) -> None:
        super().__init__(record.message)
        self.record = record


class Stopped(Signal):
    """The user stopped the pipeline."""
