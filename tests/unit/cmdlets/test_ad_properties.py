"""What Get-ADUser and Get-ADGroup show with -Properties."""

import pytest

from support.commands import Shell

JIM = "CN=Jim Hance,CN=Users,DC=contoso,DC=com"
AYLA = "CN=Ayla Kol,CN=Users,DC=contoso,DC=com"

SET = {
    "City": "City l",
    "Company": "Company",
    "Country": "Country co",
    "Department": "Department",
    "Description": "Description",
    "DisplayName": "DisplayName",
    "Fax": "Fax facsimileTelephoneNumber",
    "GivenName": "GivenName",
    "HomePage": "HomePage wWWHomePage",
    "HomePhone": "HomePhone",
    "Initials": "Initials",
    "MobilePhone": "MobilePhone mobile",
    "Office": "Office physicalDeliveryOfficeName",
    "OfficePhone": "OfficePhone telephoneNumber",
    "POBox": "POBox postOfficeBox",
    "PostalCode": "PostalCode",
    "State": "State st",
    "StreetAddress": "StreetAddress",
    "Surname": "Surname sn",
    "Title": "Title",
}
"""What Set-ADUser sets, and the names under which Get-ADUser shows it."""


@pytest.mark.parametrize(
    "command",
    [
        "Get-ADUser jimh -Properties Nonsense",
        "Get-ADUser jimh -Properties mail,Nonsense",
        "Get-ADUser jimh -Properties Members",
        "Get-ADGroup 'Floor Three' -Properties Department",
    ],
)
def test_what_is_no_property_is_refused(shell: Shell, command: str) -> None:
    said = shell.run(command)
    assert "InvalidProperty" in said.errors
    assert "One or more properties are invalid." in said.errors
    assert said.output == ""


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("(Get-ADUser jimh -Properties mail).mail", "jimh@contoso.com"),
        ("(Get-ADUser jimh -Property EMAILADDRESS).EmailAddress", "jimh@contoso.com"),
        ("(Get-ADUser jimh -Properties *).CanonicalName", "contoso.com/Users/Jim Hance"),
        ("(Get-ADUser jimh -Properties proxyAddresses).proxyAddresses -join ';'", "SMTP:jimh@contoso.com"),
        ("(Get-ADUser jimh -Properties MemberOf).MemberOf -join ';'", "CN=Floor Three,CN=Users,DC=contoso,DC=com"),
        ("(Get-ADUser ayla -Properties msExchDelegateListLink).msExchDelegateListLink -join ';'", JIM),
        ("(Get-ADUser jimh -Properties msExchDelegateListBL).msExchDelegateListBL -join ';'", AYLA),
        ("(Get-ADUser svcbackup -Properties mail).mail -eq $null", "True"),
        ("@((Get-ADUser svcbackup -Properties proxyAddresses).proxyAddresses).Count", "0"),
        ("(Get-ADGroup 'Floor Three' -Properties Members).Members -join ';'", JIM),
        ("(Get-ADGroup 'Floor Three' -Properties Member, GroupScope).GroupScope", "Global"),
        ("@(Get-ADUser -Filter * -Properties mail | Where-Object { $_.mail -like 'jim*' }).Count", "1"),
    ],
)
def test_a_property_is_shown_where_it_is_asked_for(shell: Shell, command: str, expected: str) -> None:
    assert shell.must(command).output.strip() == expected


def test_send_on_behalf_is_shown_from_both_sides(shell: Shell) -> None:
    shell.must("Set-Mailbox ayla -GrantSendOnBehalfTo jimh, seanc; Set-Mailbox jimh -GrantSendOnBehalfTo ayla")
    shown = "(Get-ADUser {} -Properties publicDelegates, publicDelegatesBL).{} -join ';'"
    sean = "CN=Sean Chai,CN=Users,DC=contoso,DC=com"
    assert shell.must(shown.format("ayla", "publicDelegates")).output.strip() == f"{JIM};{sean}"
    assert shell.must(shown.format("ayla", "publicDelegatesBL")).output.strip() == JIM


def test_what_is_always_shown_stays_and_everything_is_in_order(shell: Shell) -> None:
    shell.must("Set-ADUser jimh -Title Clerk -Department Sales")
    names = "(Get-ADUser jimh -Properties {}).PSObject.Properties | ForEach-Object {{ $_.Name }}"
    plain = shell.must(names.format("SID")).output.split()
    further = shell.must(names.format("Title, department")).output.split()
    everything = shell.must(names.format("*")).output.split()
    assert sorted({*plain, "Department", "Title"}, key=str.casefold) == further
    assert everything == sorted(everything, key=str.casefold)
    assert set(further) < set(everything)
    assert shell.must("(Get-ADUser jimh -Properties title).Title").output.strip() == "Clerk"


def test_each_property_has_the_value_that_was_set(shell: Shell) -> None:
    values = {name: f"v{number}" for number, name in enumerate(SET)}
    shell.must("Set-ADUser jimh " + " ".join(f"-{name} {value}" for name, value in values.items()))
    for name, shown in SET.items():
        for other in shown.split():
            read = shell.must(f"(Get-ADUser jimh -Properties {other}).{other}").output.strip()
            assert read == values[name], other
    for number in range(1, 16):
        shell.must(f"Set-Mailbox jimh -CustomAttribute{number} custom{number}")
        other = f"extensionAttribute{number}"
        assert shell.must(f"(Get-ADUser jimh -Properties {other}).{other}").output.strip() == f"custom{number}"


def test_the_first_manager_is_the_manager_and_the_others_help(shell: Shell) -> None:
    shell.must("Set-DistributionGroup helpdesk -ManagedBy seanc, ayla, jimh -BypassSecurityGroupManagerCheck")
    shown = "(Get-ADGroup helpdesk -Properties *).{} -join ';'"
    sean = "CN=Sean Chai,CN=Users,DC=contoso,DC=com"
    assert shell.must(shown.format("ManagedBy")).output.strip() == sean
    assert shell.must(shown.format("msExchCoManagedByLink")).output.strip() == f"{AYLA};{JIM}"


def test_more_than_a_page_is_shown(shell: Shell) -> None:
    shell.must('1..250 | ForEach-Object { New-ADUser -Name "Person $_" -Title "Title $_" }')
    shown = shell.must(
        "Get-ADUser -Filter \"Name -like 'Person*'\" -Properties Title, MemberOf | ForEach-Object { $_.Title }"
    )
    assert sorted(shown.output.split("\n")[:250]) == sorted(f"Title {number}" for number in range(1, 251))


def test_what_was_shown_is_not_written_back(shell: Shell) -> None:
    shell.must("Set-ADUser jimh -Department Sales")
    shell.must("$was = Get-ADUser jimh -Properties Department, Company")
    shell.must("Set-ADUser jimh -Department Support -Company Contoso; $was | Set-ADUser -Title Clerk")
    values = '$now = Get-ADUser jimh -Properties *; "$($now.Department) $($now.Company) $($now.Title)"'
    assert shell.must(values).output.strip() == "Support Contoso Clerk"


def test_no_properties_are_no_further_ones(shell: Shell) -> None:
    plain = shell.must("Get-ADUser jimh | Format-List").output
    assert shell.must("Get-ADUser jimh -Properties $null | Format-List").output == plain


def test_what_was_not_asked_for_is_not_there(shell: Shell) -> None:
    assert shell.must("(Get-ADUser jimh).mail -eq $null").output.strip() == "True"
