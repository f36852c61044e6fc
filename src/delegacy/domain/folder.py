"""Mail folders: their paths, the ones that every mailbox has, and the permission levels on them."""

import unicodedata
from dataclasses import dataclass
from enum import Enum, IntFlag
from types import MappingProxyType
from typing import Final, Self
from uuid import UUID, uuid5

from delegacy.domain.errors import Conflict, InvalidInput, LookupFailed

SEPARATOR: Final = "/"
"""What stands between the names of a path; no folder's name holds it."""

LONGEST_NAME: Final = 255
LONGEST_PATH: Final = 600
DEEPEST_PATH: Final = 32

# Controls, surrogates, and the two separators of lines and paragraphs: a name that holds one cannot be listed safely.
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


class InvalidFolderName(InvalidInput):
    """A folder path with an empty, overlong or unprintable name, or with too many names."""

    error_id = "InvalidFolderName"


class FolderNotFound(LookupFailed):
    """The mailbox has no such folder."""

    error_id = "FolderNotFound"


class FolderExists(Conflict):
    """The mailbox has a folder of that name already."""

    error_id = "FolderExists"


class FolderNotEmpty(Conflict):
    """The folder has folders below it, so it cannot be deleted."""

    error_id = "FolderNotEmpty"


class FolderProtected(Conflict):
    """A folder that every mailbox has can be neither deleted nor renamed."""

    error_id = "FolderProtected"


@dataclass(frozen=True, slots=True)
class FolderPath:
    """Where a folder lies in its mailbox: its name, after the names of those above it.

    Names compare without case, as in Exchange. Raises ``InvalidFolderName``.
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 0 < len(self.names) <= DEEPEST_PATH:
            raise InvalidFolderName(f"A folder path has 1 to {DEEPEST_PATH} names.", str(self)[:LONGEST_NAME])
        object.__setattr__(self, "names", tuple(unicodedata.normalize("NFC", name) for name in self.names))
        for name in self.names:
            if not _is_folder_name(name):
                raise InvalidFolderName("A folder's name is empty, too long or unprintable.", name[:LONGEST_NAME])
        if len(self.key) > LONGEST_PATH:
            raise InvalidFolderName(f"A folder path has at most {LONGEST_PATH} characters.", str(self)[:LONGEST_NAME])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the path that ``text`` writes with ``/`` between the names."""
        return cls(tuple(text.split(SEPARATOR)))

    def __str__(self) -> str:
        return SEPARATOR.join(self.names)

    @property
    def key(self) -> str:
        """Return what two spellings of one path share."""
        return unicodedata.normalize("NFC", str(self).casefold())

    @property
    def parent(self) -> "FolderPath | None":
        """Return the path of the folder above; None at the top."""
        return FolderPath(self.names[:-1]) if len(self.names) > 1 else None

    def is_below(self, other: "FolderPath") -> bool:
        """Tell whether this path lies somewhere below ``other``."""
        return self.key.startswith(other.key + SEPARATOR)


def _is_folder_name(name: str) -> bool:
    if not 0 < len(name) <= LONGEST_NAME or name != name.strip():
        return False
    if SEPARATOR in name:
        return False
    return not any(unicodedata.category(character) in _UNPRINTABLE for character in name)


