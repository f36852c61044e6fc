import pytest

from delegacy.domain.recipient import GroupScope, RecipientTypeDetails
from support.commands import Organization, Shell

_T = RecipientTypeDetails
SECRET = "(ConvertTo-SecureString secret -AsPlainText -Force)"


def value(shell: Shell, command: str, name: str) -> str:
    return shell.must(f'{command} | foreach {{"=$($_.{name})"}}').lines[0].removeprefix("=")


def test_a_mail_user_has_an_account_here_and_mail_elsewhere(contoso: Organization, shell: Shell) -> None:
    paula = contoso.find("paular")
    assert paula.recipient_type_details is _T.MAIL_USER
    assert not paula.account_disabled
    assert [str(address) for address in paula.email_addresses] == [
        "SMTP:paular@contoso.com",
        "smtp:paula@woodgrovebank.example",
    ]
    assert value(shell, "Get-MailUser paula@woodgrovebank.example", "ExternalEmailAddress") == (
        "SMTP:paula@woodgrovebank.example"
    )


def test_a_mail_user_without_a_password_cannot_sign_in_until_he_has_one(contoso: Organization, shell: Shell) -> None:
    shell.must("New-MailUser Other -ExternalEmailAddress other@litware.example")
    assert contoso.find("Other").account_disabled
    shell.must(f"Set-MailUser Other -Password {SECRET} -GrantSendOnBehalfTo terrya")
    assert not contoso.find("Other").account_disabled
    assert contoso.sends("terrya", "Other") == "Send on Behalf"
    shell.must("Set-MailUser Other -ExternalEmailAddress new@litware.example")
    assert [str(address) for address in contoso.find("Other").email_addresses] == [
        "SMTP:Other@contoso.com",
        "smtp:new@litware.example",
    ]
    shell.must("Remove-MailUser Other -Confirm:$false")
    assert shell.run("Get-MailUser Other").code == 1


def test_a_contact_is_reached_by_its_own_address(contoso: Organization, shell: Shell) -> None:
    oliver = contoso.find("oliverl")
    assert oliver.sid is None
    assert [str(address) for address in oliver.email_addresses] == ["SMTP:oliver@litware.example"]
    shell.must("Remove-MailContact oliverl -Confirm:$false")
    assert shell.run("Get-MailContact oliverl").code == 1


@pytest.mark.parametrize(
    "command",
    [
        "New-MailContact X -ExternalEmailAddress nonsense",
        "New-MailContact X -ExternalEmailAddress X500:/o=x",
        "New-MailContact X -ExternalEmailAddress terrya@contoso.com",
        "New-MailUser X -ExternalEmailAddress oliver@litware.example",
        "New-MailUser X",
    ],
)
def test_an_address_outside_must_be_one_that_nobody_has(shell: Shell, command: str) -> None:
    assert shell.run(command).code == 1
    assert not shell.run("Get-Recipient -Filter \"Name -eq 'X'\"").output


def test_personal_properties_are_set_on_accounts(contoso: Organization, shell: Shell) -> None:
    said = shell.run("Set-User terrya -Department Sales -Title 'Vice President' -Phone '+1 425 555 0100'", "Y")
    assert said.questions[0].endswith('Setting user "contoso.com/Users/Terry Adams".')
    assert value(shell, "Get-User terrya", "Title") == "Vice President"
    assert value(shell, "Get-Recipient -Filter \"Department -eq 'Sales'\"", "Name") == "Terry Adams"
    assert {changed.name for changed in contoso.audit()[0].modified_properties} == {"Department", "Title", "Phone"}
    said = shell.run(f"Set-User terrya -Department {'x' * 65} -Confirm:$false")
    assert "[FailureCategory=Cmdlet-InvalidPropertyException]" in said.errors


@pytest.mark.parametrize(
    ("arguments", "kind", "disabled"),
    [
        (f"-AccountPassword {SECRET} -Enabled $true", _T.USER, False),
        (f"-AccountPassword {SECRET}", _T.DISABLED_USER, True),
        ("", _T.DISABLED_USER, True),
    ],
)
def test_an_account_without_mail_is_made(
    contoso: Organization, shell: Shell, arguments: str, kind: RecipientTypeDetails, *, disabled: bool
) -> None:
    said = shell.must(f"New-ADUser -Name Service -GivenName Sir -Department IT {arguments}")
    assert not said.output
    made = contoso.find("CONTOSO\\Service")
    assert (made.recipient_type_details, made.account_disabled) == (kind, disabled)
    assert made.primary_smtp_address is None
    assert made.user_principal_name == "Service@contoso.com"
    said = shell.must("Get-ADUser Service | Format-List")
    assert [line.partition(":")[0].strip() for line in said.lines] == [
        "DistinguishedName",
        "Enabled",
        "GivenName",
        "Name",
        "ObjectClass",
        "ObjectGUID",
        "SamAccountName",
        "SID",
        "Surname",
        "UserPrincipalName",
    ]


