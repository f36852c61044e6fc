"""What the product needs from outside, as Protocols. The store implements them; bootstrap joins the two."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from delegacy.domain.access import AccessFacts
from delegacy.domain.account import Account
from delegacy.domain.ace import Ace
from delegacy.domain.acl import Acl, RemovalOutcome
from delegacy.domain.address_list import AddressList
from delegacy.domain.audit import AuditRecord
from delegacy.domain.audit_log import AuditLogKeeper, AuditLogReader
from delegacy.domain.change import Change, HeldPlace
from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.delivery_restriction import DeliveryRestrictions
from delegacy.domain.facts import FolderFacts, OpeningFacts, SendingFacts
from delegacy.domain.folder_permission import FolderPermission
from delegacy.domain.group import Membership
from delegacy.domain.object_link import ObjectLink
from delegacy.domain.organization import AcceptedDomain, AccountDomain, HiddenMailboxDelegation, Organization
from delegacy.domain.properties import Property
from delegacy.domain.rbac import ManagementRole, ManagementScope, RecipientScope, RoleAssignment
from delegacy.domain.recipient import ObjectName, Recipient, RecipientTypeDetails
from delegacy.domain.recipient_filter import Filter
from delegacy.domain.rights import Permission, Right
from delegacy.domain.sid import Sid


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Return the present moment, in UTC, aware."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientQuery:
    """Which objects to list, in which order, from where on.

    ``kinds`` are the wanted kinds (all if empty). ``wildcard`` is an identity with ``*`` matched against name, alias, display name and
    addresses; ``anr`` a prefix of name, display name, first or last name, or alias; ``container`` a canonical name that the object
    lies in or below; ``within`` are scopes of which one must hold it. Sorted by the property ``sort_by`` and then ``id``; ``after`` is the ``(sort value, id)`` of the last object of the page
    before; ``limit`` is None for everything.
    """

    kinds: frozenset[RecipientTypeDetails] = frozenset()
    filter: Filter | None = None
    wildcard: str | None = None
    anr: str | None = None
    container: str | None = None
    within: tuple[RecipientScope, ...] | None = None
    sort_by: str = "Name"
    after: tuple[str, int] | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class LostGrant:
    """A grant that ended because the principal that it named was removed: what, on whom (canonical name), and whether on folders of his."""

    permission: Permission | None
    rights: frozenset[Right]
    target: str
    on_folders: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a Send on Behalf list as a command gives it: by whom, when, until when, and to whom of the list (all if None)."""

    granted_by: str = ""
    granted_at: datetime | None = None
    expires_at: datetime | None = None
    named: Collection[int] | None = None


class Holding(NamedTuple):
    """One grant in a reverse look-up: the target's key, the permission, the trustee. A tuple, since a look-up makes many."""

    target: int
    permission: Permission
    trustee: Sid
    allow: bool = True
    expires_at: datetime | None = None


