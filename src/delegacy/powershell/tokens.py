"""Token kinds, and positions in a source text."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import Final

from delegacy.powershell.errors import ScriptPosition


class Mode(Enum):
    """How the next token is read: `-x`, `{`, `1..3` and `a,b` are different things in the two."""

    COMMAND = auto()
    EXPRESSION = auto()


class TokenKind(Enum):
    """What a token is."""

    END = auto()
    NEWLINE = auto()
    SEMICOLON = auto()
    VARIABLE = auto()
    SPLAT = auto()
    NUMBER = auto()
    STRING = auto()
    EXPANDABLE = auto()
    IDENTIFIER = auto()
    GENERIC = auto()
    GENERIC_EXPANDABLE = auto()
    PARAMETER = auto()
    LABEL = auto()
    LEFT_PAREN = auto()
    RIGHT_PAREN = auto()
    LEFT_BRACE = auto()
    RIGHT_BRACE = auto()
    LEFT_BRACKET = auto()
    RIGHT_BRACKET = auto()
    AT_PAREN = auto()
    AT_BRACE = auto()
    DOLLAR_PAREN = auto()
    COMMA = auto()
    PIPE = auto()
    DOT = auto()
    COLON_COLON = auto()
    AMPERSAND = auto()
    OPERATOR = auto()
    ASSIGNMENT = auto()
    INCREMENT = auto()
    REDIRECTION = auto()
    RESERVED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the source.

    `value` is the decoded content: the text of a string or word, the number, the parts of an expandable string, the lower-case name of
    an operator, the `Redirected` of a redirection. `colon` tells that a parameter was written `-Name:`.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    value: object = None
    colon: bool = False


@dataclass(frozen=True, slots=True)
class Redirected:
    """What a redirection operator says: which stream (0 for all), and into which other stream, or into a file."""

    stream: int
    merge_into: int | None = None
    append: bool = False


class Source:
    """A text that was parsed: a script file, or a line typed at the prompt (which has no name)."""

    def __init__(self, text: str, name: str | None = None) -> None:
        self.text = text
        self.name = name

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        position = self.text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        return starts

    def position(self, start: int, end: int) -> ScriptPosition:
        """Return where the characters from start to end stand."""
        line = bisect_right(self._line_starts, start)
        line_start = self._line_starts[line - 1]
        line_end = self.text.find("\n", line_start)
        text = self.text[line_start : len(self.text) if line_end < 0 else line_end].rstrip("\r")
        return ScriptPosition(
            line=line,
            column=start - line_start + 1,
            line_text=text,
            length=max(1, end - start),
            file=self.name,
        )


@dataclass(frozen=True, slots=True)
class Extent:
    """The part of a source that a syntax node came from."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.source.text[self.start : self.end]

    @property
    def position(self) -> ScriptPosition | None:
        """Where it is, or None for a node that was built rather than parsed."""
        if self.source is NO_SOURCE:
            return None
        return self.source.position(self.start, self.end)


NO_SOURCE: Final = Source("")
NOWHERE: Final = Extent(NO_SOURCE, 0, 0)
