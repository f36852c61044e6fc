import pytest

from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.rights import MailboxRight
from support.commands import Organization, Shell

_T = RecipientTypeDetails


def value(shell: Shell, identity: str, name: str, cmdlet: str = "Get-Mailbox") -> str:
    """Return one property as it prints."""
    said = shell.must(f"{cmdlet} '{identity}' | foreach {{\"=$($_.{name})\"}}")
    return said.lines[0].removeprefix("=")


def test_a_list_shows_the_documented_columns(shell: Shell) -> None:
    header, _, row = shell.must("Get-Mailbox terrya").lines
    assert header.split() == ["Name", "Alias", "ServerName", "ProhibitSendQuota"]
    assert row.split() == ["Terry", "Adams", "terrya", "dc01", "Unlimited"]


@pytest.mark.parametrize(
    ("arguments", "kind", "disabled", "hidden"),
    [
        ("-UserPrincipalName newone@contoso.com -Password $p", _T.USER_MAILBOX, False, False),
        ("-AccountDisabled", _T.USER_MAILBOX, True, False),
        ("-Shared", _T.SHARED_MAILBOX, True, False),
        ("-Room -ResourceCapacity 5", _T.ROOM_MAILBOX, True, False),
        ("-Equipment", _T.EQUIPMENT_MAILBOX, True, False),
        ("-Arbitration", _T.ARBITRATION_MAILBOX, True, True),
        ("-Discovery", _T.DISCOVERY_MAILBOX, True, True),
    ],
)
def test_a_mailbox_of_every_kind_is_made(
    contoso: Organization, shell: Shell, arguments: str, kind: RecipientTypeDetails, *, disabled: bool, hidden: bool
) -> None:
    shell.must(f"$p = ConvertTo-SecureString secret -AsPlainText -Force; New-Mailbox -Name 'New One' {arguments}")
    made = contoso.find("contoso.com/Users/New One")
    assert made.recipient_type_details is kind
    assert made.account_disabled == disabled
    assert made.hidden_from_address_lists_enabled == hidden
    assert str(made.primary_smtp_address) in ("NewOne@contoso.com", "newone@contoso.com")
    with contoso.store.read() as directory:
        (own,) = directory.mailbox_acl(made.id).entries[:1]
        assert (MailboxRight.EXTERNAL_ACCOUNT in own.rights) == (disabled and kind is not _T.USER_MAILBOX)


def test_a_linked_mailbox_is_its_master_accounts(contoso: Organization, shell: Shell) -> None:
    assert value(shell, "CONTOSO\\robinw", "LinkedMasterAccount") == "FABRIKAM\\robinw"
    assert contoso.find("CONTOSO\\robinw").account_disabled
    assert contoso.opens("FABRIKAM\\robinw", "CONTOSO\\robinw")


