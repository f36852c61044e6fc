"""Mailboxes of every kind: Get-, New-, Set-, Enable-, Disable- and Remove-Mailbox."""

from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._creation import (
    Draft,
    add_recipient,
    attributes_of,
    draft_recipient,
    find_master_account,
    find_own,
    grant_initial_mailbox_entries,
    set_password,
    with_mail,
)
from delegacy.cmdlets._entries import grant
from delegacy.cmdlets._listing import GetRecipientCmdlet, as_kinds, kind_names
from delegacy.cmdlets._removal import remove_recipient, withdraw_mail
from delegacy.cmdlets._send_on_behalf import SetSendOnBehalfCmdlet
from delegacy.cmdlets._settings import AccountNames, Plan, as_address
from delegacy.domain.address import SmtpAddress
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import InvalidProperty, WrongRecipientType
from delegacy.domain.mailbox import WITHOUT_OWN_ACCOUNT, initial_mailbox_acl
from delegacy.domain.recipient import ABSENT_KINDS, MAILBOXES, USERS, RecipientTypeDetails
from delegacy.powershell.metadata import ConfirmImpact, parameter
from delegacy.powershell.values import SecureString

_T = RecipientTypeDetails

_ARBITRATION: Final = frozenset({_T.ARBITRATION_MAILBOX})
_USUAL: Final = MAILBOXES - _ARBITRATION


class MailboxType(Enum):
    """What -Type turns a mailbox into (ConvertibleMailboxSubType)."""

    REGULAR = "Regular"
    ROOM = "Room"
    EQUIPMENT = "Equipment"
    SHARED = "Shared"


_KIND_OF: Final = MappingProxyType(
    {
        MailboxType.REGULAR: _T.USER_MAILBOX,
        MailboxType.ROOM: _T.ROOM_MAILBOX,
        MailboxType.EQUIPMENT: _T.EQUIPMENT_MAILBOX,
        MailboxType.SHARED: _T.SHARED_MAILBOX,
    }
)
_CONVERTIBLE: Final = frozenset(_KIND_OF.values())

_NEW_KINDS: Final = MappingProxyType(
    {
        "User": _T.USER_MAILBOX,
        "DisabledUser": _T.USER_MAILBOX,
        "Linked": _T.LINKED_MAILBOX,
        "Shared": _T.SHARED_MAILBOX,
        "Room": _T.ROOM_MAILBOX,
        "Equipment": _T.EQUIPMENT_MAILBOX,
        "Arbitration": _T.ARBITRATION_MAILBOX,
        "Discovery": _T.DISCOVERY_MAILBOX,
    }
)
"""What New-Mailbox makes, by parameter set."""
_ENABLE_KINDS: Final = MappingProxyType({name: kind for name, kind in _NEW_KINDS.items() if name != "DisabledUser"})
"""What Enable-Mailbox makes, likewise."""

_PERSONAL: Final = ("first_name", "last_name", "initials", "office", "phone", "resource_capacity")


@dataclass(kw_only=True)
class GetMailbox(GetRecipientCmdlet):
    """List mailboxes and their properties."""

    name = "Get-Mailbox"
    output_types = (_views.MAILBOX,)
    kinds = _USUAL
    view = _views.MAILBOX

    arbitration: bool = parameter(switch=True, help="Show arbitration mailboxes, and only these.")
    recipient_type_details: tuple[str, ...] | None = parameter(
        values=kind_names(_USUAL, ABSENT_KINDS), help="Only mailboxes of these kinds."
    )

    def wanted_kinds(self) -> frozenset[RecipientTypeDetails]:
        """Return the kinds that this command is about."""
        offered = _ARBITRATION if self.arbitration else _USUAL
        if self.recipient_type_details is None:
            return offered
        return as_kinds(self, self.recipient_type_details, offered)


