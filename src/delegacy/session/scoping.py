"""Whose objects a change is about, and the refusal where they are not the caller's to change."""

from collections.abc import Iterator

from delegacy.domain.change import (
    Change,
    CredentialSet,
    FolderPermissionSet,
    Granted,
    Irreversible,
    Linked,
    ListChanged,
    ManagersSet,
    MembersAdded,
    MembersRemoved,
    ObjectAdded,
    ObjectRemoved,
    ObjectUpdated,
    OrganizationChanged,
    RestrictionsSet,
    Revoked,
    Unlinked,
    VisibilityChanged,
)
from delegacy.domain.errors import OutOfScope
from delegacy.domain.ports import DirectoryReader
from delegacy.domain.recipient import Recipient


def changed_objects(change: Change, directory: DirectoryReader) -> Iterator[Recipient]:
    """Yield the objects that must be within the caller's write scope for a change: as they are, and as they will be."""
    match change:
        case ObjectUpdated(before, after):
            yield before
            yield after
        case ObjectAdded(added):
            yield added
        case ObjectRemoved(removed):
            yield removed
        case Granted(key) | Revoked(key) | Linked(key) | Unlinked(key):
            yield directory.get(key)
        case MembersAdded(key) | MembersRemoved(key) | ManagersSet(key) | CredentialSet(key):
            yield directory.get(key)
        case ListChanged(key) | RestrictionsSet(key) | FolderPermissionSet(key) | VisibilityChanged(key):
            yield directory.get(key)
        case OrganizationChanged() | Irreversible():
            return


def takes_charge_away(change: Change) -> bool:
    """Tell whether somebody could lose the say over roles by a change."""
    match change:
        case MembersRemoved() | ObjectRemoved():
            return True
        case ObjectUpdated(before, after):
            kept = (before.account_disabled, before.linked_master_account, before.security_enabled)
            return kept != (after.account_disabled, after.linked_master_account, after.security_enabled)
        case OrganizationChanged(what):
            return what == "role assignment"
        case _:
            return False


def out_of_scope(recipient: Recipient) -> OutOfScope:
    """Return the refusal for an object that is not the caller's to change."""
    name = recipient.canonical_name
    kind = "mailbox" if recipient.is_mailbox else "group" if recipient.is_group else "recipient"
    return OutOfScope(
        f"The operation on {kind} \"{name}\" failed because it's out of the current user's write scope. The object "
        f"'{name}' must be within the read scope before and after it's modified. Can't perform the save operation.",
        name,
    )
