"""README's session, as it stands there."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import server as servers
from support.peers import require_program
from support.readme import ELLIPSIS, Command, sessions

pytestmark = pytest.mark.interop

PORTS = {8465: "submission", 8993: "imap", 8025: "smtp", 8080: "http"}
MARK = "=== command "
BY_OTHER_TESTS = ("make ", "delegacy init", "delegacy serve")  # test_demo, test_command_line, test_start_and_stop


def typed() -> list[Command]:
    """Return the commands of all blocks but those that set up and start something."""
    return [command for block in sessions() for command in block if not command.text.startswith(BY_OTHER_TESTS)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that looks as a clone does after `make demo`."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Iterator[servers.RunningServer]:
    server = servers.start(folder / "demo-data", name="demo")
    yield server
    server.kill()


def script(commands: list[Command], server: servers.RunningServer) -> str:
    """Return a shell script of the commands, each after a mark, with the ports that the server has."""
    text = "".join(f"echo '{MARK}{number}'\n{command.text}\n" for number, command in enumerate(commands))
    for documented, service in PORTS.items():
        text = re.sub(rf"\b{documented}\b", str(server.port(service)), text)
    return text


def test_readmes_session_runs_as_it_stands_there(folder: Path, server: servers.RunningServer) -> None:
    require_program("curl")
    commands = typed()
    (folder / "session.sh").write_text(script(commands, server), encoding="utf-8")
    done = subprocess.run(
        ["bash", "session.sh"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env=servers.environment(),
        timeout=240,
        check=False,
    )
    outputs = re.split(rf"(?m)^{MARK}\d+\n", done.stdout)[1:]
    assert len(outputs) == len(commands)
    for command, output in zip(commands, outputs, strict=True):
        assert_shown(command, output)


def assert_shown(command: Command, output: str) -> None:
    """Compare what the page shows with what was shown, as far as it shows it: dots stand for any lines."""
    pattern = "".join(r"(?:.*\n)*" if line == ELLIPSIS else re.escape(line) + r"\s*\n" for line in command.shown)
    if command.shown:
        assert re.match(pattern, output), f"{command.text}\n{output}"
    elif command.text == "send":  # says nothing when the message went
        assert output == ""
    for sign in ("Traceback", "not found", "rror"):
        assert sign not in output, f"{command.text}\n{output}"


def test_the_session_shows_what_the_product_is_about() -> None:
    text = "\n".join(command.text for command in typed())
    for words in ("Add-ADPermission", "-GrantSendOnBehalfTo", "Add-MailboxPermission", "delegacy check", "imaps://"):
        assert words in text
