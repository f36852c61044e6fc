"""Distribution groups, mail-enabled security groups and room lists: Get-, New-, Set-, Enable-, Disable- and Remove-."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identities, as_identity
from delegacy.cmdlets._creation import Draft, add_recipient, attributes_of, draft_recipient, find_own, with_mail
from delegacy.cmdlets._groups import (
    DEPART,
    JOIN,
    find_group,
    find_managers,
    find_members,
    own_objects,
    require_closed_security_group,
    require_manager,
    require_nestable,
)
from delegacy.cmdlets._listing import GetRecipientCmdlet, as_kinds, kind_names
from delegacy.cmdlets._lists import ListChange, as_list_change
from delegacy.cmdlets._removal import remove_recipient, withdraw_mail
from delegacy.cmdlets._send_on_behalf import SetSendOnBehalfCmdlet
from delegacy.cmdlets._settings import AccountName, Plan, as_address
from delegacy.domain.address import SmtpAddress
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import WrongRecipientType
from delegacy.domain.recipient import GROUPS, MAIL_GROUPS, GroupScope, Recipient, RecipientTypeDetails
from delegacy.powershell.metadata import ConfirmImpact, parameter

_T = RecipientTypeDetails
_WITHOUT_MAIL: Final = MappingProxyType(
    {
        _T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP: _T.UNIVERSAL_DISTRIBUTION_GROUP,
        _T.MAIL_UNIVERSAL_SECURITY_GROUP: _T.UNIVERSAL_SECURITY_GROUP,
        _T.MAIL_NON_UNIVERSAL_GROUP: _T.NON_UNIVERSAL_GROUP,
        _T.ROOM_LIST: _T.UNIVERSAL_DISTRIBUTION_GROUP,
    }
)
"""What a group becomes without its address."""
_WITH_MAIL: Final = MappingProxyType(
    {
        _T.UNIVERSAL_DISTRIBUTION_GROUP: _T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP,
        _T.UNIVERSAL_SECURITY_GROUP: _T.MAIL_UNIVERSAL_SECURITY_GROUP,
    }
)
"""What a group becomes with an address; others than universal ones can't have one (Enable-DistributionGroup)."""


class GroupType(Enum):
    """What -Type makes."""

    DISTRIBUTION = "Distribution"
    SECURITY = "Security"


@dataclass(kw_only=True)
class GetDistributionGroup(GetRecipientCmdlet):
    """List distribution groups, mail-enabled security groups and room lists."""

    name = "Get-DistributionGroup"
    output_types = (_views.DISTRIBUTION_GROUP,)
    kinds = MAIL_GROUPS
    view = _views.DISTRIBUTION_GROUP

    managed_by: Identity | None = parameter(
        sets={"ManagedBySet": True}, convert=as_identity, help="Only groups that this recipient manages."
    )
    recipient_type_details: tuple[str, ...] | None = parameter(
        values=kind_names(MAIL_GROUPS), help="Only groups of these kinds."
    )

    def wanted_kinds(self) -> frozenset[RecipientTypeDetails]:
        """Return the kinds that this command is about."""
        return (
            MAIL_GROUPS
            if self.recipient_type_details is None
            else as_kinds(self, self.recipient_type_details, MAIL_GROUPS)
        )

    def narrowed(self, recipients: Iterable[Recipient]) -> Iterable[Recipient]:
        """Return the groups that the named recipient manages."""
        if self.managed_by is None:
            return recipients
        (manager,) = find_managers(self, [self.managed_by])
        managed = self.session.directory.managed_by([manager.id])
        return (group for group in recipients if group.id in managed)


