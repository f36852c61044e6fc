r"""Address lists: who is in \All Users, and who makes, changes and removes such lists."""

import pytest

from support.commands import Organization, Shell

DEFAULTS = ["All Contacts", "All Distribution Lists", "All Rooms", "All Users"]
SELLERS = "New-AddressList Sellers -IncludedRecipients MailboxUsers -ConditionalDepartment Sales,Marketing"


def names(shell: Shell, command: str) -> list[str]:
    return shell.must(f"{command} | foreach {{$_.Name}}").lines


def members(shell: Shell, identity: str) -> list[str]:
    return names(shell, f"Get-Recipient -RecipientPreviewFilter (Get-AddressList '{identity}').RecipientFilter")


def test_every_organization_has_some(shell: Shell) -> None:
    assert names(shell, "Get-AddressList") == DEFAULTS
    assert shell.must("Get-AddressList").lines[0].split() == ["Name", "RecipientFilter"]
    assert members(shell, "All Contacts") == ["Oliver Lee"]
    assert members(shell, "All Rooms") == ["Room Adams"]
    assert "All Employees" in members(shell, "All Distribution Lists")
    everybody = members(shell, "All Users")
    assert {"Terry Adams", "Paula Reiter", "Helpdesk Tickets"} <= set(everybody)
    assert "Oliver Lee" not in everybody


def test_a_list_of_ready_made_conditions(shell: Shell) -> None:
    shell.must("Set-User ayla -Department Sales -Confirm:$false; Set-User jimh -Department marketing -Confirm:$false")
    shown = shell.must(f"{SELLERS} | Format-List")
    said = dict(line.split(":", 1) for line in shown.lines if ":" in line)
    told = {name.strip(): value.strip() for name, value in said.items()}
    assert told["Path"] == "\\Sellers"
    assert told["DisplayName"] == "Sellers"
    assert told["IncludedRecipients"] == "MailboxUsers"
    assert told["ConditionalDepartment"] == "{Sales, Marketing}"
    assert told["RecipientFilterType"] == "Precanned"
    assert told["Container"] == "\\"
    assert told["Identity"] == "\\Sellers"
    assert told["DistinguishedName"] == (
        "CN=Sellers,CN=All Address Lists,CN=Address Lists Container,CN=CONTOSO,CN=Microsoft Exchange,CN=Services,"
        "CN=Configuration,DC=contoso,DC=com"
    )
    assert members(shell, "Sellers") == ["Ayla Kol", "Jim Hance"]
    shell.must("Set-AddressList Sellers -ConditionalDepartment @{Remove='Marketing'}")
    assert members(shell, "Sellers") == ["Ayla Kol"]
    shell.must("Set-AddressList Sellers -IncludedRecipients MailGroups -ConditionalDepartment $null")
    assert "Helpdesk" in members(shell, "Sellers")


def test_a_list_with_a_filter_of_its_own(shell: Shell) -> None:
    shell.must(
        "New-AddressList J -DisplayName 'Those with J' -RecipientFilter \"Name -like 'J*'\" -Container 'All Users'"
    )
    assert members(shell, "J") == ["James Alvord", "Jim Hance"]
    assert shell.must("(Get-AddressList J).RecipientFilterType").lines == ["Custom"]
    shell.must("Set-AddressList '\\All Users\\J' -RecipientFilter {Name -like 'Ji*'} -RecipientContainer Users")
    assert members(shell, "J") == ["Jim Hance"]
    assert shell.must("(Get-AddressList J).RecipientContainer").lines == ["contoso.com/Users"]
    shell.must("Set-AddressList J -RecipientContainer $null")
    assert shell.must("(Get-AddressList J).RecipientContainer").lines == []


