import pytest

from delegacy.admin.shell.choices import choice_lines, help_text, picked
from delegacy.powershell.host import Choice

CONFIRM = (
    Choice("&Yes", "Continue with only the next step of the operation."),
    Choice("Yes to &All", "Continue with all the steps of the operation."),
    Choice("&No", "Skip this operation and proceed with the next operation."),
    Choice("No to A&ll", "Skip this operation and all subsequent operations."),
)


def test_the_question_is_laid_out_as_documented() -> None:
    assert (
        choice_lines(CONFIRM, 0, 120) == '[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help (default is "Y"): '
    )


def test_without_a_default_none_is_named() -> None:
    assert choice_lines(CONFIRM[:1], -1, 120) == "[Y] Yes  [?] Help: "


def test_a_narrow_terminal_breaks_between_choices() -> None:
    lines = choice_lines(CONFIRM, 0, 30).split("\n")
    assert lines == ["[Y] Yes  [A] Yes to All", "[N] No  [L] No to All", '[?] Help (default is "Y"): ']


def test_a_choice_without_a_letter_is_named_in_full() -> None:
    assert choice_lines((Choice("Red"),), 0, 120) == 'Red  [?] Help (default is "Red"): '


def test_help_says_what_each_choice_does() -> None:
    assert help_text((*CONFIRM[:1], Choice("Maybe"))) == (
        "Y - Continue with only the next step of the operation.\nMaybe"
    )


@pytest.mark.parametrize(
    ("answer", "index"),
    [("y", 0), ("Y", 0), (" yes ", 0), ("a", 1), ("yes to all", 1), ("N", 2), ("l", 3), ("No to All", 3)],
)
def test_an_answer_is_a_letter_or_the_label(answer: str, index: int) -> None:
    assert picked(answer, CONFIRM) == index


@pytest.mark.parametrize("answer", ["", " ", "x", "ye", "yy", "1", "?", "y n", "yesterday", "&Yes", "-y"])
def test_anything_else_is_no_answer(answer: str) -> None:
    assert picked(answer, CONFIRM) is None


def test_a_choice_without_letter_is_not_picked_by_nothing() -> None:
    assert picked("", (Choice("Red"),)) is None
