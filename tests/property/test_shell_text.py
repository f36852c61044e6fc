from hypothesis import given
from hypothesis import strategies as st

from delegacy.admin.shell.highlighting import highlighted
from delegacy.admin.shell.terminal_text import cells, cut, displayable

PIECES = st.sampled_from(
    ["Get-Mailbox", " ", "-Identity", "$x", "'", '"', "$(", "(", ")", "{", "}", "@{", "@'\n", "\n'@", "|", ";", "\n", "#", "<#", "[", "]", ".", "="]
)  # fmt: skip


@given(st.lists(st.one_of(PIECES, st.text(max_size=3))).map("".join))
def test_highlighting_keeps_any_text_whole(text: str) -> None:
    assert "".join(part.text for part in highlighted(text)) == text


@given(st.text())
def test_no_text_drives_a_terminal(text: str) -> None:
    shown = displayable(text)
    assert all(character in "\t\n" or character.isprintable() or character >= "\xa0" for character in shown)
    assert displayable(shown) == shown


@given(st.text(), st.integers(min_value=0, max_value=40))
def test_cutting_never_passes_the_width(text: str, width: int) -> None:
    assert cells(cut(text, width)) <= width
    assert text.startswith(cut(text, width))
