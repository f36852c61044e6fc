"""Who has which role: Get-, New-, Set- and Remove-ManagementRoleAssignment."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._creation import checked_text
from delegacy.cmdlets._listing import container_of
from delegacy.cmdlets._role_views import ASSIGNMENT, ShownAssignment, assignment_object
from delegacy.cmdlets._roles import (
    ROLE_GROUP_KINDS,
    assignment_name,
    every_role,
    find_assignment,
    find_role,
    find_scope,
    matching_names,
    require_delegable,
    require_delegating_left,
)
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import (
    InvalidProperty,
    ManagementObjectAlreadyExists,
    ManagementObjectNotFound,
    WrongRecipientType,
)
from delegacy.domain.identity import fold
from delegacy.domain.ports import RecipientQuery
from delegacy.domain.rbac import (
    DEFAULT_POLICY,
    EVERYTHING,
    NOTHING,
    ManagementRole,
    RecipientScope,
    RoleAssignment,
    ScopeKind,
)
from delegacy.domain.recipient import ACCOUNTS, GROUPS, RECIPIENTS, Recipient, RecipientTypeDetails
from delegacy.powershell.metadata import ConfirmImpact, parameter
from delegacy.powershell.wildcard import has_wildcards

_USER: Final = "User"
_SECURITY_GROUP: Final = "SecurityGroup"
_ROLE_GROUP: Final = "RoleGroup"
_POLICY: Final = "RoleAssignmentPolicy"
_DIRECT: Final = "Direct"
_METHODS: Final = (_DIRECT, _SECURITY_GROUP, _ROLE_GROUP, _POLICY)
_ASSIGNEE_TYPES: Final = (_USER, _SECURITY_GROUP, _ROLE_GROUP, _POLICY)
_EVERYBODY: Final[Mapping[str, str]] = {
    _SECURITY_GROUP: "All Group Members",
    _ROLE_GROUP: "All Group Members",
    _POLICY: "All Policy Assignees",
}
_WITH_POLICY: Final = frozenset({RecipientTypeDetails.USER_MAILBOX, RecipientTypeDetails.LINKED_MAILBOX})
_RELATIVE: Final = (
    ScopeKind.ORGANIZATION.value,
    ScopeKind.MY_GAL.value,
    ScopeKind.SELF.value,
    ScopeKind.MY_DISTRIBUTION_GROUPS.value,
    ScopeKind.NONE.value,
)
_WRITE_SCOPES: Final = (
    *_RELATIVE,
    ScopeKind.OU.value,
    ScopeKind.CUSTOM_RECIPIENT_SCOPE.value,
    ScopeKind.EXCLUSIVE_RECIPIENT_SCOPE.value,
)


@dataclass(kw_only=True)
class GetManagementRoleAssignment(ExchangeCmdlet):
    """List role assignments: by name, by role, by who has them directly or through groups, or by whom they reach."""

    name = "Get-ManagementRoleAssignment"
    default_parameter_set = "RoleAssignee"
    output_types = (ASSIGNMENT,)

    identity: Identity | None = parameter(
        position=0,
        sets={"Identity": True},
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        help="The assignment; * stands for any characters.",
    )
    role: Identity | None = parameter(
        sets=("RoleAssignee",), convert=as_identity, completer="role", help="Only assignments of this role."
    )
    role_assignee: Identity | None = parameter(
        sets=("RoleAssignee",),
        convert=as_identity,
        completer="recipient",
        help="Only assignments that this user, group or policy has, through groups as well.",
    )
    assignment_method: tuple[str, ...] = parameter(
        sets=("RoleAssignee",), default=(), values=_METHODS, help="Only assignments that come to the assignee this way."
    )
    role_assignee_type: str | None = parameter(
        values=_ASSIGNEE_TYPES, help="Only assignments to assignees of this type."
    )
    delegating: bool | None = parameter(help="Only delegating assignments, or only regular ones.")
    enabled: bool | None = parameter(help="Only assignments that are enabled, or only those that are not.")
    exclusive: bool | None = parameter(help="Only assignments with an exclusive scope, or only the others.")
    recipient_write_scope: str | None = parameter(
        values=_WRITE_SCOPES, help="Only assignments with this kind of write scope."
    )
    custom_recipient_write_scope: Identity | None = parameter(
        convert=as_identity, completer="scope", help="Only assignments with this custom scope."
    )
    exclusive_recipient_write_scope: Identity | None = parameter(
        convert=as_identity, completer="scope", help="Only assignments with this exclusive scope."
    )
    recipient_organizational_unit_scope: str | None = parameter(help="Only assignments with this organizational unit.")
    writable_recipient: Identity | None = parameter(
        convert=as_identity, completer="recipient", help="Only assignments through which this recipient may be changed."
    )
    get_effective_users: bool = parameter(
        switch=True, help="Show each person whom an assignment reaches through groups."
    )

    def run(self) -> None:
        """Show what was asked for."""
        roles = every_role(self)
        found = [one for one in self._assignments() if one.role in roles and self._matches(one, roles[one.role])]
        assignees = self.session.directory.get_many(one.assignee for one in found if one.assignee)
        for assignment in found:
            for shown in self._shown(assignment, roles[assignment.role], assignees):
                self.write_object(assignment_object(self, shown))

    def _assignments(self) -> list[RoleAssignment]:
        every = self.session.directory.role_assignments()
        if self.identity is None:
            return list(every)
        found = matching_names(self.identity, every, lambda one: one.guid)
        if not found and not has_wildcards(self.identity.text):
            raise ManagementObjectNotFound(self.identity.text, self.session.organization.server)
        return found

    def _matches(self, one: RoleAssignment, role: ManagementRole) -> bool:
        kind = role.write_scope if one.write_scope is ScopeKind.NOT_APPLICABLE else one.write_scope
        is_exclusive = kind is ScopeKind.EXCLUSIVE_RECIPIENT_SCOPE
        scopes = [self.custom_recipient_write_scope, self.exclusive_recipient_write_scope]
        return (
            (self.role is None or one.role == find_role(self, self.role).key)
            and self.delegating in (None, one.delegating)
            and self.enabled in (None, one.enabled)
            and self.exclusive in (None, is_exclusive)
            and self.recipient_write_scope in (None, kind.value)
            and all(named is None or one.scope == find_scope(self, named).key for named in scopes)
            and self._in_unit(one)
            and self._writes(one, kind)
        )

    def _in_unit(self, one: RoleAssignment) -> bool:
        unit = self.recipient_organizational_unit_scope
        return unit is None or fold(one.container) == fold(container_of(self, unit))

    def _writes(self, one: RoleAssignment, kind: ScopeKind) -> bool:
        if self.writable_recipient is None:
            return True
        recipient = self.session.resolve(self.writable_recipient.key, RECIPIENTS)
        return not one.delegating and self._scope_of(one, kind).admits(recipient, self.session.directory.linked)

    def _scope_of(self, one: RoleAssignment, kind: ScopeKind) -> RecipientScope:
        if kind is ScopeKind.ORGANIZATION:
            return EVERYTHING
        if kind is ScopeKind.OU:
            return RecipientScope(kind, root=fold(one.container))
        scopes = {scope.key: scope for scope in self.session.directory.management_scopes()}
        return scopes[one.scope].recipients if one.scope in scopes else NOTHING

    def _shown(
        self, one: RoleAssignment, role: ManagementRole, assignees: Mapping[int, Recipient]
    ) -> Iterator[ShownAssignment]:
        assignee = assignees.get(one.assignee)
        kind = _kind_of(assignee)
        if self.role_assignee_type not in (None, kind):
            return
        name = one.policy if assignee is None else assignee.canonical_name
        method = self._method(one, assignee, kind)
        if method is None or (self.assignment_method and method not in self.assignment_method):
            return
        shown = ShownAssignment(one, role, name, kind, method)
        if not self.get_effective_users:
            yield replace(shown, effective_user=_EVERYBODY.get(kind, name.rpartition("/")[2]))
            return
        for user, chain in self._effective(assignee):
            yield replace(shown, effective_user=user.name, chain=chain)

    def _method(self, one: RoleAssignment, assignee: Recipient | None, kind: str) -> str | None:
        """Return how the assignment comes to the asked assignee, None where it does not; Direct where nobody was asked about."""
        named = self.role_assignee
        if named is None:
            return _DIRECT
        if fold(named.text) == fold(DEFAULT_POLICY):
            return _DIRECT if fold(one.policy) == fold(DEFAULT_POLICY) else None
        asked = self.session.resolve(named.key, ACCOUNTS | GROUPS)
        if assignee is None:
            return _POLICY if asked.recipient_type_details in _WITH_POLICY else None
        if assignee.id == asked.id:
            return _DIRECT
        return kind if assignee.id in self.session.directory.security_groups_of(asked.id) else None

    def _effective(self, assignee: Recipient | None) -> Iterator[tuple[Recipient, tuple[str, ...]]]:
        directory = self.session.directory
        if assignee is None:
            for person in self.each(directory.list(RecipientQuery(kinds=_WITH_POLICY))):
                yield person, (DEFAULT_POLICY,)
            return
        if not assignee.is_group:
            yield assignee, ()
            return
        seen = {assignee.id}
        waiting: list[tuple[Recipient, tuple[str, ...]]] = [(assignee, (assignee.name,))]
        while waiting:
            group, chain = waiting.pop(0)
            for member in tuple(directory.members(group.id)):
                if member.id in seen or (member.is_group and not member.security_enabled):
                    continue
                seen.add(member.id)
                if member.is_group:
                    waiting.append((member, (*chain, member.name)))
                else:
                    yield member, chain


def _kind_of(assignee: Recipient | None) -> str:
    if assignee is None:
        return _POLICY
    if assignee.recipient_type_details in ROLE_GROUP_KINDS:
        return _ROLE_GROUP
    return _SECURITY_GROUP if assignee.is_group else _USER


@dataclass(kw_only=True)
class _ScopedCmdlet(ExchangeCmdlet):
    """What says which recipients an assignment is about."""

    custom_recipient_write_scope: Identity | None = parameter(
        convert=as_identity, completer="scope", help="The custom scope that bounds what may be changed."
    )
    exclusive_recipient_write_scope: Identity | None = parameter(
        convert=as_identity, completer="scope", help="The exclusive scope that bounds what may be changed."
    )
    recipient_organizational_unit_scope: str | None = parameter(
        help="The organizational unit that bounds what may be changed."
    )
    recipient_relative_write_scope: str | None = parameter(
        values=_RELATIVE, help="What bounds what may be changed, relative to who has the role."
    )

    def with_scope(self, assignment: RoleAssignment) -> RoleAssignment:
        """Return the assignment with the scope that was asked for. Raises `InvalidProperty` for more than one."""
        given = [
            name
            for name in (
                "custom_recipient_write_scope",
                "exclusive_recipient_write_scope",
                "recipient_organizational_unit_scope",
                "recipient_relative_write_scope",
            )
            if getattr(self, name) is not None
        ]
        if len(given) > 1:
            raise InvalidProperty(
                "Give one write scope: a custom one, an exclusive one, a unit, or a relative one.", assignment.name
            )
        plain = replace(assignment, scope="", container="")
        if self.custom_recipient_write_scope is not None:
            scope = find_scope(self, self.custom_recipient_write_scope)
            if scope.exclusive:
                raise InvalidProperty(
                    f"'{scope.name}' is exclusive. Give it with -ExclusiveRecipientWriteScope.", scope.name
                )
            return replace(plain, write_scope=ScopeKind.CUSTOM_RECIPIENT_SCOPE, scope=scope.key)
        if self.exclusive_recipient_write_scope is not None:
            scope = find_scope(self, self.exclusive_recipient_write_scope)
            if not scope.exclusive:
                raise InvalidProperty(
                    f"'{scope.name}' isn't exclusive. Give it with -CustomRecipientWriteScope.", scope.name
                )
            return replace(plain, write_scope=ScopeKind.EXCLUSIVE_RECIPIENT_SCOPE, scope=scope.key)
        if self.recipient_organizational_unit_scope is not None:
            container = container_of(self, self.recipient_organizational_unit_scope)
            return replace(plain, write_scope=ScopeKind.OU, container=container)
        if self.recipient_relative_write_scope is not None:
            return replace(plain, write_scope=ScopeKind(self.recipient_relative_write_scope))
        return assignment


@dataclass(kw_only=True)
class NewManagementRoleAssignment(_ScopedCmdlet):
    """Assign a role to a role group or security group, a user, or the role assignment policy; for use, or for handing on."""

    name = "New-ManagementRoleAssignment"
    default_parameter_set = "SecurityGroup"
    supports_should_process = True
    changes_recipients = False
    output_types = (ASSIGNMENT,)

    name_: str | None = parameter(
        name="Name", position=0, help="The unique name; made up from role and assignee, if it is left out."
    )
    role: Identity = parameter(mandatory=True, convert=as_identity, completer="role", help="The role.")
    security_group: Identity | None = parameter(
        sets={"SecurityGroup": True}, convert=as_identity, completer="group", help="The role group or security group."
    )
    user: Identity | None = parameter(sets={"User": True}, convert=as_identity, completer="user", help="The user.")
    policy: str | None = parameter(sets={"Policy": True}, help="The role assignment policy.")
    delegating: bool = parameter(
        sets=("SecurityGroup", "User"), switch=True, help="For handing the role on, not for using it."
    )

    def run(self) -> None:
        """Assign one role."""
        role = find_role(self, self.role)
        require_delegable(self, role)
        assignee, label = self._assignee(role)
        every = self.session.directory.role_assignments()
        name = self.name_ and checked_text("Name", self.name_).strip()
        if name and fold(name) in {one.key for one in every}:
            raise ManagementObjectAlreadyExists(f"There is a role assignment with the name '{name}' already.", name)
        assignment = self.with_scope(
            RoleAssignment(
                guid=uuid.uuid4(),
                name=name or assignment_name(every, role.name, label, delegating=self.delegating),
                role=role.key,
                assignee=0 if assignee is None else assignee.id,
                policy=label if assignee is None else "",
                delegating=self.delegating,
                when_changed=self.session.clock.now(),
            )
        )
        if not self.should_process(_texts.CREATE.format(kind="management role assignment", name=assignment.name)):
            return
        self.session.changes.put_role_assignments([assignment])
        shown_assignee = label if assignee is None else assignee.canonical_name
        self.modified(
            assignment.name,
            ModifiedProperty("Role", "", role.name),
            ModifiedProperty("RoleAssignee", "", shown_assignee),
            ModifiedProperty("RecipientWriteScope", "", assignment.write_scope.value),
        )
        kind = _kind_of(assignee)
        effective = _EVERYBODY.get(kind, shown_assignee.rpartition("/")[2])
        self.write_object(
            assignment_object(self, ShownAssignment(assignment, role, shown_assignee, kind, _DIRECT, effective))
        )

    def _assignee(self, role: ManagementRole) -> tuple[Recipient | None, str]:
        if self.policy is not None:
            if fold(self.policy.strip()) != fold(DEFAULT_POLICY):
                raise ManagementObjectNotFound(self.policy, self.session.organization.server)
            if not role.is_end_user_role:
                raise InvalidProperty(
                    f"'{role.name}' can't be assigned to a role assignment policy: only end-user roles (My...) can.",
                    role.name,
                )
            return None, DEFAULT_POLICY
        named, kinds = (self.security_group, GROUPS) if self.user is None else (self.user, ACCOUNTS)
        found = self.session.resolve((named or as_identity("")).key, kinds)
        if found.is_group and not found.security_enabled:
            raise WrongRecipientType(
                f"'{found.canonical_name}' can't have a role: it is no security group.", found.canonical_name
            )
        return found, found.name


@dataclass(kw_only=True)
class SetManagementRoleAssignment(_ScopedCmdlet):
    """Change what an assignment is about, or turn it off and on."""

    name = "Set-ManagementRoleAssignment"
    supports_should_process = True
    changes_recipients = False

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        help="The assignment.",
    )
    enabled: bool | None = parameter(help="Whether it is in force.")

    def run(self) -> None:
        """Change one assignment."""
        before = find_assignment(self, self.identity)
        roles = every_role(self)
        if before.role in roles:
            require_delegable(self, roles[before.role])
        after = self.with_scope(before)
        if self.enabled is not None:
            after = replace(after, enabled=self.enabled)
        if before.enabled and not after.enabled:
            require_delegating_left(self, [before])
        if not self.should_process(_texts.SET.format(kind="management role assignment", identity=before.name)):
            return
        told = list(_differences(before, after))
        self.modified(before.name, *told)
        if not told:
            self.write_warning(_texts.NOTHING_MODIFIED.format(identity=before.name))
            return
        self.session.changes.put_role_assignments([after])


@dataclass(kw_only=True)
class RemoveManagementRoleAssignment(ExchangeCmdlet):
    """Take a role away. Each role keeps a delegating assignment to a group, and somebody stays in charge of the organization."""

    name = "Remove-ManagementRoleAssignment"
    supports_should_process = True
    changes_recipients = False
    confirm_impact = ConfirmImpact.HIGH

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        help="The assignment.",
    )

    def run(self) -> None:
        """Remove one assignment."""
        assignment = find_assignment(self, self.identity)
        roles = every_role(self)
        if assignment.role in roles:
            require_delegable(self, roles[assignment.role])
        require_delegating_left(self, [assignment])
        if self.should_process(_texts.REMOVE.format(kind="management role assignment", identity=assignment.name)):
            self.session.changes.remove_role_assignment(assignment.name)
            self.modified(assignment.name, ModifiedProperty("Role", assignment.role, ""))


def _differences(before: RoleAssignment, after: RoleAssignment) -> Iterable[ModifiedProperty]:
    for name, old, new in (
        ("Enabled", str(before.enabled), str(after.enabled)),
        ("RecipientWriteScope", before.write_scope.value, after.write_scope.value),
        ("CustomRecipientWriteScope", before.scope or before.container, after.scope or after.container),
    ):
        if old != new:
            yield ModifiedProperty(name, old, new)
