"""What a write does to the directory, told to whoever watches before it is done: enough to check it, to show it, and to undo it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from delegacy.domain.ace import Ace
from delegacy.domain.delivery_restriction import DeliveryRestrictions
from delegacy.domain.folder_permission import FolderPermission
from delegacy.domain.recipient import Recipient


@dataclass(frozen=True, slots=True)
class Granted:
    """An explicit entry is added on the object with the key ``target``."""

    target: int
    ace: Ace


@dataclass(frozen=True, slots=True)
class Revoked:
    """Rights are taken out of explicit entries: ``entries`` hold what goes, with who granted it, when, and until when."""

    target: int
    entries: tuple[Ace, ...]


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """A place in a Send on Behalf list."""

    delegate: int
    granted_by: str = ""
    granted_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListChanged:
    """Places in the Send on Behalf list of ``target`` come and go; one that is given anew is in both."""

    target: int
    gone: tuple[HeldPlace, ...] = ()
    come: tuple[HeldPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class MembersAdded:
    """Objects become members of a group."""

    group: int
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MembersRemoved:
    """Objects are no longer members of a group."""

    group: int
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ManagersSet:
    """A group's managers become others."""

    group: int
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RestrictionsSet:
    """From whom a recipient accepts messages, and from whom not, becomes otherwise."""

    target: int
    before: DeliveryRestrictions
    after: DeliveryRestrictions


@dataclass(frozen=True, slots=True)
class FolderPermissionSet:
    """An entry on a folder of a mailbox comes (``before`` is None), goes (``after`` is None), or becomes another."""

    mailbox: int
    folder: UUID
    before: FolderPermission | None
    after: FolderPermission | None


@dataclass(frozen=True, slots=True)
class Linked:
    """A mailbox is linked to delegates for auto-mapping."""

    mailbox: int
    delegates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unlinked:
    """A mailbox is no longer linked to delegates."""

    mailbox: int
    delegates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class VisibilityChanged:
    """An object is hidden from address lists from now on, or shown; of ``ObjectUpdated`` what remains where nothing else is changed."""

    target: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class Irreversible:
    """A change that is not undone: what it was, in words. It stands for others where changes are kept."""

    what: str


@dataclass(frozen=True, slots=True)
class ObjectAdded:
    """An object is added; it has no key yet."""

    added: Recipient


@dataclass(frozen=True, slots=True)
class ObjectUpdated:
    """An object becomes another."""

    before: Recipient
    after: Recipient


@dataclass(frozen=True, slots=True)
class ObjectRemoved:
    """An object is removed, with every grant that names it."""

    removed: Recipient


@dataclass(frozen=True, slots=True)
class CredentialSet:
    """An account gets another password."""

    account: int


@dataclass(frozen=True, slots=True)
class OrganizationChanged:
    """Something changes that is no recipient's: a domain, a switch, a role."""

    what: str


Change = (
    Granted
    | Revoked
    | ListChanged
    | MembersAdded
    | MembersRemoved
    | ManagersSet
    | RestrictionsSet
    | FolderPermissionSet
    | Linked
    | Unlinked
    | VisibilityChanged
    | Irreversible
    | ObjectAdded
    | ObjectUpdated
    | ObjectRemoved
    | CredentialSet
    | OrganizationChanged
)


def reversible(change: Change) -> Change | None:
    """Return a change as it is kept for undoing it; None for one that leaves nothing to undo."""
    if isinstance(change, (Granted, Linked)):
        return change  # nearly all are
    match change:
        case ObjectUpdated(before, after):
            return _updated(before, after)
        case Revoked(_, ()) | ListChanged(_, (), ()):
            return None
        case ManagersSet(_, before, after) | FolderPermissionSet(_, _, before, after) if before == after:
            return None
        case _:
            what = _beyond_undoing(change)
            return change if what is None else Irreversible(what)


def _beyond_undoing(change: Change) -> str | None:
    """Return what was done by a change that can't be undone."""
    match change:
        case ObjectAdded(added):
            return f"'{added.name}' was made"
        case ObjectRemoved(removed):
            return f"'{removed.name}' was removed, with every grant that named it"
        case CredentialSet():
            return "a password was set"
        case OrganizationChanged(what):
            return f"the organization's {what} was changed"
        case RestrictionsSet():
            return "it was changed whom mail is taken from"
        case _:
            return None


def _updated(before: Recipient, after: Recipient) -> Change | None:
    if replace(after, when_changed=before.when_changed) == before:
        return None
    hidden = after.hidden_from_address_lists_enabled
    if replace(after, when_changed=before.when_changed, hidden_from_address_lists_enabled=not hidden) == before:
        return VisibilityChanged(before.id, hidden)
    return Irreversible(f"properties of '{before.name}' were changed")
