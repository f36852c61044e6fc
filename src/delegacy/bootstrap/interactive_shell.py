"""``delegacy shell`` at a terminal: the prompt at once, and the organization behind it while the first command is typed.

The line editor alone is imported with this module. All that a command needs takes several times as long, and nobody types that fast.
"""

import gc
from contextlib import ExitStack

from delegacy.admin.shell.repl import Repl
from delegacy.admin.shell.session import NamedSession
from delegacy.bootstrap.data_directory import DataDirectory
from delegacy.bootstrap.terminal import open_terminal
from delegacy.config import Settings


def run_interactively(settings: Settings, user: str | None) -> int:
    """Read commands at a prompt until the user leaves, and return the exit code. Raises what opening the organization raises."""
    host, interrupts = open_terminal(settings)
    with ExitStack() as opened:

        def open_session() -> NamedSession:
            gc.disable()  # importing makes much and drops little: to look for garbage meanwhile only delays the first command
            from delegacy.bootstrap import shell  # noqa: PLC0415 - see above

            gc.freeze()
            gc.enable()
            return opened.enter_context(shell.open_session(settings, user, host))

        return Repl(open_session, host, interrupts, history=DataDirectory(settings.data).shell_history).run()