class DirectoryReader(AuditLogReader, Protocol):
    """The directory as it is in one read transaction."""

    @property
    def change(self) -> int:
        """Return the number of the last change that this transaction sees."""

    def narrowed(self, scopes: tuple[RecipientScope, ...]) -> "DirectoryReader":
        """Return this directory with less in sight: identities, lists and counts find only what one of the scopes holds."""

    def organization(self) -> Organization:
        """Return the organization."""

    def account_domains(self) -> tuple[AccountDomain, ...]:
        """Return the domains that accounts live in, our own first."""

    def accepted_domains(self) -> tuple[AcceptedDomain, ...]:
        """Return the SMTP domains, the default one first."""

    def with_address_in(self, domain_name: str) -> Recipient | None:
        """Return a recipient with an address in this SMTP domain; None if there is none."""

    def get(self, key: int) -> Recipient:
        """Return the object with this key; raise ``ManagementObjectNotFound`` if it is gone."""

    def get_many(self, keys: Iterable[int]) -> Mapping[int, Recipient]:
        """Return the objects with these keys that exist, with one query for many."""

    def resolve(self, identity: str, kinds: frozenset[RecipientTypeDetails]) -> Recipient:
        """Return the one object of ``kinds`` (any kind if empty) that ``identity`` names, in any form of ``domain.identity``.

        Raises ``InvalidIdentity``, ``ManagementObjectNotFound`` or ``ManagementObjectAmbiguous``.
        """

    def find(self, identity: str, kinds: frozenset[RecipientTypeDetails]) -> tuple[Recipient, ...]:
        """Return every object of ``kinds`` that ``identity`` names in the first form that names any."""

    def by_address(self, address: str) -> Recipient | None:
        """Return the recipient that has this SMTP address as primary or proxy address."""

    def by_sid(self, sid: Sid) -> Recipient | None:
        """Return the object with this SID."""

    def linked_mailbox(self, master_account: Sid) -> Recipient | None:
        """Return the linked mailbox whose master account has this SID."""

    def linked(self, prop: Property, recipient: Recipient) -> frozenset[str]:
        """Return which objects a recipient is linked with by a property of that type (``recipient_filter.Links``)."""

    def list(self, query: RecipientQuery) -> Iterator[Recipient]:
        """Yield the objects that ``query`` asks for, read in pages by key."""

    def count(self, query: RecipientQuery) -> int:
        """Return how many objects ``query`` asks for, its limit and start aside."""

    def principal_names(self, sids: Iterable[Sid]) -> Mapping[Sid, str]:
        """Return how each SID prints: ``CONTOSO\\raymonds``, ``NT AUTHORITY\\SELF``, the bare SID for one that is nobody's."""

    def mailbox_acl(self, key: int) -> Acl:
        """Return a mailbox's own list with what it inherits, in the order in which the entries were made, explicit ones first."""

    def ad_acl(self, key: int) -> Acl:
        """Return a directory object's list with what it inherits, likewise."""

    def inherited_entries(self) -> tuple[Ace, ...]:
        """Return the entries that every mailbox inherits."""

    def ad_acls(self, recipients: Sequence[Recipient]) -> Mapping[int, Acl]:
        """Return the lists of many directory objects, likewise, by key."""

    def entries_like(self, key: int, ace: Ace) -> tuple[Ace, ...]:
        """Return an object's explicit entries of the trustee and kind (allow, deny) of ``ace``, as far as they hold rights of it."""

    def grant_send_on_behalf_to(self, key: int) -> tuple[Recipient, ...]:
        """Return the delegates in a recipient's Send on Behalf list, in the order in which they were added."""

    def linked_names(self, link: ObjectLink, keys: Iterable[int]) -> Mapping[int, tuple[ObjectName, ...]]:
        """Return what many objects are linked with, by name, with one query for many; an object without such a link is left out.

        Send on Behalf lists and managers are in the order in which they were made, everything else is by name.
        """

    def send_on_behalf_ends(self, key: int) -> Mapping[int, datetime]:
        """Return when the places in a Send on Behalf list end, by delegate; those that don't are left out."""

    def members(self, group: int) -> Iterator[Recipient]:
        """Yield the direct members of a group, by name."""

    def groups_of(self, key: int) -> tuple[Recipient, ...]:
        """Return the groups that an object is a direct member of, by name."""

    def managers(self, group: int) -> tuple[Recipient, ...]:
        """Return a group's managers (ManagedBy)."""

    def manager_lists(self, groups: Iterable[int]) -> Mapping[int, tuple[Recipient, ...]]:
        """Return the same for many groups, with one query for many; a group without managers is left out."""

    def managed_by(self, managers: Iterable[int]) -> frozenset[int]:
        """Return the keys of the groups that one of these manages itself."""

    def delivery_restrictions(self, keys: Iterable[int]) -> Mapping[int, DeliveryRestrictions]:
        """Return from whom recipients accept messages and from whom not, with one query for many; those without restrictions are left out."""

    def accepting_only_from(self, sender: int) -> tuple[Recipient, ...]:
        """Return the recipients that accept messages from this sender, or this group's members, and from nobody else."""

    def gets_mail_of(self, group: int, member: int) -> bool:
        """Tell whether mail for a group reaches an object: it is the group, a member through groups with an address, or one whom a dynamic group's filter describes."""

    def group_chain(self, member: int, group: Sid, *, security_only: bool) -> tuple[Membership, ...]:
        """Return a shortest chain of memberships from ``member`` to ``group``; empty if there is none."""

    def folder_permissions(self, mailbox: int, folder: UUID) -> tuple[FolderPermission, ...]:
        """Return the entries on a folder of a mailbox, in the order in which they were made."""

    def automapping_links(self, mailbox: int) -> tuple[Recipient, ...]:
        """Return the delegates linked to a mailbox for auto-mapping (msExchDelegateListLink)."""

    def what_can(self, account: int, *, after: int | None = None, limit: int | None = None) -> Sequence[Holding]:
        """Return the grants that name the account, a group it is in, or everyone, ordered by target; the decision itself is asked elsewhere.

        ``limit`` counts targets and ``after`` is the last target of the page before. What every mailbox inherits is left out.
        """

    def who_can(self, target: int) -> Sequence[Holding]:
        """Return the grants on a target that are its own, ordered by trustee."""

    def with_ended_grants(self, *, limit: int) -> Sequence[int]:
        """Return the keys of objects on which grants that have ended are still kept, ``limit`` of them at most."""

    def security_groups_of(self, account: int) -> frozenset[int]:
        """Return the keys of the security groups that an account, or the linked mailbox whose master it is, belongs to, through any nesting."""

    def management_roles(self) -> tuple[ManagementRole, ...]:
        """Return the roles that the organization has made, by name."""

    def management_scopes(self) -> tuple[ManagementScope, ...]:
        """Return the custom scopes, by name."""

    def role_assignments(self) -> tuple[RoleAssignment, ...]:
        """Return all role assignments, by name."""

    def someone_is_in_charge(self) -> bool:
        """Tell whether an account that is not disabled holds Role Management for the whole organization."""

    def address_lists(self) -> tuple[AddressList, ...]:
        """Return the address lists, by path."""

    def access_facts(self, at: datetime | None = None) -> AccessFacts:
        """Return the facts of many decisions: as they are, or as they were at a moment."""

    def formerly(self, identity: str) -> tuple[Recipient, ...]:
        """Return the objects that are gone and had this name, canonical name, account name, address, SID or GUID when they went."""


