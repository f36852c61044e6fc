"""Characters to tokens, one at a time and in the mode that the parser asks for.

Typographic quotes and dashes are read as PowerShell reads them: as quotes and dashes. Rules follow the public language specification
(section 2, lexical structure) and the behaviour of Windows PowerShell 5.1.
"""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Final

from delegacy.powershell.errors import ParseError
from delegacy.powershell.tokens import Mode, Redirected, Source, Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from delegacy.powershell.syntax import Expression

SINGLE_QUOTES: Final = "'\u2018\u2019\u201a\u201b"
DOUBLE_QUOTES: Final = '"\u201c\u201d\u201e'
DASHES: Final = "-\u2013\u2014\u2015"
BLANKS: Final = " \t\f\v\u00a0\u0085"

_WORD_END: Final = frozenset("\0\t\n\v\f\r &(),;{|}")
_NUMBER_END: Final = frozenset("!#%*+-./<=>]")
_ESCAPES: Final = {"0": "\0", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

_SPACE: Final = re.compile(r"(?:[^\S\r\n]|`\r?\n|`[^\S\r\n])+")
_LINE_COMMENT: Final = re.compile(r"#[^\r\n]*")
_IDENTIFIER: Final = re.compile(r"[^\W\d]\w*")
_VARIABLE: Final = re.compile(r"[$?^]|(?:\w|:(?!:))(?:[\w?]|:(?!:))*")
_SUFFIX: Final = r"(?P<suffix>[lLdD])?(?P<multiplier>[kKmMgGtTpP][bB])?"
_DASH_CLASS: Final = "[-\u2013\u2014\u2015]"
_NUMBER: Final = re.compile(
    r"(?:0[xX](?P<hex>[0-9a-fA-F]+)|(?P<decimal>(?:[0-9]+(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][+\-\u2013\u2014\u2015]?[0-9]+)?))"
    + _SUFFIX
)
_PARAMETER: Final = re.compile(_DASH_CLASS + r"(?P<name>[\w?][^\s{}();,|&.\[:]*)(?P<colon>:)?")
_DASH_OPERATOR: Final = re.compile(_DASH_CLASS + r"(?P<name>[^\W\d_]+)")
_REDIRECTION: Final = re.compile(r"(?P<stream>[1-6*])?(?:>>|>&(?P<merge>[12])|>)")
_HERE_END: Final = re.compile(r"[^\S\r\n]*\r?\n")

_COMPARISONS: Final = (
    "eq ne gt ge lt le like notlike match notmatch contains notcontains in notin replace split".split()  # noqa: SIM905 - a table
)
OPERATOR_NAMES: Final = frozenset(
    ["and", "or", "xor", "not", "band", "bor", "bxor", "bnot", "shl", "shr", "is", "isnot", "as", "f", "join"]
    + [prefix + name for name in _COMPARISONS for prefix in ("", "i", "c")]
)
_MULTIPLIERS: Final = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40, "p": 2**50}
_INT32: Final = 2**31
_INT64: Final = 2**63
_DECIMAL_LIMIT: Final = 2**96
_DECIMAL_DIGITS: Final = 29
_HEX_DIGITS: Final = 16

_SIGNS: Final = frozenset("+" + DASHES)
_SYMBOLS: Final = {
    "++": TokenKind.INCREMENT,
    "+=": TokenKind.ASSIGNMENT,
    "*=": TokenKind.ASSIGNMENT,
    "/=": TokenKind.ASSIGNMENT,
    "%=": TokenKind.ASSIGNMENT,
    "=": TokenKind.ASSIGNMENT,
    "+": TokenKind.OPERATOR,
    "*": TokenKind.OPERATOR,
    "/": TokenKind.OPERATOR,
    "%": TokenKind.OPERATOR,
    "!": TokenKind.OPERATOR,
}
_SINGLE_CHARACTERS: Final = {
    ";": TokenKind.SEMICOLON,
    "(": TokenKind.LEFT_PAREN,
    ")": TokenKind.RIGHT_PAREN,
    "{": TokenKind.LEFT_BRACE,
    "}": TokenKind.RIGHT_BRACE,
    "]": TokenKind.RIGHT_BRACKET,
    ",": TokenKind.COMMA,
}


