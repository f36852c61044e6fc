"""Accounts: New-, Get-, Set- and Remove-ADUser (the Active Directory module's names)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._active_directory import (
    ActiveDirectoryCmdlet,
    Person,
    in_domain,
    query_of,
    require_present,
    with_account_state,
)
from delegacy.cmdlets._ad_views import USER, ad_objects, ad_user
from delegacy.cmdlets._base import Identity, as_identity
from delegacy.cmdlets._creation import (
    Draft,
    add_recipient,
    checked_account_name,
    checked_principal_name,
    checked_text,
    draft_recipient,
)
from delegacy.cmdlets._listing import as_filter_text, as_result_size, container_of, limited
from delegacy.cmdlets._removal import remove_recipient
from delegacy.cmdlets._settings import Plan
from delegacy.domain.errors import WrongRecipientType
from delegacy.domain.recipient import ACCOUNTS, USERS, Recipient, RecipientTypeDetails
from delegacy.powershell.metadata import ConfirmImpact, parameter
from delegacy.powershell.values import SecureString


@dataclass(kw_only=True)
class NewADUser(Person, ActiveDirectoryCmdlet):
    """Make an account without mail, in our domain or, with -Server, in a trusted one."""

    name = "New-ADUser"
    supports_should_process = True
    output_types = (_views.AD_USER,)

    name_: str = parameter(
        name="Name", position=0, mandatory=True, pipeline_by_property_name=True, help="The unique name of the account."
    )
    sam_account_name: str | None = parameter(
        pipeline_by_property_name=True, help="The account name, as in DOMAIN\\account; the name, if it is left out."
    )
    user_principal_name: str | None = parameter(pipeline_by_property_name=True, help="The name to sign in with.")
    account_password: SecureString | None = parameter(secret=True, help="The password.")
    enabled: bool = parameter(
        default=False, pipeline_by_property_name=True, help="Whether its owner can sign in; it needs a password then."
    )
    path: str | None = parameter(help="Where the account goes, as a distinguished name; Users, if it is left out.")
    pass_thru: bool = parameter(switch=True, help="Write the account to the pipeline.")

    def run(self) -> None:
        """Make one account."""
        if self.enabled:
            require_present(self.account_password, "AccountPassword")
        drafted = draft_recipient(
            self,
            RecipientTypeDetails.USER if self.enabled else RecipientTypeDetails.DISABLED_USER,
            Draft(
                name=self.name_,
                display_name=self.display_name,
                sam_account_name=self.sam_account_name,
                user_principal_name=self.user_principal_name,
                organizational_unit=self.path,
                domain=self.domain,
                account_disabled=not self.enabled,
                attributes=self.with_person(self.bound, {}),
            ),
            mail=False,
        )
        if not self.should_process(_texts.CREATE.format(kind="user", name=self.name_)):
            return
        user = add_recipient(self, drafted, self.account_password)
        if self.pass_thru:
            self.write_object(ad_user(user))


@dataclass(kw_only=True)
class GetADUser(ActiveDirectoryCmdlet):
    """List accounts of a domain, with mail or without."""

    name = "Get-ADUser"
    default_parameter_set = "Filter"
    output_types = (_views.AD_USER,)

    identity: Identity | None = parameter(
        position=0,
        sets={"Identity": True},
        pipeline=True,
        convert=as_identity,
        completer="user",
        help="The account: its account name, distinguished name, GUID or SID.",
    )
    filter: str | None = parameter(
        sets={"Filter": True}, convert=as_filter_text, help="An OPATH filter with Exchange's property names, or *."
    )
    search_base: str | None = parameter(sets=("Filter",), help="Only what lies in or below this organizational unit.")
    result_set_size: int | None = parameter(
        sets=("Filter",),
        convert=lambda value: None if value is None else as_result_size(value),
        help="How many to show; $null for all.",
    )
    properties: tuple[str, ...] = parameter(
        default=(),
        aliases=("Property",),
        help="What to show besides, as Active Directory or its module calls it; * for everything.",
    )

    def run(self) -> None:
        """Show what was asked for."""
        limited(self, ad_objects(self.session, USER, self._found(), self.properties), self.result_set_size)

    def _found(self) -> Iterable[Recipient]:
        if self.identity is not None:
            return [self.find_in_domain(self.identity, ACCOUNTS)]
        container = None if self.search_base is None else container_of(self, self.search_base)
        listed = self.each(self.session.directory.list(query_of(ACCOUNTS, self.filter or "*", container)))
        return in_domain(listed, self.domain)


@dataclass(kw_only=True)
class SetADUser(Person, ActiveDirectoryCmdlet):
    """Change an account of a domain: its names, what it says about its person, and whether its owner can sign in."""

    name = "Set-ADUser"
    supports_should_process = True
    binds_properties = False
    output_types = (_views.AD_USER,)

    identity: Identity = parameter(
        position=0, mandatory=True, pipeline=True, convert=as_identity, completer="user", help="The account."
    )
    sam_account_name: str | None = parameter(help="The account name, as in DOMAIN\\account.")
    user_principal_name: str | None = parameter(help="The name to sign in with.")
    enabled: bool | None = parameter(help="Whether its owner can sign in.")
    pass_thru: bool = parameter(switch=True, help="Write the account to the pipeline.")

    def run(self) -> None:
        """Change one account."""
        before = self.find_in_domain(self.identity, ACCOUNTS)
        self.session.require_writable(before)
        after = replace(before, attributes=self.with_person(self.bound, before.attributes))
        if self.display_name is not None:
            after = replace(after, display_name=checked_text("DisplayName", self.display_name))
        if self.sam_account_name is not None:
            name = checked_account_name(before.recipient_type_details, self.sam_account_name)
            after = replace(after, sam_account_name=name)
        if self.user_principal_name is not None:
            after = replace(after, user_principal_name=checked_principal_name(self.user_principal_name))
        if self.enabled is not None:
            after = with_account_state(after, enabled=self.enabled)
        if not self.should_process(_texts.AD_OPERATION.format(operation="Set", identity=before.distinguished_name)):
            return
        told = Plan(before, after).changes()
        self.modified(before.canonical_name, *told)
        if told:
            self.session.changes.update(replace(after, when_changed=self.session.clock.now()))
        if self.pass_thru:
            self.write_object(ad_user(after))


@dataclass(kw_only=True)
class RemoveADUser(ActiveDirectoryCmdlet):
    """Remove an account without mail, with every grant that names it."""

    name = "Remove-ADUser"
    supports_should_process = True
    shows_effect = True
    confirm_impact = ConfirmImpact.HIGH

    identity: Identity = parameter(
        position=0, mandatory=True, pipeline=True, convert=as_identity, completer="user", help="The account."
    )

    def run(self) -> None:
        """Remove one account."""
        account = self.find_in_domain(self.identity, ACCOUNTS)
        self.session.require_writable(account)
        if account.recipient_type_details not in USERS:
            instead = "Remove-Mailbox" if account.is_mailbox else "Remove-MailUser"
            raise WrongRecipientType(
                f"'{account.canonical_name}' is a {account.recipient_type_details.value}. {instead} removes it with its account.",
                account.canonical_name,
            )
        if account.sid is not None and (linked := self.session.directory.linked_mailbox(account.sid)) is not None:
            raise WrongRecipientType(
                f"'{account.canonical_name}' is the master account of the linked mailbox '{linked.canonical_name}'. End the "
                "link first, with Set-Mailbox -LinkedMasterAccount $null.",
                account.canonical_name,
            )
        if self.should_process(_texts.AD_OPERATION.format(operation="Remove", identity=account.distinguished_name)):
            remove_recipient(self, account)
