"""Accounts and groups as the Active Directory module shows them: a few properties, and with -Properties further ones.

A property has the name of the attribute in Active Directory; some have one besides that the module gives them (Get-ADUser, Get-ADGroup).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets import _views
from delegacy.cmdlets._base import Session
from delegacy.domain.errors import InvalidProperty
from delegacy.domain.identity import fold
from delegacy.domain.object_link import ObjectLink
from delegacy.domain.properties import PROPERTIES
from delegacy.domain.recipient import GroupScope, ObjectName, Recipient
from delegacy.powershell.values import PSObject

_EVERYTHING: Final = "*"
_PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class _Described:
    """An object, and what it is linked with."""

    recipient: Recipient
    links: Mapping[ObjectLink, tuple[ObjectName, ...]]

    def names(self, link: ObjectLink) -> tuple[str, ...]:
        """Return the distinguished names of what it is linked with."""
        return tuple(other.distinguished_name for other in self.links[link])


_Read = Callable[[_Described], object]


def _attribute(name: str) -> _Read:
    prop = PROPERTIES[fold(name)]
    return lambda of: prop.value_of(of.recipient)


def _links(link: ObjectLink) -> _Read:
    return lambda of: of.names(link)


def _address(of: _Described) -> object:
    address = of.recipient.primary_smtp_address
    return None if address is None else str(address)


def _manager(of: _Described) -> object:
    return next(iter(of.names(ObjectLink.MANAGED_BY)), None)


_LINKS: Final = MappingProxyType(
    {
        "MemberOf": ObjectLink.MEMBER_OF,
        "Members": ObjectLink.MEMBERS,
        "member": ObjectLink.MEMBERS,
        "ManagedBy": ObjectLink.MANAGED_BY,
        "msExchCoManagedByLink": ObjectLink.MANAGED_BY,
        "publicDelegates": ObjectLink.SEND_ON_BEHALF,
        "publicDelegatesBL": ObjectLink.SEND_ON_BEHALF_OF,
        "msExchDelegateListLink": ObjectLink.AUTO_MAPPING,
        "msExchDelegateListBL": ObjectLink.AUTO_MAPPED,
    }
)
"""The properties for which links are read."""
_OF_BOTH: Final[Mapping[str, _Read]] = MappingProxyType(
    {
        "CanonicalName": lambda of: of.recipient.canonical_name,
        "CN": lambda of: of.recipient.name,
        "Created": lambda of: of.recipient.when_created,
        "Description": _attribute("Description"),
        "DistinguishedName": lambda of: of.recipient.distinguished_name,
        "DisplayName": lambda of: of.recipient.display_name,
        "legacyExchangeDN": lambda of: of.recipient.legacy_exchange_dn or None,
        "mail": _address,
        "mailNickname": lambda of: of.recipient.alias,
        "MemberOf": _links(ObjectLink.MEMBER_OF),
        "Modified": lambda of: of.recipient.when_changed,
        "msExchHideFromAddressLists": lambda of: of.recipient.hidden_from_address_lists_enabled,
        "Name": lambda of: of.recipient.name,
        "ObjectGUID": lambda of: of.recipient.guid,
        "objectSid": lambda of: of.recipient.sid or "",
        "proxyAddresses": lambda of: tuple(map(str, of.recipient.email_addresses)),
        "publicDelegates": _links(ObjectLink.SEND_ON_BEHALF),
        "publicDelegatesBL": _links(ObjectLink.SEND_ON_BEHALF_OF),
        "SamAccountName": lambda of: of.recipient.sam_account_name or "",
        "SID": lambda of: of.recipient.sid or "",
        "whenChanged": lambda of: of.recipient.when_changed,
        "whenCreated": lambda of: of.recipient.when_created,
        **{f"extensionAttribute{number}": _attribute(f"CustomAttribute{number}") for number in range(1, 16)},
    }
)
_OF_USERS: Final[Mapping[str, _Read]] = MappingProxyType(
    {
        "City": _attribute("City"),
        "co": _attribute("CountryOrRegion"),
        "Company": _attribute("Company"),
        "Country": _attribute("CountryOrRegion"),
        "Department": _attribute("Department"),
        "EmailAddress": _address,
        "Enabled": lambda of: not of.recipient.account_disabled,
        "facsimileTelephoneNumber": _attribute("Fax"),
        "Fax": _attribute("Fax"),
        "GivenName": lambda of: of.recipient.attributes.get("FirstName", ""),
        "HomePage": _attribute("WebPage"),
        "HomePhone": _attribute("HomePhone"),
        "Initials": _attribute("Initials"),
        "l": _attribute("City"),
        "mobile": _attribute("MobilePhone"),
        "MobilePhone": _attribute("MobilePhone"),
        "msExchDelegateListBL": _links(ObjectLink.AUTO_MAPPED),
        "msExchDelegateListLink": _links(ObjectLink.AUTO_MAPPING),
        "msExchMasterAccountSid": lambda of: of.recipient.linked_master_account,
        "ObjectClass": lambda _: "user",
        "Office": _attribute("Office"),
        "OfficePhone": _attribute("Phone"),
        "physicalDeliveryOfficeName": _attribute("Office"),
        "POBox": _attribute("PostOfficeBox"),
        "PostalCode": _attribute("PostalCode"),
        "postOfficeBox": _attribute("PostOfficeBox"),
        "sn": _attribute("LastName"),
        "st": _attribute("StateOrProvince"),
        "State": _attribute("StateOrProvince"),
        "StreetAddress": _attribute("StreetAddress"),
        "Surname": lambda of: of.recipient.attributes.get("LastName", ""),
        "telephoneNumber": _attribute("Phone"),
        "Title": _attribute("Title"),
        "UserPrincipalName": lambda of: of.recipient.user_principal_name or "",
        "wWWHomePage": _attribute("WebPage"),
    }
)
_OF_GROUPS: Final[Mapping[str, _Read]] = MappingProxyType(
    {
        "GroupCategory": lambda of: "Security" if of.recipient.security_enabled else "Distribution",
        "GroupScope": lambda of: (of.recipient.group_scope or GroupScope.UNIVERSAL).value,
        "ManagedBy": _manager,
        "member": _links(ObjectLink.MEMBERS),
        "Members": _links(ObjectLink.MEMBERS),
        "msExchCoManagedByLink": lambda of: of.names(ObjectLink.MANAGED_BY)[1:],
        "ObjectClass": lambda _: "group",
    }
)


@dataclass(frozen=True, slots=True)
class View:
    """How objects of a type are shown: every property by folded name, as it is spelled and how it is read, and those that are always there."""

    type_name: str
    properties: Mapping[str, tuple[str, _Read]]
    shown: tuple[str, ...]

    def object_of(self, described: _Described, keys: Iterable[str]) -> PSObject:
        """Return the object with these properties, which are in the order of their names."""
        values = {name: read(described) for name, read in (self.properties[key] for key in sorted(keys))}
        return PSObject(self.type_name, values, text=described.recipient.distinguished_name)


def _view(type_name: str, parts: Iterable[Mapping[str, _Read]], shown: Iterable[str]) -> View:
    properties = {fold(name): (name, read) for part in parts for name, read in part.items()}
    return View(type_name, MappingProxyType(properties), tuple(map(fold, shown)))


USER: Final = _view(
    _views.AD_USER,
    (_OF_BOTH, _OF_USERS),
    (
        "DistinguishedName",
        "Enabled",
        "GivenName",
        "Name",
        "ObjectClass",
        "ObjectGUID",
        "SamAccountName",
        "SID",
        "Surname",
        "UserPrincipalName",
    ),
)
GROUP: Final = _view(
    _views.AD_GROUP,
    (_OF_BOTH, _OF_GROUPS),
    ("DistinguishedName", "GroupCategory", "GroupScope", "Name", "ObjectClass", "ObjectGUID", "SamAccountName", "SID"),
)


def ad_user(user: Recipient) -> PSObject:
    """Return an account with what is always shown of one."""
    return USER.object_of(_Described(user, {}), USER.shown)


def ad_group(group: Recipient) -> PSObject:
    """Return a group likewise."""
    return GROUP.object_of(_Described(group, {}), GROUP.shown)


def ad_objects(
    session: Session, view: View, recipients: Iterable[Recipient], asked: Collection[str]
) -> Iterator[PSObject]:
    """Return the objects of recipients with the properties that are asked for, ``*`` for all, besides those that are always shown.

    What they are linked with is read for a page of them at a time. Raises `InvalidProperty` for a name that is none.
    """
    for name in asked:
        if name != _EVERYTHING and fold(name) not in view.properties:
            raise InvalidProperty(
                f"One or more properties are invalid. There is no property '{name}' here; * shows those that there are.",
                name,
            )
    keys = set(view.properties) if _EVERYTHING in asked else {*view.shown, *map(fold, asked)}
    return _described(session, view, recipients, keys)


def _described(
    session: Session, view: View, recipients: Iterable[Recipient], keys: Collection[str]
) -> Iterator[PSObject]:
    links = {_LINKS[name] for name in (view.properties[key][0] for key in keys) if name in _LINKS}
    remaining = iter(recipients)
    while page := list(islice(remaining, _PAGE)):
        found = {link: session.directory.linked_names(link, [one.id for one in page]) for link in links}
        for one in page:
            of_one = {link: names.get(one.id, ()) for link, names in found.items()}
            yield view.object_of(_Described(one, of_one), keys)
