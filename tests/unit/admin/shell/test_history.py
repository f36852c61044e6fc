from pathlib import Path

import pytest

from delegacy.admin.shell import history as module
from delegacy.admin.shell.history import ShellHistory, may_hold_secret


def commands(file: Path) -> list[str]:
    return list(ShellHistory(file).load_history_strings())


def test_commands_come_back_newest_first(tmp_path: Path) -> None:
    history = ShellHistory(tmp_path / "history")
    history.append_string("Get-Mailbox")
    history.append_string("if ($x) {\n  'é'\n}")
    assert commands(tmp_path / "history") == ["if ($x) {\n  'é'\n}", "Get-Mailbox"]


@pytest.mark.parametrize(
    "line",
    [
        "New-Mailbox x -Password (ConvertTo-SecureString 'hunter2' -AsPlainText -Force)",
        "$p = convertto-securestring hunter2 -a -f",
        "Set-Mailbox x -pass $p",
        "$PASSWORD = 'hunter2'",
        "$c = Get-Credential",
        "Invoke-Thing -Token abc",
        "$api_key = 'abc'; $x",
        "Get-Mailbox\nNew-ADUser x -AccountPassword $p",
        "$pwd = 'hunter2'",
    ],
)
def test_what_may_hold_a_secret_is_remembered_but_not_written(line: str, tmp_path: Path) -> None:
    history = ShellHistory(tmp_path / "history")
    history.append_string(line)
    assert may_hold_secret(line)
    assert line in history.get_strings()
    assert not (tmp_path / "history").exists()


@pytest.mark.parametrize(
    "line", ["Get-Mailbox ayla", "Get-Mailbox | Set-Mailbox -PassThru", "Add-MailboxPermission a b"]
)
def test_other_lines_are_written(line: str, tmp_path: Path) -> None:
    ShellHistory(tmp_path / "history").append_string(line)
    assert commands(tmp_path / "history") == [line]


def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    ShellHistory(tmp_path / "history").append_string("Get-Mailbox")
    assert (tmp_path / "history").stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_used_costs_only_the_history(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "missing" / "history"):
        history = ShellHistory(place)
        history.append_string("Get-Mailbox")
        assert "Get-Mailbox" in history.get_strings()
        assert list(history.load_history_strings()) == []


def test_bytes_that_are_no_text_are_survived(tmp_path: Path) -> None:
    (tmp_path / "history").write_bytes(b"\xff\xfe\n+a\xff\n\n+b\n")
    assert commands(tmp_path / "history") == ["b", "a\ufffd"]


def test_a_large_file_loses_its_older_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "history"
    history = ShellHistory(file)
    for number in range(100):
        history.append_string(f"Get-Mailbox {number}")
    monkeypatch.setattr(module, "_LARGEST", 2000)
    monkeypatch.setattr(module, "_KEPT", 1000)
    kept = commands(file)
    assert kept[0] == "Get-Mailbox 99"
    assert 5 < len(kept) < 50
    assert all(command.startswith("Get-Mailbox ") for command in kept)
    assert file.stat().st_size <= 1000
    assert file.stat().st_mode & 0o077 == 0
    assert commands(file) == kept
