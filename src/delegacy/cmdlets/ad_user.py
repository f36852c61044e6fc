"""Accounts without mail: New- and Get-ADUser (the Active Directory module's names)."""

from dataclasses import dataclass
from typing import Final

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._active_directory import (
    ActiveDirectoryCmdlet,
    ad_user,
    in_domain,
    query_of,
    require_present,
)
from delegacy.cmdlets._base import Identity, as_identity
from delegacy.cmdlets._creation import Draft, add_recipient, draft_recipient
from delegacy.cmdlets._listing import as_filter_text, as_result_size, container_of, limited
from delegacy.domain.properties import PROPERTIES, check_value
from delegacy.domain.recipient import ACCOUNTS, RecipientTypeDetails
from delegacy.powershell.metadata import parameter
from delegacy.powershell.values import SecureString

_PROPERTIES: Final = (
    ("given_name", "FirstName"),
    ("surname", "LastName"),
    ("initials", "Initials"),
    ("department", "Department"),
    ("title", "Title"),
    ("company", "Company"),
    ("office", "Office"),
    ("city", "City"),
    ("office_phone", "Phone"),
    ("description", "Description"),
)


@dataclass(kw_only=True)
class NewADUser(ActiveDirectoryCmdlet):
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
    display_name: str | None = parameter(pipeline_by_property_name=True, help="The display name.")
    given_name: str | None = parameter(pipeline_by_property_name=True, help="The first name.")
    surname: str | None = parameter(pipeline_by_property_name=True, help="The last name.")
    initials: str | None = parameter(pipeline_by_property_name=True, help="The initials.")
    department: str | None = parameter(pipeline_by_property_name=True, help="The department.")
    title: str | None = parameter(pipeline_by_property_name=True, help="The title.")
    company: str | None = parameter(pipeline_by_property_name=True, help="The company.")
    office: str | None = parameter(pipeline_by_property_name=True, help="The office.")
    city: str | None = parameter(pipeline_by_property_name=True, help="The city.")
    office_phone: str | None = parameter(pipeline_by_property_name=True, help="The telephone number.")
    description: str | None = parameter(pipeline_by_property_name=True, help="What the account is for.")
    path: str | None = parameter(help="Where the account goes, as a distinguished name; Users, if it is left out.")
    pass_thru: bool = parameter(switch=True, help="Write the account to the pipeline.")

    def run(self) -> None:
        """Make one account."""
        if self.enabled:
            require_present(self.account_password, "AccountPassword")
        attributes = {}
        for parameter_name, property_name in _PROPERTIES:
            value = check_value(PROPERTIES[property_name.casefold()], getattr(self, parameter_name))
            if value is not None:
                attributes[property_name] = value
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
                attributes=attributes,
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

    def run(self) -> None:
        """Show what was asked for."""
        if self.identity is not None:
            self.write_object(ad_user(self.find_in_domain(self.identity, ACCOUNTS)))
            return
        container = None if self.search_base is None else container_of(self, self.search_base)
        found = self.each(self.session.directory.list(query_of(ACCOUNTS, self.filter or "*", container)))
        limited(self, (ad_user(user) for user in in_domain(found, self.domain)), self.result_set_size)