class Directory(DirectoryReader, AuditLogKeeper, Protocol):
    """The directory inside a write transaction. Every method sees what came before it in the transaction."""

    def add(self, recipient: Recipient) -> Recipient:
        """Add an object and return it with its ``id``, and with its SID where its kind has one and none was given.

        Raises ``ManagementObjectAlreadyExists`` or ``ProxyAddressExists``.
        """

    def add_many(self, recipients: Sequence[Recipient]) -> Sequence[int]:
        """Add many objects, set-based, and return their keys in order. Raises as ``add``; then none was added."""

    def update(self, recipient: Recipient) -> None:
        """Store every property of ``recipient`` over the object with its ``id``; grants, members and links stay.

        Raises as ``add``, and ``ManagementObjectNotFound``.
        """

    def remove(self, key: int) -> tuple[LostGrant, ...]:
        """Remove an object with its grants, memberships, links and credentials, and return the grants that named it."""

    def add_account_domain(self, domain: AccountDomain) -> None:
        """Add a domain of accounts."""

    def add_accepted_domain(self, domain: AcceptedDomain) -> None:
        """Add an SMTP domain. One that is the default takes that from the one that was. Raises ``ManagementObjectAlreadyExists``."""

    def update_accepted_domain(self, domain: AcceptedDomain) -> None:
        """Store an SMTP domain over the one with its domain name, likewise. Raises ``ManagementObjectNotFound``."""

    def remove_accepted_domain(self, domain_name: str) -> None:
        """Remove an SMTP domain. Raises ``ManagementObjectNotFound``."""

    def set_hidden_mailbox_delegation(self, value: HiddenMailboxDelegation) -> None:
        """Set the organization's switch."""

    def set_credential(self, key: int, password_hash: str) -> None:
        """Store the password hash of an account."""

    def grant(self, target: int, ace: Ace) -> None:
        """Add an explicit entry; its rights tell whether it belongs to the mailbox's list or the directory object's.

        A right that an explicit entry of the same kind covers stays as it is, and one that is held without being covered is of the new
        entry from then on (``Acl.add``). Raises ``AccessControlListFull``.
        """

    def grant_many(self, targets: Sequence[int], ace: Ace) -> tuple[int, ...]:
        """Add the entry on each target that lacks one of its rights, set-based, and return the targets that were changed."""

    def revoke(self, target: int, trustee: Sid, rights: frozenset[Right], *, allow: bool) -> RemovalOutcome:
        """Take rights out of the explicit entries of one kind for a trustee (``Acl.remove``)."""

    def set_inherited(self, aces: Sequence[Ace]) -> None:
        """Set the entries that every mailbox inherits."""

    def set_grant_send_on_behalf_to(self, target: int, delegates: Sequence[int], place: Place) -> None:
        """Make ``delegates`` the Send on Behalf list.

        Those who are in it already keep their place and their date, unless ``place`` names them and lasts longer.
        """

    def remove_ended_grants(self, target: int) -> tuple[tuple[Ace, ...], tuple[HeldPlace, ...]]:
        """Remove the grants on an object that have ended, and return them: entries, and places in its Send on Behalf list."""

    def add_members(self, group: int, members: Sequence[int]) -> None:
        """Add members. Raises ``MemberAlreadyExists``."""

    def remove_members(self, group: int, members: Sequence[int]) -> None:
        """Remove members. Raises ``MemberNotFound``."""

    def set_managers(self, group: int, managers: Sequence[int]) -> None:
        """Set a group's managers."""

    def set_delivery_restrictions(self, target: int, restrictions: DeliveryRestrictions) -> None:
        """Set from whom a recipient accepts messages and from whom not."""

    def set_folder_permission(self, mailbox: int, folder: UUID, permission: FolderPermission) -> None:
        """Store an entry on a folder of a mailbox over the one of its trustee, or add it."""

    def remove_folder_permission(self, mailbox: int, folder: UUID, trustee: Sid) -> None:
        """Remove the entry of a trustee on a folder of a mailbox; nothing happens where he has none."""

    def remove_folder_permissions(self, mailbox: int) -> None:
        """Remove every entry on the folders of a mailbox."""

    def link(self, mailbox: int, delegates: Sequence[int]) -> None:
        """Link delegates to a mailbox for auto-mapping."""

    def link_many(self, mailboxes: Sequence[int], delegate: int) -> None:
        """Link one delegate to many mailboxes, set-based."""

    def put_management_role(self, role: ManagementRole) -> None:
        """Store a role over the one with its name, or add it."""

    def remove_management_role(self, name: str) -> None:
        """Remove a role."""

    def put_management_scope(self, scope: ManagementScope) -> None:
        """Store a scope over the one with its name, or add it."""

    def remove_management_scope(self, name: str) -> None:
        """Remove a scope."""

    def put_role_assignments(self, assignments: Iterable[RoleAssignment]) -> None:
        """Store assignments over those with their names, or add them."""

    def remove_role_assignment(self, name: str) -> None:
        """Remove an assignment."""

    def put_address_lists(self, lists: Iterable[AddressList]) -> None:
        """Store address lists over those with their paths, or add them."""

    def remove_address_lists(self, paths: Iterable[str]) -> None:
        """Remove address lists."""

    def unlink(self, mailbox: int, delegates: Sequence[int] | None = None) -> None:
        """Remove auto-mapping links: of these delegates, or of all."""


