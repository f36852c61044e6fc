"""The terminal that a shell talks to."""

import os

from delegacy.admin.shell.files import LocalFiles
from delegacy.admin.shell.host import TerminalHost, standard_streams
from delegacy.admin.shell.interrupts import Interrupts
from delegacy.config import Settings


def open_terminal(settings: Settings) -> tuple[TerminalHost, Interrupts]:
    """Return the host on this process's streams and files, and its Ctrl-C."""
    interrupts = Interrupts()
    files = LocalFiles(settings.shell_drives)
    return TerminalHost(standard_streams(), interrupts=interrupts, files=files, environment=os.environ), interrupts
