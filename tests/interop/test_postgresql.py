"""Everything on PostgreSQL, as an operator meets it: made, served by several, copied, put back, and refused."""

import imaplib
import json
import smtplib
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from support import server as servers
from support.postgres import PostgresServer

pytestmark = pytest.mark.interop

PEOPLE = """
$password = ConvertTo-SecureString "secret" -AsPlainText -Force
foreach ($alias in "terrya", "raymonds", "hollyh") {
    New-Mailbox -Name $alias -Alias $alias -UserPrincipalName "$alias@contoso.com" -Password $password | Out-Null
}
"""
GRANT = "Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess | Out-Null"
REVOKE = "Remove-MailboxPermission terrya -User raymonds -AccessRights FullAccess -Confirm:$false"
GRANT_SENDING = 'Add-ADPermission terrya -User raymonds -ExtendedRights "Send As" | Out-Null'
REVOKE_SENDING = 'Remove-ADPermission terrya -User raymonds -ExtendedRights "Send As" -Confirm:$false'
REFUSED = 550


class Site:
    """An organization in a database of its own, and the commands on it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.flags = ("--database", url, "--data", str(folder / "data"))

    def run(self, *arguments: str, code: int = 0) -> str:
        done = servers.run(*arguments, *self.flags)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def shell(self, script: str) -> str:
        return self.run("shell", "-c", script)

    @contextmanager
    def serving(self, name: str) -> Iterator[servers.RunningServer]:
        """Return a context in which a server runs, with a data directory of its own for its certificates."""
        server = servers.start(self.folder / name, "--database", self.url, log=self.folder / f"{name}.log")
        try:
            yield server
        finally:
            assert server.stop() == 0
        assert "exception" not in (self.folder / f"{name}.log").read_text(encoding="utf-8")


@pytest.fixture
def empty(postgres: PostgresServer, tmp_path: Path) -> Site:
    return Site(postgres.new_database(), tmp_path)


@pytest.fixture
def site(empty: Site) -> Site:
    empty.run("init", "--domain", "contoso.com")
    empty.shell(PEOPLE)
    return empty


def submit(server: servers.RunningServer, sender: str, subject: str) -> int:
    """Send as ``sender``, signed in as Raymond, and return the code of the last reply."""
    with smtplib.SMTP_SSL("127.0.0.1", server.port("submission"), context=server.tls, timeout=30) as smtp:
        smtp.login("raymonds@contoso.com", "secret")
        try:
            smtp.sendmail(sender, ["hollyh@contoso.com"], f"From: {sender}\r\nSubject: {subject}\r\n\r\nHello.\r\n")
        except smtplib.SMTPResponseException as refusal:
            return refusal.smtp_code
    return 250


@contextmanager
def imap(server: servers.RunningServer, name: str) -> Iterator[imaplib.IMAP4_SSL]:
    client = imaplib.IMAP4_SSL("127.0.0.1", server.port("imap"), ssl_context=server.tls, timeout=30)
    try:
        client.login(name, "secret")
        yield client
    finally:
        client.shutdown()


def subjects(server: servers.RunningServer, name: str) -> list[str]:
    with imap(server, name) as client:
        client.select()
        _, found = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    return [part[1].decode().removeprefix("Subject: ").strip() for part in found if isinstance(part, tuple)]


# ------------------------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "command",
    [
        ["serve"],
        ["shell", "-c", "Get-Mailbox"],
        ["check", "a", "open", "b"],
        ["migrate"],
        ["backup", "backup.zip"],
    ],
    ids=lambda command: command[0],
)
def test_a_database_without_an_organization_is_refused(empty: Site, command: list[str]) -> None:
    said = empty.run(*command, code=2)
    assert said.count("\n") == 1
    assert "delegacy init" in said
    assert not (empty.folder / "backup.zip").exists()


def test_a_database_that_is_not_there_is_refused_in_one_line(empty: Site) -> None:
    missing = Site(empty.url.replace("/test", "/missing"), empty.folder)
    for command in (["init", "--domain", "contoso.com"], ["serve"], ["check", "a", "open", "b"]):
        said = missing.run(*command, code=2)
        assert said.startswith("delegacy: The database can't be reached: ")
        assert said.count("\n") == 1


def test_a_second_organization_in_a_database_is_refused(site: Site) -> None:
    assert "already" in site.run("init", "--domain", "fabrikam.example", code=2)
    assert "contoso.com" in site.shell("(Get-AcceptedDomain).DomainName")


def test_of_several_that_make_an_organization_at_once_one_does(empty: Site) -> None:
    processes = [
        subprocess.Popen(
            servers.command("init", "--domain", f"site{number}.example", *empty.flags),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=servers.environment(),
        )
        for number in range(3)
    ]
    said = [process.communicate(timeout=120)[0] for process in processes]
    assert sorted(process.returncode for process in processes) == [0, 2, 2], said
    assert sum("already" in each for each in said) == 2, said
    assert len(empty.shell("(Get-AcceptedDomain).DomainName").split()) == 1


def test_a_second_server_on_the_same_data_directory_is_refused(site: Site) -> None:
    with site.serving("one"):
        done = servers.run("serve", "--data", str(site.folder / "one"), "--database", site.url, *servers.FREE_PORTS)
        assert done.returncode == 2
        assert "runs on it already" in done.stderr


def test_a_file_of_the_other_kind_of_database_is_not_restored(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    site.run("backup", str(file))
    done = servers.run("restore", "--data", str(tmp_path / "sqlite"), str(file))
    assert done.returncode == 2
    assert "backup of postgresql" in done.stderr
    assert servers.run("check", "--data", str(tmp_path / "sqlite"), "a", "open", "b").returncode == 2


# ------------------------------------------------------------------------------------------------------------------------------ use


def test_an_organization_is_made_asked_and_changed(site: Site) -> None:
    assert site.run("migrate") == "The database is up to date.\n"
    assert site.run("check", "raymonds", "open", "terrya", code=1).startswith("No. ")
    site.shell(GRANT)
    assert site.run("check", "raymonds", "open", "terrya").startswith("Yes. ")
    assert not list(site.folder.rglob("*.db"))


def test_mail_goes_in_and_out(site: Site) -> None:
    with site.serving("one") as server:
        assert submit(server, "terrya@contoso.com", "refused") == REFUSED
        site.shell(GRANT_SENDING)
        assert submit(server, "terrya@contoso.com", "granted") == 250
        with smtplib.SMTP("127.0.0.1", server.port("smtp"), timeout=30) as smtp:
            smtp.sendmail(
                "bill@fabrikam.example",
                ["hollyh@contoso.com"],
                "From: bill@fabrikam.example\r\nSubject: from outside\r\n\r\nHello.\r\n",
            )
        assert subjects(server, "hollyh@contoso.com") == ["granted", "from outside"]


def test_a_revocation_at_one_server_holds_at_the_next_command_of_a_session_at_another(site: Site) -> None:
    site.shell(f"{GRANT}; {GRANT_SENDING}")
    with ExitStack() as running:
        one, two = (running.enter_context(site.serving(name)) for name in ("one", "two"))
        reader, other = (running.enter_context(imap(server, "raymonds@contoso.com")) for server in (one, two))
        for client in (reader, other):
            assert client.select('"Other Users/terrya"')[0] == "OK"
            assert client.fetch("1:*", "(FLAGS)")[0] == "OK"
        sender = running.enter_context(
            smtplib.SMTP_SSL("127.0.0.1", two.port("submission"), context=two.tls, timeout=30)
        )
        sender.login("raymonds@contoso.com", "secret")
        assert sender.mail("terrya@contoso.com")[0] == 250
        sender.rset()

        site.shell(f"{REVOKE}; {REVOKE_SENDING}")

        assert sender.mail("terrya@contoso.com")[0] == REFUSED
        for client in (reader, other):
            assert client.fetch("1:*", "(FLAGS)")[0] == "NO"
        for server in (one, two):
            with imap(server, "raymonds@contoso.com") as client:
                assert client.select('"Other Users/terrya"')[0] == "NO"
            assert submit(server, "terrya@contoso.com", "refused") == REFUSED


def test_mail_taken_by_one_server_is_seen_in_an_open_session_at_another(site: Site) -> None:
    with ExitStack() as running:
        one, two = (running.enter_context(site.serving(name)) for name in ("one", "two"))
        client = running.enter_context(imap(two, "hollyh@contoso.com"))
        assert client.select()[1] == [b"0"]
        assert submit(one, "raymonds@contoso.com", "across") == 250
        until(lambda: client.noop()[0] == "OK" and (client.response("EXISTS")[1] or [None])[-1] == b"1")


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_was_backed_up_while_it_served_comes_back_while_it_serves(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    site.shell(GRANT)
    with site.serving("one") as server:
        assert submit(server, "raymonds@contoso.com", "before") == 250
        site.run("backup", str(file))
        assert submit(server, "raymonds@contoso.com", "after") == 250
        site.shell(REVOKE)
        with imap(server, "raymonds@contoso.com") as client:
            assert client.select('"Other Users/terrya"')[0] == "NO"
            site.run("restore", str(file))
            assert client.select('"Other Users/terrya"')[0] == "OK"
        assert subjects(server, "hollyh@contoso.com") == ["before"]
        assert submit(server, "raymonds@contoso.com", "once more") == 250
        assert subjects(server, "hollyh@contoso.com") == ["before", "once more"]


def test_a_backup_makes_another_site(site: Site, postgres: PostgresServer, tmp_path: Path) -> None:
    site.shell(GRANT)
    site.run("backup", str(tmp_path / "backup.zip"))
    other = Site(postgres.new_database(), tmp_path / "other")
    other.run("restore", str(tmp_path / "backup.zip"))
    assert other.run("check", "raymonds", "open", "terrya").startswith("Yes. ")
    other.shell(REVOKE)
    assert site.run("check", "raymonds", "open", "terrya").startswith("Yes. ")


def test_a_server_whose_database_is_gone_says_so_and_goes_on_when_it_is_back(
    site: Site, postgres: PostgresServer
) -> None:
    with site.serving("one") as server:
        assert submit(server, "raymonds@contoso.com", "before") == 250
        with postgres.without_connections(site.url):
            until(lambda: health(server) == "unavailable")
            with smtplib.SMTP("127.0.0.1", server.port("smtp"), timeout=60) as smtp:
                smtp.ehlo()
                assert (
                    400 <= smtp.mail("bill@fabrikam.example")[0] < 500
                    or 400 <= smtp.rcpt("hollyh@contoso.com")[0] < 500
                )
        until(lambda: health(server) == "ok")
        assert submit(server, "raymonds@contoso.com", "after") == 250
        assert subjects(server, "hollyh@contoso.com") == ["before", "after"]


def health(server: servers.RunningServer) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port('http')}/healthz", timeout=60) as answer:
            said = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            said = json.load(error)
    return str(said["status"])
