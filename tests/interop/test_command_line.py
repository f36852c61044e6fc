"""The command line, as a process: what it refuses and how it says so, and what it does."""

import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support import server as servers
from support.sources import ROOT

COMMANDS = ("init", "serve", "demo", "shell", "check", "migrate", "backup", "restore")
WITH_OTHER_REVISIONS = """
import sys
from delegacy.cli import main
from delegacy.store.versions import DIRECTORY
object.__setattr__(DIRECTORY, "revisions", {revisions})
sys.exit(main())
"""


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data directory of an organization that no test changes."""
    data = tmp_path_factory.mktemp("founded") / "data"
    done = servers.run("init", "--data", str(data), "--domain", "contoso.com")
    assert done.returncode == 0, done.stderr
    servers.shell(
        data,
        'New-Mailbox -Shared -Name "Tickets" | Out-Null; New-Mailbox -Shared -Name "Archive" | Out-Null\n'
        'New-Mailbox -Name "Terry Adams" -Alias terrya -UserPrincipalName terrya@contoso.com '
        "-Password (ConvertTo-SecureString secret -AsPlainText -Force) | Out-Null\n"
        'New-DistributionGroup -Type Security -Name "Inner" -Members terrya | Out-Null\n'
        'New-DistributionGroup -Type Security -Name "Outer" -Members Inner | Out-Null\n'
        "Add-MailboxPermission Tickets -User Outer -AccessRights FullAccess | Out-Null",
    )
    return data


@pytest.fixture
def data(founded: Path, tmp_path: Path) -> Path:
    """Return a copy of it, for a test's own."""
    shutil.copytree(founded, tmp_path / "data")
    return tmp_path / "data"


def refused(done: "subprocess.CompletedProcess[str]") -> str:
    """Return the one line that says why a command could do nothing."""
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    said = done.stderr.splitlines()
    assert said[-1].startswith("delegacy"), done.stderr
    assert len(said) == 1 or said[0].startswith("usage: "), done.stderr
    return said[-1]


# ----------------------------------------------------------------------------------------------------------------------- arguments


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["serve", "--frobnicate"],
        ["serve", "--imap"],
        ["serve", "--imap-p", "0"],  # no abbreviations: a new flag must not change what a script means
        ["serve", "--imap-port", "many"],
        ["serve", "--imap-port", "-1"],
        ["serve", "extra"],
        ["init"],
        ["init", "--domain"],
        ["check"],
        ["check", "terrya", "open"],
        ["check", "terrya", "smell", "Tickets"],
        ["backup"],
        ["restore", "one", "two"],
        ["backup", ""],
        ["migrate", "--config", ""],
        ["shell", "-c", "Get-Mailbox", "script.ps1"],
        ["demo", "--recipients", "some"],
    ],
    ids=" ".join,
)
def test_wrong_arguments_are_refused_with_the_usage(arguments: list[str]) -> None:
    done = servers.run(*arguments)
    refused(done)
    assert done.stderr.startswith("usage: delegacy")