def test_a_list_is_named_in_four_ways(shell: Shell) -> None:
    shell.must(f"{SELLERS} -Container '\\All Users' | Out-Null")
    assert names(shell, "Get-AddressList sellers") == ["Sellers"]
    assert names(shell, "Get-AddressList '\\all users\\sellers'") == ["Sellers"]
    assert names(shell, "Get-AddressList 'All Users\\Sellers'") == ["Sellers"]
    assert names(shell, "Get-AddressList (Get-AddressList Sellers).DistinguishedName") == ["Sellers"]
    assert names(shell, "Get-AddressList (Get-AddressList Sellers).Guid") == ["Sellers"]
    assert names(shell, "Get-AddressList Sellers | Get-AddressList") == ["Sellers"]
    shell.must(f"{SELLERS} | Out-Null")
    assert names(shell, "Get-AddressList '\\Sellers' | Get-AddressList") == ["Sellers"]
    assert "ManagementObjectAmbiguous" not in shell.run("Get-AddressList '\\Sellers'").errors


def test_lists_are_found_by_place_and_by_text(shell: Shell) -> None:
    shell.must(f"{SELLERS} -Container 'All Users' -DisplayName Vendors | Out-Null")
    shell.must("New-AddressList East -IncludedRecipients MailboxUsers -Container 'All Users\\Sellers' | Out-Null")
    assert names(shell, "Get-AddressList -Container 'All Users'") == ["Sellers", "East"]
    assert names(shell, "Get-AddressList -Container '\\'") == [*DEFAULTS, "Sellers", "East"]
    assert names(shell, "Get-AddressList -SearchText vend") == ["Sellers"]
    assert names(shell, "Get-AddressList -SearchText east") == ["East"]
    assert names(shell, "Get-AddressList $null") == [*DEFAULTS, "Sellers", "East"]


def test_what_is_below_follows_a_rename(shell: Shell) -> None:
    shell.must(f"{SELLERS} -Container 'All Users' | Out-Null")
    shell.must("New-AddressList East -IncludedRecipients MailboxUsers -Container 'All Users\\Sellers' | Out-Null")
    guid = shell.must("(Get-AddressList East).Guid").lines
    shell.must("Set-AddressList Sellers -Name Vendors")
    paths = shell.must("Get-AddressList -Container 'All Users' | foreach {$_.Path}").lines
    assert paths == ["\\All Users\\Vendors", "\\All Users\\Vendors\\East"]
    assert shell.must("(Get-AddressList East).Guid").lines == guid
    shell.must("Set-AddressList Vendors -Name VENDORS")
    assert "\\All Users\\VENDORS\\East" in shell.must("Get-AddressList | foreach {$_.Path}").lines


def test_a_list_is_removed_with_what_is_below_when_asked(shell: Shell) -> None:
    shell.must(f"{SELLERS} | Out-Null")
    shell.must("New-AddressList East -IncludedRecipients MailboxUsers -Container Sellers | Out-Null")
    said = shell.run("Remove-AddressList Sellers -Confirm:$false")
    assert "there are address lists below it" in said.errors
    shell.must("Remove-AddressList Sellers -Recursive -Confirm:$false")
    assert names(shell, "Get-AddressList") == DEFAULTS


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("Get-AddressList Nothing", "ManagementObjectNotFoundException]"),
        ("Get-AddressList Twin", "ManagementObjectAmbiguousException]"),
        ("Get-AddressList -Container Nothing", "ManagementObjectNotFoundException]"),
        ("New-AddressList 'All Users' -IncludedRecipients MailboxUsers", "ManagementObjectAlreadyExistsException]"),
        ("New-AddressList 'a\\b' -IncludedRecipients MailboxUsers", "InvalidPropertyException]"),
        ('New-AddressList "a`nb" -IncludedRecipients MailboxUsers', "InvalidPropertyException]"),
        ("New-AddressList ' ' -IncludedRecipients MailboxUsers", "InvalidPropertyException]"),
        (f"New-AddressList {'x' * 65} -IncludedRecipients MailboxUsers", "InvalidPropertyException]"),
        ("New-AddressList X -RecipientFilter \"Nothing -eq 'x'\"", "InvalidFilterException]"),
        ("New-AddressList X -RecipientFilter {Alias -ne $null} -ConditionalCompany y", "InvalidPropertyException]"),
        ("New-AddressList X -RecipientFilter {Alias -ne $null} -IncludedRecipients MailUsers", "AmbiguousParameterSet"),
        ("New-AddressList X -IncludedRecipients Nobody", "CannotConvertArgument"),
        ("New-AddressList X -IncludedRecipients MailUsers -Container Nothing", "ManagementObjectNotFoundException]"),
        ("New-AddressList X -IncludedRecipients MailUsers -RecipientContainer ' '", "InvalidPropertyException]"),
        ("Set-AddressList Nothing -DisplayName x", "ManagementObjectNotFoundException]"),
        ("Set-AddressList Sellers -RecipientFilter {Alias -ne $null}", "InvalidPropertyException]"),
        ("Set-AddressList 'All Users' -IncludedRecipients MailboxUsers", "InvalidPropertyException]"),
        ("Set-AddressList 'All Users' -ConditionalCompany x", "InvalidPropertyException]"),
        ("Set-AddressList Sellers -Name 'All Rooms'", "ManagementObjectAlreadyExistsException]"),
        ("Set-AddressList Sellers -ForceUpgrade", "ParameterNotSupported"),
        ("Remove-AddressList Nothing -Confirm:$false", "ManagementObjectNotFoundException]"),
    ],
)
def test_what_cannot_be_is_refused(shell: Shell, command: str, error: str) -> None:
    shell.must(f"{SELLERS} | Out-Null")
    shell.must(
        "'All Users','All Rooms' | foreach { New-AddressList Twin -IncludedRecipients MailUsers -Container $_ } | Out-Null"
    )
    before = names(shell, "Get-AddressList")
    said = shell.run(command)
    assert said.code == 1
    assert error in said.errors, said.errors
    assert names(shell, "Get-AddressList") == before


