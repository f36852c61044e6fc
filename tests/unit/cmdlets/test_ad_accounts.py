"""Accounts and groups without mail, as the Active Directory module changes and removes them."""

import pytest

from delegacy.domain.recipient import RecipientTypeDetails
from support.commands import Organization, Shell

_T = RecipientTypeDetails
SECRET = "(ConvertTo-SecureString 'S3cret!' -AsPlainText -Force)"


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("Set-ADUser nobody -Title x", "ManagementObjectNotFound"),
        ("Set-ADUser svcbackup -SamAccountName terrya", "ManagementObjectAlreadyExists"),
        ("Set-ADUser svcbackup -SamAccountName 'a/b'", "InvalidProperty"),
        ("Set-ADUser svcbackup -UserPrincipalName nonsense", "InvalidProperty"),
        (f"Set-ADUser svcbackup -Title {'x' * 129}", "InvalidProperty"),
        ("Set-ADUser svcbackup -Manager terrya", "ParameterNotSupported"),
        ("Set-ADUser executives -Enabled $true", "InvalidProperty"),
        ("Enable-ADAccount nobody", "ManagementObjectNotFound"),
        ("Enable-ADAccount executives", "InvalidProperty"),
        ("Enable-ADAccount CONTOSO\\robinw", "InvalidProperty"),
        ("Disable-ADAccount helpdesk", "ManagementObjectNotFound"),
        ("Set-ADAccountPassword nobody -Reset -NewPassword " + SECRET, "ManagementObjectNotFound"),
        ("Set-ADAccountPassword svcbackup -NewPassword " + SECRET, "UnsupportedRequest"),
        ("Set-ADAccountPassword svcbackup -Reset -NewPassword secret", "SecureString"),
        ("Remove-ADUser nobody", "ManagementObjectNotFound"),
        ("Remove-ADUser terrya", "WrongRecipientType"),
        ("Remove-ADUser paular", "WrongRecipientType"),
        ("Remove-ADUser robinw -Server fabrikam.com", "WrongRecipientType"),
        ("Remove-ADGroup nobody", "ManagementObjectNotFound"),
        ("Remove-ADGroup helpdesk", "WrongRecipientType"),
        ("Remove-ADGroup 'Help Desk'", "WrongRecipientType"),
        ("Remove-ADGroup 'Domain Admins'", "WrongRecipientType"),
        ("Remove-ADGroup 'Exchange Servers'", "WrongRecipientType"),
        ("Add-ADGroupMember 'Help Desk' -Members terrya", "WrongRecipientType"),
        ("Remove-ADGroupMember 'Organization Management' -Members Administrator", "WrongRecipientType"),
    ],
)
def test_what_cannot_be_is_refused(contoso: Organization, shell: Shell, command: str, error: str) -> None:
    before = contoso.find("svcbackup")
    said = shell.run(f"{command} -Confirm:$false")
    assert said.code == 1
    assert error in said.errors
    assert contoso.find("svcbackup") == before


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        ("Add-ADGroupMember 'Help Desk' -Members terrya", "Add-RoleGroupMember"),
        ("Remove-ADGroupMember 'Help Desk' -Members terrya", "Remove-RoleGroupMember"),
        ("Add-DistributionGroupMember 'Help Desk' -Member terrya", "Add-RoleGroupMember"),
        ("Remove-DistributionGroupMember 'Help Desk' -Member terrya", "Remove-RoleGroupMember"),
        ("Update-DistributionGroupMember 'Help Desk' -Members terrya", "Update-RoleGroupMember"),
        ("Remove-DistributionGroup 'Help Desk'", "Remove-RoleGroup"),
        ("Set-Group 'Help Desk' -Notes x", "Set-RoleGroup"),
        ("Remove-ADGroup 'Help Desk'", "Remove-RoleGroup"),
    ],
)
def test_a_role_group_is_refused_with_what_to_use(shell: Shell, command: str, instead: str) -> None:
    said = shell.run(f"{command} -Confirm:$false")
    assert "[FailureCategory=Cmdlet-WrongRecipientTypeException]" in said.errors
    assert instead in said.errors


