"""The `Cmdlet` base: begin, process, end, the output streams and ShouldProcess; and the gate that a session puts around cmdlets.

A cmdlet is a dataclass whose fields are its parameters::

    @dataclass(kw_only=True)
    class GetGreeting(Cmdlet):
        '''Return a greeting.'''

        name = "Get-Greeting"

        identity: str = parameter(position=0, mandatory=True, pipeline=True)

        def process(self) -> None:
            self.write_object(f"Hello, {self.identity}.")

One instance serves one pipeline: parameters given on the command line are set before `begin`, those from the pipeline before each
`process`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, NoReturn, Protocol

from delegacy.powershell.errors import ErrorRecord, PowerShellError
from delegacy.powershell.metadata import CmdletInfo, ConfirmImpact, Example
from delegacy.powershell.streams import InformationRecord, ProgressRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_NOTHING_BOUND: Final[Mapping[str, object]] = MappingProxyType({})


class CommandRuntime(Protocol):
    """Where the output of a cmdlet goes. The interpreter brings one for each command of a pipeline."""

    def write_object(self, value: object) -> None:
        """Hand a value to the next command."""

    def write_error(self, record: ErrorRecord) -> None:
        """Report an error and go on. Raises `PowerShellError` under -ErrorAction Stop."""

    def write_warning(self, message: str) -> None:
        """Report a warning."""

    def write_verbose(self, message: str) -> None:
        """Write a line that -Verbose shows."""

    def write_debug(self, message: str) -> None:
        """Write a line that -Debug shows."""

    def write_information(self, record: InformationRecord) -> None:
        """Write to the information stream."""

    def write_progress(self, progress: ProgressRecord) -> None:
        """Show the state of something that takes time."""

    def should_process(self, sentence: str) -> bool:
        """Return whether to make the change that the sentence tells of; see `Cmdlet.should_process`."""

    def should_continue(self, query: str, caption: str, /) -> bool:
        """Ask a question that only -Force or the like may skip; see `Cmdlet.should_continue`."""

    def is_stopping(self) -> bool:
        """Return whether the pipeline is being stopped."""

    @property
    def only_asks(self) -> bool:
        """Whether changes are only told of and not made (-WhatIf, $WhatIfPreference)."""

    def tell_what_if(self, sentence: str) -> None:
        """Print `What if: <sentence>`."""

    @property
    def feeds_gated_cmdlet(self) -> bool:
        """Whether the next command of the pipeline is one of the session's cmdlets."""


