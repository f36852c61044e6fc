import pytest

from delegacy.domain.recipient import RecipientTypeDetails
from support.commands import Organization, Shell

_T = RecipientTypeDetails


def members(shell: Shell, group: str) -> list[str]:
    return shell.must(f"Get-DistributionGroupMember '{group}' | foreach {{$_.Name}}").lines


def value(shell: Shell, group: str, name: str) -> str:
    return shell.must(f"Get-DistributionGroup '{group}' | foreach {{\"=$($_.{name})\"}}").lines[0].removeprefix("=")


def test_a_list_shows_the_documented_columns(shell: Shell) -> None:
    header, _, row = shell.must("Get-DistributionGroup helpdesk").lines
    assert header.split() == ["Name", "DisplayName", "GroupType", "PrimarySmtpAddress"]
    assert row.split() == ["Helpdesk", "Helpdesk", "Universal,", "SecurityEnabled", "helpdesk@contoso.com"]


@pytest.mark.parametrize(
    ("arguments", "kind", "secure"),
    [
        ("", _T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, False),
        ("-Type Distribution", _T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, False),
        ("-Type Security", _T.MAIL_UNIVERSAL_SECURITY_GROUP, True),
        ("-RoomList", _T.ROOM_LIST, False),
    ],
)
def test_a_group_of_every_kind_is_made(
    contoso: Organization, shell: Shell, arguments: str, kind: RecipientTypeDetails, *, secure: bool
) -> None:
    shell.must(f"New-DistributionGroup -Name 'New Group' -Members terrya,roomadams,terrya {arguments}")
    made = contoso.find("New Group")
    assert made.recipient_type_details is kind
    assert made.security_enabled == secure
    assert str(made.primary_smtp_address) == "NewGroup@contoso.com"
    assert members(shell, "New Group") == ["Room Adams", "Terry Adams"]
    assert value(shell, "New Group", "RequireSenderAuthenticationEnabled") == "True"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("Helpdesk", "ManagementObjectAlreadyExists"),
        ("Other -Alias helpdesk", "ManagementObjectAlreadyExists"),
        ("Other -Members nobody", "RecipientNotFound"),
        ("Other -ManagedBy nobody", "RecipientNotFound"),
        ("Other -Members 'Scanner Operators'", "WrongRecipientType"),
        ("Other -Members 'Organization Management'", "RecipientNotFound"),
        ("Other -Type Security -RoomList", "WrongRecipientType"),
        ("Other -Type Secret", "CannotConvertArgument"),
        ("Other -MemberJoinRestriction Sometimes", "ParameterArgumentValidationError"),
        ("Other -ModeratedBy terrya", "ParameterNotSupported"),
    ],
)
def test_a_group_that_cannot_be_is_not_made(shell: Shell, arguments: str, error: str) -> None:
    said = shell.run(f"New-DistributionGroup -Name {arguments}")
    assert said.code == 1
    assert error in said.errors
    assert not shell.run("Get-DistributionGroup -Filter \"Name -eq 'Other'\"").output


def test_a_new_alias_moves_the_address_and_keeps_the_old_one(shell: Shell) -> None:
    shell.must("Set-DistributionGroup helpdesk -Alias support")
    assert (
        value(shell, "helpdesk@contoso.com", "EmailAddresses") == "SMTP:support@contoso.com smtp:helpdesk@contoso.com"
    )


def test_managers_are_set_changed_and_searched_for(shell: Shell) -> None:
    shell.must("Set-DistributionGroup helpdesk -ManagedBy terrya")
    shell.must("Set-DistributionGroup helpdesk -ManagedBy @{Add='raymonds'}")
    assert value(shell, "helpdesk", "ManagedBy") == "contoso.com/Users/Terry Adams contoso.com/Users/Raymond Sam"
    assert shell.must("Get-DistributionGroup -ManagedBy raymonds | foreach {$_.Name}").lines == ["Helpdesk"]
    assert shell.must("Get-DistributionGroup -ManagedBy ayla | foreach {$_.Name}").lines == []


