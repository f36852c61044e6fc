"""What the built-in commands have in common: the interpreter at hand, and errors in PowerShell's words."""

from dataclasses import dataclass, field
from typing import ClassVar, Never

from delegacy.powershell.cmdlet import Cmdlet
from delegacy.powershell.engine import Engine
from delegacy.powershell.errors import ErrorCategory, ErrorRecord, PowerShellError


@dataclass(kw_only=True)
class Builtin(Cmdlet):
    """A command of the language. `lenient` ones take any parameters: they stand in for commands that have nothing to do here."""

    lenient: ClassVar[bool] = False

    engine: Engine = field(init=False, repr=False, compare=False)

    def fail(
        self,
        message: str,
        error_id: str,
        category: ErrorCategory = ErrorCategory.INVALID_ARGUMENT,
        target: object = None,
    ) -> Never:
        """End the command with an error."""
        raise PowerShellError(ErrorRecord(message, error_id, category, target))

    def complain(
        self,
        message: str,
        error_id: str,
        category: ErrorCategory = ErrorCategory.INVALID_ARGUMENT,
        target: object = None,
    ) -> None:
        """Report an error and go on."""
        self.write_error(ErrorRecord(message, error_id, category, target))
