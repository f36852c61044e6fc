"""``delegacy shell``: the management shell on an organization."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from delegacy.admin.shell.script import run_script as run_on_terminal
from delegacy.admin.shell.session import Outcome
from delegacy.bootstrap.directory import open_directory
from delegacy.bootstrap.runspaces import open_runspace
from delegacy.bootstrap.terminal import open_terminal
from delegacy.config import Settings
from delegacy.powershell.host import Host
from delegacy.powershell.suggestions import Suggestions
from delegacy.session.runspace import Runspace

_ORIGIN = "shell"


@dataclass(frozen=True, slots=True)
class ShellSession:
    """A runspace as the shell sees it."""

    runspace: Runspace
    organization: str

    @property
    def caller(self) -> str:
        """The name of whom commands run as."""
        return self.runspace.caller.name

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
    host, interrupts = open_terminal(settings)
    with open_session(settings, user, host) as session:
        return run_on_terminal(session, host, interrupts, script, name=name, arguments=arguments)


@contextmanager
def open_session(settings: Settings, user: str | None, host: Host) -> Iterator[ShellSession]:
    """Open an organization for ``user``, whose commands show their output on ``host``."""
    with open_directory(settings) as services:
        runspace = open_runspace(services, host, user=user, origin=_ORIGIN)
        with services.store.read() as directory:
            organization = directory.organization().name
        yield ShellSession(runspace, organization)
