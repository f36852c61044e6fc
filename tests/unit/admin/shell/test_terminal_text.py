import pytest

from delegacy.admin.shell.terminal_text import cells, cut, displayable, painted


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]0;title\x07", "\u241b]0;title\u2407"),
        ("\x1b[2J", "\u241b[2J"),
        ("Terry\rAdministrator", "Terry\u240dAdministrator"),
        ("a\bb", "a\u2408b"),
        ("a\x00b", "a\u2400b"),
        ("a\x7fb", "a\u2421b"),
        ("\x9b31m", "\ufffd31m"),
        ("\u202egnp.exe", "\ufffdgnp.exe"),
        ("\u2066x\u2069", "\ufffdx\ufffd"),
        ("a\x0bb\x0cc", "a\u240bb\u240cc"),
    ],
)
def test_what_drives_a_terminal_is_shown_as_a_picture(hostile: str, shown: str) -> None:
    assert displayable(hostile) == shown
    assert len(displayable(hostile)) == len(hostile)


@pytest.mark.parametrize("text", ["", "Ayla Kol", "a\tb\nc", "שלום", "Zoë Müller", "山田太郎", "e\u0301"])
def test_names_of_people_and_lines_stay_as_they_are(text: str) -> None:
    assert displayable(text) == text


def test_line_ends_of_windows_are_line_ends() -> None:
    assert displayable("a\r\nb\r\n") == "a\nb\n"
    assert displayable("a\r\r\nb") == "a\u240d\nb"


def test_colours_are_those_of_the_console() -> None:
    assert painted("x", "Red") == "\x1b[91mx\x1b[0m"
    assert painted("x", "DARKRED", "white") == "\x1b[31;107mx\x1b[0m"
    assert painted("x", background="Black") == "\x1b[40mx\x1b[0m"


@pytest.mark.parametrize(("text", "color"), [("x", None), ("x", "puce"), ("", "Red")])
def test_nothing_to_paint_changes_nothing(text: str, color: str | None) -> None:
    assert painted(text, color) == text


def test_text_is_measured_in_cells() -> None:
    assert cells("abc") == 3
    assert cells("山田") == 4
    assert cells("e\u0301") == 1
    assert cut("山田太郎", 5) == "山田"
    assert cut("abc", 3) == "abc"
    assert cut("abc", 0) == ""
