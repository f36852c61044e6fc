import asyncio
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event, Timer

import pytest
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from delegacy.admin.shell.host import TerminalHost
from delegacy.admin.shell.interrupts import Interrupts
from delegacy.admin.shell.repl import Repl, needs_more
from delegacy.admin.shell.session import Outcome
from delegacy.domain.errors import DelegacyError, StoreUnavailable
from delegacy.powershell.suggestions import Suggestion, Suggestions

CTRL_C, CTRL_D, CTRL_R, ALT_ENTER, UP, ENTER = "\x03", "\x04", "\x12", "\x1b\r", "\x1b[A", "\r"
LEFT = "\x1b[D"
WORDS = ("Get-Mailbox", "Get-MailboxPermission", "-Identity", "'Terry Adams'")
PASTE = "\x1b[200~{}\x1b[201~"


class Bench:
    """A shell with a keyboard of its own; its session remembers what it was asked to run."""

    def __init__(self, keyboard: PipeInput, folder: Path) -> None:
        self.keyboard = keyboard
        self.ran: list[str] = []
        self.act: Callable[[], None] = lambda: None
        self.output = io.StringIO()
        self.interrupts = Interrupts()
        self.history = folder / "history"
        self.stopping_at_start: list[bool] = []
        self.pieces: list[str] = []
        self.asked: list[tuple[str, int]] = []
        self.completion_fails = False
        self.may_type = True
        self.may_open = Event()
        self.may_open.set()
        self.refusal: DelegacyError | None = None
        self.prompt: Callable[[], str] = str

    organization = "contoso.com"
    caller = "CONTOSO\\Administrator"

    def open(self) -> "Bench":
        self.may_open.wait()
        if self.refusal is not None:
            raise self.refusal
        return self

    def run(self, text: str, *, name: str | None = None, arguments: Sequence[str] = ()) -> Outcome:
        assert name is None
        assert not arguments
        self.ran.append(text)
        self.may_type = True
        self.stopping_at_start.append(self.interrupts.is_stopping())
        self.act()
        word, _, code = text.partition(" ")
        return Outcome(succeeded=True, exit_code=int(code or 0) if word == "exit" else None)

    def complete(self, text: str, cursor: int) -> Suggestions:
        self.asked.append((text, cursor))
        if self.completion_fails:
            raise RuntimeError
        start = max(text.rfind(" ", 0, cursor), text.rfind("\n", 0, cursor)) + 1
        words = [word for word in WORDS if word.strip("'").lower().startswith(text[start:cursor].lower())]
        return Suggestions(start, tuple(Suggestion(word, word.strip("'"), "a word") for word in words))

    def type(self, *pieces: str) -> int:
        """Type one piece at the first prompt, and one at the prompt after each command that ran."""
        host = TerminalHost(
            (io.StringIO(), self.output, io.StringIO()), interrupts=self.interrupts, environment={"TERM": "xterm"}
        )
        shell = Repl(self.open, host, self.interrupts, history=self.history, terminal=(self.keyboard, DummyOutput()))
        self.prompt = shell._message
        self.pieces, self.may_type = list(pieces), True
        shell._prompt.app.after_render += self._on_render
        return shell.run()

    def _on_render(self, _: object) -> None:
        if self.may_type and self.pieces:
            self.may_type = False
            asyncio.get_running_loop().call_soon(self.keyboard.send_text, self.pieces.pop(0))  # history is loaded first


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with create_pipe_input() as keyboard:
        yield Bench(keyboard, tmp_path)


def test_commands_run_one_after_the_other_until_exit(bench: Bench) -> None:
    assert bench.type(f"Get-Mailbox{ENTER}Get-User x{ENTER}exit{ENTER}") == 0
    assert bench.ran == ["Get-Mailbox", "Get-User x", "exit"]


def test_exit_gives_its_code(bench: Bench) -> None:
    assert bench.type(f"exit 3{ENTER}") == 3


