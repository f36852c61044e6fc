"""Bytes of scripts and data files to text, and back. Files come in UTF-8, UTF-16 and the Windows code page 1252."""

from __future__ import annotations

from typing import Final

_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_ENCODINGS: Final = {
    "utf8": ("utf-8", b"\xef\xbb\xbf"),
    "utf8nobom": ("utf-8", b""),
    "utf8bom": ("utf-8", b"\xef\xbb\xbf"),
    "unicode": ("utf-16-le", b"\xff\xfe"),
    "bigendianunicode": ("utf-16-be", b"\xfe\xff"),
    "utf32": ("utf-32-le", b"\xff\xfe\x00\x00"),
    "ascii": ("ascii", b""),
    "default": ("cp1252", b""),
    "oem": ("cp850", b""),
    "string": ("utf-16-le", b"\xff\xfe"),
}
ENCODING_NAMES: Final = (
    "ASCII",
    "BigEndianUnicode",
    "Default",
    "OEM",
    "String",
    "Unicode",
    "UTF32",
    "UTF8",
    "utf8BOM",
    "utf8NoBOM",
)


def decode(content: bytes) -> str:
    """Return the text of a file: by its byte order mark; without one as UTF-8, or as code page 1252 when it is no valid UTF-8.

    Never raises: a byte that stands for nothing becomes U+FFFD.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def decode_as(content: bytes, encoding: str | None) -> str:
    """Return the text of a file in an encoding by its PowerShell name; by `decode` when none is given, or the file has a mark."""
    if encoding is None or any(content.startswith(mark) for mark, _ in _MARKS):
        return decode(content)
    return content.decode(_ENCODINGS[encoding.lower()][0], "replace")


def encode(text: str, encoding: str | None, *, begins_file: bool) -> bytes:
    """Return text as the bytes of a file, with a byte order mark at its beginning where the encoding has one. UTF-8 by default."""
    codec, mark = _ENCODINGS[(encoding or "utf8nobom").lower()]
    return (mark if begins_file else b"") + text.encode(codec, "replace")
