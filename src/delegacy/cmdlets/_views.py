"""What cmdlets write: objects with the properties, the order and the printed values of Exchange's."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from delegacy.cmdlets._base import Session
from delegacy.domain.ace import Ace
from delegacy.domain.delivery_restriction import UNRESTRICTED, DeliveryRestrictions, RestrictionList
from delegacy.domain.object_link import ObjectLink
from delegacy.domain.organization import AcceptedDomain, Organization
from delegacy.domain.ports import DirectoryReader
from delegacy.domain.properties import PROPERTIES
from delegacy.domain.recipient import GroupScope, ObjectName, Recipient, RecipientTypeDetails
from delegacy.domain.rights import DirectoryRight, ExtendedRight, MailboxRight, Right
from delegacy.domain.sid import Sid
from delegacy.powershell.values import DeferredObject, PSObject, ScriptProperty

_T = RecipientTypeDetails
_L = RestrictionList

MAILBOX: Final = "Microsoft.Exchange.Data.Directory.Management.Mailbox"
CAS_MAILBOX: Final = "Microsoft.Exchange.Data.Directory.Management.CASMailbox"
MAIL_USER: Final = "Microsoft.Exchange.Data.Directory.Management.MailUser"
MAIL_CONTACT: Final = "Microsoft.Exchange.Data.Directory.Management.MailContact"
DISTRIBUTION_GROUP: Final = "Microsoft.Exchange.Data.Directory.Management.DistributionGroup"
DYNAMIC_GROUP: Final = "Microsoft.Exchange.Data.Directory.Management.DynamicDistributionGroup"
REDUCED_RECIPIENT: Final = "Microsoft.Exchange.Data.Directory.Management.ReducedRecipient"
USER: Final = "Microsoft.Exchange.Data.Directory.Management.User"
CONTACT: Final = "Microsoft.Exchange.Data.Directory.Management.Contact"
GROUP: Final = "Microsoft.Exchange.Data.Directory.Management.WindowsGroup"
ADDRESS_LIST: Final = "Microsoft.Exchange.Data.Directory.SystemConfiguration.AddressList"
ACCEPTED_DOMAIN: Final = "Microsoft.Exchange.Data.Directory.SystemConfiguration.AcceptedDomain"
ORGANIZATION_CONFIG: Final = "Microsoft.Exchange.Data.Directory.Management.ADOrganizationConfig"
MAILBOX_ACE: Final = "Microsoft.Exchange.Management.RecipientTasks.MailboxAcePresentationObject"
MAILBOX_OWNER: Final = "Microsoft.Exchange.Management.RecipientTasks.MailboxOwnerPresentationObject"
AD_ACE: Final = "Microsoft.Exchange.Management.RecipientTasks.ADAcePresentationObject"
FOLDER_PERMISSION: Final = "Microsoft.Exchange.Management.StoreTasks.MailboxFolderPermission"
RECIPIENT_ACE: Final = "Microsoft.Exchange.Management.RecipientTasks.RecipientPermission"
AD_USER: Final = "Microsoft.ActiveDirectory.Management.ADUser"
AD_GROUP: Final = "Microsoft.ActiveDirectory.Management.ADGroup"
AD_TRUST: Final = "Microsoft.ActiveDirectory.Management.ADTrust"

OBJECT_ID: Final = "Microsoft.Exchange.Data.Directory.ADObjectId"
_PRINCIPAL_ID: Final = "Microsoft.Exchange.Configuration.Tasks.SecurityPrincipalIdParameter"

FOLLOWING: Final = frozenset(
    {"WhenChanged", "WhenCreated", "DistinguishedName", "WindowsEmailAddress", "RecipientType"}
)
"""Properties that follow from others, which the audit log does not tell of by themselves."""

UNCHANGED: Final = "Unchanged"
NEW: Final = "New"


@dataclass(frozen=True, slots=True)
class Shown:
    """A recipient and what its object needs besides: the names that its links print as."""

    recipient: Recipient
    organization: Organization
    runspace_id: UUID
    send_on_behalf: tuple[Recipient | ObjectName, ...] = ()
    managers: tuple[Recipient, ...] = ()
    restrictions: Mapping[RestrictionList, tuple[Recipient, ...]] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[Sid, str] = field(default_factory=lambda: MappingProxyType({}))


_Read = Callable[[Shown], object]


def object_id(recipient: Recipient | ObjectName) -> PSObject:
    """Return the identity of an object: prints as its canonical name."""
    return PSObject(
        OBJECT_ID,
        {
            "Name": recipient.name,
            "DistinguishedName": ScriptProperty(lambda _: recipient.distinguished_name),
            "ObjectGuid": recipient.guid,
            "Parent": recipient.container,
        },
        text=recipient.canonical_name,
    )


def _attribute(name: str) -> _Read:
    prop = PROPERTIES[name.casefold()]

    def read(shown: Shown) -> object:
        value = prop.value_of(shown.recipient)
        return "" if value is None else value

    return read


def _server_name(shown: Shown) -> str:
    return shown.organization.server.partition(".")[0]


def _addresses(shown: Shown) -> tuple[str, ...]:
    return tuple(str(address) for address in shown.recipient.email_addresses)


def _primary_address(shown: Shown) -> str:
    address = shown.recipient.primary_smtp_address
    return "" if address is None else str(address)


def _group_type(shown: Shown) -> str:
    recipient = shown.recipient
    scope = recipient.group_scope or GroupScope.UNIVERSAL
    return f"{scope.value}, SecurityEnabled" if recipient.security_enabled else scope.value


def _master_account(shown: Shown) -> str:
    master = shown.recipient.linked_master_account
    return "" if master is None else shown.names.get(master, master)


def _is(*kinds: RecipientTypeDetails) -> _Read:
    return lambda shown: shown.recipient.recipient_type_details in kinds


def _listed(*lists: RestrictionList) -> _Read:
    return lambda shown: _identities(one for part in lists for one in shown.restrictions.get(part, ()))


def _identities(recipients: Iterable[Recipient | ObjectName]) -> tuple[PSObject, ...]:
    return tuple(object_id(recipient) for recipient in recipients)


_READERS: Final[Mapping[str, _Read]] = MappingProxyType(
    {
        "RunspaceId": lambda s: s.runspace_id,
        "LinkedMasterAccount": _master_account,
        "IsLinked": _is(_T.LINKED_MAILBOX),
        "IsShared": _is(_T.SHARED_MAILBOX),
        "IsResource": _is(_T.ROOM_MAILBOX, _T.EQUIPMENT_MAILBOX),
        "IsMailboxEnabled": lambda _: True,
        "SamAccountName": lambda s: s.recipient.sam_account_name or "",
        "Sid": lambda s: s.recipient.sid or "",
        "UserPrincipalName": lambda s: s.recipient.user_principal_name or "",
        "AccountDisabled": lambda s: s.recipient.account_disabled,
        "ServerName": _server_name,
        "OriginatingServer": lambda s: s.organization.server,
        "ProhibitSendQuota": lambda _: "Unlimited",
        "ProhibitSendReceiveQuota": lambda _: "Unlimited",
        "IssueWarningQuota": lambda _: "Unlimited",
        "ExchangeGuid": lambda s: s.recipient.guid,
        "Alias": lambda s: s.recipient.alias or "",
        "OrganizationalUnit": lambda s: s.recipient.container,
        "DisplayName": lambda s: s.recipient.display_name,
        "EmailAddresses": _addresses,
        "GrantSendOnBehalfTo": lambda s: _identities(s.send_on_behalf),
        "ManagedBy": lambda s: _identities(s.managers),
        "AcceptMessagesOnlyFrom": _listed(_L.ACCEPT_MESSAGES_ONLY_FROM),
        "AcceptMessagesOnlyFromDLMembers": _listed(_L.ACCEPT_MESSAGES_ONLY_FROM_DL_MEMBERS),
        "AcceptMessagesOnlyFromSendersOrMembers": _listed(
            _L.ACCEPT_MESSAGES_ONLY_FROM, _L.ACCEPT_MESSAGES_ONLY_FROM_DL_MEMBERS
        ),
        "RejectMessagesFrom": _listed(_L.REJECT_MESSAGES_FROM),
        "RejectMessagesFromDLMembers": _listed(_L.REJECT_MESSAGES_FROM_DL_MEMBERS),
        "RejectMessagesFromSendersOrMembers": _listed(_L.REJECT_MESSAGES_FROM, _L.REJECT_MESSAGES_FROM_DL_MEMBERS),
        "HiddenFromAddressListsEnabled": lambda s: s.recipient.hidden_from_address_lists_enabled,
        "LegacyExchangeDN": lambda s: s.recipient.legacy_exchange_dn,
        "PrimarySmtpAddress": _primary_address,
        "WindowsEmailAddress": _primary_address,
        "RecipientType": lambda s: s.recipient.recipient_type_details.recipient_type,
        "RecipientTypeDetails": lambda s: s.recipient.recipient_type_details.value,
        "GroupType": _group_type,
        "RecipientFilter": lambda s: s.recipient.recipient_filter or "",
        "RecipientContainer": lambda s: s.recipient.recipient_container or "",
        "Identity": lambda s: object_id(s.recipient),
        "Id": lambda s: object_id(s.recipient),
        "IsValid": lambda _: True,
        "Name": lambda s: s.recipient.name,
        "DistinguishedName": lambda s: s.recipient.distinguished_name,
        "Guid": lambda s: s.recipient.guid,
        "ObjectClass": lambda s: _object_class(s.recipient),
        "WhenChanged": lambda s: s.recipient.when_changed,
        "WhenCreated": lambda s: s.recipient.when_created,
        "WhenChangedUTC": lambda s: s.recipient.when_changed,
        "WhenCreatedUTC": lambda s: s.recipient.when_created,
        "ObjectState": lambda _: UNCHANGED,
    }
)

_CUSTOM: Final = tuple(f"CustomAttribute{number}" for number in range(1, 16))
_EXTENSION: Final = tuple(f"ExtensionCustomAttribute{number}" for number in range(1, 6))
_TAIL: Final = (
    "Identity",
    "IsValid",
    "Name",
    "DistinguishedName",
    "Guid",
    "ObjectClass",
    "WhenChanged",
    "WhenCreated",
    "WhenChangedUTC",
    "WhenCreatedUTC",
    "Id",
    "OriginatingServer",
    "ObjectState",
)
_MAIL: Final = (
    "AcceptMessagesOnlyFrom",
    "AcceptMessagesOnlyFromDLMembers",
    "AcceptMessagesOnlyFromSendersOrMembers",
    "Alias",
    "OrganizationalUnit",
    *_CUSTOM,
    *_EXTENSION,
    "DisplayName",
    "EmailAddresses",
    "GrantSendOnBehalfTo",
    "HiddenFromAddressListsEnabled",
    "LegacyExchangeDN",
    "EmailAddressPolicyEnabled",
    "PrimarySmtpAddress",
    "RecipientType",
    "RecipientTypeDetails",
    "RejectMessagesFrom",
    "RejectMessagesFromDLMembers",
    "RejectMessagesFromSendersOrMembers",
    "RequireSenderAuthenticationEnabled",
    "SimpleDisplayName",
    "WindowsEmailAddress",
    "MailTip",
)
_PERSON: Final = (
    "AssistantName",
    "City",
    "Company",
    "CountryOrRegion",
    "Department",
    "Fax",
    "FirstName",
    "HomePhone",
    "Initials",
    "LastName",
    "MobilePhone",
    "Notes",
    "Office",
    "Pager",
    "Phone",
    "PhoneticDisplayName",
    "PostalCode",
    "PostOfficeBox",
    "SimpleDisplayName",
    "StateOrProvince",
    "StreetAddress",
    "Title",
    "WebPage",
)

_PROPERTY_ORDER: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        MAILBOX: (
            "RunspaceId",
            "ExchangeGuid",
            "DeliverToMailboxAndForward",
            "ForwardingSmtpAddress",
            "IsMailboxEnabled",
            "ProhibitSendQuota",
            "ProhibitSendReceiveQuota",
            "IssueWarningQuota",
            "IsResource",
            "IsLinked",
            "IsShared",
            "LinkedMasterAccount",
            "ResourceCapacity",
            "ResourceCustom",
            "SamAccountName",
            "ServerName",
            "UserPrincipalName",
            "AccountDisabled",
            "Office",
            "MessageCopyForSentAsEnabled",
            "MessageCopyForSendOnBehalfEnabled",
            *_MAIL,
            *_TAIL,
        ),
        CAS_MAILBOX: (
            "EmailAddresses",
            "LegacyExchangeDN",
            "LinkedMasterAccount",
            "PrimarySmtpAddress",
            "SamAccountName",
            "ServerName",
            "DisplayName",
            "ActiveSyncEnabled",
            "OWAEnabled",
            "PopEnabled",
            "ImapEnabled",
            "MAPIEnabled",
            "SmtpClientAuthenticationDisabled",
            *_TAIL,
        ),
        MAIL_USER: (
            "RunspaceId",
            "ExternalEmailAddress",
            "SamAccountName",
            "UserPrincipalName",
            "AccountDisabled",
            *_MAIL,
            *_TAIL,
        ),
        MAIL_CONTACT: ("RunspaceId", "ExternalEmailAddress", *_MAIL, *_TAIL),
        DISTRIBUTION_GROUP: (
            "RunspaceId",
            "GroupType",
            "SamAccountName",
            "ManagedBy",
            "MemberJoinRestriction",
            "MemberDepartRestriction",
            "ReportToManagerEnabled",
            "ReportToOriginatorEnabled",
            "SendOofMessageToOriginatorEnabled",
            *_MAIL,
            *_TAIL,
        ),
        DYNAMIC_GROUP: (
            "RunspaceId",
            "RecipientContainer",
            "RecipientFilter",
            "IncludedRecipients",
            "ConditionalDepartment",
            "ConditionalCompany",
            "ConditionalStateOrProvince",
            *(f"Conditional{name}" for name in _CUSTOM),
            "ManagedBy",
            "ReportToManagerEnabled",
            "ReportToOriginatorEnabled",
            "SendOofMessageToOriginatorEnabled",
            "Notes",
            "PhoneticDisplayName",
            *_MAIL,
            *_TAIL,
        ),
        REDUCED_RECIPIENT: (
            "RunspaceId",
            "Alias",
            "City",
            "Company",
            "CountryOrRegion",
            *_CUSTOM,
            *_EXTENSION,
            "Department",
            "DisplayName",
            "EmailAddresses",
            "ExternalEmailAddress",
            "FirstName",
            "HiddenFromAddressListsEnabled",
            "LastName",
            "ManagedBy",
            "Office",
            "OrganizationalUnit",
            "Phone",
            "PostalCode",
            "PrimarySmtpAddress",
            "RecipientType",
            "RecipientTypeDetails",
            "ResourceCapacity",
            "SamAccountName",
            "ServerName",
            "StateOrProvince",
            "Title",
            *_TAIL,
        ),
        USER: (
            "RunspaceId",
            "Sid",
            "SamAccountName",
            "UserPrincipalName",
            "AccountDisabled",
            "LinkedMasterAccount",
            *_PERSON,
            "DisplayName",
            "OrganizationalUnit",
            "RecipientType",
            "RecipientTypeDetails",
            "WindowsEmailAddress",
            *_TAIL,
        ),
        CONTACT: (
            "RunspaceId",
            *_PERSON,
            "DisplayName",
            "OrganizationalUnit",
            "RecipientType",
            "RecipientTypeDetails",
            "WindowsEmailAddress",
            *_TAIL,
        ),
        GROUP: (
            "RunspaceId",
            "DisplayName",
            "GroupType",
            "ManagedBy",
            "SamAccountName",
            "Sid",
            "Notes",
            "OrganizationalUnit",
            "RecipientType",
            "RecipientTypeDetails",
            "WindowsEmailAddress",
            *_TAIL,
        ),
    }
)

_PLANS: Final[Mapping[str, Mapping[str, _Read]]] = MappingProxyType(
    {
        type_name: MappingProxyType({name: _READERS.get(name) or _attribute(name) for name in order})
        for type_name, order in _PROPERTY_ORDER.items()
    }
)

WITH_SEND_ON_BEHALF: Final = frozenset({MAILBOX, MAIL_USER, MAIL_CONTACT, DISTRIBUTION_GROUP, DYNAMIC_GROUP})
WITH_MANAGERS: Final = frozenset({DISTRIBUTION_GROUP, DYNAMIC_GROUP, REDUCED_RECIPIENT, GROUP})


def recipient_object(type_name: str, shown: Shown) -> PSObject:
    """Return the object of a recipient as the cmdlets of ``type_name`` write it."""
    return DeferredObject(type_name, _PLANS[type_name], shown, text=shown.recipient.canonical_name)


def recipient_objects(session: Session, type_name: str, recipients: Sequence[Recipient]) -> list[PSObject]:
    """Return the objects of recipients, their links read with one query for many."""
    directory = session.directory
    keys = [recipient.id for recipient in recipients]
    lists = directory.linked_names(ObjectLink.SEND_ON_BEHALF, keys) if type_name in WITH_SEND_ON_BEHALF else {}
    managers = directory.manager_lists(keys) if type_name in WITH_MANAGERS else {}
    restrictions = directory.delivery_restrictions(keys) if type_name in WITH_SEND_ON_BEHALF else {}
    senders = _senders(directory, restrictions.values())
    masters = {recipient.linked_master_account for recipient in recipients} - {None}
    names = directory.principal_names([master for master in masters if master]) if masters else {}
    organization, runspace_id = session.organization, session.runspace_id
    return [
        recipient_object(
            type_name,
            Shown(
                recipient,
                organization,
                runspace_id,
                lists.get(recipient.id, ()),
                managers.get(recipient.id, ()),
                {
                    part: tuple(senders[key] for key in listed)
                    for part, listed in restrictions.get(recipient.id, UNRESTRICTED).lists.items()
                },
                names,
            ),
        )
        for recipient in recipients
    ]


def _senders(directory: DirectoryReader, restrictions: Iterable[DeliveryRestrictions]) -> Mapping[int, Recipient]:
    keys = {key for each in restrictions for listed in each.lists.values() for key in listed}
    return directory.get_many(keys) if keys else {}


def mailbox_ace(session: Session, mailbox: Recipient, ace: Ace, user: str, state: str = UNCHANGED) -> PSObject:
    """Return an entry of a mailbox's list as Get-MailboxPermission writes it."""
    return PSObject(
        MAILBOX_ACE,
        {
            "RunspaceId": session.runspace_id,
            "AccessRights": _labels(ace.rights),
            "Deny": not ace.allow,
            "InheritanceType": ace.inheritance_type,
            "User": principal_id(ace.trustee, user),
            "Identity": object_id(mailbox),
            "IsInherited": ace.inherited,
            "IsValid": True,
            "ObjectState": state,
            **_end(ace),
        },
    )


