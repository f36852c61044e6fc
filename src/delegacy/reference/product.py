"""What is found by looking at every module of the product: errors and denials stand beside the concern that they belong to."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from types import ModuleType
from typing import Final

import delegacy
from delegacy.domain.errors import DelegacyError

_DENIAL: Final = "Denial"
_END_OF_SENTENCE: Final = re.compile(r"(?<=\.) ")
_LEFT_OUT: Final = (".migrations", ".__main__")


def errors() -> tuple[type[DelegacyError], ...]:
    """Return every error, each after the one that it is a kind of."""
    _modules()
    return tuple(_below(DelegacyError))


def denials() -> tuple[type[Enum], ...]:
    """Return every vocabulary of reasons for which something is not allowed, by name."""
    found = {
        value
        for module in _modules()
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Enum) and value.__name__.endswith(_DENIAL)
    }
    return tuple(sorted(found, key=lambda vocabulary: vocabulary.__name__))


def first_sentence(documented: type) -> str:
    """Return the first sentence that is said about a class."""
    first = _END_OF_SENTENCE.split(" ".join((documented.__doc__ or "").split()), maxsplit=1)[0]
    return first.replace("``", "`")


def _below(error: type[DelegacyError]) -> Iterator[type[DelegacyError]]:
    yield error
    for kind in sorted(error.__subclasses__(), key=lambda kind: kind.__name__):
        yield from _below(kind)


@cache
def _modules() -> tuple[ModuleType, ...]:
    names = (module.name for module in pkgutil.walk_packages(delegacy.__path__, f"{delegacy.__name__}."))
    return tuple(importlib.import_module(name) for name in names if not any(part in name for part in _LEFT_OUT))
