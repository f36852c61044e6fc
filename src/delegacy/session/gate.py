"""The order of checks around every cmdlet: RBAC, bind, scope, ShouldProcess, run, audit, commit.

`find` and `names` show a caller the cmdlets that are his. The interpreter binds. The cmdlet looks its object up, asks ShouldProcess and
runs, in the transactions that the gate keeps; `step` writes the audit record beside the change and `flush` makes both durable.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from uuid import UUID, uuid4

from delegacy.cmdlets._base import DirectoryCmdlet, class_of, error_record
from delegacy.cmdlets.registry import CMDLETS, find_cmdlet
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.change import Change
from delegacy.domain.errors import DelegacyError, StoreError
from delegacy.domain.organization import Organization
from delegacy.domain.ports import Clock, Directory, DirectoryReader, PasswordHasher, Store
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.policy.questions import Questions
from delegacy.powershell.cmdlet import Cmdlet
from delegacy.powershell.errors import ErrorRecord, PowerShellError
from delegacy.powershell.metadata import CmdletInfo
from delegacy.session.auditing import Entry, audit_record
from delegacy.session.caller import Caller
from delegacy.session.transactions import Transactions

_READING = "Get-"


class Gate:
    """`CommandGate` of one caller's runspace."""

    def __init__(
        self,
        store: Store,
        caller: Caller,
        clock: Clock,
        questions: Questions,
        passwords: PasswordHasher,
        to_utc: Callable[[datetime], datetime],
    ) -> None:
        self._caller = caller
        self._transactions = Transactions(store, self._watch)
        self._session = CmdletSession(self._transactions, caller, clock, questions, passwords, to_utc)

    def find(self, name: str) -> CmdletInfo | None:
        """Return the cmdlet with this name if the caller may run it."""
        info = find_cmdlet(name)
        return info if info is not None and self._admits(info.name) else None

    def names(self) -> Collection[str]:
        """Return the names of the cmdlets that the caller may run."""
        return [name for name in CMDLETS if self._admits(name)]

    def create(self, info: CmdletInfo) -> Cmdlet:
        """Return a new cmdlet with its session."""
        cmdlet: Cmdlet = info.cmdlet_type()
        if isinstance(cmdlet, DirectoryCmdlet):
            cmdlet.session = self._session
        return cmdlet

    def step(self, cmdlet: Cmdlet, run: Callable[[], None]) -> None:
        """Run a step in its transactions; a failed one changes nothing, and both kinds are recorded."""
        writes = cmdlet.supports_should_process
        session, transactions = self._session, self._transactions
        transactions.enter(writes=writes)
        outer, session.entry = session.entry, None
        try:
            try:
                run()
            except BaseException as error:
                transactions.undo(error)
                if session.entry is not None and not session.entry.error:
                    session.entry.error = _reason(error)
                raise
            finally:
                if writes and session.entry is not None and not session.entry.declined:
                    self._record(cmdlet, session.entry)
        finally:
            session.entry = outer
            if isinstance(cmdlet, DirectoryCmdlet) and writes and cmdlet.changes_recipients:
                transactions.forget()
            transactions.leave()

    @property
    def pending(self) -> bool:
        """Whether changes are made and not yet durable."""
        return self._transactions.pending

    def flush(self) -> None:
        """Make all changes durable. Raises `PowerShellError` when the store can't; then they are gone."""
        try:
            self._transactions.flush()
        except StoreError as error:
            raise PowerShellError(error_record(error, "Delegacy.Session.Gate")) from error

    def close(self) -> None:
        """Undo what is not durable."""
        self._transactions.discard()

    def error_record(self, error: Exception, cmdlet: Cmdlet) -> ErrorRecord | None:
        """Return the record of one of our errors."""
        return error_record(error, class_of(cmdlet)) if isinstance(error, DelegacyError) else None

    def _watch(self, change: Change) -> None:
        """Note a change that the running step is about to make."""
        if self._session.entry is not None:
            self._session.entry.changes.append(change)

    def _admits(self, name: str) -> bool:
        return self._caller.is_administrator or name.startswith(_READING)

    def _record(self, cmdlet: Cmdlet, entry: Entry) -> None:
        info = find_cmdlet(cmdlet.name)
        if info is None:
            return
        transactions = self._transactions
        changed = transactions.has_changed and not entry.error and entry.properties
        try:
            log = transactions.audit()
            change = transactions.next_change if changed else 0
            log.append([audit_record(info, cmdlet, self._caller, entry, self._session.clock.now(), change)])
        except StoreError:
            if not entry.error:  # the change goes with its record; a failure that can't be recorded has changed nothing
                raise


class CmdletSession:
    """`Session`: what the gate gives to cmdlets."""

    def __init__(
        self,
        transactions: Transactions,
        caller: Caller,
        clock: Clock,
        questions: Questions,
        passwords: PasswordHasher,
        to_utc: Callable[[datetime], datetime],
    ) -> None:
        self._transactions = transactions
        self.to_utc = to_utc
        self._caller = caller
        self.clock = clock
        self.questions = questions
        self.passwords = passwords
        self.runspace_id: UUID = uuid4()
        self.entry: Entry | None = None

    @property
    def directory(self) -> DirectoryReader:
        """The directory as this step sees it."""
        return self._transactions.reader

    @property
    def changes(self) -> Directory:
        """The directory for writing."""
        return self._transactions.writer

    @property
    def is_snapshot(self) -> bool:
        """Whether what is iterated over stays readable."""
        return self._transactions.is_snapshot

    @property
    def organization(self) -> Organization:
        """The organization."""
        return self._transactions.organization

    @property
    def caller_name(self) -> str:
        """Who runs the command."""
        return self._caller.name

    @property
    def caller_account(self) -> int | None:
        """The key of the caller's account."""
        return self._caller.account

    def resolve(self, identity: str, kinds: frozenset[RecipientTypeDetails]) -> Recipient:
        """Return the object that an identity names."""
        return self._transactions.resolve(identity, kinds)

    def started(self) -> None:
        """Begin to tell of a record, from nothing."""
        self.entry = Entry()

    def modified(self, target: str, properties: Iterable[ModifiedProperty] = ()) -> None:
        """Note what is changed."""
        if self.entry is not None:
            self.entry.target = target
            self.entry.properties += properties

    def declined(self) -> None:
        """Note that nothing is to be changed."""
        if self.entry is not None:
            self.entry.declined = True

    def failed(self, error: DelegacyError) -> None:
        """Undo the step, and note why."""
        self._transactions.undo(error)
        if self.entry is not None:
            self.entry.error = error.message
            self.entry.properties.clear()
            self.entry.changes.clear()


def _reason(error: BaseException) -> str:
    if isinstance(error, DelegacyError):
        return error.message
    if isinstance(error, PowerShellError):
        return error.record.message
    return f"The command was broken off ({type(error).__name__})."
