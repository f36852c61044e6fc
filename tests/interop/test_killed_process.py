"""A process killed at any moment loses nothing that it has acknowledged: no message, no grant."""

import random
import re
import smtplib
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from delegacy.bootstrap.services import Services, open_services
from delegacy.config import Settings
from delegacy.domain.folder import FolderPath
from delegacy.domain.mail_store import MessageColumn
from delegacy.domain.ports import DirectoryReader, RecipientQuery
from delegacy.domain.recipient import MAILBOXES, USERS
from delegacy.domain.rights import MailboxRight
from support import server as servers

KILLS = 100
DELEGATES = 40
MAILBOXES_GRANTED = 25
SUBJECT = re.compile(rb"(?im)^subject: (.*?)\r?$")

GRANTING = """
foreach ($mailbox in 1..{mailboxes}) {{
    foreach ($delegate in 1..{delegates}) {{
        Add-MailboxPermission -Identity "shared$mailbox" -User "user$delegate" -AccessRights FullAccess -WarningAction SilentlyContinue | Out-Null
        "granted $mailbox $delegate"
    }}
    foreach ($delegate in 1..{delegates}) {{
        Remove-MailboxPermission -Identity "shared$mailbox" -User "user$delegate" -AccessRights FullAccess -Confirm:$false
        "removed $mailbox $delegate"
    }}
}}
"""


@pytest.fixture
def organization(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    done = servers.run("init", "--data", str(data), "--domain", "contoso.com")
    assert done.returncode == 0, done.stderr
    servers.shell(
        data,
        f'foreach ($i in 1..{DELEGATES}) {{ New-ADUser -Name "user$i" | Out-Null }}\n'
        f'foreach ($i in 1..{MAILBOXES_GRANTED}) {{ New-Mailbox -Shared -Name "shared$i" | Out-Null }}',
    )
    return data


class Sender(threading.Thread):
    """Sends messages as fast as the server takes them, and notes those it has acknowledged."""

    def __init__(self, server: servers.RunningServer, number: int) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._number = number
        self.acknowledged: list[str] = []

    def run(self) -> None:
        try:
            with smtplib.SMTP_SSL("127.0.0.1", self._server.port("submission"), context=self._server.tls) as smtp:
                smtp.login("administrator@contoso.com", servers.PASSWORD)
                for count in range(100_000):
                    subject = f"kill {self._number} message {count}"
                    smtp.sendmail(
                        "administrator@contoso.com",
                        ["administrator@contoso.com", "shared1@contoso.com"],
                        f"From: administrator@contoso.com\r\nSubject: {subject}\r\n\r\nHello.\r\n",
                    )
                    self.acknowledged.append(subject)
        except (OSError, smtplib.SMTPException):
            return  # the server is gone, which is what this is about


class Granter(threading.Thread):
    """Runs the shell on the same data, and notes the last acknowledged state of each grant, and the one after it."""

    def __init__(self, data: Path) -> None:
        super().__init__(daemon=True)
        script = GRANTING.format(mailboxes=MAILBOXES_GRANTED, delegates=DELEGATES)
        self.process = subprocess.Popen(
            servers.command("shell", "--data", str(data), "-c", script),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=servers.environment(),
        )
        self.granted: dict[tuple[int, int], bool] = {}
        self.last: tuple[str, int, int] | None = None

    def run(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                if not line.endswith(b"\n"):
                    return
                what, mailbox, delegate = line.decode().split()
                self.last = (what, int(mailbox), int(delegate))
                self.granted[int(mailbox), int(delegate)] = what == "granted"

    def unacknowledged(self) -> tuple[int, int]:
        """Return the grant that the shell was changing, or about to change, when it was killed."""
        if self.last is None:
            return 1, 1
        what, mailbox, delegate = self.last
        if delegate < DELEGATES:
            return mailbox, delegate + 1
        return (mailbox, 1) if what == "granted" else (mailbox + 1, 1)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_kills_lose_nothing(organization: Path) -> None:
    chance = random.Random(4)
    messages: set[str] = set()
    grants: dict[tuple[int, int], bool] = {}
    for number in range(KILLS):
        server = servers.start(organization)
        sender, granter = Sender(server, number), Granter(organization)
        sender.start()
        granter.start()
        wait_for_work(sender, granter)
        time.sleep(chance.random() * 0.25)
        server.kill()
        granter.process.kill()
        granter.process.wait()
        granter.join(30)
        sender.join(30)
        messages.update(sender.acknowledged)
        grants.update(granter.granted)
        in_doubt = granter.unacknowledged()
        check(organization, messages, {pair: held for pair, held in grants.items() if pair != in_doubt})
        grants[in_doubt] = held_now(organization, in_doubt)
    assert len(messages) > KILLS
    assert grants


def wait_for_work(sender: Sender, granter: Granter) -> None:
    deadline = time.monotonic() + 30
    while not (sender.acknowledged and granter.last):
        assert sender.is_alive()
        assert granter.is_alive()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def check(data: Path, messages: set[str], grants: dict[tuple[int, int], bool]) -> None:
    with open_services(Settings(data=data)) as services:
        found = subjects(services, "administrator@contoso.com")
        assert messages <= found
        assert subjects(services, "shared1@contoso.com") == found  # a delivery is whole or not at all
        with services.store.read() as directory:
            entries, links = held_by(directory, {mailbox for mailbox, _ in grants})
            assert directory.verify_audit_log().broken is None
        expected = {pair for pair, held in grants.items() if held}
        assert entries & grants.keys() == expected
        assert links & grants.keys() == expected  # likewise a grant
        for database in (services.directory_database, services.mail_database):
            with database.connection() as connection:
                assert connection.rows("PRAGMA quick_check") == [("ok",)]


def held_now(data: Path, pair: tuple[int, int]) -> bool:
    with open_services(Settings(data=data)) as services, services.store.read() as directory:
        return pair in held_by(directory, {pair[0]})[0]


def held_by(directory: DirectoryReader, mailboxes: set[int]) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Return the pairs of mailbox and delegate with an entry, and those with a link for auto-mapping."""
    numbers = {obj.sid: int(obj.name.removeprefix("user")) for obj in directory.list(RecipientQuery(kinds=USERS))}
    entries, links = set(), set()
    for number in mailboxes:
        key = directory.resolve(f"shared{number}", MAILBOXES).id
        entries |= {
            (number, numbers[entry.trustee])
            for entry in directory.mailbox_acl(key).entries
            if entry.trustee in numbers and entry.allow and MailboxRight.FULL_ACCESS in entry.rights
        }
        links |= {(number, numbers[delegate.sid]) for delegate in directory.automapping_links(key)}
    return entries, links


@dataclass(frozen=True)
class Content:
    mailbox_guid: UUID


def subjects(services: Services, mailbox: str) -> set[str]:
    with services.store.read() as directory:
        access = Content(directory.resolve(mailbox, MAILBOXES).guid)
    folder = services.mail_store.folder(access, FolderPath(("Inbox",)))
    uids = services.mail_store.view(access, folder.id).uids
    rows = services.mail_store.fetch(access, folder.id, uids, [MessageColumn.LIST_FIELDS])
    found = (SUBJECT.search(row[1]) for row in rows if isinstance(row[1], bytes))
    return {subject[1].decode() for subject in found if subject is not None}