@dataclass(kw_only=True)
class NewDistributionGroup(ExchangeCmdlet):
    """Make a distribution group, a mail-enabled security group, or a room list. Only a security group can hold permissions."""

    name = "New-DistributionGroup"
    supports_should_process = True
    output_types = (_views.DISTRIBUTION_GROUP,)

    name_: str = parameter(
        name="Name", position=0, mandatory=True, pipeline_by_property_name=True, help="The unique name of the group."
    )
    type: GroupType = parameter(
        default=GroupType.DISTRIBUTION, pipeline_by_property_name=True, help="Whether it can hold permissions."
    )
    room_list: bool = parameter(switch=True, help="Make a list of rooms.")
    alias: str | None = parameter(pipeline_by_property_name=True, help="The part of the address before the @.")
    display_name: str | None = parameter(pipeline_by_property_name=True, help="The name that address lists show.")
    sam_account_name: str | None = parameter(help="The account name, as in DOMAIN\\account.")
    organizational_unit: str | None = parameter(help="Where the group goes; Users, if it is left out.")
    primary_smtp_address: SmtpAddress | None = parameter(
        convert=as_address, help="The primary address, in place of the one that the email address policy gives."
    )
    members: tuple[Identity, ...] = parameter(default=(), convert=as_identities, help="The first members.")
    managed_by: tuple[Identity, ...] | None = parameter(
        convert=as_identities, help="Who manages the group; who makes it, if it is left out."
    )
    copy_owner_to_member: bool = parameter(switch=True, help="Make the managers members.")
    member_join_restriction: str = parameter(
        default="Closed", values=("Open", "Closed", "ApprovalRequired"), help="Who can join."
    )
    member_depart_restriction: str | None = parameter(
        values=("Open", "Closed"), help="Who can leave: Open, or Closed for a security group, if it is left out."
    )
    require_sender_authentication_enabled: bool = parameter(
        default=True, help="Whether it accepts messages from people of the organization only."
    )
    notes: str | None = parameter(help="A note.")

    def run(self) -> None:
        """Make one group."""
        secure = self.type is GroupType.SECURITY
        if secure and self.room_list:
            raise WrongRecipientType("A room list can't be a security group.", self.name_)
        kind = _T.ROOM_LIST if self.room_list else _T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP
        attributes = {
            JOIN: self.member_join_restriction,
            DEPART: self.member_depart_restriction or ("Closed" if secure else "Open"),
            "RequireSenderAuthenticationEnabled": self.require_sender_authentication_enabled,
            "ReportToOriginatorEnabled": True,
        }
        drafted = draft_recipient(
            self,
            _T.MAIL_UNIVERSAL_SECURITY_GROUP if secure else kind,
            Draft(
                name=self.name_,
                display_name=self.display_name,
                alias=self.alias,
                sam_account_name=self.sam_account_name,
                organizational_unit=self.organizational_unit,
                primary_smtp_address=self.primary_smtp_address,
                group_scope=GroupScope.UNIVERSAL,
                security_enabled=secure,
                attributes=attributes | attributes_of(self, ("notes",)),
            ),
            mail=True,
        )
        require_closed_security_group(drafted, self.member_join_restriction, self.member_depart_restriction)
        members = find_members(self, self.members)
        managers = self._managers()
        if self.copy_owner_to_member:
            members += [manager for manager in managers if manager.id not in {member.id for member in members}]
        require_nestable(drafted, members)
        if not self.should_process(_texts.CREATE.format(kind="distribution group", name=self.name_)):
            return
        group = add_recipient(self, drafted)
        changes = self.session.changes
        changes.add_members(group.id, [member.id for member in members])
        changes.set_managers(group.id, [manager.id for manager in managers])
        if members:
            self.modified(group.canonical_name, ModifiedProperty("Members", "", _views.plain(members)))
        self.write_objects(_views.recipient_objects(self.session, _views.DISTRIBUTION_GROUP, [group]))

    def _managers(self) -> list[Recipient]:
        if self.managed_by is not None:
            return find_managers(self, self.managed_by)
        caller = self.session.caller_account
        return [] if caller is None else list(own_objects(self.session.directory, caller).values())[:1]