class Tokenizer:
    """Reads tokens of one source at any place.

    `subexpression` parses the statements that stand after `$(` at a place and returns their node and the place after `)`: strings hold
    whole scripts. It is told whether double quotes may stand doubled or escaped there, as they may outside of here-strings.
    """

    def __init__(
        self,
        source: Source,
        subexpression: Callable[[int, bool], tuple[Expression, int]],
        variable: Callable[..., Expression],
    ) -> None:
        self.source = source
        self.text = source.text
        self._subexpression = subexpression
        self._variable = variable
        self._readers = self._reader_table()
        self._expanded: dict[
            int, Token
        ] = {}  # each text is looked at several times, and may hold texts that hold texts

    def _reader_table(self) -> dict[str, Callable[[int, Mode], Token]]:
        """Return, for each character that a token can begin with, the method that reads it; letters apart."""
        return {
            **dict.fromkeys("\r\n", self._newline),
            **dict.fromkeys(SINGLE_QUOTES, self._single_quoted_token),
            **dict.fromkeys(DOUBLE_QUOTES, self._expandable_token),
            **dict.fromkeys(_SINGLE_CHARACTERS, self._single_character),
            **dict.fromkeys("0123456789", self._digit),
            **dict.fromkeys(DASHES, self._dash),
            **dict.fromkeys("+/%!=", self._symbol),
            **dict.fromkeys("|&", self._bar_or_ampersand),
            "$": self._dollar,
            "@": self._at,
            "_": self._identifier,
            "*": self._asterisk,
            ">": self._redirection,
            "<": self._less_than,
            ".": self._dot,
            "[": self._bracket,
            ":": self._colon,
            "`": self._word,
        }

    # ------------------------------------------------------------------------------------------------------------- errors

    def error(
        self, message: str, error_id: str, start: int, end: int | None = None, *, incomplete: bool = False
    ) -> ParseError:
        """Return the error for a place in the source."""
        end = start + 1 if end is None else end
        return ParseError(message, error_id, self.source.position(start, end), offset=start, incomplete=incomplete)

    # -------------------------------------------------------------------------------------------------------------- blanks

    def skip_blanks(self, position: int) -> int:
        """Return the place of the next token: after blanks, comments and continued line ends."""
        text = self.text
        while position < len(text):
            character = text[position]
            if character == "#":
                found = _LINE_COMMENT.match(text, position)
            elif character == "<" and text.startswith("<#", position):
                end = text.find("#>", position + 2)
                if end < 0:
                    raise self.error(
                        "The terminator '#>' is missing from the multiline comment.",
                        "MissingTerminatorMultiLineComment",
                        position,
                        incomplete=True,
                    )
                position = end + 2
                continue
            else:
                found = _SPACE.match(text, position)
            if found is None:
                break
            position = found.end()
        return position

    # ---------------------------------------------------------------------------------------------------------------- scan

    def scan(self, position: int, mode: Mode, *, signed: bool = False) -> Token:
        """Return the next token at or after a place. `signed` takes a number with its sign. Raises `ParseError`."""
        start = self.skip_blanks(position)
        text = self.text
        if start >= len(text):
            return Token(TokenKind.END, "", len(text), len(text))
        if signed and mode is Mode.EXPRESSION and text[start] in _SIGNS:
            number = self._signed_number(start)
            if number is not None:
                return number
        reader = self._readers.get(text[start])
        if reader is not None:
            return reader(start, mode)
        if text[start].isalpha():
            return self._identifier(start, mode)
        return self._generic(start)

    def _newline(self, start: int, _mode: Mode) -> Token:
        end = start + (2 if self.text.startswith("\r\n", start) else 1)
        return Token(TokenKind.NEWLINE, self.text[start:end], start, end)

    def _single_character(self, start: int, _mode: Mode) -> Token:
        character = self.text[start]
        return Token(_SINGLE_CHARACTERS[character], character, start, start + 1)

    def _bar_or_ampersand(self, start: int, _mode: Mode) -> Token:
        character = self.text[start]
        if self.text.startswith(character, start + 1):  # '&&' and '||' are of a later PowerShell
            return Token(TokenKind.RESERVED, 2 * character, start, start + 2)
        return Token(TokenKind.PIPE if character == "|" else TokenKind.AMPERSAND, character, start, start + 1)

    def _less_than(self, start: int, _mode: Mode) -> Token:
        raise self.error("The '<' operator is reserved for future use.", "RedirectionNotSupported", start)

    def _bracket(self, start: int, mode: Mode) -> Token:
        if mode is Mode.COMMAND and not self._ends_word(start + 1):
            return self._generic(start)
        return Token(TokenKind.LEFT_BRACKET, "[", start, start + 1)

    def _colon(self, start: int, mode: Mode) -> Token:
        if self.text.startswith("::", start):
            return Token(TokenKind.COLON_COLON, "::", start, start + 2)
        label = _IDENTIFIER.match(self.text, start + 1)
        if mode is Mode.COMMAND and label is not None:
            return Token(TokenKind.LABEL, self.text[start : label.end()], start, label.end(), label.group())
        return self._generic(start)

    def _asterisk(self, start: int, mode: Mode) -> Token:
        return self._redirection(start, mode) if self.text.startswith("*>", start) else self._symbol(start, mode)

    def _symbol(self, start: int, mode: Mode) -> Token:
        """Return an operator made of punctuation, or the word that such a character begins among arguments."""
        text = self.text
        symbol = text[start : start + 2]
        kind = _SYMBOLS.get(symbol)
        if kind is None:
            symbol = text[start]
            kind = _SYMBOLS[symbol]
        end = start + len(symbol)
        if symbol == "!" and mode is Mode.EXPRESSION and _IDENTIFIER.match(text, end):
            return self._generic(start)
        if mode is Mode.COMMAND and not self._ends_word(end):
            return self._generic(start)
        return Token(kind, symbol, start, end, "not" if symbol == "!" else symbol)

    def _redirection(self, start: int, _mode: Mode) -> Token:
        found = _REDIRECTION.match(self.text, start)
        if found is None:
            return self._generic(start)
        named = found["stream"]
        stream = 0 if named == "*" else int(named or 1)
        merge = int(found["merge"]) if found["merge"] else None
        value = Redirected(stream, merge, append=found.group().endswith(">>"))
        return Token(TokenKind.REDIRECTION, found.group(), start, found.end(), value)

    def _ends_word(self, position: int) -> bool:
        return position >= len(self.text) or self.text[position] in _WORD_END or self.text[position].isspace()

    # ------------------------------------------------------------------------------------------------------------- numbers

    def _digit(self, start: int, mode: Mode) -> Token:
        if self.text[start] in "123456" and self.text.startswith(">", start + 1):
            return self._redirection(start, mode)
        return self._number(start, mode) or self._generic(start)

    def _number(self, start: int, mode: Mode) -> Token | None:
        found = _NUMBER.match(self.text, start)
        if found is None:
            return None
        end = found.end()
        if not self._ends_word(end):
            following = self.text[end]
            if mode is Mode.COMMAND or (following not in _NUMBER_END and following not in DASHES):
                return None
        value = _number_value(found)
        if value is None and mode is Mode.EXPRESSION:
            raise self.error(f"The numeric constant {found.group()} is not valid.", "BadNumericConstant", start, end)
        return None if value is None else Token(TokenKind.NUMBER, found.group(), start, end, value)

    def _dot(self, start: int, mode: Mode) -> Token:
        following = self.text[start + 1 : start + 2]
        if following == ".":
            if mode is Mode.COMMAND and not self._ends_word(start + 2):
                return self._generic(start)
            return Token(TokenKind.OPERATOR, "..", start, start + 2, "..")
        if following and following in "0123456789":
            number = self._number(start, mode)
            return number or self._generic(start)
        if mode is Mode.COMMAND and not self._ends_word(start + 1) and following not in "$\"'":
            return self._generic(start)
        return Token(TokenKind.DOT, ".", start, start + 1)

    def _signed_number(self, start: int) -> Token | None:
        """Return a number together with the sign before it, or None when what follows the sign is no number."""
        text = self.text
        if text[start + 1 : start + 2] not in tuple("0123456789."):
            return None
        number = self._number(start + 1, Mode.EXPRESSION)
        if number is None or not isinstance(number.value, (int, float, Decimal)):
            return None
        value = number.value if text[start] == "+" else -number.value
        return Token(TokenKind.NUMBER, text[start : number.end], start, number.end, value)

    def _dash(self, start: int, mode: Mode) -> Token:
        text = self.text
        following = text[start + 1 : start + 2]
        if following and following in DASHES:
            if mode is Mode.COMMAND and not self._ends_word(start + 2):
                return self._generic(start)
            return Token(TokenKind.INCREMENT, text[start : start + 2], start, start + 2, "--")
        if mode is Mode.EXPRESSION:
            if following == "=":
                return Token(TokenKind.ASSIGNMENT, text[start : start + 2], start, start + 2, "-=")
            found = _DASH_OPERATOR.match(text, start)
            if found is not None and found["name"].lower() in OPERATOR_NAMES:
                return Token(TokenKind.OPERATOR, found.group(), start, found.end(), found["name"].lower())
        if following and (following.isalpha() or following in "_?"):
            return self._parameter(start)
        if mode is Mode.COMMAND and not self._ends_word(start + 1):
            return self._generic(start)
        return Token(TokenKind.OPERATOR, text[start], start, start + 1, "-")

    def _parameter(self, start: int) -> Token:
        found = _PARAMETER.match(self.text, start)
        if found is None or any(quote in found["name"] for quote in SINGLE_QUOTES + DOUBLE_QUOTES):
            return self._generic(start)  # quotes are never part of a parameter
        return Token(TokenKind.PARAMETER, found.group(), start, found.end(), found["name"], colon=bool(found["colon"]))

    # --------------------------------------------------------------------------------------------------------------- words

    def _word(self, start: int, _mode: Mode) -> Token:
        return self._generic(start)

    def _identifier(self, start: int, mode: Mode) -> Token:
        found = _IDENTIFIER.match(self.text, start)
        if found is None:  # a letter that is no word character
            return self._generic(start)
        if mode is Mode.COMMAND and not self._ends_word(found.end()):
            return self._generic(start)
        return Token(TokenKind.IDENTIFIER, found.group(), start, found.end(), found.group())

    def _generic(self, start: int) -> Token:
        """Read a word of a command: up to a blank or a character that ends words, strings and variables in it included."""
        token = self._expanded.get(start)
        if token is None:
            token = self._expanded[start] = self._read_generic(start)
        return token

    def _read_generic(self, start: int) -> Token:
        text = self.text
        parts: list[str | Expression] = []
        pending: list[str] = []
        position = start
        while position == start or not self._ends_word(position):  # a word has a character, NUL too
            character = text[position]
            if character == "`":
                decoded, position = self._escape(position)
                pending.append(decoded)
            elif character in SINGLE_QUOTES:
                value, position = self._single_quoted(position)
                pending.append(value)
            elif character in DOUBLE_QUOTES:
                inner, position = self._expand(position + 1, DOUBLE_QUOTES)
                for part in inner:
                    _append(parts, pending, part)
            elif character == "$":
                part, position = self._dollar_in_text(position, braces_end=True)
                _append(parts, pending, part)
            else:
                pending.append(character)
                position += 1
        raw = text[start:position]
        if not parts:
            return Token(TokenKind.GENERIC, raw, start, position, "".join(pending))
        if pending:
            parts.append("".join(pending))
        return Token(TokenKind.GENERIC_EXPANDABLE, raw, start, position, tuple(parts))

    # ------------------------------------------------------------------------------------------------------------- strings

    def _escape(self, position: int) -> tuple[str, int]:
        """Return what a backtick and the character after it stand for, and the place after them."""
        following = self.text[position + 1 : position + 2]
        if not following:
            return "`", position + 1
        if self.text.startswith("\r\n", position + 1):
            return "\r\n", position + 3
        return _ESCAPES.get(following, following), position + 2

    def _single_quoted_token(self, start: int, _mode: Mode) -> Token:
        value, end = self._single_quoted(start)
        return Token(TokenKind.STRING, self.text[start:end], start, end, value)

    def _single_quoted(self, start: int) -> tuple[str, int]:
        text = self.text
        pieces: list[str] = []
        position = start + 1
        while position < len(text):
            if text[position] in SINGLE_QUOTES:
                if text[position + 1 : position + 2] not in tuple(SINGLE_QUOTES):
                    return "".join(pieces), position + 1
                position += 1
            pieces.append(text[position])
            position += 1
        raise self._unterminated(start, "'")

    def _unterminated(self, start: int, terminator: str) -> ParseError:
        return self.error(
            f"The string is missing the terminator: {terminator}.",
            "TerminatorExpectedAtEndOfString",
            start,
            len(self.text),
            incomplete=True,
        )

    def _expandable_token(self, start: int, _mode: Mode) -> Token:
        token = self._expanded.get(start)
        if token is None:
            parts, end = self._expand(start + 1, DOUBLE_QUOTES)
            token = self._expanded[start] = _string_token(self.text[start:end], start, end, parts)
        return token

    def _expand(self, position: int, quotes: str) -> tuple[list[str | Expression], int]:
        """Read the inside of an expandable string from after its first quote; return the parts and the place after it."""
        text = self.text
        start = position - 1
        parts: list[str | Expression] = []
        pending: list[str] = []
        while position < len(text):
            character = text[position]
            if character == "`":
                decoded, position = self._escape(position)
                pending.append(decoded)
            elif character == "$":
                part, position = self._dollar_in_text(position)
                _append(parts, pending, part)
            elif character in quotes:
                if text[position + 1 : position + 2] not in tuple(quotes):
                    if pending:
                        parts.append("".join(pending))
                    return parts, position + 1
                pending.append(text[position + 1])
                position += 2
            else:
                pending.append(character)
                position += 1
        raise self._unterminated(start, '"')

    def _dollar_in_text(
        self, position: int, *, braces_end: bool = False, escaped_quotes: bool = True
    ) -> tuple[str | Expression, int]:
        text = self.text
        following = text[position + 1 : position + 2]
        if following == "(":
            return self._subexpression(position + 2, escaped_quotes)
        if following == "{" and not (braces_end and "}" not in text[position:]):
            name, end = self._braced_name(position)
            return self._variable(name, position, end), end
        found = _VARIABLE.match(text, position + 1)
        if found is None:
            return "$", position + 1
        self._check_name(found.group(), position, found.end())
        return self._variable(found.group(), position, found.end()), found.end()

    def _check_name(self, name: str, start: int, end: int) -> None:
        if name.endswith(":"):
            raise self.error(
                "Variable reference is not valid. ':' was not followed by a valid variable name character. "
                "Consider using ${} to delimit the name.",
                "InvalidVariableReferenceWithDrive",
                start,
                end,
            )

    def _braced_name(self, start: int) -> tuple[str, int]:
        text = self.text
        pieces: list[str] = []
        position = start + 2
        while position < len(text):
            character = text[position]
            if character == "}":
                if not pieces:
                    raise self.error(
                        "An empty ${} variable reference was found. A name is required inside the braces.",
                        "EmptyVariableReference",
                        start,
                    )
                name = "".join(pieces)
                self._check_name(name, start, position + 1)
                return name, position + 1
            if character == "{":
                raise self.error(
                    "Use `{ instead of { in variable names.", "OpenBraceNeedsToBeBackTickedInVariableName", position
                )
            if character == "`":
                decoded, position = self._escape(position)
                pieces.append(decoded)
                continue
            pieces.append(character)
            position += 1
        raise self.error(
            "${variable} reference starting is missing the closing '}'.",
            "IncompleteDollarVariableReference",
            start,
            incomplete=True,
        )

    # ------------------------------------------------------------------------------------------------------------ $ and @

    def _dollar(self, start: int, mode: Mode) -> Token:
        text = self.text
        following = text[start + 1 : start + 2]
        if following == "(":
            return Token(TokenKind.DOLLAR_PAREN, "$(", start, start + 2)
        if following == "{":
            name, end = self._braced_name(start)
        else:
            found = _VARIABLE.match(text, start + 1)
            if found is None:
                return self._generic(start)
            name, end = found.group(), found.end()
        if mode is Mode.COMMAND and not self._ends_word(end) and text[end] not in ".[=:":
            return self._generic(start)
        self._check_name(name, start, end)
        return Token(TokenKind.VARIABLE, text[start:end], start, end, name)

    def _at(self, start: int, _mode: Mode) -> Token:
        text = self.text
        following = text[start + 1 : start + 2]
        if following == "(":
            return Token(TokenKind.AT_PAREN, "@(", start, start + 2)
        if following == "{":
            return Token(TokenKind.AT_BRACE, "@{", start, start + 2)
        if following and following in SINGLE_QUOTES:
            body, end = self._here_body(start, SINGLE_QUOTES)
            return Token(TokenKind.STRING, text[start:end], start, end, text[body : self._here_content_end(body, end)])
        if following and following in DOUBLE_QUOTES:
            token = self._expanded.get(start)
            if token is None:
                token = self._expanded[start] = self._expandable_here(start)
            return token
        found = _VARIABLE.match(text, start + 1)
        if found is not None:
            return Token(TokenKind.SPLAT, text[start : found.end()], start, found.end(), found.group())
        raise self.error(
            "Unrecognized token in source text.", "UnrecognizedToken", start, incomplete=start + 1 >= len(text)
        )

    # -------------------------------------------------------------------------------------------------------- here-strings

    def _here_start(self, start: int) -> int:
        """Return where the content of a here-string begins: on the line after its header."""
        header = _HERE_END.match(self.text, start + 2)
        if header is not None:
            return header.end()
        if not self.text[start + 2 :].strip(BLANKS):
            raise self._unterminated(start, self.text[start + 1] + "@")
        raise self.error(
            "No characters are allowed after a here-string header but before the end of the line.",
            "UnexpectedCharactersAfterHereStringHeader",
            start + 2,
        )

    def _here_footer(self, position: int, quotes: str) -> bool:
        """Return whether the terminator of a here-string stands at a place."""
        return self.text[position : position + 1] in tuple(quotes) and self.text[position + 1 : position + 2] == "@"

    def _here_body(self, start: int, quotes: str) -> tuple[int, int]:
        body = self._here_start(start)
        line = body
        while True:
            if self._here_footer(line, quotes):
                return body, line + 2
            newline = self.text.find("\n", line)
            if newline < 0:
                raise self._here_unterminated(start, body, quotes)
            line = newline + 1

    def _here_unterminated(self, start: int, body: int, quotes: str) -> ParseError:
        indented = re.compile(rf"^[^\S\r\n]+[{quotes}]@", re.MULTILINE).search(self.text, body)
        if indented is not None:
            return self.error(
                "White space is not allowed before the string terminator.",
                "WhitespaceBeforeHereStringFooter",
                indented.start(),
            )
        return self._unterminated(start, quotes[0] + "@")

    def _here_content_end(self, body: int, end: int) -> int:
        """Return where the content ends: before the line end that precedes the terminator."""
        content_end = end - 2
        if content_end > body and self.text[content_end - 1] == "\n":
            content_end -= 1
            if content_end > body and self.text[content_end - 1] == "\r":
                content_end -= 1
        return content_end

    def _expandable_here(self, start: int) -> Token:
        text = self.text
        body = self._here_start(start)
        parts: list[str | Expression] = []
        pending: list[str] = []
        position = body
        at_line_start = True
        while position < len(text):
            if at_line_start and self._here_footer(position, DOUBLE_QUOTES):
                content = "".join(pending)
                pending = [content.removesuffix("\n").removesuffix("\r") if content.endswith("\n") else content]
                if pending[0]:
                    parts.append(pending[0])
                return _string_token(text[start : position + 2], start, position + 2, parts)
            character = text[position]
            at_line_start = character == "\n"
            if character == "`":
                decoded, position = self._escape(position)
                pending.append(decoded)
            elif character == "$":
                part, position = self._dollar_in_text(position, escaped_quotes=False)
                _append(parts, pending, part)
            else:
                pending.append(character)
                position += 1
        raise self._here_unterminated(start, body, DOUBLE_QUOTES)


