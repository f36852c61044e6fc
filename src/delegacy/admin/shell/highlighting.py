"""Which part of a line is what, as the real parser reads it: for colours while typing.

The parser is watched, not imitated: what it took as a string is shown as a string, and where it stopped the rest is left plain.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby
from typing import Final

from delegacy.powershell.errors import ParseError
from delegacy.powershell.parser import KEYWORDS
from delegacy.powershell.tokens import Token, TokenKind
from delegacy.powershell.watching import watched


class Role(Enum):
    """What a part of the text is."""

    PLAIN = auto()
    COMMAND = auto()
    PARAMETER = auto()
    KEYWORD = auto()
    VARIABLE = auto()
    STRING = auto()
    NUMBER = auto()
    OPERATOR = auto()
    MEMBER = auto()
    TYPE = auto()
    COMMENT = auto()
    ERROR = auto()


_ROLES: Final = {
    TokenKind.PARAMETER: Role.PARAMETER,
    TokenKind.VARIABLE: Role.VARIABLE,
    TokenKind.SPLAT: Role.VARIABLE,
    TokenKind.NUMBER: Role.NUMBER,
    TokenKind.STRING: Role.STRING,
    TokenKind.EXPANDABLE: Role.STRING,
    TokenKind.OPERATOR: Role.OPERATOR,
    TokenKind.ASSIGNMENT: Role.OPERATOR,
    TokenKind.INCREMENT: Role.OPERATOR,
    TokenKind.REDIRECTION: Role.OPERATOR,
    TokenKind.PIPE: Role.OPERATOR,
    TokenKind.AMPERSAND: Role.OPERATOR,
    TokenKind.LABEL: Role.KEYWORD,
}
_WORDS: Final = frozenset({TokenKind.IDENTIFIER, TokenKind.GENERIC, TokenKind.GENERIC_EXPANDABLE})
_SEPARATORS: Final = frozenset({TokenKind.NEWLINE, TokenKind.SEMICOLON})
_OPENING: Final = frozenset(
    {
        TokenKind.LEFT_BRACE,
        TokenKind.LEFT_PAREN,
        TokenKind.DOLLAR_PAREN,
        TokenKind.AT_PAREN,
        TokenKind.AT_BRACE,
    }
)
_CLOSING: Final = frozenset({TokenKind.RIGHT_BRACE, TokenKind.RIGHT_PAREN})
_BEFORE_A_COMMAND: Final = (
    _SEPARATORS
    | {TokenKind.PIPE, TokenKind.AMPERSAND, TokenKind.ASSIGNMENT, TokenKind.DOT}
    | (_OPENING - {TokenKind.AT_BRACE})
)
_SYMBOL_ALIASES: Final = frozenset("?%")
_FOLLOWING_KEYWORDS: Final = frozenset({"catch", "else", "elseif", "finally", "until", "while"})
_COMMENT: Final = re.compile(r"<#.*?(?:#>|\Z)|#[^\r\n]*", re.DOTALL)
_MEMBER: Final = re.compile(r"(?:\.|::)(?P<name>\w+)")
_STRING_STARTS: Final = frozenset("'\"@\u2018\u2019\u201a\u201b\u201c\u201d\u201e")


@dataclass(frozen=True, slots=True)
class Part:
    """Characters in a row that are the same."""

    role: Role
    text: str


def highlighted(text: str) -> tuple[Part, ...]:
    """Return the text in parts; joined, they are the text."""
    parser, failure = watched(text)
    roles = [Role.PLAIN] * len(text)
    stopped_at = len(text) if failure is None else min(failure.offset, len(text))
    tokens = parser.tokens()
    for token, role in zip(tokens, _token_roles(tokens, text), strict=True):
        roles[token.start : token.end] = [role] * (token.end - token.start)
    for start, end in parser.embedded_variables:
        roles[start:end] = [Role.VARIABLE] * (end - start)
    _mark_gaps(roles, tokens, text, stopped_at)
    if failure is not None:
        _mark_failure(roles, text, stopped_at, failure)
    return _parts(text, roles)


def _token_roles(tokens: list[Token], text: str) -> list[Role]:
    found: list[Role] = []
    open_brackets: list[TokenKind] = []
    before: Token | None = None
    for token in tokens:
        if token.kind in _OPENING:
            open_brackets.append(token.kind)
        elif token.kind in _CLOSING and open_brackets:
            open_brackets.pop()
        in_hashtable = bool(open_brackets) and open_brackets[-1] is TokenKind.AT_BRACE
        found.append(_role(token, before, text, in_hashtable=in_hashtable))
        before = token
    return found


def _role(token: Token, before: Token | None, text: str, *, in_hashtable: bool) -> Role:
    if token.kind not in _WORDS:
        is_alias = before is not None and before.kind is TokenKind.PIPE and token.text in _SYMBOL_ALIASES
        return Role.COMMAND if is_alias else _ROLES.get(token.kind, Role.PLAIN)
    word = token.text.lower()
    if before is not None and before.kind is TokenKind.RIGHT_BRACE and word in _FOLLOWING_KEYWORDS:
        return Role.KEYWORD
    if not _begins_command(token, before, text, in_hashtable=in_hashtable):
        return Role.KEYWORD if word == "in" and before is not None and before.kind is TokenKind.VARIABLE else Role.PLAIN
    is_after_pipe = before is not None and before.kind is TokenKind.PIPE
    return Role.KEYWORD if word in KEYWORDS and not is_after_pipe else Role.COMMAND


def _begins_command(token: Token, before: Token | None, text: str, *, in_hashtable: bool) -> bool:
    if before is None or text[: token.start].endswith("$("):
        return True
    if in_hashtable and before.kind in _SEPARATORS:
        return False
    return before.kind in _BEFORE_A_COMMAND


def _mark_gaps(roles: list[Role], tokens: list[Token], text: str, stopped_at: int) -> None:
    """Mark what stands between tokens: comments, and names of types and members, which the parser reads by itself."""
    place = 0
    for token in [*tokens, None]:
        end = token.start if token is not None else stopped_at
        gap = text[place:end]
        for comment in _COMMENT.finditer(gap):
            roles[place + comment.start() : place + comment.end()] = [Role.COMMENT] * len(comment.group())
        if gap.strip() and text[:place].endswith("["):
            roles[place:end] = [Role.TYPE] * len(gap)
        else:
            for member in _MEMBER.finditer(gap):
                roles[place + member.start("name") : place + member.end("name")] = [Role.MEMBER] * len(member["name"])
        place = max(place, token.end if token is not None else end)


def _mark_failure(roles: list[Role], text: str, start: int, error: ParseError) -> None:
    if error.incomplete:
        if text[start : start + 1] in _STRING_STARTS:
            roles[start:] = [Role.STRING] * (len(text) - start)
        elif text.startswith("<#", start):
            roles[start:] = [Role.COMMENT] * (len(text) - start)
        return
    end = min(start + error.position.length, len(text))
    roles[start:end] = [Role.ERROR] * (end - start)


def _parts(text: str, roles: list[Role]) -> tuple[Part, ...]:
    return tuple(
        Part(role, "".join(character for character, _ in group))
        for role, group in groupby(zip(text, roles, strict=True), key=lambda pair: pair[1])
    )
