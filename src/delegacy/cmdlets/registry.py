"""Every cmdlet by its name, and its declaration with the parameters that we know and refuse."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from delegacy.powershell.command_table import CommandTable
from delegacy.powershell.metadata import CmdletInfo, Example, cmdlet_info

_PACKAGE: Final = "delegacy.cmdlets"
_MODULES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "accepted_domain": (
            "Get-AcceptedDomain",
            "New-AcceptedDomain",
            "Remove-AcceptedDomain",
            "Set-AcceptedDomain",
        ),
        "ad_account": (
            "Disable-ADAccount",
            "Enable-ADAccount",
            "Set-ADAccountPassword",
        ),
        "ad_group": (
            "Get-ADGroup",
            "New-ADGroup",
            "Remove-ADGroup",
        ),
        "ad_group_member": (
            "Add-ADGroupMember",
            "Remove-ADGroupMember",
        ),
        "ad_permission": (
            "Add-ADPermission",
            "Get-ADPermission",
            "Remove-ADPermission",
        ),
        "ad_trust": (
            "Get-ADTrust",
            "New-ADTrust",
        ),
        "ad_user": (
            "Get-ADUser",
            "New-ADUser",
            "Remove-ADUser",
            "Set-ADUser",
        ),
        "address_list": (
            "Get-AddressList",
            "New-AddressList",
            "Remove-AddressList",
            "Set-AddressList",
        ),
        "admin_audit_log": (
            "Search-AdminAuditLog",
            "Write-AdminAuditLog",
        ),
        "admin_audit_log_config": (
            "Get-AdminAuditLogConfig",
            "Set-AdminAuditLogConfig",
        ),
        "admin_audit_log_integrity": ("Test-AdminAuditLogIntegrity",),
        "admin_change": ("Undo-AdminChange",),
        "cas_mailbox": (
            "Get-CASMailbox",
            "Set-CASMailbox",
        ),
        "contact": (
            "Get-Contact",
            "Set-Contact",
        ),
        "delegate_access": (
            "Get-DelegateAccess",
            "Test-DelegateAccess",
        ),
        "distribution_group": (
            "Disable-DistributionGroup",
            "Enable-DistributionGroup",
            "Get-DistributionGroup",
            "New-DistributionGroup",
            "Remove-DistributionGroup",
            "Set-DistributionGroup",
        ),
        "distribution_group_member": (
            "Add-DistributionGroupMember",
            "Get-DistributionGroupMember",
            "Remove-DistributionGroupMember",
            "Update-DistributionGroupMember",
        ),
        "dynamic_distribution_group": (
            "Get-DynamicDistributionGroup",
            "Get-DynamicDistributionGroupMember",
            "New-DynamicDistributionGroup",
            "Remove-DynamicDistributionGroup",
            "Set-DynamicDistributionGroup",
        ),
        "expired_admin_audit_log": ("Clear-ExpiredAdminAuditLog",),
        "expired_permission": ("Remove-ExpiredPermission",),
        "group": (
            "Get-Group",
            "Set-Group",
        ),
        "mail_contact": (
            "Get-MailContact",
            "New-MailContact",
            "Remove-MailContact",
            "Set-MailContact",
        ),
        "mail_user": (
            "Disable-MailUser",
            "Enable-MailUser",
            "Get-MailUser",
            "New-MailUser",
            "Remove-MailUser",
            "Set-MailUser",
        ),
        "mailbox": (
            "Disable-Mailbox",
            "Enable-Mailbox",
            "Get-Mailbox",
            "New-Mailbox",
            "Remove-Mailbox",
            "Set-Mailbox",
        ),
        "mailbox_folder_permission": (
            "Add-MailboxFolderPermission",
            "Get-MailboxFolderPermission",
            "Remove-MailboxFolderPermission",
            "Set-MailboxFolderPermission",
        ),
        "mailbox_permission": (
            "Add-MailboxPermission",
            "Get-MailboxPermission",
            "Remove-MailboxPermission",
        ),
        "mailbox_statistics": (
            "Get-MailboxFolderStatistics",
            "Get-MailboxStatistics",
        ),
        "management_role": (
            "Get-ManagementRole",
            "New-ManagementRole",
            "Remove-ManagementRole",
        ),
        "management_role_assignment": (
            "Get-ManagementRoleAssignment",
            "New-ManagementRoleAssignment",
            "Remove-ManagementRoleAssignment",
            "Set-ManagementRoleAssignment",
        ),
        "management_role_entry": (
            "Add-ManagementRoleEntry",
            "Get-ManagementRoleEntry",
            "Remove-ManagementRoleEntry",
            "Set-ManagementRoleEntry",
        ),
        "management_scope": (
            "Get-ManagementScope",
            "New-ManagementScope",
            "Remove-ManagementScope",
            "Set-ManagementScope",
        ),
        "organization_config": (
            "Get-OrganizationConfig",
            "Set-OrganizationConfig",
        ),
        "recipient": ("Get-Recipient",),
        "recipient_permission": (
            "Add-RecipientPermission",
            "Get-RecipientPermission",
            "Remove-RecipientPermission",
        ),
        "role_group": (
            "Get-RoleGroup",
            "New-RoleGroup",
            "Remove-RoleGroup",
            "Set-RoleGroup",
        ),
        "role_group_member": (
            "Add-RoleGroupMember",
            "Get-RoleGroupMember",
            "Remove-RoleGroupMember",
            "Update-RoleGroupMember",
        ),
        "user": (
            "Get-User",
            "Set-User",
        ),
    }
)


def find_cmdlet(name: str) -> CmdletInfo | None:
    """Return the declaration of the cmdlet with this name, in any case; None if there is none."""
    return _CMDLETS.get(name.lower())


def unsupported_cmdlet(name: str) -> str | None:
    """Return, as it is written, the name of a cmdlet that Exchange has and this product has not; None for any other."""
    return _unsupported_cmdlets().get(name.lower())


def _declared(cls: type) -> CmdletInfo:
    name: str = cls.name  # type: ignore[attr-defined] # a cmdlet's
    info = cmdlet_info(cls, unsupported=_unsupported().get(name, ()))
    return replace(info, examples=_examples().get(name, ()))


@cache
def _unsupported() -> Mapping[str, tuple[str, ...]]:
    """Return the names of documented parameters that this product does not have, by cmdlet."""
    text = resources.files(_PACKAGE).joinpath("unsupported.json").read_text(encoding="utf-8")
    return MappingProxyType({name: tuple(parameters) for name, parameters in json.loads(text).items()})


@cache
def _unsupported_cmdlets() -> Mapping[str, str]:
    """Return the names of the documented cmdlets that this product does not have, by their lower case."""
    text = resources.files(_PACKAGE).joinpath("unsupported_cmdlets.txt").read_text(encoding="utf-8")
    return MappingProxyType({name.lower(): name for name in text.splitlines()})


@cache
def _examples() -> Mapping[str, tuple[Example, ...]]:
    """Return the worked examples, by cmdlet."""
    text = resources.files(_PACKAGE).joinpath("examples.toml").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            name: tuple(Example(one["code"].strip(), one["remarks"]) for one in examples)
            for name, examples in tomllib.loads(text).items()
        }
    )


_CMDLETS: Final = CommandTable(_PACKAGE, _MODULES, _declared)
CMDLETS: Final = tuple(sorted(_CMDLETS.names))
"""The name of every cmdlet."""
