"""`Runspace`: the only way to change the directory. Runs scripts, command trees and single cmdlets as one caller."""

import asyncio
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Final

from delegacy.cmdlets._tables import VIEWS
from delegacy.domain.errors import DelegacyError
from delegacy.domain.mailbox_usage import MailboxUsage
from delegacy.domain.ports import Clock, PasswordHasher, Store
from delegacy.policy.questions import Questions
from delegacy.powershell.errors import ErrorRecord, PowerShellError
from delegacy.powershell.host import Host
from delegacy.powershell.interpreter.interpreter import Interpreter, RunResult
from delegacy.powershell.interpreter.outlet import Collector
from delegacy.powershell.limits import Limits
from delegacy.powershell.streams import Stream
from delegacy.powershell.suggestions import Suggestions
from delegacy.powershell.syntax import Command, Pipeline
from delegacy.powershell.views import ViewRegistry
from delegacy.session.caller import Caller
from delegacy.session.completing import VisibleIdentities
from delegacy.session.gate import Gate

_CONFIRM: Final = "confirm"


class Runspace:
    """One caller's session: keeps variables and functions from one command to the next, and runs one command at a time.

    ``host`` shows output and answers questions. The `run` and `invoke` methods block; asynchronous surfaces await `run_async` and
    `invoke_async`, which hop to a worker thread once.
    """

    def __init__(
        self,
        store: Store,
        caller: Caller,
        host: Host,
        *,
        clock: Clock,
        questions: Questions,
        passwords: PasswordHasher,
        usage: MailboxUsage,
        limits: Limits | None = None,
    ) -> None:
        self.caller = caller
        self.gate = Gate(store, caller, clock, questions, passwords, usage, host.to_utc)
        self._host = host
        self._limits = limits
        self._running = Lock()
        self.interpreter = Interpreter(host, self.gate, views=ViewRegistry(VIEWS), limits=limits)
        self._identities = VisibleIdentities(Interpreter(host, self.gate, sink=Collector(), limits=limits))

    def run(
        self, script: str | Command | Pipeline, *, name: str | None = None, arguments: Sequence[object] = ()
    ) -> RunResult:
        """Run a script, or a command built as a tree, and return how it ended.

        Never raises for what the script does: errors are shown on the host and told by the result. ``name`` is the script's file, for
        messages; ``arguments`` bind to the parameters of a script given as text.
        """
        with self._running:
            try:
                self.gate.begin()
                if isinstance(script, str):
                    return self.interpreter.run(script, name=name, arguments=arguments)
                return self.interpreter.run_tree(script)
            finally:
                self.gate.close()

    def complete(self, text: str, cursor: int) -> Suggestions:
        """Return what could stand at the cursor of a line that is being typed: what the caller may run, and objects that he may see."""
        with self._running:
            try:
                self.gate.begin()
                return self.interpreter.complete(text, cursor, self._identities)
            finally:
                self.gate.close()

    def invoke(self, cmdlet: str, /, **parameters: object) -> tuple[object, ...]:
        """Run one cmdlet with values for its parameters, by Python name, and return what it writes. Nothing is asked or shown.

        Raises the `DelegacyError` of what went wrong first, or `PowerShellError` for what is no matter of the directory: no such
        cmdlet within the caller's reach, no such parameter, a value that does not convert.
        """
        with self._running:
            try:
                self.gate.begin()
                info = self.gate.find(cmdlet)
                if info is not None and info.supports_should_process:
                    parameters.setdefault(_CONFIRM, False)
                outcome = self.interpreter.invoke(cmdlet, parameters)
            finally:
                self.gate.close()
        _raise_first(outcome.errors)
        return outcome.output

    def run_or_raise(self, text: str, *arguments: object) -> tuple[object, ...]:
        """Run a script of our own without showing or asking anything, and return its output; raise its first error, as `invoke`.

        It has its own variables. What was durable before the error stays.
        """
        collector = Collector()
        script = Interpreter(self._host, self.gate, views=ViewRegistry(VIEWS), sink=collector, limits=self._limits)
        script.set_variable("ConfirmPreference", "None")
        script.set_variable("ErrorActionPreference", "Stop")
        with self._running:
            try:
                self.gate.begin()
                script.run(text, arguments=arguments)
            finally:
                self.gate.close()
        _raise_first(record for record in collector.of(Stream.ERROR) if isinstance(record, ErrorRecord))
        return tuple(collector.of(Stream.SUCCESS))

    async def run_async(
        self, script: str | Command | Pipeline, *, name: str | None = None, arguments: Sequence[object] = ()
    ) -> RunResult:
        """Run as `run` does, in a worker thread."""
        return await asyncio.to_thread(self.run, script, name=name, arguments=arguments)

    async def invoke_async(self, cmdlet: str, /, **parameters: object) -> tuple[object, ...]:
        """Run as `invoke` does, in a worker thread."""
        return await asyncio.to_thread(self.invoke, cmdlet, **parameters)


def _raise_first(errors: Iterable[ErrorRecord]) -> None:
    for record in errors:
        if isinstance(record.cause, DelegacyError):
            raise record.cause
        raise PowerShellError(record)
