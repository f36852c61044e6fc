"""The values of the language that Python has no type for.

A value is one of: None ($null), bool, int, float, Decimal, str, `Char`, datetime, timedelta, UUID, `Version`, an Enum member, a list or
tuple (arrays), `ArrayList`, frozenset (a multi-valued property), `Hashtable`, `PSObject`, `SecureString`, `PSCredential`,
`ScriptBlock`, `TypeReference`, `ErrorRecord`, or a stream record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from enum import Enum, Flag
from typing import Any, Final, TypeGuard

CUSTOM_OBJECT: Final = "System.Management.Automation.PSCustomObject"


class Char(str):
    """One character, as indexing a string gives it. `[int]` of it is its code, not its digit."""

    __slots__ = ()


class SpelledInt(int):
    """A whole number typed as an argument in a way that counts when it ends up as text (`-Name 0012`)."""

    spelling: str


class SpelledFloat(float):
    """As `SpelledInt`, for `-Version 15.10`."""

    spelling: str


class ArrayList(list[object]):
    """A list that can grow: `New-Object System.Collections.ArrayList`."""

    __slots__ = ()


class GenericList(ArrayList):
    """`[System.Collections.Generic.List[object]]`: its `Add` says nothing, where that of `ArrayList` gives the index."""

    __slots__ = ()


def is_collection(value: object) -> TypeGuard[Collection[object]]:
    """Return whether the value is enumerated by a pipeline, filtered by comparison operators and printed in braces."""
    return isinstance(value, (list, tuple, frozenset, set))


def as_list(value: object) -> list[object]:
    """Return the items of a collection, or the value itself as the only item."""
    return list(value) if is_collection(value) else [value]


def enum_label(member: Enum) -> str:
    """Return the PowerShell spelling of an enumeration member: its value when that is text, else its name in PascalCase.

    Flags that are combined are joined with a comma and a space.
    """
    if isinstance(member, Flag) and member.name is None:
        return ", ".join(enum_label(part) for part in member)
    if isinstance(member.value, str):
        return member.value
    if isinstance(member, Flag) and "|" in str(member.name):
        return ", ".join(enum_label(part) for part in member)
    return pascal_case(str(member.name))


def enum_type_name(enumeration: type[Enum]) -> str:
    """Return what an enumeration is called: what it says itself by a class method `type_name`, else the name of the class."""
    named = getattr(enumeration, "type_name", None)
    return str(named()) if callable(named) else enumeration.__name__


def pascal_case(name: str) -> str:
    """Return the PascalCase spelling of a snake_case name (`grant_send_on_behalf_to`, `FULL_ACCESS`)."""
    return "".join(word[:1].upper() + word[1:].lower() for word in name.split("_"))


class Hashtable(MutableMapping[object, object]):
    """`@{}` and `[ordered]@{}`: text keys ignore case; keys stay in the order they were added."""

    __slots__ = ("_entries", "ordered")

    def __init__(self, entries: Mapping[str, object] | None = None, *, ordered: bool = False) -> None:
        self._entries: dict[object, tuple[object, object]] = {}
        self.ordered = ordered
        if entries is not None:
            for key, value in entries.items():
                self[key] = value

    @staticmethod
    def _fold(key: object) -> object:
        if isinstance(key, str):
            return key.lower()
        if isinstance(key, bool):
            return (bool, key)
        return key

    def __getitem__(self, key: object) -> object:
        return self._entries[self._fold(key)][1]

    def __setitem__(self, key: object, value: object) -> None:
        folded = self._fold(key)
        known = self._entries.get(folded)
        self._entries[folded] = (key if known is None else known[0], value)

    def __delitem__(self, key: object) -> None:
        del self._entries[self._fold(key)]

    def __contains__(self, key: object) -> bool:
        return self._fold(key) in self._entries

    def __iter__(self) -> Iterator[object]:
        return (key for key, _ in self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"Hashtable({dict(self._entries.values())!r})"


@dataclass(frozen=True, slots=True)
class ScriptProperty:
    """A property that is worked out when it is read."""

    read: Callable[[PSObject], object]


@dataclass(frozen=True, slots=True)
class AliasProperty:
    """Another name of a property."""

    of: str


@dataclass(frozen=True, slots=True)
class ScriptMethod:
    """A method that scripts may call; its arguments are PowerShell values."""

    call: Callable[..., object]


class PSObject:
    """An object made of named properties, in order; names ignore case.

    `type_names` go from the most specific to the least; views are found by them. `text` is what the object is in a string and what
    it is compared by (an identity prints as a canonical name and still has properties); with an `order` it is compared by that number (a size
    prints as 1.5 MB).
    """

    __slots__ = ("_folded", "_members", "order", "text", "type_names")

    def __init__(
        self,
        type_name: str | tuple[str, ...] = CUSTOM_OBJECT,
        properties: Mapping[str, object] | None = None,
        *,
        text: str | None = None,
        order: float | None = None,
    ) -> None:
        self.order = order
        self.type_names = (type_name,) if isinstance(type_name, str) else type_name
        self.text = text
        self._members: dict[str, object] = dict(properties) if properties else {}
        self._folded: dict[str, str] | None = None

    @property
    def type_name(self) -> str:
        """The most specific type name."""
        return self.type_names[0]

    @property
    def is_custom(self) -> bool:
        """Whether it was made by a script, not by a cmdlet."""
        return self.type_names[-1] == CUSTOM_OBJECT

    def _key(self, name: str) -> str | None:
        if name in self._members:
            return name
        if self._folded is None:
            self._folded = {known.lower(): known for known in self._members}
        return self._folded.get(name.lower())

    def find(self, name: str) -> str | None:
        """Return the property's (or method's) name as spelled by the object, or None when there is none."""
        return self._key(name)

    def get(self, name: str) -> object:
        """Return a property's value. Raises `KeyError`."""
        key = self._key(name)
        if key is None:
            raise KeyError(name)
        member = self._members[key]
        if isinstance(member, ScriptProperty):
            return member.read(self)
        if isinstance(member, AliasProperty):
            return self.get(member.of)
        return member

    def set(self, name: str, value: object) -> None:
        """Set a note property, adding it when absent."""
        key = self._key(name)
        if key is None:
            self._members[name] = value
            if self._folded is not None:
                self._folded[name.lower()] = name
        else:
            self._members[key] = value

    def remove(self, name: str) -> None:
        """Remove a member when it is there."""
        key = self._key(name)
        if key is not None:
            del self._members[key]
            self._folded = None

    def names(self) -> list[str]:
        """Return the names of the properties in order, methods left out."""
        return [name for name, member in self._members.items() if not isinstance(member, ScriptMethod)]

    def members(self) -> Mapping[str, object]:
        """Return all members as declared: note properties as plain values, the others as their kind."""
        return self._members

    def method(self, name: str) -> Callable[..., object] | None:
        """Return a method by name, or None."""
        key = self._key(name)
        member = self._members.get(key) if key is not None else None
        return member.call if isinstance(member, ScriptMethod) else None

    def copy(self) -> PSObject:
        """Return another object with the same members."""
        return PSObject(self.type_names, self._members, text=self.text, order=self.order)

    def __repr__(self) -> str:
        return f"PSObject({self.type_name!r}, {self._members!r})"


