"""The members of role groups: Add-, Get-, Remove- and Update-RoleGroupMember."""

from dataclasses import dataclass

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._listing import as_result_size, limited, pages
from delegacy.cmdlets._lists import ListChange, as_list_change, changed
from delegacy.cmdlets._roles import (
    ROLE_GROUP_KINDS,
    find_role_group,
    find_role_group_members,
    require_local_members,
    require_role_group_manager,
)
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.recipient import Recipient
from delegacy.powershell.metadata import ConfirmImpact, parameter


@dataclass(kw_only=True)
class _RoleGroupMembers(ExchangeCmdlet):
    """A cmdlet that changes who is in a role group."""

    supports_should_process = True
    shows_effect = True

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
        switch=True, help="Change a role group that you don't manage."
    )

    def find_group(self) -> Recipient:
        """Return the role group, if the caller may change who is in it."""
        group = self.find_to_change(self.identity, ROLE_GROUP_KINDS)
        require_local_members(group)
        require_role_group_manager(self, group, bypass=self.bypass_security_group_manager_check)
        return group


@dataclass(kw_only=True)
class AddRoleGroupMember(_RoleGroupMembers):
    """Add a person, security group or role group to a role group."""

    name = "Add-RoleGroupMember"

    member: Identity = parameter(mandatory=True, convert=as_identity, completer="recipient", help="The member.")

    def run(self) -> None:
        """Add one member."""
        group = self.find_group()
        (member,) = find_role_group_members(self, [self.member])
        if self.should_process(_texts.ADD_ROLE_GROUP_MEMBER.format(member=self.member, identity=self.identity)):
            self.session.changes.add_members(group.id, [member.id])
            self.modified(group.canonical_name, ModifiedProperty("Members", "", member.canonical_name))


@dataclass(kw_only=True)
class RemoveRoleGroupMember(_RoleGroupMembers):
    """Take a member out of a role group. Somebody must remain in charge of the organization."""

    name = "Remove-RoleGroupMember"
    confirm_impact = ConfirmImpact.HIGH

    member: Identity = parameter(mandatory=True, convert=as_identity, completer="recipient", help="The member.")

    def run(self) -> None:
        """Remove one member."""
        group = self.find_group()
        (member,) = find_role_group_members(self, [self.member])
        if self.should_process(_texts.REMOVE_ROLE_GROUP_MEMBER.format(member=self.member, identity=self.identity)):
            self.session.changes.remove_members(group.id, [member.id])
            self.modified(group.canonical_name, ModifiedProperty("Members", member.canonical_name, ""))


@dataclass(kw_only=True)
class UpdateRoleGroupMember(_RoleGroupMembers):
    """Make the members of a role group those that are named, or add and remove some."""

    name = "Update-RoleGroupMember"
    confirm_impact = ConfirmImpact.HIGH

    members: ListChange[Identity] | None = parameter(
        convert=as_list_change(as_identity),
        completer="recipient",
        help='The new members, or @{Add="..";Remove=".."}.',
    )

    def run(self) -> None:
        """Set the members of one role group."""
        group = self.find_group()
        before = tuple(self.session.directory.members(group.id))
        asked = self.members or ListChange(())
        change = ListChange(
            None if asked.replacement is None else tuple(find_role_group_members(self, asked.replacement)),
            tuple(find_role_group_members(self, asked.add)),
            tuple(find_role_group_members(self, asked.remove)),
        )
        after = changed(before, change, lambda member: member.id)
        if not self.should_process(_texts.UPDATE_ROLE_GROUP_MEMBERS.format(identity=self.identity)):
            return
        keys, kept = {member.id for member in before}, {member.id for member in after}
        self.modified(group.canonical_name)
        if keys == kept:
            self.write_warning(_texts.NOTHING_MODIFIED.format(identity=group.canonical_name))
            return
        if coming := [member.id for member in after if member.id not in keys]:
            self.session.changes.add_members(group.id, coming)
        if going := [member.id for member in before if member.id not in kept]:
            self.session.changes.remove_members(group.id, going)
        self.modified(group.canonical_name, ModifiedProperty("Members", _views.plain(before), _views.plain(after)))


@dataclass(kw_only=True)
class GetRoleGroupMember(ExchangeCmdlet):
    """List the members of a role group."""

    name = "Get-RoleGroupMember"
    output_types = (_views.REDUCED_RECIPIENT,)

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="role group",
        help="The role group.",
    )
    result_size: int | None = parameter(
        default=1000, convert=as_result_size, help="How many to show; Unlimited for all."
    )

    def run(self) -> None:
        """List the members of one role group."""
        group = find_role_group(self, self.identity)
        members = self.each(self.session.directory.members(group.id))
        limited(self, pages(self.session, _views.REDUCED_RECIPIENT, members), self.result_size)
