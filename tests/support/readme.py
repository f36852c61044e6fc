"""README's console sessions: what is typed, and what is shown for it."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field

from support.sources import ROOT

PROMPT = "$ "
ELLIPSIS = "..."


@dataclass(slots=True)
class Command:
    """One command, which may go over several lines (a here-document ends it), and the lines shown after it."""

    text: str
    shown: list[str] = field(default_factory=list)


def sessions() -> list[list[Command]]:
    """Return the commands of each console block."""
    return [list(_commands(block)) for block in _blocks()]


def _blocks() -> Iterator[list[str]]:
    block: list[str] | None = None
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines():
        if line == "```console":
            block = []
        elif line == "```" and block is not None:
            yield block
            block = None
        elif block is not None:
            block.append(line)


def _commands(lines: list[str]) -> Iterator[Command]:
    command: Command | None = None
    for line in lines:
        if command is not None and not _is_complete(command.text):
            command.text += f"\n{line}"
        elif line.startswith(PROMPT):
            if command is not None:
                yield command
            command = Command(line.removeprefix(PROMPT))
        elif line and command is not None:
            command.shown.append(line)
    if command is not None:
        yield command


def _is_complete(text: str) -> bool:
    """Tell whether the shell asks for no further line: it has an error or a warning for what is open."""
    done = subprocess.run(["bash", "-n", "-c", text], capture_output=True, check=False)
    return done.returncode == 0 and not done.stderr
