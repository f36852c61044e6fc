"""What FETCH asks for (RFC 9051 section 6.4.5, RFC 3501 section 6.4.5, RFC 7162 section 3.1.4, RFC 3516)."""

import re
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from delegacy.wire.imap.cursor import Cursor
from delegacy.wire.imap.sequence import LARGEST

DEEPEST_PART: Final = 100


class Attribute(Enum):
    """A fetch item without arguments; the value is its name on the wire."""

    UID = b"UID"
    FLAGS = b"FLAGS"
    INTERNALDATE = b"INTERNALDATE"
    SIZE = b"RFC822.SIZE"
    ENVELOPE = b"ENVELOPE"
    BODY = b"BODY"
    BODY_STRUCTURE = b"BODYSTRUCTURE"
    MODSEQ = b"MODSEQ"


class SectionText(Enum):
    """What of a message or body part a section means."""

    ALL = b""
    HEADER = b"HEADER"
    HEADER_FIELDS = b"HEADER.FIELDS"
    HEADER_FIELDS_NOT = b"HEADER.FIELDS.NOT"
    TEXT = b"TEXT"
    MIME = b"MIME"


@dataclass(frozen=True, slots=True)
class Section:
    """A section (``section-spec``). ``fields`` are the names of HEADER.FIELDS and HEADER.FIELDS.NOT, as written."""

    part: tuple[int, ...] = ()
    text: SectionText = SectionText.ALL
    fields: tuple[bytes, ...] = ()

    def print(self) -> bytes:
        """Return the section as it stands between the brackets."""
        numbers = b".".join(b"%d" % number for number in self.part)
        dot = b"." if numbers and self.text.value else b""
        fields = b" (%b)" % b" ".join(_print_field(name) for name in self.fields) if self.fields else b""
        return numbers + dot + self.text.value + fields


