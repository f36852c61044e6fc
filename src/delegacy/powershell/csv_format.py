"""Comma-separated values as PowerShell writes and reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delegacy.powershell.limits import check_items

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def quoted_row(values: Sequence[str | None], delimiter: str) -> str:
    """Return a row with every value in quotes; an absent one is nothing at all."""
    return delimiter.join("" if value is None else '"' + value.replace('"', '""') + '"' for value in values)


def read_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Return the rows of a text; see `read_rows_with_places`."""
    return (row for row, _ in read_rows_with_places(text, delimiter))


def read_rows_with_places(text: str, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """Return the rows of a text, and where each ends. Quoted values may hold delimiters, line ends and doubled quotes; empty lines are left out."""
    position, end = 0, len(text)
    while position < end:
        row, position = _read_row(text, position, delimiter)
        if row != [""]:
            check_items(len(row))
            yield row, position


def _read_row(text: str, position: int, delimiter: str) -> tuple[list[str], int]:
    row: list[str] = []
    while True:
        value, position = _read_value(text, position, delimiter)
        row.append(value)
        if position >= len(text):
            return row, position
        if text[position] == delimiter:
            position += 1
            continue
        if text.startswith("\r\n", position):
            return row, position + 2
        return row, position + 1


def _read_value(text: str, position: int, delimiter: str) -> tuple[str, int]:
    start = position
    while start < len(text) and text[start] in " \t" and text[start] != delimiter:
        start += 1
    if start < len(text) and text[start] == '"':
        return _read_quoted(text, start + 1, delimiter)
    ends = [found for mark in (delimiter, "\n", "\r") if (found := text.find(mark, position)) >= 0]
    end = min(ends, default=len(text))
    return text[position:end].strip(" \t"), end


def _read_quoted(text: str, position: int, delimiter: str) -> tuple[str, int]:
    pieces: list[str] = []
    while True:
        quote = text.find('"', position)
        if quote < 0:
            return "".join([*pieces, text[position:]]), len(text)
        pieces.append(text[position:quote])
        if text.startswith('""', quote):
            pieces.append('"')
            position = quote + 2
            continue
        position = quote + 1
        break
    while position < len(text) and text[position] not in (
        delimiter,
        "\r",
        "\n",
    ):  # what follows a closing quote belongs to it
        pieces.append(text[position])
        position += 1
    return "".join(pieces), position
