"""Running one command or script without a prompt, and the exit code that says how it ended."""

from collections.abc import Sequence
from typing import Final

from delegacy.admin.shell.host import TerminalHost
from delegacy.admin.shell.interrupts import Interrupts
from delegacy.admin.shell.session import CommandSession
from delegacy.powershell.decoding import decode

SUCCEEDED: Final = 0
FAILED: Final = 1
INTERRUPTED: Final = 130


def run_script(
    session: CommandSession,
    host: TerminalHost,
    interrupts: Interrupts,
    script: str | bytes,
    *,
    name: str | None = None,
    arguments: Sequence[str] = (),
) -> int:
    """Run a script, as text or as the bytes of a file, and return its exit code.

    0 when its last statement succeeded and 1 when it failed, could not be parsed, asked a question at the end of its input, or could
    not write its output; the code of `exit`; 130 after Ctrl-C.
    """
    with interrupts.handled():
        text = script if isinstance(script, str) else decode(script)
        outcome = session.run(text, name=name, arguments=arguments)
        host.end_command()
    if host.output_has_failed:
        return FAILED
    if interrupts.is_stopping():
        return INTERRUPTED
    if outcome.exit_code is not None:
        return outcome.exit_code
    return SUCCEEDED if outcome.succeeded and not host.input_has_ended else FAILED
