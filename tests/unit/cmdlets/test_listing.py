import pytest

from support.commands import Shell


def names(shell: Shell, command: str) -> list[str]:
    return shell.must(f"{command} | foreach {{$_.Name}}").lines


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("Get-Mailbox -Anr ja", ["James Alvord"]),
        ("Get-Recipient -Anr helpdesk", ["Helpdesk", "Helpdesk Support Team", "Helpdesk Tickets"]),
        ("Get-Recipient helpdesk*", ["Helpdesk", "Helpdesk Support Team", "Helpdesk Tickets"]),
        ("Get-Recipient -Filter \"Alias -eq 'ayla' -or Alias -eq 'jimh'\"", ["Ayla Kol", "Jim Hance"]),
        ("Get-Recipient -Filter {Alias -eq 'ayla'}", ["Ayla Kol"]),
        ("Get-Recipient ayla -Filter {Alias -eq 'jimh'}", []),
        ("Get-Recipient -RecipientTypeDetails RoomMailbox,EquipmentMailbox", ["Projector", "Room Adams"]),
        ("Get-Recipient -RecipientType MailContact,MailUser", ["Oliver Lee", "Paula Reiter"]),
        ("Get-Recipient -RecipientType DynamicDistributionGroup", ["All Employees"]),
        ("Get-Mailbox -RecipientTypeDetails LinkedMailbox", ["Robin Wood"]),
        (
            "Get-Group -RecipientTypeDetails NonUniversalGroup -Filter \"Name -notlike 'D*'\"",
            ["Floor Three", "Scanner Operators"],
        ),
        ("Get-User -RecipientTypeDetails User -SortBy DisplayName", ["Backup Service", "Robin Wood"]),
        ("Get-MailUser", ["Paula Reiter"]),
        ("Get-MailContact", ["Oliver Lee"]),
        ("Get-Mailbox -SortBy Alias -ResultSize 2 -WarningAction SilentlyContinue", ["Administrator", "Ayla Kol"]),
        ("Get-Mailbox $null -Filter \"Alias -like 's*'\"", ["Sara Davis", "Sean Chai", "Stefan Hesse"]),
    ],
)
def test_recipients_are_selected(shell: Shell, command: str, found: list[str]) -> None:
    assert names(shell, command) == found


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("Get-Recipient nobody", "ManagementObjectNotFoundException]"),
        ('Get-Recipient -Filter "Nothing -eq 1"', "InvalidFilterException]"),
        ("Get-Recipient -Filter \"Alias -near 'x'\"", "InvalidFilterException]"),
        ("Get-Mailbox -RecipientTypeDetails MailUser", "ParameterArgumentValidationError"),
        ("Get-Mailbox -RecipientTypeDetails Nonsense", "Nonsense"),
        ("Get-Mailbox -SortBy Guid", "CannotConvertArgument"),
        ("Get-Mailbox -ResultSize many", "CannotConvertArgument"),
        ("Get-Mailbox -ResultSize -1", "CannotConvertArgument"),
        ("Get-Mailbox -OrganizationalUnit Nowhere", "ManagementObjectNotFoundException]"),
        ("Get-Mailbox -OrganizationalUnit ' '", "InvalidPropertyException]"),
        ("Get-Mailbox -OrganizationalUnit 'OU=Sales,DC=other,DC=com'", "InvalidPropertyException]"),
        ("Get-Mailbox -OrganizationalUnit OU=Sales,DC=contoso,DC=com", "CannotConvertArgument"),  # an array
        ("Get-Mailbox -Anr a -Identity b", "AmbiguousParameterSet"),
        ("Get-Mailbox -Server dc01", "ParameterNotSupported"),
        ("Get-Recipient Robin*, x", "CannotConvertArgument"),
    ],
)
def test_what_cannot_be_selected_is_refused(shell: Shell, command: str, error: str) -> None:
    said = shell.run(command)
    assert said.code == 1
    assert error in said.errors


@pytest.mark.parametrize("unit", ["Sales", "contoso.com/Sales", "'OU=Sales,DC=contoso,DC=com'"])
def test_an_organizational_unit_is_named_in_three_ways(shell: Shell, unit: str) -> None:
    shell.must(f"New-Mailbox -Shared -Name 'East' -OrganizationalUnit {unit}")
    shell.must("New-Mailbox -Shared -Name 'Far East' -OrganizationalUnit contoso.com/Sales/Far")
    assert names(shell, "Get-Mailbox -OrganizationalUnit Sales") == ["East", "Far East"]
    assert names(shell, "Get-Mailbox -OrganizationalUnit 'OU=Far,OU=Sales,DC=contoso,DC=com'") == ["Far East"]
    assert "East" not in names(shell, "Get-Mailbox -OrganizationalUnit Users -ResultSize Unlimited")
    assert "East" in names(shell, "Get-Mailbox -OrganizationalUnit contoso.com -ResultSize Unlimited")