@dataclass(kw_only=True)
class SetDistributionGroup(AccountName, SetSendOnBehalfCmdlet):
    """Change a group: names, addresses, managers, who may send on its behalf, how it is joined and left."""

    name = "Set-DistributionGroup"
    shows_effect = True
    noun = "distribution group"
    kinds = MAIL_GROUPS
    view = _views.DISTRIBUTION_GROUP

    managed_by: ListChange[Identity] | None = parameter(
        convert=as_list_change(as_identity), help='Who manages the group: a new list, or @{Add="..";Remove=".."}.'
    )
    member_join_restriction: str | None = parameter(values=("Open", "Closed", "ApprovalRequired"), help="Who can join.")
    member_depart_restriction: str | None = parameter(values=("Open", "Closed"), help="Who can leave.")
    report_to_manager_enabled: bool | None = parameter(help="Whether the managers get non-delivery reports.")
    report_to_originator_enabled: bool | None = parameter(help="Whether the sender gets non-delivery reports.")
    send_oof_message_to_originator_enabled: bool | None = parameter(
        help="Whether the sender gets members' out-of-office messages."
    )
    room_list: bool = parameter(switch=True, help="Turn a distribution group into a list of rooms.")
    bypass_security_group_manager_check: bool = parameter(switch=True, help="Change a group that you don't manage.")

    def check_target(self, target: Recipient) -> None:
        """Refuse a group that the caller does not manage."""
        require_manager(self, target, bypass=self.bypass_security_group_manager_check)
        require_closed_security_group(target, self.member_join_restriction, self.member_depart_restriction)

    def plan(self, plan: Plan) -> None:
        """Work out names, managers, and whether it becomes a room list."""
        super().plan(plan)
        plan.after = self.with_account_names(plan.after)
        if self.room_list:
            if plan.before.recipient_type_details not in (_T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, _T.ROOM_LIST):
                raise WrongRecipientType(
                    f"'{plan.before.canonical_name}' can't be a room list, because it is a "
                    f"{plan.before.recipient_type_details.value}.",
                    plan.before.canonical_name,
                )
            plan.after = replace(plan.after, recipient_type_details=_T.ROOM_LIST)
        if "managed_by" in self.bound:
            self.plan_managers(plan, self.managed_by or ListChange(()))


@dataclass(kw_only=True)
class RemoveDistributionGroup(ExchangeCmdlet):
    """Remove a group, with every grant that names it."""

    name = "Remove-DistributionGroup"
    shows_effect = True
    supports_should_process = True
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
    bypass_security_group_manager_check: bool = parameter(switch=True, help="Remove a group that you don't manage.")

    def run(self) -> None:
        """Remove one group."""
        group = find_group(self, self.identity, MAIL_GROUPS, "Remove-RoleGroup")
        require_manager(self, group, bypass=self.bypass_security_group_manager_check)
        if self.should_process(_texts.REMOVE.format(kind="distribution group", identity=group.canonical_name)):
            remove_recipient(self, group)


@dataclass(kw_only=True)
class EnableDistributionGroup(ExchangeCmdlet):
    """Give a universal group an address."""

    name = "Enable-DistributionGroup"
    supports_should_process = True
    shows_effect = True
    output_types = (_views.DISTRIBUTION_GROUP,)

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="group",
        help="The group.",
    )
    alias: str | None = parameter(help="The part of the address before the @.")
    display_name: str | None = parameter(help="The name that address lists show.")
    primary_smtp_address: SmtpAddress | None = parameter(
        convert=as_address, help="The primary address, in place of the one that the email address policy gives."
    )
    bypass_security_group_manager_check: bool = parameter(switch=True, help="Change a group that you don't manage.")

    def run(self) -> None:
        """Enable one group."""
        before = find_own(self, self.identity, GROUPS - MAIL_GROUPS)
        require_manager(self, before, bypass=self.bypass_security_group_manager_check)
        kind = _WITH_MAIL.get(before.recipient_type_details)
        if kind is None:
            raise WrongRecipientType(
                f"'{before.canonical_name}' can't have an address: only a universal group can, and it is a "
                f"{before.recipient_type_details.value}. Set-Group -Universal makes a group universal.",
                before.canonical_name,
            )
        group = with_mail(
            self,
            before,
            kind,
            Draft(
                name=before.name,
                alias=self.alias,
                display_name=self.display_name,
                primary_smtp_address=self.primary_smtp_address,
                attributes={"RequireSenderAuthenticationEnabled": True, "ReportToOriginatorEnabled": True},
            ),
        )
        if not self.should_process(_texts.ENABLE.format(kind="distribution group", identity=before.canonical_name)):
            return
        self.session.changes.update(group)
        self.modified(group.canonical_name, *Plan(before, group).changes())
        self.write_objects(_views.recipient_objects(self.session, _views.DISTRIBUTION_GROUP, [group]))


@dataclass(kw_only=True)
class DisableDistributionGroup(ExchangeCmdlet):
    """Take the address from a group and keep the group, its members and, if it is a security group, its permissions."""

    name = "Disable-DistributionGroup"
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
    bypass_security_group_manager_check: bool = parameter(switch=True, help="Change a group that you don't manage.")

    def run(self) -> None:
        """Disable one group."""
        group = self.find_to_change(self.identity, MAIL_GROUPS)
        require_manager(self, group, bypass=self.bypass_security_group_manager_check)
        if self.should_process(_texts.DISABLE_GROUP.format(identity=group.canonical_name)):
            withdraw_mail(self, group, _WITHOUT_MAIL[group.recipient_type_details])
