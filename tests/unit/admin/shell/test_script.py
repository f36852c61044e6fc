import io
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import pytest

from delegacy.admin.shell.host import TerminalHost
from delegacy.admin.shell.interrupts import Interrupts
from delegacy.admin.shell.script import run_script
from delegacy.admin.shell.session import Outcome
from delegacy.powershell.decoding import decode
from delegacy.powershell.host import EndOfInput
from delegacy.powershell.streams import HostText, Stream
from delegacy.powershell.suggestions import Suggestions

SUCCEEDED: Final = Outcome(succeeded=True)


@dataclass
class Ran:
    """A session that does what it is told to, and remembers what it was asked for."""

    act: Callable[[], None] = lambda: None
    outcome: Outcome = SUCCEEDED
    asked: list[tuple[str, str | None, tuple[str, ...]]] = field(default_factory=list)

    def run(self, text: str, *, name: str | None = None, arguments: Sequence[str] = ()) -> Outcome:
        self.asked.append((text, name, tuple(arguments)))
        self.act()
        return self.outcome

    def complete(self, text: str, cursor: int) -> Suggestions:
        raise AssertionError(text, cursor)


class Bench:
    def __init__(self, typed: str = "") -> None:
        self.output = io.StringIO()
        self.interrupts = Interrupts()
        self.host = TerminalHost(
            (io.StringIO(typed), self.output, io.StringIO()), interrupts=self.interrupts, environment={}
        )

    def exit_code(self, session: Ran) -> int:
        return run_script(session, self.host, self.interrupts, "Get-Mailbox", name="a.ps1", arguments=("x",))


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome(succeeded=True), 0),
        (Outcome(succeeded=False), 1),
        (Outcome(succeeded=True, exit_code=7), 7),
        (Outcome(succeeded=False, exit_code=0), 0),
    ],
)
def test_the_exit_code_is_what_the_script_says_or_how_it_ended(outcome: Outcome, code: int) -> None:
    assert Bench().exit_code(Ran(outcome=outcome)) == code


def test_the_script_its_name_and_its_arguments_reach_the_session() -> None:
    session = Ran()
    Bench().exit_code(session)
    assert session.asked == [("Get-Mailbox", "a.ps1", ("x",))]


TEXT = "Get-Mailbox \u201cZoë\u201d \u2013Identity x"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_scripts_come_in_the_encodings_of_windows(encoding: str) -> None:
    assert decode(TEXT.encode(encoding)) == TEXT


def test_utf_16_of_the_other_byte_order_is_read() -> None:
    assert decode(b"\xfe\xff" + TEXT.encode("utf-16-be")) == TEXT


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"\xff\xfe\x00", b"\xfe\xff\xd8\x00", b"\x81\x8d", bytes(range(256))]
)
def test_any_bytes_are_some_text(content: bytes) -> None:
    assert isinstance(decode(content), str)


def test_the_bytes_of_a_file_are_run_as_text() -> None:
    bench, session = Bench(), Ran()
    run_script(session, bench.host, bench.interrupts, "'é'".encode("cp1252"))
    assert session.asked == [("'é'", None, ())]


def test_a_question_at_the_end_of_input_is_a_failure_whatever_came_after() -> None:
    bench = Bench()

    def ask() -> None:
        with pytest.raises(EndOfInput):
            bench.host.read_line("Name: ")

    assert bench.exit_code(Ran(ask)) == 1


def test_a_question_that_was_answered_is_none() -> None:
    bench = Bench("Ayla\n")
    assert bench.exit_code(Ran(lambda: bench.host.write(Stream.SUCCESS, bench.host.read_line("Name: ")))) == 0


def test_ctrl_c_is_told_by_the_code_of_the_signal() -> None:
    session = Ran(lambda: signal.raise_signal(signal.SIGINT), Outcome(succeeded=True, exit_code=5))
    assert Bench().exit_code(session) == 130


def test_an_output_that_takes_no_more_is_a_failure() -> None:
    bench = Bench()

    def gone(_: str) -> int:
        raise BrokenPipeError

    bench.output.write = gone  # type: ignore[method-assign]  # the reader goes
    assert bench.exit_code(Ran(lambda: bench.host.write(Stream.SUCCESS, "x"))) == 1


def test_output_has_reached_the_reader_when_the_script_ends() -> None:
    bench = Bench()
    bench.exit_code(Ran(lambda: bench.host.write_host(HostText("a", newline=False))))
    assert bench.output.getvalue() == "a"