class DeferredObject(PSObject):
    """An object whose properties are worked out when they are asked for.

    `readers` give the properties, in order, from the `source`, which must never change; all objects of a kind share them. A pipeline
    of many objects, of which each command reads two or three properties, then costs no more than these.
    """

    __slots__ = ("_readers", "_source", "_worked_out")

    def __init__(
        self,
        type_name: str,
        readers: Mapping[str, Callable[[Any], object]],
        source: object,
        *,
        text: str | None = None,
    ) -> None:
        self._readers = readers
        self._source = source
        self._worked_out: dict[str, object] | None = None
        super().__init__(type_name, text=text)

    @property
    def _members(self) -> dict[str, object]:
        if self._worked_out is None:
            self._worked_out = {name: read(self._source) for name, read in self._readers.items()}
        return self._worked_out

    @_members.setter
    def _members(self, _: dict[str, object]) -> None:  # pyright: ignore[reportIncompatibleVariableOverride] # plain objects stay plain
        """Nothing is there from the start."""

    def find(self, name: str) -> str | None:
        """Return the property's name as spelled by the object, or None when there is none."""
        if self._worked_out is None and name in self._readers:
            return name
        return super().find(name)

    def get(self, name: str) -> object:
        """Return a property's value. Raises `KeyError`."""
        if self._worked_out is None and (read := self._readers.get(name)) is not None:
            return read(self._source)
        return super().get(name)


class SecureString:
    """Text that never prints. Only `reveal` gives it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret text, for the one place that needs it."""
        return self._text

    def __len__(self) -> int:
        return len(self._text)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return "SecureString()"

    def __str__(self) -> str:
        return "System.Security.SecureString"


@dataclass(frozen=True, slots=True)
class PSCredential:
    """A user name and password."""

    user_name: str
    password: SecureString


_VERSION: Final = re.compile(r"\d+(\.\d+){1,3}")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version number of two to four parts."""

    parts: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Version:
        """Return the version that the text names. Raises `ValueError`."""
        if not _VERSION.fullmatch(text.strip()):
            raise ValueError(text)
        return cls(tuple(int(part) for part in text.strip().split(".")))

    def __str__(self) -> str:
        return ".".join(str(part) for part in self.parts)


class ScriptBlock:
    """A script block: its source text as written, and what the interpreter needs to run it."""

    __slots__ = ("body", "home", "source")

    def __init__(self, source: str, body: object = None, home: object = None) -> None:
        self.source = source
        self.body = body
        self.home = home

    def __repr__(self) -> str:
        return f"ScriptBlock({self.source!r})"


@dataclass(frozen=True, slots=True)
class TypeReference:
    """A type as a value: `[int]`. `item` is the type of its items when it is an array; `accelerator` is its short name as text."""

    full_name: str
    convert: Callable[[object], object]
    holds: Callable[[object], bool]
    item: TypeReference | None = None
    accelerator: str = ""

    @property
    def name(self) -> str:
        """The name without its namespace."""
        return (
            self.full_name.split("`", maxsplit=1)[0].rpartition(".")[2] if self.item is None else f"{self.item.name}[]"
        )

    def __str__(self) -> str:
        if self.item is not None:
            return f"{self.item}[]"
        return self.accelerator or self.full_name
