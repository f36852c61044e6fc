"""Reverse look-ups: what can somebody use, and who can use something."""

import random
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from delegacy.domain.ace import Ace
from delegacy.domain.ports import Store
from delegacy.domain.rights import MailboxRight
from delegacy.enforcement.insight import Insight
from delegacy.policy.questions import EVERY_PERMISSION
from organization import Organization
from timing import Contestant

PAGE: Final = 100
"""How many targets a page of the admin center shows."""
EVERYTHING: Final = "what can X use, all"
_ASKED: Final = 500
_ASKED_SLOWLY: Final = 20
_INSIGHT: Final = Insight()


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


def access_contestants(organization: Organization) -> list[Contestant]:
    """Return the first pages of Get-DelegateAccess: decisions with chains of groups, each in a transaction of its own.

    Everybody is granted one mailbox, and one account is let into every mailbox, which makes the answers as long as they can be.
    """
    store, people = organization.store, organization.people
    open_to_all, opens_all = organization.spare[-2], organization.spare[-3]
    with store.write() as work:
        everybody = work.directory.get(organization.everybody)
        assert everybody.sid is not None
        ace = Ace(everybody.sid, frozenset({MailboxRight.FULL_ACCESS}), granted_at=datetime.now(UTC))
        work.directory.grant(open_to_all, ace)
        work.directory.add_members(work.directory.resolve("Exchange Servers", frozenset()).id, [opens_all])
        work.commit()
    chance = random.Random(4)
    anybody = [(store, key) for key in chance.choices(people, k=_ASKED)]
    delegates = [(store, key) for key in chance.choices(people[::10], k=_ASKED)]
    return [
        Contestant(f"access of X, first {PAGE}", _access_of, delegates),
        Contestant("access to Y, all", _access_to, anybody),
        Contestant(f"access of who opens everything, first {PAGE}", _access_of, [(store, opens_all)] * _ASKED_SLOWLY),
        Contestant(f"access to what all open, first {PAGE}", _access_to, [(store, open_to_all)] * _ASKED_SLOWLY),
    ]


def _access_of(store: Store, key: int) -> None:
    with store.read() as directory:
        found = list(islice(_INSIGHT.access_of(directory.access_facts(), key, EVERY_PERMISSION), PAGE))
    assert found


def _access_to(store: Store, key: int) -> None:
    with store.read() as directory:
        found = list(islice(_INSIGHT.access_to(directory.access_facts(), key, EVERY_PERMISSION), PAGE))
    assert found


def _who_can(store: Store, key: int) -> None:
    with store.read() as directory:
        directory.who_can(key)


def _page_of_what_can(store: Store, key: int) -> None:
    with store.read() as directory:
        directory.what_can(key, limit=PAGE)


def _what_can(store: Store, key: int) -> None:
    with store.read() as directory:
        directory.what_can(key)
