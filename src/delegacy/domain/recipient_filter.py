"""OPATH filters: the language of ``-Filter``, ``-RecipientFilter`` and ``-RecipientPreviewFilter``.

``Property -operator value``, joined by ``-and`` and ``-or``, turned round by ``-not``; ``-or`` binds least, ``-not`` most. Text compares without
case; ``*`` is the only wildcard, and only after ``-like``. What was never set equals ``$null`` alone: ``-ne 'x'`` and ``-not (.. -eq 'x')`` include
it. Sources: "Filters in recipient commands", "Filterable properties for the -Filter parameter".
"""

import operator as operators
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.dn import DistinguishedName, looks_like_dn, split_canonical_name
from delegacy.domain.errors import InvalidDistinguishedName, InvalidFilter
from delegacy.domain.identity import fold
from delegacy.domain.properties import Property, PropertyType, parse_date, property_named
from delegacy.domain.recipient import Recipient

LONGEST: Final = 16384
"""Characters of a filter."""
DEEPEST: Final = 64
"""Brackets and ``-not`` inside one another."""
MOST_COMPARISONS: Final = 500


class Operator(Enum):
    """The comparison operators."""

    EQ = "-eq"
    NE = "-ne"
    GT = "-gt"
    GE = "-ge"
    LT = "-lt"
    LE = "-le"
    LIKE = "-like"
    NOTLIKE = "-notlike"


Value = str | bool | int | datetime | UUID | None
"""What a property is compared with, of the property's type; None is ``$null``."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``Property -operator value``."""

    property: Property
    operator: Operator
    value: Value

    def __str__(self) -> str:
        return f"{self.property.name} {self.operator.value} {_printed(self.value)}"


@dataclass(frozen=True, slots=True)
class Not:
    """``-not (part)``."""

    part: "Filter"

    def __str__(self) -> str:
        return f"-not ({self.part})"


