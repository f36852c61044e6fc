"""Tab completion. In a line, `^` is the cursor."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from delegacy.powershell.completion import MOST_IDENTITIES, Identity
from delegacy.powershell.suggestions import Suggestions
from support.powershell_world import Shell

PEOPLE = ("Terry Adams", "Ayla", "Adam O'Brien", "Room $5", "x,y")


@dataclass
class Directory:
    """Identities that were asked for, and by what."""

    asked: list[tuple[str, str, int]] = field(default_factory=list)

    def complete_identity(self, kind: str, prefix: str, limit: int) -> Sequence[Identity]:
        self.asked.append((kind, prefix, limit))
        found = [name for name in PEOPLE if any(word.lower().startswith(prefix.lower()) for word in name.split())]
        return [Identity(name, f"{name} of {kind}") for name in found]


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def shell() -> Shell:
    shell = Shell()
    shell.run(
        "$mailbox = Get-Mailbox Terry; $mails = 1; function Say-Hello { param([ValidateSet('red', 'dark blue')]$Color, [bool]$Loud) }"
    )
    return shell


def completed(shell: Shell, directory: Directory, line: str) -> Suggestions:
    text, _, rest = line.partition("^")
    return shell.interpreter.complete(text + rest, len(text), directory)


def texts(shell: Shell, directory: Directory, line: str) -> list[str]:
    return [item.text for item in completed(shell, directory, line).items]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Add-Mailb^", ["Add-MailboxPermission"]),
        ("add-mailb^", ["Add-MailboxPermission"]),
        ("Get-Mailbox | Where-O^", ["Where-Object"]),
        ("Get-Mailbox |\n  Where-O^", ["Where-Object"]),
        ("$x = Get-Mailb^", ["Get-Mailbox"]),
        ("if (Get-Mailb^", ["Get-Mailbox"]),
        ("foreach ($m in Get-Mailb^", ["Get-Mailbox"]),
        ("Get-Mailbox | ForEach-Object { Get-Mailb^", ["Get-Mailbox"]),
        ('"there are $(Get-Mailb^', ["Get-Mailbox"]),
        ("'a'; Get-Mailb^", ["Get-Mailbox"]),
        ("& Get-Mailb^", ["Get-Mailbox"]),
        ("Say^", ["Say-Hello"]),
        ("*-MailboxP^", ["Add-MailboxPermission", "Remove-MailboxPermission"]),
        ("Get-Help Add-^", ["Add-Content", "Add-MailboxPermission", "Add-Member", "Add-PSSnapin"]),
        ("Nothing-Like^", []),
        ("'Get-Mailb^", []),
        ("# Get-Mailb^", []),
    ],
)
def test_commands(shell: Shell, directory: Directory, line: str, expected: list[str]) -> None:
    assert texts(shell, directory, line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Get-Mailbox -I^", ["-Identity", "-InformationAction", "-InformationVariable"]),
        ("Get-Mailbox -Res^", ["-ResultSize"]),
        ("gc -ta^", ["-Tail"]),
        ("Add-MailboxPermission -O^", ["-Owner", "-OutVariable", "-OutBuffer"]),
        ("Add-MailboxPermission -User Ayla -O^", ["-OutVariable", "-OutBuffer"]),
        ("Add-MailboxPermission -Owner Ayla -A^", ["-AutoMapping"]),
        ("Add-MailboxPermission -Owner Ayla -Acc^", []),
        ("Add-MailboxPermission Terry -User Ayla -Us^", []),
        ("Add-MailboxPermission Terry -us Ayla -User^", []),
        ("Add-MailboxPermission Terry -Id^", []),
        ("Add-MailboxPermission -Wh^", ["-WhatIf"]),
        ("Get-Mailbox -Wh^", []),
        ("Get-Mailbox -Arch^", []),
        ("Get-Mailbox | Add-MailboxPermission -Deny -Au^", ["-AutoMapping"]),
        ("Add-MailboxPermission (Get-Mailbox -Identity x) -Us^", ["-User"]),
        ("Say-Hello -^", ["-Color", "-Loud"]),
        ("Nothing-Like -I^", []),
    ],
)
def test_parameters(shell: Shell, directory: Directory, line: str, expected: list[str]) -> None:
    found = texts(shell, directory, line)
    if line.endswith(" -^"):
        found = found[: len(expected)]
    assert found == expected


def test_a_dash_lists_the_parameters_in_order(shell: Shell, directory: Directory) -> None:
    found = texts(shell, directory, "Add-MailboxPermission -^")
    assert found[:4] == ["-Identity", "-User", "-AccessRights", "-Owner"]
    assert "-ErrorAction" in found


def test_a_parameter_says_what_it_takes(shell: Shell, directory: Directory) -> None:
    (item,) = completed(shell, directory, "Get-Mailbox -Ident^").items
    assert item.description == "<String>"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Add-MailboxPermission -AccessRights ^", ["FullAccess", "ReadPermission", "SendAs"]),
        ("Add-MailboxPermission -AccessRights f^", ["FullAccess"]),
        ("Add-MailboxPermission -acc f^", ["FullAccess"]),
        ("Add-MailboxPermission -AccessRights:s^", ["SendAs"]),
        ("Add-MailboxPermission -AccessRights FullAccess,^", ["ReadPermission", "SendAs"]),
        ("Add-MailboxPermission -AccessRights FullAccess, s^", ["SendAs"]),
        ("Add-MailboxPermission -AccessRights FullAccess ^", []),
        ("Add-MailboxPermission -AutoMapping ^", ["$true", "$false"]),
        ("Add-MailboxPermission -AutoMapping f^", ["$false"]),
        ("Add-MailboxPermission -Deny:^", ["$true", "$false"]),
        ("Add-MailboxPermission -Confirm:$f^", ["$false", "$FormatEnumerationLimit"]),
        ("Get-Mailbox -ErrorAction s^", ["SilentlyContinue", "Stop", "Suspend"]),
        ("Get-Mailbox -ea st^", ["Stop"]),
        ("Say-Hello d^", ["'dark blue'"]),
        ("Say-Hello -Color 'd^", ["'dark blue'"]),
        ('Say-Hello -Color "d^', ['"dark blue"']),
        ("Say-Hello -Color red -Loud ^", ["$true", "$false"]),
        ("Get-Variable mail^", ["mailbox", "mails"]),
        ("Out-File x -Encoding utf^", ["UTF32", "UTF8", "utf8BOM", "utf8NoBOM"]),
    ],
)
def test_values(shell: Shell, directory: Directory, line: str, expected: list[str]) -> None:
    assert texts(shell, directory, line) == expected
    assert directory.asked == []


@pytest.mark.parametrize(
    ("line", "prefix", "expected"),
    [
        ("Get-Mailbox ay^", "ay", ["Ayla"]),
        ("Get-Mailbox -Identity ay^", "ay", ["Ayla"]),
        ("Get-Mailbox ter^", "ter", ["'Terry Adams'"]),
        ("Get-Mailbox 'ter^", "ter", ["'Terry Adams'"]),
        ("Get-Mailbox 'Terry A^", "Terry A", []),
        ('Get-Mailbox "ter^', "ter", ['"Terry Adams"']),
        ("Get-Mailbox -Identity 'ter^", "ter", ["'Terry Adams'"]),
        ("Get-Mailbox ada^", "ada", ["'Terry Adams'", "'Adam O''Brien'"]),
        ('Get-Mailbox "roo^', "roo", ['"Room `$5"']),
        ("Get-Mailbox x^", "x", ["'x,y'"]),
        ("$m = Get-Mailbox ay^", "ay", ["Ayla"]),
        ("Get-Mailbox ^", "", ["'Terry Adams'", "Ayla", "'Adam O''Brien'", "'Room $5'", "'x,y'"]),
    ],
)
def test_identities(shell: Shell, directory: Directory, line: str, prefix: str, expected: list[str]) -> None:
    found = completed(shell, directory, line)
    assert [item.text for item in found.items if prefix != "Terry A"] == expected
    assert directory.asked == [("recipient", prefix, MOST_IDENTITIES)]


def test_an_identity_says_what_it_is(shell: Shell, directory: Directory) -> None:
    (item,) = completed(shell, directory, "Get-Mailbox ay^").items
    assert (item.label, item.description) == ("Ayla", "Ayla of recipient")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("$mai^", ["$mailbox", "$mails"]),
        ("Get-Mailbox $mai^", ["$mailbox", "$mails"]),
        ('"dear $mailb^', ["$mailbox"]),
        ('Write-Host "$($mailb^', ["$mailbox"]),
        ("$x -eq $fal^", ["$false"]),
        ("Get-Mailbox @mail^", ["@mailbox", "@mails"]),
        ("'dear $mai^", []),
        ("Write-Host a$mailb^", ["$mailbox"]),
        ("$mailbox.al^", ["Alias"]),
        ("[math]::Ro^", ["Round"]),
        ("[datetime]::To^", ["Today"]),
        ("[no.such]::x^", []),
        ("$nothing.al^", []),
    ],
)
def test_variables_and_members(shell: Shell, directory: Directory, line: str, expected: list[str]) -> None:
    assert texts(shell, directory, line) == expected


@pytest.mark.parametrize(
    ("line", "start"),
    [
        ("Get-Mailbox -I^", 12),
        ("Get-Mailbox 'ter^", 12),
        ("Get-Mailbox ^", 12),
        ('"dear $mailb^', 6),
        ("[math]::Ro^", 8),
        ("Get-M^ailbox", 0),
        ("Add-MailboxPermission -AccessRights FullAccess,s^", 47),
    ],
)
def test_what_is_replaced_begins_where_the_word_does(shell: Shell, directory: Directory, line: str, start: int) -> None:
    assert completed(shell, directory, line).start == start


def test_what_is_put_in_runs(shell: Shell, directory: Directory) -> None:
    """Every identity comes back as the argument that it is, whatever it holds."""
    for quoting in ("", "'", '"'):
        for name in PEOPLE:
            line = f"Get-Mailbox {quoting}{name[0]}"
            found = shell.interpreter.complete(line, len(line), directory)
            item = next(one for one in found.items if one.label == name)
            assert shell.run(f"Write-Output {item.text}") == [name]


def test_looking_leaves_no_trace(shell: Shell, directory: Directory) -> None:
    shell.run("1 / 0")
    before = len(shell.interpreter.errors)
    texts(shell, directory, "Get-Mailbox -Bad -^")
    assert len(shell.interpreter.errors) == before
    assert shell.run("$?") == ["False"]
