"""The output streams as records: what a command can say besides its output objects.

Numbers are those of redirection operators (`2>`, `3>&1`); progress cannot be redirected.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Stream(IntEnum):
    """One of PowerShell's streams, by its redirection number."""

    SUCCESS = 1
    ERROR = 2
    WARNING = 3
    VERBOSE = 4
    DEBUG = 5
    INFORMATION = 6
    PROGRESS = 7


@dataclass(frozen=True, slots=True)
class WarningRecord:
    """A warning."""

    message: str


@dataclass(frozen=True, slots=True)
class VerboseRecord:
    """A line of -Verbose."""

    message: str


@dataclass(frozen=True, slots=True)
class DebugRecord:
    """A line of -Debug."""

    message: str


@dataclass(frozen=True, slots=True)
class HostText:
    """Text for the person in front of the host, as Write-Host makes it."""

    text: str
    foreground: str | None = None
    background: str | None = None
    newline: bool = True


@dataclass(frozen=True, slots=True)
class InformationRecord:
    """A record of the information stream. Text of Write-Host is carried as `HostText` with the tag PSHOST."""

    data: object
    tags: tuple[str, ...] = ()

    @property
    def is_host_text(self) -> bool:
        """Whether it is shown whatever $InformationPreference says."""
        return "PSHOST" in self.tags


@dataclass(frozen=True, slots=True)
class ProgressRecord:
    """The state of something that takes time."""

    activity: str
    status: str = "Processing"
    activity_id: int = 0
    parent_id: int = -1
    percent: int = -1
    seconds_remaining: int = -1
    operation: str = ""
    completed: bool = False
