"""The members of groups with an address: Add-, Get-, Remove- and Update-DistributionGroupMember."""

from dataclasses import dataclass

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._groups import (
    find_group,
    find_members,
    require_manager,
    require_may_join,
    require_may_leave,
    require_nestable,
)
from delegacy.cmdlets._listing import as_result_size, limited, pages
from delegacy.cmdlets._lists import ListChange, as_list_change, changed
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.recipient import MAIL_GROUPS, Recipient
from delegacy.powershell.metadata import ConfirmImpact, parameter


@dataclass(kw_only=True)
class _MemberCmdlet(ExchangeCmdlet):
    """A cmdlet about one member of one group."""

    supports_should_process = True
    shows_effect = True

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="group",
        help="The group.",
    )
    member: Identity = parameter(
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="recipient",
        help="The member.",
    )
    bypass_security_group_manager_check: bool = parameter(switch=True, help="Change a group that you don't manage.")

    def run(self) -> None:
        """Change one membership."""
        group = find_group(self, self.identity, MAIL_GROUPS, self.name.replace("Distribution", "Role"))
        (member,) = find_members(self, [self.member])
        self.change(group, member)

    def change(self, group: Recipient, member: Recipient) -> None:
        """Ask, and change the membership."""
        raise NotImplementedError


@dataclass(kw_only=True)
class AddDistributionGroupMember(_MemberCmdlet):
    """Add a member to a distribution group or mail-enabled security group."""

    name = "Add-DistributionGroupMember"

    def change(self, group: Recipient, member: Recipient) -> None:
        """Ask, and add the member."""
        require_may_join(self, group, member, bypass=self.bypass_security_group_manager_check)
        require_nestable(group, [member])
        if self.should_process(_texts.ADD_MEMBER.format(member=self.member, identity=self.identity)):
            self.session.changes.add_members(group.id, [member.id])
            self.modified(group.canonical_name, ModifiedProperty("Members", "", member.canonical_name))


@dataclass(kw_only=True)
class RemoveDistributionGroupMember(_MemberCmdlet):
    """Remove a member from a distribution group or mail-enabled security group."""

    name = "Remove-DistributionGroupMember"
    confirm_impact = ConfirmImpact.HIGH

    def change(self, group: Recipient, member: Recipient) -> None:
        """Ask, and remove the member."""
        require_may_leave(self, group, member, bypass=self.bypass_security_group_manager_check)
        if self.should_process(_texts.REMOVE_MEMBER.format(member=self.member, identity=self.identity)):
            self.session.changes.remove_members(group.id, [member.id])
            self.modified(group.canonical_name, ModifiedProperty("Members", member.canonical_name, ""))


@dataclass(kw_only=True)
class UpdateDistributionGroupMember(ExchangeCmdlet):
    """Make the members of a group those that are named, or add and remove some."""

    name = "Update-DistributionGroupMember"
    supports_should_process = True
    shows_effect = True
    confirm_impact = ConfirmImpact.HIGH

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="group",
        help="The group.",
    )
    members: ListChange[Identity] | None = parameter(
        convert=as_list_change(as_identity),
        completer="recipient",
        help='The new members, or @{Add="..";Remove=".."}.',
    )
    bypass_security_group_manager_check: bool = parameter(switch=True, help="Change a group that you don't manage.")

    def run(self) -> None:
        """Set the members of one group."""
        group = find_group(self, self.identity, MAIL_GROUPS, "Update-RoleGroupMember")
        require_manager(self, group, bypass=self.bypass_security_group_manager_check)
        asked = self.members or ListChange(())
        change = ListChange(
            None if asked.replacement is None else tuple(find_members(self, asked.replacement)),
            tuple(find_members(self, asked.add)),
            tuple(find_members(self, asked.remove)),
        )
        before = tuple(self.session.directory.members(group.id))
        after = changed(before, change, lambda member: member.id)
        keys, kept = {member.id for member in before}, {member.id for member in after}
        coming = [member for member in after if member.id not in keys]
        require_nestable(group, coming)
        if not self.should_process(_texts.UPDATE_MEMBERS.format(identity=self.identity)):
            return
        changes = self.session.changes
        self.modified(group.canonical_name)
        if keys == kept:
            self.write_warning(_texts.NOTHING_MODIFIED.format(identity=group.canonical_name))
            return
        if coming:
            changes.add_members(group.id, [member.id for member in coming])
        if going := [member.id for member in before if member.id not in kept]:
            changes.remove_members(group.id, going)
        self.modified(group.canonical_name, ModifiedProperty("Members", _views.plain(before), _views.plain(after)))


@dataclass(kw_only=True)
class GetDistributionGroupMember(ExchangeCmdlet):
    """List the direct members of a distribution group or mail-enabled security group."""

    name = "Get-DistributionGroupMember"
    output_types = (_views.REDUCED_RECIPIENT,)

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="group",
        help="The group.",
    )
    result_size: int | None = parameter(
        default=1000, convert=as_result_size, help="How many to show; Unlimited for all."
    )

    def run(self) -> None:
        """List the members of one group."""
        group = self.find(self.identity, MAIL_GROUPS)
        members = self.each(self.session.directory.members(group.id))
        limited(self, pages(self.session, _views.REDUCED_RECIPIENT, members), self.result_size)
