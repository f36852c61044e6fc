"""What the shell needs from the session that runs its commands; a `session.runspace.Runspace` behind the composition root's adapter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a piece of script ended: whether its last statement succeeded, and the code that `exit` asked to leave with, if it did."""

    succeeded: bool
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way to go on: what is put in, quoted where it must be, and what the list of suggestions shows."""

    text: str
    label: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What could stand from a place in the text up to the cursor."""

    start: int
    items: tuple[Suggestion, ...] = ()


class CommandSession(Protocol):
    """Runs commands as one caller, keeps variables and functions from one to the next, and shows what they say on its host."""

    def run(self, text: str, *, name: str | None = None, arguments: Sequence[str] = ()) -> Outcome:
        """Run a script. `name` is its file, for messages; `arguments` bind to its parameters."""

    def complete(self, text: str, cursor: int) -> Suggestions:
        """Return what could stand at the cursor: cmdlets and parameters that the caller has, values, identities of recipients."""
