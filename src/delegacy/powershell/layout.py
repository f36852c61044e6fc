"""Text in columns: how wide a text is, how it is cut, wrapped and padded, and how tables share a line. As Windows PowerShell 5.1 lays out."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from delegacy.powershell.views import Alignment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ELLIPSIS: Final = "..."
SEPARATOR: Final = " "
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_WORD: Final = re.compile(r"[^ \t]*[ \t]?")


def cells(text: str) -> int:
    """Return how many cells of a terminal the text takes: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def head(text: str, width: int) -> str:
    """Return as much of the beginning as fits into a width."""
    if text.isascii():
        return text[:width]
    taken = 0
    for position, character in enumerate(text):
        taken += _width(character)
        if taken > width:
            return text[:position]
    return text


def tail(text: str, width: int) -> str:
    """Return as much of the end as fits into a width."""
    return text[len(text) - width :] if text.isascii() else head(text[::-1], width)[::-1]


def split_lines(text: str) -> list[str]:
    """Return the lines of a text; one empty line for an empty text."""
    return _LINE_END.split(text)


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of a width, between words where possible. A blank at a break stays on the line before."""
    lines: list[str] = []
    for line in split_lines(text):
        if cells(line) <= width:
            lines.append(line)
        else:
            lines.extend(_wrapped_line(line, width))
    return lines


def _wrapped_line(line: str, width: int) -> list[str]:
    lines, current = [], ""
    for word in _WORD.findall(line):
        if not word:
            continue
        if cells(word) > width:  # longer than a line: it is broken wherever the line ends
            current += word
            while cells(current) > width:
                part = head(current, width) or current[0]
                lines.append(part)
                current = current[len(part) :]
        elif cells(current) + cells(word) > width:
            lines.append(current)
            current = word
        else:
            current += word
    lines.append(current)
    return lines


def fitted(text: str, width: int, alignment: Alignment) -> str:
    """Return one line of a text in exactly a width: padded, or cut with an ellipsis. Right-aligned text is cut at its beginning."""
    first, *more = split_lines(text)
    if more:
        first += ELLIPSIS
    length = cells(first)
    if length > width:
        room = width - len(ELLIPSIS)
        if room <= 0:
            return head(first, width) if alignment is not Alignment.RIGHT else tail(first, width)
        cut = ELLIPSIS + tail(first, room) if alignment is Alignment.RIGHT else head(first, room) + ELLIPSIS
        return padded(cut, width, alignment)
    return padded(first, width, alignment)


def padded(text: str, width: int, alignment: Alignment) -> str:
    """Return a text with blanks to fill a width."""
    blanks = max(0, width - cells(text))
    if alignment is Alignment.RIGHT:
        return " " * blanks + text
    if alignment is Alignment.CENTER:
        return " " * (blanks // 2) + text + " " * (blanks - blanks // 2)
    return text + " " * blanks


def share(widths: Sequence[int], available: int) -> list[int]:
    """Return the widths of a table's columns within a line; -1 for one that is left out.

    Columns without a width (0) share what is free, one cell after the other. When the table is too wide, the last column is made
    narrower, and left out when less than a cell would remain; then the one before it.
    """
    result = list(widths)
    if any(width <= 0 for width in result):
        free = [position for position, width in enumerate(result) if width <= 0]
        for position in free:
            result[position] = 1
        rest = available - _total(result)
        if rest > 0:
            each, more = divmod(rest, len(free))
            for order, position in enumerate(free):
                result[position] += each + (order < more)
    last = len(result) - 1
    while last >= 0 and (excess := _total(result) - available) > 0:
        if result[last] - excess >= 1:
            result[last] -= excess
        else:
            result[last] = -1
            last -= 1
    return result


def _total(widths: Iterable[int]) -> int:
    shown = [width for width in widths if width > 0]
    return sum(shown) + len(SEPARATOR) * (len(shown) - 1)


def table_row(values: Sequence[str], widths: Sequence[int], alignments: Sequence[Alignment]) -> str:
    """Return a row of a table as one line."""
    shown = [
        fitted(value, width, alignment)
        for value, width, alignment in zip(values, widths, alignments, strict=True)
        if width > 0
    ]
    return SEPARATOR.join(shown)


def table_rows(values: Sequence[str], widths: Sequence[int], alignments: Sequence[Alignment]) -> list[str]:
    """Return a row of a table whose cells may take several lines."""
    columns = [
        ([padded(line, width, alignment) for line in wrapped(value, width)], width)
        for value, width, alignment in zip(values, widths, alignments, strict=True)
        if width > 0
    ]
    height = max((len(lines) for lines, _ in columns), default=0)
    return [
        SEPARATOR.join(lines[row] if row < len(lines) else " " * width for lines, width in columns)
        for row in range(height)
    ]
