"""What an interpreter knows, for completion: its commands and variables, and somebody else's identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delegacy.powershell.interpreter.engine_view import EngineView

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from delegacy.powershell.completion import Identity, IdentityCompleter
    from delegacy.powershell.interpreter.machine import Frame, Machine
    from delegacy.powershell.metadata import CmdletInfo


class KnownToInterpreter:
    """Implements `CompletionSource`."""

    def __init__(self, machine: Machine, frame: Frame, identities: IdentityCompleter) -> None:
        self._view = EngineView(machine, frame)
        self._identities = identities

    def commands(self) -> Collection[CmdletInfo]:
        """Return all cmdlets and functions."""
        return self._view.commands()

    def find_command(self, name: str) -> CmdletInfo | None:
        """Return the cmdlet or function with a name or alias, None when there is none."""
        return self._view.find_command(name)

    def variables(self) -> Mapping[str, object]:
        """Return all variables by name."""
        return self._view.variables()

    def complete_identity(self, kind: str, prefix: str, limit: int) -> Sequence[Identity]:
        """Return objects of a kind whose names begin with a text."""
        return self._identities.complete_identity(kind, prefix, limit)
