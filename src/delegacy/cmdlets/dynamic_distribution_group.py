"""Dynamic distribution groups, whose members are worked out for each message: Get-, New-, Set- and Remove-, and their members."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._conditions import (
    Conditions,
    as_included,
    ready_made_filter,
    require_included,
    without_ready_made,
)
from delegacy.cmdlets._creation import Draft, add_recipient, draft_recipient
from delegacy.cmdlets._groups import find_managers
from delegacy.cmdlets._listing import (
    GetRecipientCmdlet,
    as_filter_text,
    as_result_size,
    container_of,
    limited,
    pages,
)
from delegacy.cmdlets._lists import ListChange, as_list_change
from delegacy.cmdlets._removal import remove_recipient
from delegacy.cmdlets._send_on_behalf import SetSendOnBehalfCmdlet
from delegacy.cmdlets._settings import Plan, as_address
from delegacy.domain.address import SmtpAddress
from delegacy.domain.errors import InvalidProperty
from delegacy.domain.ports import RecipientQuery
from delegacy.domain.recipient import RECIPIENTS, Recipient, RecipientTypeDetails
from delegacy.domain.recipient_filter import parse_filter
from delegacy.powershell.metadata import ConfirmImpact, parameter

_KINDS: Final = frozenset({RecipientTypeDetails.DYNAMIC_DISTRIBUTION_GROUP})
_READY_MADE: Final = "PrecannedFilter"


@dataclass(kw_only=True)
class GetDynamicDistributionGroup(GetRecipientCmdlet):
    """List dynamic distribution groups."""

    name = "Get-DynamicDistributionGroup"
    output_types = (_views.DYNAMIC_GROUP,)
    kinds = _KINDS
    view = _views.DYNAMIC_GROUP

    managed_by: Identity | None = parameter(
        sets={"ManagedBySet": True}, convert=as_identity, help="Only groups that this recipient manages."
    )

    def narrowed(self, recipients: Iterable[Recipient]) -> Iterable[Recipient]:
        """Return the groups that the named recipient manages."""
        if self.managed_by is None:
            return recipients
        (manager,) = find_managers(self, [self.managed_by])
        managed = self.session.directory.managed_by([manager.id])
        return (group for group in recipients if group.id in managed)


@dataclass(kw_only=True)
class NewDynamicDistributionGroup(Conditions, ExchangeCmdlet):
    """Make a group whose members are whoever a filter describes when a message comes."""

    name = "New-DynamicDistributionGroup"
    default_parameter_set = _READY_MADE
    supports_should_process = True
    output_types = (_views.DYNAMIC_GROUP,)

    name_: str = parameter(
        name="Name", position=0, mandatory=True, pipeline_by_property_name=True, help="The unique name of the group."
    )
    included_recipients: str | None = parameter(
        sets={_READY_MADE: True}, convert=as_included, help="The kinds of recipients, as MailboxUsers or AllRecipients."
    )
    recipient_filter: str | None = parameter(
        sets={"CustomFilter": True}, convert=as_filter_text, help="An OPATH filter: Property -operator 'value'."
    )
    recipient_container: str | None = parameter(
        help="The organizational unit that members are in; the group's own, if it is left out."
    )
    alias: str | None = parameter(help="The part of the address before the @.")
    display_name: str | None = parameter(help="The name that address lists show.")
    organizational_unit: str | None = parameter(help="Where the group goes; Users, if it is left out.")
    primary_smtp_address: SmtpAddress | None = parameter(
        convert=as_address, help="The primary address, in place of the one that the email address policy gives."
    )

    def run(self) -> None:
        """Make one group."""
        attributes = self.conditions_of({})
        if self.recipient_filter is not None and attributes:
            raise InvalidProperty("Give -RecipientFilter or -IncludedRecipients, not both.", "RecipientFilter")
        text = self.recipient_filter or ready_made_filter(attributes)
        if text is None:
            raise InvalidProperty("Give -IncludedRecipients or -RecipientFilter.", "IncludedRecipients")
        parse_filter(text)
        drafted = draft_recipient(
            self,
            RecipientTypeDetails.DYNAMIC_DISTRIBUTION_GROUP,
            Draft(
                name=self.name_,
                display_name=self.display_name,
                alias=self.alias,
                organizational_unit=self.organizational_unit,
                primary_smtp_address=self.primary_smtp_address,
                attributes={"RequireSenderAuthenticationEnabled": True, "ReportToOriginatorEnabled": True} | attributes,
            ),
            mail=True,
        )
        container = container_of(self, self.recipient_container) if self.recipient_container else drafted.container
        drafted = replace(drafted, recipient_filter=text, recipient_container=container)
        if not self.should_process(_texts.CREATE.format(kind="dynamic distribution group", name=self.name_)):
            return
        group = add_recipient(self, drafted)
        self.write_objects(_views.recipient_objects(self.session, _views.DYNAMIC_GROUP, [group]))


@dataclass(kw_only=True)
class SetDynamicDistributionGroup(Conditions, SetSendOnBehalfCmdlet):
    """Change a dynamic distribution group: names, addresses, who may send on its behalf, who its members are."""

    name = "Set-DynamicDistributionGroup"
    shows_effect = True
    noun = "dynamic distribution group"
    kinds = _KINDS
    view = _views.DYNAMIC_GROUP

    recipient_filter: str | None = parameter(
        convert=as_filter_text, help="An OPATH filter: Property -operator 'value'."
    )
    recipient_container: str | None = parameter(help="The organizational unit that members are in.")
    managed_by: ListChange[Identity] | None = parameter(
        convert=as_list_change(as_identity), help="Who manages the group."
    )
    notes: str | None = parameter(help="A note.")
    phonetic_display_name: str | None = parameter(help="How the display name is pronounced.")
    report_to_manager_enabled: bool | None = parameter(help="Whether the managers get non-delivery reports.")
    report_to_originator_enabled: bool | None = parameter(help="Whether the sender gets non-delivery reports.")
    send_oof_message_to_originator_enabled: bool | None = parameter(
        help="Whether the sender gets members' out-of-office messages."
    )

    def plan(self, plan: Plan) -> None:
        """Work out names, managers, and the filter."""
        super().plan(plan)
        if self.recipient_container is not None:
            plan.after = replace(plan.after, recipient_container=container_of(self, self.recipient_container))
        if self.recipient_filter is not None:
            if self.asks_for_ready_made:
                raise InvalidProperty("Give -RecipientFilter or -IncludedRecipients, not both.", "RecipientFilter")
            parse_filter(self.recipient_filter)
            plan.after = replace(
                plan.after,
                recipient_filter=self.recipient_filter,
                attributes=without_ready_made(plan.after.attributes),
            )
        elif self.asks_for_ready_made:
            require_included(plan.after.attributes)
            text = ready_made_filter(plan.after.attributes)
            plan.after = replace(plan.after, recipient_filter=text or plan.before.recipient_filter)
        if "managed_by" in self.bound:
            self.plan_managers(plan, self.managed_by or ListChange(()))


@dataclass(kw_only=True)
class RemoveDynamicDistributionGroup(ExchangeCmdlet):
    """Remove a dynamic distribution group."""

    name = "Remove-DynamicDistributionGroup"
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

    def run(self) -> None:
        """Remove one group."""
        group = self.find_to_change(self.identity, _KINDS)
        if self.should_process(_texts.REMOVE.format(kind="dynamic distribution group", identity=group.canonical_name)):
            remove_recipient(self, group)


@dataclass(kw_only=True)
class GetDynamicDistributionGroupMember(ExchangeCmdlet):
    """List who is a member of a dynamic distribution group now."""

    name = "Get-DynamicDistributionGroupMember"
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
        group = self.find(self.identity, _KINDS)
        query = RecipientQuery(
            kinds=RECIPIENTS,
            filter=parse_filter(group.recipient_filter or ""),
            container=group.recipient_container,
        )
        members = self.each(self.session.directory.list(query))
        limited(self, pages(self.session, _views.REDUCED_RECIPIENT, members), self.result_size)
