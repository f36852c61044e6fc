"""An organization made by running cmdlets, and a shell on it that remembers what was said."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from delegacy.bootstrap.mailbox_usage import UsageWhenAsked
from delegacy.domain.audit import AuditRecord
from delegacy.domain.recipient import Recipient
from delegacy.enforcement.authorizer import Authorizer
from delegacy.powershell.host import Choice, EndOfInput, HostFiles
from delegacy.powershell.streams import HostText, ProgressRecord, Stream
from delegacy.session.caller import Caller, built_in_administrator, caller_of
from delegacy.session.founding import found_organization
from delegacy.session.runspace import Runspace
from delegacy.store.decisions import SqlDecisionFacts
from delegacy.store.engine import Database
from delegacy.store.mail_transaction import MailTransactions
from delegacy.store.mailbox_usage import SqlMailboxUsage
from delegacy.store.unit_of_work import SqlStore
from delegacy.store.versions import DIRECTORY, MAIL, Schema
from support.scratch import hurried, scratch_database

NOW: Final = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
PASSWORD: Final = "correct horse"

CAST: Final = """
$password = ConvertTo-SecureString "correct horse" -AsPlainText -Force
$people = "Terry Adams;terrya", "Raymond Sam;raymonds", "Esther Valle;estherv", "Jim Hance;jimh", "Ayla Kol;ayla",
    "Felipe Apodaca;felipea", "Pilar Pinilla;pilarp", "James Alvord;jamesa", "Holly Holt;hollyh", "Sean Chai;seanc",
    "Sara Davis;sarad", "Stefan Hesse;stefanh", "Coral Rivera;coralr"
