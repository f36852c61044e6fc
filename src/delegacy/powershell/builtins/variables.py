"""Variables, dates, waiting, secrets, and asking the user."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from delegacy.powershell.builtins._base import Builtin
from delegacy.powershell.errors import ErrorCategory
from delegacy.powershell.formats import format_date
from delegacy.powershell.host import EndOfInput, unanswered
from delegacy.powershell.limits import check_items
from delegacy.powershell.metadata import SetMembership, parameter
from delegacy.powershell.text import to_text
from delegacy.powershell.values import PSCredential, PSObject, ScriptBlock, SecureString
from delegacy.powershell.wildcard import has_wildcards, matches_wildcard

_DAY: Final = 86_400


def _variable(name: str, value: object) -> PSObject:
    return PSObject("System.Management.Automation.PSVariable", {"Name": name, "Value": value})


@dataclass(kw_only=True)
class GetVariable(Builtin):
    """Show variables."""

    name: ClassVar[str] = "Get-Variable"

    name_: tuple[str, ...] = parameter(
        position=0, pipeline=True, pipeline_by_property_name=True, name="Name", default=("*",), completer="variable"
    )
    value_only: bool = parameter(switch=True)
    scope: str | None = parameter()

    def process(self) -> None:
        """Show those with the names."""
        known = self.engine.variables()
        for wanted in self.name_:
            names = sorted((name for name in known if matches_wildcard(wanted, name)), key=str.lower)
            if not names and not has_wildcards(wanted):
                self.complain(
                    f"Cannot find a variable with the name '{wanted}'.",
                    "VariableNotFound",
                    ErrorCategory.OBJECT_NOT_FOUND,
                    wanted,
                )
            for name in names:
                self.write_object(known[name] if self.value_only else _variable(name, known[name]))


@dataclass(kw_only=True)
class SetVariable(Builtin):
    """Set variables."""

    name: ClassVar[str] = "Set-Variable"

    name_: tuple[str, ...] = parameter(position=0, mandatory=True, name="Name", completer="variable")
    value: object = parameter(position=1, pipeline=True)
    scope: str = parameter(default="")
    force: bool = parameter(switch=True)
    pass_thru: bool = parameter(switch=True)
    option: str | None = parameter()
    description: str | None = parameter()

    def begin(self) -> None:
        """Nothing came yet."""
        self._values: list[object] = []

    def process(self) -> None:
        """Keep the value."""
        if "value" in self.bound:
            check_items(len(self._values) + 1)
            self._values.append(self.value)

    def end(self) -> None:
        """Set the variables."""
        value = self._values[0] if len(self._values) == 1 else (self._values or None)
        for name in self.name_:
            self.engine.set_variable(name, value, self.scope)
            if self.pass_thru:
                self.write_object(_variable(name, value))


@dataclass(kw_only=True)
class NewVariable(Builtin):
    """Make a variable that does not exist yet."""

    name: ClassVar[str] = "New-Variable"

    name_: str = parameter(position=0, mandatory=True, name="Name", completer="variable")
    value: object = parameter(position=1, pipeline=True)
    scope: str = parameter(default="")
    force: bool = parameter(switch=True)
    pass_thru: bool = parameter(switch=True)
    option: str | None = parameter()
    description: str | None = parameter()

    def process(self) -> None:
        """Make it."""
        if not self.force and self.name_.lower() in {name.lower() for name in self.engine.variables()}:
            self.complain(
                f"A variable with name '{self.name_}' already exists.",
                "SessionStateException",
                ErrorCategory.RESOURCE_EXISTS,
                self.name_,
            )
            return
        self.engine.set_variable(self.name_, self.value, self.scope)
        if self.pass_thru:
            self.write_object(_variable(self.name_, self.value))


@dataclass(kw_only=True)
class RemoveVariable(Builtin):
    """Remove variables."""

    name: ClassVar[str] = "Remove-Variable"

    name_: tuple[str, ...] = parameter(
        position=0, mandatory=True, pipeline=True, pipeline_by_property_name=True, name="Name", completer="variable"
    )
    force: bool = parameter(switch=True)
    scope: str | None = parameter()

    def process(self) -> None:
        """Remove them."""
        for wanted in self.name_:
            names = (
                [name for name in self.engine.variables() if matches_wildcard(wanted, name)]
                if has_wildcards(wanted)
                else [wanted]
            )
            for name in names:
                if not self.engine.remove_variable(name):
                    self.complain(
                        f"Cannot find a variable with the name '{name}'.",
                        "VariableNotFound",
                        ErrorCategory.OBJECT_NOT_FOUND,
                        name,
                    )


@dataclass(kw_only=True)
class ClearVariable(Builtin):
    """Empty variables."""

    name: ClassVar[str] = "Clear-Variable"

    name_: tuple[str, ...] = parameter(
        position=0, mandatory=True, pipeline_by_property_name=True, name="Name", completer="variable"
    )

    def process(self) -> None:
        """Empty them."""
        for name in self.name_:
            self.engine.set_variable(name, None)


@dataclass(kw_only=True)
class SetStrictMode(Builtin):
    """Turn errors for absent variables and properties on or off."""

    name: ClassVar[str] = "Set-StrictMode"
    default_parameter_set: ClassVar[str] = "Version"

    version: str | None = parameter(sets={"Version": True})
    off: bool = parameter(switch=True, sets={"Off": True})

    def process(self) -> None:
        """Turn them on or off."""
        self.engine.set_strict(strict=not self.off)


# ------------------------------------------------------------------------------------------------------------------------ dates


@dataclass(kw_only=True)
class GetDate(Builtin):
    """Tell the date and time."""

    name: ClassVar[str] = "Get-Date"
    unsupported: ClassVar[Collection[str]] = frozenset({"UFormat", "DisplayHint"})

    date: datetime | None = parameter(
        position=0, pipeline=True, pipeline_by_property_name=True, aliases=("LastWriteTime",)
    )
    year: int | None = parameter(minimum=1, maximum=9999)
    month: int | None = parameter(minimum=1, maximum=12)
    day: int | None = parameter(minimum=1, maximum=31)
    hour: int | None = parameter(minimum=0, maximum=23)
    minute: int | None = parameter(minimum=0, maximum=59)
    second: int | None = parameter(minimum=0, maximum=59)
    millisecond: int | None = parameter(minimum=0, maximum=999)
    format: str | None = parameter()

    def process(self) -> None:
        """Tell it."""
        found = self.date or self.engine.now()
        parts = {
            name: getattr(self, name)
            for name in ("year", "month", "day", "hour", "minute", "second")
            if name in self.bound
        }
        if self.millisecond is not None:
            parts["microsecond"] = self.millisecond * 1000
        try:
            found = found.replace(**parts)
            self.write_object(found if self.format is None else format_date(found, self.format))
        except ValueError as error:
            self.fail(str(error), "ArgumentOutOfRangeException")


@dataclass(kw_only=True)
class NewTimeSpan(Builtin):
    """Make a time span: between two dates, or of so many days, hours, minutes and seconds."""

    name: ClassVar[str] = "New-TimeSpan"
    default_parameter_set: ClassVar[str] = "Date"

    start: datetime | None = parameter(
        sets={"Date": SetMembership(position=0, pipeline=True)}, aliases=("LastWriteTime",)
    )
    end_: datetime | None = parameter(sets={"Date": SetMembership(position=1)}, name="End")
    days: int = parameter(sets=("Time",), default=0)
    hours: int = parameter(sets=("Time",), default=0)
    minutes: int = parameter(sets=("Time",), default=0)
    seconds: int = parameter(sets=("Time",), default=0)

    def process(self) -> None:
        """Make it."""
        if self.parameter_set == "Time":
            self.write_object(timedelta(days=self.days, hours=self.hours, minutes=self.minutes, seconds=self.seconds))
            return
        now = self.engine.now()
        first, last = self.start or now, self.end_ or now
        if (first.tzinfo is None) != (last.tzinfo is None):
            first, last = first.replace(tzinfo=None), last.replace(tzinfo=None)
        self.write_object(last - first)


@dataclass(kw_only=True)
class StartSleep(Builtin):
    """Wait."""

    name: ClassVar[str] = "Start-Sleep"
    default_parameter_set: ClassVar[str] = "Seconds"

    seconds: float = parameter(
        sets={"Seconds": SetMembership(mandatory=True, position=0, pipeline=True, pipeline_by_property_name=True)},
        default=0.0,
        minimum=0,
    )
    milliseconds: int = parameter(
        sets={"Milliseconds": SetMembership(mandatory=True, pipeline_by_property_name=True)},
        aliases=("ms",),
        default=0,
        minimum=0,
    )

    def process(self) -> None:
        """Wait, once everything that came before is shown."""
        self.engine.before_question()
        self.engine.host.sleep(min(self.seconds + self.milliseconds / 1000, _DAY))
        self.engine.tick()


@dataclass(kw_only=True)
class MeasureCommand(Builtin):
    """Tell how long a script block takes."""

    name: ClassVar[str] = "Measure-Command"

    expression: ScriptBlock = parameter(position=0, mandatory=True)
    input_object: object = parameter(pipeline=True)

    def process(self) -> None:
        """Run it and tell."""
        begin = self.engine.now()
        self.engine.run_block(self.expression, self.input_object)
        self.write_object(self.engine.now() - begin)


@dataclass(kw_only=True)
class GetRandom(Builtin):
    """Choose a number or some of a collection by chance."""

    name: ClassVar[str] = "Get-Random"
    default_parameter_set: ClassVar[str] = "RandomNumber"
    unsupported: ClassVar[Collection[str]] = frozenset({"SetSeed"})

    maximum: int | None = parameter(sets={"RandomNumber": SetMembership(position=0)})
    minimum: int = parameter(sets=("RandomNumber",), default=0)
    input_object: tuple[object, ...] = parameter(
        sets={"RandomListItem": SetMembership(mandatory=True, position=0, pipeline=True)}, default=()
    )
    count: int = parameter(default=1, minimum=1)

    def begin(self) -> None:
        """Nothing came yet."""
        self._items: list[object] = []

    def process(self) -> None:
        """Keep what is chosen from."""
        self._items.extend(self.input_object)
        check_items(len(self._items))

    def end(self) -> None:
        """Choose."""
        if self.parameter_set == "RandomListItem":
            chooser = secrets.SystemRandom()
            self.write_objects(chooser.sample(self._items, min(self.count, len(self._items))))
            return
        most = 2**31 - 1 if self.maximum is None else self.maximum
        if most <= self.minimum:
            self.fail(
                f"The Minimum value ({self.minimum}) cannot be greater than or equal to the Maximum value ({most}).",
                "MinGreaterThanOrEqualMax",
            )
        check_items(self.count)
        for _ in range(self.count):
            self.write_object(self.minimum + secrets.randbelow(most - self.minimum))


# ---------------------------------------------------------------------------------------------------------------------- secrets


@dataclass(kw_only=True)
class ConvertToSecureString(Builtin):
    """Turn text into text that never prints."""

    name: ClassVar[str] = "ConvertTo-SecureString"
    unsupported: ClassVar[Collection[str]] = frozenset({"Key", "SecureKey"})

    string: str = parameter(position=0, mandatory=True, pipeline=True, secret=True)
    as_plain_text: bool = parameter(switch=True)
    force: bool = parameter(switch=True)

    def process(self) -> None:
        """Turn it."""
        if not self.as_plain_text:
            self.fail(
                "Text that was encrypted elsewhere can't be read by this product. Use -AsPlainText -Force.",
                "EncryptedTextNotSupported",
                ErrorCategory.NOT_IMPLEMENTED,
            )
        if not self.force:
            self.fail(
                "The system cannot protect plain text input. To suppress this warning and convert the plain text to a SecureString, "
                "reissue the command specifying the Force parameter.",
                "ImportSecureString_ForceRequired",
            )
        self.write_object(SecureString(self.string))


@dataclass(kw_only=True)
class GetCredential(Builtin):
    """Ask for a user name and password."""

    name: ClassVar[str] = "Get-Credential"

    credential: object = parameter(position=0)
    user_name: str | None = parameter()
    message: str | None = parameter()
    title: str | None = parameter()

    def process(self) -> None:
        """Ask."""
        if isinstance(self.credential, PSCredential):
            self.write_object(self.credential)
            return
        self.engine.before_question()
        host = self.engine.host
        try:
            user = self.user_name or to_text(self.credential) or host.read_line("User: ")
            password = host.read_secret(f"Password for user {user}: ")
        except EndOfInput:
            raise unanswered() from None
        self.write_object(PSCredential(user, SecureString(password)))


@dataclass(kw_only=True)
class ReadHost(Builtin):
    """Ask for a line of text."""

    name: ClassVar[str] = "Read-Host"

    prompt: tuple[object, ...] = parameter(position=0, remaining=True, default=())
    as_secure_string: bool = parameter(switch=True)

    def process(self) -> None:
        """Ask."""
        self.engine.before_question()
        prompt = " ".join(to_text(part) for part in self.prompt)
        prompt = f"{prompt}: " if prompt else ""
        host = self.engine.host
        try:
            if self.as_secure_string:
                self.write_object(SecureString(host.read_secret(prompt)))
            else:
                self.write_object(host.read_line(prompt))
        except EndOfInput:
            raise unanswered() from None
