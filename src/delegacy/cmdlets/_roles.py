"""What the cmdlets about roles share: looking roles, scopes and assignments up, who may hand a role on, and how they are shown."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol, TypeVar
from uuid import UUID

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import DirectoryCmdlet, Identity
from delegacy.cmdlets._groups import is_manager
from delegacy.domain.errors import (
    InvalidProperty,
    ManagementObjectAmbiguous,
    ManagementObjectNotFound,
    OutOfScope,
    RecipientNotFound,
    WrongRecipientType,
)
from delegacy.domain.identity import fold
from delegacy.domain.rbac import ManagementRole, ManagementScope, RoleAssignment, RoleEntry
from delegacy.domain.recipient import ACCOUNTS, GROUPS, Recipient, RecipientTypeDetails
from delegacy.domain.role_catalogue import ROLE_GROUPS, known_roles, lineage
from delegacy.powershell.wildcard import matches_wildcard

ROLE_GROUP_KINDS: Final = frozenset({RecipientTypeDetails.ROLE_GROUP})
BUILT_IN_GROUPS: Final = frozenset(fold(group.name) for group in ROLE_GROUPS)
LINKED_GROUP: Final = "LinkedGroup"
"""The attribute of a role group that holds the SID of the trusted domain's group that its members come from."""
_MEMBERS: Final = ACCOUNTS | GROUPS
_NAMESPACE: Final = UUID("5a1f9d3e-6a0e-4b6e-9d53-0b6a7f5d1c44")


