"""Parts of a stored message as FETCH HEADER.FIELDS and SEARCH need them: chosen header fields, and decoded text.

Everything takes raw bytes, is tolerant, and never raises on what a message holds.
"""

import binascii
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from delegacy.wire import encoded_words
from delegacy.wire.charsets import decode as decode_charset
from delegacy.wire.mime import TextPart

_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]+")
_FOLD: Final = re.compile(rb"\r?\n(?=[ \t])")
_DATE: Final = re.compile(
    rb"(?<!\d)(\d{1,2})[ \t-]+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ \t-]+(\d{4}|\d{2})(?!\d)",
    re.IGNORECASE,
)
_MONTHS: Final = (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec")


class FieldSelection:
    """Header fields by name: make one for a FETCH, and apply it to every header (RFC 3501, HEADER.FIELDS and HEADER.FIELDS.NOT)."""

    def __init__(self, names: Iterable[bytes], *, inverted: bool = False) -> None:
        wanted = b"(?:%b)[ \\t]*+:" % b"|".join(re.escape(name) for name in names)
        start = b"(?!%b)[^ \\t\\r\\n]" % wanted if inverted else wanted
        self._pattern = re.compile(b"^%b.*\n?(?:[ \\t].*\n?)*+" % start, re.IGNORECASE | re.MULTILINE)

    def apply(self, header: bytes) -> bytes:
        """Return the selected fields as they stand, and the empty line that ends a header."""
        return b"".join([*self._pattern.findall(header), b"\r\n"])


class HeaderReader:
    """The decoded values of header fields of one name; make one for a SEARCH, and apply it to every header."""

    def __init__(self, name: bytes) -> None:
        self._pattern = re.compile(rb"^%b[ \t]*+:(.*(?:\n[ \t].*)*+)" % re.escape(name), re.IGNORECASE | re.MULTILINE)

    def values(self, header: bytes) -> list[str]:
        """Return the value of each field of the name, unfolded and decoded."""
        return [header_text(value) for value in self._pattern.findall(header)]


def header_text(value: bytes) -> str:
    """Return a header, or a field's value, as text: unfolded, encoded words decoded, raw bytes read as UTF-8."""
    return encoded_words.decode(_FOLD.sub(b"", value).strip().decode("utf-8", "replace"))


def sent_date(value: bytes) -> date | None:
    """Return the day that a Date field names, its time and zone disregarded (RFC 3501 section 6.4.4 SENTON); None if it names none."""
    match = _DATE.search(value)
    if match is None:
        return None
    day, month, year = int(match[1]), _MONTHS.index(match[2].lower()) + 1, int(match[3])
    if len(match[3]) == 2:  # noqa: PLR2004 (RFC 5322 section 4.3: years of two digits)
        year += 2000 if year < 50 else 1900  # noqa: PLR2004 (likewise)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def decoded_texts(raw: bytes, parts: Iterable[TextPart]) -> Iterator[str]:
    """Yield the text of each part, transfer encoding and charset undone."""
    for part in parts:
        octets = raw[part.start : part.end]
        if part.is_header:
            yield header_text(octets)
            continue
        decoded = transfer_decoded(octets, part.transfer_encoding)
        yield decode_charset(octets if decoded is None else decoded, part.charset)


def transfer_decoded(octets: bytes, encoding: str) -> bytes | None:
    """Undo a transfer encoding (RFC 2045 section 6), as well as the octets allow; None for an unknown one."""
    match encoding:
        case "quoted-printable":
            return binascii.a2b_qp(octets)
        case "base64":
            kept = _NOT_BASE64.sub(b"", octets)
            kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
            return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))
        case "7bit" | "8bit" | "binary" | "-":
            return octets
        case _:
            return None
