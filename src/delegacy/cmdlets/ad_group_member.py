"""The members of groups of every kind: Add- and Remove-ADGroupMember (the Active Directory module's names)."""

from dataclasses import dataclass
from typing import Final

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._active_directory import ActiveDirectoryCmdlet
from delegacy.cmdlets._ad_views import ad_group
from delegacy.cmdlets._base import Identity, as_identities, as_identity
from delegacy.cmdlets._groups import MEMBERS, may_bypass, refuse_role_group, require_manager, require_nestable
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import ManagementObjectNotFound, RecipientNotFound
from delegacy.domain.recipient import GROUPS, Recipient, RecipientTypeDetails
from delegacy.powershell.metadata import ConfirmImpact, parameter

_KINDS: Final = GROUPS - {RecipientTypeDetails.ROLE_GROUP}


@dataclass(kw_only=True)
class _GroupMemberCmdlet(ActiveDirectoryCmdlet):
    """A cmdlet about some members of one group."""

    supports_should_process = True
    shows_effect = True

    identity: Identity = parameter(
        position=0, mandatory=True, pipeline=True, convert=as_identity, completer="group", help="The group."
    )
    members: tuple[Identity, ...] = parameter(
        position=1, mandatory=True, convert=as_identities, completer="recipient", help="The members."
    )
    pass_thru: bool = parameter(switch=True, help="Write the group to the pipeline.")

    def run(self) -> None:
        """Change the members of one group."""
        group = self._find_group()
        self.session.require_writable(group)
        require_manager(self, group, bypass=may_bypass(self, "Add-DistributionGroupMember"))
        members = {member.id: member for member in (self._member(identity) for identity in self.members)}
        self.check(group, list(members.values()))
        if not self.should_process(_texts.AD_OPERATION.format(operation="Set", identity=group.distinguished_name)):
            return
        self.change(group, list(members.values()))
        if self.pass_thru:
            self.write_object(ad_group(group))

    def _find_group(self) -> Recipient:
        try:
            return self.find_in_domain(self.identity, _KINDS)
        except ManagementObjectNotFound:
            refuse_role_group(self, self.identity, self.name.replace("-AD", "-Role"))
            raise

    def check(self, group: Recipient, members: list[Recipient]) -> None:
        """Refuse what can't be."""

    def change(self, group: Recipient, members: list[Recipient]) -> None:
        """Change the members."""
        raise NotImplementedError

    def _member(self, named: Identity) -> Recipient:
        try:
            return self.find_in_domain(named, MEMBERS)
        except ManagementObjectNotFound:
            raise RecipientNotFound(named.text) from None


@dataclass(kw_only=True)
class AddADGroupMember(_GroupMemberCmdlet):
    """Add members to a group, with mail or without."""

    name = "Add-ADGroupMember"
    output_types = (_views.AD_GROUP,)

    def check(self, group: Recipient, members: list[Recipient]) -> None:
        """Refuse a member that a group of this scope can't have."""
        require_nestable(group, members)

    def change(self, group: Recipient, members: list[Recipient]) -> None:
        """Add the members."""
        self.session.changes.add_members(group.id, [member.id for member in members])
        self.modified(group.canonical_name, ModifiedProperty("Members", "", _views.plain(members)))


@dataclass(kw_only=True)
class RemoveADGroupMember(_GroupMemberCmdlet):
    """Remove members from a group, with mail or without."""

    name = "Remove-ADGroupMember"
    confirm_impact = ConfirmImpact.HIGH
    output_types = (_views.AD_GROUP,)

    def change(self, group: Recipient, members: list[Recipient]) -> None:
        """Remove the members."""
        self.session.changes.remove_members(group.id, [member.id for member in members])
        self.modified(group.canonical_name, ModifiedProperty("Members", _views.plain(members), ""))
