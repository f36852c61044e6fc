"""How long somebody waits for the shell: until there is a prompt, until it is connected, and for a one-line script.

    python benchmarks/startup.py [--data DIR] [--rounds N]

Without ``--data`` a demo organization is made. Beside each figure, measured in turn with it: Python itself, and the line editor alone.
"""

import argparse
import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from delegacy.config import Settings
from delegacy.demo import make_demo

_PROMPT_LIMIT: Final = 0.5
_EDITOR: Final = "from prompt_toolkit import PromptSession; PromptSession('[PS] >').prompt()"
_POSITION_ASKED, _POSITION = (
    b"\x1b[6n",
    b"\x1b[1;1R",
)  # terminals tell where the cursor is, and line editors wait for it
_PATIENCE: Final = 30.0

Measure = Callable[[], float]


def seconds_until(seen: bytes, command: list[str]) -> float:
    """Return how long a command on a terminal takes to show ``seen``. Raises ``TimeoutError``."""
    started = time.perf_counter()
    process, terminal = pty.fork()
    if process == 0:
        os.execvp(command[0], command)
    try:
        shown = b""
        while seen not in shown:
            if not select.select([terminal], [], [], _PATIENCE)[0]:
                raise TimeoutError(shown)
            piece = os.read(terminal, 65536)
            if _POSITION_ASKED in piece:
                os.write(terminal, _POSITION)
            shown += piece
        return time.perf_counter() - started
    finally:
        os.kill(process, 9)
        os.waitpid(process, 0)
        os.close(terminal)


def seconds_of(command: list[str]) -> float:
    """Return how long a command runs."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> int:
    """Measure, print a table, and tell whether the prompt is there in time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the organization; a new demo, if it is left out")
    parser.add_argument("--rounds", type=int, default=9, help="how often each is measured (9)")
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = parsed.data or Path(folder)
        if parsed.data is None:
            make_demo(Settings(data=data), "delegacy", lambda _: None)
        shell = [str(Path(sys.executable).with_name("delegacy")), "shell", "--data", str(data)]
        rows: dict[str, Measure] = {
            "Python starts and ends": lambda: seconds_of([sys.executable, "-c", "pass"]),
            "the line editor alone shows a prompt": lambda: seconds_until(b"[PS] ", [sys.executable, "-c", _EDITOR]),
            "delegacy shell shows its prompt": lambda: seconds_until(b"[PS] ", shell),
            "delegacy shell is connected": lambda: seconds_until(b"Connected to", shell),
            "delegacy shell -c 'Get-Mailbox terrya'": lambda: seconds_of([*shell, "-c", "Get-Mailbox terrya"]),
        }
        measured: dict[str, list[float]] = {name: [] for name in rows}
        for _ in range(parsed.rounds):
            for name, measure in rows.items():
                measured[name].append(measure())
    medians = {name: statistics.median(times) for name, times in measured.items()}
    for name, median in medians.items():
        print(f"{name:<42} {median:6.3f} s")
    is_reached = medians["delegacy shell shows its prompt"] < _PROMPT_LIMIT
    print(f"prompt within {_PROMPT_LIMIT} s: {'reached' if is_reached else 'MISSED'}")
    return 0 if is_reached else 1


if __name__ == "__main__":
    sys.exit(main())
