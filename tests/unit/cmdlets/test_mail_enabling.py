"""Mail for accounts and groups that are there already, and back: Enable- and Disable- of mailboxes, mail users and groups."""

import pytest

from delegacy.domain.recipient import RecipientTypeDetails
from support.commands import Organization, Shell

_T = RecipientTypeDetails


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("Enable-MailUser nobody -ExternalEmailAddress x@litware.example", "ManagementObjectNotFound"),
        ("Enable-MailUser terrya -ExternalEmailAddress x@litware.example", "ManagementObjectNotFound"),
        ("Enable-MailUser 'Archive Readers' -ExternalEmailAddress x@litware.example", "ManagementObjectNotFound"),
        ("Enable-MailUser FABRIKAM\\robinw -ExternalEmailAddress x@litware.example", "ManagementObjectNotFound"),
        ("Enable-MailUser svcbackup -ExternalEmailAddress oliver@litware.example", "ProxyAddressExists"),
        (
            "Enable-MailUser svcbackup -ExternalEmailAddress x@litware.example -Alias terrya",
            "ManagementObjectAlreadyExists",
        ),
        ("Enable-MailUser svcbackup -ExternalEmailAddress nonsense", "nonsense"),
        ("Enable-MailUser svcbackup", "ExternalEmailAddress"),
        ("Enable-Mailbox FABRIKAM\\robinw", "ManagementObjectNotFound"),
        ("Disable-MailUser terrya", "ManagementObjectNotFound"),
        ("Enable-DistributionGroup nobody", "ManagementObjectNotFound"),
        ("Enable-DistributionGroup helpdesk", "ManagementObjectNotFound"),
        ("Enable-DistributionGroup svcbackup", "ManagementObjectNotFound"),
        ("Enable-DistributionGroup 'Floor Three'", "WrongRecipientType"),
        ("Enable-DistributionGroup 'Scanner Operators'", "WrongRecipientType"),
        ("Enable-DistributionGroup 'Help Desk'", "WrongRecipientType"),
        ("Enable-DistributionGroup 'Plain List' -Alias helpdesk", "ManagementObjectAlreadyExists"),
        ("Enable-DistributionGroup 'Plain List' -PrimarySmtpAddress helpdesk@contoso.com", "ProxyAddressExists"),
        ("Disable-DistributionGroup 'Plain List'", "ManagementObjectNotFound"),
        ("Disable-DistributionGroup allemployees", "ManagementObjectNotFound"),
    ],
)
def test_what_cannot_be_is_refused(contoso: Organization, shell: Shell, command: str, error: str) -> None:
    said = shell.run(command, *"YYY")
    assert said.code == 1
    assert error in said.errors
    assert contoso.find("svcbackup").recipient_type_details is _T.USER
    assert contoso.find("Plain List").recipient_type_details is _T.UNIVERSAL_DISTRIBUTION_GROUP


def test_an_account_becomes_a_mail_user_and_back(contoso: Organization, shell: Shell) -> None:
    before = contoso.find("svcbackup")
    said = shell.must("Enable-MailUser svcbackup -ExternalEmailAddress backup@litware.example -WhatIf")
    assert said.host.splitlines()[0] == 'What if: Enabling mail user "contoso.com/Users/Backup Service".'
    assert contoso.find("svcbackup") == before
    shell.must("Add-MailboxPermission terrya -User svcbackup -AccessRights FullAccess")
    header, _, row = shell.must("Enable-MailUser svcbackup -ExternalEmailAddress SMTP:backup@litware.example").lines
    assert (header.split(), row.split()) == (["Name", "RecipientType"], ["Backup", "Service", "MailUser"])
    user = contoso.find("svcbackup")
    assert user.recipient_type_details is _T.MAIL_USER
    assert (user.guid, user.sid, user.user_principal_name) == (before.guid, before.sid, before.user_principal_name)
    assert [str(address) for address in user.email_addresses] == [
        "SMTP:svcbackup@contoso.com",
        "smtp:backup@litware.example",
    ]
    assert not user.account_disabled
    assert contoso.opens("svcbackup", "terrya")
    record = contoso.audit()[0]
    assert (record.cmdlet, record.object_modified) == ("Enable-MailUser", "contoso.com/Users/Backup Service")
    assert "ExternalEmailAddress" in {changed.name for changed in record.modified_properties}

    shell.must(
        "Set-Mailbox seanc -GrantSendOnBehalfTo svcbackup,jimh; Set-MailUser svcbackup -GrantSendOnBehalfTo ayla"
    )
    said = shell.run("Disable-MailUser svcbackup", "Y")
    assert said.questions[0].endswith("will remove the Exchange properties from the Windows user object.")
    assert said.warnings == (
        "WARNING: Send on Behalf of 'contoso.com/Users/Backup Service' on 'contoso.com/Users/Sean Chai' is removed with it."
    )
    after = contoso.find("svcbackup")
    assert (after.recipient_type_details, after.email_addresses, after.alias) == (_T.USER, (), None)
    assert "ExternalEmailAddress" not in after.attributes
    assert contoso.opens("svcbackup", "terrya")
    assert contoso.sends("svcbackup", "seanc") != "Send on Behalf"
    assert contoso.sends("jimh", "seanc") == "Send on Behalf"


