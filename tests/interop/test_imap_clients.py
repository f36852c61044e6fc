"""Mail programs that we did not write, against a server in a process of its own: imaplib, mbsync, curl and mutt."""

import contextlib
import imaplib
import os
import pty
import shutil
import smtplib
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support import server as servers
from support.peers import require_program

pytestmark = pytest.mark.interop

PASSWORD = servers.PASSWORD
PEOPLE = {"terrya": "Terry Adams", "raymonds": "Raymond Sam", "jimh": "Jim Hance"}
OTHER = "Other Users/Terry Adams"

NEW_MAILBOX = (
    "New-Mailbox -Name '{name}' -Alias {alias} -UserPrincipalName {alias}@contoso.com -Password $password | Out-Null"
)
SCRIPT = "\n".join(
    [
        f"$password = ConvertTo-SecureString '{PASSWORD}' -AsPlainText -Force",
        *(NEW_MAILBOX.format(name=name, alias=alias) for alias, name in PEOPLE.items()),
        "Add-MailboxPermission -Identity 'Terry Adams' -User raymonds -AccessRights FullAccess -InheritanceType All | Out-Null",
    ]
)


@dataclass(frozen=True)
class Served:
    """A running server with the people of contoso.com, and where its certificate authority's certificate is."""

    data: Path
    server: servers.RunningServer

    @property
    def port(self) -> int:
        return self.server.port("imap")

    @property
    def authority(self) -> str:
        return str(self.server.endpoints["ca"])

    def send(self, recipient: str, subject: str) -> None:
        with smtplib.SMTP_SSL("localhost", self.server.port("submission"), context=self.server.tls) as smtp:
            smtp.login("jimh@contoso.com", PASSWORD)
            content = f"From: jimh@contoso.com\r\nTo: {recipient}\r\nSubject: {subject}\r\n\r\nThis is {subject}.\r\n"
            smtp.sendmail("jimh@contoso.com", [recipient], content)

    @contextlib.contextmanager
    def imap(self, login: str) -> Iterator[imaplib.IMAP4_SSL]:
        with imaplib.IMAP4_SSL("localhost", self.port, ssl_context=self.server.tls, timeout=30) as client:
            client.login('"{}"'.format(login.replace("\\", "\\\\")), PASSWORD)
            yield client


