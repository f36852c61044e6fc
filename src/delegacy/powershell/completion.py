"""Tab completion: what could stand at the cursor, from the metadata of commands and from what the session knows.

The text up to the cursor is read by the real parser, which stops where the text does; the tokens that it took until then tell which
command stands there, and which of its parameters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from delegacy.powershell.binder import Binder
from delegacy.powershell.errors import PowerShellError
from delegacy.powershell.help import accepted_values, short_type
from delegacy.powershell.methods import method_names
from delegacy.powershell.printer import quote
from delegacy.powershell.properties import property_names
from delegacy.powershell.statics import static_names, static_type
from delegacy.powershell.suggestions import Suggestion, Suggestions
from delegacy.powershell.tokenizer import DASHES, DOUBLE_QUOTES, SINGLE_QUOTES
from delegacy.powershell.tokens import Token, TokenKind
from delegacy.powershell.values import TypeReference
from delegacy.powershell.watching import watched
from delegacy.powershell.wildcard import has_wildcards, wildcard_pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from delegacy.powershell.metadata import CmdletInfo, Parameter

MOST_IDENTITIES: Final = 50
_UNFINISHED: Final = "TerminatorExpectedAtEndOfString"
_OPENING: Final = frozenset(
    {
        TokenKind.LEFT_PAREN,
        TokenKind.LEFT_BRACE,
        TokenKind.LEFT_BRACKET,
        TokenKind.DOLLAR_PAREN,
        TokenKind.AT_PAREN,
        TokenKind.AT_BRACE,
    }
)
_CLOSING: Final = frozenset({TokenKind.RIGHT_PAREN, TokenKind.RIGHT_BRACE, TokenKind.RIGHT_BRACKET})
_BOUNDARIES: Final = frozenset(
    {TokenKind.PIPE, TokenKind.SEMICOLON, TokenKind.NEWLINE, TokenKind.ASSIGNMENT, TokenKind.RESERVED}
)
_CALLS: Final = frozenset({TokenKind.AMPERSAND, TokenKind.DOT})
_NAMES: Final = frozenset({TokenKind.IDENTIFIER, TokenKind.GENERIC})
_WORDS: Final = _NAMES | {
    TokenKind.GENERIC_EXPANDABLE,
    TokenKind.PARAMETER,
    TokenKind.VARIABLE,
    TokenKind.STRING,
    TokenKind.EXPANDABLE,
    TokenKind.NUMBER,
    TokenKind.OPERATOR,
    TokenKind.SPLAT,
}
_BARE: Final = re.compile(r"[A-Za-z_\\/*~][\w\\/*~:.@+-]*")
_VARIABLE: Final = re.compile(r"(?P<sign>\$|(?<![\w.])@)\{?(?P<name>\w*)\Z")
_STATIC: Final = re.compile(r"\[(?P<type>[\w.]+)\]::(?P<name>\w*)\Z")
_MEMBER: Final = re.compile(r"\$(?P<variable>\w+)\.(?P<name>\w*)\Z")
_CONSTANTS: Final = ("$true", "$false", "$null")


@dataclass(frozen=True, slots=True)
class Identity:
    """Something that a value could name: how it is written, and what it is."""

    text: str
    description: str = ""


class IdentityCompleter(Protocol):
    """Knows the objects that values of parameters name."""

    def complete_identity(self, kind: str, prefix: str, limit: int) -> Sequence[Identity]:
        """Return objects of a kind whose names begin with a text, `limit` of them at most.

        A kind is a parameter's `completer`, or the noun of its command ("Mailbox") where that says so.
        """


class CompletionSource(IdentityCompleter, Protocol):
    """What a session knows."""

    def commands(self) -> Collection[CmdletInfo]:
        """Return all cmdlets and functions."""

    def find_command(self, name: str) -> CmdletInfo | None:
        """Return the cmdlet or function with a name or alias, None when there is none."""

    def variables(self) -> Mapping[str, object]:
        """Return all variables by name."""


def complete(text: str, cursor: int, source: CompletionSource) -> Suggestions:
    """Return what could stand at the cursor."""
    place = _Place(text[:cursor])
    items = () if place.is_comment else tuple(_Completion(place, source).items())
    return Suggestions(place.start, items)


# ------------------------------------------------------------------------------------------------------------- where the cursor is


class _Place:
    """The word at the cursor, and the tokens of the command before it."""

    def __init__(self, text: str) -> None:
        self.text = text
        parser, failure = watched(text)
        tokens = [token for token in parser.tokens() if token.kind is not TokenKind.END]
        self.quote = ""
        self.start = len(text)
        if failure is not None and failure.error_id == _UNFINISHED and failure.offset < len(text):
            self.start = failure.offset
            self.quote = text[self.start]
        elif tokens and tokens[-1].end == len(text) and tokens[-1].kind in _WORDS and not tokens[-1].colon:
            self.start = tokens[-1].start
            self.quote = text[self.start] if tokens[-1].kind in (TokenKind.STRING, TokenKind.EXPANDABLE) else ""
        before = [token for token in tokens if token.end <= self.start]
        self.elements, self.boundary = _command_before(before)
        gap = text[max((token.end for token in before), default=0) : self.start]
        self.is_comment = gap.lstrip().startswith(("#", "<#"))

    @property
    def written(self) -> str:
        """The word as it was typed."""
        return self.text[self.start :]

    @property
    def word(self) -> str:
        """The word without its quotes."""
        if not self.quote:
            return self.written
        inside = self.written[1:]
        quotes = SINGLE_QUOTES if self.quote in SINGLE_QUOTES else DOUBLE_QUOTES
        if inside and inside[-1] in quotes:
            inside = inside[:-1]
        return inside.replace(self.quote * 2, self.quote)

    @property
    def is_literal(self) -> bool:
        """Whether the word stands in quotes that variables mean nothing in."""
        return bool(self.quote) and self.quote in SINGLE_QUOTES

    @property
    def begins_command(self) -> bool:
        """Whether a command's name stands at the cursor."""
        if self.boundary is TokenKind.AT_BRACE:
            return False
        if not self.elements:
            return True
        first, last = self.elements[0], self.elements[-1]
        if len(self.elements) == 1 and first.kind in _CALLS:
            return True
        return first.kind is TokenKind.VARIABLE and last.text.lower() == "in"  # foreach ($x in ...


