"""Grants that have ended: they are found among all others and removed, and nothing else is."""

from datetime import timedelta

import pytest

from delegacy.domain.ace import Ace
from delegacy.domain.change import Change, HeldPlace, ListChanged, Revoked
from delegacy.domain.ports import Place
from delegacy.domain.recipient import Recipient
from delegacy.domain.rights import MailboxRight, Right
from delegacy.store.connection import Dialect
from delegacy.store.ended import TARGETS
from support.stores import FULL_ACCESS, NOW, SEND_AS, OnPostgres, OnSqlite, OpenStore, recipient, sid_of

DAY = timedelta(days=1)
END = NOW + DAY


@pytest.fixture
def people(opened: OpenStore) -> list[Recipient]:
    return opened.add(*(recipient(name) for name in ("Terry Adams", "Ayla Kol", "Jim Hance")))


@pytest.fixture
def granted(opened: OpenStore, people: list[Recipient]) -> None:
    terry, ayla, jim = people
    with opened.store.write() as work:
        for trustee, rights, end in (
            (ayla, FULL_ACCESS | frozenset[Right]({MailboxRight.READ_PERMISSION}), END),
            (jim, FULL_ACCESS, END + DAY),
            (ayla, SEND_AS, None),
            (jim, SEND_AS, END),
        ):
            work.directory.grant(terry.id, Ace(sid_of(trustee), rights, expires_at=end, granted_by="X", granted_at=NOW))
        work.directory.set_grant_send_on_behalf_to(jim.id, [terry.id], Place("X", NOW, END))
        work.directory.set_grant_send_on_behalf_to(jim.id, [terry.id, ayla.id], Place("X", NOW, None, (ayla.id,)))
        work.commit()


class EndedGrantsContract:
    @pytest.mark.usefixtures("granted")
    def test_nothing_has_ended_before_its_end(self, opened: OpenStore, people: list[Recipient]) -> None:
        opened.clock.moment = END - timedelta(microseconds=1)
        with opened.store.write() as work:
            assert work.directory.with_ended_grants(limit=9) == ()
            assert work.directory.remove_ended_grants(people[0].id) == ((), ())
            assert len(work.directory.ad_acl(people[0].id).entries) == 2

    @pytest.mark.usefixtures("granted")
    def test_what_has_ended_is_told_and_removed(self, opened: OpenStore, people: list[Recipient]) -> None:
        terry, ayla, jim = people
        opened.clock.moment = END
        told: list[Change] = []
        with opened.store.write() as work:
            work.watch(told.append)
            directory = work.directory
            assert directory.with_ended_grants(limit=1) == (terry.id,)
            assert directory.with_ended_grants(limit=9) == (terry.id, jim.id)
            entries, places = directory.remove_ended_grants(terry.id)
            assert not places
            assert {(entry.trustee, entry.rights, entry.expires_at, entry.granted_at) for entry in entries} == {
                (sid_of(ayla), FULL_ACCESS | {MailboxRight.READ_PERMISSION}, END, NOW),
                (sid_of(jim), SEND_AS, END, NOW),
            }
            place = HeldPlace(terry.id, "X", NOW, END)
            assert directory.remove_ended_grants(jim.id) == ((), (place,))
            assert told == [Revoked(terry.id, entries), ListChanged(jim.id, (place,))]
            assert directory.with_ended_grants(limit=9) == ()
            work.commit()
        with opened.store.read() as reader:
            assert [entry.trustee for entry in reader.mailbox_acl(terry.id).entries] == [sid_of(jim)]
            assert [entry.trustee for entry in reader.ad_acl(terry.id).entries] == [sid_of(ayla)]
            assert reader.grant_send_on_behalf_to(jim.id) == (ayla,)

    @pytest.mark.usefixtures("granted")
    def test_the_past_knows_what_ended_until_then(self, opened: OpenStore, people: list[Recipient]) -> None:
        terry, ayla, jim = people
        opened.clock.moment = END + 5 * DAY
        with opened.store.write() as work:
            for key in work.directory.with_ended_grants(limit=9):
                work.directory.remove_ended_grants(key)
            work.commit()
        with opened.store.read() as directory:
            for moment, expected in ((END - timedelta(seconds=1), True), (END, False)):
                facts = directory.access_facts(moment)
                target = facts.targets([terry.id])[terry.id]
                held = {entry.trustee for entry in target.entries_about(FULL_ACCESS) if entry.is_in_force(moment)}
                assert (sid_of(ayla) in held) is expected
                assert sid_of(jim) in held
                places = [one.delegate.id for one in facts.targets([jim.id])[jim.id].places if one.is_in_force(moment)]
                assert (terry.id in places) is expected
                assert ayla.id in places

    def test_they_are_found_by_their_index(self, opened: OpenStore) -> None:
        with opened.database.connection() as connection:
            if connection.dialect is Dialect.POSTGRESQL:
                connection.run("SET LOCAL enable_seqscan = off")  # the tables are empty
            explain = "EXPLAIN QUERY PLAN" if connection.dialect is Dialect.SQLITE else "EXPLAIN"
            for query, table in zip(TARGETS, ("ace", "send_on_behalf"), strict=True):
                plan = str(connection.rows(f"{explain} {query}", (1, 1)))
                assert f"ix_{table}_expires_at" in plan


class TestSqlite(OnSqlite, EndedGrantsContract): ...


class TestPostgres(OnPostgres, EndedGrantsContract): ...
