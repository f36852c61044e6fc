import pytest

from delegacy.wire.imap.patterns import MailboxPattern


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("*", "a/b", True),
        ("*", "", True),
        ("%", "a", True),
        ("%", "a/b", False),
        ("%/%", "a/b", True),
        ("%/%", "a/b/c", False),
        ("a*c", "a/b/c", True),
        ("a%c", "a/b/c", False),
        ("a%c", "abc", True),
        ("inbox", "INBOX", True),
        ("INB%", "Inbox", True),
        ("a", "ab", False),
        ("ab", "a", False),
        ("*%*", "a/b", True),
        ("%%", "a/b", False),
        ("*a", "banana", True),
        ("*an", "banana", False),
        ("a.b", "axb", False),
        ("", "", True),
        ("", "a", False),
        ("Other Users/%", "Other Users/Terry Adams", True),
        ("Other Users/%", "Other Users/Terry Adams/Drafts", False),
    ],
)
def test_patterns_match(pattern: str, name: str, *, expected: bool) -> None:
    assert MailboxPattern(pattern, "/").matches(name) is expected


def test_a_hostile_pattern_takes_no_time() -> None:
    assert not MailboxPattern("%a" * 500 + "b", "/").matches("a" * 500)