def test_disabling_a_mail_user_can_be_declined(contoso: Organization, shell: Shell) -> None:
    shell.run("Disable-MailUser paular", "N")
    shell.must("Disable-MailUser paular -WhatIf")
    assert contoso.find("paular").recipient_type_details is _T.MAIL_USER


def test_a_mail_user_without_a_password_becomes_a_disabled_account(contoso: Organization, shell: Shell) -> None:
    shell.must("New-MailUser Other -ExternalEmailAddress other@litware.example; Disable-MailUser Other -Confirm:$false")
    assert contoso.find("Other").recipient_type_details is _T.DISABLED_USER


@pytest.mark.parametrize(
    ("group", "kind"),
    [("Archive Readers", _T.MAIL_UNIVERSAL_SECURITY_GROUP), ("Plain List", _T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP)],
)
def test_a_group_gets_an_address(contoso: Organization, shell: Shell, group: str, kind: RecipientTypeDetails) -> None:
    said = shell.must(f"Enable-DistributionGroup '{group}' -WhatIf")
    assert said.host.splitlines()[0] == f'What if: Enabling distribution group "contoso.com/Users/{group}".'
    before = contoso.find(group)
    shell.must(f"Enable-DistributionGroup '{group}'")
    after = contoso.find(group)
    assert (after.recipient_type_details, after.guid, after.sid) == (kind, before.guid, before.sid)
    assert str(after.primary_smtp_address) == f"{group.replace(' ', '')}@contoso.com"
    assert after.security_enabled == before.security_enabled
    assert after.attributes["RequireSenderAuthenticationEnabled"] is True
    assert contoso.audit()[0].cmdlet == "Enable-DistributionGroup"


def test_members_keep_what_the_group_was_granted_and_gain_the_list(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User 'Archive Readers' -AccessRights FullAccess")
    shell.must("Enable-DistributionGroup 'Archive Readers' -Alias readers -DisplayName Readers")
    shell.must("Set-Mailbox seanc -GrantSendOnBehalfTo readers")
    assert contoso.opens("svcbackup", "terrya")
    assert contoso.sends("svcbackup", "seanc") == "Send on Behalf"
    said = shell.run("Disable-DistributionGroup readers", "Y")
    assert said.questions[0].endswith("will remove the Exchange properties from the Windows group object.")
    assert "Send on Behalf of 'contoso.com/Users/Archive Readers' on 'contoso.com/Users/Sean Chai'" in said.warnings
    assert contoso.opens("svcbackup", "terrya")
    assert contoso.sends("svcbackup", "seanc") != "Send on Behalf"
    after = contoso.find("Archive Readers")
    assert after.recipient_type_details is _T.UNIVERSAL_SECURITY_GROUP
    assert contoso.audit()[0].cmdlet == "Disable-DistributionGroup"


def test_a_room_list_becomes_a_plain_group(contoso: Organization, shell: Shell) -> None:
    shell.must(
        "New-DistributionGroup Rooms -RoomList -Members roomadams; Disable-DistributionGroup Rooms -Confirm:$false"
    )
    assert contoso.find("Rooms").recipient_type_details is _T.UNIVERSAL_DISTRIBUTION_GROUP


def test_enabling_again_after_disabling(contoso: Organization, shell: Shell) -> None:
    shell.must("Disable-DistributionGroup printersupport -Confirm:$false; Enable-DistributionGroup printersupport")
    group = contoso.find("printersupport")
    assert group.recipient_type_details is _T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP
    assert shell.must("Get-DistributionGroupMember printersupport | foreach {$_.Name}").lines == ["Stefan Hesse"]
