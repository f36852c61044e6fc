"""Reverse look-ups: what can somebody use, and who can use something."""

import random
from typing import Final

from delegacy.domain.ports import Store
from organization import Organization
from timing import Contestant

PAGE: Final = 100
"""How many targets a page of the admin center shows."""
EVERYTHING: Final = "what can X use, all"
_ASKED: Final = 500


def contestants(organization: Organization) -> list[Contestant]:
    """Return the look-ups, each with a transaction of its own."""
    store, people = organization.store, organization.people
    chance = random.Random(3)
    anybody = [(store, key) for key in chance.choices(people, k=_ASKED)]
    delegates = [(store, key) for key in chance.choices(people[::10], k=_ASKED)]
    return [
        Contestant("who can open or send as Y", _who_can, anybody),
        Contestant(f"what can X use, first {PAGE}", _page_of_what_can, delegates),
        Contestant(EVERYTHING, _what_can, delegates),
    ]


def _who_can(store: Store, key: int) -> None:
    with store.read() as directory:
        directory.who_can(key)


def _page_of_what_can(store: Store, key: int) -> None:
    with store.read() as directory:
        directory.what_can(key, limit=PAGE)


def _what_can(store: Store, key: int) -> None:
    with store.read() as directory:
        directory.what_can(key)