class SpecialFolder(Enum):
    """The mail folders that every mailbox has, by the names that Outlook shows."""

    INBOX = "Inbox"
    DRAFTS = "Drafts"
    SENT_ITEMS = "Sent Items"
    DELETED_ITEMS = "Deleted Items"
    JUNK_EMAIL = "Junk Email"

    @property
    def path(self) -> FolderPath:
        """Return where a new mailbox has it."""
        return FolderPath((self.value,))

    def guid_in(self, mailbox: UUID) -> UUID:
        """Return the GUID that it gets in a mailbox, known before the mailbox is first used."""
        return uuid5(mailbox, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFolder:
    """A folder as the store holds it.

    ``uid_validity``, ``uid_next`` and ``highest_modseq`` are those of RFC 9051 section 2.3.1.1 and RFC 7162 section 3.1; ``size`` is the sum
    of the messages' sizes in octets; ``keywords`` are those that a message of the folder has or had.
    """

    id: int
    guid: UUID
    path: FolderPath
    special: SpecialFolder | None
    uid_validity: int
    uid_next: int
    highest_modseq: int
    message_count: int
    unseen_count: int
    deleted_count: int
    size: int
    keywords: frozenset[str]


class FolderRights(IntFlag):
    """What somebody may do in a folder; the values are the documented ones (MS-OXCPERM 2.2.7, PidTagMemberRights)."""

    NONE = 0
    READ_ANY = 0x1
    CREATE = 0x2
    EDIT_OWNED = 0x8
    DELETE_OWNED = 0x10
    EDIT_ANY = 0x20
    DELETE_ANY = 0x40
    CREATE_SUBFOLDER = 0x80
    FOLDER_OWNER = 0x100
    FOLDER_CONTACT = 0x200
    FOLDER_VISIBLE = 0x400
    FREE_BUSY_SIMPLE = 0x800
    FREE_BUSY_DETAILED = 0x1000


FOLDER_RIGHT_NAMES: Final = MappingProxyType(
    {
        FolderRights.READ_ANY: "ReadItems",
        FolderRights.CREATE: "CreateItems",
        FolderRights.EDIT_OWNED: "EditOwnedItems",
        FolderRights.DELETE_OWNED: "DeleteOwnedItems",
        FolderRights.EDIT_ANY: "EditAllItems",
        FolderRights.DELETE_ANY: "DeleteAllItems",
        FolderRights.CREATE_SUBFOLDER: "CreateSubfolders",
        FolderRights.FOLDER_OWNER: "FolderOwner",
        FolderRights.FOLDER_CONTACT: "FolderContact",
        FolderRights.FOLDER_VISIBLE: "FolderVisible",
    }
)
"""The single rights that can be given (Add-MailboxFolderPermission -AccessRights), spelled as Exchange spells them."""


class FolderRole(Enum):
    """A permission level with a name (Add-MailboxFolderPermission -AccessRights), spelled as Exchange spells it."""

    NONE = "None"
    AVAILABILITY_ONLY = "AvailabilityOnly"
    LIMITED_DETAILS = "LimitedDetails"
    CONTRIBUTOR = "Contributor"
    REVIEWER = "Reviewer"
    NON_EDITING_AUTHOR = "NonEditingAuthor"
    AUTHOR = "Author"
    PUBLISHING_AUTHOR = "PublishingAuthor"
    EDITOR = "Editor"
    PUBLISHING_EDITOR = "PublishingEditor"
    OWNER = "Owner"

    @property
    def rights(self) -> FolderRights:
        """Return what the level lets its holder do."""
        return _ROLE_RIGHTS[self]


_REVIEWER: Final = FolderRights.READ_ANY | FolderRights.FOLDER_VISIBLE
_NON_EDITING_AUTHOR: Final = _REVIEWER | FolderRights.CREATE | FolderRights.DELETE_OWNED
_AUTHOR: Final = _NON_EDITING_AUTHOR | FolderRights.EDIT_OWNED
_EDITOR: Final = _AUTHOR | FolderRights.EDIT_ANY | FolderRights.DELETE_ANY
_PUBLISHING_EDITOR: Final = _EDITOR | FolderRights.CREATE_SUBFOLDER

_ROLE_RIGHTS: Final = MappingProxyType(
    {
        FolderRole.NONE: FolderRights.NONE,
        FolderRole.AVAILABILITY_ONLY: FolderRights.FREE_BUSY_SIMPLE,
        FolderRole.LIMITED_DETAILS: FolderRights.FREE_BUSY_SIMPLE | FolderRights.FREE_BUSY_DETAILED,
        FolderRole.CONTRIBUTOR: FolderRights.CREATE | FolderRights.FOLDER_VISIBLE,
        FolderRole.REVIEWER: _REVIEWER,
        FolderRole.NON_EDITING_AUTHOR: _NON_EDITING_AUTHOR,
        FolderRole.AUTHOR: _AUTHOR,
        FolderRole.PUBLISHING_AUTHOR: _AUTHOR | FolderRights.CREATE_SUBFOLDER,
        FolderRole.EDITOR: _EDITOR,
        FolderRole.PUBLISHING_EDITOR: _PUBLISHING_EDITOR,
        FolderRole.OWNER: _PUBLISHING_EDITOR | FolderRights.FOLDER_OWNER | FolderRights.FOLDER_CONTACT,
    }
)