def test_recipients_are_found_by_what_they_are_linked_with(shell: Shell) -> None:
    shell.must("New-DistributionGroup Pilots -Members ayla, jimh -ManagedBy sarad")
    shell.must("Set-Mailbox terrya -GrantSendOnBehalfTo jimh; Set-Mailbox seanc -AcceptMessagesOnlyFrom jimh")
    shell.must(
        "$pilots = (Get-DistributionGroup Pilots).DistinguishedName; $jim = (Get-Mailbox jimh).DistinguishedName"
    )
    assert names(shell, "Get-Recipient -Filter \"MemberOfGroup -eq '$pilots'\"") == ["Ayla Kol", "Jim Hance"]
    assert names(shell, "Get-Mailbox ayla -Filter \"MemberOfGroup -eq '$pilots'\"") == ["Ayla Kol"]
    assert names(shell, "Get-Mailbox terrya -Filter \"MemberOfGroup -eq '$pilots'\"") == []
    assert names(shell, "Get-Mailbox -Filter \"GrantSendOnBehalfTo -eq '$jim'\"") == ["Terry Adams"]
    assert names(shell, "Get-Mailbox -Filter \"AcceptMessagesOnlyFrom -eq '$jim'\"") == ["Sean Chai"]
    assert names(shell, "Get-DistributionGroup -Filter \"ManagedBy -eq 'contoso.com/Users/Sara Davis'\"") == ["Pilots"]
    said = shell.run("Get-Recipient -Filter \"MemberOfGroup -eq 'Pilots'\"")
    assert "InvalidFilterException]" in said.errors
    said = shell.run("Get-Recipient -Filter \"MemberOfGroup -like '*Pilots*'\"")
    assert "wildcards are for text" in said.errors


def test_a_dynamic_group_holds_the_members_of_a_group(shell: Shell) -> None:
    shell.must("New-DistributionGroup Pilots -Members ayla, jimh")
    shell.must("$pilots = (Get-DistributionGroup Pilots).DistinguishedName")
    shell.must(
        "New-DynamicDistributionGroup Flying -RecipientFilter \"MemberOfGroup -eq '$pilots' -and Alias -ne 'jimh'\""
    )
    assert names(shell, "Get-DynamicDistributionGroupMember Flying") == ["Ayla Kol"]
    shell.must("Add-DistributionGroupMember Pilots -Member terrya")
    assert names(shell, "Get-DynamicDistributionGroupMember Flying") == ["Ayla Kol", "Terry Adams"]
    preview = "Get-Recipient -RecipientPreviewFilter (Get-DynamicDistributionGroup Flying).RecipientFilter"
    assert names(shell, preview) == ["Ayla Kol", "Terry Adams"]


def test_a_thousand_are_shown_unless_more_are_asked_for(shell: Shell) -> None:
    assert "ResultSize" not in shell.must("Get-Mailbox").warnings
    shell.must(
        '1..1001 | foreach {New-MailContact -Name "Contact $_" -ExternalEmailAddress "c$_@litware.example"} | Out-Null'
    )
    said = shell.must("Get-MailContact | foreach {$_.Name}")
    assert len(said.lines) == 1000
    assert said.warnings.startswith("WARNING: By default, only the first 1000 items are returned.")
    said = shell.must("Get-MailContact -ResultSize Unlimited | foreach {$_.Name}")
    assert (len(said.lines), said.warnings) == (1002, "")


def test_recipients_print_their_type(shell: Shell) -> None:
    header, _, row = shell.must("Get-Recipient helpdesk@contoso.com").lines
    assert (header.split(), row.split()) == (["Name", "RecipientType"], ["Helpdesk", "MailUniversalSecurityGroup"])


def test_an_identity_is_an_object_with_properties(shell: Shell) -> None:
    said = shell.must('$m = Get-Mailbox terrya; $m.Identity.Name; $m.Identity.DistinguishedName; "$($m.Identity)"')
    assert said.lines == ["Terry Adams", "CN=Terry Adams,CN=Users,DC=contoso,DC=com", "contoso.com/Users/Terry Adams"]


def test_an_object_names_itself_after_a_rename(shell: Shell) -> None:
    shell.must("$m = Get-Mailbox terrya; Set-Mailbox $m -Name 'Tom Adams'; Set-Mailbox $m.Identity -CustomAttribute1 x")
    assert names(shell, "Get-Mailbox terrya") == ["Tom Adams"]


def test_a_pipeline_changes_what_it_lists(shell: Shell) -> None:
    shell.must("Get-Mailbox -ResultSize Unlimited | Set-Mailbox -CustomAttribute1 listed")
    listed = names(shell, "Get-Mailbox -ResultSize Unlimited")
    assert names(shell, "Get-Mailbox -Filter \"CustomAttribute1 -eq 'listed'\"") == listed
    shell.must("Get-Mailbox -Filter \"Alias -like 's*'\" | Remove-Mailbox -Confirm:$false")
    assert names(shell, "Get-Mailbox -Filter \"Alias -like 's*'\"") == []


@pytest.mark.parametrize("cmdlet", ["Get-Mailbox", "Get-Recipient", "Get-User"])
def test_kinds_that_nothing_is_of_show_nothing(shell: Shell, cmdlet: str) -> None:
    assert shell.run(f"{cmdlet} terrya -RecipientTypeDetails TeamMailbox").errors.startswith(
        f"{cmdlet} : The operation couldn't be performed because object 'terrya' couldn't be found"
    )
    assert shell.must(f"@({cmdlet} -RecipientTypeDetails GroupMailbox, TeamMailbox).Count").lines == ["0"]
    assert shell.must(f"@({cmdlet} -Filter \"RecipientTypeDetails -eq 'TeamMailbox'\").Count").lines == ["0"]


def test_kinds_that_nothing_is_of_take_nothing_from_the_others(shell: Shell) -> None:
    assert shell.must("Get-Mailbox -RecipientTypeDetails RoomMailbox, TeamMailbox | % Name").lines == ["Room Adams"]


def test_a_kind_that_a_cmdlet_never_shows_is_refused(shell: Shell) -> None:
    assert "RecipientTypeDetails" in shell.run("Get-Mailbox -RecipientTypeDetails MailContact").errors
    assert "RecipientTypeDetails" in shell.run("Get-DistributionGroup -RecipientTypeDetails TeamMailbox").errors
