"""Text on its way to a terminal: control characters made harmless, colours, and lengths in cells.

Names in a directory are written by many people. What they contain must neither move the cursor, change the title, answer for the
user, nor turn the direction of the text around it.
"""

import re
import unicodedata
from types import MappingProxyType
from typing import Final

_UNSAFE: Final = re.compile("\r\n|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_PICTURES: Final = 0x2400
_DELETE: Final = "\x7f"
_DELETE_PICTURE: Final = "\u2421"
_REPLACEMENT: Final = "\ufffd"

_FOREGROUNDS: Final = MappingProxyType(
    {
        "black": 30,
        "darkred": 31,
        "darkgreen": 32,
        "darkyellow": 33,
        "darkblue": 34,
        "darkmagenta": 35,
        "darkcyan": 36,
        "gray": 37,
        "darkgray": 90,
        "red": 91,
        "green": 92,
        "yellow": 93,
        "blue": 94,
        "magenta": 95,
        "cyan": 96,
        "white": 97,
    }
)
"""System.ConsoleColor, as ECMA-48 and xterm number them."""
_BACKGROUND_OFFSET: Final = 10

CLEAR_SCREEN: Final = "\x1b[H\x1b[2J\x1b[3J"
ERASE_LINE: Final = "\r\x1b[2K"


def displayable(text: str) -> str:
    """Return the text with control characters as pictures of themselves (one cell each) and bidirectional controls replaced.

    Tabs and line ends stay.
    """
    return _UNSAFE.sub(_picture, text)


def _picture(found: re.Match[str]) -> str:
    character = found.group()
    if character == "\r\n":
        return "\n"
    if character < " ":
        return chr(_PICTURES + ord(character))
    return _DELETE_PICTURE if character == _DELETE else _REPLACEMENT


def painted(text: str, foreground: str | None = None, background: str | None = None) -> str:
    """Return the text in console colours, by PowerShell's names (case ignored); names that are none change nothing."""
    codes = []
    if foreground is not None and (code := _FOREGROUNDS.get(foreground.lower())) is not None:
        codes.append(code)
    if background is not None and (code := _FOREGROUNDS.get(background.lower())) is not None:
        codes.append(code + _BACKGROUND_OFFSET)
    if not codes or not text:
        return text
    return f"\x1b[{';'.join(map(str, codes))}m{text}\x1b[0m"


def bold(text: str) -> str:
    """Return the text as a heading, readable on any background."""
    return f"\x1b[1m{text}\x1b[0m"


def cells(text: str) -> int:
    """Return how many cells of a line the text takes."""
    return sum(_cells_of(character) for character in text)


def cut(text: str, width: int) -> str:
    """Return as much of the text as fits into so many cells."""
    taken = 0
    for index, character in enumerate(text):
        taken += _cells_of(character)
        if taken > width:
            return text[:index]
    return text


def _cells_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
