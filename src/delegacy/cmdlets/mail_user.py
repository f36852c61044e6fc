"""Mail users, who have an account here and their mail elsewhere: Get-, New-, Set-, Enable-, Disable- and Remove-MailUser."""

from dataclasses import dataclass, replace
from typing import Final

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._creation import (
    Draft,
    add_recipient,
    attributes_of,
    draft_recipient,
    find_own,
    set_password,
    with_mail,
)
from delegacy.cmdlets._external import EXTERNAL, as_external_address, with_external_address
from delegacy.cmdlets._listing import GetRecipientCmdlet
from delegacy.cmdlets._removal import remove_recipient, withdraw_mail
from delegacy.cmdlets._send_on_behalf import SetSendOnBehalfCmdlet
from delegacy.cmdlets._settings import AccountNames, Plan, as_address
from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.recipient import USERS, RecipientTypeDetails
from delegacy.powershell.metadata import ConfirmImpact, parameter
from delegacy.powershell.values import SecureString

_KINDS: Final = frozenset({RecipientTypeDetails.MAIL_USER})
_PERSONAL: Final = ("first_name", "last_name", "initials")


@dataclass(kw_only=True)
class GetMailUser(GetRecipientCmdlet):
    """List mail users."""

    name = "Get-MailUser"
    output_types = (_views.MAIL_USER,)
    kinds = _KINDS
    view = _views.MAIL_USER


@dataclass(kw_only=True)
class NewMailUser(ExchangeCmdlet):
    """Make an account whose mail goes to an address outside. With -Password its owner can sign in."""

    name = "New-MailUser"
    default_parameter_set = "DisabledUser"
    supports_should_process = True
    output_types = (_views.MAIL_USER,)

    name_: str = parameter(
        name="Name",
        position=0,
        sets={"DisabledUser": True, "EnabledUser": True},
        pipeline_by_property_name=True,
        help="The unique name of the mail user.",
    )
    external_email_address: SmtpAddress = parameter(
        mandatory=True, pipeline_by_property_name=True, convert=as_external_address, help="Where the mail goes."
    )
    user_principal_name: str | None = parameter(
        sets={"EnabledUser": True}, pipeline_by_property_name=True, help="The name to sign in with."
    )
    password: SecureString | None = parameter(
        sets={"EnabledUser": True}, secret=True, help="The password of the account."
    )
    alias: str | None = parameter(pipeline_by_property_name=True, help="The part of the address before the @.")
    display_name: str | None = parameter(pipeline_by_property_name=True, help="The name that address lists show.")
    first_name: str | None = parameter(pipeline_by_property_name=True, help="The person's first name.")
    last_name: str | None = parameter(pipeline_by_property_name=True, help="The person's last name.")
    initials: str | None = parameter(pipeline_by_property_name=True, help="The person's initials.")
    sam_account_name: str | None = parameter(help="The account name, as in DOMAIN\\account.")
    organizational_unit: str | None = parameter(help="Where the account goes; Users, if it is left out.")
    primary_smtp_address: SmtpAddress | None = parameter(
        convert=as_address, help="The primary address, in place of the one that the email address policy gives."
    )

    def run(self) -> None:
        """Make one mail user."""
        drafted = draft_recipient(
            self,
            RecipientTypeDetails.MAIL_USER,
            Draft(
                name=self.name_,
                display_name=self.display_name,
                alias=self.alias,
                sam_account_name=self.sam_account_name,
                user_principal_name=self.user_principal_name,
                organizational_unit=self.organizational_unit,
                primary_smtp_address=self.primary_smtp_address,
                other_addresses=(ProxyAddress.secondary(self.external_email_address),),
                account_disabled=self.password is None,
                attributes={EXTERNAL: f"SMTP:{self.external_email_address}"} | attributes_of(self, _PERSONAL),
            ),
            mail=True,
        )
        if not self.should_process(_texts.CREATE.format(kind="mail user", name=self.name_)):
            return
        user = add_recipient(self, drafted, self.password)
        self.write_objects(_views.recipient_objects(self.session, _views.MAIL_USER, [user]))