class AuditLog(Protocol):
    """The administrator audit log: append-only, each entry chained to the one before by hash."""

    def append(self, records: Sequence[AuditRecord]) -> None:
        """Write entries in the transaction that this log belongs to."""


class UnitOfWork(Protocol):
    """One write transaction over directory and audit log: serialised, numbered, all or nothing."""

    @property
    def directory(self) -> Directory:
        """Return the directory of this transaction."""

    @property
    def audit(self) -> AuditLog:
        """Return the audit log of this transaction."""

    def watch(self, watcher: Callable[[Change], None]) -> None:
        """Tell ``watcher`` of every change of the directory in this transaction before it is made; what it raises prevents the change."""

    def savepoint(self) -> AbstractContextManager[None]:
        """Return a context whose changes are undone, alone, when it is left by an exception."""

    def commit(self) -> int:
        """Make everything durable and return the number of the change; raises ``StoreFull`` or ``StoreUnavailable``, and then nothing is."""

    def rollback(self) -> None:
        """Undo everything."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What sign-in needs to know of an account: a password hash (empty: nobody can sign in), and whether it is disabled.

    ``switched_off`` are the protocols that are closed for its own mailbox.
    """

    account: Account
    password_hash: str
    disabled: bool
    switched_off: frozenset[ClientProtocol] = frozenset()