@dataclass(kw_only=True)
class Cmdlet:
    """A command written in Python.

    `bound` holds the parameters that were given, by Python name, with their values: `-GrantSendOnBehalfTo $null` is in it and an
    absent parameter is not. `parameter_set` is the name of the set that was chosen. Where `binds_properties` is False nothing binds from the
    properties of a record, whatever the parameters that it shares with others declare.
    """

    name: ClassVar[str] = ""
    default_parameter_set: ClassVar[str] = ""
    supports_should_process: ClassVar[bool] = False
    confirm_impact: ClassVar[ConfirmImpact] = ConfirmImpact.MEDIUM
    output_types: ClassVar[tuple[str, ...]] = ()
    unsupported: ClassVar[Collection[str]] = frozenset()
    binds_properties: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = ()

    runtime: CommandRuntime = field(init=False, repr=False, compare=False)
    bound: Mapping[str, object] = field(init=False, default_factory=lambda: _NOTHING_BOUND, repr=False, compare=False)
    parameter_set: str = field(init=False, default="", repr=False, compare=False)

    def begin(self) -> None:
        """Run once before the first record."""

    def process(self) -> None:
        """Run once for each record; once in all when nothing is piped in."""

    def end(self) -> None:
        """Run once after the last record."""

    def stop(self) -> None:
        """Give up what would be lost, when the user stops the pipeline. Neither `process` nor `end` follows."""

    @property
    def stopping(self) -> bool:
        """Whether the user asked to stop; long loops ask it and return."""
        return self.runtime.is_stopping()

    def write_object(self, value: object) -> None:
        """Hand one value to the next command; a collection is handed over as a whole."""
        self.runtime.write_object(value)

    def write_objects(self, values: Collection[object]) -> None:
        """Hand each value to the next command."""
        for value in values:
            self.runtime.write_object(value)

    def write_error(self, record: ErrorRecord) -> None:
        """Report an error and go on. Ends the command, by an exception, under -ErrorAction Stop."""
        self.runtime.write_error(record)

    def write_warning(self, message: str) -> None:
        """Report a warning."""
        self.runtime.write_warning(message)

    def write_verbose(self, message: str) -> None:
        """Write a line that -Verbose shows."""
        self.runtime.write_verbose(message)

    def write_debug(self, message: str) -> None:
        """Write a line that -Debug shows."""
        self.runtime.write_debug(message)

    def write_information(self, data: object, tags: tuple[str, ...] = ()) -> None:
        """Write to the information stream."""
        self.runtime.write_information(InformationRecord(data, tags))

    def write_progress(self, progress: ProgressRecord) -> None:
        """Show the state of something that takes time."""
        self.runtime.write_progress(progress)

    def should_process(self, sentence: str) -> bool:
        """Return whether to make the change that the sentence tells of (`Removing mailbox permission "X" for user "Y".`).

        Under -WhatIf prints `What if: <sentence>` and answers no. Asks the user under -Confirm, and when the cmdlet's `confirm_impact`
        reaches $ConfirmPreference. "Yes to All" and "No to All" hold for the pipeline. Ask before the first change of a step.
        """
        return self.runtime.should_process(sentence)

    def should_continue(self, query: str, caption: str = "Confirm") -> bool:
        """Ask a second question, for what is too dangerous for -Confirm:$false alone; skip the call under -Force."""
        return self.runtime.should_continue(query, caption)

    def throw_terminating(self, record: ErrorRecord) -> NoReturn:
        """End the command and its pipeline with an error."""
        raise PowerShellError(record)


class CommandGate(Protocol):
    """What a session puts around the cmdlets it grants: who may see them, how they are made, run and made durable.

    Durability: the interpreter shows nothing (objects, warnings, host lines; their order is kept) while `pending` is true. It calls
    `flush` at the end of a pipeline that no other pipeline encloses, before a question, a wait or writing a file, and before the
    script ends; the gate may make changes durable earlier by its own policy. When `flush` raises, what was held back is not shown,
    apart from errors, and the exception becomes an error record.
    """

    def find(self, name: str) -> CmdletInfo | None:
        """Return the cmdlet with this name (case ignored) if this caller may see it."""

    def unsupported(self, name: str) -> str | None:
        """Return, as it is written, the name (case ignored) of a cmdlet that is known and that nobody has here; None for any other."""

    def names(self) -> Collection[str]:
        """Return the names of all cmdlets that this caller may see."""

    def create(self, info: CmdletInfo) -> Cmdlet:
        """Return a new cmdlet with what it needs, parameters not yet set."""

    def step(self, cmdlet: Cmdlet, run: Callable[[], None]) -> None:
        """Call `run`, which is one begin, process or end of the cmdlet, and keep or undo its changes. Lets its exceptions through.

        Output of cmdlets that support ShouldProcess is handed on when their step has returned, so that their steps contain no other
        steps. The step of a reading cmdlet may contain steps of the commands after it in the pipeline.
        """

    @property
    def pending(self) -> bool:
        """Whether there are changes that are made and not yet durable."""

    def flush(self) -> None:
        """Make all changes durable. May raise; then they are gone."""

    def error_record(self, error: Exception, cmdlet: Cmdlet) -> ErrorRecord | None:
        """Return the record for an exception of a cmdlet, or None when the session does not know it."""