@dataclass(frozen=True, slots=True)
class And:
    """``part -and part``: two parts or more."""

    parts: "tuple[Filter, ...]"

    def __str__(self) -> str:
        return " -and ".join(f"({part})" if isinstance(part, And | Or) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """``part -or part``: two parts or more."""

    parts: "tuple[Filter, ...]"

    def __str__(self) -> str:
        return " -or ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


Filter = Comparison | Not | And | Or
"""A filter; ``str`` prints it so that it reads back as the same filter."""


def parse_filter(text: str) -> Filter:
    """Return the filter that ``text`` is; raise ``InvalidFilter`` if it is none or names a property that no recipient has."""
    if len(text) > LONGEST:
        raise InvalidFilter(f"The filter is longer than {LONGEST} characters.", text[:64])
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise InvalidFilter("The filter holds characters that no property can have.", text[:64])
    return _Parser(text).whole()


Links = Callable[[Property, Recipient], frozenset[str]]
"""Tells which objects a recipient is linked with by a property of that type: their folded distinguished names."""


def matches(condition: Filter, recipient: Recipient, links: Links) -> bool:
    """Tell whether ``recipient`` is one of those that the filter describes; ``links`` is asked only where the filter asks for links."""
    match condition:
        case Comparison():
            return _holds(condition, recipient, links)
        case Not(part):
            return not matches(part, recipient, links)
        case And(parts):
            return all(matches(part, recipient, links) for part in parts)
        case Or(parts):
            return any(matches(part, recipient, links) for part in parts)


def text_of(value: object) -> str:
    """Return the form in which a property's value is compared as text; empty for what was never set."""
    match value:
        case None:
            return ""
        case SmtpAddress() | ProxyAddress():
            return value.key
        case _:
            return fold(str(value))


def like(pattern: str, text: str) -> bool:
    """Tell whether ``text`` has the form of ``pattern``, in which ``*`` stands for any characters; nothing matches no pattern."""
    if not text:
        return False
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    *middle, last = rest
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    position, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True


def _holds(comparison: Comparison, recipient: Recipient, links: Links) -> bool:
    prop, operator, wanted = comparison.property, comparison.operator, comparison.value
    if operator is Operator.NE:
        return not _holds(Comparison(prop, Operator.EQ, wanted), recipient, links)
    if operator is Operator.NOTLIKE:
        return not _holds(Comparison(prop, Operator.LIKE, wanted), recipient, links)
    if prop.type is PropertyType.OBJECTS:
        others = links(prop, recipient)
        return not others if wanted is None else text_of(wanted) in others
    value = prop.value_of(recipient)
    if isinstance(value, tuple):
        return not value if wanted is None else any(_compares(operator, item, wanted) for item in value)
    if wanted is None or value is None:
        return value is wanted
    return _compares(operator, value, wanted)


def _compares(operator: Operator, value: object, wanted: Value) -> bool:
    if operator is Operator.LIKE:
        return like(text_of(wanted), text_of(value))
    order = _ORDER[operator]
    if isinstance(value, (int, datetime)):
        return order(value, wanted)
    return order(text_of(value), text_of(wanted))


_ORDER: Final[Mapping[Operator, Callable[[Any, Any], bool]]] = MappingProxyType(  # both sides are of one type
    {
        Operator.EQ: operators.eq,
        Operator.GT: operators.gt,
        Operator.GE: operators.ge,
        Operator.LT: operators.lt,
        Operator.LE: operators.le,
    }
)
_ORDERED: Final = frozenset({PropertyType.STRING, PropertyType.INTEGER, PropertyType.DATE_TIME})
_TEXTUAL: Final = frozenset(
    {PropertyType.STRING, PropertyType.STRINGS, PropertyType.ADDRESS, PropertyType.PROXY_ADDRESSES}
)
_OPERATORS: Final = MappingProxyType({operator.value: operator for operator in Operator})

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<bracket>[()!])
        |(?P<quoted>'(?:[^']|'')*'|"(?:[^"`]|""|`.)*")
        |(?P<word>[^\s()'"]+))""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    quoted: bool = False

    @property
    def word(self) -> str:
        """Return a word in lower case; empty for a quoted value."""
        return "" if self.quoted else self.text.lower()


_END: Final = _Token("")


class _Parser:
    """Recursive descent over the tokens of one filter."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._position = 0
        self._depth = 0
        self._comparisons = 0

    def whole(self) -> Filter:
        condition = self._or()
        if self._next() is not _END:
            raise self._wrong(f"'{self._next().text}' isn't expected there")
        return condition

    def _or(self) -> Filter:
        parts = [self._and()]
        while self._take("-or"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self) -> Filter:
        parts = [self._not()]
        while self._take("-and"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _not(self) -> Filter:
        if self._take("-not") or self._take("!"):
            with self._deeper():
                return Not(self._bracket() if self._take("(") else self._not())
        if self._take("("):
            with self._deeper():
                return self._bracket()
        return self._comparison()

    def _bracket(self) -> Filter:
        condition = self._or()
        if not self._take(")"):
            raise self._wrong("a bracket isn't closed")
        return condition

    def _comparison(self) -> Filter:
        self._comparisons += 1
        if self._comparisons > MOST_COMPARISONS:
            raise self._wrong(f"it has more than {MOST_COMPARISONS} comparisons")
        name = self._advance()
        prop = property_named(name.word) if name.word else None
        if prop is None or not prop.filterable:
            raise self._wrong(
                f"'{name.text}' isn't a property that can be filtered by" if name.text else "a property is missing"
            )
        word = self._advance()
        operator = _OPERATORS.get(word.word)
        if operator is None:
            raise self._wrong(f"after {prop.name}, '{word.text}' isn't one of {', '.join(_OPERATORS)}")
        value = self._advance()
        if value is _END or value.word in _NOT_A_VALUE or value.word in _OPERATORS:
            raise self._wrong(f"after {prop.name} {operator.value} a value is missing")
        try:
            return Comparison(prop, operator, _value(prop, operator, value))
        except _Unfit as why:
            raise self._wrong(f"{prop.name} {operator.value} {value.text}: {why}") from None

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._wrong(f"brackets and -not stand more than {DEEPEST} deep")
        yield
        self._depth -= 1

    def _next(self) -> _Token:
        return self._tokens[self._position] if self._position < len(self._tokens) else _END

    def _advance(self) -> _Token:
        token = self._next()
        self._position += 1
        return token

    def _take(self, word: str) -> bool:
        taken = self._next().word == word
        self._position += taken
        return taken

    def _wrong(self, why: str) -> InvalidFilter:
        return InvalidFilter(f"The filter '{self._text}' can't be read: {why}.", self._text)


_NOT_A_VALUE: Final = frozenset({"(", ")", "!", "-and", "-or", "-not"})


class _Unfit(ValueError):
    """A value or operator that does not go with the property."""


def _tokens(text: str) -> list[_Token]:
    inner = text.strip()
    if inner[:1] == "{" and inner[-1:] == "}":  # a script block's braces
        inner = inner[1:-1]
    inner = inner.rstrip()
    tokens, position = [], 0
    while position < len(inner):
        found = _TOKEN.match(inner, position)
        if found is None:
            raise InvalidFilter(f"The filter '{text}' can't be read: a quotation mark isn't closed.", text)
        position = found.end()
        if (quoted := found["quoted"]) is None:
            tokens.append(_Token(found["bracket"] or found["word"]))
        elif quoted[0] == "'":
            tokens.append(_Token(quoted[1:-1].replace("''", "'"), quoted=True))
        else:
            tokens.append(_Token(_ESCAPE.sub(lambda pair: pair[0][1], quoted[1:-1]), quoted=True))
    return tokens


_ESCAPE: Final = re.compile(r'""|`.', re.DOTALL)


def _value(prop: Property, operator: Operator, token: _Token) -> Value:
    """Return what ``token`` is as a value of the property; raise ``_Unfit`` if it is none, or the operator is not for such values."""
    like = operator in (Operator.LIKE, Operator.NOTLIKE)
    equality = operator in (Operator.EQ, Operator.NE)
    if like and prop.type not in _TEXTUAL:
        raise _Unfit("wildcards are for text")
    if not like and not equality and prop.type not in _ORDERED:
        raise _Unfit("such values have no order")
    if token.word == "$null" or (token.text == "" and not like):
        if not equality:
            raise _Unfit("$null can only be equal or not")
        return None
    if like:
        return re.sub(r"\*+", "*", token.text)
    return _converted(prop, token.text, equality=equality)


def _converted(prop: Property, text: str, *, equality: bool) -> Value:
    if prop.values and equality:
        return _among(prop, text)
    try:
        return _READERS[prop.type](text)
    except (KeyError, ValueError, InvalidDistinguishedName):
        raise _Unfit(f"that isn't a value of the type {prop.type.value}") from None


def _number(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise ValueError(text)
    return int(text)


def _distinguished_name(text: str) -> str:
    """Return the name of an object, given as a distinguished or a canonical name, in the form in which objects have it."""
    if looks_like_dn(text):
        parsed = DistinguishedName.parse(text)
        return str(DistinguishedName.in_container(parsed.name, parsed.container))
    if (split := split_canonical_name(text)) is None:
        raise ValueError(text)
    container, name = split
    return str(DistinguishedName.in_container(name, container))


def _among(prop: Property, text: str) -> str:
    for value in prop.values:
        if fold(value) == fold(text):
            return value
    raise _Unfit(f"it can be {', '.join(prop.values)}")


_BOOLEANS: Final = MappingProxyType(
    {"true": True, "$true": True, "1": True, "false": False, "$false": False, "0": False}
)
_READERS: Final = MappingProxyType[PropertyType, Callable[[str], Value]](
    {
        PropertyType.STRING: str,
        PropertyType.STRINGS: str,
        PropertyType.BOOLEAN: lambda text: _BOOLEANS[text.lower()],
        PropertyType.INTEGER: _number,
        PropertyType.DATE_TIME: parse_date,
        PropertyType.GUID: UUID,
        PropertyType.DISTINGUISHED_NAME: _distinguished_name,
        PropertyType.OBJECTS: _distinguished_name,
        PropertyType.ADDRESS: lambda text: SmtpAddress.parse(re.sub("^smtp:", "", text, flags=re.IGNORECASE)).key,
        PropertyType.PROXY_ADDRESSES: lambda text: ProxyAddress.parse(text).key,
    }
)


def _printed(value: Value) -> str:
    match value:
        case None:
            return "$null"
        case bool():
            return "$true" if value else "$false"
        case int():
            return str(value)
        case datetime():
            text = value.isoformat()
        case _:
            text = str(value)
    return "'" + text.replace("'", "''") + "'"
