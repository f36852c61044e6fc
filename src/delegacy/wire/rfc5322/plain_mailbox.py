"""The strict reading of one plain mailbox: ``addr`` or ``[phrase] <addr>`` (RFC 5322 section 3.4, without most of what it admits).

What is refused is what programs read in different ways: comments, groups, lists, routes, literals, quoted local parts, and display names
that need guessing. Every step takes linear time.
"""

import re
import unicodedata
from itertools import pairwise
from typing import Final

from delegacy.domain.address import InvalidAddress, SmtpAddress
from delegacy.domain.message import NamedAddress
from delegacy.wire import encoded_words
from delegacy.wire.rfc5322.malformation import Malformation, MalformedMessage

_MOST_QUOTED_ADDRESSES: Final = 16

# Atoms with dots, as in "John Q. Public" (obs-phrase); non-ASCII as RFC 6532 section 3.2 has it.
_WORD: Final = re.compile(r"[-A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u0080-\U0010ffff]++")
# A quoted string that does not end reaches to the end of the field, so that the search takes linear time.
_QUOTED: Final = re.compile(r'"((?:[^"\\]++|\\.)*+)("|\\?\Z)')
_ESCAPE: Final = re.compile(r"\\(.)")
_SPACE: Final = re.compile(r"[ \t]*+")
_ANGLE: Final = re.compile(r"<([^<>]*+)>")
_DOMAIN_RUN: Final = re.compile(r"[\w.\u0300-\u036f-]*+")

_OUT_OF_PLACE: Final = {
    "(": Malformation.COMMENT,
    ",": Malformation.LIST,
    ":": Malformation.GROUP,
    ";": Malformation.GROUP,
    "[": Malformation.DOMAIN_LITERAL,
    "]": Malformation.DOMAIN_LITERAL,
    "@": Malformation.UNQUOTED_AT,
}
# The order matters: a source route has an @ and a colon, a quoted local part may hold anything.
_IN_ADDRESS: Final = (
    ('"', Malformation.QUOTED_LOCAL_PART),
    ("(", Malformation.COMMENT),
    (")", Malformation.COMMENT),
    ("[", Malformation.DOMAIN_LITERAL),
    ("=?", Malformation.ENCODED_ADDRESS),
    (" ", Malformation.SPACE_IN_ADDRESS),
    ("\t", Malformation.SPACE_IN_ADDRESS),
)
_OVERRIDES: Final = frozenset("\u202d\u202e")
_AROUND_AN_ADDRESS: Final = " \t\"'`<>()[]{}*|,;:"


def read_plain_mailbox(value: str) -> NamedAddress:
    """Return the mailbox that an unfolded field value is; raise ``MalformedMessage`` with the reason otherwise."""
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in value if character != "\t"):
        raise MalformedMessage(Malformation.CONTROL_CHARACTER)
    value = value.strip(" \t")
    if any(quoted[2] != '"' for quoted in _QUOTED.finditer(value)):
        raise MalformedMessage(Malformation.UNBALANCED_QUOTE)
    if "<" not in _QUOTED.sub("", value):
        return NamedAddress(_read_bare_address(value))
    phrase, position = _read_phrase(value)
    angle = _ANGLE.match(value, position)
    if angle is None:
        raise MalformedMessage(Malformation.ILLEGAL_CHARACTER)
    address = _read_address(angle[1])
    rest = value[angle.end() :].lstrip(" \t")
    if rest:
        raise MalformedMessage(
            {"(": Malformation.COMMENT, ",": Malformation.LIST}.get(rest[0], Malformation.TEXT_AFTER_ADDRESS)
        )
    display_name = _read_display_name(phrase)
    return NamedAddress(address, display_name, _find_addresses(display_name))


def _read_bare_address(value: str) -> SmtpAddress:
    outside_quotes = _QUOTED.sub("", value)
    for character in ",:;":
        if character in outside_quotes:
            raise MalformedMessage(_OUT_OF_PLACE[character])
    return _read_address(value)


def _read_address(text: str) -> SmtpAddress:
    if text.startswith("@") or (":" in text and "@" in text):
        raise MalformedMessage(Malformation.SOURCE_ROUTE)
    for sign, reason in _IN_ADDRESS:
        if sign in text:
            raise MalformedMessage(reason)
    if "@" not in text:
        raise MalformedMessage(Malformation.NO_ADDRESS)
    if "," in text:
        raise MalformedMessage(Malformation.LIST)
    try:
        return SmtpAddress.parse(text)
    except InvalidAddress:
        raise MalformedMessage(Malformation.INVALID_ADDRESS) from None


def _read_phrase(value: str) -> tuple[str, int]:
    """Return the display name before the angle bracket, quotes undone but encoded words not, and where the bracket is."""
    pieces: list[str] = []
    position = 0
    while True:
        space = _SPACE.match(value, position)
        if space is not None and space.end() > position:
            pieces.append(" ")
            position = space.end()
        character = value[position : position + 1]
        if character in {"", "<"}:
            return "".join(pieces).strip(), position
        if word := _WORD.match(value, position):
            pieces.append(word[0])
            position = word.end()
        elif quoted := _QUOTED.match(value, position):
            pieces.append(_ESCAPE.sub(r"\1", quoted[1]))
            position = quoted.end()
        else:
            raise MalformedMessage(_OUT_OF_PLACE.get(character, Malformation.ILLEGAL_CHARACTER))


def _read_display_name(phrase: str) -> str:
    """Decode encoded words, also in quoted strings (RFC 2047 section 5 forbids it, and widespread readers do it)."""
    try:
        name = encoded_words.decode_strictly_all(phrase)
    except encoded_words.UnreadableEncodedWord:
        raise MalformedMessage(Malformation.UNREADABLE_ENCODED_WORD) from None
    if "=?" in name and encoded_words.decode(name) != name:
        raise MalformedMessage(Malformation.UNREADABLE_ENCODED_WORD)
    for character in name:
        if character in _OVERRIDES or (
            character != "\t" and unicodedata.category(character) in {"Cc", "Zl", "Zp", "Cs"}
        ):
            raise MalformedMessage(Malformation.MISLEADING_DISPLAY_NAME)
    return name


def _find_addresses(name: str) -> tuple[SmtpAddress, ...]:
    """Return the addresses that a person may read in a display name.

    Compatibility variants (a full-width @) count as what they look like, and characters without a shape are left out. What has an @
    and a domain with a dot beside it and still is no address is refused rather than guessed at.
    """
    if name.isascii() and "@" not in name:
        return ()
    visible = "".join(
        character for character in unicodedata.normalize("NFKC", name) if unicodedata.category(character) != "Cf"
    )
    pieces = visible.replace("\N{IDEOGRAPHIC FULL STOP}", ".").split("@")
    if len(pieces) > _MOST_QUOTED_ADDRESSES + 1:
        raise MalformedMessage(Malformation.MISLEADING_DISPLAY_NAME)
    found: list[SmtpAddress] = []
    for before, after in pairwise(pieces):
        words = before.rstrip(_AROUND_AN_ADDRESS).rsplit(None, 1)
        local_part = re.split(r'["<>()\[\],;:]', words[-1])[-1].lstrip("'`{|*") if words else ""
        run = _DOMAIN_RUN.match(after.lstrip(_AROUND_AN_ADDRESS))
        domain = run[0].strip(".-_") if run else ""
        if not local_part or "." not in domain:
            continue
        try:
            found.append(SmtpAddress(local_part, domain))
        except InvalidAddress:
            raise MalformedMessage(Malformation.MISLEADING_DISPLAY_NAME) from None
    return tuple(dict.fromkeys(found))
