"""A real server in a process of its own, and a real management shell in another."""

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSWORD = "correct horse"
STARTED_WITHIN = 60.0


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "delegacy", *arguments]


def environment(**more: str) -> dict[str, str]:
    """Return our environment without what would configure the program, or tell a make in it of the make around the tests."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("DELEGACY_", "MAKE", "MFLAGS"))}
    return {**own, "DELEGACY_ADMIN_PASSWORD": PASSWORD, "PYTHONUNBUFFERED": "1", **more}


def run(
    *arguments: str,
    text: str | None = None,
    cwd: Path | None = None,
    timeout: float = 240,
    variables: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and return what it printed."""
    return subprocess.run(
        command(*arguments),
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env=environment(**variables or {}),
        cwd=cwd,
        timeout=timeout,
    )


def shell(data: Path, script: str) -> str:
    """Run a script in the management shell and return its output; it must succeed."""
    done = run("shell", "--data", str(data), "-c", script)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True)
class RunningServer:
    process: "subprocess.Popen[bytes]"
    endpoints: dict[str, Any]

    def port(self, service: str) -> int:
        port: int = self.endpoints[service]["port"]
        return port

    @property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.endpoints["ca"])

    def kill(self) -> None:
        """End it without any warning."""
        self.process.kill()
        self.process.wait()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, and return its exit code."""
        self.process.send_signal(by)
        return self.process.wait(timeout=30)


FREE_PORTS = tuple(f"--{service}-port=0" for service in ("http", "submission", "imap", "smtp"))


def start(
    data: Path,
    *flags: str,
    log: Path | None = None,
    name: str = "serve",
    variables: Mapping[str, str] | None = None,
    program: Callable[..., list[str]] = command,
) -> RunningServer:
    """Start all services on free ports and wait until they listen. ``name`` is the command that starts them."""
    said = data / "run" / "endpoints.json"
    said.unlink(missing_ok=True)
    with (log or Path(os.devnull)).open("ab") as lines:
        process = subprocess.Popen(
            program(name, "--data", str(data), *FREE_PORTS, *flags),
            stdout=lines,
            stderr=lines,
            env=environment(**variables or {}),
        )
    deadline = time.monotonic() + STARTED_WITHIN
    while not said.exists():
        assert process.poll() is None, f"the server ended with {process.returncode}"
        assert time.monotonic() < deadline, "the server did not come up"
        time.sleep(0.02)
    return RunningServer(process, json.loads(said.read_text(encoding="utf-8")))


@contextmanager
def serving(data: Path, flags: Sequence[str] = ()) -> Iterator[RunningServer]:
    """Return a context in which a server runs."""
    server = start(data, *flags)
    try:
        yield server
    finally:
        server.kill()