def test_ctrl_d_leaves_an_empty_line_only(bench: Bench) -> None:
    assert bench.type(f"Get-Mailbox{CTRL_D}{ENTER}{CTRL_D}") == 0
    assert bench.ran == ["Get-Mailbox"]


def test_empty_lines_run_nothing(bench: Bench) -> None:
    bench.type(f"{ENTER}  {ENTER}{CTRL_D}")
    assert bench.ran == []


def test_a_command_goes_on_until_it_has_ended(bench: Bench) -> None:
    bench.type(f"if ($true) {{{ENTER}Get-Mailbox |{ENTER}Get-User{ENTER}}}{ENTER}{CTRL_D}")
    assert bench.ran == ["if ($true) {\nGet-Mailbox |\nGet-User\n}"]


def test_a_text_that_can_never_be_right_is_run_for_its_error(bench: Bench) -> None:
    bench.type(f"Get-Mailbox ){ENTER}{CTRL_D}")
    assert bench.ran == ["Get-Mailbox )"]


def test_alt_enter_begins_a_line_anywhere(bench: Bench) -> None:
    bench.type(f"Get-Mailbox{ALT_ENTER}Get-User{ENTER}{CTRL_D}")
    assert bench.ran == ["Get-Mailbox\nGet-User"]


def test_pasted_lines_are_one_command(bench: Bench) -> None:
    bench.type(PASTE.format("Get-Mailbox\r\nGet-User") + ENTER + CTRL_D)
    assert bench.ran == ["Get-Mailbox\nGet-User"]


def test_ctrl_c_clears_what_was_typed(bench: Bench) -> None:
    bench.type(f"Remove-Mailbox x{CTRL_C}Get-User{ENTER}if (1) {{{ENTER}{CTRL_C}{CTRL_C}{CTRL_D}")
    assert bench.ran == ["Get-User"]


def test_ctrl_c_during_a_command_stops_that_one_only(bench: Bench) -> None:
    bench.act = bench.interrupts.stop
    bench.type(f"Get-Mailbox{ENTER}Get-User{ENTER}{CTRL_D}")
    assert bench.ran == ["Get-Mailbox", "Get-User"]
    assert bench.stopping_at_start == [False, False]


def test_history_outlives_the_shell_without_secrets(bench: Bench) -> None:
    bench.type(f"Get-Mailbox{ENTER}$p = ConvertTo-SecureString hunter2 -AsPlainText -Force{ENTER}{CTRL_D}")
    assert "Get-Mailbox" in bench.history.read_text()
    assert "hunter2" not in bench.history.read_text()
    bench.ran.clear()
    bench.type(f"{UP}{ENTER}{CTRL_D}")
    assert bench.ran == ["Get-Mailbox"]


def test_the_line_before_comes_back_even_with_a_secret(bench: Bench) -> None:
    bench.type(f"$password = 1{ENTER}", f"{UP}2{ENTER}{CTRL_D}")
    assert bench.ran == ["$password = 1", "$password = 12"]


def test_history_is_searched(bench: Bench) -> None:
    bench.type(f"Get-Mailbox a{ENTER}", f"Get-User b{ENTER}", f"{CTRL_R}Mailbox{ENTER}{ENTER}{CTRL_D}")
    assert bench.ran == ["Get-Mailbox a", "Get-User b", "Get-Mailbox a"]


def test_tab_at_the_start_of_a_line_indents(bench: Bench) -> None:
    bench.type(f"if (1) {{{ENTER}\tGet-User{ENTER}}}{ENTER}{CTRL_D}")
    assert bench.ran == ["if (1) {\n    Get-User\n}"]


def test_tab_completes_what_there_is_one_of(bench: Bench) -> None:
    bench.type(f"get-mailboxp\t -i\t ter\t{ENTER}{CTRL_D}")
    assert bench.ran == ["Get-MailboxPermission -Identity 'Terry Adams'"]


