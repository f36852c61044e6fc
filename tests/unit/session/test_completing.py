"""Tab completion in a session: the caller's commands, and the identities that he may see."""

import pytest

from support.commands import Organization, Shell


def texts(shell: Shell, line: str) -> list[str]:
    return [item.text for item in shell.runspace.complete(line, len(line)).items]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Add-MailboxPermission terry", ["'Terry Adams'"]),
        ("Add-MailboxPermission terrya", ["'Terry Adams'"]),
        ("Get-Mailbox -Identity 'helpdesk", ["'Helpdesk Support Team'", "'Helpdesk Tickets'"]),
        ("Get-Mailbox -Identity printer", []),
        ("Get-Recipient printer", ["'Printer Support'"]),
        ("Set-DistributionGroup helpdesk", ["Helpdesk"]),
        ("Get-User 'backup", ["'Backup Service'"]),
        ("Add-MailboxPermission terrya -User helpd", ["'Helpdesk Support Team'", "'Helpdesk Tickets'", "Helpdesk"]),
        ("Add-MailboxPermission terrya -User backup", ["'Backup Service'"]),
        ("Add-MailboxPermission terrya -User archive", ["'Archive Readers'"]),
        ("Add-RoleGroupMember 'recipient m", ["'Recipient Management'"]),
        ("Get-ManagementRole 'mail recipients", ["'Mail Recipients'"]),
        ("Get-ManagementRoleAssignment -Role 'mail recipient", ["'Mail Recipient Creation'", "'Mail Recipients'"]),
        ("Set-AddressList 'all r", ["'All Rooms'"]),
        ("Get-Mailbox nobody-is-called-so", []),
    ],
)
def test_identities_are_those_of_the_directory(shell: Shell, line: str, expected: list[str]) -> None:
    assert sorted(texts(shell, line)) == sorted(expected)


def test_an_identity_is_described(shell: Shell) -> None:
    line = "Get-Mailbox terry"
    (item,) = shell.runspace.complete(line, len(line)).items
    assert (item.label, item.description) == ("Terry Adams", "terrya@contoso.com")


def test_commands_and_parameters_are_those_of_the_caller(contoso: Organization) -> None:
    administrator, person = contoso.shell(), contoso.shell("ayla")
    assert texts(administrator, "Add-Mailb") == ["Add-MailboxFolderPermission", "Add-MailboxPermission"]
    assert texts(person, "Add-Mailb") == ["Add-MailboxFolderPermission"]  # in one's own mailbox
    assert texts(person, "Add-MailboxPermission -") == []


def test_nobody_sees_more_by_typing_tab(contoso: Organization) -> None:
    person = contoso.shell("ayla")
    assert person.run("Get-Mailbox terrya").errors
    assert texts(person, "Set-Mailbox terr") == []


def test_who_has_a_role_sees_what_it_shows(contoso: Organization) -> None:
    contoso.shell().must("Add-RoleGroupMember 'Recipient Management' -Member ayla")
    assert texts(contoso.shell("ayla"), "Add-MailboxPermission terr") == ["'Terry Adams'"]


def test_two_of_one_name_are_told_apart(contoso: Organization) -> None:
    shell = contoso.shell()
    shell.must("New-Mailbox -Shared -Name Backups -Alias backups1 -OrganizationalUnit Sales | Out-Null")
    shell.must("New-Mailbox -Shared -Name Backups -Alias backups2 | Out-Null")
    found = texts(shell, "Get-Mailbox backups")
    assert len(found) == 2
    for text in found:
        assert len(shell.must(f"Get-Mailbox {text} | ForEach-Object {{ $_.Alias }}").lines) == 1


def test_looking_changes_and_shows_nothing(shell: Shell, contoso: Organization) -> None:
    before = len(contoso.audit())
    shell.host.shown.clear()
    texts(shell, "Add-MailboxPermission terr")
    texts(shell, "Get-Mailbox nobody-is-called-so")
    assert shell.host.shown == []
    assert len(contoso.audit()) == before
    assert shell.must("$Error.Count").lines == ["0"]


def test_variables_of_the_session_are_known(shell: Shell) -> None:
    shell.must("$delegates = 'ayla'")
    assert texts(shell, "Get-Mailbox $deleg") == ["$delegates"]
