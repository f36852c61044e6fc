"""Encoded words: text that is not ASCII, in a header field (RFC 2047)."""

import binascii
import re
from collections.abc import Iterator
from typing import Final

from delegacy.wire.charsets import decode as decode_charset
from delegacy.wire.charsets import decode_strictly

# More lenient than section 2 (any length, spaces in the text), because readers are. Each part ends at the next question mark, so the
# search takes linear time.
_WORD: Final = re.compile(r"=\?([^?\s]{1,64})\?([bBqQ])\?([^?]*)\?=")
_HEX: Final = re.compile(r"=([0-9A-Fa-f]{2})")
_BROKEN_HEX: Final = re.compile(r"=(?![0-9A-Fa-f]{2})")
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]+")

_LONGEST_WORD: Final = 75  # section 2
_PLAIN_IN_Q: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")  # section 5 (3)


class UnreadableEncodedWord(ValueError):
    """An encoded word whose charset, encoding or bytes are not what they say."""


def decode(text: str) -> str:
    """Return the text with every encoded word decoded; what cannot be decoded is replaced. Never raises."""
    return "".join(_decoded(text, strict=False)) if "=?" in text else text


def decode_strictly_all(text: str) -> str:
    """Return the text with every encoded word decoded; raise ``UnreadableEncodedWord`` if one cannot be, to the last bit."""
    return "".join(_decoded(text, strict=True)) if "=?" in text else text


def encode(text: str) -> list[str]:
    """Return encoded words of UTF-8 for the text, none longer than 75 characters; a phrase is made by joining them with white space."""
    words: list[str] = []
    chunk = b""
    for character in text:
        octets = character.encode("utf-8", "replace")
        if chunk and len(_one_word(chunk + octets)) > _LONGEST_WORD:
            words.append(_one_word(chunk))
            chunk = b""
        chunk += octets
    return [*words, _one_word(chunk)] if chunk else words


def _one_word(octets: bytes) -> str:
    """Return the shorter of the two encodings."""
    quoted = "".join(chr(octet) if octet in _PLAIN_IN_Q else f"={octet:02X}" for octet in octets).replace("=20", "_")
    base64 = binascii.b2a_base64(octets, newline=False).decode("ascii")
    return f"=?utf-8?Q?{quoted}?=" if len(quoted) <= len(base64) else f"=?utf-8?B?{base64}?="


def _decoded(text: str, *, strict: bool) -> Iterator[str]:
    """Yield the text in pieces. White space between encoded words is no text (section 6.2)."""
    position, pending, pending_charset = 0, bytearray(), ""
    for match in _WORD.finditer(text):
        charset, encoding, encoded = match.groups()
        charset = charset.partition("*")[0]  # RFC 2231 section 5: a language may follow
        between = text[position : match.start()]
        separate = position == 0 or bool(between.strip())
        # Words of one charset are joined before decoding: many writers cut a character in two.
        if pending and (separate or charset.lower() != pending_charset):
            yield _to_text(pending, pending_charset, strict=strict)
            pending.clear()
        if separate:
            yield between
        pending += _to_bytes(encoded, encoding, strict=strict)
        pending_charset = charset.lower()
        position = match.end()
    if pending:
        yield _to_text(pending, pending_charset, strict=strict)
    yield text[position:]


def _to_bytes(encoded: str, encoding: str, *, strict: bool) -> bytes:
    if encoding in "bB":
        if strict:
            try:
                return binascii.a2b_base64(encoded.encode("ascii"), strict_mode=True) if encoded else b""
            except (ValueError, UnicodeError) as error:
                raise UnreadableEncodedWord(str(error)) from error
        kept = _NOT_BASE64.sub("", encoded)
        kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
        return binascii.a2b_base64(kept + "=" * (-len(kept) % 4))
    if strict and (_BROKEN_HEX.search(encoded) or not encoded.isascii()):
        raise UnreadableEncodedWord(encoded)
    latin = encoded.replace("_", " ").encode("utf-8", "surrogateescape" if not strict else "strict").decode("latin-1")
    return _HEX.sub(lambda pair: chr(int(pair[1], 16)), latin).encode("latin-1")


def _to_text(octets: bytearray, charset: str, *, strict: bool) -> str:
    if not strict:
        return decode_charset(octets, charset)
    text = decode_strictly(octets, charset)
    if text is None:
        raise UnreadableEncodedWord(charset)
    return text
