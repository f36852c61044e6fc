"""The property catalogue: every property of a recipient by its Exchange name, its type, where it lives, and what it may hold.

Filters, sorting and the cmdlets' value checks all read this one table. Names, lengths and values are those of the Set- pages (Set-Mailbox,
Set-User, Set-DistributionGroup, Set-DynamicDistributionGroup, Set-MailContact) and of "Filterable properties for the -Filter parameter".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from types import MappingProxyType
from typing import Final

from delegacy.domain.address import InvalidAddress, ProxyAddress, SmtpAddress
from delegacy.domain.errors import InvalidProperty
from delegacy.domain.recipient import (
    ABSENT_KINDS,
    ACCOUNTS,
    GROUPS,
    MAIL_GROUPS,
    MAILBOXES,
    RECIPIENTS,
    Recipient,
    RecipientTypeDetails,
)

_ROLE_GROUPS: Final = frozenset({RecipientTypeDetails.ROLE_GROUP})
_DYNAMIC: Final = frozenset({RecipientTypeDetails.DYNAMIC_DISTRIBUTION_GROUP})
_CONTACTS: Final = frozenset({RecipientTypeDetails.MAIL_CONTACT})
_PEOPLE: Final = ACCOUNTS | _CONTACTS
_EVERY_KIND: Final = frozenset(RecipientTypeDetails)
_CONTROLS_ALLOWED: Final = frozenset("\t\r\n")
_DATE_FORMS: Final[tuple[Callable[[str], datetime], ...]] = (
    datetime.fromisoformat,
    lambda text: datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p"),  # noqa: DTZ007 - the caller makes it UTC
    lambda text: datetime.strptime(text, "%m/%d/%Y"),  # noqa: DTZ007 - the caller makes it UTC
)


class PropertyType(Enum):
    """What the values of a property are in Python."""

    STRING = "string"
    STRINGS = "list of strings"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DATE_TIME = "date"
    GUID = "GUID"
    DISTINGUISHED_NAME = "distinguished name"
    ADDRESS = "email address"
    PROXY_ADDRESSES = "list of email addresses"
    OBJECTS = "list of objects"


@dataclass(frozen=True, slots=True)
class Property:
    """A property of recipients.

    ``read`` gets it from a ``Recipient`` where it is a field there; where it is None the property lives in ``attributes`` under its
    ``name``; objects that a recipient is linked with live beside both. ``longest`` counts characters, and bounds an integer's value. ``values``
    are the only ones allowed, in Exchange's spelling. A boolean that was never set is ``default``. Not ``filterable`` are those that no
    filter may name.
    """

    name: str
    type: PropertyType = PropertyType.STRING
    kinds: frozenset[RecipientTypeDetails] = _EVERY_KIND
    longest: int | None = None
    values: tuple[str, ...] = ()
    default: bool = False
    filterable: bool = True
    read: Callable[[Recipient], object] | None = None

    @property
    def is_attribute(self) -> bool:
        """Tell whether it lives in ``Recipient.attributes``."""
        return self.read is None and self.type is not PropertyType.OBJECTS

    def value_of(self, recipient: Recipient) -> object:
        """Return the value that ``recipient`` has: None, or no items, where it was never set."""
        value = self.read(recipient) if self.read is not None else recipient.attributes.get(self.name)
        if self.type is PropertyType.BOOLEAN:
            return self.default if value is None else value
        if self.type in (PropertyType.STRINGS, PropertyType.PROXY_ADDRESSES):
            return value or ()
        return None if value == "" else value


def _text(
    name: str, longest: int, kinds: frozenset[RecipientTypeDetails] = _PEOPLE, values: tuple[str, ...] = ()
) -> Property:
    return Property(name, PropertyType.STRING, kinds, longest, values)


def _switch(name: str, kinds: frozenset[RecipientTypeDetails], *, default: bool = False) -> Property:
    return Property(name, PropertyType.BOOLEAN, kinds, default=default)


def role_group_type(group: Recipient) -> str:
    """Return ``Linked`` for a role group whose members are those of a group elsewhere, ``Standard`` for another, and nothing for what is none."""
    if group.recipient_type_details not in _ROLE_GROUPS:
        return ""
    return "Linked" if group.attributes.get("LinkedGroup") else "Standard"


_FIELDS: Final = (
    Property("Name", longest=64, read=lambda r: r.name),
    Property("DisplayName", longest=256, read=lambda r: r.display_name),
    Property("Alias", kinds=RECIPIENTS, longest=64, read=lambda r: r.alias),
    Property("SamAccountName", kinds=ACCOUNTS | GROUPS, longest=256, read=lambda r: r.sam_account_name),
    Property("UserPrincipalName", kinds=ACCOUNTS, longest=1024, read=lambda r: r.user_principal_name),
    Property("PrimarySmtpAddress", PropertyType.ADDRESS, RECIPIENTS, read=lambda r: r.primary_smtp_address),
    Property("WindowsEmailAddress", PropertyType.ADDRESS, RECIPIENTS, read=lambda r: r.primary_smtp_address),
    Property("EmailAddresses", PropertyType.PROXY_ADDRESSES, RECIPIENTS, read=lambda r: r.email_addresses),
    Property(
        "HiddenFromAddressListsEnabled",
        PropertyType.BOOLEAN,
        RECIPIENTS,
        read=lambda r: r.hidden_from_address_lists_enabled,
    ),
    Property("AccountDisabled", PropertyType.BOOLEAN, ACCOUNTS, read=lambda r: r.account_disabled),
    Property(
        "RecipientType",
        values=tuple(sorted({kind.recipient_type for kind in RecipientTypeDetails})),
        read=lambda r: r.recipient_type_details.recipient_type,
    ),
    Property(
        "RecipientTypeDetails",
        values=(*(kind.value for kind in RecipientTypeDetails), *ABSENT_KINDS),
        read=lambda r: r.recipient_type_details.value,
    ),
    Property("Guid", PropertyType.GUID, read=lambda r: r.guid),
    Property("DistinguishedName", PropertyType.DISTINGUISHED_NAME, read=lambda r: r.distinguished_name),
    Property("OrganizationalUnit", read=lambda r: r.container),
    Property("LegacyExchangeDN", kinds=RECIPIENTS, read=lambda r: r.legacy_exchange_dn),
    Property("RecipientFilter", kinds=_DYNAMIC, longest=16384, filterable=False, read=lambda r: r.recipient_filter),
    Property("RecipientContainer", kinds=_DYNAMIC, filterable=False, read=lambda r: r.recipient_container),
    Property("RoleGroupType", kinds=_ROLE_GROUPS, values=("Standard", "Linked"), read=role_group_type),
    Property("WhenCreated", PropertyType.DATE_TIME, read=lambda r: r.when_created),
    Property("WhenChanged", PropertyType.DATE_TIME, read=lambda r: r.when_changed),
)

MEMBER_OF_GROUP: Final = Property("MemberOfGroup", PropertyType.OBJECTS)
MEMBERS: Final = Property("Members", PropertyType.OBJECTS, GROUPS)
MANAGED_BY: Final = Property("ManagedBy", PropertyType.OBJECTS, GROUPS | _DYNAMIC)
GRANT_SEND_ON_BEHALF_TO: Final = Property("GrantSendOnBehalfTo", PropertyType.OBJECTS, RECIPIENTS)
ACCEPT_FROM: Final = Property("AcceptMessagesOnlyFrom", PropertyType.OBJECTS, RECIPIENTS)
ACCEPT_FROM_MEMBERS: Final = Property("AcceptMessagesOnlyFromDLMembers", PropertyType.OBJECTS, RECIPIENTS)
REJECT_FROM: Final = Property("RejectMessagesFrom", PropertyType.OBJECTS, RECIPIENTS)
REJECT_FROM_MEMBERS: Final = Property("RejectMessagesFromDLMembers", PropertyType.OBJECTS, RECIPIENTS)
_LINKS: Final = (
    MEMBER_OF_GROUP,
    MEMBERS,
    MANAGED_BY,
    GRANT_SEND_ON_BEHALF_TO,
    ACCEPT_FROM,
    ACCEPT_FROM_MEMBERS,
    REJECT_FROM,
    REJECT_FROM_MEMBERS,
)

_ATTRIBUTES: Final = (
    _text("LinkedGroup", 256, _ROLE_GROUPS),
    _text("FirstName", 64),
    _text("LastName", 64),
    _text("Initials", 6),
    _text("Office", 128),
    _text("Title", 128),
    _text("Department", 64),
    _text("Company", 64),
    _text("City", 128),
    _text("StateOrProvince", 128),
    _text("PostalCode", 40),
    _text("PostOfficeBox", 40),
    _text("StreetAddress", 1024),
    _text("CountryOrRegion", 128),
    _text("Phone", 64),
    _text("HomePhone", 64),
    _text("MobilePhone", 64),
    _text("Fax", 64),
    _text("Pager", 64),
    _text("AssistantName", 256),
    _text("WebPage", 2048),
    _text("PhoneticDisplayName", 255, _EVERY_KIND),
    _text("SimpleDisplayName", 255, _EVERY_KIND),
    _text("Notes", 1024, _EVERY_KIND),
    _text("Description", 1024, _EVERY_KIND),
    _text("MailTip", 500, RECIPIENTS),
    *(_text(f"CustomAttribute{number}", 1024, RECIPIENTS) for number in range(1, 16)),
    *(Property(f"ExtensionCustomAttribute{number}", PropertyType.STRINGS, RECIPIENTS, 2048) for number in range(1, 6)),
    _text("ExternalEmailAddress", 1123, frozenset({RecipientTypeDetails.MAIL_USER, RecipientTypeDetails.MAIL_CONTACT})),
    _text("ForwardingSmtpAddress", 1123, MAILBOXES),
    _switch("DeliverToMailboxAndForward", MAILBOXES),
    _switch("MessageCopyForSentAsEnabled", MAILBOXES),
    _switch("MessageCopyForSendOnBehalfEnabled", MAILBOXES),
    _switch("ActiveSyncEnabled", MAILBOXES, default=True),
    _switch("OWAEnabled", MAILBOXES, default=True),
    _switch("PopEnabled", MAILBOXES, default=True),
    _switch("ImapEnabled", MAILBOXES, default=True),
    _switch("MAPIEnabled", MAILBOXES, default=True),
    _switch("SmtpClientAuthenticationDisabled", MAILBOXES),
    _switch("RequireSenderAuthenticationEnabled", RECIPIENTS),
    _switch("ReportToManagerEnabled", MAIL_GROUPS | _DYNAMIC),
    _switch("ReportToOriginatorEnabled", MAIL_GROUPS | _DYNAMIC, default=True),
    _switch("SendOofMessageToOriginatorEnabled", MAIL_GROUPS | _DYNAMIC),
    _switch("EmailAddressPolicyEnabled", RECIPIENTS),
    _text("MemberJoinRestriction", 16, MAIL_GROUPS, ("Open", "Closed", "ApprovalRequired")),
    _text("MemberDepartRestriction", 16, MAIL_GROUPS, ("Open", "Closed")),
    Property(
        "ResourceCapacity",
        PropertyType.INTEGER,
        frozenset({RecipientTypeDetails.ROOM_MAILBOX, RecipientTypeDetails.EQUIPMENT_MAILBOX}),
        2**31 - 1,
    ),
    Property(
        "ResourceCustom",
        PropertyType.STRINGS,
        frozenset({RecipientTypeDetails.ROOM_MAILBOX, RecipientTypeDetails.EQUIPMENT_MAILBOX}),
        2048,
    ),
    _text("IncludedRecipients", 256, _DYNAMIC),
    *(
        Property(f"Conditional{name}", PropertyType.STRINGS, _DYNAMIC, 2048)
        for name in (
            "Company",
            "Department",
            "StateOrProvince",
            *(f"CustomAttribute{number}" for number in range(1, 16)),
        )
    ),
)

PROPERTIES: Final[Mapping[str, Property]] = MappingProxyType(
    {prop.name.casefold(): prop for prop in (*_FIELDS, *_LINKS, *_ATTRIBUTES)}
)
"""Every property by its folded name."""

SORTABLE: Final = ("Name", "DisplayName", "Alias", "City", "FirstName", "LastName", "Office", "LegacyExchangeDN")
"""What Get-Recipient -SortBy takes; it also knows the last by the name ServerLegacyDN."""


def property_named(name: str) -> Property | None:
    """Return the property of this name, in any case, or None."""
    return PROPERTIES.get(name.casefold())


def check_value(prop: Property, value: object) -> object:
    """Return ``value`` as the property holds it, an enumerated word in Exchange's spelling; None for what clears it.

    Raises ``InvalidProperty`` for a value of a wrong type, too long, with control characters, or not among those allowed.
    """
    if value is None or value == "":
        return None
    check = _CHECKS.get(prop.type)
    if check is None:
        raise _wrong(prop, value, "can't be set: the directory makes this value")
    return check(prop, value)


def _check_strings(prop: Property, value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        raise _wrong(prop, value, "isn't a list")
    return tuple(_check_string(prop, item) for item in value)


def _check_boolean(prop: Property, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(prop, value, "is neither $true nor $false")
    return value


def _check_integer(prop: Property, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= (prop.longest or value):
        raise _wrong(prop, value, f"isn't a number from 0 to {prop.longest}")
    return value


def _check_string(prop: Property, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(prop, value, "isn't text")
    if prop.longest is not None and len(value) > prop.longest:
        raise _wrong(prop, value[:32] + "...", f"is longer than {prop.longest} characters")
    if any((not char.isprintable() and char not in _CONTROLS_ALLOWED and not char.isspace()) for char in value):
        raise _wrong(prop, value, "holds characters that can't be printed")
    if not prop.values:
        return value
    for allowed in prop.values:
        if allowed.casefold() == value.casefold():
            return allowed
    raise _wrong(prop, value, f"isn't one of {', '.join(prop.values)}")


def _check_address(prop: Property, value: object) -> SmtpAddress:
    if isinstance(value, SmtpAddress):
        return value
    if not isinstance(value, str):
        raise _wrong(prop, value, "isn't an email address")
    return SmtpAddress.parse(value)


def _check_proxy_addresses(prop: Property, value: object) -> tuple[ProxyAddress, ...]:
    if not isinstance(value, (list, tuple)):
        raise _wrong(prop, value, "isn't a list")
    addresses = []
    for item in value:
        if not isinstance(item, (str, ProxyAddress)):
            raise InvalidAddress(f"'{item}' isn't an email address.", str(item))
        addresses.append(ProxyAddress.parse(item) if isinstance(item, str) else item)
    return tuple(addresses)


_CHECKS: Final = MappingProxyType[PropertyType, Callable[[Property, object], object]](
    {
        PropertyType.STRING: _check_string,
        PropertyType.STRINGS: _check_strings,
        PropertyType.BOOLEAN: _check_boolean,
        PropertyType.INTEGER: _check_integer,
        PropertyType.ADDRESS: _check_address,
        PropertyType.PROXY_ADDRESSES: _check_proxy_addresses,
    }
)


def parse_date(text: str) -> datetime:
    """Return the moment that ``text`` names: ISO 8601, or a US date with or without a time as PowerShell prints it.

    What names no zone is UTC. Raises ``ValueError``.
    """
    for read in _DATE_FORMS:
        try:
            moment = read(text.strip())
        except ValueError:
            continue
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    raise ValueError(text)


def _wrong(prop: Property, value: object, why: str) -> InvalidProperty:
    return InvalidProperty(f"'{value}' can't be the value of {prop.name}: it {why}.", prop.name)
