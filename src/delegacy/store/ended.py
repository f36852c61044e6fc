"""Grants that have ended by themselves and are still there: they decide nothing any more, and wait to be removed."""

from dataclasses import dataclass
from typing import Final

from delegacy.domain.ace import Ace
from delegacy.domain.change import HeldPlace
from delegacy.store import grants, history
from delegacy.store.connection import Connection
from delegacy.store.rows import to_moment_or_none
from delegacy.store.transaction import Transaction

# Each by its own index: of a union, SQLite would walk the whole tables.
TARGETS: Final = (
    "SELECT target FROM ace WHERE expires_at <= ? AND inherited = 0 ORDER BY expires_at, target LIMIT ?",
    "SELECT target FROM send_on_behalf WHERE expires_at <= ? ORDER BY expires_at, target LIMIT ?",
)
_ENDED_PLACES: Final = "target = ? AND expires_at <= ?"
_ENDED_ENTRIES: Final = f"{_ENDED_PLACES} AND inherited = 0"
_PLACES: Final = (
    "SELECT s.delegate, g.name, s.granted_at, s.expires_at FROM send_on_behalf s LEFT JOIN grantor g ON g.id = s.granted_by "
    "WHERE s.target = ? AND s.expires_at <= ? ORDER BY s.entry"
)


@dataclass(frozen=True, slots=True)
class Ended:
    """What has ended on one object."""

    entries: tuple[Ace, ...]
    places: tuple[HeldPlace, ...]


def targets(connection: Connection, now: int, limit: int) -> tuple[int, ...]:
    """Return the keys of objects on which something has ended, ``limit`` of them at most; none if there is none."""
    found = {row[0] for query in TARGETS for row in connection.rows(query, (now, limit))}
    return tuple(sorted(found)[:limit])


def on(connection: Connection, target: int, now: int) -> Ended:
    """Return what has ended on an object."""
    return Ended(
        grants.ended_entries(connection, target, now),
        tuple(
            HeldPlace(delegate, granted_by or "", to_moment_or_none(granted_at), to_moment_or_none(expires_at))
            for delegate, granted_by, granted_at, expires_at in connection.rows(_PLACES, (target, now))
        ),
    )


def remove(transaction: Transaction, target: int) -> None:
    """Remove what has ended on an object, and write it down."""
    held = (target, transaction.now)
    history.end_entries(transaction, _ENDED_ENTRIES, held)
    transaction.connection.run(f"DELETE FROM ace WHERE {_ENDED_ENTRIES}", held)
    history.end_places(transaction, _ENDED_PLACES, held)
    transaction.connection.run(f"DELETE FROM send_on_behalf WHERE {_ENDED_PLACES}", held)
