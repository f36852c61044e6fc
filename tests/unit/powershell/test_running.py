"""How a run ends, as an exit code; and scripts as they lie in files."""

import pytest

from delegacy.powershell.decoding import decode_as, encode
from support.powershell_world import Shell


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("", 0),
        ("# nothing", 0),
        ("1", 0),
        ("$false", 0),
        ("$x = 5", 0),
        ("function f { }", 0),
        ("Get-Mailbox Terry", 0),
        ("Get-Mailbox Nobody", 1),
        ("Get-Mailbox Nobody; 'after'", 0),
        ("Get-Mailbox Nobody -ErrorAction SilentlyContinue", 1),
        ("$m = Get-Mailbox Nobody", 1),
        ("1 / 0", 1),
        ("1 / 0; 'after'", 0),
        ("throw 'x'", 1),
        ("throw 'x'; 'never'", 1),
        ("try { throw 'x' } catch { 'caught' }", 0),
        ("Write-Error 'x'", 1),
        ("Write-Error 'x'; exit 0", 0),
        ("Nothing-Like-It", 1),
        ("1 +", 1),
        ("'unfinished", 1),
        ("exit", 0),
        ("exit 3; 'never'", 3),
        ("exit '4'", 4),
        ("exit -1", -1),
        ("function f { exit 5 }; f; 'never'", 5),
        ("1..3 | ForEach-Object { exit 6 }", 6),
        ("try { exit 7 } catch { 'never' } finally { 'always' }", 7),
        ("if ($true) { exit (1 + 7) }", 8),
        ("Read-Host 'nobody answers'", 1),
        ("Read-Host 'nobody answers'; 'never'", 1),
        ("Remove-MailboxPermission Terry -User Ayla -AccessRights FullAccess", 1),
        ("Add-MailboxPermission -User Ayla -AccessRights FullAccess", 1),
        ("Get-Mailbox -Archive", 1),
        ("Test-Failure", 1),
        ("break", 0),
        ("return 5", 0),
    ],
)
def test_exit_codes(script: str, code: int) -> None:
    shell = Shell()
    assert "never" not in shell.run(script)
    assert shell.code == code


def test_a_failure_before_does_not_count() -> None:
    shell = Shell()
    shell.run("Get-Mailbox Nobody")
    shell.run("")
    assert shell.code == 0


TEXT = "param($who) \u201cHello \u2018$who\u2019 \u2013 caf\u00e9\u201d; if (1 \u2013eq 1) { Write-Output \u2013InputObject \u2018Zo\u00eb\u2019 }"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_script_files_of_windows_run(encoding: str) -> None:
    shell = Shell()
    shell.interpreter.run_bytes(TEXT.encode(encoding), name="/home/a.ps1", arguments=("x",))
    assert shell.host.lines == ["Hello \u2018x\u2019 \u2013 caf\u00e9", "Zo\u00eb"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_script_calls_files_of_windows(encoding: str) -> None:
    shell = Shell(files={"/home/a.ps1": TEXT.encode(encoding)})
    assert shell.run("./a.ps1 y")[1] == "Zo\u00eb"


def test_arguments_of_a_script_name_its_parameters() -> None:
    shell = Shell()
    shell.interpreter.run(
        'param([string]$Name, [switch]$Loud, [int]$Count = 1) "$Name $Loud $($Count + 1)"',
        name="/home/a.ps1",
        arguments=("-Name", "Terry", "-Loud", "-Count:4"),
    )
    assert shell.host.lines == ["Terry True 5"]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("UTF8", b"\xef\xbb\xbf"),
        ("Unicode", b"\xff\xfe"),
        ("BigEndianUnicode", b"\xfe\xff"),
        ("ASCII", b"a"),
        ("utf8NoBOM", b"a"),
    ],
)
def test_files_are_written_in_named_encodings(name: str, first: bytes) -> None:
    content = encode("a\u00e9", name, begins_file=True)
    assert content.startswith(first)
    assert decode_as(content, name) == ("a?" if name == "ASCII" else "a\u00e9")


def test_what_is_appended_has_no_second_mark() -> None:
    shell = Shell()
    shell.run("'a' | Out-File x.txt; 'b' | Out-File x.txt -Append; 'c' >> x.txt")
    assert shell.files.content["/home/x.txt"] == b"\xff\xfe" + "a\r\nb\r\nc\r\n".encode("utf-16-le")