def mailbox_owner(session: Session, mailbox: Recipient, owner: Sid, name: str) -> PSObject:
    """Return who owns a mailbox, as Get-MailboxPermission -Owner writes it."""
    return PSObject(
        MAILBOX_OWNER,
        {
            "RunspaceId": session.runspace_id,
            "Owner": principal_id(owner, name),
            "Identity": object_id(mailbox),
            "IsValid": True,
            "ObjectState": UNCHANGED,
        },
    )


def ad_aces(session: Session, target: Recipient, ace: Ace, user: str, state: str = UNCHANGED) -> list[PSObject]:
    """Return an entry of a directory object's list as Get-ADPermission writes it: one object for each extended right."""
    extended = sorted(right for right in ace.rights if isinstance(right, ExtendedRight))
    others = frozenset(right for right in ace.rights if isinstance(right, DirectoryRight))
    parts: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        ((DirectoryRight.EXTENDED_RIGHT.label,), (right.label,)) for right in extended
    ]
    if others:
        parts.insert(0, (_labels(others), ()))
    return [
        PSObject(
            AD_ACE,
            {
                "RunspaceId": session.runspace_id,
                "AccessRights": access_rights,
                "ChildObjectTypes": "",
                "Deny": not ace.allow,
                "ExtendedRights": extended_rights,
                "InheritanceType": ace.inheritance_type,
                "InheritedObjectType": "",
                "Properties": "",
                "User": principal_id(ace.trustee, user),
                "Identity": object_id(target),
                "IsInherited": ace.inherited,
                "IsValid": True,
                "ObjectState": state,
                **_end(ace),
            },
        )
        for access_rights, extended_rights in parts
    ]


