import errno
import io
import os
import pty
import signal
import termios
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest

from delegacy.admin.shell.host import WIDTH_OFF_TERMINAL, TerminalHost, standard_streams
from delegacy.admin.shell.interrupts import Interrupts
from delegacy.powershell.host import Choice, EndOfInput, Host
from delegacy.powershell.streams import HostText, ProgressRecord, Stream

YES_NO = (Choice("&Yes", "Do it."), Choice("&No", "Leave it."))
HOSTILE = "Terry\x1b[2J\x07"


class Screen(io.StringIO):
    """A stream that says whether it is a terminal. Streams of one terminal share what is shown."""

    def __init__(self, text: str = "", *, terminal: bool = False) -> None:
        super().__init__(text)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


class Bench:
    """A host with its streams and its Ctrl-C."""

    def __init__(
        self, typed: str = "", *, terminal: bool = False, environment: Mapping[str, str] | None = None
    ) -> None:
        self.input = Screen(typed, terminal=terminal)
        self.output = Screen(terminal=terminal)
        self.errors = Screen(terminal=terminal)
        self.interrupts = Interrupts()
        self.host = TerminalHost(
            (self.input, self.output, self.errors),
            interrupts=self.interrupts,
            environment={"TERM": "xterm"} if environment is None else environment,
        )


def test_it_is_a_host() -> None:
    host: Host = Bench().host
    assert host.files is None


@pytest.mark.parametrize("stream", [Stream.SUCCESS, Stream.INFORMATION])
def test_data_goes_to_the_output(stream: Stream) -> None:
    bench = Bench()
    bench.host.write(stream, "a\nb")
    assert bench.output.getvalue() == "a\nb\n"
    assert bench.errors.getvalue() == ""


@pytest.mark.parametrize("stream", [Stream.ERROR, Stream.WARNING, Stream.VERBOSE, Stream.DEBUG])
def test_what_is_said_about_the_data_goes_to_the_error_output(stream: Stream) -> None:
    bench = Bench()
    bench.host.write(stream, "oops")
    assert bench.errors.getvalue() == "oops\n"
    assert bench.output.getvalue() == ""


@pytest.mark.parametrize(
    ("stream", "shown"),
    [
        (Stream.ERROR, "\x1b[91mx\x1b[0m\n"),
        (Stream.WARNING, "\x1b[93mx\x1b[0m\n"),
        (Stream.VERBOSE, "\x1b[93mx\x1b[0m\n"),
    ],
)
def test_a_terminal_shows_errors_and_warnings_in_colour(stream: Stream, shown: str) -> None:
    bench = Bench(terminal=True)
    bench.host.write(stream, "x")
    assert bench.errors.getvalue() == shown


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1", "TERM": "xterm"}, {"TERM": "dumb"}])
def test_colours_can_be_declined(environment: dict[str, str]) -> None:
    bench = Bench(terminal=True, environment=environment)
    bench.host.write(Stream.ERROR, "x")
    bench.host.write_host(HostText("y", foreground="Green"))
    assert bench.errors.getvalue() == "x\n"
    assert bench.output.getvalue() == "y\n"


def test_an_empty_no_color_declines_nothing() -> None:
    bench = Bench(terminal=True, environment={"NO_COLOR": "", "TERM": "xterm"})
    bench.host.write(Stream.ERROR, "x")
    assert "\x1b[91m" in bench.errors.getvalue()


def test_a_file_gets_no_colours() -> None:
    bench = Bench()
    bench.host.write(Stream.ERROR, "x")
    bench.host.write_host(HostText("y", foreground="Green"))
    assert "\x1b" not in bench.errors.getvalue() + bench.output.getvalue()


def test_host_text_has_its_colours_and_may_stay_on_the_line() -> None:
    bench = Bench(terminal=True)
    bench.host.write_host(HostText("a", newline=False))
    bench.host.write_host(HostText("b", foreground="Black", background="Yellow"))
    assert bench.output.getvalue() == "a\x1b[30;103mb\x1b[0m\n"


@pytest.mark.parametrize("place", ["terminal", "file"])
def test_names_never_drive_the_terminal(place: str) -> None:
    bench = Bench("?\ny\n\n", terminal=place == "terminal", environment={"TERM": "xterm", "NO_COLOR": "1"})
    for stream in Stream:
        bench.host.write(stream, HOSTILE)
    bench.host.write_host(HostText(HOSTILE))
    bench.host.prompt_for_choice(HOSTILE, HOSTILE, (*YES_NO, Choice(HOSTILE, HOSTILE)), 0)
    bench.host.read_line(HOSTILE)
    assert "\x1b" not in bench.output.getvalue() + bench.errors.getvalue()
    assert "\x07" not in bench.output.getvalue() + bench.errors.getvalue()


