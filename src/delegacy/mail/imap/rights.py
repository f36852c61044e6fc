"""Our folder rights as the letters of RFC 4314."""

from typing import Final

from delegacy.domain.folder import FolderRights, MailFolder

# RFC 4314 section 2.1. Nobody has "a": who may open a mailbox is decided in the directory. "p" is for addresses of folders; none has one.
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


def letters(rights: FolderRights, folder: MailFolder) -> str:
    """Return what ``rights`` let somebody do with a folder; one that every mailbox has can't be deleted by anybody."""
    withheld = frozenset[str]() if folder.special is None else _OF_SPECIAL_FOLDERS
    granted = "".join(letter for letter, right in _LETTERS if right in rights and letter not in withheld)
    return granted + "".join(old for old, new in _OBSOLETE if not new.isdisjoint(granted))
