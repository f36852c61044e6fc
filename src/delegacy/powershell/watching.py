"""The parser, watched: which tokens it took, for those who ask about a text that may not be finished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from delegacy.powershell.errors import ParseError
from delegacy.powershell.parser import Parser
from delegacy.powershell.syntax import Expression, Variable
from delegacy.powershell.tokens import Source

if TYPE_CHECKING:
    from delegacy.powershell.tokens import Token


class WatchedParser(Parser):
    """Remembers the tokens that the parser took, by place: the last reading counts."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.taken: dict[int, Token] = {}
        self.embedded_variables: list[tuple[int, int]] = []

    def rereading(self, source: Source) -> Self:
        """Return a parser for the same text with other quotes, which remembers what it takes here."""
        nested = super().rereading(source)
        nested.taken, nested.embedded_variables = self.taken, self.embedded_variables
        return nested

    def take(self, token: Token) -> Token:
        """Move behind a token that was looked at, and remember it."""
        self.taken[token.start] = token
        return super().take(token)

    def _variable_in_text(self, name: str, start: int, end: int) -> Expression:
        self.embedded_variables.append((start, end))
        return Variable(name)

    def tokens(self) -> list[Token]:
        """Return what was taken, in order; of those that begin at one place, the longest first."""
        return sorted(self.taken.values(), key=lambda token: (token.start, -token.end))


def watched(text: str) -> tuple[WatchedParser, ParseError | None]:
    """Return a parser that has read a text, and the error that it stopped with."""
    parser = WatchedParser(Source(text))
    try:
        parser.script()
    except ParseError as error:
        return parser, error
    except RecursionError:
        place = min(parser.position, len(text))
        return parser, parser.tokenizer.error("The script is too complex.", "ScriptTooComplicated", place)
    return parser, None
