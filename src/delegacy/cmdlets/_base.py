"""`ExchangeCmdlet`: what a session gives to a cmdlet, how a record runs, and how our exceptions become error records."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final, Protocol, TypeVar
from uuid import UUID

from delegacy.cmdlets import _texts
from delegacy.cmdlets._rehearsal import RehearsalRuntime
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import (
    DelegacyError,
    ManagementObjectNotFound,
    StoreError,
    UnsupportedRequest,
)
from delegacy.domain.mailbox_usage import MailboxUsage
from delegacy.domain.organization import Organization
from delegacy.domain.ports import Clock, Directory, DirectoryReader, PasswordHasher
from delegacy.domain.rbac import CmdletUse
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.policy.questions import AccessEffect, Questions
from delegacy.powershell.cmdlet import Cmdlet
from delegacy.powershell.errors import ErrorCategory, ErrorRecord
from delegacy.powershell.metadata import CmdletInfo, parameter
from delegacy.powershell.values import PSObject

T = TypeVar("T")

_EXCEPTIONS: Final = "Microsoft.Exchange.Configuration.Tasks."


class ReadAgain(Exception):
    """The directory has changed between what a step read and its first change; the step must read again."""


class Session(Protocol):
    """What the gate gives to a cmdlet. Reads and changes of one step are of one transaction."""

    @property
    def directory(self) -> DirectoryReader:
        """Return the directory as this step sees it."""

    @property
    def changes(self) -> Directory:
        """Return the directory for writing.

        Raises `ReadAgain` if it has changed since the step read it, so ask ShouldProcess before and make no change before that.
        """

    @property
    def is_snapshot(self) -> bool:
        """Tell whether what a reading step iterates over stays readable while later commands of the pipeline make changes."""

    @property
    def organization(self) -> Organization:
        """Return the organization."""

    @property
    def clock(self) -> Clock:
        """Return the clock."""

    def to_utc(self, moment: datetime, /) -> datetime:
        """Return a moment that the user gave, in UTC; one without a time zone is in his."""

    @property
    def passwords(self) -> PasswordHasher:
        """Return what hashes passwords."""

    @property
    def usage(self) -> MailboxUsage:
        """Return what is known of mailboxes from outside."""

    @property
    def questions(self) -> Questions:
        """Return who answers questions about access."""

    @property
    def caller_name(self) -> str:
        """Return who runs the command, as the audit log names him."""

    @property
    def caller_account(self) -> int | None:
        """Return the key of the caller's account; None for the built-in administrator."""

    @property
    def runspace_id(self) -> UUID:
        """Return the id that objects carry in RunspaceId."""

    def resolve(self, identity: str, kinds: frozenset[RecipientTypeDetails]) -> Recipient:
        """Return somebody whom a command names besides its object: a delegate, a member (``DirectoryReader.resolve``).

        Whom the caller can't see is not found.
        """

    def resolve_object(self, identity: str, kinds: frozenset[RecipientTypeDetails]) -> Recipient:
        """Return the object of a command, likewise; what lies outside the caller's read scope is not found."""

    def require_writable(self, recipient: Recipient) -> None:
        """Raise `OutOfScope` where the running command may not change this object."""

    def may_run(self, cmdlet: str, *parameters: str) -> bool:
        """Tell whether the caller's roles hold a cmdlet, with these parameters."""

    def is_self_service(self, recipient: Recipient) -> bool:
        """Tell whether the running command may change this object by a role alone that everybody has for his own affairs."""

    def may_change(self, use: CmdletUse, recipient: Recipient) -> bool:
        """Tell whether the caller may change an object by another cmdlet with these parameters."""

    def require_someone_in_charge(self) -> None:
        """Raise `LastAdministrator` if what the step has done leaves nobody who may decide who may do what."""

    def declaration(self, cmdlet: str) -> CmdletInfo | None:
        """Return what is declared about a cmdlet, whether or not the caller has it."""

    def delegable_roles(self) -> frozenset[str]:
        """Return the folded names of the roles that the caller may hand to others."""

    def started(self) -> None:
        """Tell the audit that a record begins, or begins again."""

    def another_entry(self) -> None:
        """Tell the audit that what follows is of an entry of its own: a housekeeping record changes many objects."""

    def modified(self, target: str, properties: Iterable[ModifiedProperty] = ()) -> None:
        """Tell the audit what the step changes, and how."""

    def declined(self) -> None:
        """Tell the audit that ShouldProcess answered no."""

    def rehearse(self) -> None:
        """Let the changes of the record be made to see their effect; nothing is logged, and they are undone."""

    def rehearsed(self) -> AccessEffect:
        """Return the effect of the changes, and undo them."""

    def end_rehearsal(self) -> None:
        """Undo the changes without looking at their effect."""

    def failed(self, error: DelegacyError) -> None:
        """Undo what the step has changed, and tell the audit why."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What an identity parameter was given: the text as typed, and the GUID where it was an object."""

    text: str
    guid: UUID | None = None

    @property
    def key(self) -> str:
        """Return what to look up."""
        return self.text if self.guid is None else str(self.guid)

    def __str__(self) -> str:
        return self.text


