"""A full disk: what cannot be kept is not acknowledged, what was acknowledged is kept, nothing is half done, and it works again after."""

import imaplib
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support import server as servers
from support.sources import TESTS

ADMINISTRATOR = "administrator@contoso.com"
RECIPIENTS = (ADMINISTRATOR, "shared@contoso.com")
ATTEMPTS = 200
FULL = "The disk that holds the directory is full"
BODY = "\r\n".join(["x" * 70] * 400)

GRANTING = """
foreach ($number in 1..400) {
    try { Add-MailboxPermission shared -User "user$number" -AccessRights FullAccess -ErrorAction Stop | Out-Null }
    catch { "failed $number $($_.Exception.Message)"; exit 3 }
    "granted $number"
}
"""
HELD = "Get-MailboxPermission shared | Where-Object { $_.User -like '*\\user*' } | ForEach-Object { \"$($_.User)\" }"
MAPPED = "(Search-AdminAuditLog -ResultSize 5000 -Cmdlets Add-MailboxPermission | Where-Object { $_.Succeeded }).Count"


@dataclass(frozen=True)
class Site:
    """An organization on a disk that can be filled, and a server on it."""

    data: Path
    switch: Path

    def fill(self) -> None:
        self.switch.touch()

    def free(self) -> None:
        self.switch.unlink()

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(TESTS / "support" / "on_a_full_disk.py"), str(self.switch), *arguments]

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*arguments, "--data", str(self.data)),
            capture_output=True,
            text=True,
            check=False,
            env=servers.environment(PYTHONPATH=str(TESTS)),
            timeout=240,
        )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    data = tmp_path / "data"
    assert servers.run("init", "--data", str(data), "--domain", "contoso.com").returncode == 0
    servers.shell(
        data,
        'New-Mailbox -Shared -Name "shared" | Out-Null; foreach ($n in 1..400) { New-ADUser -Name "user$n" | Out-Null }\n'
        "Add-MailboxPermission shared -User Administrator -AccessRights FullAccess | Out-Null",
    )
    return Site(data, tmp_path / "full")


@pytest.fixture
def server(site: Site) -> Iterator[servers.RunningServer]:
    server = servers.start(site.data, program=site.command)
    yield server
    assert server.stop() == 0


def submit(server: servers.RunningServer, subject: str) -> int:
    """Send a message to both recipients and return the code of the last reply."""
    with smtplib.SMTP_SSL("127.0.0.1", server.port("submission"), context=server.tls, timeout=60) as smtp:
        smtp.login(ADMINISTRATOR, servers.PASSWORD)
        return transaction(smtp, ADMINISTRATOR, subject)


def arrive(server: servers.RunningServer, subject: str) -> int:
    """Send a message from outside, likewise."""
    with smtplib.SMTP("127.0.0.1", server.port("smtp"), timeout=60) as smtp:
        smtp.ehlo()
        return transaction(smtp, "bill@fabrikam.example", subject)


def transaction(smtp: smtplib.SMTP, sender: str, subject: str) -> int:
    smtp.mail(sender)
    for recipient in RECIPIENTS:
        smtp.rcpt(recipient)
    try:
        return smtp.data(f"From: {sender}\r\nSubject: {subject}\r\n\r\n{BODY}\r\n")[0]
    except smtplib.SMTPDataError as refusal:
        return refusal.smtp_code


def signed_in(server: servers.RunningServer) -> imaplib.IMAP4_SSL:
    client = imaplib.IMAP4_SSL("127.0.0.1", server.port("imap"), ssl_context=server.tls, timeout=60)
    client.login(ADMINISTRATOR, servers.PASSWORD)
    return client


def subjects(server: servers.RunningServer, folder: str) -> list[str]:
    client = signed_in(server)
    try:
        assert client.select(folder, readonly=True)[0] == "OK"
        _, found = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    finally:
        client.shutdown()
    return [part[1].decode().removeprefix("Subject: ").strip() for part in found if isinstance(part, tuple)]


def both(server: servers.RunningServer) -> tuple[list[str], list[str]]:
    return subjects(server, "INBOX"), subjects(server, '"Other Users/shared"')


