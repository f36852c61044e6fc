"""Every cmdlet by its name, and its declaration with the parameters that we know and refuse."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets._base import DirectoryCmdlet
from delegacy.cmdlets.accepted_domain import GetAcceptedDomain, NewAcceptedDomain
from delegacy.cmdlets.ad_group import GetADGroup, NewADGroup
from delegacy.cmdlets.ad_group_member import AddADGroupMember, RemoveADGroupMember
from delegacy.cmdlets.ad_permission import AddADPermission, GetADPermission, RemoveADPermission
from delegacy.cmdlets.ad_trust import GetADTrust, NewADTrust
from delegacy.cmdlets.ad_user import GetADUser, NewADUser
from delegacy.cmdlets.admin_audit_log import SearchAdminAuditLog, WriteAdminAuditLog
from delegacy.cmdlets.admin_audit_log_config import GetAdminAuditLogConfig, SetAdminAuditLogConfig
from delegacy.cmdlets.admin_audit_log_integrity import TestAdminAuditLogIntegrity
from delegacy.cmdlets.admin_change import UndoAdminChange
from delegacy.cmdlets.delegate_access import GetDelegateAccess, TestDelegateAccess
from delegacy.cmdlets.distribution_group import (
    GetDistributionGroup,
    NewDistributionGroup,
    RemoveDistributionGroup,
    SetDistributionGroup,
)
from delegacy.cmdlets.distribution_group_member import (
    AddDistributionGroupMember,
    GetDistributionGroupMember,
    RemoveDistributionGroupMember,
)
from delegacy.cmdlets.dynamic_distribution_group import (
    GetDynamicDistributionGroup,
    GetDynamicDistributionGroupMember,
    NewDynamicDistributionGroup,
    RemoveDynamicDistributionGroup,
    SetDynamicDistributionGroup,
)
from delegacy.cmdlets.expired_admin_audit_log import ClearExpiredAdminAuditLog
from delegacy.cmdlets.expired_permission import RemoveExpiredPermission
from delegacy.cmdlets.group import GetGroup
from delegacy.cmdlets.mail_contact import GetMailContact, NewMailContact, RemoveMailContact
from delegacy.cmdlets.mail_user import GetMailUser, NewMailUser, RemoveMailUser, SetMailUser
from delegacy.cmdlets.mailbox import (
    DisableMailbox,
    EnableMailbox,
    GetMailbox,
    NewMailbox,
    RemoveMailbox,
    SetMailbox,
)
from delegacy.cmdlets.mailbox_permission import (
    AddMailboxPermission,
    GetMailboxPermission,
    RemoveMailboxPermission,
)
from delegacy.cmdlets.management_role import GetManagementRole, NewManagementRole, RemoveManagementRole
from delegacy.cmdlets.management_role_assignment import (
    GetManagementRoleAssignment,
    NewManagementRoleAssignment,
    RemoveManagementRoleAssignment,
    SetManagementRoleAssignment,
)
from delegacy.cmdlets.management_role_entry import (
    AddManagementRoleEntry,
    GetManagementRoleEntry,
    RemoveManagementRoleEntry,
    SetManagementRoleEntry,
)
from delegacy.cmdlets.management_scope import (
    GetManagementScope,
    NewManagementScope,
    RemoveManagementScope,
    SetManagementScope,
)
from delegacy.cmdlets.organization_config import GetOrganizationConfig, SetOrganizationConfig
from delegacy.cmdlets.recipient import GetRecipient
from delegacy.cmdlets.recipient_permission import (
    AddRecipientPermission,
    GetRecipientPermission,
    RemoveRecipientPermission,
)
from delegacy.cmdlets.role_group import GetRoleGroup, NewRoleGroup, RemoveRoleGroup, SetRoleGroup
from delegacy.cmdlets.role_group_member import (
    AddRoleGroupMember,
    GetRoleGroupMember,
    RemoveRoleGroupMember,
    UpdateRoleGroupMember,
)
from delegacy.cmdlets.user import GetUser, SetUser
from delegacy.powershell.metadata import CmdletInfo, Example, cmdlet_info

CMDLETS: Final[Mapping[str, type[DirectoryCmdlet]]] = MappingProxyType(
    {
        "Add-ADGroupMember": AddADGroupMember,
        "Add-ADPermission": AddADPermission,
        "Add-DistributionGroupMember": AddDistributionGroupMember,
        "Add-MailboxPermission": AddMailboxPermission,
        "Add-ManagementRoleEntry": AddManagementRoleEntry,
        "Add-RecipientPermission": AddRecipientPermission,
        "Add-RoleGroupMember": AddRoleGroupMember,
        "Clear-ExpiredAdminAuditLog": ClearExpiredAdminAuditLog,
        "Disable-Mailbox": DisableMailbox,
        "Enable-Mailbox": EnableMailbox,
        "Get-ADGroup": GetADGroup,
        "Get-ADPermission": GetADPermission,
        "Get-ADTrust": GetADTrust,
        "Get-ADUser": GetADUser,
        "Get-AcceptedDomain": GetAcceptedDomain,
        "Get-AdminAuditLogConfig": GetAdminAuditLogConfig,
        "Get-DelegateAccess": GetDelegateAccess,
        "Get-DistributionGroup": GetDistributionGroup,
        "Get-DistributionGroupMember": GetDistributionGroupMember,
        "Get-DynamicDistributionGroup": GetDynamicDistributionGroup,
        "Get-DynamicDistributionGroupMember": GetDynamicDistributionGroupMember,
        "Get-Group": GetGroup,
        "Get-MailContact": GetMailContact,
        "Get-MailUser": GetMailUser,
        "Get-Mailbox": GetMailbox,
        "Get-MailboxPermission": GetMailboxPermission,
        "Get-ManagementRole": GetManagementRole,
        "Get-ManagementRoleAssignment": GetManagementRoleAssignment,
        "Get-ManagementRoleEntry": GetManagementRoleEntry,
        "Get-ManagementScope": GetManagementScope,
        "Get-OrganizationConfig": GetOrganizationConfig,
        "Get-Recipient": GetRecipient,
        "Get-RecipientPermission": GetRecipientPermission,
        "Get-RoleGroup": GetRoleGroup,
        "Get-RoleGroupMember": GetRoleGroupMember,
        "Get-User": GetUser,
        "New-ADGroup": NewADGroup,
        "New-ADTrust": NewADTrust,
        "New-ADUser": NewADUser,
        "New-AcceptedDomain": NewAcceptedDomain,
        "New-DistributionGroup": NewDistributionGroup,
        "New-DynamicDistributionGroup": NewDynamicDistributionGroup,
        "New-MailContact": NewMailContact,
        "New-MailUser": NewMailUser,
        "New-Mailbox": NewMailbox,
        "New-ManagementRole": NewManagementRole,
        "New-ManagementRoleAssignment": NewManagementRoleAssignment,
        "New-ManagementScope": NewManagementScope,
        "New-RoleGroup": NewRoleGroup,
        "Remove-ADGroupMember": RemoveADGroupMember,
        "Remove-ADPermission": RemoveADPermission,
        "Remove-DistributionGroup": RemoveDistributionGroup,
        "Remove-DistributionGroupMember": RemoveDistributionGroupMember,
        "Remove-DynamicDistributionGroup": RemoveDynamicDistributionGroup,
        "Remove-ExpiredPermission": RemoveExpiredPermission,
        "Remove-MailContact": RemoveMailContact,
        "Remove-MailUser": RemoveMailUser,
        "Remove-Mailbox": RemoveMailbox,
        "Remove-MailboxPermission": RemoveMailboxPermission,
        "Remove-ManagementRole": RemoveManagementRole,
        "Remove-ManagementRoleAssignment": RemoveManagementRoleAssignment,
        "Remove-ManagementRoleEntry": RemoveManagementRoleEntry,
        "Remove-ManagementScope": RemoveManagementScope,
        "Remove-RecipientPermission": RemoveRecipientPermission,
        "Remove-RoleGroup": RemoveRoleGroup,
        "Remove-RoleGroupMember": RemoveRoleGroupMember,
        "Search-AdminAuditLog": SearchAdminAuditLog,
        "Set-AdminAuditLogConfig": SetAdminAuditLogConfig,
        "Set-DistributionGroup": SetDistributionGroup,
        "Set-DynamicDistributionGroup": SetDynamicDistributionGroup,
        "Set-MailUser": SetMailUser,
        "Set-Mailbox": SetMailbox,
        "Set-ManagementRoleAssignment": SetManagementRoleAssignment,
        "Set-ManagementRoleEntry": SetManagementRoleEntry,
        "Set-ManagementScope": SetManagementScope,
        "Set-OrganizationConfig": SetOrganizationConfig,
        "Set-RoleGroup": SetRoleGroup,
        "Set-User": SetUser,
        "Test-AdminAuditLogIntegrity": TestAdminAuditLogIntegrity,
        "Test-DelegateAccess": TestDelegateAccess,
        "Undo-AdminChange": UndoAdminChange,
        "Update-RoleGroupMember": UpdateRoleGroupMember,
        "Write-AdminAuditLog": WriteAdminAuditLog,
    }
)


def find_cmdlet(name: str) -> CmdletInfo | None:
    """Return the declaration of the cmdlet with this name, in any case; None if there is none."""
    spelled = _spellings().get(name.casefold())
    return None if spelled is None else _declaration(spelled)


@cache
def _declaration(name: str) -> CmdletInfo:
    info = cmdlet_info(CMDLETS[name], unsupported=_unsupported().get(name, ()))
    return replace(info, examples=_examples().get(name, ()))


@cache
def _spellings() -> Mapping[str, str]:
    return MappingProxyType({name.casefold(): name for name in CMDLETS})


@cache
def _unsupported() -> Mapping[str, tuple[str, ...]]:
    """Return the names of documented parameters that this product does not have, by cmdlet."""
    text = resources.files(__package__).joinpath("unsupported.json").read_text(encoding="utf-8")
    return MappingProxyType({name: tuple(parameters) for name, parameters in json.loads(text).items()})


@cache
def _examples() -> Mapping[str, tuple[Example, ...]]:
    """Return the worked examples, by cmdlet."""
    text = resources.files(__package__).joinpath("examples.toml").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            name: tuple(Example(one["code"].strip(), one["remarks"]) for one in examples)
            for name, examples in tomllib.loads(text).items()
        }
    )
