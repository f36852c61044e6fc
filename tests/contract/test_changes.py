"""What a write transaction tells of its changes, before it makes them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from delegacy.domain.ace import Ace
from delegacy.domain.change import (
    Change,
    Granted,
    HeldPlace,
    Linked,
    ListChanged,
    ManagersSet,
    MembersAdded,
    MembersRemoved,
    ObjectAdded,
    ObjectRemoved,
    ObjectUpdated,
    Revoked,
    Unlinked,
)
from delegacy.domain.errors import OutOfScope
from delegacy.domain.ports import Directory, Place
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.domain.rights import MailboxRight, Right
from support.stores import FULL_ACCESS, NOW, OnPostgres, OnSqlite, OpenStore, recipient, sid_of

T = RecipientTypeDetails
_BOTH = FULL_ACCESS | {MailboxRight.READ_PERMISSION}


@pytest.fixture
def terry(opened: OpenStore) -> Recipient:
    return opened.add_named(T.USER_MAILBOX, "Terry Adams")[0]


@pytest.fixture
def ayla(opened: OpenStore) -> Recipient:
    return opened.add_named(T.USER_MAILBOX, "Ayla Kol")[0]


@pytest.fixture
def group(opened: OpenStore) -> Recipient:
    return opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Group")[0]


def told(opened: OpenStore, change: Callable[[Directory], object]) -> list[Change]:
    """Make a change and return what was told of it; make it again, prevented, and nothing has happened."""
    changes: list[Change] = []

    def refuse(_: Change) -> None:
        raise OutOfScope("No.", "")

    with opened.store.write() as work:
        work.watch(refuse)
        with pytest.raises(OutOfScope):
            change(work.directory)
        work.commit()
    with opened.store.write() as work:
        work.watch(changes.append)
        change(work.directory)
        work.commit()
    return changes


class ChangesContract:
    def test_a_grant(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        ace = Ace(sid_of(ayla), _BOTH)
        assert told(opened, lambda directory: directory.grant(terry.id, ace)) == [Granted(terry.id, ace)]

    def test_a_removal_tells_what_was_held(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        opened.grant(terry, ayla, _BOTH)
        (change,) = told(
            opened,
            lambda directory: directory.revoke(
                terry.id, sid_of(ayla), FULL_ACCESS | {MailboxRight.DELETE_ITEM}, allow=True
            ),
        )
        assert isinstance(change, Revoked)
        assert [(entry.rights, entry.granted_by, entry.granted_at) for entry in change.entries] == [
            (FULL_ACCESS, "CONTOSO\\Admin", NOW)
        ]

    def test_a_list_tells_who_comes_and_goes(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        (jim,) = opened.add_named(T.USER_MAILBOX, "Jim Hance")
        opened.list_send_on_behalf(terry, ayla)
        later = NOW + timedelta(days=1)
        (change,) = told(
            opened,
            lambda directory: directory.set_grant_send_on_behalf_to(terry.id, [jim.id], Place("me", NOW, later)),
        )
        assert change == ListChanged(
            terry.id,
            gone=(HeldPlace(ayla.id, "CONTOSO\\Admin", NOW),),
            come=(HeldPlace(jim.id, "me", NOW, later),),
        )

    def test_members_and_managers(self, opened: OpenStore, terry: Recipient, ayla: Recipient, group: Recipient) -> None:
        assert told(opened, lambda directory: directory.add_members(group.id, [terry.id])) == [
            MembersAdded(group.id, (terry.id,))
        ]
        assert told(opened, lambda directory: directory.remove_members(group.id, [terry.id])) == [
            MembersRemoved(group.id, (terry.id,))
        ]
        assert told(opened, lambda directory: directory.set_managers(group.id, [ayla.id])) == [
            ManagersSet(group.id, (), (ayla.id,))
        ]

    def test_links(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        assert told(opened, lambda directory: directory.link(terry.id, [ayla.id])) == [Linked(terry.id, (ayla.id,))]
        assert told(opened, lambda directory: directory.unlink(terry.id)) == [Unlinked(terry.id, (ayla.id,))]

    def test_nothing_is_told_of_links_that_are_not_there(self, opened: OpenStore, terry: Recipient) -> None:
        changes: list[Change] = []
        with opened.store.write() as work:
            work.watch(changes.append)
            work.directory.unlink(terry.id)
        assert changes == []

    def test_objects(self, opened: OpenStore, terry: Recipient) -> None:
        new = recipient("New")
        assert told(opened, lambda directory: directory.add(new)) == [ObjectAdded(new)]
        renamed = replace(terry, display_name="Other")
        assert told(opened, lambda directory: directory.update(renamed)) == [ObjectUpdated(terry, renamed)]
        assert told(opened, lambda directory: directory.remove(terry.id)) == [ObjectRemoved(renamed)]

    def test_many_grants_are_told_one_by_one(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        ace = Ace(sid_of(ayla), frozenset[Right](FULL_ACCESS))
        assert told(opened, lambda directory: directory.grant_many([terry.id, ayla.id], ace)) == [
            Granted(terry.id, ace),
            Granted(ayla.id, ace),
        ]


class TestSqlite(OnSqlite, ChangesContract): ...


class TestPostgres(OnPostgres, ChangesContract): ...
