"""Whether a caller may run a cmdlet, with these parameters, on this object.

A caller has what his assignments give him, added up. A parameter may be used on an object when one of them holds both cmdlet and parameter,
and its write scope holds the object. Source: Understanding Role Based Access Control; Understanding exclusive scopes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from delegacy.domain.identity import fold
from delegacy.domain.rbac import EVERYTHING, RecipientScope, RoleEntry, ScopeKind
from delegacy.domain.recipient import Recipient
from delegacy.domain.recipient_filter import Links


class WriteDenial(Enum):
    """Why an object may not be changed."""

    OUT_OF_WRITE_SCOPE = "the object isn't within the caller's write scope"
    IN_EXCLUSIVE_SCOPE = "the object is within an exclusive scope that the caller doesn't have"


@dataclass(frozen=True, slots=True)
class HeldEntry:
    """An entry that a caller has: through which role and assignment, for which recipients."""

    entry: RoleEntry
    role: str
    assignment: str
    read: RecipientScope = EVERYTHING
    write: RecipientScope = EVERYTHING
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """What a caller may do: his entries by folded cmdlet name, and the organization's exclusive scopes.

    ``unlimited`` is for whoever can read the data directory, and the program itself.
    """

    entries: Mapping[str, tuple[HeldEntry, ...]] = field(default_factory=lambda: MappingProxyType({}))
    exclusive: tuple[RecipientScope, ...] = ()
    unlimited: bool = False


UNLIMITED: Final = Access(unlimited=True)
_OWN_AFFAIRS: Final = frozenset({ScopeKind.MY_GAL, ScopeKind.SELF})


def holds_cmdlet(access: Access, cmdlet: str) -> bool:
    """Tell whether a role of the caller holds a cmdlet."""
    return access.unlimited or fold(cmdlet) in access.entries


def holds_parameter(access: Access, cmdlet: str, parameter: str) -> bool:
    """Tell whether a role of the caller holds a parameter of a cmdlet."""
    return access.unlimited or any(held.entry.admits(parameter) for held in access.entries.get(fold(cmdlet), ()))


def is_limited(access: Access, cmdlet: str, parameters: Iterable[str]) -> bool:
    """Tell whether ``decide_write`` could refuse any object at all; False spares looking at each."""
    if access.unlimited:
        return False
    everywhere = [held.entry for held in access.entries.get(fold(cmdlet), ()) if held.write.is_everything]
    if access.exclusive or not everywhere:
        return True
    return not all(any(entry.admits(parameter) for entry in everywhere) for parameter in parameters)


def decide_write(
    access: Access, cmdlet: str, parameters: Iterable[str], recipient: Recipient, links: Links
) -> WriteDenial | None:
    """Return why the caller may not change a recipient with this cmdlet and these parameters, or None where he may.

    What lies in an exclusive scope is changed by those alone who have such a scope that holds it.
    """
    if access.unlimited:
        return None
    held = [one for one in access.entries.get(fold(cmdlet), ()) if one.write.admits(recipient, links)]
    if any(scope.admits(recipient, links) for scope in access.exclusive):
        held = [one for one in held if one.exclusive]
        if not held:
            return WriteDenial.IN_EXCLUSIVE_SCOPE
    if not held or not all(any(one.entry.admits(parameter) for one in held) for parameter in parameters):
        return WriteDenial.OUT_OF_WRITE_SCOPE
    return None


def is_self_service(access: Access, cmdlet: str, recipient: Recipient, links: Links) -> bool:
    """Tell whether a caller reaches a recipient with this cmdlet by roles alone that are everybody's for his own affairs.

    Such a role opens a cmdlet on every listed object (MyDistributionGroupMembership: MyGAL); what may be done there the cmdlet decides.
    """
    if access.unlimited:
        return False
    held = [one.write for one in access.entries.get(fold(cmdlet), ()) if one.write.admits(recipient, links)]
    return all(scope.kind in _OWN_AFFAIRS for scope in held)


def read_scopes(access: Access, cmdlet: str) -> tuple[RecipientScope, ...] | None:
    """Return the scopes that together hold what the caller sees with a cmdlet; None where he sees everything."""
    if access.unlimited:
        return None
    scopes = tuple(held.read for held in access.entries.get(fold(cmdlet), ()))
    return None if any(scope.is_everything for scope in scopes) else scopes