def test_names_are_made_up_from_one_another(contoso: Organization, shell: Shell) -> None:
    shell.must("New-Mailbox -Shared -Name 'A Name That Is Longer Than Twenty'")
    shell.must("New-Mailbox -Shared -Name 'Second' -Alias 'ANameThatIsLongerThanTwentyToo'")
    first, second = contoso.find("A Name That Is Longer Than Twenty"), contoso.find("Second")
    assert first.alias == "ANameThatIsLongerThanTwenty"
    assert first.sam_account_name == "ANameThatIsLongerTha"
    assert second.sam_account_name == "ANameThatIsLongerTh1"
    assert first.user_principal_name == "ANameThatIsLongerThanTwenty@contoso.com"
    assert first.display_name == first.name


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("-Name 'Terry Adams' -Shared", "ManagementObjectAlreadyExists"),
        ("-Name Other -Alias terrya -Shared", "ManagementObjectAlreadyExists"),
        ("-Name Other -SamAccountName terrya -Shared", "ManagementObjectAlreadyExists"),
        ("-Name Other -UserPrincipalName terrya@contoso.com -Shared", "ManagementObjectAlreadyExists"),
        ("-Name Other -PrimarySmtpAddress terrya@contoso.com -Shared", "ProxyAddressExists"),
        ("-Name Other -Alias 'a b' -Shared", "InvalidProperty"),
        ("-Name Other -SamAccountName 'a/b' -Shared", "InvalidProperty"),
        ("-Name Other -SamAccountName aaaaaaaaaaaaaaaaaaaaa -Shared", "InvalidProperty"),
        ("-Name Other -UserPrincipalName other -Shared", "InvalidProperty"),
        ("-Name Other -PrimarySmtpAddress other -Shared", "CannotConvertArgument"),
        (f"-Name {'x' * 65} -Shared", "InvalidProperty"),
        ("-Name Other -LinkedMasterAccount CONTOSO\\svcbackup -LinkedDomainController dc01", "InvalidProperty"),
        ("-Name Other -LinkedMasterAccount FABRIKAM\\robinw -LinkedDomainController dc.other.com", "InvalidProperty"),
        ("-Name Other -LinkedMasterAccount FABRIKAM\\nobody -LinkedDomainController dc", "ManagementObjectNotFound"),
        ("-Name Other -Shared -Room", "AmbiguousParameterSet"),
        ("-Name Other -Shared -Database x", "ParameterNotSupported"),
        ("-Name Other -UserPrincipalName o@contoso.com -Password secret", "SecureString"),
        (
            "-Name Other -UserPrincipalName o@contoso.com -Password (ConvertTo-SecureString ' ' -AsPlainText -Force).X",
            "NullNotAllowed",
        ),
    ],
)
def test_a_mailbox_that_cannot_be_is_not_made(shell: Shell, arguments: str, error: str) -> None:
    said = shell.run(f"New-Mailbox {arguments}")
    assert said.code == 1
    assert error in said.errors
    assert not shell.run("Get-Mailbox -Filter \"Name -eq 'Other'\"").output


def test_a_password_is_hashed_and_reaches_no_log(contoso: Organization, shell: Shell) -> None:
    shell.must(
        "New-Mailbox -Name Other -UserPrincipalName other@contoso.com -Password (ConvertTo-SecureString 'S3cret!' -AsPlainText -Force)"
    )
    shell.must("Set-Mailbox Other -Password (ConvertTo-SecureString 'S3cret!2' -AsPlainText -Force)")
    assert "S3cret" not in repr(contoso.audit())
    assert dict(contoso.audit()[0].parameters)["Password"] == "********"


def test_mailboxes_are_listed_without_those_of_the_system(shell: Shell) -> None:
    names = shell.must("Get-Mailbox -ResultSize Unlimited | foreach {$_.Name}").lines
    assert "Terry Adams" in names
    assert any(name.startswith("DiscoverySearchMailbox") for name in names)
    assert not any(name.startswith("SystemMailbox") for name in names)
    system = shell.must("Get-Mailbox -Arbitration | foreach {$_.Name}").lines
    assert any(name.startswith("SystemMailbox") for name in system)
    assert "Terry Adams" not in system
    shell.must("Get-Mailbox 'SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}' -Arbitration")
    assert shell.run("Get-Mailbox 'SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}'").code == 1


@pytest.mark.parametrize(
    "identity",
    [
        "Terry Adams",
        "terrya",
        "TERRYA@contoso.com",
        "CONTOSO\\terrya",
        "CN=Terry Adams,CN=Users,DC=contoso,DC=com",
        "contoso.com/Users/Terry Adams",
    ],
)
def test_a_mailbox_is_found_in_every_form(shell: Shell, identity: str) -> None:
    assert value(shell, identity, "Name") == "Terry Adams"
    guid = value(shell, identity, "Guid")
    legacy = value(shell, identity, "LegacyExchangeDN")
    assert value(shell, guid, "Name") == value(shell, legacy, "Name") == "Terry Adams"


