"""The parser's place in the source: looking at the next token, taking it, and saying what was expected instead."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from delegacy.powershell.syntax import Expression, TypeName, Variable
from delegacy.powershell.tokenizer import Tokenizer
from delegacy.powershell.tokens import Extent, Mode, Source, Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delegacy.powershell.errors import ParseError

NESTING_LIMIT: Final = 48
_TYPE_WORD: Final = re.compile(r"[^\W\d][\w.+`]*")
_ARRAY_SUFFIX: Final = re.compile(r"\[\s*(,\s*)*\]")
_ANY_SPACE: Final = re.compile(r"\s*")
_SEPARATORS: Final = frozenset({TokenKind.NEWLINE, TokenKind.SEMICOLON})


class Cursor:
    """A place in a source. Tokens are read in the mode that is set when they are looked at."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.position = 0
        self.mode = Mode.COMMAND
        self.tokenizer = Tokenizer(source, self.subexpression_in_text, self._variable_in_text)
        self._seen: tuple[int, Mode, bool, Token] | None = None
        self._depth = 0
        self.last_end = 0

    def subexpression_in_text(self, position: int, escaped_quotes: bool) -> tuple[Expression, int]:  # noqa: FBT001 - a callback
        """Parse what stands after `$(` in a string; return the node and the place after `)`."""
        raise NotImplementedError

    def _variable_in_text(self, name: str, start: int, end: int) -> Expression:
        return Variable(name, extent=Extent(self.source, start, end))

    # -------------------------------------------------------------------------------------------------------------- tokens

    def peek(self, *, signed: bool = False) -> Token:
        """Return the next token without taking it."""
        seen = self._seen
        if seen is not None and seen[0] == self.position and seen[1] is self.mode and seen[2] == signed:
            return seen[3]
        token = self.tokenizer.scan(self.position, self.mode, signed=signed)
        self._seen = (self.position, self.mode, signed, token)
        return token

    def take(self, token: Token) -> Token:
        """Move behind a token that was looked at."""
        self.position = token.end
        if token.kind is not TokenKind.NEWLINE:
            self.last_end = token.end
        return token

    def take_if(self, kind: TokenKind) -> Token | None:
        """Take the next token if it is of a kind."""
        token = self.peek()
        return self.take(token) if token.kind is kind else None

    def at_word(self, *words: str) -> bool:
        """Return whether the next token, read as in a command, is one of these keywords."""
        with self.reading(Mode.COMMAND):
            token = self.peek()
        return token.kind is TokenKind.IDENTIFIER and str(token.value).lower() in words

    def skip_newlines(self) -> None:
        """Move over line ends."""
        while (token := self.peek()).kind is TokenKind.NEWLINE:
            self.take(token)

    def skip_separators(self) -> None:
        """Move over line ends and semicolons."""
        while (token := self.peek()).kind in _SEPARATORS:
            self.take(token)

    @contextmanager
    def reading(self, mode: Mode) -> Iterator[None]:
        """Read tokens in a mode for a while."""
        before, self.mode = self.mode, mode
        try:
            yield
        finally:
            self.mode = before

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Count a level of nesting, and refuse scripts that nest without end."""
        self._depth += 1
        try:
            if self._depth > NESTING_LIMIT:
                raise self.tokenizer.error(
                    "Processing was stopped because the script is too complex.", "ScriptTooComplicated", self.position
                )
            yield
        finally:
            self._depth -= 1

    # ------------------------------------------------------------------------------------------------------------- extents

    def extent(self, start: int) -> Extent:
        """Return the extent from a place to the end of the last token that was taken."""
        return Extent(self.source, start, max(start, self.last_end))

    def next_start(self) -> int:
        """Return where the next token begins."""
        return self.tokenizer.skip_blanks(self.position)

    # -------------------------------------------------------------------------------------------------------------- errors

    def error(self, message: str, error_id: str, token: Token, *, at: Token | None = None) -> ParseError:
        """Return the error for a token; it is a sign of incomplete input when the token is the end of the text.

        `at` is the token that is shown, when that is another one.
        """
        incomplete = token.kind is TokenKind.END
        start = min(token.start, len(self.source.text))
        found = self.tokenizer.error(message, error_id, start, token.end, incomplete=incomplete)
        if at is not None:
            found.position = self.source.position(at.start, at.end)
        return found

    def close_brace(self, opening: Token) -> Token:
        """Take the `}` of a block, or raise the error, which shows where the block began."""
        token = self.peek()
        if token.kind is not TokenKind.RIGHT_BRACE:
            message = "Missing closing '}' in statement block or type definition."
            raise self.error(message, "MissingEndCurlyBrace", token, at=opening)
        return self.take(token)

    def unexpected(self, token: Token) -> ParseError:
        """Return the error for a token that cannot stand here."""
        if token.kind is TokenKind.RESERVED:
            return self.error(
                f"The token '{token.text}' is not a valid statement separator in this version.",
                "InvalidEndOfLine",
                token,
            )
        if token.kind is TokenKind.AMPERSAND:
            return self.error(
                "The ampersand (&) character is not allowed. The & operator is reserved for future use; wrap an ampersand in double "
                'quotation marks ("&") to pass it as part of a string.',
                "AmpersandNotAllowed",
                token,
            )
        return self.error(f"Unexpected token '{token.text}' in expression or statement.", "UnexpectedToken", token)

    def expect(self, kind: TokenKind, message: str, error_id: str) -> Token:
        """Take a token of a kind, or raise the error."""
        token = self.peek()
        if token.kind is not kind:
            raise self.error(message, error_id, token)
        return self.take(token)

    # --------------------------------------------------------------------------------------------------------------- types

    def type_name(self) -> TypeName:
        """Read a type name, generic arguments and array marks included; the place is behind its `[`."""
        start = self._after_space(self.position)
        name = self._type_text()
        self.last_end = self.position
        return TypeName(name, extent=Extent(self.source, start, self.position))

    def _after_space(self, position: int) -> int:
        found = _ANY_SPACE.match(self.source.text, position)
        return found.end() if found is not None else position

    def _type_text(self) -> str:
        text = self.source.text
        start = self._after_space(self.position)
        found = _TYPE_WORD.match(text, start)
        if found is None:
            at_end = start >= len(text)
            raise self.tokenizer.error("Missing type name after '['.", "MissingTypename", start, incomplete=at_end)
        name = found.group()
        self.position = self._after_space(found.end())
        while text.startswith("[", self.position):
            suffix = _ARRAY_SUFFIX.match(text, self.position)
            if suffix is not None:
                name += "".join(suffix.group().split())
                self.position = self._after_space(suffix.end())
                continue
            name += self._type_arguments()
        return name

    def _type_arguments(self) -> str:
        text = self.source.text
        arguments = []
        with self.deeper():
            while True:
                self.position = self._after_space(self.position + 1)
                bracketed = text.startswith("[", self.position)
                if bracketed:
                    self.position += 1
                arguments.append(self._type_text())
                if bracketed:
                    self._type_end()
                if not text.startswith(",", self.position):
                    break
            self._type_end()
        return f"[{','.join(arguments)}]"

    def _type_end(self) -> None:
        if not self.source.text.startswith("]", self.position):
            at_end = self.position >= len(self.source.text)
            raise self.tokenizer.error(
                "Missing ] at end of type token.",
                "EndSquareBracketExpectedAtEndOfType",
                self.position,
                incomplete=at_end,
            )
        self.position = self._after_space(self.position + 1)