@dataclass(frozen=True, slots=True)
class Partial:
    """So many octets at most, from this one on."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class BodySection:
    """``BODY[section]<partial>``; ``name`` is how the answer calls it, which is older for RFC822, RFC822.HEADER and RFC822.TEXT."""

    section: Section
    partial: Partial | None
    peek: bool
    name: bytes


@dataclass(frozen=True, slots=True)
class Binary:
    """``BINARY[part]<partial>``: the part with its content transfer encoding undone."""

    part: tuple[int, ...]
    partial: Partial | None
    peek: bool


@dataclass(frozen=True, slots=True)
class BinarySize:
    """``BINARY.SIZE[part]``."""

    part: tuple[int, ...]


FetchItem = Attribute | BodySection | Binary | BinarySize

_FAST: Final = (Attribute.FLAGS, Attribute.INTERNALDATE, Attribute.SIZE)
_MACROS: Final = MappingProxyType(
    {
        b"FAST": _FAST,
        b"ALL": (*_FAST, Attribute.ENVELOPE),
        b"FULL": (*_FAST, Attribute.ENVELOPE, Attribute.BODY),
    }
)
_OLD_NAMES: Final = MappingProxyType(
    {
        b"RFC822": BodySection(Section(), None, peek=False, name=b"RFC822"),
        b"RFC822.HEADER": BodySection(Section(text=SectionText.HEADER), None, peek=True, name=b"RFC822.HEADER"),
        b"RFC822.TEXT": BodySection(Section(text=SectionText.TEXT), None, peek=False, name=b"RFC822.TEXT"),
    }
)
_SECTION_TEXTS: Final = MappingProxyType({text.value: text for text in SectionText})
# RFC 5322 section 2.2: printable characters but the colon.
_FIELD_NAME: Final = re.compile(rb"[!-9;-~]+")
_PLAIN_FIELD_NAME: Final = re.compile(rb"[!#$&'+,\-./0-9;<=>?@A-Z^_`a-z|}~]+")
_ATTRIBUTES: Final = MappingProxyType({attribute.value: attribute for attribute in Attribute})


def parse_fetch_items(cursor: Cursor) -> tuple[FetchItem, ...]:
    """Read the items of a FETCH: a macro, one item, or a list of items."""
    if cursor.sees(b"("):
        items = cursor.parenthesised(lambda: _parse_item(cursor, cursor.word()))
        if not items:
            raise cursor.failure("Nothing to fetch")
        return tuple(dict.fromkeys(items))
    word = cursor.word()
    return _MACROS.get(word) or (_parse_item(cursor, word),)


def _parse_item(cursor: Cursor, word: bytes) -> FetchItem:
    if cursor.sees(b"["):
        return _parse_bracketed(cursor, word)
    old = _OLD_NAMES.get(word)
    if old is not None:
        return old
    attribute = _ATTRIBUTES.get(word)
    if attribute is None:
        raise cursor.failure("Unknown fetch item")
    return attribute


def _parse_bracketed(cursor: Cursor, word: bytes) -> FetchItem:
    match word:
        case b"BODY" | b"BODY.PEEK":
            section = _parse_section(cursor)
            partial = _parse_partial(cursor)
            name = b"BODY[%b]" % section.print()
            return BodySection(section, partial, peek=word == b"BODY.PEEK", name=_with_start(name, partial))
        case b"BINARY" | b"BINARY.PEEK":
            part = _parse_binary_part(cursor)
            return Binary(part, _parse_partial(cursor), peek=word == b"BINARY.PEEK")
        case b"BINARY.SIZE":
            return BinarySize(_parse_binary_part(cursor))
        case _:
            raise cursor.failure("Unknown fetch item")


def _with_start(name: bytes, partial: Partial | None) -> bytes:
    return name if partial is None else b"%b<%d>" % (name, partial.start)


def _parse_section(cursor: Cursor) -> Section:
    cursor.expect(b"[")
    part, name = _parse_path(cursor)
    text = _SECTION_TEXTS.get(name)
    if text is None or (text is SectionText.MIME and not part):
        raise cursor.failure("Unknown section")
    fields: tuple[bytes, ...] = ()
    if text in (SectionText.HEADER_FIELDS, SectionText.HEADER_FIELDS_NOT):
        cursor.space()
        fields = cursor.parenthesised(lambda: _parse_field(cursor))
        if not fields:
            raise cursor.failure("No header field is named")
    cursor.expect(b"]")
    return Section(part, text, fields)


def _parse_binary_part(cursor: Cursor) -> tuple[int, ...]:
    cursor.expect(b"[")
    part, name = _parse_path(cursor)
    if name:
        raise cursor.failure("Unknown section")
    cursor.expect(b"]")
    return part


def _parse_path(cursor: Cursor) -> tuple[tuple[int, ...], bytes]:
    """Read ``1.2.HEADER``: the numbers, and the name that follows them."""
    words = cursor.section_path().split(b".")
    numbers: list[int] = []
    while words and words[0].isdigit():
        numbers.append(int(words.pop(0)))
    if len(numbers) > DEEPEST_PART or any(not 0 < number <= LARGEST for number in numbers):
        raise cursor.failure("Unknown section")
    if words == [b""] and numbers:
        raise cursor.failure("Unknown section")
    return tuple(numbers), b".".join(words).upper()


def _parse_field(cursor: Cursor) -> bytes:
    name = cursor.astring()
    if not _FIELD_NAME.fullmatch(name):
        raise cursor.failure("Invalid header field name")
    return name


def _parse_partial(cursor: Cursor) -> Partial | None:
    if not cursor.take(b"<"):
        return None
    start = cursor.number()
    cursor.expect(b".")
    length = cursor.number()
    if length == 0:
        raise cursor.failure("An empty part of a section")
    cursor.expect(b">")
    return Partial(start, length)


def _print_field(name: bytes) -> bytes:
    if _PLAIN_FIELD_NAME.fullmatch(name):
        return name
    return b'"' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