def test_what_is_no_mailbox_is_not_found(shell: Shell) -> None:
    said = shell.run("Get-Mailbox helpdesk")
    assert said.code == 1
    assert "[FailureCategory=Cmdlet-ManagementObjectNotFoundException]" in said.errors
    assert "couldn't be found on 'dc01.contoso.com'" in " ".join(said.errors.split())
    said = shell.run("Get-Mailbox nobody*")
    assert (said.code, said.errors, said.output) == (0, "", "")


def test_a_change_that_changes_nothing_is_warned_about(contoso: Organization, shell: Shell) -> None:
    said = shell.must("Set-Mailbox terrya -DisplayName 'Terry Adams'")
    assert said.warnings == (
        "WARNING: The command completed successfully but no settings of 'contoso.com/Users/Terry Adams' have been modified."
    )
    assert contoso.audit()[0].change == 0


@pytest.mark.parametrize(
    ("arguments", "name", "printed"),
    [
        ("-DisplayName 'T. Adams'", "DisplayName", "T. Adams"),
        ("-CustomAttribute7 blue", "CustomAttribute7", "blue"),
        ("-ExtensionCustomAttribute1 a,b", "ExtensionCustomAttribute1", "a b"),
        ("-Office 'Building 1'", "Office", "Building 1"),
        ("-MailTip 'I am away'", "MailTip", "I am away"),
        ("-MessageCopyForSentAsEnabled $true", "MessageCopyForSentAsEnabled", "True"),
        ("-MessageCopyForSendOnBehalfEnabled $true", "MessageCopyForSendOnBehalfEnabled", "True"),
        ("-HiddenFromAddressListsEnabled $true", "HiddenFromAddressListsEnabled", "True"),
        ("-UserPrincipalName ta@contoso.com", "UserPrincipalName", "ta@contoso.com"),
        ("-AccountDisabled $true", "AccountDisabled", "True"),
        ("-Alias terry", "EmailAddresses", "SMTP:terry@contoso.com smtp:terrya@contoso.com"),
        (
            "-EmailAddresses @{Add='ta@contoso.com'}",
            "EmailAddresses",
            "SMTP:terrya@contoso.com smtp:ta@contoso.com",
        ),
        ("-PrimarySmtpAddress ta@contoso.com", "PrimarySmtpAddress", "ta@contoso.com"),
        ("-SamAccountName tadams", "SamAccountName", "tadams"),
    ],
)
def test_a_property_is_set_and_told_to_the_audit(
    contoso: Organization, shell: Shell, arguments: str, name: str, printed: str
) -> None:
    old = value(shell, "Terry Adams", name)
    said = shell.must(f"Set-Mailbox 'Terry Adams' {arguments}")
    assert (said.output, said.warnings) == ("", "")
    assert value(shell, "Terry Adams", name) == printed
    told = {changed.name: changed for changed in contoso.audit()[0].modified_properties}
    assert told[name].old_value.replace(",", "") == old
    assert told[name].new_value.replace(",", "") == printed


def test_a_property_is_cleared_by_null(shell: Shell) -> None:
    shell.must("Set-Mailbox terrya -CustomAttribute7 blue -ExtensionCustomAttribute1 a,b")
    shell.must("Set-Mailbox terrya -CustomAttribute7 $null -ExtensionCustomAttribute1 $null")
    assert value(shell, "terrya", "CustomAttribute7") == ""
    assert value(shell, "terrya", "ExtensionCustomAttribute1") == ""