def test_members_come_and_go(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-DistributionGroupMember helpdesk -Member terrya")
    assert members(shell, "helpdesk") == ["Stefan Hesse", "Terry Adams"]
    said = shell.run("Add-DistributionGroupMember helpdesk -Member terrya")
    assert "[FailureCategory=Cmdlet-MemberAlreadyExistsException]" in said.errors
    said = shell.run("Remove-DistributionGroupMember helpdesk -Member terrya", "Y")
    assert said.questions[0].endswith('Removing distribution group member "terrya" on group "helpdesk".')
    said = shell.run("Remove-DistributionGroupMember helpdesk -Member terrya -Confirm:$false")
    assert "[FailureCategory=Cmdlet-MemberNotFoundException]" in said.errors
    recorded = [
        (record.cmdlet, record.succeeded, [(told.old_value, told.new_value) for told in record.modified_properties])
        for record in contoso.audit()[:4]
    ]
    terry = "contoso.com/Users/Terry Adams"
    assert recorded == [
        ("Remove-DistributionGroupMember", False, []),
        ("Remove-DistributionGroupMember", True, [(terry, "")]),
        ("Add-DistributionGroupMember", False, []),
        ("Add-DistributionGroupMember", True, [("", terry)]),
    ]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("terrya,ayla", ["Ayla Kol", "Terry Adams"]),
        ("terrya,terrya,stefanh", ["Stefan Hesse", "Terry Adams"]),
        ("@{Add='ayla'}", ["Ayla Kol", "Stefan Hesse"]),
        ("@{Add='ayla';Remove='stefanh','jimh'}", ["Ayla Kol"]),
        ("$null", []),
    ],
)
def test_the_members_are_set_as_a_whole(contoso: Organization, shell: Shell, asked: str, expected: list[str]) -> None:
    command = f"Update-DistributionGroupMember helpdesk -Members {asked}"
    told = shell.must(f"{command} -WhatIf").host.splitlines()
    assert told[0] == 'What if: Updating the members of distribution group "helpdesk".'
    said = shell.run(command, "N")
    assert len(said.questions) == 1
    assert members(shell, "helpdesk") == ["Stefan Hesse"]
    shell.must(f"{command} -Confirm:$false")
    assert members(shell, "helpdesk") == expected
    record = contoso.audit()[0]
    assert (record.cmdlet, record.object_modified) == ("Update-DistributionGroupMember", "contoso.com/Users/Helpdesk")
    assert [changed.old_value for changed in record.modified_properties] == ["contoso.com/Users/Stefan Hesse"]


def test_members_that_stay_are_no_change(shell: Shell) -> None:
    assert "no settings" in shell.must("Update-DistributionGroupMember helpdesk -Members stefanh").warnings


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ("nobody", "RecipientNotFound"),
        ("terrya,helpdesk", "WrongRecipientType"),
        ("@{Add='terrya','Scanner Operators'}", "WrongRecipientType"),
        ("@{Change='terrya'}", "Change"),
        ("'Help Desk'", "RecipientNotFound"),
    ],
)
def test_members_that_cannot_be_change_nothing(shell: Shell, asked: str, error: str) -> None:
    said = shell.run(f"Update-DistributionGroupMember helpdesk -Members {asked} -Confirm:$false")
    assert said.code == 1
    assert error in said.errors
    assert members(shell, "helpdesk") == ["Stefan Hesse"]


def test_members_come_from_the_pipeline(shell: Shell) -> None:
    shell.must("Get-Mailbox -Anr James | Add-DistributionGroupMember printersupport")
    shell.must("'terrya' | Add-DistributionGroupMember -Identity printersupport")
    assert members(shell, "printersupport") == ["James Alvord", "Stefan Hesse", "Terry Adams"]


@pytest.mark.parametrize(
    ("group", "member", "error"),
    [
        ("printersupport", "nobody", "RecipientNotFound"),
        ("printersupport", "printersupport", "WrongRecipientType"),
        ("printersupport", "'Scanner Operators'", "WrongRecipientType"),
        ("allemployees", "terrya", "ManagementObjectNotFound"),
        ("'Archive Readers'", "terrya", "ManagementObjectNotFound"),
    ],
)
def test_what_cannot_be_a_member_is_refused(shell: Shell, group: str, member: str, error: str) -> None:
    said = shell.run(f"Add-DistributionGroupMember {group} -Member {member}")
    assert said.code == 1
    assert f"[FailureCategory=Cmdlet-{error}Exception]" in said.errors