def test_an_account_is_changed(contoso: Organization, shell: Shell) -> None:
    assert shell.must("Set-ADUser svcbackup -Title Robot -WhatIf").host.startswith(
        'What if: Performing the operation "Set"'
    )
    shell.must(
        "Set-ADUser svcbackup -Title Robot -GivenName Back -State Utah -POBox 7 -Country Chad -SamAccountName backup "
        "-UserPrincipalName backup@contoso.com -DisplayName Backups"
    )
    after = contoso.find("CONTOSO\\backup")
    assert dict(after.attributes) == {
        "Title": "Robot",
        "FirstName": "Back",
        "StateOrProvince": "Utah",
        "PostOfficeBox": "7",
        "CountryOrRegion": "Chad",
    }
    assert (after.display_name, after.user_principal_name) == ("Backups", "backup@contoso.com")
    record = contoso.audit()[0]
    assert (record.cmdlet, record.object_modified) == ("Set-ADUser", "contoso.com/Users/Backup Service")
    said = shell.must("Set-ADUser backup -Title $null -PassThru | foreach {$_.SamAccountName}")
    assert said.lines == ["backup"]
    assert "Title" not in contoso.find("backup").attributes


def test_a_disabled_account_does_nothing_until_it_is_enabled(contoso: Organization, shell: Shell) -> None:
    shell.must("Disable-ADAccount svcbackup -WhatIf")
    assert not contoso.find("svcbackup").account_disabled
    said = shell.must("'svcbackup','jimh' | Disable-ADAccount -PassThru | foreach {\"$($_.Name) $($_.Enabled)\"}")
    assert said.lines == ["Backup Service False", "Jim Hance False"]
    assert contoso.find("svcbackup").recipient_type_details is _T.DISABLED_USER
    assert contoso.find("jimh").recipient_type_details is _T.USER_MAILBOX
    assert not contoso.opens("jimh", "ayla")
    assert contoso.audit()[0].cmdlet == "Disable-ADAccount"
    shell.must("Enable-ADAccount jimh; Set-ADUser svcbackup -Enabled $true")
    assert contoso.opens("jimh", "ayla")
    assert contoso.find("svcbackup").recipient_type_details is _T.USER
    assert shell.run("Disable-ADAccount svcbackup -Confirm", "N").questions
    assert not contoso.find("svcbackup").account_disabled


def test_a_password_is_set_and_reaches_no_log(contoso: Organization, shell: Shell) -> None:
    shell.must(f"Set-ADAccountPassword svcbackup -Reset -NewPassword {SECRET} -WhatIf")
    shell.must(f"Set-ADAccountPassword svcbackup -Reset -NewPassword {SECRET}")
    assert "S3cret" not in repr(contoso.audit())
    record = contoso.audit()[0]
    assert (record.cmdlet, dict(record.parameters)["NewPassword"]) == ("Set-ADAccountPassword", "********")
    row = contoso.database
    with row.connection() as connection:
        connection.begin_reading()
        hashed = connection.row(
            "SELECT password_hash FROM credential WHERE object_id = ?", (contoso.find("svcbackup").id,)
        )
    assert hashed == ("hash of S3cret!",)


def test_an_account_without_mail_is_removed_with_its_grants(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User svcbackup -AccessRights FullAccess")
    assert (
        shell.run("Remove-ADUser svcbackup", "N")
        .questions[0]
        .endswith('"CN=Backup Service,CN=Users,DC=contoso,DC=com".')
    )
    said = shell.run("Get-ADUser svcbackup | Remove-ADUser", "Y")
    assert "Full Access of 'contoso.com/Users/Backup Service'" in said.warnings
    assert shell.run("Get-ADUser svcbackup").code == 1
    assert contoso.audit()[0].cmdlet == "Remove-ADUser"


def test_a_group_without_mail_is_removed_with_its_grants(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User 'Archive Readers' -AccessRights FullAccess")
    assert contoso.opens("svcbackup", "terrya")
    shell.must("Remove-ADGroup 'Archive Readers' -WhatIf")
    said = shell.run("Remove-ADGroup 'Archive Readers'", "Y")
    assert said.questions
    assert "Full Access of 'contoso.com/Users/Archive Readers'" in said.warnings
    assert not contoso.opens("svcbackup", "terrya")
    assert contoso.audit()[0].cmdlet == "Remove-ADGroup"