def _command_before(tokens: list[Token]) -> tuple[list[Token], TokenKind | None]:
    """Return the tokens from the beginning of the command that the last ones belong to, and what stands before it."""
    depth = 0
    for place in range(len(tokens) - 1, -1, -1):
        kind = tokens[place].kind
        if kind in _CLOSING:
            depth += 1
        elif kind in _OPENING:
            if depth == 0:
                return tokens[place + 1 :], kind
            depth -= 1
        elif kind in _BOUNDARIES and depth == 0:
            return tokens[place + 1 :], kind
    return tokens, None


# ---------------------------------------------------------------------------------------------------------- what its words are for


@dataclass(slots=True)
class _Given:
    """What the words of a command before the cursor are: which parameters they name, and which one the next value is for."""

    parameters: list[Parameter] = field(default_factory=list)
    positional: int = 0
    awaiting: Parameter | None = None
    listed: list[str] = field(default_factory=list)
    is_list: bool = False
    listed_for: Parameter | None = None


def _read_words(tokens: Iterable[Token], binder: Binder) -> _Given:
    given = _Given()
    last_end = -1
    for token in _outermost(tokens):
        if token.kind is TokenKind.COMMA:
            given.is_list = True
        elif token.kind is TokenKind.PARAMETER:
            given.listed, given.is_list, given.listed_for = [], False, None
            parameter = _resolved(binder, str(token.value))
            if parameter is not None:
                given.parameters.append(parameter)
            takes_value = parameter is not None and (token.colon or not parameter.switch)
            given.awaiting = parameter if takes_value else None
        elif token.start != last_end or given.is_list:  # what touches the word before belongs to it
            _read_value(given, token)
        last_end = token.end
    return given