$people | ForEach-Object {
    $name, $alias = $_.Split(";")
    New-Mailbox -Name $name -Alias $alias -UserPrincipalName "$alias@contoso.com" -Password $password
} | Out-Null
New-Mailbox -Shared -Name "Helpdesk Tickets" -Alias helpdesktickets | Out-Null
New-Mailbox -Shared -Name "Helpdesk Support Team" -Alias helpdesksupport | Out-Null
New-Mailbox -Shared -Name "Contoso Executives" -Alias executives | Out-Null
New-DistributionGroup -Type Security -Name Helpdesk -Alias helpdesk -Members stefanh | Out-Null
New-DistributionGroup -Type Security -Name "Temporary Assistants" -Alias tempassistants -Members coralr | Out-Null
New-DistributionGroup -Name "Printer Support" -Alias printersupport -Members stefanh | Out-Null
New-DynamicDistributionGroup -Name "All Employees" -Alias allemployees -RecipientFilter "RecipientTypeDetails -eq 'UserMailbox'" | Out-Null
Add-MailboxPermission -Identity ayla -User "Jim Hance" -AccessRights FullAccess -InheritanceType All | Out-Null
Add-ADPermission -Identity "James Alvord" -User pilarp -ExtendedRights "Send As" | Out-Null
Set-DynamicDistributionGroup -Identity "All Employees" -GrantSendOnBehalfTo Administrator
"""
"""The cast of "Manage permissions for recipients", with the three grants that its procedures take away."""


EXTRAS: Final = """
$password = ConvertTo-SecureString "correct horse" -AsPlainText -Force
New-ADUser -Name "Backup Service" -SamAccountName svcbackup -AccountPassword $password -Enabled $true
New-ADGroup -Name "Archive Readers" -GroupScope Universal
New-ADGroup -Name "Floor Three" -GroupScope Global
New-ADGroup -Name "Scanner Operators" -GroupScope DomainLocal
New-ADGroup -Name "Plain List" -GroupScope Universal -GroupCategory Distribution
Add-ADGroupMember "Archive Readers" -Members svcbackup
Add-ADGroupMember "Floor Three" -Members jimh
Add-ADGroupMember "Scanner Operators" -Members "Floor Three"
New-MailUser -Name "Paula Reiter" -Alias paular -ExternalEmailAddress paula@woodgrovebank.example -UserPrincipalName paular@contoso.com -Password $password | Out-Null
New-MailContact -Name "Oliver Lee" -Alias oliverl -ExternalEmailAddress oliver@litware.example | Out-Null
New-Mailbox -Room -Name "Room Adams" -Alias roomadams -ResourceCapacity 12 | Out-Null
New-Mailbox -Equipment -Name Projector | Out-Null
New-ADTrust fabrikam.com | Out-Null
New-ADUser -Name "Robin Wood" -SamAccountName robinw -AccountPassword $password -Enabled $true -Server fabrikam.com
New-Mailbox -Name "Robin Wood" -Alias robinw -LinkedMasterAccount FABRIKAM\\robinw -LinkedDomainController dc01.fabrikam.com | Out-Null
"""
"""One of every other kind: accounts and groups without mail, people outside, a room, equipment, a linked mailbox."""


class SteadyClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


class PlainPasswords:
    """Passwords that are not hashed, so that tests are fast."""

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password_hash: str, password: str) -> bool:
        return password_hash == f"hash of {password}"


@dataclass
class RecordingHost:
    """A host without a terminal that remembers what it shows and answers from a list."""

    answers: list[str] = field(default_factory=list)
    shown: list[tuple[Stream, str]] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    width: int = 120
    is_terminal: bool = False
    files: HostFiles | None = None
    stopping: bool = False

    def is_stopping(self) -> bool:
        return self.stopping

    def now(self) -> datetime:
        return NOW

    def to_utc(self, moment: datetime) -> datetime:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait for nothing."""

    def write(self, stream: Stream, text: str) -> None:
        self.shown.append((stream, text))

    def write_host(self, text: HostText) -> None:
        self.shown.append((Stream.INFORMATION, text.text))

    def write_progress(self, progress: ProgressRecord) -> None:
        """Show nothing."""

    def clear(self) -> None:
        """Clear nothing."""

    def prompt_for_choice(self, caption: str, message: str, choices: Sequence[Choice], default: int) -> int:
        self.questions.append(f"{caption}\n{message}")
        answer = self._answer()
        keys = [choice.key for choice in choices]
        return default if not answer else keys.index(answer.upper())

    def read_line(self, prompt: str) -> str:
        self.questions.append(prompt)
        return self._answer()

    def read_secret(self, prompt: str) -> str:
        return self.read_line(prompt)

    def _answer(self) -> str:
        if not self.answers:
            raise EndOfInput
        return self.answers.pop(0)

    def text(self, stream: Stream) -> str:
        """Return what was shown of a stream."""
        return "\n".join(text for shown, text in self.shown if shown is stream)


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said: its output as laid out, warnings, errors, questions, and the exit code."""

    output: str
    warnings: str
    errors: str
    host: str
    questions: tuple[str, ...]
    code: int

    @property
    def lines(self) -> list[str]:
        """Return the lines of the output that are not blank, without space at either end."""
        return [line.strip() for line in self.output.splitlines() if line.strip()]


class Shell:
    """A runspace on an organization, one command at a time."""

    def __init__(self, organization: "Organization", caller: Caller) -> None:
        self.host = RecordingHost()
        self.runspace = Runspace(
            organization.store,
            caller,
            self.host,
            clock=organization.clock,
            questions=organization.authorizer,
            passwords=organization.passwords,
            usage=organization.usage,
        )

    def run(self, text: str, *answers: str) -> Said:
        """Run a command, questions answered by the letters given, and return what it said."""
        host = self.host
        host.answers = list(answers)
        host.shown.clear()
        host.questions.clear()
        code = self.runspace.run(text).exit_code
        return Said(
            host.text(Stream.SUCCESS),
            host.text(Stream.WARNING),
            host.text(Stream.ERROR),
            host.text(Stream.INFORMATION),
            tuple(host.questions),
            code,
        )

    def must(self, text: str) -> Said:
        """Run a command that has to succeed without a word of complaint; questions are answered with yes."""
        said = self.run(text, *["A"] * 9)
        assert not said.errors, said.errors
        return said


@dataclass
class Organization:
    """An organization in a store of its own."""

    database: Database
    store: SqlStore
    facts: SqlDecisionFacts
    usage: UsageWhenAsked
    clock: SteadyClock = field(default_factory=SteadyClock)
    passwords: PlainPasswords = field(default_factory=PlainPasswords)

    @property
    def authorizer(self) -> Authorizer:
        """Return who answers questions about it."""
        return Authorizer(self.facts, self.store, self.clock)

    def shell(self, name: str | None = None) -> Shell:
        """Return a shell of this person; of the built-in administrator, if nobody is named."""
        with self.store.read() as directory:
            if name is None:
                return Shell(self, built_in_administrator(directory, "shell"))
            return Shell(self, caller_of(directory, directory.resolve(name, frozenset()).id, "shell"))

    def audit(self) -> list[AuditRecord]:
        """Return the audit log, newest first."""
        with self.store.read() as directory:
            return list(directory.audit_entries())

    def find(self, identity: str) -> Recipient:
        """Return the object with this identity."""
        with self.store.read() as directory:
            return directory.resolve(identity, frozenset())

    def opens(self, delegate: str, mailbox: str) -> bool:
        """Tell whether a delegate opens a mailbox."""
        return self.authorizer.explain_open(delegate, mailbox).allowed

    def sends(self, delegate: str, author: str) -> str:
        """Return by which right a delegate sends as an author, or why not."""
        decision = self.authorizer.explain_send(delegate, author).decision
        return decision.right.value if hasattr(decision, "right") else decision.reason.value

    def mapped(self, mailbox: str) -> list[str]:
        """Return the names of the delegates that a mailbox is linked to for auto-mapping."""
        with self.store.read() as directory:
            key = directory.resolve(mailbox, frozenset()).id
            return [delegate.logon_name for delegate in directory.automapping_links(key)]


@contextmanager
def organization(folder: Path) -> Iterator[Organization]:
    """Open the organization that is in a folder, or make contoso.com there, with its administrator and nobody else."""
    file = folder / "directory.db"
    is_new = not file.exists()
    database = _database(file, DIRECTORY)
    clock = SteadyClock()
    usage = UsageWhenAsked(lambda closing: SqlMailboxUsage(MailTransactions(_mail_database(folder, closing))))
    made = Organization(database, SqlStore(database, clock), SqlDecisionFacts(database), usage, clock)
    try:
        if is_new:
            with made.store.write() as work:
                found_organization(work, "contoso.com", "CONTOSO", made.passwords.hash(PASSWORD), NOW)
                work.commit()
        yield made
    finally:
        usage.close()
        made.facts.close()
        made.store.close()
        database.close()


def _mail_database(folder: Path, closing: ExitStack) -> Database:
    database = _database(folder / "mail.db", MAIL)
    closing.callback(database.close)
    return database


def _database(file: Path, schema: Schema) -> Database:
    return hurried(Database.at(file)) if file.exists() else scratch_database(file, schema)
