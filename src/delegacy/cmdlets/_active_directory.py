"""What the cmdlets of the Active Directory module share: -Server, identities within a domain, and their objects."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets._base import DirectoryCmdlet, Identity
from delegacy.cmdlets._creation import find_account_domain
from delegacy.domain.errors import InvalidProperty, ManagementObjectNotFound
from delegacy.domain.mailbox import WITHOUT_OWN_ACCOUNT
from delegacy.domain.organization import AccountDomain
from delegacy.domain.ports import RecipientQuery
from delegacy.domain.properties import PROPERTIES, check_value
from delegacy.domain.recipient import USERS, Recipient, RecipientTypeDetails
from delegacy.domain.recipient_filter import parse_filter
from delegacy.powershell.metadata import parameter

_EVERYTHING: Final = "*"


@dataclass(kw_only=True)
class ActiveDirectoryCmdlet(DirectoryCmdlet):
    """A cmdlet of the Active Directory module."""

    server: str | None = parameter(help="The domain, or a domain controller in it; our own domain, if it is left out.")

    def check_server(self) -> None:
        """Refuse a server of no domain that we know, unless it is this server."""
        if self.server is not None and not self._is_this_server():
            find_account_domain(self, self.server)

    @property
    def domain(self) -> AccountDomain:
        """Return the domain that the command works on."""
        if self.server is None or self._is_this_server():
            return self.session.organization.domain
        return find_account_domain(self, self.server) or self.session.organization.domain

    def find_in_domain(self, identity: Identity, kinds: frozenset[RecipientTypeDetails]) -> Recipient:
        """Return the object with this identity; an account name is one of the command's domain first."""
        if identity.guid is None and not {"\\", "@", "=", "/"} & set(identity.text):
            try:
                return self.session.resolve(f"{self.domain.netbios_name}\\{identity.text}", kinds)
            except ManagementObjectNotFound:
                pass
        return self.find(identity, kinds)

    def _is_this_server(self) -> bool:
        known = self.session.organization.server.casefold()
        return (self.server or "").casefold() in (known, known.partition(".")[0])


@dataclass(kw_only=True)
class Person:
    """What New- and Set-ADUser say about a person."""

    display_name: str | None = parameter(pipeline_by_property_name=True, help="The display name.")
    given_name: str | None = parameter(pipeline_by_property_name=True, help="The first name.")
    surname: str | None = parameter(pipeline_by_property_name=True, help="The last name.")
    initials: str | None = parameter(pipeline_by_property_name=True, help="The initials.")
    department: str | None = parameter(pipeline_by_property_name=True, help="The department.")
    title: str | None = parameter(pipeline_by_property_name=True, help="The title.")
    company: str | None = parameter(pipeline_by_property_name=True, help="The company.")
    office: str | None = parameter(pipeline_by_property_name=True, help="The office.")
    office_phone: str | None = parameter(pipeline_by_property_name=True, help="The telephone number.")
    home_phone: str | None = parameter(pipeline_by_property_name=True, help="The telephone number at home.")
    mobile_phone: str | None = parameter(pipeline_by_property_name=True, help="The mobile telephone number.")
    fax: str | None = parameter(pipeline_by_property_name=True, help="The fax number.")
    home_page: str | None = parameter(pipeline_by_property_name=True, help="The web page.")
    street_address: str | None = parameter(pipeline_by_property_name=True, help="The street.")
    city: str | None = parameter(pipeline_by_property_name=True, help="The city.")
    state: str | None = parameter(pipeline_by_property_name=True, help="The state or province.")
    postal_code: str | None = parameter(pipeline_by_property_name=True, help="The postal code.")
    p_o_box: str | None = parameter(name="POBox", pipeline_by_property_name=True, help="The post office box.")
    country: str | None = parameter(pipeline_by_property_name=True, help="The country or region.")
    description: str | None = parameter(pipeline_by_property_name=True, help="What the account is for.")

    def with_person(self, bound: Container[str], attributes: Mapping[str, object]) -> dict[str, object]:
        """Return the attributes with the parameters that were given. Raises `InvalidProperty`."""
        changed = dict(attributes)
        for name, property_name in _PERSON.items():
            if name not in bound:
                continue
            value = check_value(PROPERTIES[property_name.casefold()], getattr(self, name))
            if value is None:
                changed.pop(property_name, None)
            else:
                changed[property_name] = value
        return changed


_PERSON: Final = MappingProxyType(
    {
        "given_name": "FirstName",
        "surname": "LastName",
        "initials": "Initials",
        "department": "Department",
        "title": "Title",
        "company": "Company",
        "office": "Office",
        "office_phone": "Phone",
        "home_phone": "HomePhone",
        "mobile_phone": "MobilePhone",
        "fax": "Fax",
        "home_page": "WebPage",
        "street_address": "StreetAddress",
        "city": "City",
        "state": "StateOrProvince",
        "postal_code": "PostalCode",
        "p_o_box": "PostOfficeBox",
        "country": "CountryOrRegion",
        "description": "Description",
    }
)
"""Parameters of the Active Directory module, and the properties that Exchange calls otherwise."""


def with_account_state(account: Recipient, *, enabled: bool) -> Recipient:
    """Return the account enabled or disabled. Raises `InvalidProperty` for one that nobody signs in with by its nature."""
    kind = account.recipient_type_details
    if enabled and (kind in WITHOUT_OWN_ACCOUNT or account.linked_master_account is not None):
        raise InvalidProperty(
            f"'{account.canonical_name}' has to stay disabled, because it is a {kind.value}: nobody signs in with its own account.",
            "Enabled",
        )
    if kind in USERS:
        kind = RecipientTypeDetails.USER if enabled else RecipientTypeDetails.DISABLED_USER
    return replace(account, recipient_type_details=kind, account_disabled=not enabled)


def query_of(kinds: frozenset[RecipientTypeDetails], text: str, container: str | None) -> RecipientQuery:
    """Return what -Filter and -SearchBase ask for; ``*`` is everything. Raises `InvalidFilter`."""
    condition = None if text.strip() == _EVERYTHING else parse_filter(text)
    return RecipientQuery(kinds=kinds, filter=condition, container=container)


def in_domain(recipients: Iterable[Recipient], domain: AccountDomain) -> Iterator[Recipient]:
    """Return those whose accounts are in the domain."""
    return (recipient for recipient in recipients if recipient.domain == domain.netbios_name)


def require_present(value: object, name: str) -> None:
    """Raise `InvalidProperty` where a value that the request needs is missing."""
    if not value:
        raise InvalidProperty(f"{name} is needed for this.", name)
