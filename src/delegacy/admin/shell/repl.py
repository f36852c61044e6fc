"""The interactive shell: line editing, history, colours and completion around a session.

Imported when somebody sits at a terminal, so that scripts do not wait for the line editor.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app, run_in_terminal
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import split_lines
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.styles import Style

from delegacy.admin.shell.completion import SessionCompleter, complete_at_cursor
from delegacy.admin.shell.highlighting import Role, highlighted
from delegacy.admin.shell.history import ShellHistory
from delegacy.admin.shell.host import TerminalHost
from delegacy.admin.shell.interrupts import Interrupts
from delegacy.admin.shell.opening import OpeningSession
from delegacy.admin.shell.session import NamedSession
from delegacy.powershell.parser import is_incomplete
from delegacy.powershell.streams import HostText

_BANNER: Final = (
    "Delegacy Management Shell\nAll cmdlets: Get-Command. Help: Get-Help <cmdlet>. Tab completes; exit leaves."
)
_CONTINUATION: Final = ">> "
_INDENT: Final = 4
_COLORS: Final = {  # close to PSReadLine's, and readable on dark and on light terminals
    Role.COMMAND: "ansiyellow",
    Role.PARAMETER: "ansibrightblack",
    Role.KEYWORD: "ansigreen",
    Role.VARIABLE: "ansigreen",
    Role.STRING: "ansicyan",
    Role.NUMBER: "ansimagenta",
    Role.OPERATOR: "ansibrightblack",
    Role.TYPE: "ansibrightblack",
    Role.COMMENT: "ansigreen italic",
    Role.ERROR: "ansired",
}


class Repl:
    """Reads commands and runs them until the user leaves. The session opens behind the first prompt."""

    def __init__(
        self,
        open_session: Callable[[], NamedSession],
        host: TerminalHost,
        interrupts: Interrupts,
        *,
        history: Path,
        terminal: tuple[Input | None, Output | None] = (None, None),
    ) -> None:
        self._session = OpeningSession(open_session)
        self._host = host
        self._interrupts = interrupts
        self._is_connected = False
        self._prompt: PromptSession[str] = PromptSession(
            self._message,
            multiline=True,
            prompt_continuation=_CONTINUATION,
            key_bindings=_key_bindings(),
            lexer=_Lexer(),
            completer=SessionCompleter(self._session),
            style=Style([(f"role.{role.name.lower()}", color) for role, color in _COLORS.items()]),
            include_default_pygments_style=False,
            color_depth=None if host.is_colored else ColorDepth.MONOCHROME,
            history=ShellHistory(history),
            complete_while_typing=False,
            input=terminal[0],
            output=terminal[1],
        )

    def run(self) -> int:
        """Read and run until `exit` or Ctrl-D; return the exit code. Raises what opening the session raises."""
        self._host.write_host(HostText(_BANNER))
        with self._interrupts.handled(), self._session:
            while True:
                try:
                    text = self._prompt.prompt(pre_run=self._begin_to_connect)
                except KeyboardInterrupt:
                    continue
                except EOFError:
                    return 0
                if text.strip() and (code := self._run(text)) is not None:
                    return code

    def _message(self) -> str:
        return f"[PS] {self._session.organization}>" if self._is_connected else "[PS] >"

    def _begin_to_connect(self) -> None:
        if not self._is_connected:
            get_app().create_background_task(self._connect())

    async def _connect(self) -> None:
        """Open the session, now that the prompt is there, and say so above it; or end the prompt with what went wrong."""
        app = get_app()
        try:
            await self._session.opened()
        except Exception as error:  # noqa: BLE001 - raised from the prompt
            if app.future is not None and not app.future.done():
                app.exit(exception=error)
        else:
            await run_in_terminal(self._say_connected)

    def _say_connected(self) -> None:
        if not self._is_connected:
            self._is_connected = True
            self._host.write_host(HostText(f"Connected to {self._session.organization} as {self._session.caller}."))

    def _run(self, text: str) -> int | None:
        self._interrupts.reset()
        self._session.wait()
        self._say_connected()
        outcome = self._session.run(text)
        self._host.end_command()
        return outcome.exit_code


def needs_more(text: str) -> bool:
    """Return whether a command has not ended: an open bracket, string or pipeline, or a line that ends in a backtick."""
    return is_incomplete(text) or (text.endswith("`") and not text.endswith("``"))


def _key_bindings() -> KeyBindings:
    bindings = KeyBindings()
    typing = has_focus(DEFAULT_BUFFER)

    @bindings.add("enter", filter=typing)
    def _enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None
        elif needs_more(buffer.text):
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @bindings.add("escape", "enter", filter=typing)
    def _alt_enter(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @bindings.add("tab", filter=typing)
    def _tab(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None:
            buffer.complete_next()
        elif not buffer.document.current_line_before_cursor.strip():
            buffer.insert_text(" " * _INDENT)
        else:
            complete_at_cursor(buffer)

    return bindings


class _Lexer(Lexer):
    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        parts: StyleAndTextTuples = [
            (f"class:role.{part.role.name.lower()}", part.text) for part in highlighted(document.text)
        ]
        lines = list(split_lines(parts))
        return lambda number: lines[number] if number < len(lines) else []
