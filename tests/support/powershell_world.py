"""A PowerShell session without a mail system: a host that remembers, a gate with a few cmdlets, and files in memory."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import ClassVar

from delegacy.powershell.cmdlet import Cmdlet
from delegacy.powershell.errors import ErrorCategory, ErrorRecord
from delegacy.powershell.host import Choice, EndOfInput, FileAccessError
from delegacy.powershell.interpreter.interpreter import Interpreter, RunResult
from delegacy.powershell.limits import Limits
from delegacy.powershell.metadata import CmdletInfo, ConfirmImpact, cmdlet_info, parameter
from delegacy.powershell.streams import HostText, ProgressRecord, Stream
from delegacy.powershell.values import Hashtable, PSObject, SecureString
from delegacy.powershell.views import Column, TableView, View, ViewRegistry, columns

NOW = datetime(2026, 3, 4, 15, 6, 7, tzinfo=UTC)


class MemoryFiles:
    """Files in memory, one folder deep."""

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.content = dict(files or {})

    def resolve(self, path: str) -> str:
        if path[1:2] == ":":
            raise FileAccessError(f"Cannot find drive. A drive with the name '{path[0]}' does not exist.")
        return path if path.startswith("/") else f"/home/{path.removeprefix('./')}".rstrip("/.")

    def is_file(self, path: str) -> bool:
        return path[1:2] != ":" and self.resolve(path) in self.content

    def is_folder(self, path: str) -> bool:
        return path[1:2] != ":" and self.resolve(path) in ("/home", "/")

    def read(self, path: str) -> bytes:
        if not self.is_file(path):
            raise FileAccessError(f"Could not find file '{self.resolve(path)}'.")
        return self.content[self.resolve(path)]

    def write(self, path: str, content: bytes, *, append: bool) -> None:
        if "denied" in path:
            raise FileAccessError(f"Access to the path '{path}' is denied.")
        before = self.content.get(self.resolve(path), b"") if append else b""
        self.content[self.resolve(path)] = before + content


@dataclass
class RecordingHost:
    """A host that keeps everything it is shown, in order, and answers from a list."""

    answers: list[str] = field(default_factory=list)
    files: MemoryFiles | None = None
    width: int = 80
    is_terminal: bool = False
    lines: list[str] = field(default_factory=list)
    transcript: list[tuple[str, str]] = field(default_factory=list)
    questions: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    progress: list[ProgressRecord] = field(default_factory=list)
    slept: float = 0.0
    stop_after: int | None = None
    clock: datetime = NOW
    _asked: int = 0

    def is_stopping(self) -> bool:
        self._asked += 1
        return self.stop_after is not None and self._asked > self.stop_after

    def now(self) -> datetime:
        return self.clock

    def to_utc(self, moment: datetime) -> datetime:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.clock += timedelta(seconds=seconds)

    def write(self, stream: Stream, text: str) -> None:
        self.transcript.append((stream.name.lower(), text))
        self.lines.append(text)

    def write_host(self, text: HostText) -> None:
        self.transcript.append(("host", text.text))
        self.lines.append(text.text)

    def write_progress(self, progress: ProgressRecord) -> None:
        self.progress.append(progress)

    def clear(self) -> None:
        self.transcript.append(("clear", ""))

    def prompt_for_choice(self, caption: str, message: str, choices: Sequence[Choice], default: int) -> int:
        self.questions.append((caption, message, tuple(choice.label for choice in choices)))
        self.transcript.append(("asked", f"{caption}\n{message}\n{' '.join(choice.label for choice in choices)}"))
        answer = self._answer()
        return next((place for place, choice in enumerate(choices) if choice.key == answer.upper()), default)

    def read_line(self, prompt: str) -> str:
        self.questions.append(("line", prompt, ()))
        self.transcript.append(("asked", prompt))
        return self._answer()

    def read_secret(self, prompt: str) -> str:
        self.questions.append(("secret", prompt, ()))
        self.transcript.append(("asked", prompt))
        return self._answer()

    def _answer(self) -> str:
        if not self.answers:
            raise EndOfInput
        return self.answers.pop(0)

    def of(self, stream: str) -> list[str]:
        """Return what was shown of one stream."""
        return [text for name, text in self.transcript if name == stream]


class NoSuchMailboxError(Exception):
    """A domain error of the test gate."""


class Right(Enum):
    FULL_ACCESS = "FullAccess"
    READ_PERMISSION = "ReadPermission"
    SEND_AS = "SendAs"


@dataclass(kw_only=True)
class SessionCmdlet(Cmdlet):
    """A cmdlet of the test gate."""

    gate: "MemoryGate" = field(init=False, repr=False)


@dataclass(kw_only=True)
class GetMailbox(SessionCmdlet):
    """Show mailboxes.

    Without an identity it shows all of them.
    """

    name: ClassVar[str] = "Get-Mailbox"
    unsupported: ClassVar[Collection[str]] = {"Archive", "Database"}

    identity: str | None = parameter(position=0, pipeline=True, pipeline_by_property_name=True, completer="recipient")
    result_size: int | None = parameter(minimum=0)

    def process(self) -> None:
        found = self.gate.mailboxes
        if self.identity is not None:
            if self.identity not in found:
                raise NoSuchMailboxError(self.identity)
            found = {self.identity: found[self.identity]}
        for value in list(found.values())[: self.result_size]:
            self.write_object(value)


@dataclass(kw_only=True)
class AddMailboxPermission(SessionCmdlet):
    """Grant a delegate permissions on a mailbox."""

    name: ClassVar[str] = "Add-MailboxPermission"
    supports_should_process: ClassVar[bool] = True
    default_parameter_set: ClassVar[str] = "AccessRights"

    identity: str = parameter(position=0, mandatory=True, pipeline=True, pipeline_by_property_name=True)
    user: str = parameter(sets={"AccessRights": True}, pipeline_by_property_name=True)
    access_rights: tuple[Right, ...] = parameter(sets={"AccessRights": True}, pipeline_by_property_name=True)
    owner: str = parameter(sets={"Owner": True})
    deny: bool = parameter(switch=True)
    auto_mapping: bool | None = parameter()
    grant_send_on_behalf_to: Hashtable | tuple[str, ...] | None = parameter()
    password: SecureString | None = parameter(secret=True)

    def process(self) -> None:
        if self.identity not in self.gate.mailboxes:
            raise NoSuchMailboxError(self.identity)
        rights = ", ".join(f"'{right.value}'" for right in self.access_rights or ())
        if not self.should_process(
            f'Adding mailbox permission "{self.identity}" for user "{self.user}" with access rights "{rights}".'
        ):
            return
        self.gate.change((self.identity, self.user, self.access_rights, dict(self.bound)))
        self.write_object(
            PSObject(
                "Test.MailboxAce",
                {"Identity": self.identity, "User": self.user, "AccessRights": self.access_rights, "Deny": self.deny},
            )
        )


@dataclass(kw_only=True)
class RemoveMailboxPermission(AddMailboxPermission):
    """Take permissions on a mailbox away."""

    name: ClassVar[str] = "Remove-MailboxPermission"
    confirm_impact: ClassVar[ConfirmImpact] = ConfirmImpact.HIGH


@dataclass(kw_only=True)
class TestFailure(SessionCmdlet):
    """Fail in a way that nobody foresaw."""

    name: ClassVar[str] = "Test-Failure"

    def process(self) -> None:
        raise ZeroDivisionError("a secret of the program")


CMDLETS = (GetMailbox, AddMailboxPermission, RemoveMailboxPermission, TestFailure)
VIEWS = ViewRegistry(
    {
        "Test.MailboxAce": View(
            table=TableView(
                columns(
                    Column("Identity", "Identity", 20),
                    Column("User", "User", 20),
                    "AccessRights",
                    Column("Deny", "Deny", 5),
                )
            )
        ),
        "Test.Mailbox": View(table=TableView(columns("Name", "Alias", "ServerName"))),
    }
)


def mailbox(name: str, **properties: object) -> PSObject:
    return PSObject(
        "Test.Mailbox",
        {"Name": name, "Alias": name.lower(), "ServerName": "srv1", "Identity": name, **properties},
        text=name,
    )


class MemoryGate:
    """A gate over a few mailboxes. Changes are pending until they are flushed."""

    def __init__(self, cmdlets: Sequence[type[Cmdlet]] = CMDLETS) -> None:
        self.infos = {info.name.lower(): info for info in (cmdlet_info(cmdlet) for cmdlet in cmdlets)}
        self.mailboxes = {name: mailbox(name) for name in ("Terry", "Ayla", "Jim")}
        self.made: list[object] = []
        self.durable: list[object] = []
        self.flushes = 0
        self.steps = 0
        self.open_steps = 0
        self.deepest_step = 0
        self.flush_error: Exception | None = None

    def find(self, name: str) -> CmdletInfo | None:
        return self.infos.get(name.lower())

    def unsupported(self, name: str) -> str | None:
        return "Get-UnifiedGroup" if name.lower() == "get-unifiedgroup" else None

    def names(self) -> Collection[str]:
        return [info.name for info in self.infos.values()]

    def create(self, info: CmdletInfo) -> Cmdlet:
        cmdlet: Cmdlet = info.cmdlet_type()
        if isinstance(cmdlet, SessionCmdlet):
            cmdlet.gate = self
        return cmdlet

    def step(self, _cmdlet: Cmdlet, run: Callable[[], None]) -> None:
        self.steps += 1
        self.open_steps += 1
        self.deepest_step = max(self.deepest_step, self.open_steps)
        before = len(self.made)
        try:
            run()
        except BaseException:
            del self.made[before:]
            raise
        finally:
            self.open_steps -= 1

    def change(self, what: object) -> None:
        self.made.append(what)

    @property
    def pending(self) -> bool:
        return bool(self.made)

    def flush(self) -> None:
        self.flushes += 1
        made, self.made = self.made, []
        if self.flush_error is not None:
            raise self.flush_error
        self.durable.extend(made)

    def error_record(self, error: Exception, _cmdlet: Cmdlet) -> ErrorRecord | None:
        if not isinstance(error, NoSuchMailboxError):
            return None
        return ErrorRecord(
            f"The operation couldn't be performed because object '{error}' couldn't be found.",
            "ManagementObjectNotFound",
            ErrorCategory.INVALID_ARGUMENT,
            str(error),
            "Test.ManagementObjectNotFoundException",
        )


class Shell:
    """An interpreter with its host and gate."""

    def __init__(
        self,
        *answers: str,
        files: Mapping[str, bytes] | None = None,
        limits: Limits | None = None,
        width: int = 80,
        is_terminal: bool = False,
        gate: MemoryGate | None = None,
        has_files: bool = True,
    ) -> None:
        self.files = MemoryFiles(files)
        self.host = RecordingHost(list(answers), self.files if has_files else None, width, is_terminal)
        self.gate = gate or MemoryGate()
        self.interpreter = Interpreter(self.host, self.gate, views=VIEWS, limits=limits)
        self.result: RunResult | None = None

    def run(self, text: str) -> list[str]:
        """Run a script and return the lines that it showed on the success stream."""
        before = len(self.host.transcript)
        self.result = self.interpreter.run(text)
        return [shown for stream, shown in self.host.transcript[before:] if stream == "success"]

    def value(self, text: str) -> object:
        """Return the value of an expression. Fails when the script reports an error."""
        self.interpreter.run(f"$__value = {text}")
        assert not self.host.of("error"), self.host.of("error")
        return self.interpreter.variable("__value")

    @property
    def errors(self) -> list[ErrorRecord]:
        """The errors of the session, the latest first."""
        return [record for record in self.interpreter.errors if isinstance(record, ErrorRecord)]

    @property
    def error_id(self) -> str:
        """The id of the latest error."""
        return self.errors[0].error_id

    @property
    def code(self) -> int:
        """The exit code of the last run."""
        assert self.result is not None
        return self.result.exit_code
