"""The columns that objects of Exchange's types are shown with, unless somebody asks for others."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets import _access_views, _role_views, _usage, _views
from delegacy.powershell.values import PSObject
from delegacy.powershell.views import Alignment, Column, Read, TableView, View, columns


def _table(*declared: str | Column) -> View:
    return View(table=TableView(columns(*declared)), name="Name")


def _name_of(prop: str) -> Read:
    """Return how to read the name of the object that a property holds."""

    def read(shown: object) -> object:
        held = shown.get(prop) if isinstance(shown, PSObject) else None
        return held.get("Name") if isinstance(held, PSObject) else held

    return read


_IDENTITY: Final = Column("Identity", "Identity", 20)
_USER: Final = Column("User", "User", 20)

VIEWS: Final[Mapping[str, View]] = MappingProxyType(
    {
        _views.MAILBOX_ACE: _table(
            _IDENTITY,
            _USER,
            Column("AccessRights", "AccessRights", 19),
            Column("IsInherited", "IsInherited", 11),
            Column("Deny", "Deny", 5),
        ),
        _access_views.EXPIRED_PERMISSION: _table(
            _IDENTITY, _USER, Column("AccessRights", "AccessRights", 19), Column("Deny", "Deny", 5), "ExpiresAt"
        ),
        _views.MAILBOX_OWNER: _table("Identity", "Owner"),
        _views.AD_ACE: _table(_IDENTITY, _USER, Column("Deny", "Deny", 5), Column("Inherited", "IsInherited", 9)),
        _views.FOLDER_PERMISSION: _table("FolderName", "User", "AccessRights", "SharingPermissionFlags"),
        _views.RECIPIENT_ACE: _table(
            _IDENTITY,
            Column("Trustee", "Trustee", 20),
            Column("AccessControlType", "AccessControlType", 17),
            Column("AccessRights", "AccessRights", 19),
            Column("Inherited", "IsInherited", 9),
        ),
        _views.MAILBOX: _table(
            Column("Name", "Name", 25),
            Column("Alias", "Alias", 20),
            Column("ServerName", "ServerName", 16),
            "ProhibitSendQuota",
        ),
        _views.CAS_MAILBOX: _table(
            "Name", "ActiveSyncEnabled", "OWAEnabled", "PopEnabled", "ImapEnabled", "MapiEnabled"
        ),
        _usage.MAILBOX_STATISTICS: _table("DisplayName", "ItemCount", "StorageLimitStatus", "LastLogonTime"),
        _usage.FOLDER_STATISTICS: _table("Name", "FolderPath", "FolderSize", "ItemsInFolder"),
        _views.REDUCED_RECIPIENT: _table("Name", "RecipientType"),
        _views.USER: _table("Name", "RecipientType"),
        _views.CONTACT: _table("Name", "RecipientType"),
        _views.MAIL_USER: _table("Name", "RecipientType"),
        _views.MAIL_CONTACT: _table("Name", "RecipientType"),
        _views.DISTRIBUTION_GROUP: _table("Name", "DisplayName", "GroupType", "PrimarySmtpAddress"),
        _views.DYNAMIC_GROUP: _table("Name", "ManagedBy"),
        _views.GROUP: _table("Name", "DisplayName", "SamAccountName", "GroupType"),
        _role_views.ROLE_GROUP: _table("Name", Column("AssignedRoles", "Roles"), "RoleAssignments", "ManagedBy"),
        _role_views.ROLE: _table("Name", "RoleType"),
        _role_views.ROLE_ENTRY: _table("Name", "Role", "Parameters"),
        _role_views.ASSIGNMENT: _table(
            "Name", "Role", "RoleAssigneeName", "RoleAssigneeType", "AssignmentMethod", "EffectiveUserName"
        ),
        _role_views.SCOPE: _table("Name", "ScopeRestrictionType", "Exclusive", "RecipientRoot", "RecipientFilter"),
        _views.ADDRESS_LIST: _table("Name", "RecipientFilter"),
        _access_views.DELEGATE_ACCESS: _table(
            _USER,
            Column("Identity", _name_of("Identity"), 18),
            Column("Right", "Right", 12, Alignment.LEFT),
            Column("Allowed", "Allowed", 7),
            Column("Via", "Via", 16),
            "Reason",
        ),
        _views.ACCEPTED_DOMAIN: _table("Name", "DomainName", "DomainType", "Default"),
    }
)