@dataclass(kw_only=True)
class NewMailbox(ExchangeCmdlet):
    """Make an account with a mailbox: of a user, shared, of a room or equipment, linked to an account of another forest, or a system one."""

    name = "New-Mailbox"
    default_parameter_set = "User"
    supports_should_process = True
    output_types = (_views.MAILBOX,)

    name_: str = parameter(
        name="Name",
        position=0,
        mandatory=True,
        pipeline_by_property_name=True,
        help="The unique name of the mailbox in its container.",
    )
    user_principal_name: str | None = parameter(
        sets={set_name: set_name == "User" for set_name in _NEW_KINDS},
        pipeline_by_property_name=True,
        help="The name to sign in with, as terrya@contoso.com.",
    )
    password: SecureString | None = parameter(
        sets={"User": True, "DisabledUser": False}, secret=True, help="The password of the account."
    )
    account_disabled: bool = parameter(
        sets={"DisabledUser": True}, switch=True, help="Make the account of a user mailbox disabled."
    )
    shared: bool = parameter(sets={"Shared": True}, switch=True, help="Make a shared mailbox.")
    room: bool = parameter(sets={"Room": True}, switch=True, help="Make the mailbox of a room.")
    equipment: bool = parameter(sets={"Equipment": True}, switch=True, help="Make the mailbox of equipment.")
    arbitration: bool = parameter(sets={"Arbitration": True}, switch=True, help="Make an arbitration mailbox.")
    discovery: bool = parameter(sets={"Discovery": True}, switch=True, help="Make a discovery mailbox.")
    linked_master_account: Identity | None = parameter(
        sets={"Linked": True}, convert=as_identity, help="The account of a trusted domain whose mailbox it is."
    )
    linked_domain_controller: str | None = parameter(
        sets={"Linked": True}, help="A domain controller of the trusted domain."
    )
    alias: str | None = parameter(pipeline_by_property_name=True, help="The part of the address before the @.")
    display_name: str | None = parameter(pipeline_by_property_name=True, help="The name that address lists show.")
    first_name: str | None = parameter(pipeline_by_property_name=True, help="The person's first name.")
    last_name: str | None = parameter(pipeline_by_property_name=True, help="The person's last name.")
    initials: str | None = parameter(pipeline_by_property_name=True, help="The person's initials.")
    sam_account_name: str | None = parameter(
        pipeline_by_property_name=True, help="The account name, as in DOMAIN\\account."
    )
    organizational_unit: str | None = parameter(help="Where the account goes; Users, if it is left out.")
    primary_smtp_address: SmtpAddress | None = parameter(
        convert=as_address, help="The primary address, in place of the one that the email address policy gives."
    )
    office: str | None = parameter(sets=("Room",), help="The room's office.")
    phone: str | None = parameter(sets=("Room",), help="The room's telephone number.")
    resource_capacity: int | None = parameter(sets=("Room",), help="How many people the room holds.")

    def run(self) -> None:
        """Make one mailbox."""
        master = None
        if self.linked_master_account is not None:
            master = find_master_account(self, self.linked_master_account, self.linked_domain_controller)
        drafted = draft_recipient(
            self,
            _NEW_KINDS[self.parameter_set],
            Draft(
                name=self.name_,
                display_name=self.display_name,
                alias=self.alias,
                sam_account_name=self.sam_account_name,
                user_principal_name=self.user_principal_name,
                organizational_unit=self.organizational_unit,
                primary_smtp_address=self.primary_smtp_address,
                account_disabled=self.account_disabled,
                linked_master_account=master,
                attributes=attributes_of(self, _PERSONAL),
            ),
            mail=True,
        )
        if not self.should_process(_texts.CREATE.format(kind="mailbox", name=self.name_)):
            return
        mailbox = add_recipient(self, drafted, self.password)
        self.write_objects(_views.recipient_objects(self.session, _views.MAILBOX, [mailbox]))