def test_a_stream_that_cannot_spell_a_name_shows_question_marks() -> None:
    raw = io.BytesIO()
    output = io.TextIOWrapper(raw, encoding="ascii")
    host = TerminalHost((io.StringIO(), output, io.StringIO()), interrupts=Interrupts(), environment={})
    host.write(Stream.SUCCESS, "Zoë \ud800")
    host.end_command()
    assert raw.getvalue() == b"Zo? ?\n"


def test_off_a_terminal_lines_have_120_characters() -> None:
    host = Bench().host
    assert host.width == WIDTH_OFF_TERMINAL == 120
    assert not host.is_terminal


def test_on_a_terminal_lines_have_its_width() -> None:
    ours, theirs = pty.openpty()
    try:
        with os.fdopen(theirs, "w") as output:
            host = TerminalHost((io.StringIO(), output, io.StringIO()), interrupts=Interrupts(), environment={})
            assert host.is_terminal
            assert host.width == WIDTH_OFF_TERMINAL - 1  # a terminal that does not know its size
            termios.tcsetwinsize(ours, (24, 57))
            assert host.width == 56  # the last column stays free
    finally:
        os.close(ours)


def test_clearing_is_for_terminals() -> None:
    on, off = Bench(terminal=True), Bench()
    on.host.clear()
    off.host.clear()
    assert "\x1b[2J" in on.output.getvalue()
    assert off.output.getvalue() == ""


def test_time_has_the_zone_of_the_user() -> None:
    assert Bench().host.now().tzinfo is not None
    moment = datetime(2024, 5, 1, tzinfo=UTC)
    streams = (io.StringIO(), io.StringIO(), io.StringIO())
    assert TerminalHost(streams, interrupts=Interrupts(), environment={}, now=lambda: moment).now() == moment


# ------------------------------------------------------------------------------------------------------------ questions


def test_a_choice_is_asked_for_in_powershells_layout() -> None:
    bench = Bench("y\n", terminal=True, environment={"TERM": "xterm", "NO_COLOR": "1"})
    assert bench.host.prompt_for_choice("Confirm", "Are you sure?\nRemoving it.", YES_NO, 0) == 0
    assert bench.output.getvalue() == (
        '\nConfirm\nAre you sure?\nRemoving it.\n[Y] Yes  [N] No  [?] Help (default is "Y"): '
    )


def test_the_caption_stands_out_on_a_terminal() -> None:
    bench = Bench("y\n", terminal=True)
    bench.host.prompt_for_choice("Confirm", "Sure?", YES_NO, 0)
    assert bench.output.getvalue().startswith("\n\x1b[1mConfirm\x1b[0m\nSure?\n")


def test_an_empty_answer_takes_the_default() -> None:
    assert Bench("\n").host.prompt_for_choice("", "", YES_NO, 1) == 1


def test_without_a_default_an_empty_answer_is_asked_again() -> None:
    assert Bench("\n\nn\n").host.prompt_for_choice("", "", YES_NO, -1) == 1


def test_bad_answers_are_asked_again() -> None:
    bench = Bench("maybe\n \nyn\nno\n")
    assert bench.host.prompt_for_choice("", "", YES_NO, 0) == 1
    assert bench.output.getvalue().count("[Y] Yes") == 4


def test_help_is_shown_and_the_question_comes_again() -> None:
    bench = Bench("?\nn\n")
    assert bench.host.prompt_for_choice("Confirm", "Sure?", YES_NO, 0) == 1
    shown = bench.output.getvalue()
    assert "Y - Do it.\nN - Leave it.\n[Y] Yes" in shown
    assert shown.count("Confirm") == 1


@pytest.mark.parametrize("typed", ["", "maybe\n", "?\n", "what"])
def test_a_choice_that_meets_the_end_of_input_chooses_nothing(typed: str) -> None:
    bench = Bench(typed)
    with pytest.raises(EndOfInput):
        bench.host.prompt_for_choice("Confirm", "Sure?", YES_NO, 0)
    assert bench.host.input_has_ended


