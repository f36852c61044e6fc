"""The exception tree: every error has an id of its own, a category, and a place in the drawing."""

from collections import Counter

import pytest

from delegacy.domain import errors
from delegacy.domain.errors import Category, DelegacyError
from support.sources import modules


def every_error() -> list[type[DelegacyError]]:
    modules()  # errors that belong to one concern stand beside it
    found, waiting = [], [DelegacyError]
    while waiting:
        error = waiting.pop()
        found.append(error)
        waiting += error.__subclasses__()
    return sorted(set(found), key=lambda error: error.__qualname__)


def test_every_error_has_an_id_that_no_other_has() -> None:
    ids = Counter(error.error_id for error in every_error())
    assert [error_id for error_id, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.__qualname__)
def test_an_error_is_named_and_placed(error: type[DelegacyError]) -> None:
    assert "error_id" in vars(error)
    assert error.error_id == error.__name__
    assert isinstance(error.category, Category)
    assert error.__doc__


def test_the_drawing_shows_every_error_of_the_tree() -> None:
    drawn = errors.__doc__ or ""
    own = [error.__name__ for error in every_error() if error.__module__ == errors.__name__]
    assert [name for name in own if name not in drawn] == []
