"""Every way in which a cmdlet takes Full Access away ends the IMAP sessions that lived by it, and no others; the shell runs in another process."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support import server as servers

pytestmark = pytest.mark.interop

WITHIN = 30.0
OVER = b"* BYE The mailbox can't be opened any more.\r\n"

TO_RAYMOND = (
    "Add-MailboxPermission -Identity {box} -User raymonds -AccessRights FullAccess -AutoMapping $false | Out-Null"
)
TO_GROUP = "Add-MailboxPermission -Identity {box} -User {group} -AccessRights FullAccess | Out-Null"
NEW_GROUP = "New-DistributionGroup -Name {name} -Type Security -Members {member} | Out-Null"

# How the right is given, and how it is taken away.
WAYS = {
    "removed": (
        [TO_RAYMOND.format(box="removed")],
        "Remove-MailboxPermission -Identity removed -User raymonds -AccessRights FullAccess -Confirm:$false",
    ),
    "denied": (
        [TO_RAYMOND.format(box="denied")],
        "Add-MailboxPermission -Identity denied -User raymonds -AccessRights FullAccess -Deny | Out-Null",
    ),
    "deniedgroup": (
        [NEW_GROUP.format(name="anybody", member="raymonds"), TO_RAYMOND.format(box="deniedgroup")],
        "Add-MailboxPermission -Identity deniedgroup -User anybody -AccessRights FullAccess -Deny | Out-Null",
    ),
    "left": (
        [
            NEW_GROUP.format(name="innermost", member="raymonds"),
            NEW_GROUP.format(name="inner", member="innermost"),
            NEW_GROUP.format(name="outer", member="inner"),
            TO_GROUP.format(box="left", group="outer"),
        ],
        "Remove-DistributionGroupMember -Identity innermost -Member raymonds -Confirm:$false",
    ),
    "loosened": (
        [
            NEW_GROUP.format(name="below", member="raymonds"),
            NEW_GROUP.format(name="above", member="below"),
            TO_GROUP.format(box="loosened", group="above"),
        ],
        "Remove-DistributionGroupMember -Identity above -Member below -Confirm:$false",
    ),
    "ungrouped": (
        [NEW_GROUP.format(name="passing", member="raymonds"), TO_GROUP.format(box="ungrouped", group="passing")],
        "Remove-DistributionGroup -Identity passing -Confirm:$false",
    ),
    "hidden": ([TO_RAYMOND.format(box="hidden")], "Set-Mailbox hidden -HiddenFromAddressListsEnabled $true"),
    "deleted": ([TO_RAYMOND.format(box="deleted")], "Remove-Mailbox deleted -Confirm:$false"),
}
SCRIPT = "\n".join(
    [
        f"$password = ConvertTo-SecureString '{servers.PASSWORD}' -AsPlainText -Force",
        "New-Mailbox -Name raymonds -UserPrincipalName raymonds@contoso.com -Password $password | Out-Null",
        *(f"New-Mailbox -Shared -Name {box} | Out-Null" for box in (*WAYS, "kept", "listed", "expiring")),
        *(line for lines, _ in WAYS.values() for line in lines),
        TO_RAYMOND.format(box="kept"),
        TO_RAYMOND.format(box="listed").replace(" -AutoMapping $false", ""),
    ]
)


@dataclass
class IdleSession:
    """A session that idles in a folder."""

    peer: ssl.SSLSocket
    heard: bytearray = field(default_factory=bytearray)

    def send(self, text: bytes) -> None:
        self.peer.sendall(text + b"\r\n")

    def hears(self, end: bytes) -> bool:
        """Tell whether what is said comes to this end, within reason."""
        deadline = time.monotonic() + WITHIN
        while not self.heard.endswith(end) and time.monotonic() < deadline:
            octets = self.peer.recv(65536)
            if not octets:
                break
            self.heard += octets
        return self.heard.endswith(end)

    @property
    def is_quiet(self) -> bool:
        """Tell whether nothing has been said since."""
        self.peer.settimeout(0)
        try:
            self.heard += self.peer.recv(65536)
        except ssl.SSLWantReadError:
            return True
        finally:
            self.peer.settimeout(WITHIN)
        return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[servers.RunningServer]:
    data = tmp_path / "data"
    done = servers.run("init", "--data", str(data), "--domain", "contoso.com")
    assert done.returncode == 0, done.stderr
    servers.shell(data, SCRIPT)
    with servers.serving(data) as server:
        yield server


def idle(stack: ExitStack, server: servers.RunningServer, login: bytes, folder: bytes = b"INBOX") -> IdleSession:
    plain = socket.create_connection(("127.0.0.1", server.port("imap")), timeout=WITHIN)
    session = IdleSession(stack.enter_context(server.tls.wrap_socket(plain, server_hostname="localhost")))
    session.send(b'a LOGIN "%b" "%b"' % (login, servers.PASSWORD.encode()))
    session.send(b'b SELECT "%b"' % folder)
    session.send(b"c IDLE")
    assert session.hears(b"+ Idling.\r\n"), bytes(session.heard)
    return session


def test_sessions_end_with_the_right_that_they_live_by(server: servers.RunningServer, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with ExitStack() as stack:
        own = idle(stack, server, b"raymonds@contoso.com")
        listed = idle(stack, server, b"raymonds@contoso.com", b"Other Users/listed")
        direct = {box: idle(stack, server, rb"CONTOSO\\raymonds\\" + box.encode()) for box in (*WAYS, "kept")}
        servers.shell(data, TO_RAYMOND.format(box="expiring").replace(" |", " -For 00:00:15 |"))
        expiring = idle(stack, server, rb"CONTOSO\\raymonds\\expiring")
        for box, (_, taking) in WAYS.items():
            servers.shell(data, taking)
            assert direct.pop(box).hears(OVER), box
            assert [other for other, session in direct.items() if not session.is_quiet] == []
        servers.shell(
            data, "Remove-MailboxPermission -Identity listed -User raymonds -AccessRights FullAccess -Confirm:$false"
        )
        assert listed.hears(b"* OK [CLOSED] The mailbox can't be opened any more.\r\n")
        listed.send(b"DONE")
        assert listed.hears(b"c NO [NOPERM] The mailbox can't be opened.\r\n")
        assert expiring.hears(OVER)
        for session in (own, direct["kept"]):
            session.send(b"DONE\r\nd IDLE")
            assert session.hears(b"c OK Done.\r\n+ Idling.\r\n")
        servers.shell(data, "Set-Mailbox raymonds -AccountDisabled $true")
        assert own.hears(OVER)
        assert direct["kept"].hears(OVER)
