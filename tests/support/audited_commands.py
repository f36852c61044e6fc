"""For every cmdlet that changes something, a command that succeeds in the organization of ``support.commands``.

``tests/unit/session/test_audited_once.py`` runs them all: a new cmdlet needs a line here.
"""

from types import MappingProxyType
from typing import Final

COMMANDS: Final = MappingProxyType(
    {
        "Add-ADGroupMember": "Add-ADGroupMember 'Archive Readers' -Members terrya",
        "Add-ADPermission": "Add-ADPermission 'Terry Adams' -User raymonds -ExtendedRights 'Send As'",
        "Add-DistributionGroupMember": "Add-DistributionGroupMember helpdesk -Member terrya",
        "Add-ManagementRoleEntry": r"Add-ManagementRoleEntry 'Access\Set-Mailbox'",
        "Add-MailboxFolderPermission": r"Add-MailboxFolderPermission terrya:\Inbox -User raymonds -AccessRights Reviewer",
        "Add-MailboxPermission": "Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess",
        "Add-RecipientPermission": "Add-RecipientPermission terrya -Trustee raymonds -AccessRights SendAs",
        "Add-RoleGroupMember": "Add-RoleGroupMember 'Help Desk' -Member terrya",
        "Clear-ExpiredAdminAuditLog": "Clear-ExpiredAdminAuditLog",
        "Disable-ADAccount": "Disable-ADAccount svcbackup",
        "Disable-DistributionGroup": "Disable-DistributionGroup helpdesk",
        "Disable-MailUser": "Disable-MailUser paular",
        "Disable-Mailbox": "Disable-Mailbox terrya",
        "Enable-ADAccount": "Enable-ADAccount carlaf",
        "Enable-DistributionGroup": "Enable-DistributionGroup 'Archive Readers' -Alias archivereaders",
        "Enable-MailUser": "Enable-MailUser carlaf -ExternalEmailAddress carla@litware.example",
        "Enable-Mailbox": "Enable-Mailbox svcbackup",
        "New-ADGroup": "New-ADGroup -Name Wardens -GroupScope Global",
        "New-ADTrust": "New-ADTrust woodgrove.example",
        "New-ADUser": "New-ADUser -Name 'Build Service' -SamAccountName svcbuild",
        "New-AcceptedDomain": "New-AcceptedDomain -Name Woodgrove -DomainName woodgrove.example",
        "New-AddressList": "New-AddressList Wardens -IncludedRecipients AllRecipients",
        "New-DistributionGroup": "New-DistributionGroup -Name Wardens",
        "New-DynamicDistributionGroup": "New-DynamicDistributionGroup -Name Everybody -IncludedRecipients AllRecipients",
        "New-MailContact": "New-MailContact -Name 'Chris Gray' -ExternalEmailAddress chris@litware.example",
        "New-MailUser": "New-MailUser -Name 'Chris Gray' -ExternalEmailAddress chris@litware.example "
        "-UserPrincipalName chrisg@contoso.com -Password (ConvertTo-SecureString 'S3cret!' -AsPlainText -Force)",
        "New-Mailbox": "New-Mailbox -Name 'Chris Gray' -UserPrincipalName chrisg@contoso.com "
        "-Password (ConvertTo-SecureString 'S3cret!' -AsPlainText -Force)",
        "New-ManagementRole": "New-ManagementRole Wardens -Parent 'Mail Recipients'",
        "New-ManagementRoleAssignment": "New-ManagementRoleAssignment -Role 'Mail Recipients' -User terrya",
        "New-ManagementScope": "New-ManagementScope Wardens -RecipientRestrictionFilter \"Department -eq 'Wardens'\"",
        "New-RoleGroup": "New-RoleGroup Wardens -Roles 'Mail Recipients'",
        "Remove-ADGroup": "Remove-ADGroup 'Floor Three'",
        "Remove-ADUser": "Remove-ADUser svcbackup",
        "Remove-AcceptedDomain": "Remove-AcceptedDomain Unused",
        "Remove-AddressList": "Remove-AddressList Unused",
        "Remove-MailboxFolderPermission": r"Remove-MailboxFolderPermission terrya:\Inbox -User jimh",
        "Remove-ADGroupMember": "Remove-ADGroupMember 'Archive Readers' -Members svcbackup",
        "Remove-ADPermission": "Remove-ADPermission 'James Alvord' -User pilarp -ExtendedRights 'Send As'",
        "Remove-DistributionGroup": "Remove-DistributionGroup helpdesk",
        "Remove-DistributionGroupMember": "Remove-DistributionGroupMember helpdesk -Member stefanh",
        "Remove-DynamicDistributionGroup": "Remove-DynamicDistributionGroup allemployees",
        "Remove-ExpiredPermission": "Remove-ExpiredPermission",
        "Remove-MailContact": "Remove-MailContact oliverl",
        "Remove-MailUser": "Remove-MailUser paular",
        "Remove-Mailbox": "Remove-Mailbox terrya",
        "Remove-MailboxPermission": "Remove-MailboxPermission ayla -User jimh -AccessRights FullAccess",
        "Remove-ManagementRole": "Remove-ManagementRole Unused",
        "Remove-ManagementRoleAssignment": "Remove-ManagementRoleAssignment Access-Sales",
        "Remove-ManagementRoleEntry": r"Remove-ManagementRoleEntry 'Access\Add-MailboxPermission'",
        "Remove-ManagementScope": "Remove-ManagementScope Unused",
        "Remove-RecipientPermission": "Remove-RecipientPermission jamesa -Trustee pilarp -AccessRights SendAs",
        "Remove-RoleGroup": "Remove-RoleGroup Sales",
        "Remove-RoleGroupMember": "Remove-RoleGroupMember Sales -Member jimh",
        "Set-ADAccountPassword": "Set-ADAccountPassword svcbackup -Reset "
        "-NewPassword (ConvertTo-SecureString 'S3cret!' -AsPlainText -Force)",
        "Set-ADUser": "Set-ADUser svcbackup -Title Service",
        "Set-AcceptedDomain": "Set-AcceptedDomain Unused -DomainType InternalRelay",
        "Set-AddressList": "Set-AddressList Unused -DisplayName Wardens",
        "Set-CASMailbox": "Set-CASMailbox terrya -ImapEnabled $false",
        "Set-Contact": "Set-Contact oliverl -Company Litware",
        "Set-Group": "Set-Group helpdesk -Notes Reviewed",
        "Set-MailContact": "Set-MailContact oliverl -CustomAttribute1 x",
        "Set-MailboxFolderPermission": r"Set-MailboxFolderPermission terrya:\Inbox -User jimh -AccessRights Editor",
        "Set-AdminAuditLogConfig": "Set-AdminAuditLogConfig -LogLevel Verbose",
        "Set-DistributionGroup": "Set-DistributionGroup helpdesk -GrantSendOnBehalfTo terrya",
        "Set-DynamicDistributionGroup": "Set-DynamicDistributionGroup allemployees -GrantSendOnBehalfTo $null",
        "Set-MailUser": "Set-MailUser paular -CustomAttribute1 x",
        "Set-Mailbox": "Set-Mailbox terrya -Password (ConvertTo-SecureString 'S3cret!' -AsPlainText -Force)",
        "Set-ManagementRoleAssignment": "Set-ManagementRoleAssignment Access-Sales -Enabled $false",
        "Set-ManagementRoleEntry": r"Set-ManagementRoleEntry 'Access\Add-MailboxPermission' -Parameters Deny -RemoveParameter",
        "Set-ManagementScope": "Set-ManagementScope Unused -RecipientRestrictionFilter \"Department -eq 'Wardens'\"",
        "Set-OrganizationConfig": "Set-OrganizationConfig -HiddenMailboxDelegation Allow",
        "Set-RoleGroup": "Set-RoleGroup Sales -Description 'Who sell'",
        "Set-User": "Set-User terrya -Department Sales",
        "Undo-AdminChange": "Undo-AdminChange (Search-AdminAuditLog -Cmdlets Add-MailboxPermission -ResultSize 1).Identity",
        "Update-DistributionGroupMember": "Update-DistributionGroupMember helpdesk -Members terrya",
        "Update-RoleGroupMember": "Update-RoleGroupMember Sales -Members terrya",
        "Write-AdminAuditLog": "Write-AdminAuditLog -Comment 'Ran custom script.'",
    }
)
PREPARATION: Final = r"""
New-ManagementRole Access -Parent 'Mail Recipients' | Out-Null
Remove-ManagementRoleEntry 'Access\Set-Mailbox' -Confirm:$false
New-ManagementRole Unused -Parent 'Mail Recipients' | Out-Null
New-ManagementScope Unused -RecipientRestrictionFilter "Department -eq 'Sales'" | Out-Null
New-ADUser -Name "Carla Former" -SamAccountName carlaf -UserPrincipalName carlaf@contoso.com
New-AcceptedDomain Unused -DomainName unused.example | Out-Null
New-AddressList Unused -IncludedRecipients AllRecipients | Out-Null
Add-MailboxFolderPermission terrya:\Inbox -User jimh -AccessRights Reviewer | Out-Null
New-RoleGroup Sales -Roles Access -Members jimh | Out-Null
Add-MailboxPermission ayla -User seanc -AccessRights FullAccess -For 0.00:00:01 | Out-Null
"""
"""The roles, and the permission that ends, that they are about."""
SECRET: Final = "S3cret!"
