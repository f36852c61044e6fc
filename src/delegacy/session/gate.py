"""The order of checks around every cmdlet: RBAC, bind, scope, ShouldProcess, run, audit, commit.

`find` and `names` show a caller the cmdlets and parameters that are his. The interpreter binds. The cmdlet looks its object up, asks
ShouldProcess and runs, in the transactions that the gate keeps, and every change is held against the caller's write scope before it is
made; `step` writes the audit record beside the change and `flush` makes both durable.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from delegacy.cmdlets._base import DirectoryCmdlet, class_of, error_record
from delegacy.cmdlets.registry import CMDLETS, find_cmdlet, unsupported_cmdlet
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.change import Change, ObjectAdded
from delegacy.domain.errors import DelegacyError, LastAdministrator, ManagementObjectNotFound, OutOfScope, StoreError
from delegacy.domain.mailbox_usage import MailboxUsage
from delegacy.domain.organization import Organization
from delegacy.domain.ports import Clock, Directory, DirectoryReader, PasswordHasher, Store
from delegacy.domain.rbac import CmdletUse, RecipientScope
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.policy.questions import AccessEffect, Questions, Rehearsal
from delegacy.policy.rbac import (
    Access,
    decide_write,
    holds_cmdlet,
    holds_parameter,
    is_limited,
    is_self_service,
    read_scopes,
)
from delegacy.powershell.cmdlet import Cmdlet
from delegacy.powershell.errors import ErrorRecord, PowerShellError
from delegacy.powershell.metadata import CmdletInfo
from delegacy.session.access import LISTED, delegable_roles, load_access
from delegacy.session.auditing import Entry, audit_record, is_logged
from delegacy.session.caller import Caller
from delegacy.session.scoping import changed_objects, out_of_scope, takes_charge_away
from delegacy.session.transactions import Transactions

_TESTING: Final = "Test-"
_NOBODY_IN_CHARGE: Final = (
    "This can't be done: nobody would be in charge of the organization any more. Make sure that somebody with an account that is not "
    "disabled keeps the role Role Management, as members of Organization Management have it."
)


class Gate:
    """`CommandGate` of one caller's runspace."""

    def __init__(
        self,
        store: Store,
        caller: Caller,
        clock: Clock,
        questions: Questions,
        passwords: PasswordHasher,
        usage: MailboxUsage,
        to_utc: Callable[[datetime], datetime],
    ) -> None:
        self._caller = caller
        self._transactions = Transactions(store, self._watch)
        self._store = store
        self.to_utc = to_utc
        self._access = Access()
        self._access_change = -1
        self._is_current = False
        self._visible: dict[str, CmdletInfo] = {}
        self._running: Cmdlet | None = None
        self._session = CmdletSession(self._transactions, caller, clock, questions, passwords, usage, self)

    def begin(self) -> None:
        """Begin a command: the caller's roles are looked at again when it first needs one."""
        self._is_current = False

    def find(self, name: str) -> CmdletInfo | None:
        """Return the cmdlet with this name, with the parameters that the caller may use, if he may run it.

        Raises `PowerShellError` when the store can't tell.
        """
        self._look_again()
        info = find_cmdlet(name)
        if info is None or not holds_cmdlet(self._access, info.name):
            return None
        if info.name not in self._visible:
            self._visible[info.name] = self._narrowed(info)
        return self._visible[info.name]

    def unsupported(self, name: str) -> str | None:
        """Return the name of a cmdlet of Exchange's that this product does not have."""
        return unsupported_cmdlet(name)

    def names(self) -> Collection[str]:
        """Return the names of the cmdlets that the caller may run."""
        self._look_again()
        return [name for name in CMDLETS if holds_cmdlet(self._access, name)]

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
        outer, session.entries = session.entries, []
        outer_cmdlet, self._running = self._running, cmdlet
        outer_scopes, session.scopes = session.scopes, read_scopes(self._access, cmdlet.name)
        try:
            try:
                run()
            except BaseException as error:
                transactions.undo(error)
                session.broken_off(_reason(error))
                raise
            finally:
                session.end_rehearsal()
                if writes or cmdlet.name.startswith(_TESTING):
                    self._record(cmdlet, [entry for entry in session.entries if not entry.declined])
        finally:
            session.entries = outer
            self._running = outer_cmdlet
            session.scopes = outer_scopes
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
        """Hold a change that the running step is about to make against the caller's roles as they are now, and note it.

        Raises `OutOfScope`.
        """
        directory = self._transactions.directory
        self._look_at_roles(directory)
        if not self._access.unlimited and self._running is not None:
            self._require_scope(self._running, change, directory)
        self._session.changing(change)

    def _require_scope(self, cmdlet: Cmdlet, change: Change, directory: DirectoryReader) -> None:
        if not holds_cmdlet(self._access, cmdlet.name):
            raise OutOfScope(f"{cmdlet.name} isn't among your roles any more.", cmdlet.name)
        used = _used(cmdlet)
        if not is_limited(self._access, cmdlet.name, used):
            return
        entry = self._session.entry
        new = {change.added.guid for change in entry.changes if isinstance(change, ObjectAdded)} if entry else set()
        for recipient in changed_objects(change, directory):
            if recipient.guid not in new:
                self._require_one(cmdlet, used, recipient)

    def require_writable(self, recipient: Recipient) -> None:
        """Raise `OutOfScope` where the running cmdlet may not change this object."""
        if self._running is not None:
            self._require_one(self._running, _used(self._running), recipient)

    def _require_one(self, cmdlet: Cmdlet, used: Sequence[str], recipient: Recipient) -> None:
        links = self._transactions.reader.linked
        if decide_write(self._access, cmdlet.name, used, recipient, links) is not None:
            raise out_of_scope(recipient)

    def is_self_service(self, recipient: Recipient) -> bool:
        """Tell whether the running cmdlet may change this object by a role alone that everybody has for his own affairs."""
        directory = self._transactions.reader
        self._look_at_roles(directory)
        if self._running is None:
            return False
        return is_self_service(self._access, self._running.name, recipient, directory.linked)

    def may_run(self, cmdlet: str, *parameters: str) -> bool:
        """Tell whether the caller's roles hold a cmdlet, with these parameters."""
        return holds_cmdlet(self._access, cmdlet) and all(
            holds_parameter(self._access, cmdlet, parameter) for parameter in parameters
        )

    def may_change(self, use: CmdletUse, recipient: Recipient) -> bool:
        """Tell whether the caller may change an object by a cmdlet with these parameters, by his roles as the running step sees them."""
        directory = self._transactions.reader
        self._look_at_roles(directory)
        return decide_write(self._access, use.cmdlet, use.parameters, recipient, directory.linked) is None

    def someone_was_in_charge(self) -> bool:
        """Tell whether somebody is in charge without what is not durable yet."""
        with self._store.read() as directory:
            return directory.someone_is_in_charge()

    def _look_again(self) -> None:
        if self._is_current:
            return
        try:
            with self._store.read() as directory:
                self._look_at_roles(directory)
        except StoreError as error:
            raise PowerShellError(error_record(error, "Delegacy.Session.Gate")) from error
        self._is_current = True

    def _look_at_roles(self, directory: DirectoryReader) -> None:
        """Load the caller's roles if the directory has changed. A caller whose account is gone has none."""
        if directory.change == self._access_change:
            return
        try:
            self._access = load_access(directory, self._caller)
        except ManagementObjectNotFound:
            self._access = Access()
        self._access_change = directory.change
        self._visible.clear()

    def _narrowed(self, info: CmdletInfo) -> CmdletInfo:
        """Return the declaration with the parameters that the caller may use."""
        held = tuple(
            parameter for parameter in info.parameters if holds_parameter(self._access, info.name, parameter.name)
        )
        return info if len(held) == len(info.parameters) else replace(info, parameters=held)

    def _record(self, cmdlet: Cmdlet, entries: Sequence[Entry]) -> None:
        info = find_cmdlet(cmdlet.name)
        if info is None or not entries:
            return
        transactions, now = self._transactions, self._session.clock.now()
        failed = any(entry.error for entry in entries)
        try:
            change = transactions.next_change if transactions.has_changed and not failed else 0
            records = [
                audit_record(info, cmdlet, self._caller, entry, now, change if entry.has_changed else 0)
                for entry in entries
            ]
            given = [name for name, _ in records[0].parameters]
            if is_logged(transactions.audit_config, info.name, given):
                transactions.audit().append(records)
        except StoreError as error:
            transactions.undo(error)
            if not failed:  # the change goes with its record; a failure that can't be recorded has changed nothing
                raise


