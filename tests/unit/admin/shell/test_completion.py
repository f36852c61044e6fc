import pytest
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document

from delegacy.admin.shell.completion import SessionCompleter, complete_at_cursor
from delegacy.admin.shell.session import Outcome
from delegacy.powershell.suggestions import Suggestion, Suggestions


class Suggesting:
    """A session that has the same suggestions for everything from a place on."""

    def __init__(self, start: int, *texts: str) -> None:
        self.suggestions = Suggestions(start, tuple(Suggestion(text, text, "what it is") for text in texts))

    def run(self, text: str, **_: object) -> Outcome:
        raise AssertionError(text)

    def complete(self, text: str, cursor: int) -> Suggestions:
        assert cursor <= len(text)
        return self.suggestions


def completed(text: str, session: Suggesting, *, cursor: int | None = None) -> Buffer:
    buffer = Buffer(completer=SessionCompleter(session), document=Document(text, cursor))
    complete_at_cursor(buffer)
    return buffer


def listed(buffer: Buffer) -> list[str]:
    return [item.text for item in buffer.complete_state.completions] if buffer.complete_state else []


def test_the_only_suggestion_is_put_in() -> None:
    buffer = completed("Get-Mailbox ter", Suggesting(12, "'Terry Adams'"))
    assert buffer.text == "Get-Mailbox 'Terry Adams'"
    assert listed(buffer) == []


def test_what_several_have_in_common_is_put_in_and_they_are_listed() -> None:
    buffer = completed("get-m", Suggesting(0, "Get-Mailbox", "Get-MailboxPermission"))
    assert buffer.text == "Get-Mailbox"
    assert listed(buffer) == ["Get-Mailbox", "Get-MailboxPermission"]
    buffer.complete_next()
    buffer.complete_next()
    assert buffer.text == "Get-MailboxPermission"
    buffer.complete_next()
    assert buffer.text == "Get-Mailbox"


def test_text_behind_the_cursor_stays() -> None:
    buffer = completed("x -i y", Suggesting(2, "-Identity"), cursor=4)
    assert buffer.text == "x -Identity y"
    assert buffer.cursor_position == len("x -Identity")


def test_quotes_do_not_hide_what_was_typed() -> None:
    buffer = completed("x te", Suggesting(2, "'Terry A'", "'Terry B'"))
    assert buffer.text == "x 'Terry "


@pytest.mark.parametrize(
    ("text", "start", "texts"),
    [
        ("x adams", 2, ("'Tom Adams'", "'Terry Adams'")),  # found by another name: what was typed is not their start
        ("x ad", 2, ("contoso.com/Users/Tom", "contoso.com/Users/Terry")),
        ("x ", 2, ("Tom", "Ayla")),
        ("", 0, ("Get-User", "Set-User")),
    ],
)
def test_without_anything_in_common_what_was_typed_stays(text: str, start: int, texts: tuple[str, ...]) -> None:
    buffer = completed(text, Suggesting(start, *texts))
    assert buffer.text == text
    assert listed(buffer) == list(texts)
    buffer.complete_next()
    assert buffer.text == text[:start] + texts[0]


def test_without_suggestions_nothing_changes() -> None:
    buffer = completed("xyz", Suggesting(0))
    assert buffer.text == "xyz"
    assert listed(buffer) == []


def test_names_in_the_list_cannot_drive_the_terminal() -> None:
    session = Suggesting(0, "a\x1b[2J", "b")
    [first, _] = SessionCompleter(session).get_completions(Document("x"), None)  # type: ignore[arg-type]  # not looked at
    assert "\x1b" not in first.display_text
