"""The host of the local shell: a terminal, or the files and pipes that stand in its place."""

import os
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import Final, TextIO

from delegacy.admin.shell.choices import HELP_KEY, choice_lines, help_text, picked
from delegacy.admin.shell.interrupts import Interrupts
from delegacy.admin.shell.progress import ProgressLine
from delegacy.admin.shell.terminal_text import CLEAR_SCREEN, ERASE_LINE, bold, displayable, painted
from delegacy.powershell.host import Choice, EndOfInput, HostFiles
from delegacy.powershell.streams import HostText, ProgressRecord, Stream

WIDTH_OFF_TERMINAL: Final = 120
_SLICE: Final = 0.05
_COLORS: Final[Mapping[Stream, str]] = {
    Stream.ERROR: "Red",
    Stream.WARNING: "Yellow",
    Stream.VERBOSE: "Yellow",
    Stream.DEBUG: "Yellow",
}
_ON_STANDARD_OUTPUT: Final = frozenset({Stream.SUCCESS, Stream.INFORMATION})


def _local_time() -> datetime:
    return datetime.now(UTC).astimezone()


def standard_streams() -> tuple[TextIO, TextIO, TextIO]:
    """Return the process's input, output and error output.

    The input is made to survive bytes that are no text. A stream that the process was started without is an empty one.
    """
    given: tuple[TextIO | None, ...] = (sys.stdin, sys.stdout, sys.stderr)  # None when it was closed
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    standard_input, output, errors = (StringIO() if stream is None else stream for stream in given)
    return standard_input, output, errors


def _width(stream: TextIO) -> int:
    if not stream.isatty():
        return WIDTH_OFF_TERMINAL
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDTH_OFF_TERMINAL
    except OSError:
        return WIDTH_OFF_TERMINAL