@pytest.fixture(scope="module")
def organization(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("organization") / "data"
    done = servers.run("init", "--data", str(data), "--domain", "contoso.com")
    assert done.returncode == 0, done.stderr
    servers.shell(data, SCRIPT)
    return data


@pytest.fixture
def served(organization: Path, tmp_path: Path) -> Iterator[Served]:
    data = tmp_path / "data"
    shutil.copytree(organization, data)
    with servers.serving(data) as server:
        served = Served(data, server)
        for recipient, subject in (("raymonds", "own one"), ("raymonds", "own two"), ("terrya", "other one")):
            served.send(f"{recipient}@contoso.com", subject)
        yield served


def subjects(client: imaplib.IMAP4_SSL, folder: str) -> list[bytes]:
    """Return the subjects of the messages in a folder, in order."""
    assert client.select(f'"{folder}"', readonly=True)[0] == "OK"
    _, found = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    return [part[1].split(b":", 1)[1].strip() for part in found if isinstance(part, tuple)]


def flags(client: imaplib.IMAP4_SSL, folder: str) -> list[bytes]:
    assert client.select(f'"{folder}"', readonly=True)[0] == "OK"
    return [part.partition(b"FLAGS ")[2] for part in client.fetch("1:*", "(FLAGS)")[1] if isinstance(part, bytes)]


class Noting(imaplib.IMAP4_SSL):
    """imaplib, noting which of its commands have been used."""

    def __init__(self, served: Served) -> None:
        self.used: set[str] = set()
        super().__init__("localhost", served.port, ssl_context=served.server.tls, timeout=30)

    def _command(self, name: str, *arguments: object) -> str:
        self.used.add(name)
        return super()._command(name, *arguments)  # type: ignore[misc, no-any-return]  # the type stubs leave it out


def test_imaplib_runs_every_command_that_it_has(served: Served) -> None:
    ok = "OK"
    with Noting(served) as stranger:
        with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
            stranger.login("raymonds@contoso.com", "wrong")
        with pytest.raises(imaplib.IMAP4.error, match="TLS not supported"):
            stranger.starttls()
    client = Noting(served)
    assert client.authenticate("PLAIN", lambda _: f"\0raymonds@contoso.com\0{PASSWORD}".encode())[0] == ok
    assert b"UIDPLUS" in client.capability()[1][0].split()
    assert client.enable("CONDSTORE")[0] == ok
    assert client.namespace()[1] == [b'(("" "/")) (("Other Users/" "/")) NIL']
    assert client.create("Projects")[0] == client.rename("Projects", '"Projects 2026"')[0] == ok
    assert client.subscribe('"Projects 2026"')[0] == ok
    assert b'(\\HasNoChildren) "/" "Projects 2026"' in client.list()[1]
    assert b'() "/" "Projects 2026"' in client.lsub()[1]
    assert client.list('""', '"Other Users/%"')[1] == [b'(\\HasChildren) "/" "Other Users/Terry Adams"']
    assert client.unsubscribe('"Projects 2026"')[0] == ok
    letter = b"From: raymonds@contoso.com\r\nSubject: appended\r\n\r\nHello.\r\n"
    assert client.append('"Projects 2026"', "(\\Seen)", '" 2-Mar-2026 09:30:00 +0000"', letter)[0] == ok
    assert client.status('"Projects 2026"', "(MESSAGES UNSEEN)")[1] == [b'"Projects 2026" (MESSAGES 1 UNSEEN 0)']
    assert client.select("INBOX") == (ok, [b"2"])
    assert client.search(None, "SUBJECT", '"own two"') == (ok, [b"2"])
    assert client.uid("SEARCH", "CHARSET", "UTF-8", "UNSEEN") == (ok, [b"1 2"])
    assert client.fetch("1", "(BODY[TEXT])")[1][0] == (b"1 (BODY[TEXT] {18}", b"This is own one.\r\n")
    assert client.store("1", "+FLAGS", "(\\Flagged Work)")[0] == ok
    assert client.copy("1", '"Projects 2026"')[0] == client.uid("MOVE", "2", "Drafts")[0] == ok
    assert client._simple_command("MOVE", "1", "Drafts")[0] == ok
    assert client.check()[0] == client.noop()[0] == client.unselect()[0] == ok
    assert client.select("Drafts") == (ok, [b"2"])
    assert client.store("1:2", "+FLAGS.SILENT", "(\\Deleted)")[0] == ok
    assert client.expunge() == (ok, [b"2", b"1"])
    assert client.select('"Projects 2026"', readonly=True) == (ok, [b"2"])
    assert client.close()[0] == ok
    assert client.myrights(f'"{OTHER}"') == (ok, [b'"Other Users/Terry Adams" lrswiktecd'])
    assert client.getacl(f'"{OTHER}"') == (ok, [b'"Other Users/Terry Adams" "CONTOSO\\\\raymonds" lrswiktecd'])
    assert client.setacl(f'"{OTHER}"', "jimh", "lr")[0] == client.deleteacl(f'"{OTHER}"', "jimh")[0] == "NO"
    assert client.delete('"Projects 2026"')[0] == ok
    with pytest.raises(imaplib.IMAP4.error, match="BAD"):
        client.proxyauth("terrya")
    client.select("INBOX")
    not_offered: list[Callable[[], object]] = [
        lambda: client.getannotation("INBOX", '"/comment"', '"value"'),
        lambda: client.setannotation("INBOX", '"/comment"', "()"),
        lambda: client.getquota("INBOX"),
        lambda: client.getquotaroot("INBOX"),
        lambda: client.setquota("INBOX", "()"),
        lambda: client.partial("1", "RFC822", "1", "10"),
        lambda: client.sort("(DATE)", "UTF-8", "ALL"),
        lambda: client.thread("REFERENCES", "UTF-8", "ALL"),
    ]
    for refused in not_offered:
        with pytest.raises(imaplib.IMAP4.error, match="BAD"):
            refused()
    assert client.logout()[0] == "BYE"
    assert client.used | stranger.used | {"STARTTLS"} == set(imaplib.Commands)


def test_imaplib_opens_another_mailbox_by_name_and_loses_it(served: Served) -> None:
    with served.imap("CONTOSO\\raymonds\\terrya") as client:
        assert subjects(client, "INBOX") == [b"other one"]
        servers.shell(
            served.data,
            "Remove-MailboxPermission -Identity 'Terry Adams' -User raymonds -AccessRights FullAccess -Confirm:$false",
        )
        with pytest.raises(imaplib.IMAP4.abort, match="can't be opened any more"):
            client.noop()
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"), served.imap("CONTOSO\\raymonds\\terrya"):
        pass
    with served.imap("raymonds@contoso.com") as client:
        assert client.list('""', '"Other Users/%"')[1] == [None]


def test_imaplib_uses_a_folder_with_the_permission_that_the_shell_gives_and_takes(served: Served) -> None:
    folder = "Other Users/Jim Hance/Drafts"
    with served.imap("raymonds@contoso.com") as client:
        assert client.select(f'"{folder}"') == ("NO", [b"[NONEXISTENT] There is no such mailbox."])
        servers.shell(
            served.data, r"Add-MailboxFolderPermission jimh:\Drafts -User raymonds -AccessRights Author | Out-Null"
        )
        _, listed = client.list('""', '"Other Users/Jim*"')
        assert [line for line in listed if isinstance(line, bytes) and b"NonExistent" not in line] == [
            b'(\\HasNoChildren) "/" "Other Users/Jim Hance/Drafts"'
        ]
        assert client.append(f'"{folder}"', "\\Flagged", "", b"Subject: mine\r\n\r\nHello.\r\n")[0] == "OK"
        with served.imap("jimh@contoso.com") as owner:
            assert owner.append("Drafts", "", "", b"Subject: his\r\n\r\nHello.\r\n")[0] == "OK"
        assert subjects(client, folder) == [b"mine", b"his"]
        assert client.select(f'"{folder}"')[0] == "OK"
        assert client.store("2", "+FLAGS", "\\Deleted")[0] == "NO"
        assert client.store("1", "+FLAGS", "\\Deleted")[0] == "OK"
        assert client.expunge() == ("OK", [b"1"])
        shown = servers.shell(
            served.data,
            r'Get-MailboxFolderPermission jimh:\Drafts -User raymonds | foreach {"$($_.User)=$($_.AccessRights)"}',
        )
        assert shown.split() == ["Raymond", "Sam=Author"]
        servers.shell(served.data, r"Set-MailboxFolderPermission jimh:\Drafts -User raymonds -AccessRights Reviewer")
        assert client.append(f'"{folder}"', "", "", b"Subject: more\r\n\r\nHello.\r\n")[0] == "NO"
        assert subjects(client, folder) == [b"his"]
        servers.shell(served.data, r"Remove-MailboxFolderPermission jimh:\Drafts -User raymonds -Confirm:$false")
        assert client.fetch("1", "(FLAGS)")[0] == "NO"


def mbsync(served: Served, folder: Path, login: str) -> None:
    """Synchronise everything, both ways, with folders of Maildir."""
    program = require_program("mbsync")
    folder.mkdir(exist_ok=True)
    configuration = folder.with_suffix(".mbsyncrc")
    escaped = login.replace("\\", "\\\\")
    configuration.write_text(
        f"""
IMAPAccount server
Host localhost
Port {served.port}
User "{escaped}"
Pass "{PASSWORD}"
SSLType IMAPS
CertificateFile {served.authority}

IMAPStore far
Account server

MaildirStore near
Path {folder}/
Inbox {folder}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
Sync All
SyncState *
""",
        encoding="utf-8",
    )
    done = subprocess.run(
        [program, "-c", str(configuration), "all"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def letters(folder: Path) -> dict[str, Path]:
    """Return the messages of a Maildir by subject."""
    found = [*(folder / "cur").iterdir(), *(folder / "new").iterdir()]
    lines = {file: file.read_text("utf-8").splitlines() for file in found}
    return {next(line[9:] for line in lines[file] if line.startswith("Subject: ")): file for file in found}


def test_mbsync_keeps_the_own_and_a_delegated_mailbox_both_ways(served: Served, tmp_path: Path) -> None:
    near = tmp_path / "near"
    mbsync(served, near, "raymonds@contoso.com")
    own, other = near / "INBOX", near / OTHER
    assert letters(own).keys() == {"own one", "own two"}
    assert letters(other).keys() == {"other one"}

    # Here: one message read, one deleted, one new in each mailbox, and a folder in the other's.
    read, gone = letters(own)["own one"], letters(own)["own two"]
    read.rename(own / "cur" / f"{read.name.partition(':')[0]}:2,S")
    gone.rename(own / "cur" / f"{gone.name.partition(':')[0]}:2,T")
    for folder, subject in ((own, "own three"), (other, "other two"), (near / OTHER / "Projects", "project")):
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "new" / f"1.{subject.replace(' ', '')}.host").write_text(f"Subject: {subject}\n\nHello.\n")
    # There: one more message, and a flag on the delegated one.
    served.send("raymonds@contoso.com", "own four")
    with served.imap("terrya@contoso.com") as client:
        client.select("INBOX")
        client.store("1", "+FLAGS", "(\\Flagged)")
    mbsync(served, near, "raymonds@contoso.com")
    mbsync(served, near, "raymonds@contoso.com")  # what was expunged on one side is gone on both

    assert letters(own).keys() == {"own one", "own three", "own four"}
    assert letters(other)["other one"].name.endswith(":2,F")
    with served.imap("raymonds@contoso.com") as client:
        assert sorted(subjects(client, "INBOX")) == [b"own four", b"own one", b"own three"]
        assert flags(client, "INBOX")[0] == b"(\\Seen))"
    with served.imap("terrya@contoso.com") as client:
        assert subjects(client, "INBOX") == [b"other one", b"other two"]
        assert subjects(client, "Projects") == [b"project"]


def test_mbsync_keeps_a_mailbox_that_is_opened_by_name(served: Served, tmp_path: Path) -> None:
    near = tmp_path / "near"
    mbsync(served, near, "CONTOSO\\raymonds\\terrya")
    assert letters(near / "INBOX").keys() == {"other one"}
    assert not (near / "Other Users").exists()


def curl(served: Served, path: str, *arguments: str, login: str = "raymonds@contoso.com") -> tuple[int, str]:
    """Return curl's exit code and what it printed."""
    program = require_program("curl")
    done = subprocess.run(
        [
            *(program, "--silent", "--show-error", "--cacert", served.authority, "--user", f"{login}:{PASSWORD}"),
            *arguments,
            f"imaps://localhost:{served.port}/{path}",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.replace("\r\n", "\n")


def test_curl_lists_reads_searches_and_uploads(served: Served, tmp_path: Path) -> None:
    letter = tmp_path / "letter.eml"
    letter.write_bytes(b"Subject: uploaded\r\n\r\nHello.\r\n")
    code, listed = curl(served, "")
    assert code == 0
    assert '* LIST (\\HasChildren) "/" "Other Users/Terry Adams"\n' in listed
    assert curl(served, "Other%20Users/Terry%20Adams;MAILINDEX=1;SECTION=TEXT") == (0, "This is other one.\n")
    assert curl(served, "INBOX?SUBJECT%20two") == (0, "* SEARCH 2\n")
    assert curl(served, "INBOX;UID=1;SECTION=HEADER.FIELDS%20(SUBJECT)") == (0, "Subject: own one\n\n")
    assert curl(served, "Other%20Users/Terry%20Adams", "--upload-file", str(letter))[0] == 0
    status = ("--request", 'STATUS "Other Users/Terry Adams" (MESSAGES)')
    assert curl(served, "", *status) == (0, '* STATUS "Other Users/Terry Adams" (MESSAGES 2)\n')
    plain = ("--login-options", "AUTH=PLAIN", "--sasl-authzid", "terrya@contoso.com")
    code, listed = curl(served, "", *plain)
    assert code == 0
    assert "Other Users" not in listed
    assert curl(served, "", login="nobody@contoso.com")[0] == 67  # curl: the login was denied
    assert curl(served, "", "--login-options", "AUTH=PLAIN", "--sasl-authzid", "jimh@contoso.com")[0] == 67


@dataclass
class Terminal:
    """A program with a terminal of its own, whose screen nobody looks at."""

    command: list[str]
    environment: dict[str, str]
    shown: bytearray = field(default_factory=bytearray)

    def run(self) -> int:
        master, slave = pty.openpty()
        process = subprocess.Popen(
            self.command, stdin=slave, stdout=slave, stderr=slave, env=self.environment, start_new_session=True
        )
        os.close(slave)
        screen = threading.Thread(target=self._watch, args=(master,), daemon=True)
        screen.start()
        try:
            return process.wait(60)
        finally:
            process.kill()
            screen.join(10)
            os.close(master)

    def _watch(self, master: int) -> None:
        with contextlib.suppress(OSError):  # there is no more when the program has ended
            while octets := os.read(master, 65536):
                self.shown += octets


def test_mutt_reads_marks_and_files_in_a_delegated_mailbox(served: Served, tmp_path: Path) -> None:
    configuration, copied = tmp_path / "muttrc", tmp_path / "copied"
    configuration.write_text(
        f"""
set imap_user = "raymonds@contoso.com"
set imap_pass = "{PASSWORD}"
set ssl_ca_certificates_file = "{served.authority}"
set folder = "imaps://localhost:{served.port}/"
set tmpdir = "{tmp_path}"
set certificate_file = "{tmp_path}/certificates"
set confirmappend = no
set delete = yes
set quit = yes
set wait_key = no
""",
        encoding="utf-8",
    )
    served.send("terrya@contoso.com", "other two")
    keys = f"<display-message><exit><pipe-message>cat > '{copied}'<enter><flag-message><first-entry><next-entry><copy-message>=INBOX<enter><quit>"
    mutt = Terminal(
        [require_program("mutt"), "-F", str(configuration), "-f", f"={OTHER}", "-e", f'push "{keys}"'],
        {**os.environ, "TERM": "xterm", "HOME": str(tmp_path)},
    )
    assert mutt.run() == 0, mutt.shown.decode("utf-8", "replace")
    assert "This is other one." in copied.read_text("utf-8")
    with served.imap("terrya@contoso.com") as client:
        assert flags(client, "INBOX")[0] == b"(\\Flagged \\Seen))"
    with served.imap("raymonds@contoso.com") as client:
        assert subjects(client, "INBOX") == [b"own one", b"own two", b"other two"]