def as_identity(value: object) -> Identity:
    """Return the identity that an argument or a piped object stands for. Raises `ValueError` for an object without one."""
    if isinstance(value, Identity):
        return value
    if isinstance(value, PSObject):
        for name in ("Guid", "ObjectGuid", "ObjectGUID"):
            if value.find(name) and isinstance(guid := value.get(name), UUID):
                return Identity(value.text or str(guid), guid)
        if value.text is None:
            raise ValueError("The object has no identity.")
        return Identity(value.text)
    if value is None or isinstance(value, (list, tuple, dict, bool)):
        raise ValueError("An identity is one name, alias, address, GUID or distinguished name.")
    return Identity(str(value), value if isinstance(value, UUID) else None)


def as_identities(value: object) -> tuple[Identity, ...]:
    """Return the identities of one argument or of a list of them. Raises `ValueError`."""
    if value is None:
        return ()
    if isinstance(value, (list, tuple, frozenset)):
        return tuple(as_identity(item) for item in value)
    return (as_identity(value),)


@dataclass(kw_only=True)
class DirectoryCmdlet(Cmdlet):
    """A cmdlet that works on the directory; `run` is one record of it.

    A `DelegacyError` ends the record: its changes are undone, the error is written, and the next record follows. A `StoreError`
    ends the command. ``changes_recipients`` is False for cmdlets after which every identity still names the same object. With
    ``shows_effect``, which is for cmdlets that change nothing but the directory, -WhatIf makes the changes, tells who gains and loses
    which access by them, and undoes them.
    """

    changes_recipients: ClassVar[bool] = True
    shows_effect: ClassVar[bool] = False

    session: Session = field(init=False, repr=False, compare=False)
    _agreed: set[str] = field(init=False, default_factory=set, repr=False, compare=False)
    _rehearsing: RehearsalRuntime | None = field(init=False, default=None, repr=False, compare=False)

    def process(self) -> None:
        """Run one record, again from the start when the directory changed under it."""
        self._agreed.clear()
        try:
            while True:
                self.session.started()
                if self._rehearsing is not None:
                    self.session.rehearse()
                try:
                    self.check_server()
                    self.run()
                    self.session.require_someone_in_charge()
                    if self._rehearsing is not None:
                        self._rehearsing.tell_effect(self.session.rehearsed())
                except ReadAgain:
                    continue
                except DelegacyError as error:
                    self._fail(error)
                return
        finally:
            if self._rehearsing is not None:
                self.runtime, self._rehearsing = self._rehearsing.real, None

    def _fail(self, error: DelegacyError) -> None:
        if self._rehearsing is not None:
            self.session.end_rehearsal()
            self._rehearsing.tell_failure(error)
            return
        if self.runtime.only_asks:  # it was not to be done, so that it failed is nothing to log
            self.session.declined()
        self.session.failed(error)
        record = error_record(error, class_of(self))
        if isinstance(error, StoreError):
            self.throw_terminating(record)
        self.write_error(record)

    def run(self) -> None:
        """Do the work of one record. Raises `DelegacyError`."""
        raise NotImplementedError

    def check_server(self) -> None:
        """Refuse another server than ours."""

    def should_process(self, sentence: str) -> bool:
        """Return whether to make the change; a question that was answered yes is not asked again when the record starts over.

        Where -WhatIf shows the effect, it is told of and then made, to be undone.
        """
        if sentence in self._agreed:
            return True
        self._agreed.add(sentence)
        if super().should_process(sentence):
            return True
        self._agreed.discard(sentence)
        if not (self.shows_effect and self.runtime.only_asks):
            self.session.declined()
            return False
        self._agreed.add(sentence)
        self.runtime = self._rehearsing = RehearsalRuntime(self.runtime)
        self.session.rehearse()
        return True

    def find(self, identity: Identity, kinds: frozenset[RecipientTypeDetails]) -> Recipient:
        """Return the one object of ``kinds`` with this identity. Raises `LookupFailed` or `InvalidInput`."""
        try:
            return self.session.resolve_object(identity.key, kinds)
        except ManagementObjectNotFound:
            raise ManagementObjectNotFound(identity.text, self.session.organization.server) from None

    def find_to_change(self, identity: Identity, kinds: frozenset[RecipientTypeDetails]) -> Recipient:
        """Return the same, for changing. Raises `OutOfScope` besides."""
        found = self.find(identity, kinds)
        self.session.require_writable(found)
        return found

    def each(self, values: Iterable[T]) -> Iterator[T]:
        """Iterate over what the directory yields, read in whole first where later commands could end its transaction."""
        return iter(values) if self.session.is_snapshot else iter(tuple(values))

    def modified(self, target: str, *properties: ModifiedProperty) -> None:
        """Tell the audit what is changed."""
        self.session.modified(target, properties)

    def refuse_other_server(self, server: str | None, name: str) -> None:
        """Raise `UnsupportedRequest` unless ``server`` is absent or names this server, in full or by its first label."""
        if server is None:
            return
        known = self.session.organization.server
        if server.casefold() not in (known.casefold(), known.partition(".")[0].casefold()):
            raise UnsupportedRequest(_texts.OTHER_SERVER.format(server=server, known=known, parameter=name), server)


