"""The roles and role groups that every organization has, as data.

Source: the page of each management role and role group (Exchange Server 2013 help), which say what a role is for; Microsoft publishes no
list of the entries. Roles whose cmdlets this product does not have are here without entries, so that assignments read as in Exchange.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from delegacy.domain.identity import fold
from delegacy.domain.rbac import ManagementRole, RoleEntry, ScopeKind

ORGANIZATION_MANAGEMENT: Final = "Organization Management"
DISCOVERY_MANAGEMENT: Final = "Discovery Management"

_READ_RECIPIENTS: Final = (
    "Get-ADGroup",
    "Get-ADPermission",
    "Get-ADUser",
    "Get-CASMailbox",
    "Get-Contact",
    "Get-DelegateAccess",
    "Get-DistributionGroup",
    "Get-DistributionGroupMember",
    "Get-DynamicDistributionGroup",
    "Get-DynamicDistributionGroupMember",
    "Get-Group",
    "Get-MailContact",
    "Get-MailUser",
    "Get-Mailbox",
    "Get-MailboxFolderPermission",
    "Get-MailboxFolderStatistics",
    "Get-MailboxPermission",
    "Get-MailboxStatistics",
    "Get-Recipient",
    "Get-RecipientPermission",
    "Get-User",
    "Test-DelegateAccess",
)
_READ_CONFIGURATION: Final = (
    "Get-ADTrust",
    "Get-AcceptedDomain",
    "Get-AddressList",
    "Get-AdminAuditLogConfig",
    "Get-ManagementRole",
    "Get-ManagementRoleAssignment",
    "Get-ManagementRoleEntry",
    "Get-ManagementScope",
    "Get-OrganizationConfig",
    "Get-RoleGroup",
    "Get-RoleGroupMember",
)
_BYPASS: Final = "BypassSecurityGroupManagerCheck"
_GROUP_MEMBERS: Final = (
    "Add-DistributionGroupMember",
    "Get-DistributionGroupMember",
    "Remove-DistributionGroupMember",
    "Update-DistributionGroupMember",
)

# A name alone is the whole cmdlet. With it stand the parameters that alone may be used, or those that may not: "-Parameter".
_Entry = str | tuple[str, tuple[str, ...]]


def _without_bypass(*cmdlets: str) -> tuple[_Entry, ...]:
    return tuple((cmdlet, (f"-{_BYPASS}",)) for cmdlet in cmdlets)


_MAIL_RECIPIENTS: Final[tuple[_Entry, ...]] = (
    *_READ_RECIPIENTS,
    "Add-MailboxFolderPermission",
    "Add-MailboxPermission",
    "Add-RecipientPermission",
    "Disable-ADAccount",
    "Disable-MailUser",
    "Disable-Mailbox",
    "Enable-ADAccount",
    "Enable-MailUser",
    "Enable-Mailbox",
    "Get-AcceptedDomain",
    "Remove-MailboxFolderPermission",
    "Remove-MailboxPermission",
    "Remove-RecipientPermission",
    "Set-ADUser",
    "Set-CASMailbox",
    "Set-Contact",
    "Set-MailContact",
    "Set-MailUser",
    "Set-Mailbox",
    "Set-MailboxFolderPermission",
    "Set-User",
    "Undo-AdminChange",
)
_MAIL_RECIPIENT_CREATION: Final[tuple[_Entry, ...]] = (
    "Get-ADGroup",
    "Get-ADUser",
    "Get-AcceptedDomain",
    "Get-Contact",
    "Get-DistributionGroup",
    "Get-DynamicDistributionGroup",
    "Get-Group",
    "Get-MailContact",
    "Get-MailUser",
    "Get-Mailbox",
    "Get-Recipient",
    "Get-User",
    "New-ADGroup",
    "New-ADUser",
    "New-DistributionGroup",
    "New-DynamicDistributionGroup",
    "New-MailContact",
    "New-MailUser",
    "New-Mailbox",
    "Remove-ADUser",
    "Remove-MailContact",
    "Remove-MailUser",
    "Remove-Mailbox",
)
_DISTRIBUTION_GROUPS: Final[tuple[_Entry, ...]] = (
    *_without_bypass(
        *_GROUP_MEMBERS,
        "Disable-DistributionGroup",
        "Enable-DistributionGroup",
        "Remove-DistributionGroup",
        "Set-DistributionGroup",
        "Set-Group",
    ),
    "Get-DelegateAccess",
    "Get-DistributionGroup",
    "Get-DynamicDistributionGroup",
    "Get-DynamicDistributionGroupMember",
    "Get-Group",
    "Get-Recipient",
    "New-DistributionGroup",
    "New-DynamicDistributionGroup",
    "Remove-DynamicDistributionGroup",
    "Set-DynamicDistributionGroup",
    "Test-DelegateAccess",
    "Undo-AdminChange",
)
_SECURITY_GROUPS: Final[tuple[_Entry, ...]] = (
    *_GROUP_MEMBERS,
    "Add-ADGroupMember",
    "Disable-DistributionGroup",
    "Enable-DistributionGroup",
    "Get-ADGroup",
    "Get-DistributionGroup",
    "Get-Group",
    "Get-Recipient",
    "New-ADGroup",
    "New-DistributionGroup",
    "Remove-ADGroup",
    "Remove-ADGroupMember",
    "Remove-DistributionGroup",
    "Set-ADAccountPassword",
    "Set-DistributionGroup",
    "Set-Group",
    "Undo-AdminChange",
)
_ROLE_MANAGEMENT: Final[tuple[_Entry, ...]] = (
    "Add-ManagementRoleEntry",
    "Add-RoleGroupMember",
    "Get-ManagementRole",
    "Get-ManagementRoleAssignment",
    "Get-ManagementRoleEntry",
    "Get-ManagementScope",
    "Get-RoleGroup",
    "Get-RoleGroupMember",
    "New-ManagementRole",
    "New-ManagementRoleAssignment",
    "New-ManagementScope",
    "New-RoleGroup",
    "Remove-ManagementRole",
    "Remove-ManagementRoleAssignment",
    "Remove-ManagementRoleEntry",
    "Remove-ManagementScope",
    "Remove-RoleGroup",
    "Remove-RoleGroupMember",
    "Set-ManagementRoleAssignment",
    "Set-ManagementRoleEntry",
    "Set-ManagementScope",
    "Set-RoleGroup",
    "Update-RoleGroupMember",
)
_OWN_OPTIONS: Final = (
    "Identity",
    "DomainController",
    "MessageCopyForSentAsEnabled",
    "MessageCopyForSendOnBehalfEnabled",
    "SimpleDisplayName",
)
_CONTACT_DATA: Final = (
    "Identity",
    "DomainController",
    "City",
    "CountryOrRegion",
    "Fax",
    "HomePhone",
    "MobilePhone",
    "Office",
    "Pager",
    "Phone",
    "PostalCode",
    "StateOrProvince",
    "StreetAddress",
    "WebPage",
)
_FOLDER_PERMISSIONS: Final = (
    "Add-MailboxFolderPermission",
    "Get-MailboxFolderPermission",
    "Remove-MailboxFolderPermission",
    "Set-MailboxFolderPermission",
)

_ENTRIES: Final[Mapping[str, tuple[_Entry, ...]]] = MappingProxyType(
    {
        "Active Directory Permissions": (
            "Add-ADPermission",
            "Get-ADPermission",
            "Remove-ADPermission",
            "Undo-AdminChange",
        ),
        "Address Lists": ("Get-AddressList", "New-AddressList", "Remove-AddressList", "Set-AddressList"),
        "Audit Logs": (
            "Clear-ExpiredAdminAuditLog",
            "Get-AdminAuditLogConfig",
            "Search-AdminAuditLog",
            "Set-AdminAuditLogConfig",
            "Test-AdminAuditLogIntegrity",
        ),
        "Distribution Groups": _DISTRIBUTION_GROUPS,
        "Mail Recipient Creation": _MAIL_RECIPIENT_CREATION,
        "Mail Recipients": _MAIL_RECIPIENTS,
        "Organization Configuration": (
            "Get-ADTrust",
            "Get-OrganizationConfig",
            "New-ADTrust",
            "Remove-ExpiredPermission",
            "Set-OrganizationConfig",
        ),
        "Remote and Accepted Domains": (
            "Get-AcceptedDomain",
            "New-AcceptedDomain",
            "Remove-AcceptedDomain",
            "Set-AcceptedDomain",
        ),
        "Role Management": _ROLE_MANAGEMENT,
        "Security Group Creation and Membership": _SECURITY_GROUPS,
        "User Options": (
            *_FOLDER_PERMISSIONS,
            "Get-Mailbox",
            "Get-User",
            ("Set-Mailbox", _OWN_OPTIONS),
            ("Set-User", _CONTACT_DATA),
        ),
        "View-Only Audit Logs": ("Get-AdminAuditLogConfig", "Search-AdminAuditLog", "Test-AdminAuditLogIntegrity"),
        "View-Only Configuration": _READ_CONFIGURATION,
        "View-Only Recipients": (*_READ_RECIPIENTS, "Get-RoleGroup", "Get-RoleGroupMember"),
        "MyBaseOptions": (
            *_FOLDER_PERMISSIONS,
            "Get-CASMailbox",
            "Get-Mailbox",
            "Get-MailboxFolderStatistics",
            "Get-MailboxStatistics",
            "Get-User",
            ("Set-Mailbox", _OWN_OPTIONS),
        ),
        "MyContactInformation": ("Get-Mailbox", "Get-User", ("Set-User", _CONTACT_DATA)),
        "MyDistributionGroupMembership": (
            *_without_bypass(
                "Add-DistributionGroupMember", "Get-DistributionGroupMember", "Remove-DistributionGroupMember"
            ),
            "Get-DistributionGroup",
            "Get-Group",
            "Get-Recipient",
        ),
        "MyDistributionGroups": (
            *_without_bypass(*_GROUP_MEMBERS, "Remove-DistributionGroup", "Set-Group"),
            ("Set-DistributionGroup", (f"-{_BYPASS}", "-GrantSendOnBehalfTo", "-ExpiresAt", "-For")),
            "Get-DistributionGroup",
            "Get-Group",
            "Get-Recipient",
            "New-DistributionGroup",
        ),
        "MyProfileInformation": (
            "Get-Mailbox",
            "Get-User",
            ("Set-Mailbox", ("Identity", "DomainController", "DisplayName")),
            ("Set-User", ("Identity", "DomainController", "DisplayName", "FirstName", "Initials", "LastName")),
        ),
    }
)
_EVERY_ROLE: Final = "Write-AdminAuditLog"
"""Whoever holds any role may write to the audit log (Exchange infrastructure and PowerShell permissions)."""

_DESCRIPTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Active Directory Permissions": "Configure Active Directory permissions, such as Send As.",
        "Address Lists": "Manage address lists and the global address list.",
        "Audit Logs": "Configure the administrator audit log, and search it.",
        "Distribution Groups": "Create, change, view and remove distribution groups and their members.",
        "Mail Recipient Creation": "Create mailboxes, mail users, mail contacts and groups.",
        "Mail Recipients": "Manage existing mailboxes, mail users and mail contacts.",
        "Organization Configuration": "Manage settings of the whole organization.",
        "Remote and Accepted Domains": "Manage the domains that mail is accepted for.",
        "Role Management": "Manage role groups, roles, assignments and scopes.",
        "Security Group Creation and Membership": "Create and manage security groups and their members.",
        "User Options": "View and change the options that people have for their own mailboxes.",
        "View-Only Audit Logs": "Search the administrator audit log.",
        "View-Only Configuration": "View the configuration of the organization that is no recipient's.",
        "View-Only Recipients": "View recipients.",
        "MyBaseOptions": "View and change the basic options of one's own mailbox.",
        "MyContactInformation": "Change one's own addresses and telephone numbers.",
        "MyDistributionGroupMembership": "View groups, and join or leave those that are open.",
        "MyDistributionGroups": "Create and manage distribution groups that one owns.",
        "MyProfileInformation": "Change one's own name.",
    }
)

_REGULAR_AND_DELEGATED: Final = (
    "Active Directory Permissions",
    "Address Lists",
    "ArchiveApplication",
    "Audit Logs",
    "Cmdlet Extension Agents",
    "Data Loss Prevention",
    "Database Availability Groups",
    "Database Copies",
    "Databases",
    "Disaster Recovery",
    "Distribution Groups",
    "E-Mail Address Policies",
    "Edge Subscriptions",
    "Exchange Connectors",
    "Exchange Server Certificates",
    "Exchange Servers",
    "Exchange Virtual Directories",
    "Federated Sharing",
    "Information Rights Management",
    "Journaling",
    "Legal Hold",
    "Mail Enabled Public Folders",
    "Mail Recipient Creation",
    "Mail Recipients",
    "Mail Tips",
    "Message Tracking",
    "Migration",
    "Monitoring",
    "Move Mailboxes",
    "Organization Client Access",
    "Organization Configuration",
    "Organization Transport Settings",
    "POP3 and IMAP4 Protocols",
    "Public Folders",
    "Receive Connectors",
    "Recipient Policies",
    "Remote and Accepted Domains",
    "Retention Management",
    "Role Management",
    "Security Group Creation and Membership",
    "Send Connectors",
    "Team Mailboxes",
    "Transport Agents",
    "Transport Hygiene",
    "Transport Queues",
    "Transport Rules",
    "UM Mailboxes",
    "UM Prompts",
    "Unified Messaging",
    "User Options",
    "View-Only Audit Logs",
    "View-Only Configuration",
    "View-Only Recipients",
    "WorkloadManagement",
)
_END_USER_ROLES: Final = (
    "My Custom Apps",
    "My Marketplace Apps",
    "My ReadWriteMailbox Apps",
    "MyBaseOptions",
    "MyContactInformation",
    "MyDiagnostics",
    "MyDistributionGroupMembership",
    "MyDistributionGroups",
    "MyProfileInformation",
    "MyRetentionPolicies",
    "MyTeamMailboxes",
    "MyTextMessaging",
    "MyVoiceMail",
)
_DELEGATED_ONLY: Final = (
    "ApplicationImpersonation",
    "LegalHoldApplication",
    "Mailbox Import Export",
    "Mailbox Search",
    "MailboxSearchApplication",
    "OfficeExtensionApplication",
    "Reset Password",
    "Support Diagnostics",
    "TeamMailboxLifecycleApplication",
    "Unscoped Role Management",
    "UserApplication",
    *_END_USER_ROLES,
)
DEFAULT_POLICY_ROLES: Final = (
    "My Marketplace Apps",
    "MyBaseOptions",
    "MyContactInformation",
    "MyDistributionGroupMembership",
    "MyTeamMailboxes",
    "MyTextMessaging",
    "MyVoiceMail",
)
"""What the default role assignment policy holds (the pages of the My roles, on-premises)."""


@dataclass(frozen=True, slots=True)
class BuiltInRoleGroup:
    """A role group that every organization has, with the roles that are assigned to it at the start."""

    name: str
    description: str
    roles: tuple[str, ...] = ()
    delegating: tuple[str, ...] = ()
    view_only: tuple[str, ...] = ()


ROLE_GROUPS: Final = (
    BuiltInRoleGroup(
        ORGANIZATION_MANAGEMENT,
        "Members may manage the whole organization, and decide who else may do what.",
        _REGULAR_AND_DELEGATED,
        (*_REGULAR_AND_DELEGATED, *_DELEGATED_ONLY),
    ),
    BuiltInRoleGroup(
        "Recipient Management",
        "Members may create, manage and remove recipients.",
        (
            "Distribution Groups",
            "Mail Recipient Creation",
            "Mail Recipients",
            "Message Tracking",
            "Migration",
            "Move Mailboxes",
            "Recipient Policies",
            "Team Mailboxes",
        ),
    ),
    BuiltInRoleGroup(
        "View-Only Organization Management",
        "Members may view recipients and configuration, and change nothing.",
        ("Monitoring",),
        view_only=("View-Only Configuration", "View-Only Recipients"),
    ),
    BuiltInRoleGroup(
        "Help Desk",
        "Members may view recipients and manage people's own options.",
        ("User Options",),
        view_only=("View-Only Recipients",),
    ),
    BuiltInRoleGroup(
        "Records Management",
        "Members may manage the audit log, journaling, retention and transport rules.",
        ("Audit Logs", "Journaling", "Message Tracking", "Retention Management", "Transport Rules"),
    ),
    BuiltInRoleGroup(
        "Compliance Management",
        "Members may manage compliance settings, and view the audit log, configuration and recipients.",
        ("Data Loss Prevention", "Information Rights Management", "Retention Management"),
        view_only=("View-Only Audit Logs", "View-Only Configuration", "View-Only Recipients"),
    ),
    BuiltInRoleGroup(
        DISCOVERY_MANAGEMENT,
        "Members may search mailboxes and hold their content.",
        ("Legal Hold", "Mailbox Search"),
    ),
    BuiltInRoleGroup(
        "Hygiene Management",
        "Members may manage protection against unwanted mail.",
        ("ApplicationImpersonation", "Receive Connectors", "Transport Agents", "Transport Hygiene"),
        view_only=("View-Only Configuration", "View-Only Recipients"),
    ),
    BuiltInRoleGroup(
        "Server Management",
        "Members may manage servers and their services.",
        (
            "Database Copies",
            "Databases",
            "Exchange Connectors",
            "Exchange Server Certificates",
            "Exchange Servers",
            "Exchange Virtual Directories",
            "Monitoring",
            "POP3 and IMAP4 Protocols",
            "Receive Connectors",
            "Transport Queues",
        ),
    ),
    BuiltInRoleGroup(
        "Public Folder Management",
        "Members may manage public folders.",
        ("Mail Enabled Public Folders", "Public Folders"),
    ),
    BuiltInRoleGroup(
        "Delegated Setup",
        "Members may view what setting up a further server needs.",
        view_only=("View-Only Configuration",),
    ),
    BuiltInRoleGroup(
        "UM Management",
        "Members may manage unified messaging.",
        ("UM Mailboxes", "UM Prompts", "Unified Messaging"),
    ),
)

_END_USER_SCOPES: Final[Mapping[str, tuple[ScopeKind, ScopeKind]]] = MappingProxyType(
    {
        "MyDistributionGroupMembership": (ScopeKind.MY_GAL, ScopeKind.MY_GAL),
        "MyDistributionGroups": (ScopeKind.MY_GAL, ScopeKind.MY_DISTRIBUTION_GROUPS),
    }
)


def _role(name: str) -> ManagementRole:
    entries = {}
    for declared in (*_ENTRIES.get(name, ()), _EVERY_ROLE):
        cmdlet, parameters = (declared, ()) if isinstance(declared, str) else declared
        excluded = frozenset(fold(parameter[1:]) for parameter in parameters if parameter.startswith("-"))
        included = frozenset(fold(parameter) for parameter in parameters if not parameter.startswith("-"))
        entries[fold(cmdlet)] = RoleEntry(cmdlet, included or None, excluded)
    is_end_user_role = name in _END_USER_ROLES
    read, write = ScopeKind.ORGANIZATION, ScopeKind.ORGANIZATION
    if is_end_user_role:
        read, write = _END_USER_SCOPES.get(name, (ScopeKind.SELF, ScopeKind.SELF))
    if name.startswith("View-Only"):
        write = ScopeKind.NONE
    return ManagementRole(
        name=name,
        role_type=name.replace(" ", "").replace("-", ""),
        description=_DESCRIPTIONS.get(name, ""),
        entries=MappingProxyType(entries),
        read_scope=read,
        write_scope=write,
        config_write_scope=ScopeKind.NONE if name.startswith("View-Only") else ScopeKind.ORGANIZATION_CONFIG,
        is_end_user_role=is_end_user_role,
    )


BUILT_IN_ROLES: Final[Mapping[str, ManagementRole]] = MappingProxyType(
    {fold(name): _role(name) for name in sorted({*_REGULAR_AND_DELEGATED, *_DELEGATED_ONLY})}
)
"""Every built-in role by its folded name."""


def known_roles(made: Iterable[ManagementRole]) -> dict[str, ManagementRole]:
    """Return every role by its folded name: the built-in ones, and those that the organization has ``made``."""
    return {**BUILT_IN_ROLES, **{role.key: role for role in made}}


def lineage(roles: Mapping[str, ManagementRole], key: str) -> Iterator[str]:
    """Yield the folded names of a role and of those that it is made from, up to the built-in one."""
    while key in roles:
        yield key
        key = fold(roles[key].parent)