@pytest.mark.parametrize(
    "command",
    [
        "New-AddressList X -IncludedRecipients MailUsers",
        "Set-AddressList 'All Users' -DisplayName x",
        "Remove-AddressList 'All Users'",
    ],
)
def test_what_if_changes_nothing(contoso: Organization, shell: Shell, command: str) -> None:
    before = shell.must('Get-AddressList | foreach {"$($_.Path) $($_.DisplayName)"}').lines
    entries = len(contoso.audit())
    assert "What if:" in shell.must(f"{command} -WhatIf").host
    assert shell.must('Get-AddressList | foreach {"$($_.Path) $($_.DisplayName)"}').lines == before
    assert len(contoso.audit()) == entries


def test_removing_one_is_asked_about(shell: Shell) -> None:
    said = shell.run("Remove-AddressList 'All Rooms'", "N")
    assert "Are you sure you want to perform this action?" in said.questions[0]
    assert names(shell, "Get-AddressList") == DEFAULTS


def test_changes_are_audited(contoso: Organization, shell: Shell) -> None:
    shell.must(
        f"{SELLERS} | Out-Null; Set-AddressList Sellers -DisplayName Vendors; Remove-AddressList Sellers -Confirm:$false"
    )
    removed, changed, made = contoso.audit()[:3]
    assert (made.cmdlet, made.object_modified) == ("New-AddressList", "\\Sellers")
    assert {change.name for change in made.modified_properties} >= {"Name", "RecipientFilter", "ConditionalDepartment"}
    assert [(change.name, change.old_value, change.new_value) for change in changed.modified_properties] == [
        ("DisplayName", "Sellers", "Vendors")
    ]
    assert [(change.name, change.old_value, change.new_value) for change in removed.modified_properties] == [
        ("Name", "Sellers", "")
    ]


def test_nothing_to_change_is_said(shell: Shell) -> None:
    assert "no settings" in shell.must("Set-AddressList 'All Users' -DisplayName 'All Users'").warnings


def test_only_those_with_the_role_change_them(contoso: Organization, shell: Shell) -> None:
    shell.must(
        "Add-RoleGroupMember 'Recipient Management' -Member ayla; Add-RoleGroupMember 'View-Only Organization Management' -Member jimh"
    )
    assert "CommandNotFound" in contoso.shell("ayla").run(SELLERS).errors
    viewer = contoso.shell("jimh")
    assert names(viewer, "Get-AddressList") == DEFAULTS
    assert "CommandNotFound" in viewer.run(SELLERS).errors
