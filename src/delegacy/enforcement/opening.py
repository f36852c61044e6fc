"""``Opening``: the right to touch a mailbox's content, held by a session and renewed at every command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from delegacy.domain.account import Account
from delegacy.domain.facts import Target
from delegacy.domain.folder import FolderRights
from delegacy.policy.decision import OpenRight


@dataclass(frozen=True, slots=True)
class Opening:
    """An open mailbox: who opened it, which one, by which right, and up to which directory change or moment that is known to hold.

    Made by the authorizer alone. ``Authorizer.renew`` gives a current one, or a denial, at every command. ``for_folders`` tells that it was
    opened for whatever may be done in its folders, and ``granted`` what that is by folder where the right is a folder permission.
    """

    account: Account
    mailbox: Target
    right: OpenRight
    change: int
    expires_at: datetime | None = None
    for_folders: bool = False
    granted: Mapping[UUID, FolderRights] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    @property
    def mailbox_guid(self) -> UUID:
        """Return the key of the mailbox's content."""
        return self.mailbox.guid

    @property
    def is_owner(self) -> bool:
        """Tell whether it is the account's own mailbox."""
        return self.right is OpenRight.OWNER

    def holds_at(self, change: int, now: datetime) -> bool:
        """Tell whether nothing has happened since that could have taken the right away."""
        return change == self.change and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class FolderOpening:
    """An opening seen from one folder of the mailbox: what may be done there."""

    opening: Opening
    folder: UUID
    rights: FolderRights
