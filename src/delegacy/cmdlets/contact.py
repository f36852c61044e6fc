"""What is known of the people behind mail contacts: Get- and Set-Contact."""

from dataclasses import dataclass, replace
from typing import Final

from delegacy.cmdlets import _views
from delegacy.cmdlets._creation import checked_text
from delegacy.cmdlets._listing import GetRecipientCmdlet
from delegacy.cmdlets._settings import PersonalProperties, Plan, SetObjectCmdlet, as_address, with_primary_address
from delegacy.domain.address import SmtpAddress
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.powershell.metadata import parameter

_KINDS: Final = frozenset({RecipientTypeDetails.MAIL_CONTACT})


@dataclass(kw_only=True)
class GetContact(GetRecipientCmdlet):
    """List contacts, with what is known of the people."""

    name = "Get-Contact"
    output_types = (_views.CONTACT,)
    kinds = _KINDS
    view = _views.CONTACT


@dataclass(kw_only=True)
class SetContact(PersonalProperties, SetObjectCmdlet):
    """Change what a contact says about its person."""

    name = "Set-Contact"
    noun = "contact"
    kinds = _KINDS
    view = _views.CONTACT

    name_: str | None = parameter(name="Name", help="The unique name of the object in its container.")
    display_name: str | None = parameter(help="The name that address lists show.")
    windows_email_address: SmtpAddress | None = parameter(convert=as_address, help="The primary address.")

    def plan(self, plan: Plan) -> None:
        """Work out the names and the address."""
        if self.name_ is not None:
            plan.after = replace(plan.after, name=checked_text("Name", self.name_))
        if self.display_name is not None:
            plan.after = replace(plan.after, display_name=checked_text("DisplayName", self.display_name))
        if self.windows_email_address is not None:
            plan.after = with_primary_address(self, plan.after, self.windows_email_address)
