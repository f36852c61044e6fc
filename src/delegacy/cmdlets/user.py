"""Accounts, with mail or without: Get- and Set-User."""

from dataclasses import dataclass, replace
from typing import Final

from delegacy.cmdlets import _views
from delegacy.cmdlets._creation import checked_text
from delegacy.cmdlets._listing import GetRecipientCmdlet, as_kinds, kind_names
from delegacy.cmdlets._settings import AccountNames, PersonalProperties, Plan, SetObjectCmdlet
from delegacy.domain.recipient import ABSENT_KINDS, ACCOUNTS, RecipientTypeDetails
from delegacy.powershell.metadata import ConfirmImpact, parameter

_ARBITRATION: Final = frozenset({RecipientTypeDetails.ARBITRATION_MAILBOX})
_USUAL: Final = ACCOUNTS - _ARBITRATION


@dataclass(kw_only=True)
class GetUser(GetRecipientCmdlet):
    """List accounts, those without mail among them."""

    name = "Get-User"
    output_types = (_views.USER,)
    kinds = _USUAL
    view = _views.USER

    arbitration: bool = parameter(switch=True, help="Show the accounts of arbitration mailboxes, and only these.")
    recipient_type_details: tuple[str, ...] | None = parameter(
        values=kind_names(_USUAL, ABSENT_KINDS), help="Only accounts of these kinds."
    )

    def wanted_kinds(self) -> frozenset[RecipientTypeDetails]:
        """Return the kinds that this command is about."""
        offered = _ARBITRATION if self.arbitration else _USUAL
        return offered if self.recipient_type_details is None else as_kinds(self, self.recipient_type_details, offered)


@dataclass(kw_only=True)
class SetUser(PersonalProperties, AccountNames, SetObjectCmdlet):
    """Change what an account says about its person."""

    name = "Set-User"
    noun = "user"
    confirm_impact = ConfirmImpact.HIGH
    kinds = _USUAL
    view = _views.USER

    name_: str | None = parameter(name="Name", help="The unique name of the object in its container.")
    display_name: str | None = parameter(help="The name that address lists show.")

    def plan(self, plan: Plan) -> None:
        """Work out the names."""
        if self.name_ is not None:
            plan.after = replace(plan.after, name=checked_text("Name", self.name_))
        if self.display_name is not None:
            plan.after = replace(plan.after, display_name=checked_text("DisplayName", self.display_name))
        plan.after = self.with_account_names(plan.after)
