"""The page of denials."""

from collections.abc import Iterator, Mapping
from enum import Enum
from itertools import chain
from typing import Any, Final

from delegacy.mail.submission.replies import REPLIES, SIGN_IN_REPLIES
from delegacy.reference.markdown import code, page, table
from delegacy.reference.product import denials, first_sentence

_TABLES: Final[tuple[Mapping[Any, str], ...]] = (REPLIES, SIGN_IN_REPLIES)


def denials_page() -> str:
    """Return the page."""
    return page(
        "Denials",
        "What is not allowed, and why. `delegacy check` and the log say the reason; a mail client is told the same whatever the reason is, so "
        "that it learns nothing about the directory. Over IMAP a mailbox that does not open is not there: at the sign-in the answer is that "
        "to a wrong password, later `NO`.",
        *chain.from_iterable(_part(vocabulary) for vocabulary in denials()),
    )


def _part(vocabulary: type[Enum]) -> Iterator[str]:
    yield f"## {vocabulary.__name__}"
    yield first_sentence(vocabulary)
    replies = _replies_to(vocabulary)
    if replies is None:
        yield table(("Reason", "In words"), ((code(reason.name), str(reason.value)) for reason in vocabulary))
    else:
        rows = ((code(reason.name), str(reason.value), code(replies[reason])) for reason in vocabulary)
        yield table(("Reason", "In words", "Reply over SMTP"), rows)


def _replies_to(vocabulary: type[Enum]) -> Mapping[Any, str] | None:
    return next((known for known in _TABLES if known.keys() == set(vocabulary)), None)