@pytest.mark.parametrize("send", [submit, arrive])
def test_mail_that_finds_no_room_is_not_acknowledged_and_nowhere(
    site: Site, server: servers.RunningServer, send: Callable[[servers.RunningServer, str], int]
) -> None:
    assert send(server, "before") == 250
    site.fill()
    acknowledged = ["before"]
    for number in range(ATTEMPTS):
        code = send(server, f"message {number}")
        if code != 250:
            break
        acknowledged.append(f"message {number}")
    assert code == 452
    assert both(server) == (acknowledged, acknowledged)
    assert send(server, "still full") == 452
    site.free()
    assert send(server, "after") == 250
    acknowledged.append("after")
    assert both(server) == (acknowledged, acknowledged)


def test_a_mailbox_on_a_full_disk_opens_and_takes_nothing(site: Site, server: servers.RunningServer) -> None:
    assert submit(server, "before") == 250
    site.fill()
    client = signed_in(server)
    try:
        client.select()
        message = f"Subject: appended\r\n\r\n{BODY}\r\n".encode()
        taken = 0
        while (answer := client.append("INBOX", "", "", message))[0] == "OK":
            taken += 1
            assert taken < ATTEMPTS
        assert answer[0] == "NO"
        assert client.create('"New folder"')[0] in ("OK", "NO")
        assert client.noop()[0] == "OK"
        assert client.fetch("1", "(FLAGS)")[0] == "OK"
        assert client.search(None, "ALL")[1] == [" ".join(map(str, range(1, taken + 2))).encode()]
        site.free()
        assert client.append("INBOX", "", "", message)[0] == "OK"
    finally:
        client.shutdown()
    assert subjects(server, "INBOX") == ["before", *["appended"] * (taken + 1)]


def test_grants_that_find_no_room_are_errors_and_not_there(site: Site, server: servers.RunningServer) -> None:
    site.fill()
    done = site.run("shell", "-c", GRANTING)
    assert "Traceback" not in done.stderr
    assert done.returncode == 3, done.stdout[-200:] + done.stderr
    *granted, failed = done.stdout.splitlines()
    assert FULL in failed
    names = [f"CONTOSO\\{line.replace('granted ', 'user')}" for line in granted]
    assert sorted(servers.shell(site.data, HELD).split()) == sorted(names)
    assert int(servers.shell(site.data, MAPPED)) == len(names) + 1
    again = site.run("shell", "-c", 'New-Mailbox -Shared -Name "Another" | Out-Null')
    assert again.returncode == 1
    assert again.stderr.count(FULL) == 1
    site.free()
    assert site.run("shell", "-c", 'New-Mailbox -Shared -Name "Another" | Out-Null').returncode == 0
    rest = site.run("shell", "-c", GRANTING)
    assert rest.returncode == 0, rest.stdout[-200:] + rest.stderr
    assert len(servers.shell(site.data, HELD).split()) == 400
    assert submit(server, "after") == 250


def test_nobody_is_kept_from_asking_by_a_full_disk(site: Site) -> None:
    site.fill()
    done = site.run("check", "Administrator", "open", "shared")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_backup_that_finds_no_room_leaves_nothing(site: Site, tmp_path: Path) -> None:
    place = tmp_path / "backups"
    place.mkdir()
    limited = ["bash", "-c", 'ulimit -f 16; exec "$@"', "bash"]
    done = subprocess.run(
        [*limited, *servers.command("backup", "--data", str(site.data), str(place / "backup.zip"))],
        capture_output=True,
        text=True,
        check=False,
        env=servers.environment(),
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("delegacy: ")
    assert done.stderr.count("\n") == 1
    assert list(place.iterdir()) == []


def test_a_restore_that_finds_no_room_changes_nothing(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    assert site.run("shell", "-c", GRANTING).returncode == 0
    assert site.run("backup", str(file)).returncode == 0
    small = tmp_path / "small"
    assert servers.run("init", "--data", str(small), "--domain", "fabrikam.example").returncode == 0
    other = Site(small, site.switch)
    site.fill()
    done = other.run("restore", str(file))
    assert done.returncode == 2
    assert FULL in done.stderr
    assert servers.shell(small, "(Get-AcceptedDomain).DomainName").strip() == "fabrikam.example"
    site.free()
    assert other.run("restore", str(file)).returncode == 0
    assert servers.shell(small, "(Get-AcceptedDomain).DomainName").strip() == "contoso.com"