def test_a_line_without_end_is_an_answer() -> None:
    bench = Bench("n")
    assert bench.host.prompt_for_choice("Confirm", "Sure?", YES_NO, 0) == 1
    assert not bench.host.input_has_ended


def test_a_line_is_read_as_typed() -> None:
    bench = Bench("  two words \r\n")
    assert bench.host.read_line("Name: ") == "  two words "
    assert bench.output.getvalue() == "Name: \n"


def test_a_secret_may_come_from_a_pipe() -> None:
    assert Bench("hunter2\n").host.read_secret("Password: ") == "hunter2"


@pytest.mark.parametrize("ask", ["read_line", "read_secret"])
def test_questions_that_meet_the_end_of_input_say_so(ask: str) -> None:
    bench = Bench()
    with pytest.raises(EndOfInput):
        getattr(bench.host, ask)("? ")
    assert bench.host.input_has_ended


def test_questions_go_to_the_terminal_when_the_output_goes_to_a_file() -> None:
    bench = Bench("y\n", terminal=True)
    bench.output.terminal = False
    bench.host.prompt_for_choice("Confirm", "Sure?", YES_NO, 0)
    assert "Sure?" in bench.errors.getvalue()
    assert bench.output.getvalue() == ""


class AskedToStop(Screen):
    """An input at which the user presses Ctrl-C."""

    def readline(self, *_: object) -> str:  # type: ignore[override]  # one caller, without a size
        signal.raise_signal(signal.SIGINT)
        return "y\n"


@pytest.mark.parametrize("ask", ["read_line", "read_secret"])
def test_ctrl_c_at_a_question_answers_nothing_and_stops(ask: str) -> None:
    interrupts = Interrupts()
    host = TerminalHost((AskedToStop(), Screen(), Screen()), interrupts=interrupts, environment={})
    with interrupts.handled(), pytest.raises(EndOfInput):
        getattr(host, ask)("? ")
    assert host.is_stopping()
    assert not host.input_has_ended


class Watched(Screen):
    """A terminal whose reader is told when a question stands on it."""

    def __init__(self) -> None:
        super().__init__(terminal=True)
        self.asked = threading.Event()

    def flush(self) -> None:
        if self.getvalue().endswith(": "):
            self.asked.set()


@pytest.fixture
def terminal() -> Iterator[tuple[int, TerminalHost, Watched]]:
    ours, theirs = pty.openpty()
    output = Watched()
    with os.fdopen(theirs, "r") as keyboard:
        yield ours, TerminalHost((keyboard, output, output), interrupts=Interrupts(), environment={}), output
    os.close(ours)


def test_a_secret_is_not_shown_while_typed_and_the_next_line_is(terminal: tuple[int, TerminalHost, Watched]) -> None:
    keys, host, output = terminal

    def answer() -> None:
        output.asked.wait()
        os.write(keys, b"hunter2\n")

    person = threading.Thread(target=answer)
    person.start()
    assert host.read_secret("Password: ") == "hunter2"
    person.join()
    assert output.getvalue() == "Password: \n"
    os.write(keys, b"shown\n")
    assert host.read_line("Name: ") == "shown"
    assert os.read(keys, 100) == b"shown\r\n"


def test_the_end_of_input_at_a_secret_leaves_the_terminal_echoing(terminal: tuple[int, TerminalHost, Watched]) -> None:
    keys, host, _ = terminal
    os.write(keys, b"\x04")
    with pytest.raises(EndOfInput):
        host.read_secret("Password: ")
    assert termios.tcgetattr(keys)[3] & termios.ECHO


def test_an_input_that_is_no_text_or_not_there_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Zo\xeb\n"), encoding="utf-8"))
    assert TerminalHost(standard_streams(), interrupts=Interrupts(), environment={}).read_line("") == "Zo\ufffd"
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(EndOfInput):
        TerminalHost(standard_streams(), interrupts=Interrupts(), environment={}).read_line("")


# ----------------------------------------------------------------------------------------------------- waiting, progress


def test_sleep_ends_when_the_user_stops() -> None:
    bench = Bench()
    bench.interrupts.stop()
    bench.host.sleep(3600)
    assert bench.host.is_stopping()


def test_sleep_ends_by_itself() -> None:
    bench = Bench()
    bench.host.sleep(0)
    bench.host.sleep(-1)
    bench.host.sleep(0.01)
    assert not bench.host.is_stopping()


