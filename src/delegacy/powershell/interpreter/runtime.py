"""What a running command writes to: its output, its messages by preference, and the questions it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from delegacy.powershell.common_parameters import ActionPreference
from delegacy.powershell.convert import truth
from delegacy.powershell.errors import ErrorCategory, ErrorRecord, PowerShellError
from delegacy.powershell.host import Choice, EndOfInput, unanswered
from delegacy.powershell.interpreter.signals import Stopped
from delegacy.powershell.metadata import CmdletInfo, ConfirmImpact
from delegacy.powershell.streams import (
    DebugRecord,
    HostText,
    InformationRecord,
    ProgressRecord,
    Stream,
    VerboseRecord,
    WarningRecord,
)
from delegacy.powershell.text import to_text
from delegacy.powershell.values import ArrayList

if TYPE_CHECKING:
    from delegacy.powershell.binder import Binding
    from delegacy.powershell.interpreter.machine import CommandCall, Emit, Frame, Machine

YES: Final = Choice("&Yes", "Continue with only the next step of the operation.")
YES_TO_ALL: Final = Choice("Yes to &All", "Continue with all the steps of the operation.")
NO: Final = Choice("&No", "Skip this operation and proceed with the next operation.")
NO_TO_ALL: Final = Choice("No to A&ll", "Skip this operation and all subsequent operations.")
HALT: Final = Choice("&Halt Command", "Stop this command.")
_CHOICES: Final = (YES, YES_TO_ALL, NO, NO_TO_ALL)
_SHOWN: Final = frozenset({ActionPreference.CONTINUE, ActionPreference.INQUIRE, ActionPreference.STOP})
_KEPT: Final = {
    Stream.ERROR: "error_variable",
    Stream.WARNING: "warning_variable",
    Stream.INFORMATION: "information_variable",
}
_IMPACTS: Final = {impact.name.lower(): impact for impact in ConfirmImpact}


class Variables:
    """The variables that -OutVariable, -ErrorVariable and the like name: filled while the command runs."""

    def __init__(self, frame: Frame, binding: Binding) -> None:
        self._lists: dict[str, ArrayList] = {}
        for attribute in ("out_variable", "error_variable", "warning_variable", "information_variable"):
            name = binding.common(attribute)
            if name:
                self._lists[attribute] = _named_list(frame, to_text(name))
        pipeline = binding.common("pipeline_variable")
        self.pipeline = to_text(pipeline) if pipeline else ""

    def list_of(self, attribute: str) -> ArrayList | None:
        """Return the list behind one of the parameters, None when it was not given."""
        return self._lists.get(attribute)


def _named_list(frame: Frame, name: str) -> ArrayList:
    plain = name.removeprefix("+")
    known = frame.scope.get(plain)
    if name.startswith("+") and isinstance(known, ArrayList):
        return known
    made = ArrayList()
    frame.scope.set(plain, made)
    return made


class StageRuntime:
    """The `CommandRuntime` of one command of a pipeline."""

    def __init__(self, machine: Machine, call: CommandCall, frame: Frame, binding: Binding, out: Emit) -> None:
        self.machine = machine
        self.call = call
        self.frame = frame
        self.info: CmdletInfo = binding.info
        self.errors = 0
        self.has_declined = False
        self.held: list[object] | None = None
        self._answered: bool | None = None  # "Yes to All" and "No to All" hold for the pipeline
        self._out = out
        self._binding = binding
        self._variables = Variables(frame, binding)
        self._outputs = self._variables.list_of("out_variable")
        self._plain = self._outputs is None and not self._variables.pipeline

    @property
    def had_error(self) -> bool:
        """Whether the command reported an error."""
        return self.errors > 0

    # -------------------------------------------------------------------------------------------------------------- output

    def write_object(self, value: object) -> None:
        """Hand a value to the next command, or hold it until the step is over."""
        if self.held is None:
            self.hand_on(value)
        else:
            self.held.append(value)

    @property
    def feeds_gated_cmdlet(self) -> bool:
        """Whether the next command of the pipeline is one of the session's cmdlets."""
        feeds = self.call.feeds
        return isinstance(feeds, CmdletInfo) and self.machine.is_gated(feeds)

    def hand_on(self, value: object) -> None:
        """Hand a value to the next command."""
        if not self._plain:
            if self._outputs is not None:
                self._outputs.append(value)
            if self._variables.pipeline:
                self.frame.scope.put(self._variables.pipeline.lower(), value)
        self._out(value)

    def _action(self, attribute: str, preference: str, otherwise: ActionPreference) -> ActionPreference:
        given = self._binding.common(attribute)
        if isinstance(given, ActionPreference):
            return given
        return self.frame.preference(preference) or otherwise

    # -------------------------------------------------------------------------------------------------------------- errors

    def write_error(self, record: ErrorRecord) -> None:
        """Report an error by -ErrorAction. Raises `PowerShellError` under Stop."""
        record = self.located(record)
        action = self._action("error_action", "ErrorActionPreference", ActionPreference.CONTINUE)
        self.errors += 1
        if action is ActionPreference.IGNORE:
            return
        self._kept(Stream.ERROR, record)
        if action is ActionPreference.INQUIRE:
            action = self._inquired(record.message)
        if action is ActionPreference.STOP:
            raise PowerShellError(record, ends_script=True)
        self.machine.remember(record)
        if action is not ActionPreference.SILENTLY_CONTINUE:
            self.frame.streams.emit(Stream.ERROR, record)

    def located(self, record: ErrorRecord) -> ErrorRecord:
        """Return the record with the command's name and place filled in."""
        if record.position is not None and record.command:
            return record
        return record.located(
            self.call.extent.position,
            command=self.info.name,
            invocation=self.call.name,
            source=self.info.error_source,
        )

    def keep(self, stream: Stream, record: object) -> None:
        """Keep a record for -ErrorVariable and the like."""
        kept = self._variables.list_of(_KEPT[stream]) if stream in _KEPT else None
        if kept is not None:
            kept.append(record)

    def _kept(self, stream: Stream, record: object) -> None:
        """Keep a record, and let the functions around keep it."""
        self.keep(stream, record)
        for tap in self.frame.taps:
            tap.keep(stream, record)

    def _inquired(self, message: str) -> ActionPreference:
        answer = self._ask("Confirm", message, (Choice("&Continue"), Choice("Continue &Silently"), HALT), 0)
        return (ActionPreference.CONTINUE, ActionPreference.SILENTLY_CONTINUE, ActionPreference.STOP)[answer]

    # ------------------------------------------------------------------------------------------------------------ messages

    def write_warning(self, message: str) -> None:
        """Report a warning by -WarningAction."""
        record = WarningRecord(message)
        action = self._action("warning_action", "WarningPreference", ActionPreference.CONTINUE)
        self._write(Stream.WARNING, record, action)

    def write_verbose(self, message: str) -> None:
        """Write a line that -Verbose shows."""
        self._write(Stream.VERBOSE, VerboseRecord(message), self._switched("verbose", "VerbosePreference"))

    def write_debug(self, message: str) -> None:
        """Write a line that -Debug shows."""
        self._write(Stream.DEBUG, DebugRecord(message), self._switched("debug", "DebugPreference"))

    def write_information(self, record: InformationRecord) -> None:
        """Write to the information stream; text of Write-Host is always shown."""
        action = self._action("information_action", "InformationPreference", ActionPreference.SILENTLY_CONTINUE)
        if (
            record.is_host_text
            and action is ActionPreference.SILENTLY_CONTINUE
            and self._binding.common("information_action") is None
        ):
            action = ActionPreference.CONTINUE
        self._write(Stream.INFORMATION, record, action)

    def write_progress(self, progress: ProgressRecord) -> None:
        """Show the state of something that takes time."""
        if self.frame.preference("ProgressPreference") in (None, ActionPreference.CONTINUE):
            self.frame.streams.emit(Stream.PROGRESS, progress)

    def _switched(self, attribute: str, preference: str) -> ActionPreference:
        given = self._binding.common(attribute)
        if given is not None:
            return ActionPreference.CONTINUE if given else ActionPreference.SILENTLY_CONTINUE
        return self.frame.preference(preference) or ActionPreference.SILENTLY_CONTINUE

    def _write(self, stream: Stream, record: object, action: ActionPreference) -> None:
        if action is ActionPreference.IGNORE:
            return
        self._kept(stream, record)
        if action in _SHOWN:
            self.frame.streams.emit(stream, record)
        if action is ActionPreference.STOP:
            name = stream.name.capitalize()
            raise PowerShellError(
                self.located(
                    ErrorRecord(
                        f'The running command stopped because the preference variable "{name}Preference" or common parameter is set to '
                        f"Stop: {to_text(record)}",
                        "ActionPreferenceStop",
                        ErrorCategory.OPERATION_STOPPED,
                        exception_type="System.Management.Automation.ActionPreferenceStopException",
                    )
                ),
                ends_script=True,
            )
        if action is ActionPreference.INQUIRE and self._inquired(to_text(record)) is ActionPreference.STOP:
            raise Stopped

    # ----------------------------------------------------------------------------------------------------------- questions

    def _ask(self, caption: str, message: str, choices: tuple[Choice, ...], default: int) -> int:
        """Ask a question, once nothing waits to be made durable. Raises `PowerShellError` when nobody answers."""
        self.machine.before_question()
        try:
            return self.machine.host.prompt_for_choice(caption, message, choices, default)
        except EndOfInput:
            raise unanswered() from None

    @property
    def only_asks(self) -> bool:
        """Whether changes are only told of and not made."""
        given = self._binding.common("what_if")
        if given is not None:
            return bool(given)
        known = self.frame.scope.find("whatifpreference")
        return known is not None and truth(known.value)

    def tell_what_if(self, sentence: str) -> None:
        """Print what would be done."""
        text = InformationRecord(HostText(f"What if: {sentence}"), ("PSHOST",))
        self.frame.streams.emit(Stream.INFORMATION, text)
        self.has_declined = True

    def asks(self) -> bool:
        """Return whether a change would be asked about."""
        return self.info.supports_should_process and not self.only_asks and self._is_to_be_confirmed()

    def _is_to_be_confirmed(self) -> bool:
        given = self._binding.common("confirm")
        if given is not None:
            return bool(given)
        known = self.frame.scope.find("confirmpreference")
        limit = ConfirmImpact.HIGH if known is None else _IMPACTS.get(to_text(known.value).lower(), ConfirmImpact.HIGH)
        return limit is not ConfirmImpact.NONE and self.info.confirm_impact >= limit

    def should_process(self, sentence: str) -> bool:
        """Return whether to make a change, by -WhatIf, -Confirm and $ConfirmPreference."""
        if self.only_asks:
            self.tell_what_if(sentence)
            return False
        if not self.info.supports_should_process or not self._is_to_be_confirmed():
            self.write_verbose(sentence)
            return True
        confirmed = self._confirmed("Confirm", f"Are you sure you want to perform this action?\n{sentence}")
        self.has_declined = self.has_declined or not confirmed
        return confirmed

    def should_continue(self, query: str, caption: str) -> bool:
        """Ask a question that -Confirm has no say in."""
        return self._confirmed(caption, query)

    def _confirmed(self, caption: str, message: str) -> bool:
        if self._answered is not None:
            return self._answered
        chosen = _CHOICES[self._ask(caption, message, _CHOICES, 0)]
        if chosen in (YES_TO_ALL, NO_TO_ALL):
            self._answered = chosen is YES_TO_ALL
        return chosen in (YES, YES_TO_ALL)

    def is_stopping(self) -> bool:
        """Return whether the user asked to stop."""
        return self.machine.host.is_stopping()
