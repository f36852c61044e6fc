"""Parameters that set a list: a new list, ``@{Add=..;Remove=..}``, or ``$null`` (Modifying multivalued properties)."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from delegacy.powershell.values import Hashtable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListChange(Generic[T]):
    """A change of a list: ``replacement`` is the new list, or None where ``add`` and ``remove`` say what comes and goes."""

    replacement: tuple[T, ...] | None = None
    add: tuple[T, ...] = ()
    remove: tuple[T, ...] = ()

    def map(self, convert: Callable[[T], T]) -> "ListChange[T]":
        """Return the change with every item converted."""
        replacement = None if self.replacement is None else tuple(convert(item) for item in self.replacement)
        return ListChange(
            replacement, tuple(convert(item) for item in self.add), tuple(convert(item) for item in self.remove)
        )


def as_list_change(item: Callable[[object], T]) -> Callable[[object], ListChange[T]]:
    """Return the conversion of an argument into a change of a list; ``item`` converts one value. It raises `ValueError`."""

    def convert(value: object) -> ListChange[T]:
        if isinstance(value, ListChange):
            return value
        if not isinstance(value, Hashtable):
            return ListChange(_items(value, item))
        parts: dict[str, tuple[T, ...]] = {"add": (), "remove": ()}
        for key in value:
            if str(key).lower() not in parts:
                raise ValueError(f'"{key}" isn\'t a change of a list. Use @{{Add="..","..";Remove="..",".."}}.')
            parts[str(key).lower()] = _items(value[key], item)
        return ListChange(None, parts["add"], parts["remove"])

    return convert


def changed(current: Iterable[T], change: ListChange[T], key: Callable[[T], Hashable]) -> tuple[T, ...]:
    """Return the list after the change, without repeats: what stays keeps its place, what comes follows.

    Adding what is there and removing what is not changes nothing.
    """
    if change.replacement is not None:
        return tuple({key(item): item for item in change.replacement}.values())
    gone = {key(item) for item in change.remove}
    kept = {key(item): item for item in current if key(item) not in gone}
    for item in change.add:
        if key(item) not in gone:
            kept.setdefault(key(item), item)
    return tuple(kept.values())


def as_text(value: object) -> str:
    """Return one text value. Raises `ValueError` for what is none."""
    if value is None or isinstance(value, (list, tuple, Hashtable)):
        raise ValueError("Give text.")
    return str(value)


def _items(value: object, item: Callable[[object], T]) -> tuple[T, ...]:
    if value is None:
        return ()
    if isinstance(value, (list, tuple, frozenset, set)):
        return tuple(item(part) for part in value)
    return (item(value),)