@dataclass(kw_only=True)
class SetMailbox(AccountNames, SetSendOnBehalfCmdlet):
    """Change a mailbox: names, addresses, visibility, who may send on its behalf, its type, its password."""

    name = "Set-Mailbox"
    shows_effect = True
    noun = "mailbox"
    kinds = _USUAL
    view = _views.MAILBOX

    type: MailboxType | None = parameter(help="Turn the mailbox into another kind.")
    password: SecureString | None = parameter(secret=True, help="A new password of the account.")
    account_disabled: bool | None = parameter(help="Whether nobody can sign in with the account.")
    linked_master_account: Identity | None = parameter(
        convert=lambda value: None if value is None else as_identity(value),
        help="The account of a trusted domain whose mailbox it is; $null ends the link.",
    )
    linked_domain_controller: str | None = parameter(help="A domain controller of the trusted domain.")
    arbitration: bool = parameter(switch=True, help="The identity is that of an arbitration mailbox.")
    message_copy_for_sent_as_enabled: bool | None = parameter(
        help="Whether a copy of what delegates send as the mailbox goes to its Sent Items."
    )
    message_copy_for_send_on_behalf_enabled: bool | None = parameter(
        help="Whether a copy of what delegates send on its behalf goes to its Sent Items."
    )
    office: str | None = parameter(help="The office.")
    resource_capacity: int | None = parameter(help="How many people the room holds.")

    def wanted_kinds(self) -> frozenset[RecipientTypeDetails]:
        """Return arbitration mailboxes, or all others."""
        return _ARBITRATION if self.arbitration else _USUAL

    def plan(self, plan: Plan) -> None:
        """Work out names, the kind, and the state of the account."""
        super().plan(plan)
        plan.after = self.with_account_names(plan.after)
        if self.type is not None:
            self._plan_type(plan, _KIND_OF[self.type])
        if "linked_master_account" in self.bound:
            self._plan_link(plan)
        own_account = plan.after.recipient_type_details is _T.USER_MAILBOX
        if (self.password is not None or self.account_disabled is False) and not own_account:
            raise InvalidProperty(
                f"Nobody signs in to '{plan.before.canonical_name}' with an account of its own, because it is a "
                f"{plan.after.recipient_type_details.value}.",
                "Password" if self.password is not None else "AccountDisabled",
            )
        if self.account_disabled is not None:
            plan.after = replace(plan.after, account_disabled=self.account_disabled)
        if self.password is not None:
            plan.further.append(ModifiedProperty("Password", "********", "********"))

    def apply(self, plan: Plan) -> None:
        """Write lists, the password, and the entries that go with the kind."""
        super().apply(plan)
        if self.password is not None:
            set_password(self, plan.after, self.password)
        before, after = (
            initial_mailbox_acl(mailbox.recipient_type_details, mailbox.linked_master_account)
            for mailbox in (plan.before, plan.after)
        )
        for old in before:
            if old not in after:
                self.session.changes.revoke(plan.before.id, old.trustee, old.rights, allow=True)
        for new in after:
            if new not in before:
                grant(self.session.changes, plan.before.id, new._replace(granted_at=self.session.clock.now()))

    def _plan_type(self, plan: Plan, kind: RecipientTypeDetails) -> None:
        before = plan.before
        if before.recipient_type_details not in _CONVERTIBLE:
            raise WrongRecipientType(
                f"'{before.canonical_name}' can't be turned into another kind of mailbox, because it is a "
                f"{before.recipient_type_details.value}.",
                before.canonical_name,
            )
        if kind is before.recipient_type_details:
            return
        disabled = kind in WITHOUT_OWN_ACCOUNT or self.password is None
        plan.after = replace(plan.after, recipient_type_details=kind, account_disabled=disabled)
        if kind is _T.USER_MAILBOX and disabled and self.account_disabled is not False:
            self.write_warning(_texts.ACCOUNT_STAYS_DISABLED.format(identity=before.canonical_name))

    def _plan_link(self, plan: Plan) -> None:
        before = plan.before
        if self.linked_master_account is None:
            if before.recipient_type_details is _T.LINKED_MAILBOX:
                plan.after = replace(
                    plan.after,
                    recipient_type_details=_T.USER_MAILBOX,
                    linked_master_account=None,
                    account_disabled=True,
                )
            return
        if before.recipient_type_details not in (_T.USER_MAILBOX, _T.LINKED_MAILBOX):
            raise WrongRecipientType(
                f"'{before.canonical_name}' can't be linked to an account, because it is a "
                f"{before.recipient_type_details.value}.",
                before.canonical_name,
            )
        master = find_master_account(self, self.linked_master_account, self.linked_domain_controller)
        plan.after = replace(
            plan.after,
            recipient_type_details=_T.LINKED_MAILBOX,
            linked_master_account=master.sid,
            account_disabled=True,
        )