def test_a_distribution_group_becomes_a_room_list(shell: Shell) -> None:
    shell.must("Set-DistributionGroup printersupport -RoomList")
    assert value(shell, "printersupport", "RecipientTypeDetails") == "RoomList"
    said = shell.run("Set-DistributionGroup helpdesk -RoomList")
    assert "[FailureCategory=Cmdlet-WrongRecipientTypeException]" in said.errors


def test_removing_a_group_takes_its_grants(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-MailboxPermission executives -User helpdesk -AccessRights FullAccess")
    said = shell.run("Remove-DistributionGroup helpdesk", "Y")
    assert said.questions[0].endswith('Removing distribution group "contoso.com/Users/Helpdesk".')
    assert "Full Access of 'contoso.com/Users/Helpdesk' on 'contoso.com/Users/Contoso Executives'" in said.warnings
    assert not contoso.opens("stefanh", "executives")


def test_a_dynamic_group_has_members_by_its_filter(shell: Shell) -> None:
    everyone = shell.must("Get-DynamicDistributionGroupMember allemployees | foreach {$_.Name}").lines
    assert "Terry Adams" in everyone
    assert "Contoso Executives" not in everyone
    header, _, row = shell.must("Get-DynamicDistributionGroup allemployees").lines
    assert (header.split(), row.split()) == (["Name", "ManagedBy"], ["All", "Employees", "{}"])
    shell.must("Set-DynamicDistributionGroup allemployees -RecipientFilter {Alias -like 'j*'}")
    assert shell.must("Get-DynamicDistributionGroupMember allemployees | foreach {$_.Name}").lines == [
        "James Alvord",
        "Jim Hance",
    ]
    previewed = shell.must(
        "Get-Recipient -RecipientPreviewFilter (Get-DynamicDistributionGroup allemployees).RecipientFilter | foreach {$_.Name}"
    )
    assert previewed.lines == ["James Alvord", "Jim Hance"]


def test_a_dynamic_group_takes_ready_made_conditions(shell: Shell) -> None:
    shell.must("Set-User jimh -Department Sales -Confirm:$false; Set-User ayla -Department Legal -Confirm:$false")
    shell.must("New-DynamicDistributionGroup Sales -IncludedRecipients MailboxUsers -ConditionalDepartment Sales,Legal")
    listed = "Get-DynamicDistributionGroupMember Sales | foreach {$_.Name}"
    assert shell.must(listed).lines == ["Ayla Kol", "Jim Hance"]
    shell.must("Set-DynamicDistributionGroup Sales -ConditionalDepartment @{Remove='Legal'}")
    assert shell.must(listed).lines == ["Jim Hance"]
    shell.must(
        "Set-DynamicDistributionGroup Sales -ConditionalDepartment $null -IncludedRecipients Resources,MailContacts"
    )
    assert shell.must(listed).lines == ["Oliver Lee", "Projector", "Room Adams"]


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("New-DynamicDistributionGroup X -RecipientFilter \"Nonsense -eq 'a'\"", "InvalidFilter"),
        ('New-DynamicDistributionGroup X -RecipientFilter "Alias -eq"', "InvalidFilter"),
        (
            "New-DynamicDistributionGroup X -RecipientFilter \"Alias -eq 'a'\" -IncludedRecipients MailUsers",
            "Ambiguous",
        ),
        ("New-DynamicDistributionGroup X -IncludedRecipients Everybody", "CannotConvertArgument"),
        ("Set-DynamicDistributionGroup allemployees -ConditionalCompany x", "InvalidProperty"),
        (
            "Set-DynamicDistributionGroup allemployees -RecipientFilter \"Alias -eq 'a'\" -IncludedRecipients MailUsers",
            "InvalidProperty",
        ),
        ("Set-DynamicDistributionGroup helpdesk -Notes x", "ManagementObjectNotFound"),
    ],
)
def test_filters_and_conditions_that_cannot_be_are_refused(shell: Shell, command: str, error: str) -> None:
    said = shell.run(command)
    assert said.code == 1
    assert error in said.errors


def test_a_dynamic_group_is_removed(shell: Shell) -> None:
    shell.must("Remove-DynamicDistributionGroup allemployees -Confirm:$false")
    assert shell.run("Get-DynamicDistributionGroup allemployees").code == 1