class PasswordHasher(Protocol):
    """Password hashes (argon2id, RFC 9106)."""

    def hash(self, password: str) -> str:
        """Return a salted hash of a password, as text that names its own parameters."""

    def verify(self, password_hash: str, password: str) -> bool:
        """Tell whether the password is the one that was hashed; False for text that is no hash."""


class SignInNames(Protocol):
    """Accounts by sign-in name."""

    def credential(self, name: str) -> Credential | None:
        """Return the account that a UPN, primary address or ``DOMAIN\\account`` names; None for nobody, or more than one."""

    def switched_off(self, account: Account) -> frozenset[ClientProtocol]:
        """Return the protocols that are closed for an account's own mailbox now."""


class DecisionFacts(Protocol):
    """The hot path: each method is one read transaction on indexed rows and remembers nothing."""

    def change(self) -> int:
        """Return the number of the last directory change."""

    def opening(self, account: int, mailbox: int, now: datetime) -> OpeningFacts | None:
        """Return the facts of opening a mailbox; None if account or mailbox is gone, or it is no mailbox."""

    def sending(self, account: int, address: str, now: datetime) -> SendingFacts | None:
        """Return the facts of sending with this From address; None if the account is gone or nobody has the address."""

    def folders(self, account: int, mailbox: int, now: datetime) -> FolderFacts | None:
        """Return the facts of what the account may do in the folders of a mailbox; None if the account is gone."""

    def with_folders_for(self, account: int, now: datetime) -> tuple[OpeningFacts, ...]:
        """Return, for each mailbox with a folder in which an entry gives rights to the account, a group of it or everybody, the facts of opening it."""

    def mapped(self, account: int, now: datetime) -> tuple[OpeningFacts, ...]:
        """Return, for each mailbox linked to the account for auto-mapping, the facts of opening it."""

    def mailbox_key(self, identity: str) -> int | None:
        """Return the key of the one mailbox that ``identity`` names in any form; None for none or several."""


class Store(Protocol):
    """The directory's database."""

    def read(self) -> AbstractContextManager[DirectoryReader]:
        """Return a read transaction."""

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """Return a write transaction, waiting for other writers; leaving it without ``commit`` undoes it."""