def _append(parts: list[str | Expression], pending: list[str], part: str | Expression) -> None:
    """Add a part to those of an expandable text, joining neighbouring pieces of plain text."""
    if isinstance(part, str):
        pending.append(part)
        return
    if pending:
        parts.append("".join(pending))
        pending.clear()
    parts.append(part)


def _string_token(raw: str, start: int, end: int, parts: list[str | Expression]) -> Token:
    if all(isinstance(part, str) for part in parts):
        return Token(TokenKind.STRING, raw, start, end, "".join(str(part) for part in parts))
    return Token(TokenKind.EXPANDABLE, raw, start, end, tuple(parts))


def _hexadecimal(digits: str, factor: int, *, is_long: bool) -> int | None:
    """Return what a hexadecimal number stands for: the bits of the smallest type that holds them, so that 0xFFFFFFFF is -1."""
    value = int(digits, 16) if len(digits) <= _HEX_DIGITS else 2 * _INT64
    if _INT32 <= value < 2 * _INT32 and not is_long:
        value -= 2 * _INT32
    elif _INT64 <= value < 2 * _INT64:
        value -= 2 * _INT64
    value *= factor
    return value if -_INT64 <= value < _INT64 else None


def _number_value(found: re.Match[str]) -> int | float | Decimal | None:
    """Return the value of a number, or None when no type of the language can hold it."""
    suffix = (found["suffix"] or "").lower()
    factor = _MULTIPLIERS[found["multiplier"][0].lower()] if found["multiplier"] else 1
    spelled = re.sub(_DASH_CLASS, "-", found["decimal"] or "")
    if found["hex"]:
        return _hexadecimal(found["hex"], factor, is_long=suffix == "l")
    if suffix == "d":
        if float(spelled) > _DECIMAL_LIMIT:
            return None
        exact = Decimal(spelled) if factor == 1 else Decimal(spelled) * factor
        return exact if exact < _DECIMAL_LIMIT else None
    if suffix == "l" and float(spelled) * factor >= _INT64:
        return None
    if not spelled.isdigit():
        real = float(spelled) * factor
        return (int(real) if suffix == "l" else real) if isfinite(real) else None
    if len(spelled) > _DECIMAL_DIGITS:
        real = float(spelled) * factor
        return real if isfinite(real) else None
    whole = int(spelled) * factor
    if whole < _INT64:
        return whole
    return Decimal(whole) if whole < _DECIMAL_LIMIT else float(whole)