def test_a_new_name_keeps_every_grant(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess")
    shell.must("Set-Mailbox terrya -GrantSendOnBehalfTo raymonds")
    shell.must("Set-Mailbox raymonds -Name 'Ray Sam' -Alias ray -SamAccountName ray -UserPrincipalName ray@contoso.com")
    shell.must("Set-Mailbox terrya -Name 'Tom Adams'")
    assert contoso.opens("ray", "Tom Adams")
    assert value(shell, "Tom Adams", "GrantSendOnBehalfTo") == "contoso.com/Users/Ray Sam"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("terrya -Name 'Raymond Sam'", "ManagementObjectAlreadyExists"),
        ("terrya -EmailAddresses @{Add='raymonds@contoso.com'}", "ProxyAddressExists"),
        ("terrya -ResourceCapacity 5", "InvalidProperty"),
        ("terrya -GrantSendOnBehalfTo nobody", "RecipientNotFound"),
        ("terrya -GrantSendOnBehalfTo raymonds,nobody", "RecipientNotFound"),
        ("terrya -GrantSendOnBehalfTo svcbackup", "RecipientNotFound"),
        ("terrya -GrantSendOnBehalfTo 'Archive Readers'", "RecipientNotFound"),
        ("terrya -GrantSendOnBehalfTo allemployees", "WrongRecipientType"),
        ("terrya -GrantSendOnBehalfTo oliverl", "WrongRecipientType"),
        ("terrya -GrantSendOnBehalfTo @{Plus='raymonds'}", "CannotConvertArgument"),
        ("terrya -DisplayName ''", "InvalidProperty"),
        ("executives -Password (ConvertTo-SecureString x -AsPlainText -Force)", "InvalidProperty"),
        ("executives -AccountDisabled $false", "InvalidProperty"),
        ("terrya -LitigationHoldEnabled $true", "ParameterNotSupported"),
        ("terrya -HiddenFromAddressListsEnabled yes", "HiddenFromAddressListsEnabled"),
        ("helpdesk -DisplayName x", "ManagementObjectNotFound"),
        ("CONTOSO\\robinw -Type Regular", "WrongRecipientType"),
        ("'DiscoverySearchMailbox{D919BA05-46A6-415f-80AD-7E09334BB852}' -Type Shared", "WrongRecipientType"),
        ("executives -LinkedMasterAccount FABRIKAM\\robinw", "WrongRecipientType"),
    ],
)
def test_a_change_that_cannot_be_is_undone_whole(
    contoso: Organization, shell: Shell, arguments: str, error: str
) -> None:
    change = contoso.find("terrya").when_changed
    said = shell.run(f"Set-Mailbox {arguments}")
    assert said.code == 1
    assert error in said.errors
    assert value(shell, "terrya", "GrantSendOnBehalfTo") == ""
    assert contoso.find("terrya").when_changed == change