def _used(cmdlet: Cmdlet) -> list[str]:
    """Return the names of the parameters that a cmdlet was given."""
    info = find_cmdlet(cmdlet.name)
    if info is None:
        return []
    return [parameter.name for name in cmdlet.bound if (parameter := info.parameter_of(name)) is not None]


class CmdletSession:
    """`Session`: what the gate gives to cmdlets. ``scopes`` hold what the running cmdlet sees; None where that is everything."""

    scopes: tuple[RecipientScope, ...] | None = None

    def __init__(
        self,
        transactions: Transactions,
        caller: Caller,
        clock: Clock,
        questions: Questions,
        passwords: PasswordHasher,
        usage: MailboxUsage,
        gate: Gate,
    ) -> None:
        self._transactions = transactions
        self._gate = gate
        self._caller = caller
        self.require_writable = gate.require_writable
        self.is_self_service = gate.is_self_service
        self.may_run = gate.may_run
        self.may_change = gate.may_change
        self.to_utc = gate.to_utc
        self.clock = clock
        self.questions = questions
        self.passwords = passwords
        self.usage = usage
        self.runspace_id: UUID = uuid4()
        self.entries: list[Entry] = []
        self._rehearsal: Rehearsal | None = None
        self._before = False, False

    @property
    def directory(self) -> DirectoryReader:
        """The directory as this step sees it, as far as the caller may."""
        reader = self._transactions.reader
        return reader if self.scopes is None else reader.narrowed(self.scopes)

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
        """Return somebody whom a command names besides its object."""
        if self.scopes is None:
            return self._transactions.resolve(identity, kinds)
        return self._transactions.reader.narrowed((*self.scopes, LISTED)).resolve(identity, kinds)

    def resolve_object(self, identity: str, kinds: frozenset[RecipientTypeDetails]) -> Recipient:
        """Return the object of a command."""
        if self.scopes is None:
            return self._transactions.resolve(identity, kinds)
        return self.directory.resolve(identity, kinds)

    def require_someone_in_charge(self) -> None:
        """Raise `LastAdministrator` if the step leaves nobody in charge, and somebody was before."""
        if self.entry is None or not any(map(takes_charge_away, self.entry.changes)):
            return
        if not self._transactions.directory.someone_is_in_charge() and self._gate.someone_was_in_charge():
            raise LastAdministrator(_NOBODY_IN_CHARGE, self.organization.name)

    def declaration(self, cmdlet: str) -> CmdletInfo | None:
        """Return what is declared about a cmdlet."""
        return find_cmdlet(cmdlet)

    def delegable_roles(self) -> frozenset[str]:
        """Return the folded names of the roles that the caller may hand to others."""
        return delegable_roles(self._transactions.reader, self._caller)

    @property
    def entry(self) -> Entry | None:
        """What is told of the record that is running, None where none is."""
        return self.entries[-1] if self.entries else None

    def started(self) -> None:
        """Begin to tell of a record, from nothing."""
        self.entries[:] = [Entry()]

    def another_entry(self) -> None:
        """Let what follows be told in an entry of its own."""
        self.entries.append(Entry())

    def changing(self, change: Change) -> None:
        """Note a change that is about to be made."""
        if self._rehearsal is not None:
            self._rehearsal.note(self._transactions.writer.access_facts(), change)
        if self.entry is not None:
            self.entry.changes.append(change)

    def rehearse(self) -> None:
        """Let the changes of the record be made to see their effect: nothing is logged, and they are undone."""
        self._before = self._transactions.holding if self._rehearsal is None else self._before
        self._rehearsal = self.questions.rehearse()
        self.declined()

    def rehearsed(self) -> AccessEffect:
        """Return the effect of the changes, and undo them."""
        transactions, rehearsal = self._transactions, self._rehearsal
        if rehearsal is None or not transactions.has_changed:
            effect = AccessEffect(is_about_access=False)
        else:
            rehearsal.look(transactions.writer.access_facts())
            effect = rehearsal.effect(transactions.undo_rehearsed().access_facts())
        self.end_rehearsal()
        return effect

    def end_rehearsal(self) -> None:
        """Undo what was changed to see its effect, if anything was."""
        if self._rehearsal is not None:
            self._rehearsal = None
            self._transactions.end_rehearsal(self._before)

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
        self.broken_off(error.message)

    def broken_off(self, reason: str) -> None:
        """Note that the record has failed and changed nothing, unless that is known already."""
        if self.entry is not None and not self.entry.error:
            self.entries[:] = [Entry(target=self.entry.target, declined=self.entry.declined, error=reason)]


def _reason(error: BaseException) -> str:
    if isinstance(error, DelegacyError):
        return error.message
    if isinstance(error, PowerShellError):
        return error.record.message
    return f"The command was broken off ({type(error).__name__})."
