"""What a caller may do: his assignments, and those of his groups and of his policy, with their scopes looked up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from delegacy.domain.identity import fold
from delegacy.domain.ports import DirectoryReader
from delegacy.domain.properties import PROPERTIES
from delegacy.domain.rbac import (
    DEFAULT_POLICY,
    EVERYTHING,
    NOTHING,
    ManagementRole,
    ManagementScope,
    RecipientScope,
    RoleAssignment,
    ScopeKind,
)
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.recipient_filter import Comparison, Operator
from delegacy.domain.role_catalogue import known_roles, lineage
from delegacy.policy.rbac import UNLIMITED, Access, HeldEntry
from delegacy.session.caller import Caller

_HAVE_POLICY: Final = frozenset({RecipientTypeDetails.USER_MAILBOX, RecipientTypeDetails.LINKED_MAILBOX})
LISTED: Final = RecipientScope(
    ScopeKind.MY_GAL,
    condition=Comparison(PROPERTIES["hiddenfromaddresslistsenabled"], Operator.EQ, False),  # noqa: FBT003 - what it is compared with
)
"""Whoever is in address lists."""


def load_access(directory: DirectoryReader, caller: Caller) -> Access:
    """Return what the caller may do as the directory is now; nothing where his account is disabled.

    Raises `ManagementObjectNotFound` if the account is gone.
    """
    if caller.account is None:
        return UNLIMITED
    loader = _Loader.of(directory, caller.account)
    if loader is None:
        return Access()
    entries: dict[str, list[HeldEntry]] = {}
    for assignment in loader.assignments():
        role = loader.roles.get(assignment.role)
        if role is None or assignment.delegating:
            continue
        read, write = loader.scope(role.read_scope), loader.write_scope(assignment, role)
        for key, entry in role.entries.items():
            exclusive = assignment.write_scope is ScopeKind.EXCLUSIVE_RECIPIENT_SCOPE
            entries.setdefault(key, []).append(HeldEntry(entry, role.name, assignment.name, read, write, exclusive))
    exclusive_scopes = tuple(scope.recipients for scope in loader.scopes.values() if scope.exclusive)
    return Access(MappingProxyType({key: tuple(held) for key, held in entries.items()}), exclusive_scopes)


def delegable_roles(directory: DirectoryReader, caller: Caller) -> frozenset[str]:
    """Return the folded names of the roles that the caller may hand to others: those assigned to him so, and what is made from them."""
    roles = known_roles(directory.management_roles())
    if caller.account is None:
        return frozenset(roles)
    loader = _Loader.of(directory, caller.account)
    if loader is None:
        return frozenset()
    held = {assignment.role for assignment in loader.assignments() if assignment.delegating}
    return frozenset(key for key in roles if not held.isdisjoint(lineage(roles, key)))


@dataclass(frozen=True, slots=True)
class _Loader:
    directory: DirectoryReader
    selves: frozenset[int]
    groups: frozenset[int]
    has_policy: bool
    roles: Mapping[str, ManagementRole]
    scopes: Mapping[str, ManagementScope]

    @classmethod
    def of(cls, directory: DirectoryReader, account: int) -> "_Loader | None":
        """Return the loader of an account's assignments, None where nobody can sign in with it."""
        person = directory.get(account)
        linked = None if person.sid is None else directory.linked_mailbox(person.sid)
        if person.account_disabled:
            return None
        mailboxes = [one for one in (person, linked) if one and one.recipient_type_details in _HAVE_POLICY]
        return cls(
            directory,
            frozenset(one.id for one in (person, linked) if one is not None),
            directory.security_groups_of(account),
            bool(mailboxes),
            known_roles(directory.management_roles()),
            {scope.key: scope for scope in directory.management_scopes()},
        )

    def assignments(self) -> Iterator[RoleAssignment]:
        """Yield the assignments that are the account's, its groups' or its policy's."""
        assignees = self.selves | self.groups
        for assignment in self.directory.role_assignments():
            of_policy = self.has_policy and fold(assignment.policy) == fold(DEFAULT_POLICY)
            if assignment.enabled and (assignment.assignee in assignees or of_policy):
                yield assignment

    def write_scope(self, assignment: RoleAssignment, role: ManagementRole) -> RecipientScope:
        """Return what may be changed through an assignment: never more than its role lets."""
        implicit = self.scope(role.write_scope)
        match assignment.write_scope:
            case ScopeKind.NOT_APPLICABLE:
                return implicit
            case _ if implicit is NOTHING:
                return NOTHING
            case ScopeKind.OU:
                return RecipientScope(ScopeKind.OU, root=fold(assignment.container))
            case ScopeKind.CUSTOM_RECIPIENT_SCOPE | ScopeKind.EXCLUSIVE_RECIPIENT_SCOPE:
                scope = self.scopes.get(fold(assignment.scope))
                return NOTHING if scope is None else scope.recipients
            case other:
                return self.scope(other)

    def scope(self, kind: ScopeKind) -> RecipientScope:
        """Return what one of the built-in scopes holds for this account."""
        match kind:
            case ScopeKind.ORGANIZATION:
                return EVERYTHING
            case ScopeKind.SELF:
                return RecipientScope(ScopeKind.SELF, keys=self.selves)
            case ScopeKind.MY_GAL:
                return LISTED
            case ScopeKind.MY_DISTRIBUTION_GROUPS:
                managed = self.directory.managed_by(self.selves | self.groups)
                return RecipientScope(ScopeKind.MY_DISTRIBUTION_GROUPS, keys=managed)
            case _:
                return NOTHING