class _Named(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def guid(self) -> UUID | None: ...


N = TypeVar("N", bound=_Named)


def every_role(cmdlet: DirectoryCmdlet) -> dict[str, ManagementRole]:
    """Return every role by its folded name."""
    return known_roles(cmdlet.session.directory.management_roles())


def guid_of(role: ManagementRole) -> UUID:
    """Return the GUID of a role; that of a built-in one follows from its name."""
    return role.guid or uuid.uuid5(_NAMESPACE, role.key)


def find_role(cmdlet: DirectoryCmdlet, identity: Identity) -> ManagementRole:
    """Return the role with this name or GUID. Raises `ManagementObjectNotFound`."""
    roles = every_role(cmdlet)
    role = roles.get(fold(identity.text.strip())) or next(
        (one for one in roles.values() if str(guid_of(one)) == identity.key.lower()), None
    )
    if role is None:
        raise ManagementObjectNotFound(identity.text, cmdlet.session.organization.server)
    return role


def find_scope(cmdlet: DirectoryCmdlet, identity: Identity) -> ManagementScope:
    """Return the scope with this name or GUID. Raises `ManagementObjectNotFound`."""
    return _one(cmdlet, identity, cmdlet.session.directory.management_scopes())


def find_assignment(cmdlet: DirectoryCmdlet, identity: Identity) -> RoleAssignment:
    """Return the assignment with this name or GUID. Raises `ManagementObjectNotFound`."""
    return _one(cmdlet, identity, cmdlet.session.directory.role_assignments())


def matching_names(identity: Identity | None, named: Iterable[N], key: Callable[[N], UUID | None]) -> list[N]:
    """Return those whose name matches (``*`` stands for any characters) or whose GUID it is; all of them for None."""
    if identity is None:
        return list(named)
    pattern = identity.text.strip()
    return [one for one in named if matches_wildcard(pattern, one.name) or str(key(one)) == identity.key.lower()]


def find_role_group(cmdlet: DirectoryCmdlet, identity: Identity) -> Recipient:
    """Return the role group with this identity. Raises `ManagementObjectNotFound`."""
    return cmdlet.find(identity, ROLE_GROUP_KINDS)


def find_role_group_members(cmdlet: DirectoryCmdlet, named: Iterable[Identity]) -> list[Recipient]:
    """Return who is to be a member of a role group: people, security groups and role groups, each once.

    Raises `RecipientNotFound`, or `WrongRecipientType` for what can't hold roles.
    """
    found = []
    for identity in named:
        try:
            member = cmdlet.session.resolve(identity.key, _MEMBERS)
        except ManagementObjectNotFound:
            raise RecipientNotFound(identity.text) from None
        if member.is_group and not member.security_enabled:
            raise WrongRecipientType(
                f"'{member.canonical_name}' can't be a member of a role group: it is no security group.",
                member.canonical_name,
            )
        found.append(member)
    return list({member.id: member for member in found}.values())


def require_role_group_manager(cmdlet: DirectoryCmdlet, group: Recipient, *, bypass: bool) -> None:
    """Raise `OutOfScope` unless the caller is among the managers of a role group, or bypasses the check."""
    if not bypass and not is_role_group_manager(cmdlet, group):
        raise OutOfScope(_texts.NOT_A_MANAGER, group.canonical_name)


def is_role_group_manager(cmdlet: DirectoryCmdlet, group: Recipient) -> bool:
    """Tell whether the caller is among the managers of a role group."""
    caller, directory = cmdlet.session.caller_account, cmdlet.session.directory
    return caller is None or is_manager(directory, caller, directory.managers(group.id))


def require_local_members(group: Recipient) -> None:
    """Raise `WrongRecipientType` for a role group whose members are those of a group in another forest."""
    if group.attributes.get(LINKED_GROUP):
        raise WrongRecipientType(
            f"'{group.name}' is a linked role group: its members are those of the group that it is linked to. Change that one.",
            group.name,
        )


def require_delegable(cmdlet: DirectoryCmdlet, role: ManagementRole) -> None:
    """Raise `OutOfScope` unless the caller may hand a role on: by a delegating assignment of it, or of what it is made from."""
    if role.key not in cmdlet.session.delegable_roles():
        raise OutOfScope(
            f'You don\'t have access to create, change, or remove the "{role.name}" management role assignment. You must be '
            "assigned a delegating role assignment to the management role or its parent in the hierarchy without a scope restriction.",
            role.name,
        )


def require_delegating_left(cmdlet: DirectoryCmdlet, going: Sequence[RoleAssignment]) -> None:
    """Raise `OutOfScope` if a role would keep no delegating assignment to a group: nobody could hand it on any more."""
    names = {one.key for one in going}
    left = {
        one.role
        for one in cmdlet.session.directory.role_assignments()
        if one.delegating and one.enabled and one.assignee and one.key not in names
    }
    for one in going:
        if one.delegating and one.role not in left:
            raise InvalidProperty(
                f"'{one.name}' is the last delegating assignment of its role, so it has to stay: nobody could assign the role any more.",
                one.name,
            )


def assignment_name(taken: Iterable[RoleAssignment], role: str, assignee: str, *, delegating: bool) -> str:
    """Return a name for a new assignment that none has, as Exchange makes them up: ``Mail Recipients-Help Desk``."""
    names = {one.key for one in taken}
    name = f"{role}-{assignee}{'-Delegating' if delegating else ''}"
    number, candidate = 0, name
    while fold(candidate) in names:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def entry_names(cmdlet: DirectoryCmdlet, entry: RoleEntry) -> tuple[str, ...]:
    """Return the names of the parameters that an entry holds, in alphabetical order."""
    info = cmdlet.session.declaration(entry.cmdlet)
    if info is None:
        return ()
    return tuple(sorted(one.name for one in info.parameters if entry.admits(one.name)))


def require_own_role(role: ManagementRole) -> None:
    """Raise `InvalidProperty` for a built-in role, which nobody changes."""
    if role.is_root_role:
        raise InvalidProperty(
            f"'{role.name}' is a built-in role, which can't be changed. Make a role of your own from it with New-ManagementRole.",
            role.name,
        )


def children_of(roles: Mapping[str, ManagementRole], role: ManagementRole) -> list[ManagementRole]:
    """Return the roles made from a role, at any remove."""
    return [one for one in roles.values() if one.key != role.key and role.key in lineage(roles, one.key)]


def _one(cmdlet: DirectoryCmdlet, identity: Identity, named: Iterable[N]) -> N:
    found = [
        one for one in named if fold(one.name) == fold(identity.text.strip()) or str(one.guid) == identity.key.lower()
    ]
    if not found:
        raise ManagementObjectNotFound(identity.text, cmdlet.session.organization.server)
    if len(found) > 1:
        raise ManagementObjectAmbiguous(identity.text)
    return found[0]
