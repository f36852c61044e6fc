"""What a write does to the directory, told to whoever watches before it is done: enough to check it, to show it, and to undo it."""

from dataclasses import dataclass
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
    | ObjectAdded
    | ObjectUpdated
    | ObjectRemoved
    | CredentialSet
    | OrganizationChanged
)
