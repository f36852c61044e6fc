"""How folders are named on the wire: the session's own mailbox at the root, others below ``Other Users`` (RFC 2342).

A mailbox of somebody else appears under its display name, which stands for its Inbox; its other folders are below. Display names are
what somebody typed into the directory: nothing in them can look like a separator or a wildcard, and two of the same name are told apart by
address.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from delegacy.domain.facts import Target
from delegacy.domain.folder import SEPARATOR, FolderPath, SpecialFolder

OTHER_USERS: Final = "Other Users"

_OTHER_USERS_KEY: Final = OTHER_USERS.casefold()
_INBOX: Final = SpecialFolder.INBOX.path
_WIRE_INBOX: Final = "INBOX"
_REPLACED: Final = frozenset('/\\%*"')
# Controls, invisible format characters (which can reverse what is shown), surrogates, and separators of lines.
_REPLACED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# With an address and a GUID behind it, a name is still one that a folder can have.
_LONGEST_SHOWN: Final = 96


@dataclass(frozen=True, slots=True)
class FolderName:
    """A folder that a name on the wire means: of the session's own mailbox if ``mailbox`` is None."""

    mailbox: UUID | None
    path: FolderPath


class Namespace:
    """The names of the moment: which mailboxes there are beside the session's own, and what each is called."""

    def __init__(self, others: Iterable[Target] = ()) -> None:
        self.others: Mapping[str, Target] = MappingProxyType(_shown_names(tuple(others)))
        self._by_key = {name_key(name): target for name, target in self.others.items()}
        self._names = {target.guid: name for name, target in self.others.items()}

    def locate(self, name: str) -> FolderName | None:
        """Return what ``name`` means; None for a name that can mean no folder. Raises ``InvalidFolderName``."""
        # What stands above a folder here is no part of its path, which has bounds of its own.
        first, _, rest = name.partition(SEPARATOR)
        return (
            self._locate_other(rest)
            if first.casefold() == _OTHER_USERS_KEY
            else FolderName(None, FolderPath.parse(name))
        )

    def _locate_other(self, name: str) -> FolderName | None:
        shown, below, rest = name.partition(SEPARATOR)
        target = self._by_key.get(name_key(shown))
        if target is None:
            return None
        if not below:
            return FolderName(target.guid, _INBOX)
        path = FolderPath.parse(rest)
        # The Inbox is the mailbox's own name; it has no second one.
        return None if path.key == _INBOX.key else FolderName(target.guid, path)

    def name(self, mailbox: UUID | None, path: FolderPath) -> str:
        """Return what a folder is called. ``mailbox`` is one of ``others``, or None for the session's own."""
        if mailbox is None:
            rest = path.names[1:] if path.names[0].casefold() == _INBOX.key else None
            return str(path) if rest is None else SEPARATOR.join((_WIRE_INBOX, *rest))
        top = SEPARATOR.join((OTHER_USERS, self._names[mailbox]))
        return top if path.key == _INBOX.key else f"{top}{SEPARATOR}{path}"


def name_key(name: str) -> str:
    """Return what two spellings of a name share."""
    return unicodedata.normalize("NFC", name).casefold()


def ancestors(name: str) -> Iterable[str]:
    """Yield the names above ``name``, the nearest first."""
    while SEPARATOR in name:
        name = name.rpartition(SEPARATOR)[0]
        yield name


def _shown_names(targets: tuple[Target, ...]) -> dict[str, Target]:
    plain = {target.guid: _cleaned(target.display_name) or _cleaned(target.address) for target in targets}
    taken = Counter(name_key(name) for name in plain.values())
    shown: dict[str, Target] = {}
    keys: set[str] = set()
    for target in targets:
        name = plain[target.guid]
        if not name or taken[name_key(name)] > 1:
            name = f"{name} ({_cleaned(target.address)})".strip()
        if name_key(name) in keys:
            name = f"{name} {target.guid}"
        while name_key(name) in keys:  # somebody has called himself just so
            name += "_"
        keys.add(name_key(name))
        shown[name] = target
    return shown


def _cleaned(text: str) -> str:
    shown = "".join(
        "_" if character in _REPLACED or unicodedata.category(character) in _REPLACED_CATEGORIES else character
        for character in unicodedata.normalize("NFC", text)
    )
    return unicodedata.normalize("NFC", " ".join(shown.split())[:_LONGEST_SHOWN].strip())