def test_tab_goes_through_what_there_are_several_of(bench: Bench) -> None:
    bench.type(f"Get\t\t\t{ENTER}{ENTER}{CTRL_D}")
    assert bench.ran == ["Get-MailboxPermission"]


def test_enter_takes_a_suggestion_and_runs_nothing_yet(bench: Bench) -> None:
    bench.type(f"Get\t\t{ENTER} x{ENTER}{CTRL_D}")
    assert bench.ran == ["Get-Mailbox x"]


def test_completion_is_asked_at_the_cursor(bench: Bench) -> None:
    bench.type(f"Get-Mailbox -i x{LEFT}{LEFT}\t{ENTER}{CTRL_D}")
    assert bench.asked[0] == ("Get-Mailbox -i x", 14)
    assert bench.ran == ["Get-Mailbox -Identity x"]


def test_nothing_to_suggest_changes_nothing(bench: Bench) -> None:
    bench.type(f"xyz\t{ENTER}{CTRL_D}")
    assert bench.ran == ["xyz"]


def test_a_look_up_that_fails_costs_only_the_suggestions(bench: Bench) -> None:
    bench.completion_fails = True
    bench.type(f"Get-M\tx{ENTER}{CTRL_D}")
    assert bench.ran == ["Get-Mx"]


def test_what_cannot_be_opened_ends_the_prompt_with_its_error(bench: Bench) -> None:
    bench.refusal = StoreUnavailable("There is no organization here.")
    with pytest.raises(StoreUnavailable, match=r"There is no organization here\."):
        bench.type()
    assert "Connected" not in bench.output.getvalue()


def test_a_command_typed_before_the_refusal_is_not_run(bench: Bench) -> None:
    bench.refusal = StoreUnavailable("There is no organization here.")
    bench.may_open.clear()
    Timer(0.2, bench.may_open.set).start()
    with pytest.raises(StoreUnavailable):
        bench.type(f"Get-Mailbox{ENTER}")
    assert bench.ran == []


def test_a_command_typed_before_the_session_is_open_waits_for_it(bench: Bench) -> None:
    bench.may_open.clear()
    Timer(0.2, bench.may_open.set).start()
    assert bench.type(f"Get-Mailbox{ENTER}exit{ENTER}") == 0
    assert bench.ran == ["Get-Mailbox", "exit"]
    assert bench.output.getvalue().count("Connected to contoso.com") == 1


def test_tab_waits_for_the_session(bench: Bench) -> None:
    bench.may_open.clear()
    Timer(0.2, bench.may_open.set).start()
    bench.type(f"get-mailboxp\t{ENTER}{CTRL_D}")
    assert bench.ran == ["Get-MailboxPermission"]


def test_who_leaves_before_the_session_is_open_leaves(bench: Bench) -> None:
    bench.may_open.clear()
    Timer(0.2, bench.may_open.set).start()
    assert bench.type(CTRL_D) == 0


def test_the_shell_says_once_where_and_who_one_is(bench: Bench) -> None:
    bench.type(f"Get-Mailbox{ENTER}", f"Get-User{ENTER}", CTRL_D)
    assert bench.output.getvalue().count("Connected to contoso.com as CONTOSO\\Administrator.") == 1


def test_the_prompt_names_the_organization_once_it_is_known(bench: Bench) -> None:
    prompts: list[str] = []
    bench.act = lambda: prompts.append(bench.prompt())
    bench.type(f"Get-Mailbox{ENTER}{CTRL_D}")
    assert prompts == ["[PS] contoso.com>"]


@pytest.mark.parametrize("text", ["(", "Get-Mailbox |", "'a", "@'\na", "Get-Mailbox `", "@{", "if (1) {", "<# a"])
def test_what_has_not_ended_needs_more(text: str) -> None:
    assert needs_more(text)


@pytest.mark.parametrize("text", ["", "Get-Mailbox", "a ``", ")", "'a'", "if (1) {}", "@'\na\n'@"])
def test_what_has_ended_or_is_wrong_needs_no_more(text: str) -> None:
    assert not needs_more(text)
