"""Mail contacts, people outside without an account here: Get-, New-, Set- and Remove-MailContact."""

from dataclasses import dataclass
from typing import Final

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._creation import Draft, add_recipient, attributes_of, draft_recipient
from delegacy.cmdlets._external import EXTERNAL, as_external_address, with_external_address
from delegacy.cmdlets._listing import GetRecipientCmdlet
from delegacy.cmdlets._removal import remove_recipient
from delegacy.cmdlets._restrictions import SetRestrictedCmdlet
from delegacy.cmdlets._settings import Plan, as_address
from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.powershell.metadata import ConfirmImpact, parameter

_KINDS: Final = frozenset({RecipientTypeDetails.MAIL_CONTACT})
_PERSONAL: Final = ("first_name", "last_name", "initials")


@dataclass(kw_only=True)
class GetMailContact(GetRecipientCmdlet):
    """List mail contacts."""

    name = "Get-MailContact"
    output_types = (_views.MAIL_CONTACT,)
    kinds = _KINDS
    view = _views.MAIL_CONTACT


@dataclass(kw_only=True)
class NewMailContact(ExchangeCmdlet):
    """Make a contact for somebody outside, who appears in address lists and has no account."""

    name = "New-MailContact"
    supports_should_process = True
    output_types = (_views.MAIL_CONTACT,)

    name_: str = parameter(
        name="Name", position=0, mandatory=True, pipeline_by_property_name=True, help="The unique name of the contact."
    )
    external_email_address: SmtpAddress = parameter(
        mandatory=True, pipeline_by_property_name=True, convert=as_external_address, help="Where the mail goes."
    )
    alias: str | None = parameter(pipeline_by_property_name=True, help="The contact's alias.")
    display_name: str | None = parameter(pipeline_by_property_name=True, help="The name that address lists show.")
    first_name: str | None = parameter(pipeline_by_property_name=True, help="The person's first name.")
    last_name: str | None = parameter(pipeline_by_property_name=True, help="The person's last name.")
    initials: str | None = parameter(pipeline_by_property_name=True, help="The person's initials.")
    organizational_unit: str | None = parameter(help="Where the contact goes; Users, if it is left out.")
    primary_smtp_address: SmtpAddress | None = parameter(
        convert=as_address, help="The primary address; the external one, if it is left out."
    )

    def run(self) -> None:
        """Make one contact."""
        external = self.external_email_address
        drafted = draft_recipient(
            self,
            RecipientTypeDetails.MAIL_CONTACT,
            Draft(
                name=self.name_,
                display_name=self.display_name,
                alias=self.alias,
                organizational_unit=self.organizational_unit,
                primary_smtp_address=self.primary_smtp_address or external,
                other_addresses=(ProxyAddress.secondary(external),),
                attributes={EXTERNAL: f"SMTP:{external}"} | attributes_of(self, _PERSONAL),
            ),
            mail=True,
        )
        if not self.should_process(_texts.CREATE.format(kind="mail contact", name=self.name_)):
            return
        contact = add_recipient(self, drafted)
        self.write_objects(_views.recipient_objects(self.session, _views.MAIL_CONTACT, [contact]))


@dataclass(kw_only=True)
class SetMailContact(SetRestrictedCmdlet):
    """Change a mail contact: names, addresses, visibility."""

    name = "Set-MailContact"
    noun = "mail contact"
    kinds = _KINDS
    view = _views.MAIL_CONTACT

    external_address: SmtpAddress | None = parameter(
        name="ExternalEmailAddress", convert=as_external_address, help="Where the mail goes."
    )

    def plan(self, plan: Plan) -> None:
        """Work out names and addresses."""
        super().plan(plan)
        if self.external_address is not None:
            plan.after = with_external_address(plan.after, self.external_address)


@dataclass(kw_only=True)
class RemoveMailContact(ExchangeCmdlet):
    """Remove a mail contact."""

    name = "Remove-MailContact"
    shows_effect = True
    supports_should_process = True
    confirm_impact = ConfirmImpact.HIGH

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="recipient",
        help="The contact.",
    )

    def run(self) -> None:
        """Remove one contact."""
        contact = self.find_to_change(self.identity, _KINDS)
        if self.should_process(_texts.REMOVE.format(kind="mail contact", identity=contact.canonical_name)):
            remove_recipient(self, contact)