def test_the_version_is_the_packages() -> None:
    done = servers.run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"delegacy \d+\.\d+\.\d+\S*\n", done.stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_the_common_flags_and_explains_itself(command: str) -> None:
    done = servers.run(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    for flag in ("--data DIR", "--database URL", "--config FILE"):
        assert flag in done.stdout


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_the_commands_that_serve_take_the_ports(command: str) -> None:
    said = servers.run(command, "--help").stdout
    for flag, default in {"http": 8080, "submission": 8465, "imap": 8993, "smtp": 8025}.items():
        assert f"--{flag}-port PORT" in said
        assert f"({default})" in said
    assert "--host HOST" in said


# -------------------------------------------------------------------------------------------------------------------- configuration


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("imap = {", "delegacy.toml"),
        ('hots = "0.0.0.0"', "hots"),
        ("[imap]\nprot = 993", "imap.prot"),
        ("[imap]\nport = 65536", "imap.port"),
        ("[imap]\nport = 1.5", "imap.port"),
        ("[limits]\nconnections = 0", "limits.connections"),
        ('[log]\nlevel = "loud"', "log.level"),
        ('[log]\nformat = "pretty"', "log.format"),
        ('database = "sqlite:///x.db"', "database"),
        ('[tls]\ncertificate = "chain.pem"', "tls.key"),
        ('[smarthost]\nhost = "relay.example"\nsecurity = "none"', "smarthost.security"),
        ("[smarthost]\nport = 0", "smarthost.port"),
        ('[smtp]\ntrusted_networks = ["192.0.2.1/24"]', "smtp.trusted_networks"),
    ],
)
def test_a_configuration_with_a_mistake_is_refused(founded: Path, tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "delegacy.toml"
    file.write_text(text, encoding="utf-8")
    assert named in refused(servers.run("serve", "--data", str(founded), "--config", str(file)))


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_configuration_that_cannot_be_read_is_refused(founded: Path, tmp_path: Path, name: str) -> None:
    done = servers.run("migrate", "--data", str(founded), "--config", str(tmp_path / name))
    assert str(tmp_path / name) in refused(done)


def test_a_configuration_that_is_no_text_is_refused(founded: Path, tmp_path: Path) -> None:
    file = tmp_path / "delegacy.toml"
    file.write_bytes(b'host = "\xff"')
    assert "isn't TOML" in refused(servers.run("migrate", "--data", str(founded), "--config", str(file)))


def test_variables_are_settings_and_unknown_ones_are_refused(founded: Path) -> None:
    done = servers.run("migrate", variables={"DELEGACY_DATA": str(founded)})
    assert done.returncode == 0, done.stderr
    assert "DELEGACY_DTAA" in refused(servers.run("migrate", variables={"DELEGACY_DTAA": str(founded)}))


def test_flags_win_over_variables_and_variables_over_the_file(founded: Path, tmp_path: Path) -> None:
    file = tmp_path / "delegacy.toml"
    file.write_text(f'data = "{tmp_path / "from-file"}"', encoding="utf-8")
    question = ["check", "terrya", "open", "Tickets"]
    assert "from-file" in refused(servers.run(*question, variables={"DELEGACY_CONFIG": str(file)}))
    assert "from-variable" in refused(
        servers.run(
            *question, variables={"DELEGACY_CONFIG": str(file), "DELEGACY_DATA": str(tmp_path / "from-variable")}
        )
    )
    assert servers.run(*question, "--data", str(founded), variables={"DELEGACY_DATA": "/nowhere"}).returncode == 0


def test_without_a_data_directory_it_is_the_users(tmp_path: Path) -> None:
    done = servers.run("check", "terrya", "open", "Tickets", variables={"XDG_DATA_HOME": str(tmp_path)})
    assert str(tmp_path / "delegacy") in refused(done)


# ------------------------------------------------------------------------------------------------------------------ data directories


@pytest.mark.parametrize(
    "command",
    [
        ["serve"],
        ["shell", "-c", "Get-Mailbox"],
        ["check", "terrya", "open", "Tickets"],
        ["migrate"],
        ["backup", "backup.zip"],
    ],
    ids=lambda command: command[0],
)
def test_where_there_is_no_organization_nothing_is_made(tmp_path: Path, command: list[str]) -> None:
    said = refused(servers.run(*command, "--data", str(tmp_path / "data"), cwd=tmp_path))
    assert "delegacy init" in said
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_data_directory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        for command in (["init", "--domain", "contoso.com"], ["demo"], ["serve"]):
            refused(servers.run(*command, "--data", str(path)))


@pytest.mark.parametrize("command", [["init", "--domain", "contoso.com"], ["demo"], ["restore", "backup.zip"]])
def test_a_directory_with_other_things_in_it_is_left_alone(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "thesis.txt").touch()
    tmp_path.chmod(0o755)
    said = refused(servers.run(*command, "--data", str(tmp_path), cwd=tmp_path))
    assert str(tmp_path) in said
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_somebody_elses_directory_is_refused(data: Path) -> None:
    os.chown(data, 65534, 65534)
    assert "belongs to" in refused(servers.run("check", "terrya", "open", "Tickets", "--data", str(data)))


def test_what_is_written_is_the_owners_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    before = os.umask(0)
    try:
        assert servers.run("init", "--data", str(data), "--domain", "contoso.com").returncode == 0
        with servers.serving(data):
            modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (data, *data.glob("*.db*"))}
    finally:
        os.umask(before)
    assert modes.pop(data) == 0o700
    assert len(modes) >= 4
    assert set(modes.values()) == {0o600}


