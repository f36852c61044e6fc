"""Groups of every kind, with mail or without: Get- and Set-Group."""

from dataclasses import dataclass, replace
from typing import Final

from delegacy.cmdlets import _views
from delegacy.cmdlets._base import Identity, as_identity
from delegacy.cmdlets._creation import checked_text
from delegacy.cmdlets._groups import refuse_role_group, require_manager, require_nestable
from delegacy.cmdlets._listing import GetRecipientCmdlet, as_kinds, kind_names
from delegacy.cmdlets._lists import ListChange, as_list_change
from delegacy.cmdlets._settings import Plan, SetObjectCmdlet, as_address, with_primary_address
from delegacy.domain.address import SmtpAddress
from delegacy.domain.errors import ManagementObjectNotFound, WrongRecipientType
from delegacy.domain.recipient import GROUPS, MAIL_GROUPS, GroupScope, Recipient, RecipientTypeDetails
from delegacy.powershell.metadata import parameter

_T = RecipientTypeDetails
_KINDS: Final = GROUPS - {_T.ROLE_GROUP}


@dataclass(kw_only=True)
class GetGroup(GetRecipientCmdlet):
    """List groups, those without mail among them."""

    name = "Get-Group"
    output_types = (_views.GROUP,)
    kinds = GROUPS
    view = _views.GROUP

    recipient_type_details: tuple[str, ...] | None = parameter(
        values=kind_names(GROUPS), help="Only groups of these kinds."
    )

    def wanted_kinds(self) -> frozenset[RecipientTypeDetails]:
        """Return the kinds that this command is about."""
        return GROUPS if self.recipient_type_details is None else as_kinds(self, self.recipient_type_details, GROUPS)


@dataclass(kw_only=True)
class SetGroup(SetObjectCmdlet):
    """Change a group, with mail or without: names, managers, notes, and whether it is universal."""

    name = "Set-Group"
    noun = "group"
    kinds = _KINDS
    view = _views.GROUP

    name_: str | None = parameter(name="Name", help="The unique name of the object in its container.")
    display_name: str | None = parameter(help="The name that address lists show.")
    managed_by: ListChange[Identity] | None = parameter(
        convert=as_list_change(as_identity),
        completer="recipient",
        help='Who manages the group: a new list, or @{Add="..";Remove=".."}.',
    )
    notes: str | None = parameter(help="A note.")
    description: str | None = parameter(help="What the group is for.")
    phonetic_display_name: str | None = parameter(help="How the display name is pronounced.")
    simple_display_name: str | None = parameter(help="A display name in ASCII.")
    windows_email_address: SmtpAddress | None = parameter(convert=as_address, help="The primary address.")
    universal: bool = parameter(switch=True, help="Make the group universal.")
    bypass_security_group_manager_check: bool = parameter(switch=True, help="Change a group that you don't manage.")

    def find_target(self) -> Recipient:
        """Return the group; role groups have a cmdlet of their own."""
        try:
            return super().find_target()
        except ManagementObjectNotFound:
            refuse_role_group(self, self.identity, "Set-RoleGroup")
            raise

    def check_target(self, target: Recipient) -> None:
        """Refuse a group that the caller does not manage."""
        require_manager(self, target, bypass=self.bypass_security_group_manager_check)

    def plan(self, plan: Plan) -> None:
        """Work out names, the address, managers, and the scope."""
        if self.name_ is not None:
            plan.after = replace(plan.after, name=checked_text("Name", self.name_))
        if self.display_name is not None:
            plan.after = replace(plan.after, display_name=checked_text("DisplayName", self.display_name))
        if self.windows_email_address is not None:
            if plan.before.recipient_type_details not in MAIL_GROUPS:
                raise WrongRecipientType(
                    f"'{plan.before.canonical_name}' has no address. Enable-DistributionGroup gives it one.",
                    plan.before.canonical_name,
                )
            plan.after = with_primary_address(self, plan.after, self.windows_email_address)
        if self.universal:
            self._plan_universal(plan)
        if "managed_by" in self.bound:
            self.plan_managers(plan, self.managed_by or ListChange(()))

    def _plan_universal(self, plan: Plan) -> None:
        """Plan the change of the scope: what is in the group, and what the group is in, must go with a universal one."""
        before = plan.before
        if before.recipient_type_details not in (_T.NON_UNIVERSAL_GROUP, _T.MAIL_NON_UNIVERSAL_GROUP):
            return
        with_mail = before.recipient_type_details is _T.MAIL_NON_UNIVERSAL_GROUP
        secure, plain = (
            (_T.MAIL_UNIVERSAL_SECURITY_GROUP, _T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP)
            if with_mail
            else (_T.UNIVERSAL_SECURITY_GROUP, _T.UNIVERSAL_DISTRIBUTION_GROUP)
        )
        after = replace(
            plan.after,
            group_scope=GroupScope.UNIVERSAL,
            recipient_type_details=secure if before.security_enabled else plain,
        )
        directory = self.session.directory
        require_nestable(after, [member for member in directory.members(before.id) if member.is_group])
        for above in directory.groups_of(before.id):
            require_nestable(above, [after])
        plan.after = after