def test_an_account_is_made_in_a_trusted_domain(contoso: Organization, shell: Shell) -> None:
    robin = contoso.find("FABRIKAM\\robinw")
    assert robin.container == "fabrikam.com/Users"
    assert robin.user_principal_name == "robinw@fabrikam.com"
    assert value(shell, "Get-ADUser robinw -Server fabrikam.com", "UserPrincipalName") == "robinw@fabrikam.com"
    assert value(shell, "Get-ADUser robinw", "UserPrincipalName") == "robinw@contoso.com"
    assert shell.must("Get-ADUser -Filter * -Server FABRIKAM | foreach {$_.Name}").lines == ["Robin Wood"]


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("New-ADUser X -Enabled $true", "InvalidProperty"),
        ("New-ADUser X -Server other.com", "ManagementObjectNotFound"),
        ("New-ADUser X -SamAccountName terrya", "ManagementObjectAlreadyExists"),
        ("New-ADUser X -AccountPassword secret", "SecureString"),
        ("New-ADGroup X -GroupScope Galactic", "Galactic"),
        ("New-ADTrust contoso.com", "ManagementObjectAlreadyExists"),
        ("New-ADTrust fabrikam.com", "ManagementObjectAlreadyExists"),
        ("New-ADTrust nonsense", "InvalidProperty"),
        ("New-ADTrust x.example -NetBIOSName TOOLONGANAMEFORIT", "InvalidProperty"),
        ("Get-ADTrust other.com", "ManagementObjectNotFound"),
        ("Get-ADUser nobody", "ManagementObjectNotFound"),
        ("Add-ADGroupMember 'Archive Readers' -Members svcbackup", "MemberAlreadyExists"),
        ("Add-ADGroupMember 'Archive Readers' -Members terrya,nobody", "RecipientNotFound"),
        ("Add-ADGroupMember 'Archive Readers' -Members 'Scanner Operators'", "WrongRecipientType"),
        ("Add-ADGroupMember 'Floor Three' -Members 'Archive Readers'", "WrongRecipientType"),
        ("Add-ADGroupMember terrya -Members ayla", "ManagementObjectNotFound"),
        ("Remove-ADGroupMember 'Archive Readers' -Members terrya -Confirm:$false", "MemberNotFound"),
    ],
)
def test_what_the_active_directory_would_refuse_is_refused(
    contoso: Organization, shell: Shell, command: str, error: str
) -> None:
    said = shell.run(command)
    assert said.code == 1
    assert error in said.errors
    assert not contoso.opens("terrya", "ayla")
    with contoso.store.read() as directory:
        assert [member.name for member in directory.members(contoso.find("Archive Readers").id)] == ["Backup Service"]


@pytest.mark.parametrize(
    ("arguments", "kind", "secure"),
    [
        ("Universal", _T.UNIVERSAL_SECURITY_GROUP, True),
        ("Universal -GroupCategory Distribution", _T.UNIVERSAL_DISTRIBUTION_GROUP, False),
        ("Global", _T.NON_UNIVERSAL_GROUP, True),
        ("DomainLocal -GroupCategory Distribution", _T.NON_UNIVERSAL_GROUP, False),
    ],
)
def test_a_group_without_mail_is_made(
    contoso: Organization, shell: Shell, arguments: str, kind: RecipientTypeDetails, *, secure: bool
) -> None:
    shell.must(f"New-ADGroup -Name 'New Group' -GroupScope {arguments}")
    made = contoso.find("New Group")
    assert (made.recipient_type_details, made.security_enabled) == (kind, secure)
    assert made.group_scope is GroupScope(arguments.partition(" ")[0])
    assert value(shell, "Get-ADGroup 'New Group'", "GroupScope") == arguments.partition(" ")[0]


def test_group_members_are_added_and_removed(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User 'Archive Readers' -AccessRights FullAccess")
    said = shell.must("Add-ADGroupMember 'Archive Readers' -Members ayla,jimh -PassThru | foreach {$_.Name}")
    assert said.lines == ["Archive Readers"]
    assert contoso.opens("ayla", "terrya")
    said = shell.run("Remove-ADGroupMember 'Archive Readers' -Members ayla,jimh", "Y")
    assert said.questions
    assert not contoso.opens("ayla", "terrya")


def test_trusted_domains_are_listed(shell: Shell) -> None:
    assert shell.must('Get-ADTrust -Filter * | foreach {"$($_.Name) $($_.NetBIOSName)"}').lines == [
        "fabrikam.com FABRIKAM"
    ]


def test_a_domain_is_accepted(shell: Shell) -> None:
    said = shell.must("New-AcceptedDomain 'Contoso Domain' -DomainName contoso.net -WhatIf")
    assert said.host == 'What if: Creating Accepted Domain "Contoso Domain" with domain name "contoso.net".'
    shell.must("New-AcceptedDomain 'Contoso Domain' -DomainName contoso.net")
    header, *_ = shell.must("Get-AcceptedDomain").lines
    assert header.split() == ["Name", "DomainName", "DomainType", "Default"]
    assert shell.must('Get-AcceptedDomain | foreach {"$($_.DomainName) $($_.Default)"}').lines == [
        "contoso.com True",
        "contoso.net False",
    ]
    for other in ("Again -DomainName contoso.net", "X -DomainName nonsense", "X -DomainName 'a b.c'"):
        assert shell.run(f"New-AcceptedDomain {other}").code == 1


def test_the_rule_for_hidden_mailboxes_is_a_switch(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess")
    shell.must("Set-Mailbox terrya -HiddenFromAddressListsEnabled $true")
    assert not contoso.opens("raymonds", "terrya")
    shell.must("Set-OrganizationConfig -HiddenMailboxDelegation Allow")
    assert value(shell, "Get-OrganizationConfig", "HiddenMailboxDelegation") == "Allow"
    assert contoso.opens("raymonds", "terrya")
    assert "no settings" in shell.must("Set-OrganizationConfig -HiddenMailboxDelegation Allow").warnings
    assert shell.run("Set-OrganizationConfig -HiddenMailboxDelegation Perhaps").code == 1
