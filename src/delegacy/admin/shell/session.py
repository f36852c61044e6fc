"""What the shell needs from the session that runs its commands; a `session.runspace.Runspace` behind the composition root's adapter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from delegacy.powershell.suggestions import Suggestions


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a piece of script ended: whether its last statement succeeded, and the code that `exit` asked to leave with, if it did."""

    succeeded: bool
    exit_code: int | None = None


class CommandSession(Protocol):
    """Runs commands as one caller, keeps variables and functions from one to the next, and shows what they say on its host."""

    def run(self, text: str, *, name: str | None = None, arguments: Sequence[str] = ()) -> Outcome:
        """Run a script. `name` is its file, for messages; `arguments` bind to its parameters."""

    def complete(self, text: str, cursor: int) -> Suggestions:
        """Return what could stand at the cursor: cmdlets and parameters that the caller has, values, identities of recipients."""


class NamedSession(CommandSession, Protocol):
    """A session that tells whose it is."""

    @property
    def organization(self) -> str:
        """The name of the organization that commands are about."""

    @property
    def caller(self) -> str:
        """The name of whom they run as."""
