"""Permissions on single mail folders: who may do what in a folder of somebody else's mailbox (Add-MailboxFolderPermission)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from delegacy.domain.folder import FolderRights
from delegacy.domain.sid import ANONYMOUS, EVERYONE, Sid

DEFAULT: Final = EVERYONE
"""Whom the entry ``Default`` is for: everybody who has signed in and whom no other entry names."""
NOT_SIGNED_IN: Final = ANONYMOUS
"""Whom the entry ``Anonymous`` is for. Nobody opens anything here without signing in."""
TOP: Final = UUID(int=0)
"""Stands for what is above the folders of a mailbox, which holds no messages: rights there are about new folders at the top."""


@dataclass(frozen=True, slots=True)
class FolderPermission:
    """An entry: what somebody, or the members of a group, may do in one folder. Until ``expires_at``, where it ends."""

    trustee: Sid
    rights: FolderRights
    granted_by: str = ""
    granted_at: datetime | None = None
    expires_at: datetime | None = None
