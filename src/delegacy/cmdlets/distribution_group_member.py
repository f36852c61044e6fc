"""The members of groups with an address: Add-, Get- and Remove-DistributionGroupMember."""

from dataclasses import dataclass

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._groups import find_members, require_manager, require_nestable
from delegacy.cmdlets._listing import as_result_size, limited, pages
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
    bypass_security_group_manager_check: bool = parameter(
        switch=True, help="Change a security group that you don't manage."
    )

    def run(self) -> None:
        """Change one membership."""
        group = self.find_to_change(self.identity, MAIL_GROUPS)
        require_manager(self, group, bypass=self.bypass_security_group_manager_check)
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
        if self.should_process(_texts.REMOVE_MEMBER.format(member=self.member, identity=self.identity)):
            self.session.changes.remove_members(group.id, [member.id])
            self.modified(group.canonical_name, ModifiedProperty("Members", member.canonical_name, ""))


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