def test_a_directory_that_others_can_read_is_closed_to_them(data: Path) -> None:
    data.chmod(0o755)
    assert servers.run("check", "terrya", "open", "Tickets", "--data", str(data)).returncode == 0
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_a_missing_mail_store_is_not_made_anew(data: Path) -> None:
    (data / "mail.db").unlink()
    for command in (["serve"], ["migrate"], ["check", "terrya", "open", "Tickets"]):
        assert "mail.db is missing" in refused(servers.run(*command, "--data", str(data)))
    assert not (data / "mail.db").exists()


@pytest.mark.parametrize("name", ["directory.db", "mail.db"])
def test_a_file_that_is_no_database_is_refused(data: Path, name: str) -> None:
    for file in data.glob(f"{name}*"):
        file.unlink()
    (data / name).write_bytes(b"This is no database at all. " * 400)
    refused(servers.run("serve", "--data", str(data)))
    refused(servers.run("backup", str(data / "all.zip"), "--data", str(data)))
    if name == "directory.db":  # a question about the directory looks at nothing else
        refused(servers.run("check", "terrya", "open", "Tickets", "--data", str(data)))


def run_with_revisions(data: Path, revisions: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the program as a version would be that knows these schemas of the directory."""
    return subprocess.run(
        [sys.executable, "-c", WITH_OTHER_REVISIONS.format(revisions=revisions), *arguments, "--data", str(data)],
        capture_output=True,
        text=True,
        check=False,
        env=servers.environment(),
        timeout=60,
    )


@pytest.mark.parametrize(
    "command", [["serve"], ["shell", "-c", "Get-Mailbox"], ["check", "terrya", "open", "Tickets"], ["backup", "file"]]
)
def test_an_older_schema_is_refused_with_the_command_to_run(data: Path, command: list[str]) -> None:
    said = refused(run_with_revisions(data, '(*DIRECTORY.revisions, "9999")', *command))
    assert "delegacy migrate" in said


@pytest.mark.parametrize("command", [["serve"], ["check", "terrya", "open", "Tickets"], ["migrate"]])
def test_a_newer_schema_is_refused(data: Path, command: list[str]) -> None:
    said = refused(run_with_revisions(data, '("0000",)', *command))
    assert "newer than this program" in said


def test_what_is_up_to_date_stays_as_it_is(data: Path) -> None:
    done = servers.run("migrate", "--data", str(data))
    assert (done.returncode, done.stdout, done.stderr) == (0, "The database is up to date.\n", "")


# ----------------------------------------------------------------------------------------------------------------------------- init


@pytest.mark.parametrize(
    "arguments",
    [
        ["--domain", ""],
        ["--domain", "contoso"],
        ["--domain", "not a domain.com"],
        ["--domain", "contoso.com", "--netbios", "SIXTEEN-LETTERS-"],
        ["--domain", "contoso.com", "--netbios", "A B"],
        ["--domain", "contoso.com", "--data", ""],
    ],
    ids=" ".join,
)
def test_an_organization_that_cannot_be_leaves_nothing(tmp_path: Path, arguments: list[str]) -> None:
    refused(servers.run("init", "--data", "data", *arguments, cwd=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_new_organization_says_who_its_administrator_is(tmp_path: Path) -> None:
    done = servers.run("init", "--data", str(tmp_path), "--domain", "Fabrikam.example", "--netbios", "fabrikam")
    assert (done.returncode, done.stderr) == (0, "")
    assert "FABRIKAM\\Administrator" in done.stdout
    assert servers.PASSWORD not in done.stdout
    again = servers.run("init", "--data", str(tmp_path), "--domain", "contoso.com")
    assert "already" in refused(again)
    assert "fabrikam.example" in servers.shell(tmp_path, "(Get-AcceptedDomain).DomainName")


def on_a_terminal(arguments: list[str], typed: str, *, cwd: Path) -> tuple[int, str]:
    """Run a command with a terminal for its input and output, and return its exit code and what the terminal showed."""
    ours, its = os.openpty()
    environment = servers.environment()
    del environment["DELEGACY_ADMIN_PASSWORD"]
    process = subprocess.Popen(
        servers.command(*arguments), stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True, cwd=cwd
    )
    os.close(its)
    shown = b""
    waiting = typed.splitlines(keepends=True)
    while True:
        try:
            block = os.read(ours, 1024)
        except OSError:  # Linux tells so that the other end is closed
            break
        if not block:
            break
        shown += block
        if shown.endswith(b": ") and waiting:
            os.write(ours, waiting.pop(0).encode())
    os.close(ours)
    return process.wait(timeout=60), shown.decode()


@pytest.mark.parametrize("typed", ["one\nother\n", "\n\n", "\x04", "one\n\x04"])
def test_a_password_that_is_not_typed_twice_makes_nothing(tmp_path: Path, typed: str) -> None:
    code, shown = on_a_terminal(["init", "--data", "data", "--domain", "contoso.com"], typed, cwd=tmp_path)
    assert code == 2, shown
    assert "Traceback" not in shown
    assert list(tmp_path.iterdir()) == []


def test_a_password_is_asked_for_on_a_terminal_and_not_shown(tmp_path: Path) -> None:
    arguments = ["init", "--data", str(tmp_path / "data"), "--domain", "contoso.com"]
    code, shown = on_a_terminal(arguments, "open sesame\nopen sesame\n", cwd=tmp_path)
    assert code == 0, shown
    assert "open sesame" not in shown
    assert b"open sesame" not in (tmp_path / "data" / "directory.db").read_bytes()


def test_where_there_is_an_organization_no_password_is_asked_for(data: Path) -> None:
    code, shown = on_a_terminal(["init", "--data", str(data), "--domain", "contoso.com"], "", cwd=data)
    assert code == 2
    assert "Password" not in shown


def test_without_a_terminal_there_must_be_a_password(tmp_path: Path) -> None:
    done = servers.run(
        "init",
        "--data",
        str(tmp_path / "data"),
        "--domain",
        "contoso.com",
        text="secret\n",
        variables={"DELEGACY_ADMIN_PASSWORD": ""},
    )
    assert "DELEGACY_ADMIN_PASSWORD" in refused(done)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_text_is_refused_or_shown_all_the_same(tmp_path: Path) -> None:
    bad = os.fsdecode(b"\xff")
    flags = ["--data", str(tmp_path / bad), "--domain", "contoso.com"]
    refused(servers.run("init", *flags, variables={"DELEGACY_ADMIN_PASSWORD": bad}))
    refused(servers.run("init", *flags[:2], "--domain", f"{bad}.com"))
    assert list(tmp_path.iterdir()) == []
    done = servers.run("init", *flags)
    assert (done.returncode, done.stderr) == (0, "")
    refused(servers.run("check", *flags[:2], bad, "open", "Administrator"))


def test_a_password_that_is_too_long_is_refused(tmp_path: Path) -> None:
    done = servers.run(
        "init",
        "--data",
        str(tmp_path / "data"),
        "--domain",
        "contoso.com",
        variables={"DELEGACY_ADMIN_PASSWORD": "x" * 1025},
    )
    refused(done)
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------------------------------------------------------------------- check


@pytest.mark.parametrize(
    ("delegate", "question", "target"),
    [
        ("nobody", "open", "Tickets"),
        ("Outer", "open", "Tickets"),  # a group signs in nowhere
        ("terrya", "open", "nobody"),
        ("terrya", "send", "nobody@contoso.com"),
        ("terrya", "open", ""),
        ("", "open", "Tickets"),
        ("terrya", "open", "x" * 5000),
    ],
)
def test_a_question_about_nobody_is_refused(founded: Path, delegate: str, question: str, target: str) -> None:
    refused(servers.run("check", "--data", str(founded), delegate, question, target))


def test_an_ambiguous_name_is_refused(data: Path) -> None:
    servers.shell(
        data,
        'New-Mailbox -Shared -Name "Other" -DisplayName "Archive of others" | Out-Null; '
        'Set-Mailbox Tickets -DisplayName "Same"; Set-Mailbox Archive -DisplayName "Same"',
    )
    assert "matches multiple entries" in refused(servers.run("check", "--data", str(data), "terrya", "open", "Same"))


def test_what_is_not_granted_is_answered_with_the_reason(founded: Path) -> None:
    done = servers.run("check", "--data", str(founded), "terrya", "open", "Archive")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("No. Terry Adams (CONTOSO\\terrya) may not open Archive <Archive@contoso.com>: ")
    assert servers.run("check", "--data", str(founded), "terrya", "send", "Tickets").returncode == 1


def test_what_is_granted_is_answered_with_the_entry_and_the_chain_of_groups(founded: Path) -> None:
    done = servers.run("check", "--data", str(founded), "terrya", "open", "Tickets")
    assert (done.returncode, done.stderr) == (0, "")
    answer, entry, chain = done.stdout.splitlines()
    assert answer == "Yes. Terry Adams (CONTOSO\\terrya) may open Tickets <Tickets@contoso.com>: Full Access."
    assert "Allow FullAccess for CONTOSO\\Outer" in entry
    assert "granted by contoso.com/Users/Administrator" in entry
    steps = "CONTOSO\\terrya is a member of CONTOSO\\Inner, CONTOSO\\Inner is a member of CONTOSO\\Outer"
    assert steps in chain


# ---------------------------------------------------------------------------------------------------------------------------- shell


def test_a_script_that_is_not_there_is_refused(founded: Path, tmp_path: Path) -> None:
    assert "missing.ps1" in refused(servers.run("shell", "--data", str(founded), str(tmp_path / "missing.ps1")))
    refused(servers.run("shell", "--data", str(founded), str(tmp_path)))


@pytest.mark.parametrize("name", ["nobody", "Outer", ""])
def test_a_shell_for_somebody_without_an_account_is_refused(founded: Path, name: str) -> None:
    refused(servers.run("shell", "--data", str(founded), "--user", name, "-c", "Get-Mailbox"))


def test_a_failed_statement_is_an_exit_code_and_errors_go_to_standard_error(founded: Path) -> None:
    done = servers.run("shell", "--data", str(founded), "-c", '"before"; Get-Mailbox nobody')
    assert (done.returncode, done.stdout) == (1, "before\n")
    assert "'nobody' couldn't be found" in done.stderr
    assert "Traceback" not in done.stderr
    assert servers.run("shell", "--data", str(founded), "-c", "exit 7").returncode == 7


def test_others_than_administrators_have_the_cmdlets_of_their_roles(founded: Path) -> None:
    def as_terry(script: str) -> "subprocess.CompletedProcess[str]":
        return servers.run("shell", "--data", str(founded), "--user", "terrya", "-c", script)

    done = as_terry("New-Mailbox -Shared -Name Another")
    assert done.returncode == 1
    assert "CommandNotFoundException" in done.stderr
    done = as_terry("(Get-Mailbox terrya).Name")
    assert (done.returncode, done.stdout) == (0, "Terry Adams\n")


def test_somebody_without_any_role_gets_no_shell(data: Path) -> None:
    servers.shell(data, 'New-ADUser -Name "Backup" -SamAccountName svcbackup | Out-Null')
    done = servers.run("shell", "--data", str(data), "--user", "svcbackup", "-c", "Get-Mailbox")
    assert "role" in refused(done)


@pytest.mark.parametrize("source", ["text", "file", "input", "dash"])
def test_a_script_comes_from_four_places(founded: Path, tmp_path: Path, source: str) -> None:
    script = '$name = "Tickets"\n(Get-Mailbox $name).PrimarySmtpAddress'
    file = tmp_path / "script.ps1"
    file.write_text(script, encoding="utf-8")
    arguments = {"text": ["-c", script], "file": [str(file)], "input": [], "dash": ["-"]}[source]
    text = script if source in ("input", "dash") else None
    done = servers.run("shell", "--data", str(founded), *arguments, text=text)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Tickets@contoso.com\n", "")


def test_a_script_gets_its_arguments(founded: Path, tmp_path: Path) -> None:
    file = tmp_path / "script.ps1"
    file.write_text("param($Name, $Other)\n(Get-Mailbox $Name).Name; $Other", encoding="utf-8")
    done = servers.run("shell", "--data", str(founded), str(file), "Tickets", "more words")
    assert (done.returncode, done.stdout) == (0, "Tickets\nmore words\n")


def test_output_that_nobody_reads_is_no_traceback(founded: Path) -> None:
    with subprocess.Popen(
        servers.command("check", "--data", str(founded), "terrya", "open", "Tickets"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=servers.environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_output_that_finds_no_room_is_an_error(founded: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            servers.command("check", "--data", str(founded), "terrya", "open", "Tickets"),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=servers.environment(),
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "delegacy: The output can't be written: No space left on device.\n")


# -------------------------------------------------------------------------------------------------------------- backup and restore


def test_a_backup_overwrites_nothing(founded: Path, tmp_path: Path) -> None:
    (tmp_path / "backup.zip").write_bytes(b"precious")
    assert "already" in refused(servers.run("backup", "--data", str(founded), str(tmp_path / "backup.zip")))
    assert (tmp_path / "backup.zip").read_bytes() == b"precious"
    refused(servers.run("backup", "--data", str(founded), str(tmp_path / "missing" / "backup.zip")))
    refused(servers.run("backup", "--data", str(founded), str(tmp_path)))


def test_what_is_no_backup_is_not_restored(data: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("This is no backup.", encoding="utf-8")
    for name in ("text", "missing", "."):
        refused(servers.run("restore", "--data", str(data), str(tmp_path / name)))
    assert servers.run("check", "--data", str(data), "terrya", "open", "Tickets").returncode == 0


def test_what_was_backed_up_comes_back_here_and_elsewhere(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    with servers.serving(data):
        done = servers.run("backup", "--data", str(data), str(file))
        assert (done.returncode, done.stderr) == (0, "")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        servers.shell(data, "Remove-MailboxPermission Tickets -User Outer -AccessRights FullAccess -Confirm:$false")
        assert servers.run("check", "--data", str(data), "terrya", "open", "Tickets").returncode == 1
        assert servers.run("restore", "--data", str(data), str(file)).returncode == 0
        assert servers.run("check", "--data", str(data), "terrya", "open", "Tickets").returncode == 0
    elsewhere = tmp_path / "elsewhere"
    assert servers.run("restore", "--data", str(elsewhere), str(file)).returncode == 0
    assert servers.run("check", "--data", str(elsewhere), "terrya", "open", "Tickets").returncode == 0
    assert {stat.S_IMODE(path.stat().st_mode) for path in elsewhere.glob("*.db")} == {0o600}


def test_an_address_of_a_database_is_never_repeated_with_its_password(tmp_path: Path) -> None:
    for url in (
        "postgresql://delegacy:hunter2@127.0.0.1:1/delegacy",
        "postgresql://delegacy:hunter2@127.0.0.1:port/delegacy",
        "mysql://delegacy:hunter2@127.0.0.1/delegacy",
        "hunter2",
    ):
        for command in (["serve"], ["init", "--domain", "contoso.com"], ["check", "terrya", "open", "Tickets"]):
            said = refused(servers.run(*command, "--data", str(tmp_path / "data"), "--database", url))
            assert "hunter2" not in said


def test_the_console_script_is_this_command_line() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert scripts == {"delegacy": "delegacy.cli:main"}
