"""What a script may use up. Whatever it does, it ends: by itself or with an error record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from delegacy.powershell.errors import ErrorCategory, PowerShellError, runtime_error

MAX_TEXT: Final = 64 * 2**20
MAX_ITEMS: Final = 5_000_000
MAX_JSON_DEPTH: Final = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """The budget of one run: statements and records (steps), seconds of the host's clock (None for no end), and nested calls."""

    steps: int = 50_000_000
    seconds: float | None = None
    call_depth: int = 1000


def limit_error(what: str) -> PowerShellError:
    """Return the error for a budget that is used up."""
    return runtime_error(
        f"The script was stopped because {what}.", "ScriptLimitExceeded", ErrorCategory.LIMITS_EXCEEDED
    )


def check_text(length: int) -> None:
    """Raise when a text would become too long."""
    if length > MAX_TEXT:
        raise limit_error(f"a text would be longer than {MAX_TEXT} characters")


def check_items(count: int) -> None:
    """Raise when an array would become too long."""
    if count > MAX_ITEMS:
        raise limit_error(f"an array would have more than {MAX_ITEMS} items")
