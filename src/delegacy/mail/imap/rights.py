"""Our folder rights as the letters of RFC 4314, and what they let somebody do with messages."""

from typing import Final

from delegacy.domain.folder import FolderRights, MailFolder
from delegacy.domain.mail_item import FlagLimits, SystemFlag

# RFC 4314 section 2.1. Nobody has "a": who may open a mailbox is decided in the directory. "p" is for addresses of folders; none has one.
# Rights in messages of one's own have no letter: a letter says what may be done with every message of the folder.
_LETTERS: Final = (
    ("l", FolderRights.FOLDER_VISIBLE),
    ("r", FolderRights.READ_ANY),
    ("s", FolderRights.EDIT_ANY),
    ("w", FolderRights.EDIT_ANY),
    ("i", FolderRights.CREATE),
    ("k", FolderRights.CREATE_SUBFOLDER),
    ("x", FolderRights.FOLDER_OWNER),
    ("t", FolderRights.DELETE_ANY),
    ("e", FolderRights.DELETE_ANY),
)
# Section 2.1.1: for clients that know the letters of RFC 2086 only.
_OBSOLETE: Final = (("c", frozenset("kx")), ("d", frozenset("te")))
_OF_SPECIAL_FOLDERS: Final = frozenset("x")

_EDITING: Final = FolderRights.EDIT_ANY | FolderRights.EDIT_OWNED
_DELETING: Final = FolderRights.DELETE_ANY | FolderRights.DELETE_OWNED
_CHANGING: Final = _EDITING | _DELETING | FolderRights.CREATE


def letters(rights: FolderRights, folder: MailFolder) -> str:
    """Return what ``rights`` let somebody do with a folder; one that every mailbox has can't be deleted by anybody."""
    withheld = frozenset[str]() if folder.special is None else _OF_SPECIAL_FOLDERS
    granted = "".join(letter for letter, right in _LETTERS if right in rights and letter not in withheld)
    return granted + "".join(old for old, new in _OBSOLETE if not new.isdisjoint(granted))


def admits_changes(rights: FolderRights) -> bool:
    """Tell whether somebody may change anything about messages, if only of his own (RFC 4314 section 5.2)."""
    return bool(rights & _CHANGING)


def admits_removal(rights: FolderRights) -> bool:
    """Tell whether somebody may remove messages, if only his own."""
    return bool(rights & _DELETING)


def flag_limits(rights: FolderRights, *, own: bool) -> FlagLimits:
    """Return which flags somebody may change, of messages that he has put there himself or of others' (RFC 4314 section 4)."""
    edits = FolderRights.EDIT_ANY in rights or (own and FolderRights.EDIT_OWNED in rights)
    deletes = FolderRights.DELETE_ANY in rights or (own and FolderRights.DELETE_OWNED in rights)
    system = ~SystemFlag.DELETED if edits else SystemFlag.NONE
    return FlagLimits(system | SystemFlag.DELETED if deletes else system, keywords=edits)
