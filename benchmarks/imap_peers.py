"""The IMAP servers that are compared: ours and Dovecot, each in processes of its own, over TLS on loopback."""

import contextlib
import grp
import json
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from delegacy.mail.tls import ServerCertificates

NAME: Final = "administrator@contoso.com"
PASSWORD: Final = "benchmark"

_PATIENCE: Final = 60.0
_RECEIVED_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Peer:
    """A running server."""

    name: str
    port: int
    process: int


class Connection:
    """A client's connection, signed in. It looks at no more of an answer than it must, so that the server's time is what is measured."""

    def __init__(self, peer: Peer) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        plain = socket.create_connection(("127.0.0.1", peer.port), timeout=_PATIENCE)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = context.wrap_socket(plain)
        self._line()
        self.ask(f'LOGIN "{NAME}" "{PASSWORD}"'.encode())

    def ask(self, command: bytes, literal: bytes = b"") -> int:
        """Send a command, and return the length of the answer."""
        self._socket.sendall(b"a " + command + b"\r\n" + literal)
        received, tail = 0, b""
        while True:
            data = self._socket.recv(_RECEIVED_AT_ONCE)
            if not data:
                raise ConnectionError(tail)
            received += len(data)
            tail = (tail + data)[-4096:]
            if tail.endswith(b"\r\n"):
                last = tail[:-2].rpartition(b"\r\n")[2]
                if last.startswith(b"a "):
                    if not last.startswith(b"a OK"):
                        raise ConnectionError(last)
                    return received

    def append(self, message: bytes) -> None:
        """Append a message to the inbox."""
        self.ask(b"APPEND INBOX {%d+}" % len(message), message + b"\r\n")

    def idle(self) -> None:
        """Begin to idle."""
        self._socket.sendall(b"a IDLE\r\n")
        self._line()

    def close(self) -> None:
        """Leave without a word."""
        self._socket.close()

    def _line(self) -> bytes:
        data = b""
        while not data.endswith(b"\r\n"):
            data += self._socket.recv(_RECEIVED_AT_ONCE)
        return data


@contextmanager
def delegacy_server(folder: Path) -> Iterator[Peer]:
    """Start our server on a new organization."""
    environment = {**os.environ, "DELEGACY_ADMIN_PASSWORD": PASSWORD}
    command = [sys.executable, "-m", "delegacy"]
    subprocess.run(
        [*command, "init", "--data", folder, "--domain", "contoso.com"],
        check=True,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    ports = [f"--{service}-port=0" for service in ("http", "submission", "imap", "smtp")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "serve", "--data", folder, *ports], env=environment, stdout=log, stderr=log
        )
    try:
        endpoints = folder / "run" / "endpoints.json"
        _wait_for(endpoints.is_file, process)
        yield Peer("Delegacy", json.loads(endpoints.read_text("utf-8"))["imap"]["port"], process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(_PATIENCE)


def has_dovecot() -> bool:
    """Tell whether Dovecot is installed."""
    return shutil.which("dovecot") is not None


@contextmanager
def dovecot_server(folder: Path) -> Iterator[Peer]:
    """Start Dovecot on Maildir, as a user that is not root."""
    ServerCertificates(folder / "tls", (), _Clock())
    certificate = next(
        file for file in (folder / "tls").iterdir() if "KEY" in file.read_text("utf-8") and "ca" not in file.name
    )
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
    mail = folder / "mail"
    mail.mkdir()
    shutil.chown(mail, user, group)
    folder.chmod(0o755)
    port = _free_port()
    configuration = folder / "dovecot.conf"
    configuration.write_text(
        f"""
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{certificate}
mail_location = maildir:{mail}
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
auth_failure_delay = 0
mail_max_userip_connections = 1000
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={mail}
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 1024
}}
""",
        encoding="utf-8",
    )
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(["dovecot", "-F", "-c", configuration], stdout=output, stderr=output)
    try:
        _wait_for(lambda: _listens(port), process)
        yield Peer("Dovecot", port, process.pid)
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def memory(peer: Peer) -> float:
    """Return the megabytes that a server and the processes that it started take, shared pages counted once (PSS)."""
    total = 0
    for process in _family(peer.process):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def _family(parent: int) -> set[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()
                parents[int(entry.name)] = int(fields[1])
    family = {parent}
    while more := {child for child, its_parent in parents.items() if its_parent in family} - family:
        family |= more
    return family


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _wait_for(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the server did not start")
        time.sleep(0.05)


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@contextmanager
def scratch() -> Iterator[Path]:
    """Return a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="imap-benchmark-") as folder:
        yield Path(folder)
