"""Bytes to text, by the charset names that mail uses.

Only the charsets in the table are tried: Python's codec registry also holds codecs that are no charsets, and remembers every unknown
name that it was ever asked for.
"""

from encodings.aliases import aliases
from types import MappingProxyType
from typing import Final

_CODECS: Final = (
    *("ascii", "utf_8", "utf_7", "latin_1"),
    *(f"iso8859_{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    *(f"cp{page}" for page in (437, 850, 852, 866, 874, 932, 949, 950, *range(1250, 1259))),
    *("koi8_r", "koi8_u", "mac_roman", "big5", "big5hkscs", "gbk", "gb18030", "hz"),
    *("euc_jp", "euc_kr", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_kr", "shift_jis", "johab", "tis_620"),
)

# Mail that names the first is written in the second, which contains it.
_WIDER: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "tis_620": "cp874",
    "iso8859_11": "cp874",
}


def _names() -> dict[str, str]:
    codecs = {*_CODECS, *_WIDER}
    names = {codec: codec for codec in codecs} | {alias: codec for alias, codec in aliases.items() if codec in codecs}
    return {name: _WIDER.get(codec, codec) for name, codec in names.items()}


_NAMES: Final = MappingProxyType(_names())


def codec_of(charset: str) -> str | None:
    """Return Python's name for a charset of the table, or None."""
    return _NAMES.get(charset.strip().lower().replace("-", "_"))


def decode(data: bytes | bytearray, charset: str) -> str:
    """Return the text, whatever the bytes are: an unknown charset is read as UTF-8, and what cannot be read is replaced."""
    return data.decode(codec_of(charset) or "utf_8", "replace")


def decode_strictly(data: bytes | bytearray, charset: str) -> str | None:
    """Return the text, or None if the charset is not in the table or the bytes are not text in it."""
    codec = codec_of(charset)
    if codec is None:
        return None
    try:
        return data.decode(codec)
    except UnicodeError:
        return None
