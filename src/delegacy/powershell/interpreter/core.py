"""The state of an interpreter: scopes, streams, budget, and the commands it knows."""

from __future__ import annotations

import inspect
import sys
import typing
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from delegacy.powershell.binder import Argument, Binder, Binding, missing_mandatory
from delegacy.powershell.common_parameters import ActionPreference
from delegacy.powershell.errors import ErrorCategory, ErrorRecord, PowerShellError, runtime_error
from delegacy.powershell.host import EndOfInput, FileAccessError
from delegacy.powershell.interpreter.outlet import Outlet
from delegacy.powershell.interpreter.scope import Scope, Variable
from delegacy.powershell.interpreter.signals import LimitReached, Stopped
from delegacy.powershell.interpreter.tally import Feed, Tally
from delegacy.powershell.limits import Limits, limit_error
from delegacy.powershell.streams import HostText, InformationRecord, Stream
from delegacy.powershell.text import to_text
from delegacy.powershell.values import (
    ArrayList,
    Hashtable,
    PSObject,
    SecureString,
    TypeReference,
    Version,
    is_collection,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from delegacy.powershell.cmdlet import Cmdlet, CommandGate
    from delegacy.powershell.host import Host
    from delegacy.powershell.interpreter.machine import Frame
    from delegacy.powershell.interpreter.outlet import FinalSink
    from delegacy.powershell.metadata import CmdletInfo, Parameter
    from delegacy.powershell.views import ViewRegistry

ERROR_LIMIT: Final = 256
STACK_RESERVE: Final = 450
BINDER_LIMIT: Final = 1000
_CHECK_EVERY: Final = 256
_INTERNAL: Final = "InternalError"


class Core:
    """What all parts of the interpreter share."""

    def __init__(self, host: Host, gate: CommandGate, sink: FinalSink, views: ViewRegistry, limits: Limits) -> None:
        self.host = host
        self.gate = gate
        self.views = views
        self.limits = limits
        self.outlet = Outlet(gate, sink)
        self.success = True
        self.tally = Tally()
        self.feed = Feed()
        self.globals = Scope()
        self.errors = ArrayList()
        self._binders: dict[tuple[CmdletInfo, bool], Binder] = {}
        self._steps = 0
        self._deadline: float | None = None
        self._depth = 0
        self._set_automatic_variables()

    def _set_automatic_variables(self) -> None:
        host = PSObject(
            "System.Management.Automation.Internal.Host.InternalHost", {"Name": "Delegacy", "Version": Version((5, 1))}
        )
        values: dict[str, object] = {
            "Error": self.errors,
            "PSVersionTable": _version_table(),
            "FormatEnumerationLimit": 16,
            "ErrorActionPreference": ActionPreference.CONTINUE,
            "WarningPreference": ActionPreference.CONTINUE,
            "VerbosePreference": ActionPreference.SILENTLY_CONTINUE,
            "DebugPreference": ActionPreference.SILENTLY_CONTINUE,
            "InformationPreference": ActionPreference.SILENTLY_CONTINUE,
            "ProgressPreference": ActionPreference.CONTINUE,
            "ConfirmPreference": "High",
            "WhatIfPreference": False,
            "OFS": " ",
            "PSCommandPath": None,
            "PSScriptRoot": None,
            "Host": host,
        }
        self.globals.variables.update({name.lower(): Variable(name, value) for name, value in values.items()})

    # -------------------------------------------------------------------------------------------------------------- budget

    def start_budget(self) -> None:
        """Begin a run: its steps and seconds are counted from here."""
        self._steps = 0
        self._deadline = None if self.limits.seconds is None else self.host.now().timestamp() + self.limits.seconds

    def tick(self) -> None:
        """Count a step. Raises `Stopped` when the user asked for it, and `LimitReached` when the budget is used up."""
        self._steps += 1
        if self._steps % _CHECK_EVERY == 1:
            self._check()

    def _check(self) -> None:
        if self.host.is_stopping():
            raise Stopped
        if self._steps > self.limits.steps:
            raise LimitReached(limit_error("it took too many steps").record)
        if self._deadline is not None and self.host.now().timestamp() > self._deadline:
            raise LimitReached(limit_error("it took too long").record)

    @contextmanager
    def inner_call(self) -> Iterator[None]:
        """Count a nested call. Raises `LimitReached` when calls nest too deeply for the script's budget or for the machine's stack."""
        self._depth += 1
        try:
            if self._depth > self.limits.call_depth or _stack_depth() > sys.getrecursionlimit() - STACK_RESERVE:
                raise LimitReached(depth_error())
            yield
        finally:
            self._depth -= 1

    def now(self) -> datetime:
        """Return the current time."""
        return self.host.now()

    # -------------------------------------------------------------------------------------------------------------- errors

    def remember(self, record: ErrorRecord) -> None:
        """Put an error at the head of $Error."""
        self.errors.insert(0, record)
        del self.errors[ERROR_LIMIT:]

    def report(self, error: PowerShellError, frame: Frame) -> None:
        """Report an error that ended a statement, and go on; raise it when the script is to end."""
        preference = frame.preference("ErrorActionPreference") or ActionPreference.CONTINUE
        self.success = False
        if preference is ActionPreference.STOP:
            error.ends_script = True
            raise error
        for tap in frame.taps:
            tap.keep(Stream.ERROR, error.record)
        self.remember(error.record)
        if preference not in (ActionPreference.SILENTLY_CONTINUE, ActionPreference.IGNORE):
            frame.streams.emit(Stream.ERROR, error.record)

    def error_of(self, error: Exception, cmdlet: Cmdlet) -> ErrorRecord:
        """Return the record for an exception of a cmdlet."""
        known = self.gate.error_record(error, cmdlet)
        if known is not None:
            return known
        if isinstance(error, FileAccessError):
            return ErrorRecord(
                str(error), "FileAccessError", ErrorCategory.READ_ERROR, exception_type="System.IO.IOException"
            )
        return ErrorRecord(
            f"The command failed because of an internal error ({type(error).__name__}).",
            _INTERNAL,
            ErrorCategory.NOT_SPECIFIED,
            exception_type=f"System.{type(error).__name__}",
            cause=error,
        )

    # ---------------------------------------------------------------------------------------------------------- durability

    def flush(self) -> None:
        """Make changes durable and pass on what was held back. Raises `PowerShellError` when that failed; the changes are gone then."""
        if self.gate.pending:
            try:
                self.gate.flush()
            except PowerShellError:
                self.outlet.discard()
                raise
            except Exception as error:
                self.outlet.discard()
                raise PowerShellError(self._flush_error(error)) from error
        self.outlet.release()

    def before_question(self) -> None:
        """Make changes durable and show everything that comes before a question or a wait. Raises `PowerShellError`."""
        self.flush()
        self.outlet.sink.release()

    def _flush_error(self, error: Exception) -> ErrorRecord:
        return ErrorRecord(
            "The changes could not be saved and were undone. Run the command again.",
            "ChangesNotSaved",
            ErrorCategory.WRITE_ERROR,
            exception_type=f"System.{type(error).__name__}",
            cause=error,
        )

    # ------------------------------------------------------------------------------------------------------------- binding

    def binder_of(self, info: CmdletInfo, *, takes_extra: bool = False) -> Binder:
        """Return the binder of a command; it is made once."""
        key = (info, takes_extra)
        known = self._binders.get(key)
        if known is None:
            if len(self._binders) >= BINDER_LIMIT:
                self._binders.clear()
            lenient = bool(getattr(info.cmdlet_type, "lenient", False))
            known = self._binders[key] = Binder(info, takes_extra=takes_extra or lenient)
        return known

    def ask_for(
        self, info: CmdletInfo, missing: list[Parameter], binding: Binding, place: int
    ) -> dict[Parameter, object]:
        """Ask the user for mandatory parameters. Raises `PowerShellError` when nobody answers."""
        self.before_question()
        binder = self.binder_of(info)
        text = f"cmdlet {info.name} at command pipeline position {place}\nSupply values for the following parameters:"
        self.outlet.emit(Stream.INFORMATION, InformationRecord(HostText(text), ("PSHOST",)))
        try:
            return {parameter: binder.convert(parameter, self._answer(parameter)) for parameter in missing}
        except EndOfInput:
            raise missing_mandatory(self._still_missing(missing, binding)) from None

    def _still_missing(self, missing: list[Parameter], binding: Binding) -> list[Parameter]:
        return [parameter for parameter in missing if parameter not in binding.values]

    def _answer(self, parameter: Parameter) -> object:
        if parameter.target is SecureString:
            return SecureString(self.host.read_secret(f"{parameter.name}: "))
        read = self.host.read_secret if parameter.secret else self.host.read_line
        if not _takes_several(parameter):
            return read(f"{parameter.name}: ")
        answers: list[object] = []
        while answer := read(f"{parameter.name}[{len(answers)}]: "):
            answers.append(answer)
        return answers


def _takes_several(parameter: Parameter) -> bool:
    if isinstance(parameter.target, TypeReference):
        return parameter.target.item is not None
    return typing.get_origin(parameter.target) in (tuple, list, frozenset)


def _version_table() -> Hashtable:
    table = Hashtable(ordered=True)
    table["PSVersion"] = Version((5, 1, 0, 0))
    table["PSEdition"] = "Desktop"
    table["PSCompatibleVersions"] = [Version((number, 0)) for number in (1, 2, 3, 4, 5)]
    return table


def _stack_depth() -> int:
    """Return how deep the machine's own stack is."""
    frame, depth = inspect.currentframe(), 0
    while frame is not None:
        depth += 1
        frame = frame.f_back
    return depth


def depth_error() -> ErrorRecord:
    """Return the error for calls that nest too deeply."""
    return ErrorRecord(
        "The script failed due to call depth overflow.",
        "CallDepthOverflow",
        ErrorCategory.INVALID_OPERATION,
        exception_type="System.Management.Automation.ScriptCallDepthException",
    )


def splatted(value: object) -> list[Argument]:
    """Return the arguments that `@name` stands for: a hashtable gives names and values, an array gives values."""
    if isinstance(value, Hashtable):
        return [Argument(to_text(key), item) for key, item in value.items()]
    if is_collection(value):
        return [Argument(None, item) for item in value]
    return [] if value is None else [Argument(None, value)]


def not_recognized(name: str) -> PowerShellError:
    """Return the error for a command that does not exist."""
    return runtime_error(
        f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of "
        "the name, or if a path was included, verify that the path is correct and try again.",
        "CommandNotFoundException",
        ErrorCategory.OBJECT_NOT_FOUND,
        name,
        "System.Management.Automation.CommandNotFoundException",
    )