@contextmanager
def _unechoed(terminal: int) -> Iterator[None]:
    """Keep what is typed on a terminal from being shown."""
    before = termios.tcgetattr(terminal)
    silent = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(terminal, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


class TerminalHost:
    """Implements `powershell.host.Host` on three text streams.

    Objects and Write-Host go to the output; errors, warnings, verbose and debug lines to the error output, so that a redirected output
    holds data only. When the output can take no more (its reader has gone, as with `| head`, or the disk is full) the commands are
    stopped, and `output_has_failed` tells so.
    """

    def __init__(
        self,
        streams: tuple[TextIO, TextIO, TextIO],
        *,
        interrupts: Interrupts,
        files: HostFiles | None = None,
        environment: Mapping[str, str],
        now: Callable[[], datetime] = _local_time,
    ) -> None:
        self._input, self._output, self._errors = streams
        self._interrupts = interrupts
        self._files = files
        self._has_cursor = environment.get("TERM") != "dumb"
        self._colored = self._has_cursor and not environment.get("NO_COLOR")  # https://no-color.org
        self._now = now
        self._progress = ProgressLine()
        self._progress_shown = False
        self._line_is_open = False
        self._stop_shown: float | None = None
        self.output_has_failed = False
        self.input_has_ended = False

    # ---------------------------------------------------------------------------------------------------------------- facts

    @property
    def width(self) -> int:
        """Characters in a line of the terminal, the last column left free as PowerShell leaves it; 120 when the output is none."""
        return _width(self._output) - self._output.isatty()

    @property
    def is_terminal(self) -> bool:
        """Whether lines are seen on a terminal."""
        return self._output.isatty()

    @property
    def is_colored(self) -> bool:
        """Whether terminals are shown colours."""
        return self._colored

    @property
    def files(self) -> HostFiles | None:
        """Access to files."""
        return self._files

    def is_stopping(self) -> bool:
        """Return whether the user pressed Ctrl-C, or reads no more."""
        return self._interrupts.is_stopping()

    def now(self) -> datetime:
        """Return the current time, with the time zone of the user."""
        return self._now()

    def to_utc(self, moment: datetime) -> datetime:
        """Return a moment in UTC; one without a time zone is in the system's."""
        return moment.astimezone(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait; return early when the user asked to stop."""
        end = time.monotonic() + seconds
        while not self.is_stopping() and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _SLICE))

    # --------------------------------------------------------------------------------------------------------------- output

    def write(self, stream: Stream, text: str) -> None:
        """Show text of a stream, laid out, without its last line end."""
        target = self._output if stream in _ON_STANDARD_OUTPUT else self._errors
        self._show(target, self._painted(target, displayable(text), _COLORS.get(stream)) + "\n")

    def write_host(self, text: HostText) -> None:
        """Show text of Write-Host."""
        shown = self._painted(self._output, displayable(text.text), text.foreground, text.background)
        self._show(self._output, shown + ("\n" if text.newline else ""))

    def write_progress(self, progress: ProgressRecord) -> None:
        """Show the state of something that takes time, on a terminal only."""
        if not self._errors.isatty() or not self._has_cursor:
            return
        line = self._progress.update(progress, _width(self._errors))
        if line is None:
            return
        self._flush(self._output)
        self._put(self._errors, ERASE_LINE + line)
        self._flush(self._errors)
        self._progress_shown = bool(line)

    def end_command(self) -> None:
        """Take away what a command left standing, end the line that it left open on a terminal, and bring its output to the reader."""
        self._progress.clear()
        self._erase_progress()
        if self._interrupts.asked_at not in (None, self._stop_shown) and self._output.isatty():
            self._line_is_open = True  # the terminal has echoed ^C
        self._stop_shown = self._interrupts.asked_at
        if self._line_is_open:
            self._show(self._output if self._output.isatty() else self._errors, "\n")
        self._flush(self._output)
        self._flush(self._errors)

    def clear(self) -> None:
        """Clear the screen, where there is one."""
        if self._output.isatty():
            self._show(self._output, CLEAR_SCREEN)

    # ------------------------------------------------------------------------------------------------------------ questions

    def prompt_for_choice(self, caption: str, message: str, choices: Sequence[Choice], default: int) -> int:
        """Ask for one of the choices and return its index; ask again until the answer is one. Raises `EndOfInput`."""
        person = self._person()
        if caption:
            shown = displayable(caption)
            self._show(person, f"\n{bold(shown) if self._colored and person.isatty() else shown}\n")
        if message:
            self._show(person, displayable(message) + "\n")
        question = displayable(choice_lines(choices, default, _width(person)))
        while True:
            answer = self._ask(question)
            if not answer and 0 <= default < len(choices):
                return default
            index = picked(answer, choices)
            if index is not None:
                return index
            if answer.strip() == HELP_KEY:
                self._show(person, displayable(help_text(choices)) + "\n")

    def read_line(self, prompt: str) -> str:
        """Ask for a line of text. Raises `EndOfInput`."""
        return self._ask(displayable(prompt))

    def read_secret(self, prompt: str) -> str:
        """Ask for a line that is not shown while typed. Raises `EndOfInput`."""
        if not self._input.isatty():
            return self._ask(displayable(prompt))
        with _unechoed(self._input.fileno()):
            return self._ask(displayable(prompt), shown=False)

    def _ask(self, prompt: str, *, shown: bool = True) -> str:
        person = self._person()
        self._show(person, prompt)
        self._flush(person)
        try:
            with self._interrupts.ending_waits():
                line = self._input.readline()
        except KeyboardInterrupt:
            line = ""
            self._stop_shown = self._interrupts.asked_at
        if shown and line.endswith("\n") and self._input.isatty():
            self._line_is_open = False
        else:
            self._show(person, "\n")  # nobody saw an Enter end the line
        if not line:
            raise self._ended()
        return line.rstrip("\r\n")

    def _ended(self) -> EndOfInput:
        self.input_has_ended = not self._interrupts.is_stopping()
        return EndOfInput("The input has ended, and nobody is there to answer.")

    def _person(self) -> TextIO:
        """Return the stream that somebody who answers looks at."""
        return self._errors if self._errors.isatty() and not self._output.isatty() else self._output

    # -------------------------------------------------------------------------------------------------------------- streams

    def _painted(self, target: TextIO, text: str, foreground: str | None, background: str | None = None) -> str:
        return painted(text, foreground, background) if self._colored and target.isatty() else text

    def _show(self, target: TextIO, text: str) -> None:
        """Write behind all that was written before, to whichever stream."""
        self._erase_progress()
        self._flush(self._output if target is self._errors else self._errors)
        self._put(target, text)

    def _erase_progress(self) -> None:
        if self._progress_shown:
            self._progress_shown = False
            self._put(self._errors, ERASE_LINE)

    def _put(self, target: TextIO, text: str) -> None:
        if self.output_has_failed and target is self._output:
            return
        if text and target.isatty():
            self._line_is_open = not text.endswith(("\n", ERASE_LINE, CLEAR_SCREEN))
        try:
            target.write(text)
        except UnicodeEncodeError:
            encoding = target.encoding or "utf-8"
            target.write(text.encode(encoding, "replace").decode(encoding))
        except OSError as error:
            self._failed(target, error)

    def _flush(self, target: TextIO) -> None:
        try:
            target.flush()
        except OSError as error:
            self._failed(target, error)

    def _failed(self, target: TextIO, error: OSError) -> None:
        """Give up an output that can't be written, and let what is left in its buffer go nowhere."""
        with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), target.fileno())
        if target is self._output and not self.output_has_failed:
            self.output_has_failed = True
            self._interrupts.stop()
            if not isinstance(error, BrokenPipeError):
                self.write(Stream.ERROR, f"The output can't be written: {error.strerror}.")