def test_a_user_mailbox_becomes_shared_and_back(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess")
    shell.must("Set-Mailbox terrya -Type Shared")
    assert value(shell, "terrya", "RecipientTypeDetails") == "SharedMailbox"
    assert contoso.find("terrya").account_disabled
    assert contoso.opens("raymonds", "terrya")
    assert contoso.mapped("terrya") == ["CONTOSO\\raymonds"]
    said = shell.must("Set-Mailbox terrya -Type Regular")
    assert "stays disabled" in said.warnings
    assert contoso.find("terrya").account_disabled
    shell.must("Set-Mailbox terrya -Type Shared")
    said = shell.must("Set-Mailbox terrya -Type Regular -Password (ConvertTo-SecureString new -AsPlainText -Force)")
    assert not said.warnings
    assert not contoso.find("terrya").account_disabled


@pytest.mark.parametrize("kind", ["Room", "Equipment", "Shared"])
def test_self_is_the_external_account_of_a_mailbox_without_one(contoso: Organization, shell: Shell, kind: str) -> None:
    shell.must(f"Set-Mailbox terrya -Type {kind}")
    with contoso.store.read() as directory:
        (own,) = (ace for ace in directory.mailbox_acl(contoso.find("terrya").id).entries if not ace.inherited)
        assert own.rights == {MailboxRight.FULL_ACCESS, MailboxRight.READ_PERMISSION, MailboxRight.EXTERNAL_ACCOUNT}
    shell.must("Set-Mailbox terrya -Type Regular")
    with contoso.store.read() as directory:
        (own,) = (ace for ace in directory.mailbox_acl(contoso.find("terrya").id).entries if not ace.inherited)
        assert own.rights == {MailboxRight.FULL_ACCESS, MailboxRight.READ_PERMISSION}


def test_a_mailbox_is_linked_and_unlinked(shell: Shell) -> None:
    shell.must("New-ADUser -Name 'Nancy Freehafer' -SamAccountName nancyf -Server fabrikam.com")
    shell.must("Set-Mailbox terrya -LinkedMasterAccount FABRIKAM\\nancyf -LinkedDomainController dc01.fabrikam.com")
    assert value(shell, "terrya", "RecipientTypeDetails") == "LinkedMailbox"
    assert value(shell, "terrya", "LinkedMasterAccount") == "FABRIKAM\\nancyf"
    shell.must("Set-Mailbox terrya -LinkedMasterAccount $null")
    assert value(shell, "terrya", "RecipientTypeDetails") == "UserMailbox"
    assert value(shell, "terrya", "LinkedMasterAccount") == ""
    assert "nancyf" not in shell.must('Get-MailboxPermission terrya | foreach {"$($_.User)"}').output


def test_a_mailbox_is_taken_and_given_back(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess")
    shell.must("Set-Mailbox ayla -GrantSendOnBehalfTo terrya,raymonds")
    shell.must("Disable-Mailbox terrya -Confirm:$false")
    assert contoso.find("CONTOSO\\terrya").recipient_type_details is _T.USER
    assert shell.run("Get-Mailbox terrya").code == 1
    assert value(shell, "ayla", "GrantSendOnBehalfTo") == "contoso.com/Users/Raymond Sam"
    shell.must("Enable-Mailbox terrya")
    assert value(shell, "terrya", "PrimarySmtpAddress") == "terrya@contoso.com"
    assert not contoso.opens("raymonds", "terrya")
    assert contoso.opens("terrya", "terrya")


def test_removing_a_delegate_takes_his_grants_and_says_which(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess")
    shell.must("Add-ADPermission 'Ayla Kol' -User raymonds -ExtendedRights 'Send As'")
    shell.must("Set-Mailbox seanc -GrantSendOnBehalfTo raymonds,jimh")
    said = shell.run("Remove-Mailbox raymonds", "Y")
    assert "Windows user object" in said.questions[0]
    assert sorted(said.warnings.splitlines()) == [
        "WARNING: Full Access of 'contoso.com/Users/Raymond Sam' on 'contoso.com/Users/Terry Adams' is removed with it.",
        "WARNING: Send As of 'contoso.com/Users/Raymond Sam' on 'contoso.com/Users/Ayla Kol' is removed with it.",
        "WARNING: Send on Behalf of 'contoso.com/Users/Raymond Sam' on 'contoso.com/Users/Sean Chai' is removed with it.",
    ]
    assert "S-1-5-21" not in shell.must('Get-MailboxPermission terrya | foreach {"$($_.User)"}').output
    assert value(shell, "seanc", "GrantSendOnBehalfTo") == "contoso.com/Users/Jim Hance"
    assert len(contoso.audit()[0].modified_properties) == 4


def test_the_last_administrator_stays(shell: Shell) -> None:
    for command in (
        "Remove-Mailbox Administrator",
        "Remove-RoleGroupMember 'Organization Management' -Member Administrator",
    ):
        said = shell.run(f"{command} -Confirm:$false")
        assert said.code == 1
        assert "[FailureCategory=Cmdlet-LastAdministratorException]" in said.errors
    shell.must("Add-RoleGroupMember 'Organization Management' -Member terrya")
    shell.must("Remove-RoleGroupMember 'Organization Management' -Member Administrator -Confirm:$false")


def test_set_passes_the_object_on_to_another_cmdlet_only(shell: Shell) -> None:
    assert not shell.must("Set-Mailbox terrya -CustomAttribute1 x").output
    shell.must(
        "New-Mailbox -Shared -Name Chain | Set-Mailbox -GrantSendOnBehalfTo jimh | Add-MailboxPermission -User jimh -AccessRights FullAccess"
    )
    assert value(shell, "Chain", "GrantSendOnBehalfTo") == "contoso.com/Users/Jim Hance"
    assert "CONTOSO\\jimh" in shell.must('Get-MailboxPermission Chain | foreach {"$($_.User)"}').lines