def recipient_ace(session: Session, target: Recipient, ace: Ace, trustee: str, state: str = UNCHANGED) -> PSObject:
    """Return a Send As entry as Get-RecipientPermission writes it."""
    return PSObject(
        RECIPIENT_ACE,
        {
            "Identity": object_id(target),
            "Trustee": trustee,
            "AccessControlType": "Allow" if ace.allow else "Deny",
            "AccessRights": (MailboxRight.SEND_AS.label,),
            "IsInherited": ace.inherited,
            "InheritanceType": ace.inheritance_type,
            "IsValid": True,
            "ObjectState": state,
            "RunspaceId": session.runspace_id,
            **_end(ace),
        },
    )


def _end(ace: Ace) -> dict[str, object]:
    """Return when an entry ends, which Exchange's objects have no property for: entries that don't end are as documented."""
    return {} if ace.expires_at is None else {"ExpiresAt": ace.expires_at}


def principal_id(sid: Sid, name: str) -> PSObject:
    """Return a trustee: prints as ``CONTOSO\\raymonds``."""
    return PSObject(_PRINCIPAL_ID, {"SecurityIdentifier": sid, "RawIdentity": name}, text=name)


def accepted_domain(session: Session, domain: AcceptedDomain) -> PSObject:
    """Return an accepted domain as Get-AcceptedDomain writes it."""
    return PSObject(
        ACCEPTED_DOMAIN,
        {
            "RunspaceId": session.runspace_id,
            "DomainName": domain.domain_name,
            "DomainType": domain.domain_type,
            "Default": domain.default,
            "Name": domain.name,
            "Identity": domain.name,
            "IsValid": True,
            "ObjectState": UNCHANGED,
        },
        text=domain.name,
    )