@dataclass(kw_only=True)
class ExchangeCmdlet(DirectoryCmdlet):
    """A cmdlet of Exchange's own modules."""

    domain_controller: str | None = parameter(help="The domain controller to use. There is one: this server.")

    def check_server(self) -> None:
        """Refuse another domain controller than ours."""
        self.refuse_other_server(self.domain_controller, "DomainController")


def class_of(cmdlet: Cmdlet) -> str:
    """Return the name of a cmdlet's class, as error ids give it."""
    return f"Delegacy.Cmdlets.{type(cmdlet).__name__}"


def error_record(error: DelegacyError, source: str) -> ErrorRecord:
    """Return the record of one of our exceptions, with an id of Exchange's form.

    ``[FailureCategory=Cmdlet-ManagementObjectNotFoundException] 5E31D7CB,Delegacy.Cmdlets.GetMailbox``: the exception's error id, a
    number that is always the same for this error from this source, and the source.
    """
    exception = f"{error.error_id}Exception"
    number = zlib.crc32(f"{exception},{source}".encode())
    return ErrorRecord(
        message=error.message,
        error_id=f"[FailureCategory=Cmdlet-{exception}] {number:08X}",
        source=source,
        category=ErrorCategory(error.category.value),
        target=error.target,
        exception_type=_EXCEPTIONS + exception,
        cause=error,
    )


def quoted(words: Sequence[str]) -> str:
    """Return ``'FullAccess', 'ReadPermission'``, as questions print rights."""
    return ", ".join(f"'{word}'" for word in words)
