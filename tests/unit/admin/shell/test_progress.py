import itertools

from delegacy.admin.shell.progress import ProgressLine
from delegacy.powershell.streams import ProgressRecord


def line() -> ProgressLine:
    clock = itertools.count()
    return ProgressLine(lambda: float(next(clock)))


def test_the_line_tells_what_how_far_and_how_long() -> None:
    record = ProgressRecord("Granting", "Ayla", percent=50, seconds_remaining=3723, operation="Send As")
    shown = line().update(record, 120)
    assert shown == "Granting  [===============               ] 50%  Ayla  Send As  01:02:03 remaining"


def test_without_a_figure_there_is_no_bar() -> None:
    assert line().update(ProgressRecord("Granting", "Ayla"), 120) == "Granting  Ayla"
    assert line().update(ProgressRecord("Granting", "Ayla", percent=101), 120) == "Granting  Ayla"


def test_the_line_never_passes_the_width_nor_drives_the_terminal() -> None:
    shown = line().update(ProgressRecord("山田\x1b[2J\r\n" * 40, "x"), 20)
    assert shown is not None
    assert len(shown) < 20
    assert not {"\x1b", "\r", "\n"} & set(shown)


def test_the_latest_activity_is_shown_and_the_outer_one_comes_back() -> None:
    progress = line()
    progress.update(ProgressRecord("Outer", "1"), 80)
    assert progress.update(ProgressRecord("Inner", "2", activity_id=1), 80) == "Inner  2"
    assert progress.update(ProgressRecord("Inner", "", activity_id=1, completed=True), 80) == "Outer  1"
    assert progress.update(ProgressRecord("Outer", "", completed=True), 80) == ""


def test_changes_in_quick_succession_are_left_out_but_not_the_end() -> None:
    progress = ProgressLine(lambda: 0.0)
    assert progress.update(ProgressRecord("Granting", "1"), 80) == "Granting  1"
    assert progress.update(ProgressRecord("Granting", "2"), 80) is None
    assert progress.update(ProgressRecord("Granting", "", completed=True), 80) == ""


def test_the_next_command_starts_with_nothing() -> None:
    progress = line()
    progress.update(ProgressRecord("Outer", "1"), 80)
    progress.clear()
    progress.update(ProgressRecord("Other", "2", activity_id=5), 80)
    assert progress.update(ProgressRecord("Other", "", activity_id=5, completed=True), 80) == ""


def test_a_narrow_line_has_a_short_bar_and_room_for_the_echo_of_ctrl_c() -> None:
    record = ProgressRecord("Add-MailboxPermission", "9,999 done", percent=50, seconds_remaining=3)
    shown = line().update(record, 80)
    assert shown == "Add-MailboxPermission  [=======        ] 50%  9,999 done  00:00:03 remaining"
    assert line().update(ProgressRecord("x" * 100, ""), 80) == "x" * 77
