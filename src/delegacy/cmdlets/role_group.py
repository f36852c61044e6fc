"""Role groups, whose members hold the roles that are assigned to them: Get-, New-, Set- and Remove-RoleGroup."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identities, as_identity
from delegacy.cmdlets._creation import checked_account_name, checked_text
from delegacy.cmdlets._groups import find_managers
from delegacy.cmdlets._listing import as_filter_text, as_result_size, as_sort_property, container_of, limited, matching
from delegacy.cmdlets._lists import ListChange, as_list_change
from delegacy.cmdlets._removal import remove_recipient
from delegacy.cmdlets._role_views import ROLE_GROUP, role_group
from delegacy.cmdlets._roles import (
    BUILT_IN_GROUPS,
    LINKED_GROUP,
    ROLE_GROUP_KINDS,
    assignment_name,
    find_role,
    find_role_group_members,
    find_scope,
    require_delegable,
    require_delegating_left,
    require_role_group_manager,
)
from delegacy.cmdlets._settings import Plan, SetObjectCmdlet
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import InvalidProperty, WrongRecipientType
from delegacy.domain.identity import fold
from delegacy.domain.organization import SECURITY_GROUPS_CONTAINER
from delegacy.domain.ports import RecipientQuery
from delegacy.domain.rbac import ManagementRole, RoleAssignment, ScopeKind
from delegacy.domain.recipient import GROUPS, GroupScope, Recipient, RecipientTypeDetails
from delegacy.domain.recipient_filter import parse_filter
from delegacy.powershell.metadata import ConfirmImpact, parameter
from delegacy.powershell.values import PSObject

_KIND = RecipientTypeDetails.ROLE_GROUP
_ROLES = "Roles"


@dataclass(kw_only=True)
class GetRoleGroup(ExchangeCmdlet):
    """List role groups."""

    name = "Get-RoleGroup"
    output_types = (ROLE_GROUP,)

    identity: Identity | None = parameter(
        position=0,
        pipeline=True,
        pipeline_by_property_name=True,
        allow_null=True,
        allow_empty=True,
        convert=lambda value: as_identity(value) if value not in (None, "") else None,
        completer="role group",
        help="The role group; * stands for any characters. Every one, if it is left out.",
    )
    filter: str | None = parameter(convert=as_filter_text, help="An OPATH filter: Property -operator 'value'.")
    sort_by: str | None = parameter(convert=as_sort_property, help="The property to sort by, ascending.")
    result_size: int | None = parameter(
        default=1000, convert=as_result_size, help="How many to show; Unlimited for all."
    )

    def run(self) -> None:
        """Show what was asked for."""
        limited(self, role_group_objects(self, self._groups()), self.result_size)

    def _groups(self) -> Sequence[Recipient]:
        if self.identity is not None:
            return list(matching(self, self.identity, ROLE_GROUP_KINDS))
        query = RecipientQuery(
            kinds=ROLE_GROUP_KINDS,
            filter=None if self.filter is None else parse_filter(self.filter),
            sort_by=self.sort_by or "Name",
        )
        return list(self.session.directory.list(query))


def role_group_objects(cmdlet: ExchangeCmdlet, groups: Sequence[Recipient]) -> Iterable[PSObject]:
    """Yield the objects of role groups."""
    directory = cmdlet.session.directory
    managers = directory.manager_lists([group.id for group in groups])
    assigned: dict[int, list[RoleAssignment]] = {}
    for assignment in directory.role_assignments():
        assigned.setdefault(assignment.assignee, []).append(assignment)
    for group in groups:
        yield role_group(
            cmdlet,
            group,
            managers=managers.get(group.id, ()),
            members=tuple(directory.members(group.id)),
            assignments=assigned.get(group.id, ()),
        )


@dataclass(kw_only=True)
class NewRoleGroup(ExchangeCmdlet):
    """Make a role group, assign roles to it, and give it members.

    A linked role group has its members from a group of a trusted domain.
    """

    name = "New-RoleGroup"
    default_parameter_set = "Default"
    supports_should_process = True
    output_types = (ROLE_GROUP,)

    name_: str = parameter(name="Name", position=0, mandatory=True, help="The unique name of the role group.")
    roles: tuple[Identity, ...] = parameter(
        default=(), convert=as_identities, completer="role", help="The roles to assign to it."
    )
    members: tuple[Identity, ...] = parameter(
        sets=("Default",), default=(), convert=as_identities, completer="recipient", help="The first members."
    )
    linked_foreign_group: Identity | None = parameter(
        sets={"CrossForest": True}, convert=as_identity, help="The group of a trusted domain that its members are in."
    )
    linked_domain_controller: str | None = parameter(
        sets={"CrossForest": True}, help="A domain controller of the trusted domain."
    )
    managed_by: tuple[Identity, ...] | None = parameter(
        convert=as_identities,
        completer="recipient",
        help="Who may change its members; who makes it, if it is left out.",
    )
    custom_recipient_write_scope: Identity | None = parameter(
        convert=as_identity, completer="scope", help="The scope that bounds what the members may change."
    )
    recipient_organizational_unit_scope: str | None = parameter(
        help="The organizational unit that bounds what the members may change."
    )
    description: str | None = parameter(help="What the role group is for.")
    display_name: str | None = parameter(help="The name that is shown.")
    sam_account_name: str | None = parameter(help="The account name.")

    def run(self) -> None:
        """Make one role group."""
        session = self.session
        roles = [find_role(self, identity) for identity in self.roles]
        for role in roles:
            require_delegable(self, role)
        scope, kind, container = "", ScopeKind.NOT_APPLICABLE, ""
        if self.custom_recipient_write_scope is not None:
            if self.recipient_organizational_unit_scope is not None:
                raise InvalidProperty("Give one scope: a custom one or an organizational unit.", self.name_)
            scope, kind = find_scope(self, self.custom_recipient_write_scope).name, ScopeKind.CUSTOM_RECIPIENT_SCOPE
        elif self.recipient_organizational_unit_scope is not None:
            container, kind = container_of(self, self.recipient_organizational_unit_scope), ScopeKind.OU
        members = find_role_group_members(self, self.members)
        drafted = self._drafted()
        if self.linked_foreign_group is not None:
            foreign = self._foreign_group(self.linked_foreign_group)
            members = [foreign]
            drafted = replace(drafted, attributes={**drafted.attributes, LINKED_GROUP: foreign.logon_name})
        managers = self._managers()
        if not self.should_process(_texts.CREATE.format(kind="role group", name=self.name_)):
            return
        group = session.changes.add(drafted)
        session.changes.set_managers(group.id, [manager.id for manager in managers] or [group.id])
        if members:
            session.changes.add_members(group.id, [member.id for member in members])
        assignments = self._assign(group, roles, kind, scope, container)
        self.modified(
            group.canonical_name,
            ModifiedProperty("Name", "", group.name),
            ModifiedProperty(_ROLES, "", ", ".join(one.name for one in assignments)),
            *([ModifiedProperty("Members", "", _views.plain(members))] if members else []),
        )
        self.write_objects(list(role_group_objects(self, [group])))

    def _assign(
        self, group: Recipient, roles: Sequence[ManagementRole], kind: ScopeKind, scope: str, container: str
    ) -> list[RoleAssignment]:
        made: list[RoleAssignment] = []
        taken = self.session.changes.role_assignments()
        for role in roles:
            name = assignment_name((*taken, *made), role.name, group.name, delegating=False)
            made.append(
                RoleAssignment(
                    guid=uuid.uuid4(),
                    name=name,
                    role=role.key,
                    assignee=group.id,
                    write_scope=kind,
                    scope=scope,
                    container=container,
                )
            )
        self.session.changes.put_role_assignments(made)
        return made

    def _drafted(self) -> Recipient:
        organization, now = self.session.organization, self.session.clock.now()
        name = checked_text("Name", self.name_)
        return Recipient(
            guid=uuid.uuid4(),
            recipient_type_details=_KIND,
            name=name,
            display_name=checked_text("DisplayName", self.display_name or name),
            domain=organization.domain.netbios_name,
            container=f"{organization.domain.dns_name}/{SECURITY_GROUPS_CONTAINER}",
            sam_account_name=checked_account_name(_KIND, self.sam_account_name or name),
            group_scope=GroupScope.UNIVERSAL,
            security_enabled=True,
            when_created=now,
            when_changed=now,
            attributes={} if not self.description else {"Description": checked_text("Description", self.description)},
        )

    def _foreign_group(self, named: Identity) -> Recipient:
        group = self.session.resolve(named.key, GROUPS)
        trusted = {domain.netbios_name for domain in self.session.directory.account_domains() if domain.trusted}
        if group.domain not in trusted or not group.security_enabled:
            raise WrongRecipientType(
                f"'{group.logon_name}' can't give a role group its members: it is no security group of a trusted domain.",
                named.text,
            )
        return group

    def _managers(self) -> list[Recipient]:
        if self.managed_by is not None:
            return find_managers(self, self.managed_by)
        caller = self.session.caller_account
        if caller is not None:
            return [self.session.directory.get(caller)]
        return list(self.session.directory.find("Organization Management", ROLE_GROUP_KINDS))


@dataclass(kw_only=True)
class SetRoleGroup(SetObjectCmdlet):
    """Change a role group's names, description and managers."""

    name = "Set-RoleGroup"
    noun = "role group"
    kinds = ROLE_GROUP_KINDS
    view = _views.GROUP

    name_: str | None = parameter(name="Name", help="The unique name.")
    display_name: str | None = parameter(help="The name that is shown.")
    description: str | None = parameter(help="What the role group is for.")
    managed_by: ListChange[Identity] | None = parameter(
        convert=as_list_change(as_identity), completer="recipient", help="Who may change its members."
    )
    bypass_security_group_manager_check: bool = parameter(
        switch=True, help="Change a role group that you don't manage."
    )

    def check_target(self, target: Recipient) -> None:
        """Refuse a group that the caller doesn't manage, and another name for a built-in one."""
        require_role_group_manager(self, target, bypass=self.bypass_security_group_manager_check)
        if self.name_ is not None and fold(target.name) in BUILT_IN_GROUPS:
            raise InvalidProperty(f"'{target.name}' is a built-in role group, whose name stays.", target.name)

    def plan(self, plan: Plan) -> None:
        """Work out names and managers."""
        if self.name_ is not None:
            plan.after = replace(plan.after, name=checked_text("Name", self.name_))
        if self.display_name is not None:
            plan.after = replace(plan.after, display_name=checked_text("DisplayName", self.display_name))
        if "managed_by" in self.bound:
            self.plan_managers(plan, self.managed_by or ListChange(()))


@dataclass(kw_only=True)
class RemoveRoleGroup(ExchangeCmdlet):
    """Remove a role group with its role assignments. The built-in ones stay."""

    name = "Remove-RoleGroup"
    supports_should_process = True
    confirm_impact = ConfirmImpact.HIGH

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="role group",
        help="The role group.",
    )
    bypass_security_group_manager_check: bool = parameter(
        switch=True, help="Remove a role group that you don't manage."
    )

    def run(self) -> None:
        """Remove one role group."""
        group = self.find_to_change(self.identity, ROLE_GROUP_KINDS)
        if fold(group.name) in BUILT_IN_GROUPS:
            raise InvalidProperty(f"'{group.name}' is a built-in role group, which can't be removed.", group.name)
        require_role_group_manager(self, group, bypass=self.bypass_security_group_manager_check)
        going = [one for one in self.session.directory.role_assignments() if one.assignee == group.id]
        require_delegating_left(self, going)
        if not self.should_process(_texts.REMOVE.format(kind="role group", identity=group.canonical_name)):
            return
        for assignment in going:
            self.session.changes.remove_role_assignment(assignment.name)
            self.modified(group.canonical_name, ModifiedProperty("RoleAssignment", assignment.name, ""))
        remove_recipient(self, group)
