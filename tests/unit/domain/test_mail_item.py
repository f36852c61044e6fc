import pytest

from delegacy.domain.mail_item import MOST_KEYWORDS, Flags, SystemFlag, TooManyKeywords
from delegacy.domain.mail_search import fold_text


def test_keywords_are_kept_once_in_the_first_spelling_and_one_order() -> None:
    assert Flags(keywords=("b", "A", "B", "a")).keywords == ("A", "b")


def test_flags_are_added_and_taken_away() -> None:
    flags = Flags(SystemFlag.SEEN, ("One",))
    more = flags.with_added(Flags(SystemFlag.DRAFT, ("two", "ONE")))
    assert more == Flags(SystemFlag.SEEN | SystemFlag.DRAFT, ("One", "two"))
    assert more.without(Flags(SystemFlag.SEEN, ("oNE", "three"))) == Flags(SystemFlag.DRAFT, ("two",))


def test_keywords_are_counted() -> None:
    words = tuple(f"k{number}" for number in range(MOST_KEYWORDS))
    Flags(keywords=words)
    with pytest.raises(TooManyKeywords):
        Flags(keywords=(*words, "one-more"))
    with pytest.raises(TooManyKeywords):
        Flags(keywords=words).with_added(Flags(keywords=("one-more",)))


@pytest.mark.parametrize(
    ("one", "other"), [("STRASSE", "straße"), ("\uff21\uff22\uff23", "abc"), ("É", "e\u0301"), ("ﬁ", "FI")]
)
def test_texts_fold_to_one(one: str, other: str) -> None:
    assert fold_text(one) == fold_text(other)
