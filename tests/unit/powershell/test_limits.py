"""Whatever a script does, it ends: by itself, by its budget, or because the user asked."""

import pytest

from delegacy.powershell.limits import Limits
from support.powershell_world import Shell

SMALL = Limits(steps=5_000, call_depth=60)


@pytest.mark.parametrize(
    ("script", "error_id"),
    [
        ("function f { f }; f", "CallDepthOverflow"),
        ("$b = { & $b }; & $b", "CallDepthOverflow"),
        ("function f($n) { 1 | ForEach-Object { f $n } }; f 1", "CallDepthOverflow"),
        ("while ($true) { }", "ScriptLimitExceeded"),
        ("for (;;) { $i++ }", "ScriptLimitExceeded"),
        ("do { } until ($false)", "ScriptLimitExceeded"),
        ("1..100000 | ForEach-Object { $_ } | Out-Null", "ScriptLimitExceeded"),
        ("foreach ($i in 1..100000) { }", "ScriptLimitExceeded"),
        ("1..100000000", "ScriptLimitExceeded"),
        ("$s = 'x'; 1..60 | ForEach-Object { $s += $s }; 'still here'", "ScriptLimitExceeded"),
        ("'x' * 1000000000", "ScriptLimitExceeded"),
        ("$a = 1..4000000; $a += $a", "ScriptLimitExceeded"),
        ("'{0,2000000000}' -f 1", "FormatError"),
        ("'x'.PadLeft(2000000000)", "ArgumentOutOfRangeException"),
        ("[string]::new('x', 2000000000)", "ScriptLimitExceeded"),
        ("('a' * 2000000) -match 'b'", "ScriptLimitExceeded"),
    ],
)
def test_what_has_no_end_is_ended(script: str, error_id: str) -> None:
    shell = Shell(limits=SMALL)
    shell.run(script)
    assert error_id in {record.error_id for record in shell.errors}


@pytest.mark.parametrize("script", ["function f { f }; f", "while ($true) { }"])
def test_no_catch_catches_a_budget_that_is_used_up(script: str) -> None:
    shell = Shell(limits=SMALL)
    assert shell.run(f"try {{ {script} }} catch {{ 'caught' }}; 'after'") == []
    assert shell.code == 1


def test_a_budget_is_for_one_run() -> None:
    shell = Shell(limits=SMALL)
    shell.run("while ($true) { }")
    assert shell.run("1 + 1") == ["2"]
    assert shell.code == 0


def test_the_seconds_of_a_run_are_limited() -> None:
    shell = Shell(limits=Limits(seconds=10))
    shell.run("while ($true) { Start-Sleep 1 }")
    assert shell.error_id == "ScriptLimitExceeded"
    assert shell.host.slept < 4_000


def test_deep_recursion_that_ends_is_no_error() -> None:
    assert Shell().run("function f($n) { if ($n) { f ($n - 1) } else { 'end' } }; f 40") == ["end"]


@pytest.mark.parametrize(
    "script",
    [
        "while ($true) { }",
        "1..1000000 | ForEach-Object { $_ }",
        "Get-Mailbox | ForEach-Object { while ($true) { } }",
        "try { while ($true) { } } catch { 'caught' }",
        "1..1000000 | Sort-Object",
    ],
)
def test_the_user_stops_what_runs(script: str) -> None:
    shell = Shell()
    shell.host.stop_after = 3
    assert "caught" not in shell.run(f"{script}; 'after'")
    assert "after" not in shell.host.lines
    assert shell.code == 1
    assert not shell.errors


def test_after_a_stop_the_session_goes_on() -> None:
    shell = Shell()
    shell.host.stop_after = 3
    shell.run("$kept = 5; while ($true) { }")
    shell.host.stop_after = None
    assert shell.run("$kept") == ["5"]


def test_a_stopped_change_that_was_made_stays_and_is_told() -> None:
    shell = Shell()
    shell.host.stop_after = 4
    shell.run("Add-MailboxPermission Terry -User Ayla -AccessRights FullAccess; while ($true) { }")
    assert len(shell.gate.durable) == 1
    assert any("Terry" in line for line in shell.host.lines)