def organization_config(session: Session) -> PSObject:
    """Return the organization's settings as Get-OrganizationConfig writes them."""
    organization = session.organization
    return PSObject(
        ORGANIZATION_CONFIG,
        {
            "RunspaceId": session.runspace_id,
            "HiddenMailboxDelegation": organization.hidden_mailbox_delegation,
            "Name": organization.name,
            "Identity": organization.name,
            "OriginatingServer": organization.server,
            "IsValid": True,
            "ObjectState": UNCHANGED,
        },
        text=organization.name,
    )


def plain(value: object) -> str:
    """Return a value as text, as the audit log keeps it."""
    if value is None:
        return ""
    if isinstance(value, (tuple, list, frozenset)):
        return ", ".join(plain(item) for item in value)
    if isinstance(value, Recipient):
        return value.canonical_name
    if isinstance(value, Enum):
        return str(value.value)
    return str(value)


def _labels(rights: Iterable[Right]) -> tuple[str, ...]:
    return tuple(right.label for right in sorted(rights))


def _object_class(recipient: Recipient) -> tuple[str, ...]:
    kind = recipient.recipient_type_details
    if kind is _T.DYNAMIC_DISTRIBUTION_GROUP:
        return ("top", "msExchDynamicDistributionList")
    if kind is _T.MAIL_CONTACT:
        return ("top", "person", "organizationalPerson", "contact")
    if recipient.is_group:
        return ("top", "group")
    return ("top", "person", "organizationalPerson", "user")