@dataclass(kw_only=True)
class EnableMailbox(ExchangeCmdlet):
    """Give an account without mail a mailbox."""

    name = "Enable-Mailbox"
    default_parameter_set = "User"
    supports_should_process = True
    shows_effect = True
    output_types = (_views.MAILBOX,)

    identity: Identity = parameter(
        position=0,
        sets=dict.fromkeys(_ENABLE_KINDS, True),
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="user",
        help="The account.",
    )
    shared: bool = parameter(sets={"Shared": True}, switch=True, help="Make it a shared mailbox.")
    room: bool = parameter(sets={"Room": True}, switch=True, help="Make it the mailbox of a room.")
    equipment: bool = parameter(sets={"Equipment": True}, switch=True, help="Make it the mailbox of equipment.")
    arbitration: bool = parameter(sets={"Arbitration": True}, switch=True, help="Make it an arbitration mailbox.")
    discovery: bool = parameter(sets={"Discovery": True}, switch=True, help="Make it a discovery mailbox.")
    linked_master_account: Identity | None = parameter(
        sets={"Linked": True}, convert=as_identity, help="The account of a trusted domain whose mailbox it is."
    )
    linked_domain_controller: str | None = parameter(
        sets={"Linked": True}, help="A domain controller of the trusted domain."
    )
    alias: str | None = parameter(help="The part of the address before the @.")
    display_name: str | None = parameter(help="The name that address lists show.")
    primary_smtp_address: SmtpAddress | None = parameter(
        convert=as_address, help="The primary address, in place of the one that the email address policy gives."
    )

    def run(self) -> None:
        """Enable one account."""
        account = find_own(self, self.identity, USERS)
        master = None
        if self.linked_master_account is not None:
            master = find_master_account(self, self.linked_master_account, self.linked_domain_controller)
        mailbox = with_mail(
            self,
            account,
            _ENABLE_KINDS[self.parameter_set],
            Draft(
                name=account.name,
                display_name=self.display_name,
                alias=self.alias,
                primary_smtp_address=self.primary_smtp_address,
                linked_master_account=master,
            ),
        )
        if not self.should_process(_texts.ENABLE.format(kind="mailbox", identity=account.canonical_name)):
            return
        changes = self.session.changes
        changes.update(mailbox)
        self.modified(mailbox.canonical_name, *Plan(account, mailbox).changes())
        grant_initial_mailbox_entries(self, mailbox)
        self.write_objects(_views.recipient_objects(self.session, _views.MAILBOX, [mailbox]))


@dataclass(kw_only=True)
class DisableMailbox(ExchangeCmdlet):
    """Take the mailbox from an account and keep the account."""

    name = "Disable-Mailbox"
    supports_should_process = True
    shows_effect = True
    confirm_impact = ConfirmImpact.HIGH

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="mailbox",
        help="The mailbox.",
    )
    arbitration: bool = parameter(switch=True, help="The identity is that of an arbitration mailbox.")

    def run(self) -> None:
        """Disable one mailbox."""
        mailbox = self.find_to_change(self.identity, _ARBITRATION if self.arbitration else _USUAL)
        if not self.should_process(_texts.DISABLE_MAILBOX.format(identity=mailbox.canonical_name)):
            return
        withdraw_mail(self, mailbox, _T.DISABLED_USER if mailbox.account_disabled else _T.USER)


@dataclass(kw_only=True)
class RemoveMailbox(ExchangeCmdlet):
    """Remove a mailbox with its account, and with every grant that names it."""

    name = "Remove-Mailbox"
    supports_should_process = True
    shows_effect = True
    confirm_impact = ConfirmImpact.HIGH

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="mailbox",
        help="The mailbox.",
    )
    arbitration: bool = parameter(switch=True, help="The identity is that of an arbitration mailbox.")

    def run(self) -> None:
        """Remove one mailbox."""
        mailbox = self.find_to_change(self.identity, _ARBITRATION if self.arbitration else _USUAL)
        if self.should_process(_texts.REMOVE_MAILBOX.format(identity=mailbox.canonical_name)):
            remove_recipient(self, mailbox)
