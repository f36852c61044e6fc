"""The little of Markdown that the pages need."""

from collections.abc import Iterable, Sequence
from typing import Final

MARK: Final = "<!-- Written by `make docs`; do not edit. -->"
"""What every page holds, and no file that somebody wrote."""


def page(title: str, *parts: str) -> str:
    """Return a page of parts, each a paragraph, list, table or code block."""
    return "\n\n".join([f"# {title}", MARK, *(part for part in parts if part)]) + "\n"


def code(text: str) -> str:
    """Return text as code within a line."""
    return f"`{text}`"


def block(lines: Iterable[str], language: str = "") -> str:
    """Return lines as a block of code."""
    return "\n".join([f"```{language}", *lines, "```"])


def bullets(items: Iterable[str]) -> str:
    """Return a list."""
    return "\n".join(f"- {item}" for item in items)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a bar within a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines)
