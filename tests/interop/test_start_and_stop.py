"""Services as a process: who may start them, what they say of themselves, and how they stop with sessions open."""

import base64
import http.client
import json
import os
import shutil
import signal
import smtplib
import socket
import ssl
import stat
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from support import server as servers

ADMINISTRATOR = "administrator@contoso.com"
WRONG = "hunter2 hunter2"


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("founded") / "data"
    done = servers.run("init", "--data", str(data), "--domain", "contoso.com")
    assert done.returncode == 0, done.stderr
    return data


@pytest.fixture
def data(founded: Path, tmp_path: Path) -> Path:
    shutil.copytree(founded, tmp_path / "data")
    return tmp_path / "data"


def cannot_start(data: Path, *flags: str, **variables: str) -> str:
    """Return the line that says why a server does not start; the log may stand before it."""
    done = servers.run("serve", "--data", str(data), *servers.FREE_PORTS, *flags, timeout=60, variables=variables)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    *log, said = done.stderr.splitlines()
    assert said.startswith("delegacy: ")
    for line in log:
        assert json.loads(line)["level"] == "info"
    assert not (data / "run" / "endpoints.json").exists()
    return said


# --------------------------------------------------------------------------------------------------------------------------- start


@pytest.mark.parametrize("service", ["http", "submission", "imap", "smtp"])
def test_a_port_that_is_taken_is_refused_by_its_flag(data: Path, service: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = cannot_start(data, f"--{service}-port={port}")
    assert str(port) in said
    assert f"--{service}-port" in said
    assert "Address already in use" in said


@pytest.mark.parametrize("host", ["192.0.2.1", "nosuch.invalid", "300.1.1.1"])
def test_an_address_that_is_not_ours_is_refused(data: Path, host: str) -> None:
    assert "--host" in cannot_start(data, "--host", host)


def test_no_address_is_not_every_address(data: Path) -> None:
    assert "'host'" in cannot_start(data, "--host", "")
    assert "'host'" in cannot_start(data, DELEGACY_HOST="")


def test_a_port_beyond_the_last_is_refused(data: Path) -> None:
    assert "65535" in cannot_start(data, "--imap-port=65536")


def test_a_second_server_on_the_same_data_is_refused(data: Path) -> None:
    with servers.serving(data) as server:
        done = servers.run("serve", "--data", str(data), *servers.FREE_PORTS)
        assert done.returncode == 2
        assert "runs on it already" in done.stderr
        assert json.loads((data / "run" / "endpoints.json").read_text(encoding="utf-8")) == server.endpoints
        assert health(server) == 200


def test_what_a_killed_server_said_is_gone_when_the_next_one_cannot_start(data: Path) -> None:
    servers.start(data).kill()
    assert (data / "run" / "endpoints.json").exists()
    cannot_start(data, "--host", "192.0.2.1")


@contextmanager
def key_pair(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Return a certificate and its key, in a file each."""
    with servers.serving(folder):
        pass
    pem = (folder / "tls" / "server.pem").read_bytes()
    key, mark, certificate = pem.partition(b"-----BEGIN CERTIFICATE-----")
    (folder.parent / "chain.pem").write_bytes(mark + certificate)
    (folder.parent / "key.pem").write_bytes(key)
    yield folder.parent / "chain.pem", folder.parent / "key.pem"


@pytest.mark.parametrize("damage", ["no certificate", "no key", "unreadable", "other key", "encrypted", "text"])
def test_a_certificate_that_cannot_be_used_is_refused(data: Path, damage: str) -> None:
    with key_pair(data) as (chain, key):
        match damage:
            case "no certificate":
                chain.unlink()
            case "no key":
                key.unlink()
            case "unreadable":
                key.unlink()
                key.mkdir()
            case "other key":
                key.write_bytes((data / "tls" / "ca-key.pem").read_bytes())
            case "encrypted":
                private = serialization.load_pem_private_key(key.read_bytes(), None)
                key.write_bytes(
                    private.private_bytes(
                        serialization.Encoding.PEM,
                        serialization.PrivateFormat.PKCS8,
                        serialization.BestAvailableEncryption(b"secret"),
                    )
                )
            case _:
                key.write_text("no key", encoding="utf-8")
        said = cannot_start(data, DELEGACY_TLS_CERTIFICATE=str(chain), DELEGACY_TLS_KEY=str(key))
    assert str(chain) in said
    assert str(key) in said


def test_configured_certificates_are_shown_to_clients(data: Path) -> None:
    with key_pair(data) as (chain, key):
        server = servers.start(data, variables={"DELEGACY_TLS_CERTIFICATE": str(chain), "DELEGACY_TLS_KEY": str(key)})
        try:
            assert server.endpoints["ca"] == str(chain)
            shown = ssl.get_server_certificate(("127.0.0.1", server.port("imap")))
        finally:
            server.stop()
    assert shown.split() == chain.read_text(encoding="utf-8").split()


def test_certificates_that_cannot_be_written_are_an_error(data: Path) -> None:
    (data / "tls").touch()
    assert str(data / "tls") in cannot_start(data)


def test_a_password_file_that_cannot_be_read_is_refused(data: Path, tmp_path: Path) -> None:
    said = cannot_start(
        data,
        DELEGACY_SMARTHOST_HOST="relay.example",
        DELEGACY_SMARTHOST_USERNAME="relay",
        DELEGACY_SMARTHOST_PASSWORD_FILE=str(tmp_path / "missing"),
    )
    assert str(tmp_path / "missing") in said


def test_the_endpoints_are_told_when_all_listen(data: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    server = servers.start(data, log=log)
    try:
        assert set(server.endpoints) == {"http", "submission", "imap", "smtp", "ca"}
        for service in ("http", "submission", "imap", "smtp"):
            assert server.endpoints[service]["host"] == "127.0.0.1"
            with socket.create_connection(("127.0.0.1", server.port(service)), timeout=10):
                pass
        assert server.endpoints["ca"] == str(data / "tls" / "ca.pem")
        assert stat.S_IMODE((data / "tls" / "ca-key.pem").stat().st_mode) == 0o600
        assert health(server) == 200
    finally:
        assert server.stop() == 0
    listening = {line["service"]: line["port"] for line in lines(log) if line["event"] == "listening"}
    assert listening == {service: server.port(service) for service in ("http", "submission", "imap", "smtp")}


def test_services_listen_where_they_are_told_to(data: Path) -> None:
    if not has_ipv6_loopback():
        pytest.skip("this machine has no IPv6")
    server = servers.start(data, "--host", "::1")
    try:
        assert server.endpoints["imap"]["host"] == "::1"
        with smtplib.SMTP_SSL("::1", server.port("submission"), context=server.tls) as smtp:
            smtp.login(ADMINISTRATOR, servers.PASSWORD)
    finally:
        server.stop()


def test_an_organization_with_an_international_name_is_served(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert servers.run("init", "--data", str(data), "--domain", "münchen.example").returncode == 0
    with servers.serving(data) as server:
        shown = x509.load_pem_x509_certificate((data / "tls" / "server.pem").read_bytes())
        names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert "dc01.xn--mnchen-3ya.example" in names.get_values_for_type(x509.DNSName)
        with smtplib.SMTP_SSL("127.0.0.1", server.port("submission"), context=server.tls) as smtp:
            assert smtp.ehlo()[1].startswith(b"dc01.xn--mnchen-3ya.example")
            sender = "administrator@xn--mnchen-3ya.example"
            smtp.login(sender, servers.PASSWORD)
            smtp.sendmail(sender, [sender], f"From: {sender}\r\nSubject: hello\r\n\r\nHello.\r\n")
        with ImapSession(server, "administrator@xn--mnchen-3ya.example") as session:
            session.say("b STATUS INBOX (MESSAGES)")
            assert b"(MESSAGES 1)" in session.line()


def has_ipv6_loopback() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def health(server: servers.RunningServer) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port("http"), timeout=10)
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="only Linux tells a process's limits there")
@pytest.mark.parametrize(("connections", "expected"), [(1000, 1024), (100, 656)])
def test_a_server_may_open_as_many_files_as_it_has_connections(data: Path, connections: int, expected: int) -> None:
    def limited(*arguments: str) -> list[str]:
        return ["bash", "-c", 'ulimit -Sn 64; ulimit -Hn 1024; exec "$@"', "bash", *servers.command(*arguments)]

    server = servers.start(data, program=limited, variables={"DELEGACY_LIMITS_CONNECTIONS": str(connections)})
    try:
        limits = Path(f"/proc/{server.process.pid}/limits").read_text(encoding="utf-8")
    finally:
        server.stop()
    (line,) = [line for line in limits.splitlines() if line.startswith("Max open files")]
    assert line.split()[3:5] == [str(expected), "1024"]


def test_too_many_connections_are_turned_away_and_the_others_served(data: Path) -> None:
    server = servers.start(
        data, variables={"DELEGACY_LIMITS_CONNECTIONS": "4", "DELEGACY_LIMITS_CONNECTIONS_PER_ADDRESS": "2"}
    )
    try:
        with ExitStack() as open_connections:
            kept = [open_connections.enter_context(ImapSession(server)) for _ in range(2)]
            with pytest.raises(OSError, match=r"."):
                ImapSession(server)
            kept[0].say("b NOOP")
            assert kept[0].line().startswith(b"b OK")
        deadline = time.monotonic() + 30
        while not can_sign_in(server):  # the server may hear of the end of the others a little later
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        server.stop()


@pytest.mark.parametrize("service", ["http", "submission", "imap", "smtp"])
def test_peers_that_reset_their_connections_leave_no_trace_of_a_fault(data: Path, tmp_path: Path, service: str) -> None:
    log = tmp_path / "log"
    server = servers.start(data, log=log)
    try:
        for number in range(40):
            with socket.create_connection(("127.0.0.1", server.port(service)), timeout=20) as plain:
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                peer: socket.socket = plain
                if service in ("submission", "imap"):
                    peer = server.tls.wrap_socket(plain, server_hostname="localhost")
                if service != "http":
                    peer.recv(1)
                if number % 2:
                    peer.sendall(b"EHLO me\r\n")
                peer.close()
        assert health(server) == 200
    finally:
        assert server.stop() == 0
    assert log_is_clean(log)


def can_sign_in(server: servers.RunningServer) -> bool:
    try:
        ImapSession(server).__exit__()
    except OSError:
        return False
    return True


# ----------------------------------------------------------------------------------------------------------------------------- TLS


@pytest.mark.parametrize("service", ["submission", "imap"])
def test_nobody_signs_in_without_tls(data: Path, service: str) -> None:
    with servers.serving(data) as server, socket.create_connection(("127.0.0.1", server.port(service))) as plain:
        plain.settimeout(10)
        plain.sendall(b"EHLO me\r\nAUTH PLAIN AAAA\r\n" if service == "submission" else b"a LOGIN a b\r\n")
        heard = b""
        while block := plain.recv(1024):
            heard += block
        assert not any(32 <= octet < 127 for octet in heard[5:])  # an alert at most


@pytest.mark.parametrize("service", ["submission", "imap"])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_of_tls_are_refused(data: Path, service: str, version: ssl.TLSVersion) -> None:
    with servers.serving(data) as server:
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.load_verify_locations(server.endpoints["ca"])
        client.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="deprecated"):
            client.minimum_version = client.maximum_version = version
        with (
            socket.create_connection(("127.0.0.1", server.port(service)), timeout=10) as plain,
            pytest.raises((ssl.SSLError, ConnectionError)),
        ):
            client.wrap_socket(plain, server_hostname="localhost")


def test_incoming_mail_offers_no_sign_in(data: Path) -> None:
    with servers.serving(data) as server, smtplib.SMTP("127.0.0.1", server.port("smtp")) as smtp:
        smtp.ehlo()
        assert "auth" not in smtp.esmtp_features
        assert smtp.docmd("AUTH", "PLAIN AAAA")[0] in (502, 503, 530, 538)


# ---------------------------------------------------------------------------------------------------------------------------- stop


class ImapSession:
    """A signed-in IMAP connection, by the line."""

    def __init__(self, server: servers.RunningServer, name: str = ADMINISTRATOR) -> None:
        plain = socket.create_connection(("127.0.0.1", server.port("imap")), timeout=20)
        self._socket = server.tls.wrap_socket(plain, server_hostname="localhost")
        self._lines = self._socket.makefile("rb")
        self.line()
        self.say(f'a LOGIN "{name}" "{servers.PASSWORD}"')
        while not self.line().startswith(b"a OK"):
            pass

    def say(self, text: str) -> None:
        self._socket.sendall(text.encode() + b"\r\n")

    def line(self) -> bytes:
        return self._lines.readline()

    def rest(self) -> bytes:
        return self._lines.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._socket.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_stops_everything_with_sessions_open(data: Path, tmp_path: Path, number: signal.Signals) -> None:
    log = tmp_path / "log"
    server = servers.start(data, log=log)
    with ExitStack() as open_connections:
        idle, waiting = (open_connections.enter_context(ImapSession(server)) for _ in range(2))
        idle.say("b SELECT INBOX")
        while not idle.line().startswith(b"b OK"):
            pass
        idle.say("c IDLE")
        assert idle.line().startswith(b"+")
        handshaking = open_connections.enter_context(socket.create_connection(("127.0.0.1", server.port("imap"))))
        handshaking.sendall(b"\x16")
        writing = smtplib.SMTP_SSL("127.0.0.1", server.port("submission"), context=server.tls, timeout=20)
        open_connections.callback(writing.close)
        writing.login(ADMINISTRATOR, servers.PASSWORD)
        for command in (f"MAIL FROM:<{ADMINISTRATOR}>", f"RCPT TO:<{ADMINISTRATOR}>", "DATA"):
            assert writing.docmd(command)[0] in (250, 354)
        writing.send(f"From: {ADMINISTRATOR}\r\nSubject: half\r\n\r\nhalf")
        kept_alive = http.client.HTTPConnection("127.0.0.1", server.port("http"), timeout=20)
        open_connections.callback(kept_alive.close)
        kept_alive.request("GET", "/healthz")
        kept_alive.getresponse().read()
        silent = open_connections.enter_context(socket.create_connection(("127.0.0.1", server.port("http"))))
        silent.sendall(b"GET /healthz HTTP/1.1\r\n")

        before = time.monotonic()
        assert server.stop(number) == 0
        assert time.monotonic() - before < 20  # not a measurement: a stop that waits for a peer waits for minutes

        assert b"* BYE" in idle.rest()
        assert b"* BYE" in waiting.rest()
    assert not (data / "run" / "endpoints.json").exists()
    assert log_is_clean(log)
    with servers.serving(data) as again, ImapSession(again) as session:
        session.say("b STATUS INBOX (MESSAGES)")
        assert b"(MESSAGES 0)" in session.line()


def test_a_server_told_to_ignore_the_hangup_does(data: Path) -> None:
    process = subprocess.Popen(
        ["nohup", *servers.command("serve", "--data", str(data), *servers.FREE_PORTS)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=servers.environment(),
    )
    try:
        wait_for(data / "run" / "endpoints.json")
        process.send_signal(signal.SIGHUP)
        server = servers.RunningServer(process, json.loads((data / "run" / "endpoints.json").read_text("utf-8")))
        assert health(server) == 200
        assert server.stop() == 0
    finally:
        process.kill()
        process.wait()


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + servers.STARTED_WITHIN
    while not file.exists():
        assert time.monotonic() < deadline, f"{file} has not come"
        time.sleep(0.02)


def lines(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def log_is_clean(log: Path) -> bool:
    """Tell whether every line is one of ours, and none tells of a fault."""
    return all(line["level"] in ("info", "warning") and "exception" not in line for line in lines(log))


# ----------------------------------------------------------------------------------------------------------------------------- log


def test_the_log_holds_no_secrets(data: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    password = "let me in, please"
    server = servers.start(data, log=log, variables={"DELEGACY_LOG_LEVEL": "debug"})
    try:
        script = (
            f'New-Mailbox -Name "Terry Adams" -Alias terrya -UserPrincipalName terrya@contoso.com '
            f'-Password (ConvertTo-SecureString "{password}" -AsPlainText -Force) | Out-Null'
        )
        servers.shell(data, script)
        for secret in (password, WRONG):
            with smtplib.SMTP_SSL("127.0.0.1", server.port("submission"), context=server.tls) as smtp:
                try:
                    smtp.login("terrya@contoso.com", secret)
                    smtp.sendmail(
                        "terrya@contoso.com", [ADMINISTRATOR], f"From: terrya@contoso.com\r\n\r\nPIN {password}\r\n"
                    )
                except smtplib.SMTPAuthenticationError:
                    assert secret == WRONG
            plain = socket.create_connection(("127.0.0.1", server.port("imap")), timeout=20)
            with server.tls.wrap_socket(plain, server_hostname="localhost") as imap, imap.makefile("rb") as said:
                said.readline()
                imap.sendall(f'a LOGIN terrya@contoso.com "{secret}"\r\n'.encode())
                said.readline()
    finally:
        assert server.stop() == 0
    text = log.read_text(encoding="utf-8")
    events = [line["event"] for line in lines(log)]
    assert events.count("signed in") == 2
    assert events.count("sign-in refused") == 3  # smtplib tries a second mechanism
    for secret in (password, WRONG, servers.PASSWORD):
        for form in (secret, encoded(f"\0terrya@contoso.com\0{secret}"), encoded(secret)):
            assert form not in text
    assert "argon2" not in text


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_what_a_peer_sends_begins_no_line_of_the_log(data: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    server = servers.start(data, log=log)
    name = 'x\r\n{"level": "info", "event": "signed in"}\x1b[2J'
    try:
        with smtplib.SMTP_SSL("127.0.0.1", server.port("submission"), context=server.tls) as smtp:
            smtp.ehlo()
            assert smtp.docmd("AUTH", f"PLAIN {encoded(f'{chr(0)}{name}{chr(0)}secret')}")[0] == 535
    finally:
        server.stop()
    (refusal,) = [line for line in lines(log) if line["event"] == "sign-in refused"]
    assert refusal["account"] == name
    assert "signed in" not in [line["event"] for line in lines(log)]


def test_on_a_terminal_the_log_is_plain(data: Path) -> None:
    ours, its = os.openpty()
    process = subprocess.Popen(
        servers.command("serve", "--data", str(data), *servers.FREE_PORTS),
        stdout=its,
        stderr=its,
        env=servers.environment(),
    )
    os.close(its)
    try:
        wait_for(data / "run" / "endpoints.json")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        shown = b""
        try:
            while block := os.read(ours, 4096):
                shown += block
        except OSError:  # Linux tells so that the other end is closed
            pass
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    text = shown.decode()
    assert "{" not in text
    assert [line.split()[2] for line in text.splitlines()].count("listening") == 4
    assert text.splitlines()[-1].endswith("stopping")
