"""Set-Group, and what contacts say about their people."""

import pytest

from delegacy.domain.recipient import GroupScope, RecipientTypeDetails
from support.commands import Organization, Shell

_T = RecipientTypeDetails


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("Set-Group nobody -Notes x", "ManagementObjectNotFound"),
        ("Set-Group terrya -Notes x", "ManagementObjectNotFound"),
        ("Set-Group helpdesk -Name 'Temporary Assistants'", "ManagementObjectAlreadyExists"),
        ("Set-Group helpdesk -ManagedBy nobody", "RecipientNotFound"),
        ("Set-Group helpdesk -WindowsEmailAddress terrya@contoso.com", "ProxyAddressExists"),
        ("Set-Group 'Archive Readers' -WindowsEmailAddress x@contoso.com", "WrongRecipientType"),
        (f"Set-Group helpdesk -Notes {'x' * 1025}", "InvalidProperty"),
        ("Set-Group helpdesk -SeniorityIndex 1", "ParameterNotSupported"),
        ("Set-MailContact nobody -DisplayName x", "ManagementObjectNotFound"),
        ("Set-MailContact terrya -DisplayName x", "ManagementObjectNotFound"),
        ("Set-MailContact oliverl -ExternalEmailAddress nonsense", "nonsense"),
        ("Set-MailContact oliverl -ExternalEmailAddress terrya@contoso.com", "ProxyAddressExists"),
        ("Set-MailContact oliverl -GrantSendOnBehalfTo terrya", "ParameterNotSupported"),
        ("Set-Contact terrya -Title x", "ManagementObjectNotFound"),
        ("Set-Contact oliverl -Manager terrya", "ParameterNotSupported"),
    ],
)
def test_what_cannot_be_is_refused(shell: Shell, command: str, error: str) -> None:
    said = shell.run(command)
    assert said.code == 1
    assert error in said.errors


def test_a_group_is_changed(contoso: Organization, shell: Shell) -> None:
    assert (
        shell.must("Set-Group helpdesk -Notes x -WhatIf").host == 'What if: Setting group "contoso.com/Users/Helpdesk".'
    )
    shell.must(
        "Set-Group helpdesk -Name Desk -DisplayName 'The Desk' -Notes 'a note' -ManagedBy terrya,tempassistants "
        "-PhoneticDisplayName desk -SimpleDisplayName Desk -WindowsEmailAddress desk@contoso.com"
    )
    group = contoso.find("Desk")
    assert (group.display_name, str(group.primary_smtp_address)) == ("The Desk", "desk@contoso.com")
    assert "smtp:helpdesk@contoso.com" in [str(address) for address in group.email_addresses]
    assert group.attributes["EmailAddressPolicyEnabled"] is False
    assert group.attributes["Notes"] == "a note"
    managed = shell.must("(Get-Group Desk).ManagedBy | foreach {$_.Name}").lines
    assert managed == ["Terry Adams", "Temporary Assistants"]
    record = contoso.audit()[0]
    assert (record.cmdlet, record.object_modified) == ("Set-Group", "contoso.com/Users/Helpdesk")
    assert "no settings" in shell.must("Set-Group Desk -Notes 'a note'").warnings
    assert shell.run("Set-Group Desk -Notes other -Confirm", "N").questions
    assert contoso.find("Desk").attributes["Notes"] == "a note"


def test_a_group_without_mail_is_changed(contoso: Organization, shell: Shell) -> None:
    shell.must("Get-Group 'Archive Readers' | Set-Group -Description 'who may read' -ManagedBy jimh")
    group = contoso.find("Archive Readers")
    assert (group.recipient_type_details, group.attributes["Description"]) == (
        _T.UNIVERSAL_SECURITY_GROUP,
        "who may read",
    )


def test_a_global_group_becomes_universal(contoso: Organization, shell: Shell) -> None:
    shell.must("Set-Group 'Floor Three' -Universal")
    group = contoso.find("Floor Three")
    assert (group.group_scope, group.recipient_type_details) == (GroupScope.UNIVERSAL, _T.UNIVERSAL_SECURITY_GROUP)
    shell.must("Enable-DistributionGroup 'Floor Three'")
    assert contoso.find("Floor Three").recipient_type_details is _T.MAIL_UNIVERSAL_SECURITY_GROUP
    assert "no settings" in shell.must("Set-Group 'Floor Three' -Universal").warnings


def test_a_group_becomes_universal_only_where_its_nesting_admits_it(contoso: Organization, shell: Shell) -> None:
    shell.must("New-ADGroup Outer -GroupScope Global; Add-ADGroupMember Outer -Members 'Floor Three'")
    shell.must("New-ADGroup Local -GroupScope DomainLocal; Add-ADGroupMember 'Scanner Operators' -Members Local")
    for group in ("Floor Three", "Scanner Operators"):
        said = shell.run(f"Set-Group '{group}' -Universal")
        assert "[FailureCategory=Cmdlet-WrongRecipientTypeException]" in said.errors
        assert contoso.find(group).recipient_type_details is _T.NON_UNIVERSAL_GROUP


def test_a_contact_is_changed(contoso: Organization, shell: Shell) -> None:
    said = shell.must("Set-MailContact oliverl -DisplayName x -WhatIf")
    assert said.host == 'What if: Setting mail contact "contoso.com/Users/Oliver Lee".'
    shell.must(
        "Set-MailContact oliverl -ExternalEmailAddress lee@litware.example -DisplayName 'O. Lee' -CustomAttribute1 x"
    )
    contact = contoso.find("oliverl")
    assert (contact.display_name, contact.attributes["CustomAttribute1"]) == ("O. Lee", "x")
    assert contact.attributes["ExternalEmailAddress"] == "SMTP:lee@litware.example"
    assert [str(address) for address in contact.email_addresses] == ["SMTP:lee@litware.example"]
    assert contoso.audit()[0].cmdlet == "Set-MailContact"
    said = shell.must("Set-Contact oliverl -Title Director -City Seattle -WhatIf")
    assert said.host == 'What if: Setting contact "contoso.com/Users/Oliver Lee".'
    shell.must(
        "Set-Contact oliverl -Title Director -City Seattle -Name 'Lee, Oliver' -WindowsEmailAddress lee@other.example"
    )
    assert shell.must('Get-Contact oliverl | foreach {"$($_.Name) $($_.Title) $($_.City)"}').lines == [
        "Lee, Oliver Director Seattle"
    ]
    assert str(contoso.find("oliverl").primary_smtp_address) == "lee@other.example"
    header, _, row = shell.must("Get-Contact -Filter \"Title -eq 'Director'\"").lines
    assert (header.split(), row.split()) == (["Name", "RecipientType"], ["Lee,", "Oliver", "MailContact"])
    assert contoso.audit()[0].cmdlet == "Set-Contact"