def _read_value(given: _Given, token: Token) -> None:
    value = str(token.value) if isinstance(token.value, str) else token.text
    if given.is_list:
        given.listed.append(value)
        given.is_list = False
        return
    given.listed = [value]
    given.listed_for, given.awaiting = given.awaiting, None
    if given.listed_for is None:
        given.positional += 1


def _outermost(tokens: Iterable[Token]) -> Iterator[Token]:
    """Return the tokens outside of brackets, each bracketed part as its opening token."""
    depth = 0
    for token in tokens:
        if token.kind in _CLOSING:
            depth -= 1
            continue
        if depth == 0:
            yield token
        if token.kind in _OPENING:
            depth += 1


def _resolved(binder: Binder, name: str) -> Parameter | None:
    try:
        return binder.resolve(name)
    except PowerShellError:
        return None


# ----------------------------------------------------------------------------------------------------------------- suggestions


class _Completion:
    """The suggestions for one place."""

    def __init__(self, place: _Place, source: CompletionSource) -> None:
        self._place = place
        self._source = source

    def items(self) -> Iterable[Suggestion]:
        """Return the suggestions."""
        place = self._place
        variable = None if place.is_literal else _VARIABLE.search(place.text)
        if variable is not None:
            place.start = variable.start()
            return self._variables(variable["name"], variable["sign"])
        if not place.quote:
            members = self._members()
            if members is not None:
                return members
        if place.begins_command:
            return () if place.quote and not place.elements else self._commands()
        return self._of_command()

    def _variables(self, prefix: str, sign: str = "$") -> Iterable[Suggestion]:
        names = sorted({name for name in self._source.variables() if name.isidentifier()}, key=str.lower)
        return [
            Suggestion(f"{sign}{name}", f"{sign}{name}") for name in names if name.lower().startswith(prefix.lower())
        ]

    def _members(self) -> Iterable[Suggestion] | None:
        """Return the members of the type or variable before a dot, None when there is none."""
        place = self._place
        found = _STATIC.search(place.text)
        names: Iterable[str] = ()
        if found is not None:
            reference = static_type(found["type"])
            names = [] if reference is None else static_names(reference)
        else:
            found = _MEMBER.search(place.text)
            if found is None:
                return None
            known = {name.lower(): value for name, value in self._source.variables().items()}
            value = known.get(found["variable"].lower())
            names = [] if value is None else [*property_names(value), *method_names(value)]
        place.start = found.start("name")
        prefix = found["name"].lower()
        return [Suggestion(name, name) for name in names if name.lower().startswith(prefix)]

    def _commands(self) -> Iterable[Suggestion]:
        word = self._place.word
        commands = sorted(self._source.commands(), key=lambda info: info.name.lower())
        if has_wildcards(word):
            try:
                pattern = wildcard_pattern(f"{word}*")
            except ValueError:
                return ()
            wanted = [info for info in commands if pattern.fullmatch(info.name)]
        else:
            wanted = [info for info in commands if info.name.lower().startswith(word.lower())]
        return [Suggestion(info.name, info.name, info.synopsis) for info in wanted]

    def _of_command(self) -> Iterable[Suggestion]:
        elements = self._place.elements
        if elements and elements[0].kind in _CALLS:
            elements = elements[1:]
        if not elements or elements[0].kind not in _NAMES:
            return ()
        info = self._source.find_command(str(elements[0].value))
        if info is None:
            return ()
        binder = Binder(info)
        given = _read_words(elements[1:], binder)
        word = self._place.written
        if given.awaiting is not None and word[:1] not in tuple(DASHES):
            return self._values(info, given.awaiting, ())
        if given.is_list:
            wanted = given.listed_for or self._positional(info, given, before=1)
            return () if wanted is None else self._values(info, wanted, given.listed)
        if word[:1] and word[0] in DASHES:
            return self._parameters(binder, given)
        wanted = self._positional(info, given)
        return () if wanted is None else self._values(info, wanted, ())

    def _sets(self, info: CmdletInfo, given: _Given) -> set[str]:
        """Return the parameter sets that are still possible."""
        names = set(info.set_names)
        for parameter in given.parameters:
            if not parameter.in_all_sets and not parameter.common:
                names &= parameter.set_names
        return names or set(info.set_names)

    def _parameters(self, binder: Binder, given: _Given) -> Iterable[Suggestion]:
        prefix = self._place.written[1:].lower()
        names = self._sets(binder.info, given)
        placed = self._by_position(binder.info, given)[: given.positional]
        return [
            Suggestion(
                f"-{parameter.name}", f"-{parameter.name}", f"<{short_type(parameter)}> {parameter.help}".rstrip()
            )
            for parameter in binder.parameters
            if parameter.name.lower().startswith(prefix)
            and not parameter.hidden
            and parameter not in given.parameters
            and parameter not in placed
            and (parameter.common or parameter.in_all_sets or parameter.set_names & names)
        ]

    def _positional(self, info: CmdletInfo, given: _Given, before: int = 0) -> Parameter | None:
        """Return the parameter that the next positional value is for; `before` says how many of the values are to be forgotten."""
        ordered = self._by_position(info, given)
        index = given.positional - before
        return ordered[index] if 0 <= index < len(ordered) else None

    def _by_position(self, info: CmdletInfo, given: _Given) -> list[Parameter]:
        """Return the parameters that positional values are for, in order."""
        names = self._sets(info, given)
        placed: dict[int, Parameter] = {}
        for parameter in info.parameters:
            for membership in parameter.memberships:
                fits = parameter.in_all_sets or membership.set_name in names
                if fits and membership.position is not None and parameter not in given.parameters:
                    placed.setdefault(membership.position, parameter)
        return [placed[position] for position in sorted(placed)]

    def _values(self, info: CmdletInfo, parameter: Parameter, listed: Sequence[str]) -> Iterable[Suggestion]:
        word = self._place.word
        values = accepted_values(parameter)
        if values:
            taken = {value.lower() for value in listed}
            return [
                Suggestion(self._quoted(value), value)
                for value in values
                if value.lower().startswith(word.lower()) and value.lower() not in taken
            ]
        if _is_boolean(parameter):
            return [Suggestion(name, name) for name in _CONSTANTS[:2] if name[1:].startswith(word.lower().lstrip("$"))]
        if parameter.completer == "command":
            return self._commands()
        if parameter.completer == "variable":
            found = self._variables(word)
            return [Suggestion(one.text[1:], one.text[1:]) for one in found]
        if not parameter.completer:
            return ()
        kind = info.noun if parameter.completer == "noun" else parameter.completer
        taken = {value.lower() for value in listed}
        return [
            Suggestion(self._quoted(identity.text), identity.text, identity.description)
            for identity in self._source.complete_identity(kind, word, MOST_IDENTITIES)
            if identity.text.lower() not in taken
        ]

    def _quoted(self, value: str) -> str:
        """Return a value as it can stand among arguments: in quotes where it needs them, and in those that were begun."""
        if self._place.quote and self._place.quote in DOUBLE_QUOTES:
            return '"' + re.sub(f"([`${DOUBLE_QUOTES}])", r"`\1", value) + '"'
        if not self._place.quote and _BARE.fullmatch(value):
            return value
        return quote(value)


def _is_boolean(parameter: Parameter) -> bool:
    if parameter.switch:
        return True
    target = parameter.target
    if isinstance(target, TypeReference):
        return target.full_name == "System.Boolean"
    return short_type(parameter) == "Boolean"
