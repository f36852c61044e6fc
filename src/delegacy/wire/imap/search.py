"""What SEARCH asks for (RFC 9051 section 6.4.4, RFC 3501 section 6.4.4, RFC 4731, RFC 5182, RFC 7162 section 3.1.5)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from delegacy.domain.mail_item import SystemFlag
from delegacy.domain.mail_search import (
    BodyContains,
    ChangedSince,
    Comparison,
    ContentCriterion,
    DateField,
    Everything,
    FieldContains,
    HasFlag,
    HasKeyword,
    HeaderContains,
    KeptCriterion,
    MessageContains,
    OfSize,
    OnDate,
    TextField,
)
from delegacy.wire.imap.cursor import Cursor
from delegacy.wire.imap.dates import parse_date
from delegacy.wire.imap.errors import UnsupportedCharset
from delegacy.wire.imap.sequence import SequenceSet, parse_sequence_set

DEEPEST: Final = 32
MOST_KEYS: Final = 500
CHARSETS: Final = (b"US-ASCII", b"UTF-8")


@dataclass(frozen=True, slots=True)
class Numbered:
    """Messages of a sequence set; ``by_uid`` tells which kind of number it holds."""

    numbers: SequenceSet
    by_uid: bool


@dataclass(frozen=True, slots=True)
class NotKey:
    """Messages that a key does not match."""

    key: "SearchKey"


@dataclass(frozen=True, slots=True)
class AllKeys:
    """Messages that every key matches."""

    keys: tuple["SearchKey", ...]


@dataclass(frozen=True, slots=True)
class OrKey:
    """Messages that at least one of two keys matches."""

    one: "SearchKey"
    other: "SearchKey"


SearchKey = KeptCriterion | ContentCriterion | Numbered | NotKey | AllKeys | OrKey


class ResultOption(Enum):
    """What to return of a search (RFC 9051 section 6.4.4, ``search-return-opt``)."""

    MIN = b"MIN"
    MAX = b"MAX"
    ALL = b"ALL"
    COUNT = b"COUNT"
    SAVE = b"SAVE"


@dataclass(frozen=True, slots=True)
class SearchProgram:
    """A search. ``options`` is None when the client did not write RETURN."""

    key: SearchKey
    options: frozenset[ResultOption] | None


_NOTHING: Final = NotKey(Everything())
_PLAIN: Final = MappingProxyType[bytes, SearchKey](
    {
        b"ALL": Everything(),
        b"ANSWERED": HasFlag(SystemFlag.ANSWERED),
        b"DELETED": HasFlag(SystemFlag.DELETED),
        b"DRAFT": HasFlag(SystemFlag.DRAFT),
        b"FLAGGED": HasFlag(SystemFlag.FLAGGED),
        b"SEEN": HasFlag(SystemFlag.SEEN),
        b"UNANSWERED": NotKey(HasFlag(SystemFlag.ANSWERED)),
        b"UNDELETED": NotKey(HasFlag(SystemFlag.DELETED)),
        b"UNDRAFT": NotKey(HasFlag(SystemFlag.DRAFT)),
        b"UNFLAGGED": NotKey(HasFlag(SystemFlag.FLAGGED)),
        b"UNSEEN": NotKey(HasFlag(SystemFlag.SEEN)),
        # No message is ever recent here, as IMAP4rev2 has it (RFC 9051 appendix E).
        b"NEW": _NOTHING,
        b"OLD": Everything(),
        b"RECENT": _NOTHING,
    }
)
_TEXTS: Final = MappingProxyType[bytes, Callable[[str], SearchKey]](
    {
        b"BCC": lambda text: FieldContains(TextField.BCC, text),
        b"BODY": BodyContains,
        b"CC": lambda text: FieldContains(TextField.CC, text),
        b"FROM": lambda text: FieldContains(TextField.FROM, text),
        b"SUBJECT": lambda text: FieldContains(TextField.SUBJECT, text),
        b"TEXT": MessageContains,
        b"TO": lambda text: FieldContains(TextField.TO, text),
    }
)
_DATES: Final = MappingProxyType(
    {
        b"BEFORE": (DateField.RECEIVED, Comparison.LESS),
        b"ON": (DateField.RECEIVED, Comparison.EQUAL),
        b"SINCE": (DateField.RECEIVED, Comparison.AT_LEAST),
        b"SENTBEFORE": (DateField.SENT, Comparison.LESS),
        b"SENTON": (DateField.SENT, Comparison.EQUAL),
        b"SENTSINCE": (DateField.SENT, Comparison.AT_LEAST),
    }
)
_SIZES: Final = MappingProxyType({b"LARGER": Comparison.GREATER, b"SMALLER": Comparison.LESS})
_KEPT_FIELDS: Final = MappingProxyType({field.value.lower(): field for field in TextField})


def parse_search(cursor: Cursor) -> SearchProgram:
    """Read a search program: RETURN and CHARSET if they are there, and the keys.

    Raises ``UnsupportedCharset`` for a character set other than US-ASCII and UTF-8.
    """
    options = _parse_options(cursor)
    if cursor.take(b"CHARSET "):
        charset = cursor.astring().upper()
        if charset not in CHARSETS:
            raise UnsupportedCharset(charset.decode("ascii", "replace"))
        cursor.space()
    return SearchProgram(_KeyParser(cursor).parse_keys(), options)


def _parse_options(cursor: Cursor) -> frozenset[ResultOption] | None:
    if not cursor.take(b"RETURN "):
        return None
    words = cursor.parenthesised(cursor.word)
    cursor.space()
    known = {option.value: option for option in ResultOption}
    if any(word not in known for word in words):
        raise cursor.failure("Unknown search return option")
    # RFC 4731 section 3.1: RETURN () is the same as RETURN (ALL).
    return frozenset(known[word] for word in words) or frozenset({ResultOption.ALL})


class _KeyParser:
    """Reads search keys, counting them and how deep they lie in each other."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._depth = 0
        self._count = 0

    def parse_keys(self, end: bytes = b"") -> SearchKey:
        keys = [self._parse_key()]
        while not (self._cursor.sees(end) if end else self._cursor.at_end):
            self._cursor.space()
            keys.append(self._parse_key())
        return keys[0] if len(keys) == 1 else AllKeys(tuple(keys))

    def _parse_key(self) -> SearchKey:
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST or self._count > MOST_KEYS:
            raise self._cursor.failure("The search is too complex")
        key = self._parse_one()
        self._depth -= 1
        return key

    def _parse_one(self) -> SearchKey:
        cursor = self._cursor
        if cursor.take(b"("):
            key = self.parse_keys(b")")
            cursor.expect(b")")
            return key
        if cursor.sees_sequence_set:
            return Numbered(parse_sequence_set(cursor.sequence_set()), by_uid=False)
        word = cursor.word()
        if word in _PLAIN:
            return _PLAIN[word]
        cursor.space()
        if word in _TEXTS:
            return _TEXTS[word](cursor.text())
        if word in _DATES:
            field, comparison = _DATES[word]
            return OnDate(field, comparison, parse_date(cursor.astring()))
        if word in _SIZES:
            return OfSize(_SIZES[word], cursor.number(2**63 - 1))
        return self._parse_compound(word)

    def _parse_compound(self, word: bytes) -> SearchKey:
        cursor = self._cursor
        match word:
            case b"NOT":
                return NotKey(self._parse_key())
            case b"OR":
                one = self._parse_key()
                cursor.space()
                return OrKey(one, self._parse_key())
            case b"UID":
                return Numbered(parse_sequence_set(cursor.sequence_set()), by_uid=True)
            case b"KEYWORD":
                return HasKeyword(cursor.atom().decode("ascii"))
            case b"UNKEYWORD":
                return NotKey(HasKeyword(cursor.atom().decode("ascii")))
            case b"HEADER":
                return self._parse_header()
            case b"MODSEQ":
                return self._parse_modseq()
            case _:
                raise cursor.failure("Unknown search key")

    def _parse_header(self) -> SearchKey:
        name = self._cursor.text()
        self._cursor.space()
        text = self._cursor.text()
        kept = _KEPT_FIELDS.get(name.lower())
        if kept is not None and text:
            return FieldContains(kept, text)
        return HeaderContains(name, text)

    def _parse_modseq(self) -> SearchKey:
        # RFC 7162 section 3.1.5: the name of one flag and whose flag it is may stand first; we keep one sequence for all.
        cursor = self._cursor
        if cursor.sees(b'"'):
            cursor.string()
            cursor.space()
            if cursor.word() not in (b"PRIV", b"SHARED", b"ALL"):
                raise cursor.failure("Invalid MODSEQ criterion")
            cursor.space()
        return ChangedSince(cursor.modseq())
