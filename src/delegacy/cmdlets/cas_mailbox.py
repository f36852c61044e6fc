"""By which protocols mailboxes can be used: Get- and Set-CASMailbox."""

from dataclasses import dataclass, replace
from typing import Final

from delegacy.cmdlets import _views
from delegacy.cmdlets._addresses import POLICY, changed_addresses
from delegacy.cmdlets._creation import checked_text
from delegacy.cmdlets._listing import GetRecipientCmdlet, as_kinds, kind_names
from delegacy.cmdlets._lists import ListChange, as_list_change, as_text
from delegacy.cmdlets._settings import AccountName, Plan, SetObjectCmdlet, as_address
from delegacy.domain.address import SmtpAddress
from delegacy.domain.recipient import ABSENT_KINDS, MAILBOXES, RecipientTypeDetails
from delegacy.powershell.metadata import parameter

_KINDS: Final = MAILBOXES - {RecipientTypeDetails.ARBITRATION_MAILBOX}


@dataclass(kw_only=True)
class GetCASMailbox(GetRecipientCmdlet):
    """List by which protocols mailboxes can be used."""

    name = "Get-CASMailbox"
    output_types = (_views.CAS_MAILBOX,)
    kinds = _KINDS
    view = _views.CAS_MAILBOX

    recipient_type_details: tuple[str, ...] | None = parameter(
        values=kind_names(_KINDS, ABSENT_KINDS), help="Only mailboxes of these kinds."
    )

    def wanted_kinds(self) -> frozenset[RecipientTypeDetails]:
        """Return the kinds that this command is about."""
        return _KINDS if self.recipient_type_details is None else as_kinds(self, self.recipient_type_details, _KINDS)


@dataclass(kw_only=True)
class SetCASMailbox(AccountName, SetObjectCmdlet):
    """Switch protocols on and off for a mailbox, its owner and its delegates.

    This server speaks IMAP and SMTP submission: with -ImapEnabled $false the mailbox opens over IMAP for nobody, and its owner opens no other
    mailbox over IMAP, open sessions included; with -SmtpClientAuthenticationDisabled $true its owner signs in to submission no more. The
    switches of ActiveSync, Outlook on the web, POP and MAPI, which it does not speak, are kept and shown.
    """

    name = "Set-CASMailbox"
    noun = "Client Access settings of mailbox"
    kinds = _KINDS
    view = _views.CAS_MAILBOX

    active_sync_enabled: bool | None = parameter(help="Kept and shown; this server speaks no ActiveSync.")
    imap_enabled: bool | None = parameter(help="Whether the mailbox can be used over IMAP.")
    mapi_enabled: bool | None = parameter(name="MAPIEnabled", help="Kept and shown; this server speaks no MAPI.")
    owa_enabled: bool | None = parameter(
        name="OWAEnabled", help="Kept and shown; this server has no Outlook on the web."
    )
    pop_enabled: bool | None = parameter(help="Kept and shown; this server speaks no POP.")
    smtp_client_authentication_disabled: bool | None = parameter(
        help="Whether the owner cannot sign in to SMTP submission."
    )
    name_: str | None = parameter(name="Name", help="The unique name of the object in its container.")
    display_name: str | None = parameter(help="The name that address lists show.")
    email_addresses: ListChange[str] | None = parameter(
        convert=as_list_change(as_text), help="All addresses: SMTP: for the primary one, smtp: for the others."
    )
    primary_smtp_address: SmtpAddress | None = parameter(
        convert=as_address, help="The primary address; it takes the recipient out of the email address policy."
    )

    def plan(self, plan: Plan) -> None:
        """Work out names and addresses."""
        if self.name_ is not None:
            plan.after = replace(plan.after, name=checked_text("Name", self.name_))
        if self.display_name is not None:
            plan.after = replace(plan.after, display_name=checked_text("DisplayName", self.display_name))
        plan.after = self.with_account_names(plan.after)
        if self.primary_smtp_address is None and self.email_addresses is None:
            return
        addresses = changed_addresses(
            self.session.directory,
            plan.before,
            primary=self.primary_smtp_address,
            email_addresses=self.email_addresses,
        )
        plan.after = replace(
            plan.after,
            primary_smtp_address=addresses.primary,
            email_addresses=addresses.proxies,
            attributes={**plan.after.attributes, POLICY: addresses.follows_policy},
        )
