"""What a search for messages asks: a tree of criteria (RFC 9051 section 6.4.4, whose words the names follow)."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import Enum

from delegacy.domain.mail_item import SystemFlag


def fold_text(text: str) -> str:
    """Return what texts that a search does not tell apart share: compatibility forms and case are folded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


class TextField(Enum):
    """The header fields that the store keeps decoded."""

    FROM = "From"
    TO = "To"
    CC = "Cc"
    BCC = "Bcc"
    SUBJECT = "Subject"
    MESSAGE_ID = "Message-ID"


class DateField(Enum):
    """The two dates of a message: when it came in, and what its Date field says."""

    RECEIVED = "received"
    SENT = "sent"


class Comparison(Enum):
    """How a date or a size compares."""

    LESS = "<"
    EQUAL = "="
    GREATER = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True)
class Everything:
    """Any message."""


@dataclass(frozen=True, slots=True)
class HasFlag:
    """Messages with this system flag."""

    flag: SystemFlag


@dataclass(frozen=True, slots=True)
class HasKeyword:
    """Messages with this keyword; case does not matter."""

    keyword: str


@dataclass(frozen=True, slots=True)
class FieldContains:
    """Messages with the text somewhere in a field that the store keeps."""

    field: TextField
    text: str


@dataclass(frozen=True, slots=True)
class OnDate:
    """Messages of a date; the time of the day and its zone do not matter."""

    field: DateField
    comparison: Comparison
    date: date


@dataclass(frozen=True, slots=True)
class OfSize:
    """Messages of a size in octets."""

    comparison: Comparison
    size: int


@dataclass(frozen=True, slots=True)
class ChangedSince:
    """Messages whose modification sequence is at least this (RFC 7162 section 3.1.5)."""

    modseq: int


@dataclass(frozen=True, slots=True)
class HeaderContains:
    """Messages with a header field of this name that has the text in it; any such field if the text is empty."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class BodyContains:
    """Messages with the text in their body."""

    text: str


@dataclass(frozen=True, slots=True)
class MessageContains:
    """Messages with the text in their header or their body."""

    text: str


@dataclass(frozen=True, slots=True)
class Not:
    """Messages that do not meet a criterion."""

    criterion: "Criterion"


@dataclass(frozen=True, slots=True)
class All:
    """Messages that meet every criterion."""

    criteria: tuple["Criterion", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Messages that meet at least one of the two."""

    one: "Criterion"
    other: "Criterion"


KeptCriterion = Everything | HasFlag | HasKeyword | FieldContains | OnDate | OfSize | ChangedSince
"""A criterion that the store answers by itself."""

ContentCriterion = HeaderContains | BodyContains | MessageContains
"""A criterion for which the message has to be read."""

Criterion = KeptCriterion | ContentCriterion | Not | All | Either
