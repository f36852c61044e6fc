"""What the cmdlets about roles write: objects with the properties, the order and the printed values of Exchange's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from delegacy.cmdlets._base import DirectoryCmdlet
from delegacy.cmdlets._roles import LINKED_GROUP, entry_names, guid_of
from delegacy.cmdlets._views import UNCHANGED, object_id
from delegacy.domain.properties import role_group_type
from delegacy.domain.rbac import ManagementRole, ManagementScope, RoleAssignment, RoleEntry, ScopeKind
from delegacy.domain.recipient import Recipient
from delegacy.domain.role_catalogue import BUILT_IN_ROLES
from delegacy.powershell.values import PSObject, ScriptProperty

ROLE_GROUP: Final = "Microsoft.Exchange.Data.Directory.Management.RoleGroup"
ROLE: Final = "Microsoft.Exchange.Data.Directory.Management.ExchangeRole"
ROLE_ENTRY: Final = "Microsoft.Exchange.Data.Directory.SystemConfiguration.ExchangeRoleEntryPresentation"
ASSIGNMENT: Final = "Microsoft.Exchange.Data.Directory.Management.ExchangeRoleAssignmentPresentation"
SCOPE: Final = "Microsoft.Exchange.Data.Directory.SystemConfiguration.ManagementScope"

_ROLE_ID: Final = "Microsoft.Exchange.Data.Directory.ADObjectId"


def role_group(
    cmdlet: DirectoryCmdlet,
    group: Recipient,
    *,
    managers: Sequence[Recipient],
    members: Sequence[Recipient],
    assignments: Sequence[RoleAssignment],
) -> PSObject:
    """Return a role group as Get-RoleGroup writes it."""
    linked = group.attributes.get(LINKED_GROUP)
    held = [one for one in assignments if not one.delegating]
    roles = cmdlet.session.directory.management_roles()
    names = {role.key: role.name for role in roles}
    return PSObject(
        ROLE_GROUP,
        {
            "RunspaceId": cmdlet.session.runspace_id,
            "ManagedBy": tuple(map(object_id, managers)),
            "RoleAssignments": tuple(named(one.name) for one in assignments),
            "Roles": tuple(named(names.get(one.role) or spelled(one.role)) for one in held),
            "DisplayName": group.display_name,
            "Members": tuple(map(object_id, members)),
            "SamAccountName": group.sam_account_name or "",
            "Description": group.attributes.get("Description", ""),
            "RoleGroupType": role_group_type(group),
            "LinkedGroup": linked or "",
            "Name": group.name,
            "DistinguishedName": group.distinguished_name,
            "Guid": group.guid,
            "WhenChanged": group.when_changed,
            "WhenCreated": group.when_created,
            "Identity": object_id(group),
            "IsValid": True,
            "ObjectState": UNCHANGED,
        },
        text=group.canonical_name,
    )


def spelled(key: str) -> str:
    """Return the name of a built-in role from its folded name; the key itself for none."""
    role = BUILT_IN_ROLES.get(key)
    return key if role is None else role.name


def role_object(cmdlet: DirectoryCmdlet, role: ManagementRole) -> PSObject:
    """Return a role as Get-ManagementRole writes it."""
    return PSObject(
        ROLE,
        {
            "RunspaceId": cmdlet.session.runspace_id,
            "RoleEntries": ScriptProperty(
                lambda _: tuple(
                    f"(Microsoft.Exchange.Management.PowerShell.E2010) {entry.cmdlet} -{' -'.join(entry_names(cmdlet, entry))}"
                    for entry in _shown_entries(cmdlet, role)
                )
            ),
            "RoleType": role.role_type,
            "ImplicitRecipientReadScope": role.read_scope.value,
            "ImplicitRecipientWriteScope": role.write_scope.value,
            "ImplicitConfigReadScope": role.config_read_scope.value,
            "ImplicitConfigWriteScope": role.config_write_scope.value,
            "IsRootRole": role.is_root_role,
            "IsEndUserRole": role.is_end_user_role,
            "Description": role.description,
            "Parent": role.parent,
            "IsDeprecated": False,
            "Name": role.name,
            "Identity": named(role.name),
            "Guid": guid_of(role),
            "WhenChanged": role.when_changed,
            "IsValid": True,
            "ObjectState": UNCHANGED,
        },
        text=role.name,
    )


def entry_object(cmdlet: DirectoryCmdlet, role: ManagementRole, entry: RoleEntry) -> PSObject:
    """Return an entry of a role as Get-ManagementRoleEntry writes it."""
    identity = f"{role.name}\\{entry.cmdlet}"
    return PSObject(
        ROLE_ENTRY,
        {
            "RunspaceId": cmdlet.session.runspace_id,
            "Role": named(role.name),
            "Name": entry.cmdlet,
            "Parameters": entry_names(cmdlet, entry),
            "Type": "Cmdlet",
            "PSSnapinName": "Microsoft.Exchange.Management.PowerShell.E2010",
            "Identity": identity,
            "IsValid": True,
            "ObjectState": UNCHANGED,
        },
        text=identity,
    )


@dataclass(frozen=True, slots=True)
class ShownAssignment:
    """An assignment, and how it reaches whom."""

    assignment: RoleAssignment
    role: ManagementRole
    assignee: str
    assignee_type: str
    method: str = "Direct"
    effective_user: str = ""
    chain: tuple[str, ...] = ()


def assignment_object(cmdlet: DirectoryCmdlet, shown: ShownAssignment) -> PSObject:
    """Return an assignment as Get-ManagementRoleAssignment writes it."""
    assignment, role = shown.assignment, shown.role
    kind = role.write_scope if assignment.write_scope is ScopeKind.NOT_APPLICABLE else assignment.write_scope
    custom = assignment.container if kind is ScopeKind.OU else assignment.scope
    return PSObject(
        ASSIGNMENT,
        {
            "RunspaceId": cmdlet.session.runspace_id,
            "User": shown.assignee,
            "AssignmentMethod": shown.method,
            "Identity": named(assignment.name),
            "EffectiveUserName": shown.effective_user,
            "AssignmentChain": " -> ".join(shown.chain),
            "RoleAssigneeType": shown.assignee_type,
            "RoleAssignee": named(shown.assignee),
            "Role": named(role.name),
            "RoleAssignmentDelegationType": "DelegatingOrgWide" if assignment.delegating else "Regular",
            "CustomRecipientWriteScope": custom,
            "RecipientReadScope": role.read_scope.value,
            "ConfigReadScope": role.config_read_scope.value,
            "RecipientWriteScope": kind.value,
            "ConfigWriteScope": role.config_write_scope.value,
            "Enabled": assignment.enabled,
            "RoleAssigneeName": shown.assignee.rpartition("/")[2],
            "Name": assignment.name,
            "Guid": assignment.guid,
            "WhenChanged": assignment.when_changed,
            "IsValid": True,
            "ObjectState": UNCHANGED,
        },
        text=assignment.name,
    )


def scope_object(cmdlet: DirectoryCmdlet, scope: ManagementScope) -> PSObject:
    """Return a custom scope as Get-ManagementScope writes it."""
    return PSObject(
        SCOPE,
        {
            "RunspaceId": cmdlet.session.runspace_id,
            "RecipientRoot": scope.recipient_root,
            "RecipientFilter": scope.recipient_filter,
            "ServerFilter": "",
            "DatabaseFilter": "",
            "ScopeRestrictionType": "RecipientScope",
            "Exclusive": scope.exclusive,
            "Name": scope.name,
            "Identity": named(scope.name),
            "Guid": scope.guid,
            "WhenChanged": scope.when_changed,
            "IsValid": True,
            "ObjectState": UNCHANGED,
        },
        text=scope.name,
    )


def named(name: str) -> PSObject:
    """Return the identity of something that its name alone identifies."""
    return PSObject(_ROLE_ID, {"Name": name}, text=name)


def _shown_entries(cmdlet: DirectoryCmdlet, role: ManagementRole) -> Iterable[RoleEntry]:
    return (entry for entry in role.entries.values() if cmdlet.session.declaration(entry.cmdlet) is not None)