def test_progress_is_one_line_that_goes_before_anything_else_is_shown() -> None:
    bench = Bench(terminal=True)
    bench.host.write_progress(ProgressRecord("Granting", "Ayla"))
    assert bench.errors.getvalue() == "\r\x1b[2KGranting  Ayla"
    bench.host.write(Stream.SUCCESS, "done")
    assert bench.errors.getvalue() == "\r\x1b[2KGranting  Ayla\r\x1b[2K"
    bench.host.write(Stream.SUCCESS, "more")
    assert bench.errors.getvalue().count("\x1b[2K") == 2


def test_progress_that_a_command_left_standing_goes_at_its_end() -> None:
    bench = Bench(terminal=True)
    bench.host.write_progress(ProgressRecord("Granting", "Ayla"))
    bench.host.end_command()
    bench.host.end_command()
    assert bench.errors.getvalue() == "\r\x1b[2KGranting  Ayla\r\x1b[2K"


@pytest.mark.parametrize(
    "bench", [Bench(environment={"TERM": "xterm"}), Bench(terminal=True, environment={"TERM": "dumb"})]
)
def test_progress_is_for_terminals_that_can_erase_a_line(bench: Bench) -> None:
    bench.host.write_progress(ProgressRecord("Granting", "Ayla"))
    assert bench.errors.getvalue() == ""


def test_a_line_that_a_command_left_open_on_a_terminal_is_ended() -> None:
    bench = Bench("y\n", terminal=True, environment={"NO_COLOR": "1"})
    bench.host.write_host(HostText("a", newline=False))
    bench.host.end_command()
    bench.host.end_command()
    assert bench.output.getvalue() == "a\n"
    bench.host.read_line("Name: ")  # the terminal itself shows the Enter of the answer
    bench.host.end_command()
    assert bench.output.getvalue() == "a\nName: "


def test_the_echo_of_ctrl_c_on_a_terminal_is_ended_once() -> None:
    bench = Bench(terminal=True)
    for _ in range(2):
        bench.interrupts.stop()
        bench.host.end_command()
        bench.host.end_command()
        bench.interrupts.reset()
        bench.host.end_command()
    assert bench.output.getvalue() == "\n\n"
    off = Bench()
    off.interrupts.stop()
    off.host.end_command()
    assert off.output.getvalue() == ""


def test_a_line_left_open_in_a_file_stays_as_it_is() -> None:
    bench = Bench()
    bench.host.write_host(HostText("a", newline=False))
    bench.host.end_command()
    assert bench.output.getvalue() == "a"


# ------------------------------------------------------------------------------------------- an output that takes no more


class Abandoned(Screen):
    """A pipe whose reader has gone."""

    def write(self, _: str) -> int:
        raise BrokenPipeError

    def flush(self) -> None:
        raise BrokenPipeError


def test_when_the_reader_goes_commands_stop_and_errors_are_still_said() -> None:
    interrupts, errors = Interrupts(), Screen()
    host = TerminalHost((Screen(), Abandoned(), errors), interrupts=interrupts, environment={})
    host.write(Stream.SUCCESS, "x")
    host.write_host(HostText("x"))
    host.write(Stream.ERROR, "oops")
    host.end_command()
    assert host.output_has_failed
    assert host.is_stopping()
    assert errors.getvalue() == "oops\n"


@pytest.mark.parametrize("moment", ["write", "flush"])
def test_an_output_without_room_stops_commands_and_says_so_once(moment: str) -> None:
    class Full(Screen):
        pass

    def no_room(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    setattr(Full, moment, no_room)
    interrupts, errors = Interrupts(), Screen()
    host = TerminalHost((Screen(), Full(), errors), interrupts=interrupts, environment={})
    host.write(Stream.SUCCESS, "x")
    host.end_command()
    host.write(Stream.SUCCESS, "x")
    host.end_command()
    assert host.output_has_failed
    assert host.is_stopping()
    assert errors.getvalue() == "The output can't be written: No space left on device.\n"


def test_an_error_output_that_nobody_reads_stops_nothing() -> None:
    output = Screen()
    host = TerminalHost((Screen(), output, Abandoned()), interrupts=Interrupts(), environment={})
    host.write(Stream.ERROR, "oops")
    host.write(Stream.SUCCESS, "x")
    host.end_command()
    assert not host.output_has_failed
    assert not host.is_stopping()
    assert output.getvalue() == "x\n"
