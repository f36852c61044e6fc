"""Changes as the audit log keeps them: short lists, each with a letter before it, in the order in which they were made.

Who granted something, and when, is what the entry of the log says itself; the moment is kept where it tells one grant from another.
"""

from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from delegacy.domain.ace import Ace
from delegacy.domain.change import (
    Change,
    FolderPermissionSet,
    Granted,
    HeldPlace,
    Irreversible,
    Linked,
    ListChanged,
    ManagersSet,
    MembersAdded,
    MembersRemoved,
    Revoked,
    Unlinked,
    VisibilityChanged,
)
from delegacy.domain.folder import FolderRights
from delegacy.domain.folder_permission import FolderPermission
from delegacy.domain.rights import right_from_number
from delegacy.domain.sid import Sid
from delegacy.store.grants import INHERITANCE_TYPES
from delegacy.store.rows import to_moment_or_none, to_number_or_null

_INHERITANCE: Final = MappingProxyType({kind: place for place, kind in enumerate(INHERITANCE_TYPES)})

_Kept = list[Any]


def kept(changes: Iterable[Change]) -> list[_Kept]:
    """Return changes as they are kept, after ``change.reversible`` has made of them what can be."""
    return [_KEEP[type(change)](change) for change in changes]


def changes_from(kept: Iterable[_Kept]) -> tuple[Change, ...]:
    """Return the changes that were kept."""
    return tuple(_READ[letter](*rest) for letter, *rest in kept)


def _kept_ace(ace: Ace) -> _Kept:
    return [
        ace.trustee,
        sorted(ace.rights),
        int(ace.allow),
        _INHERITANCE[ace.inheritance_type],
        to_number_or_null(ace.granted_at),
        to_number_or_null(ace.expires_at),
    ]


def _kept_place(place: HeldPlace) -> _Kept:
    return [place.delegate, to_number_or_null(place.granted_at), to_number_or_null(place.expires_at)]


def _kept_folder_permission(held: FolderPermission | None) -> _Kept | None:
    if held is None:
        return None
    return [held.trustee, int(held.rights), to_number_or_null(held.granted_at), to_number_or_null(held.expires_at)]


def _folder_permission(kept: _Kept | None) -> FolderPermission | None:
    if kept is None:
        return None
    trustee, rights, granted, ends = kept
    return FolderPermission(
        Sid(trustee),
        FolderRights(rights),
        granted_at=to_moment_or_none(granted),
        expires_at=to_moment_or_none(ends),
    )


def _ace(trustee: str, rights: list[int], allow: int, inheritance: int, granted: int | None, ends: int | None) -> Ace:
    return Ace(
        Sid(trustee),
        frozenset(map(right_from_number, rights)),
        allow=allow == 1,
        inheritance_type=INHERITANCE_TYPES[inheritance],
        granted_at=to_moment_or_none(granted),
        expires_at=to_moment_or_none(ends),
    )


def _places(kept: list[_Kept]) -> tuple[HeldPlace, ...]:
    return tuple(
        HeldPlace(delegate, granted_at=to_moment_or_none(granted), expires_at=to_moment_or_none(ends))
        for delegate, granted, ends in kept
    )


_READ: Final = MappingProxyType[str, Callable[..., Change]](
    {
        "g": lambda target, *ace: Granted(target, _ace(*ace)),
        "r": lambda target, entries: Revoked(target, tuple(_ace(*entry) for entry in entries)),
        "b": lambda target, gone, come: ListChanged(target, _places(gone), _places(come)),
        "m": lambda group, members: MembersAdded(group, tuple(members)),
        "n": lambda group, members: MembersRemoved(group, tuple(members)),
        "o": lambda group, before, after: ManagersSet(group, tuple(before), tuple(after)),
        "l": lambda mailbox, delegates: Linked(mailbox, tuple(delegates)),
        "u": lambda mailbox, delegates: Unlinked(mailbox, tuple(delegates)),
        "f": lambda mailbox, folder, before, after: FolderPermissionSet(
            mailbox, UUID(folder), _folder_permission(before), _folder_permission(after)
        ),
        "h": lambda target, hidden: VisibilityChanged(target, hidden == 1),
        "x": Irreversible,
    }
)
_KEEP: Final = MappingProxyType[type, Callable[[Any], _Kept]](
    {
        Granted: lambda change: ["g", change.target, *_kept_ace(change.ace)],
        Revoked: lambda change: ["r", change.target, list(map(_kept_ace, change.entries))],
        ListChanged: lambda change: [
            "b",
            change.target,
            list(map(_kept_place, change.gone)),
            list(map(_kept_place, change.come)),
        ],
        MembersAdded: lambda change: ["m", change.group, change.members],
        MembersRemoved: lambda change: ["n", change.group, change.members],
        ManagersSet: lambda change: ["o", change.group, change.before, change.after],
        Linked: lambda change: ["l", change.mailbox, change.delegates],
        Unlinked: lambda change: ["u", change.mailbox, change.delegates],
        FolderPermissionSet: lambda change: [
            "f",
            change.mailbox,
            change.folder.hex,
            _kept_folder_permission(change.before),
            _kept_folder_permission(change.after),
        ],
        VisibilityChanged: lambda change: ["h", change.target, int(change.hidden)],
        Irreversible: lambda change: ["x", change.what],
    }
)
