"""By which protocols a mailbox can be used: Get- and Set-CASMailbox."""

import pytest

from support.commands import Organization, Shell

SWITCHES = ("ActiveSyncEnabled", "OWAEnabled", "PopEnabled", "ImapEnabled", "MapiEnabled")


def shown(shell: Shell, identity: str) -> list[str]:
    values = " ".join(f"$($_.{name})" for name in (*SWITCHES, "SmtpClientAuthenticationDisabled"))
    return shell.must(f'Get-CASMailbox {identity} | foreach {{"{values}"}}').lines[0].split()


def test_everything_is_on_at_first(shell: Shell) -> None:
    header, _, row = shell.must("Get-CASMailbox terrya").lines
    assert header.split() == ["Name", *SWITCHES]
    assert row.split() == ["Terry", "Adams", *["True"] * 5]
    assert shown(shell, "terrya") == [*["True"] * 5, "False"]


def test_mailboxes_are_listed_and_filtered(shell: Shell) -> None:
    shell.must("Set-CASMailbox jimh -ImapEnabled $false")
    names = "Get-CASMailbox {} | foreach {{$_.Name}}"
    assert shell.must(names.format('-Filter "ImapEnabled -eq $false"')).lines == ["Jim Hance"]
    everybody = shell.must(names.format("-Filter {ImapEnabled -eq $true}")).lines
    assert "Terry Adams" in everybody
    assert "Jim Hance" not in everybody
    assert shell.must(names.format("-RecipientTypeDetails RoomMailbox")).lines == ["Room Adams"]
    assert shell.must(names.format("-Anr James")).lines == ["James Alvord"]


@pytest.mark.parametrize(
    ("arguments", "changed"),
    [
        ("-ImapEnabled $false", 3),
        ("-PopEnabled $false", 2),
        ("-OWAEnabled $false", 1),
        ("-MAPIEnabled $false", 4),
        ("-ActiveSyncEnabled $false", 0),
    ],
)
def test_a_switch_is_turned(contoso: Organization, shell: Shell, arguments: str, changed: int) -> None:
    shell.must(f"Set-CASMailbox terrya {arguments} -WhatIf")
    assert shell.run(f"Set-CASMailbox terrya {arguments} -Confirm", "N").questions
    assert shown(shell, "terrya")[:5] == ["True"] * 5
    shell.must(f"Set-CASMailbox terrya {arguments}")
    assert shown(shell, "terrya")[:5] == ["False" if place == changed else "True" for place in range(5)]
    record = contoso.audit()[0]
    assert (record.cmdlet, record.object_modified) == ("Set-CASMailbox", "contoso.com/Users/Terry Adams")
    assert [(told.old_value, told.new_value) for told in record.modified_properties] == [("True", "False")]
    assert "no settings" in shell.must(f"Set-CASMailbox terrya {arguments}").warnings
    shell.must(f"Set-CASMailbox terrya {arguments.replace('false', 'true')}")
    assert shown(shell, "terrya")[:5] == ["True"] * 5


def test_the_sign_in_to_submission_is_switched_off(shell: Shell) -> None:
    shell.must("'terrya','ayla' | Set-CASMailbox -SmtpClientAuthenticationDisabled $true")
    assert shown(shell, "terrya")[5] == shown(shell, "ayla")[5] == "True"
    assert "SMTP submission" in shell.must("Get-Help Set-CASMailbox").output


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("nobody -ImapEnabled $false", "ManagementObjectNotFound"),
        ("paular -ImapEnabled $false", "ManagementObjectNotFound"),
        ("helpdesk -ImapEnabled $false", "ManagementObjectNotFound"),
        ("terrya -ImapEnabled false", "CannotConvertArgument"),
        ("terrya -EwsEnabled $false", "ParameterNotSupported"),
        ("terrya -MapiHttpEnabled $false", "ParameterNotSupported"),
        ("terrya -PrimarySmtpAddress ayla@contoso.com", "ProxyAddressExists"),
        ("terrya -SamAccountName ayla", "ManagementObjectAlreadyExists"),
    ],
)
def test_what_cannot_be_is_refused(shell: Shell, arguments: str, error: str) -> None:
    said = shell.run(f"Set-CASMailbox {arguments}")
    assert said.code == 1
    assert error in said.errors


def test_names_and_addresses_are_changed_as_well(contoso: Organization, shell: Shell) -> None:
    shell.must(
        "Set-CASMailbox terrya -Name Terry -DisplayName 'T. Adams' -SamAccountName terry -PrimarySmtpAddress terry@contoso.com"
    )
    terry = contoso.find("CONTOSO\\terry")
    assert (terry.name, terry.display_name, str(terry.primary_smtp_address)) == (
        "Terry",
        "T. Adams",
        "terry@contoso.com",
    )
    shell.must("Set-CASMailbox Terry -EmailAddresses @{Add='t@contoso.com'}")
    assert "smtp:t@contoso.com" in [str(address) for address in contoso.find("CONTOSO\\terry").email_addresses]


def test_a_mailbox_that_is_switched_off_opens_for_nobody_over_imap_alone(contoso: Organization, shell: Shell) -> None:
    """The right is there all the same, which is what Test- and check tell."""
    shell.must("Set-CASMailbox ayla -ImapEnabled $false")
    assert contoso.opens("jimh", "ayla")
