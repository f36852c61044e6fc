"""``delegacy shell``: the management shell on an organization."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from delegacy.admin.shell.files import LocalFiles
from delegacy.admin.shell.host import TerminalHost, standard_streams
from delegacy.admin.shell.interrupts import Interrupts
from delegacy.admin.shell.script import run_script as run_on_terminal
from delegacy.admin.shell.session import Outcome
from delegacy.bootstrap.directory import DirectoryServices, open_directory
from delegacy.bootstrap.runspaces import open_runspace
from delegacy.config import Settings
from delegacy.powershell.completion import Suggestions
from delegacy.session.runspace import Runspace

_ORIGIN = "shell"


@dataclass(frozen=True, slots=True)
class _ShellSession:
    """A runspace as the shell sees it."""

    runspace: Runspace

    def run(self, text: str, *, name: str | None = None, arguments: Sequence[str] = ()) -> Outcome:
        """Run a script."""
        result = self.runspace.run(text, name=name, arguments=arguments)
        return Outcome(result.succeeded, result.exit_code if result.exited else None)

    def complete(self, text: str, cursor: int) -> Suggestions:
        """Return what could stand at the cursor."""
        return self.runspace.complete(text, cursor)


def run_script(
    settings: Settings, user: str | None, script: str | bytes, name: str | None = None, arguments: Sequence[str] = ()
) -> int:
    """Run a command or a script as ``user`` and return its exit code."""
    with _opened(settings, user) as (_, session, host, interrupts):
        return run_on_terminal(session, host, interrupts, script, name=name, arguments=arguments)


def run_interactively(settings: Settings, user: str | None) -> int:
    """Read commands at a prompt until the user leaves, and return the exit code."""
    from delegacy.admin.shell.repl import Repl  # noqa: PLC0415 - scripts don't wait for the line editor

    with _opened(settings, user) as (services, session, host, interrupts):
        with services.store.read() as directory:
            organization = directory.organization().name
        repl = Repl(
            session,
            host,
            interrupts,
            organization=organization,
            caller=session.runspace.caller.name,
            history=services.places.shell_history,
        )
        return repl.run()


@contextmanager
def _opened(
    settings: Settings, user: str | None
) -> Iterator[tuple[DirectoryServices, _ShellSession, TerminalHost, Interrupts]]:
    with open_directory(settings) as services:
        interrupts = Interrupts()
        files = LocalFiles(settings.shell_drives)
        host = TerminalHost(standard_streams(), interrupts=interrupts, files=files, environment=os.environ)
        yield services, _ShellSession(open_runspace(services, host, user=user, origin=_ORIGIN)), host, interrupts
