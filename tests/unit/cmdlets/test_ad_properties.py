"""What Get-ADUser and Get-ADGroup show with -Properties."""

import pytest

from support.commands import Shell

JIM = "CN=Jim Hance,CN=Users,DC=contoso,DC=com"
AYLA = "CN=Ayla Kol,CN=Users,DC=contoso,DC=com"


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


def test_what_was_not_asked_for_is_not_there(shell: Shell) -> None:
    assert shell.must("(Get-ADUser jimh).mail -eq $null").output.strip() == "True"