@dataclass(kw_only=True)
class SetMailUser(AccountNames, SetSendOnBehalfCmdlet):
    """Change a mail user: names, addresses, visibility, who may send on his behalf, his password."""

    name = "Set-MailUser"
    shows_effect = True
    noun = "mail user"
    kinds = _KINDS
    view = _views.MAIL_USER

    external_address: SmtpAddress | None = parameter(
        name="ExternalEmailAddress", convert=as_external_address, help="Where the mail goes."
    )
    password: SecureString | None = parameter(secret=True, help="A new password; it lets him sign in.")

    def plan(self, plan: Plan) -> None:
        """Work out names and addresses."""
        super().plan(plan)
        plan.after = self.with_account_names(plan.after)
        if self.external_address is not None:
            plan.after = with_external_address(plan.after, self.external_address)
        if self.password is not None:
            plan.after = replace(plan.after, account_disabled=False)
            plan.further.append(ModifiedProperty("Password", "********", "********"))

    def apply(self, plan: Plan) -> None:
        """Write lists and the password."""
        super().apply(plan)
        if self.password is not None:
            set_password(self, plan.after, self.password)


@dataclass(kw_only=True)
class RemoveMailUser(ExchangeCmdlet):
    """Remove a mail user with the account, and with every grant that names it."""

    name = "Remove-MailUser"
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
        help="The mail user.",
    )

    def run(self) -> None:
        """Remove one mail user."""
        user = self.find_to_change(self.identity, _KINDS)
        if self.should_process(_texts.REMOVE_MAIL_USER.format(identity=user.canonical_name)):
            remove_recipient(self, user)


@dataclass(kw_only=True)
class EnableMailUser(ExchangeCmdlet):
    """Give an account without mail an address here; its mail goes to an address outside."""

    name = "Enable-MailUser"
    supports_should_process = True
    shows_effect = True
    output_types = (_views.MAIL_USER,)

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="user",
        help="The account.",
    )
    external_email_address: SmtpAddress = parameter(
        mandatory=True, convert=as_external_address, help="Where the mail goes."
    )
    alias: str | None = parameter(help="The part of the address before the @.")
    display_name: str | None = parameter(help="The name that address lists show.")
    primary_smtp_address: SmtpAddress | None = parameter(
        convert=as_address, help="The primary address, in place of the one that the email address policy gives."
    )

    def run(self) -> None:
        """Enable one account."""
        account = find_own(self, self.identity, USERS)
        user = with_mail(
            self,
            account,
            RecipientTypeDetails.MAIL_USER,
            Draft(
                name=account.name,
                display_name=self.display_name,
                alias=self.alias,
                primary_smtp_address=self.primary_smtp_address,
                other_addresses=(ProxyAddress.secondary(self.external_email_address),),
                attributes={EXTERNAL: f"SMTP:{self.external_email_address}"},
            ),
        )
        if not self.should_process(_texts.ENABLE.format(kind="mail user", identity=account.canonical_name)):
            return
        self.session.changes.update(user)
        self.modified(user.canonical_name, *Plan(account, user).changes())
        self.write_objects(_views.recipient_objects(self.session, _views.MAIL_USER, [user]))


@dataclass(kw_only=True)
class DisableMailUser(ExchangeCmdlet):
    """Take the addresses from a mail user and keep the account."""

    name = "Disable-MailUser"
    supports_should_process = True
    shows_effect = True
    confirm_impact = ConfirmImpact.HIGH

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="recipient",
        help="The mail user.",
    )

    def run(self) -> None:
        """Disable one mail user."""
        user = self.find_to_change(self.identity, _KINDS)
        if self.should_process(_texts.DISABLE_MAIL_USER.format(identity=user.canonical_name)):
            disabled = user.account_disabled
            withdraw_mail(self, user, RecipientTypeDetails.DISABLED_USER if disabled else RecipientTypeDetails.USER)
