"""Recipients, and the accounts and groups without mail that can be delegates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.dn import DistinguishedName, canonical_name
from delegacy.domain.sid import Sid


class RecipientTypeDetails(Enum):
    """What kind of object it is, in Exchange's spelling; the kinds without mail are those of Get-User and Get-Group."""

    USER_MAILBOX = "UserMailbox"
    LINKED_MAILBOX = "LinkedMailbox"
    SHARED_MAILBOX = "SharedMailbox"
    ROOM_MAILBOX = "RoomMailbox"
    EQUIPMENT_MAILBOX = "EquipmentMailbox"
    ARBITRATION_MAILBOX = "ArbitrationMailbox"
    DISCOVERY_MAILBOX = "DiscoveryMailbox"
    MAIL_USER = "MailUser"
    MAIL_CONTACT = "MailContact"
    MAIL_UNIVERSAL_DISTRIBUTION_GROUP = "MailUniversalDistributionGroup"
    MAIL_UNIVERSAL_SECURITY_GROUP = "MailUniversalSecurityGroup"
    MAIL_NON_UNIVERSAL_GROUP = "MailNonUniversalGroup"
    ROOM_LIST = "RoomList"
    DYNAMIC_DISTRIBUTION_GROUP = "DynamicDistributionGroup"
    USER = "User"
    DISABLED_USER = "DisabledUser"
    LINKED_USER = "LinkedUser"
    UNIVERSAL_SECURITY_GROUP = "UniversalSecurityGroup"
    UNIVERSAL_DISTRIBUTION_GROUP = "UniversalDistributionGroup"
    NON_UNIVERSAL_GROUP = "NonUniversalGroup"
    ROLE_GROUP = "RoleGroup"

    @property
    def recipient_type(self) -> str:
        """Return the RecipientType: every mailbox kind is a ``UserMailbox`` there."""
        return _RECIPIENT_TYPES.get(self, self.value)


_T = RecipientTypeDetails

ABSENT_KINDS: Final = (
    "GroupMailbox",
    "GuestMailUser",
    "LegacyMailbox",
    "LinkedRoomMailbox",
    "MailForestContact",
    "PublicFolder",
    "PublicFolderMailbox",
    "RemoteEquipmentMailbox",
    "RemoteRoomMailbox",
    "RemoteSharedMailbox",
    "RemoteTeamMailbox",
    "RemoteUserMailbox",
    "SchedulingMailbox",
    "SharedWithMailUser",
    "TeamMailbox",
)
"""Kinds that Exchange has and nothing here is of: who asks for them among others gets the others."""
MAILBOXES: Final = frozenset(
    {
        _T.USER_MAILBOX,
        _T.LINKED_MAILBOX,
        _T.SHARED_MAILBOX,
        _T.ROOM_MAILBOX,
        _T.EQUIPMENT_MAILBOX,
        _T.ARBITRATION_MAILBOX,
        _T.DISCOVERY_MAILBOX,
    }
)
SYSTEM_MAILBOXES: Final = frozenset({_T.ARBITRATION_MAILBOX, _T.DISCOVERY_MAILBOX})
"""Mailboxes that are hidden from address lists from the start, and that the admin center does not show."""
MAIL_GROUPS: Final = frozenset(
    {_T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, _T.MAIL_UNIVERSAL_SECURITY_GROUP, _T.MAIL_NON_UNIVERSAL_GROUP, _T.ROOM_LIST}
)
"""Groups with an address and a list of members."""
GROUPS: Final = MAIL_GROUPS | {
    _T.UNIVERSAL_SECURITY_GROUP,
    _T.UNIVERSAL_DISTRIBUTION_GROUP,
    _T.NON_UNIVERSAL_GROUP,
    _T.ROLE_GROUP,
}
"""Everything with a list of members; a dynamic group has a filter instead."""
USERS: Final = frozenset({_T.USER, _T.DISABLED_USER, _T.LINKED_USER})
"""Accounts without mail."""
ACCOUNTS: Final = MAILBOXES | USERS | {_T.MAIL_USER}
"""Everything that has, or stands for, an account to sign in with."""
RECIPIENTS: Final = MAILBOXES | MAIL_GROUPS | {_T.MAIL_USER, _T.MAIL_CONTACT, _T.DYNAMIC_DISTRIBUTION_GROUP}
"""Everything with an address."""

_RECIPIENT_TYPES: Final = MappingProxyType(
    dict.fromkeys(MAILBOXES, "UserMailbox")
    | dict.fromkeys((_T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, _T.ROOM_LIST), "MailUniversalDistributionGroup")
    | dict.fromkeys(USERS, "User")
    | dict.fromkeys(
        (_T.UNIVERSAL_SECURITY_GROUP, _T.UNIVERSAL_DISTRIBUTION_GROUP, _T.NON_UNIVERSAL_GROUP, _T.ROLE_GROUP), "Group"
    )
)


class GroupScope(Enum):
    """The scope of a group in Active Directory."""

    UNIVERSAL = "Universal"
    GLOBAL = "Global"
    DOMAIN_LOCAL = "DomainLocal"


class ObjectName(NamedTuple):
    """What an object is shown by where another one lists it."""

    guid: UUID
    name: str
    container: str

    @property
    def distinguished_name(self) -> str:
        """Return ``CN=Terry Adams,CN=Users,DC=contoso,DC=com``."""
        return str(DistinguishedName.in_container(self.name, self.container))

    @property
    def canonical_name(self) -> str:
        """Return ``contoso.com/Users/Terry Adams``."""
        return canonical_name(self.container, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A directory object: a recipient, or an account or group without mail.

    ``id`` is the store's own key and means nothing outside it; ``guid`` is for the outside. ``container`` is a canonical name
    (``contoso.com/Users``), ``domain`` the NetBIOS name of the domain of the account. ``sid`` is None for contacts and dynamic
    groups, which are no security principals. ``attributes`` holds every further property by its Exchange name (see
    ``properties``); a property that was never set is absent.
    """

    id: int = 0
    guid: UUID
    recipient_type_details: RecipientTypeDetails
    name: str
    display_name: str
    domain: str
    container: str
    legacy_exchange_dn: str = ""
    sid: Sid | None = None
    alias: str | None = None
    sam_account_name: str | None = None
    user_principal_name: str | None = None
    primary_smtp_address: SmtpAddress | None = None
    email_addresses: tuple[ProxyAddress, ...] = ()
    hidden_from_address_lists_enabled: bool = False
    account_disabled: bool = False
    linked_master_account: Sid | None = None
    group_scope: GroupScope | None = None
    security_enabled: bool = False
    recipient_filter: str | None = None
    recipient_container: str | None = None
    when_created: datetime
    when_changed: datetime
    attributes: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def distinguished_name(self) -> str:
        """Return ``CN=Terry Adams,CN=Users,DC=contoso,DC=com``."""
        return str(DistinguishedName.in_container(self.name, self.container))

    @property
    def canonical_name(self) -> str:
        """Return ``contoso.com/Users/Terry Adams``."""
        return canonical_name(self.container, self.name)

    @property
    def logon_name(self) -> str:
        """Return ``CONTOSO\\raymonds``, which is how principals print; the name for what has no account name."""
        return f"{self.domain}\\{self.sam_account_name}" if self.sam_account_name else self.name

    @property
    def is_mailbox(self) -> bool:
        """Tell whether it has a mailbox here."""
        return self.recipient_type_details in MAILBOXES

    @property
    def is_group(self) -> bool:
        """Tell whether it has a list of members."""
        return self.recipient_type_details in GROUPS
