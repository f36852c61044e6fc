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
from delegacy.domain.folder import LONGEST_NAME, SEPARATOR, FolderPath, SpecialFolder

OTHER_USERS: Final = "Other Users"

_INBOX: Final = SpecialFolder.INBOX.path
_WIRE_INBOX: Final = "INBOX"
_REPLACED: Final = frozenset('/\\%*"')
# Controls, invisible format characters (which can reverse what is shown), surrogates, and separators of lines.
_REPLACED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LONGEST_SHOWN: Final = 128


@dataclass(frozen=True, slots=True)
class FolderName:
    """A folder that a name on the wire means: of the session's own mailbox if ``mailbox`` is None."""

    mailbox: UUID | None
    path: FolderPath


class Namespace:
    """The names of the moment: which mailboxes there are beside the session's own, and what each is called."""

    def __init__(self, others: Iterable[Target] = ()) -> None:
        self.others: Mapping[str, Target] = MappingProxyType(_shown_names(tuple(others)))
        self._by_key = {name.casefold(): target for name, target in self.others.items()}
        self._names = {target.guid: name for name, target in self.others.items()}

    def locate(self, name: str) -> FolderName | None:
        """Return what ``name`` means; None for a name that can mean no folder. Raises ``InvalidFolderName``."""
        path = FolderPath.parse(name)
        first, rest = path.names[0], path.names[1:]
        if first.casefold() == OTHER_USERS.casefold():
            return self._locate_other(rest)
        return FolderName(None, path)

    def _locate_other(self, names: tuple[str, ...]) -> FolderName | None:
        target = self._by_key.get(names[0].casefold()) if names else None
        if target is None:
            return None
        if len(names) == 1:
            return FolderName(target.guid, _INBOX)
        path = FolderPath(names[1:])
        # The Inbox is the mailbox's own name; it has no second one.
        return None if path.key == _INBOX.key else FolderName(target.guid, path)

    def name(self, mailbox: UUID | None, path: FolderPath) -> str:
        """Return what a folder is called. ``mailbox`` is one of ``others``, or None for the session's own."""
        if mailbox is None:
            rest = path.names[1:] if path.names[0].casefold() == _INBOX.key else None
            return str(path) if rest is None else SEPARATOR.join((_WIRE_INBOX, *rest))
        top = SEPARATOR.join((OTHER_USERS, self._names[mailbox]))
        return top if path.key == _INBOX.key else f"{top}{SEPARATOR}{path}"


def is_reserved(path: FolderPath) -> bool:
    """Tell whether a folder of this path would be hidden behind the mailboxes of other people."""
    return path.names[0].casefold() == OTHER_USERS.casefold()


def ancestors(name: str) -> Iterable[str]:
    """Yield the names above ``name``, the nearest first."""
    while SEPARATOR in name:
        name = name.rpartition(SEPARATOR)[0]
        yield name


def _shown_names(targets: tuple[Target, ...]) -> dict[str, Target]:
    plain = {target.guid: _cleaned(target.display_name) or _cleaned(target.address) for target in targets}
    taken = Counter(name.casefold() for name in plain.values())
    shown: dict[str, Target] = {}
    for target in targets:
        name = plain[target.guid]
        if not name or taken[name.casefold()] > 1:
            name = f"{name} ({_cleaned(target.address)})".strip()
        if any(name.casefold() == other.casefold() for other in shown):
            name = f"{name} {target.guid}"
        shown[name] = target
    return shown


def _cleaned(text: str) -> str:
    shown = "".join(
        "_" if character in _REPLACED or unicodedata.category(character) in _REPLACED_CATEGORIES else character
        for character in unicodedata.normalize("NFC", text)
    )
    return unicodedata.normalize("NFC", " ".join(shown.split())[:_LONGEST_SHOWN].strip())[:LONGEST_NAME]
