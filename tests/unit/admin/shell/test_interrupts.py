import signal

import pytest

from delegacy.admin.shell import interrupts as module
from delegacy.admin.shell.interrupts import Interrupts


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def test_while_commands_run_ctrl_c_only_asks_to_stop() -> None:
    interrupts = Interrupts()
    with interrupts.handled():
        assert not interrupts.is_stopping()
        press_ctrl_c()
        assert interrupts.is_stopping()


def test_an_impatient_second_ctrl_c_does_no_more() -> None:
    interrupts = Interrupts()
    with interrupts.handled():
        press_ctrl_c()
        press_ctrl_c()
    assert interrupts.is_stopping()


def test_ctrl_c_ends_what_does_not_stop_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupts = Interrupts()
    monkeypatch.setattr(module, "_PATIENCE", -1.0)
    with interrupts.handled():
        press_ctrl_c()
        with pytest.raises(KeyboardInterrupt):
            press_ctrl_c()


def test_ctrl_c_ends_waiting_for_the_user_and_stops() -> None:
    interrupts = Interrupts()
    with interrupts.handled():
        with pytest.raises(KeyboardInterrupt), interrupts.ending_waits():
            press_ctrl_c()
        assert interrupts.is_stopping()
        interrupts.reset()
        press_ctrl_c()  # no longer waiting: no exception
        assert interrupts.is_stopping()


def test_the_next_command_begins_without_the_request() -> None:
    interrupts = Interrupts()
    interrupts.stop()
    interrupts.reset()
    assert not interrupts.is_stopping()


def test_the_handler_before_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupts().handled():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before
