"""Many records: each error by itself, a line at the end that counts, and how far it is meanwhile."""

import pytest

from support.powershell_world import MemoryGate, Shell, mailbox

ROWS = 10_000


def csv(count: int, wrong: int) -> bytes:
    lines = ["Identity,User,AccessRights"]
    lines += [f"{'Nobody' if place < wrong else 'Terry'},u{place},FullAccess" for place in range(count)]
    return "\r\n".join(lines).encode()


def shell_with(count: int, wrong: int, *answers: str) -> Shell:
    return Shell(*answers, files={"/home/grants.csv": csv(count, wrong)}, is_terminal=True)


def test_ten_thousand_rows_of_which_two_fail() -> None:
    shell = shell_with(ROWS, 2)
    shell.run("Import-Csv grants.csv | Add-MailboxPermission | Out-Null")
    assert len(shell.gate.durable) == ROWS - 2
    assert len(shell.host.of("error")) == 2
    assert shell.host.of("warning") == ["WARNING: Add-MailboxPermission: 9,998 succeeded, 2 failed."]
    assert shell.code == 1


def test_the_line_comes_last() -> None:
    shell = shell_with(150, 1)
    shell.run("Import-Csv grants.csv | Add-MailboxPermission; 'next'")
    assert shell.host.transcript[-1][0] == "warning"


@pytest.mark.parametrize(
    "script",
    [
        "Import-Csv grants.csv | ForEach-Object { Add-MailboxPermission $_.Identity -User $_.User -AccessRights FullAccess } | Out-Null",
        "foreach ($row in Import-Csv grants.csv) { $row | Add-MailboxPermission | Out-Null }",
        "$rows = Import-Csv grants.csv; $rows | Add-MailboxPermission | Out-Null",
        "Import-Csv grants.csv | Add-MailboxPermission -ErrorAction SilentlyContinue | Out-Null",
    ],
)
def test_records_are_counted_however_they_come(script: str) -> None:
    shell = shell_with(120, 20)
    shell.run(script)
    assert shell.host.of("warning") == ["WARNING: Add-MailboxPermission: 100 succeeded, 20 failed."]


@pytest.mark.parametrize(
    "script",
    [
        "Import-Csv grants.csv | Get-Mailbox | Out-Null",
        "Import-Csv grants.csv | Select-Object -First 50 | Add-MailboxPermission | Out-Null",
        "Import-Csv grants.csv | Where-Object Identity -eq 'Terry' | Add-MailboxPermission | Out-Null",
        "$WarningPreference = 'SilentlyContinue'; Import-Csv grants.csv | Add-MailboxPermission | Out-Null",
    ],
)
def test_nothing_is_counted_where_nobody_would_ask(script: str) -> None:
    shell = shell_with(150, 10)
    shell.run(script)
    assert shell.host.of("warning") == []


def test_what_was_not_done_is_not_counted_as_done() -> None:
    shell = shell_with(150, 10)
    shell.run("Import-Csv grants.csv | Add-MailboxPermission -WhatIf")
    assert shell.host.of("warning") == ["WARNING: Add-MailboxPermission: 0 succeeded, 10 failed, 140 skipped."]
    assert shell.gate.durable == []


def test_each_run_counts_for_itself() -> None:
    shell = shell_with(150, 10)
    for _ in range(2):
        shell.run("Import-Csv grants.csv | Add-MailboxPermission | Out-Null")
    assert shell.host.of("warning") == ["WARNING: Add-MailboxPermission: 140 succeeded, 10 failed."] * 2


def test_who_stops_it_is_told_how_far_it_came() -> None:
    shell = shell_with(ROWS, 0)
    shell.host.stop_after = 10
    shell.run("Import-Csv grants.csv | Add-MailboxPermission | Out-Null")
    done = len(shell.gate.durable)
    assert 100 <= done < ROWS
    assert shell.host.of("warning") == [f"WARNING: Add-MailboxPermission was stopped: {done:,} succeeded, 0 failed."]


def test_one_that_stops_at_the_first_error_ends_there() -> None:
    shell = shell_with(200, 1)
    shell.run("Import-Csv grants.csv | Add-MailboxPermission -ErrorAction Stop | Out-Null")
    assert shell.gate.durable == []
    assert len(shell.host.of("error")) == 1


class SlowGate(MemoryGate):
    """A gate whose changes take time, by the clock of a host."""

    host: "Shell | None" = None

    def change(self, what: object) -> None:
        super().change(what)
        if self.host is not None:
            self.host.host.sleep(0.05)


def slow_shell(count: int) -> Shell:
    gate = SlowGate()
    shell = Shell(files={"/home/grants.csv": csv(count, 0)}, gate=gate, is_terminal=True)
    gate.host = shell
    return shell


def test_a_long_pipeline_shows_how_far_it_is() -> None:
    shell = slow_shell(400)
    shell.run("Import-Csv grants.csv | Add-MailboxPermission | Out-Null")
    shown = shell.host.progress
    assert {record.activity for record in shown} == {"Add-MailboxPermission"}
    percents = [record.percent for record in shown[:-1]]
    assert percents == sorted(percents)
    assert 0 <= percents[0] < 20
    assert percents[-1] > 80
    assert shown[-1].completed
    assert len(shown) < 200
    assert shown[0].status.endswith(" done")
    assert shown[0].seconds_remaining > 0


def test_a_list_that_is_there_has_a_known_length() -> None:
    shell = slow_shell(200)
    shell.run("$rows = Import-Csv grants.csv; $rows | Add-MailboxPermission | Out-Null")
    assert shell.host.progress[-2].percent > 50


def test_what_comes_from_a_cmdlet_is_counted_without_an_end() -> None:
    shell = slow_shell(0)
    shell.gate.mailboxes = {f"m{place}": mailbox(f"m{place}") for place in range(100)}
    shell.run("Get-Mailbox | Add-MailboxPermission -User Ayla -AccessRights FullAccess | Out-Null")
    assert {record.percent for record in shell.host.progress} == {-1}
    assert shell.host.progress[-1].completed


@pytest.mark.parametrize(
    "script",
    [
        "Add-MailboxPermission Terry -User Ayla -AccessRights FullAccess | Out-Null",
        "Import-Csv grants.csv | Select-Object -First 5 | Add-MailboxPermission | Out-Null",
        "$ProgressPreference = 'SilentlyContinue'; Import-Csv grants.csv | Add-MailboxPermission | Out-Null",
    ],
)
def test_what_is_short_shows_no_progress(script: str) -> None:
    shell = slow_shell(100)
    shell.run(script)
    assert shell.host.progress == []
