"""The facts of many decisions: what is named where, a page at a time, with as many statements for many as for few; and in the past."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from delegacy.domain.access import AccessFacts, AccountFacts, opening_facts, sending_facts
from delegacy.domain.ace import Ace
from delegacy.domain.organization import HiddenMailboxDelegation
from delegacy.domain.ports import Place
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.domain.rights import MailboxRight
from delegacy.domain.sid import AUTHENTICATED_USERS, EVERYONE, SELF, Sid
from delegacy.store.connection import Row
from delegacy.store.postgres import PostgresConnection
from delegacy.store.sqlite import SqliteConnection
from support.stores import FULL_ACCESS, NOW, SEND_AS, OnPostgres, OnSqlite, OpenStore, recipient, sid_of

T = RecipientTypeDetails
HOUR = timedelta(hours=1)


@pytest.fixture
def people(opened: OpenStore) -> list[Recipient]:
    return opened.add_named(T.USER_MAILBOX, "Ayla Kol", "Jim Hance", "Terry Adams", "Sara Davis")


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list in which every statement is noted that is run from now on."""
    noted: list[str] = []

    def noting(rows: Callable[..., list[Row]]) -> Callable[..., list[Row]]:
        def note(self: object, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
            noted.append(sql)
            return rows(self, sql, parameters)

        return note

    for kind in (SqliteConnection, PostgresConnection):
        monkeypatch.setattr(kind, "rows", noting(kind.rows))
    return noted


def named_on(facts: AccessFacts, target: Recipient) -> list[int]:
    """Return the accounts that a target names, in the order in which they come."""
    (found,) = facts.targets([target.id]).values()
    return [key for page in facts.accounts_named_on(found) for key in page]


def naming(facts: AccessFacts, account: Recipient, limit: int = 1000) -> list[int]:
    """Return the targets that name an account, read in pages."""
    (found,) = facts.accounts([account.id]).values()
    keys, after = list[int](), 0
    while page := facts.targets_naming(found, after=after, limit=limit):
        keys += page
        after = page[-1]
    return keys


def chain(account: AccountFacts, group: Recipient, *, by_security: bool) -> list[str]:
    return [each.name for each in account.chain(group.id, by_security=by_security)]


def later(opened: OpenStore) -> datetime:
    """Move the clock on, and return the moment before."""
    moment = opened.clock.moment
    opened.clock.moment += HOUR
    return moment


class AccessFactsContract:
    def test_what_is_no_account_or_not_there_is_left_out(self, opened: OpenStore, people: list[Recipient]) -> None:
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Group")
        (contact,) = opened.add_named(T.MAIL_CONTACT, "Contact")
        with opened.store.read() as directory:
            facts = directory.access_facts()
            assert not facts.accounts([])
            assert not facts.targets([])
            assert facts.accounts([people[0].id, group.id, contact.id, 4711]).keys() == {people[0].id}
            assert facts.targets([people[0].id, group.id, contact.id, 4711]).keys() == {
                people[0].id,
                group.id,
                contact.id,
            }
            assert facts.signing_in([people[0].id, group.id, contact.id, 4711]) == {people[0].id: people[0].id}

    def test_groups_lead_to_entries_by_security_and_to_lists_by_address(
        self, opened: OpenStore, people: list[Recipient]
    ) -> None:
        ayla, jim, *_ = people
        inner, outer = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Inner", "Outer")
        (plain,) = opened.add_named(T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, "Plain")
        (silent,) = opened.add_named(T.UNIVERSAL_SECURITY_GROUP, "Silent")
        opened.join([(ayla, inner), (inner, outer), (ayla, plain), (plain, outer), (ayla, silent), (outer, inner)])
        with opened.store.read() as directory:
            found = directory.access_facts().accounts([ayla.id, jim.id])
        assert found[ayla.id].token.groups == {inner.sid, outer.sid, silent.sid}
        assert found[ayla.id].mail_group_sids == {inner.sid, outer.sid, plain.sid}
        assert chain(found[ayla.id], outer, by_security=True) == ["Ayla Kol", "Inner", "Outer"]
        assert found[jim.id].token.groups == found[jim.id].mail_group_sids == frozenset()

    def test_a_master_account_acts_as_its_linked_mailbox_too(self, opened: OpenStore) -> None:
        (master,) = opened.add(recipient("robinw", T.LINKED_USER, domain="FABRIKAM"))
        (linked,) = opened.add(recipient("Robin Wood", T.LINKED_MAILBOX, linked_master_account=master.sid))
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Group")
        opened.join([(linked, group)])
        with opened.store.read() as directory:
            facts = directory.access_facts()
            found = facts.accounts([master.id])[master.id]
            assert facts.signing_in([master.id, linked.id]) == {master.id: master.id, linked.id: master.id}
        assert found.token.users == {master.sid, linked.sid}
        assert chain(found, group, by_security=True) == ["Robin Wood", "Group"]

    def test_a_target_is_read_with_its_lists_and_what_it_inherits(
        self, opened: OpenStore, people: list[Recipient]
    ) -> None:
        ayla, jim, terry, _ = people
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Group")
        orphan = Sid("S-1-5-21-9-9-9-1")
        with opened.store.write() as work:
            work.directory.set_inherited([Ace(sid_of(ayla), FULL_ACCESS, allow=False, inherited=True)])
            work.commit()
        opened.grant(terry, jim)
        opened.grant(terry, orphan, SEND_AS, allow=False)
        opened.grant(terry, jim, frozenset({MailboxRight.READ_PERMISSION}))
        opened.grant(group, jim, SEND_AS)
        opened.list_send_on_behalf(terry, group, ayla)
        with opened.store.read() as directory:
            found = directory.access_facts().targets([terry.id, group.id])
        granted = {"granted_by": "CONTOSO\\Admin", "granted_at": NOW}
        assert found[terry.id].entries == (
            Ace(sid_of(jim), FULL_ACCESS, **granted),  # type: ignore[arg-type] # both are an entry's
            Ace(orphan, SEND_AS, allow=False, **granted),  # type: ignore[arg-type] # likewise
            Ace(sid_of(ayla), FULL_ACCESS, allow=False, inherited=True),
        )
        assert [place.delegate.id for place in found[terry.id].places] == [group.id, ayla.id]
        assert found[terry.id].places[0].granted_by == "CONTOSO\\Admin"
        assert [entry.trustee for entry in found[group.id].entries] == [jim.sid]
        assert found[terry.id].trustees[sid_of(jim)].id == jim.id

    def test_accounts_are_named_once_directly_or_through_any_group(
        self, opened: OpenStore, people: list[Recipient]
    ) -> None:
        ayla, jim, terry, sara = people
        inner, outer, other = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Inner", "Outer", "Other")
        (plain,) = opened.add_named(T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, "Plain")
        opened.join([(ayla, inner), (ayla, outer), (inner, outer), (jim, inner), (sara, plain), (plain, outer)])
        opened.join([(terry, other), (outer, inner)])
        opened.grant(terry, jim)
        opened.grant(terry, outer, SEND_AS)
        opened.grant(terry, SELF)
        with opened.store.read() as directory:
            assert named_on(directory.access_facts(), terry) == [jim.id, ayla.id]
        opened.list_send_on_behalf(terry, plain)
        with opened.store.read() as directory:
            assert named_on(directory.access_facts(), terry) == [jim.id, ayla.id, sara.id]

    @pytest.mark.parametrize("everybody", [EVERYONE, AUTHENTICATED_USERS])
    def test_everybody_is_everybody_else(self, opened: OpenStore, people: list[Recipient], everybody: Sid) -> None:
        ayla, jim, terry, sara = people
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Group")
        (master,) = opened.add(recipient("robinw", T.LINKED_USER, domain="FABRIKAM"))
        opened.add(recipient("Robin Wood", T.LINKED_MAILBOX, linked_master_account=master.sid))
        opened.join([(jim, group)])
        opened.grant(terry, sara, allow=False)
        opened.grant(terry, group)
        opened.grant(terry, everybody)
        with opened.store.read() as directory:
            named = named_on(directory.access_facts(), terry)
        assert named == [sara.id, jim.id, ayla.id, terry.id, master.id]

    def test_whom_only_an_inherited_denial_names_is_not_named(self, opened: OpenStore, people: list[Recipient]) -> None:
        ayla, jim, terry, _ = people
        with opened.store.write() as work:
            work.directory.set_inherited(
                [
                    Ace(sid_of(ayla), FULL_ACCESS, allow=False, inherited=True),
                    Ace(sid_of(jim), FULL_ACCESS, inherited=True),
                ]
            )
            work.commit()
        with opened.store.read() as directory:
            assert named_on(directory.access_facts(), terry) == [jim.id]

    def test_what_has_ended_names_nobody(self, opened: OpenStore, people: list[Recipient]) -> None:
        ayla, jim, terry, _ = people
        with opened.store.write() as work:
            work.directory.grant(terry.id, Ace(sid_of(ayla), FULL_ACCESS, expires_at=NOW + HOUR, granted_at=NOW))
            work.directory.set_grant_send_on_behalf_to(terry.id, [jim.id], Place(granted_at=NOW, expires_at=NOW + HOUR))
            work.commit()
        with opened.store.read() as directory:
            assert named_on(directory.access_facts(), terry) == [ayla.id, jim.id]
        opened.clock.moment += HOUR
        with opened.store.read() as directory:
            assert named_on(directory.access_facts(), terry) == []
            assert named_on(directory.access_facts(NOW), terry) == [ayla.id, jim.id]

    def test_targets_come_in_pages_by_key(self, opened: OpenStore, people: list[Recipient]) -> None:
        ayla, jim, terry, sara = people
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Group")
        opened.join([(ayla, group)])
        opened.grant(sara, ayla)
        opened.grant(jim, group, allow=False)
        opened.list_send_on_behalf(group, ayla)
        for limit in (1, 2, 100):
            with opened.store.read() as directory:
                assert naming(directory.access_facts(), ayla, limit) == [jim.id, sara.id, group.id]
                assert naming(directory.access_facts(), terry, limit) == []

    def test_an_inherited_entry_names_him_on_every_mailbox(self, opened: OpenStore, people: list[Recipient]) -> None:
        ayla, jim, terry, sara = people
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Group")
        servers, denied = opened.add_named(T.UNIVERSAL_SECURITY_GROUP, "Exchange Servers", "Admins")
        opened.join([(ayla, servers), (jim, denied)])
        opened.grant(group, ayla, SEND_AS)
        with opened.store.write() as work:
            work.directory.set_inherited(
                [
                    Ace(sid_of(servers), FULL_ACCESS, inherited=True),
                    Ace(sid_of(denied), FULL_ACCESS, allow=False, inherited=True),
                ]
            )
            work.commit()
        for limit in (1, 3, 100):
            with opened.store.read() as directory:
                facts = directory.access_facts()
                assert naming(facts, ayla, limit) == [ayla.id, jim.id, terry.id, sara.id, group.id]
                assert naming(facts, jim, limit) == []
                assert facts.targets_of([servers.id], after=0, limit=3) == [ayla.id, jim.id, terry.id]
                assert facts.targets_of([group.id], after=0, limit=3) == []

    def test_large_groups_come_in_pages(self, opened: OpenStore, people: list[Recipient]) -> None:
        (*_, terry, _) = people
        big, bigger = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Big", "Bigger")
        many = opened.add(*(recipient(f"Person {number}") for number in range(450)))
        opened.join([(one, big) for one in many])
        opened.join([(one, bigger) for one in many[::2]])
        opened.join([(big, bigger)])
        opened.grant(terry, bigger)
        with opened.store.read() as directory:
            facts = directory.access_facts()
            (target,) = facts.targets([terry.id]).values()
            pages = [list(page) for page in facts.accounts_named_on(target)]
            members = [key for page in facts.accounts_of([bigger.id]) for key in page]
        assert max(map(len, pages)) <= 200
        assert sorted(key for page in pages for key in page) == [one.id for one in many]
        assert sorted(set(members)) == [one.id for one in many]

    def test_many_are_read_with_as_many_statements_as_few(self, opened: OpenStore, statements: list[str]) -> None:
        chosen = opened.add(*(recipient(f"Person {number}") for number in range(60)))
        groups = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, *(f"Group {number}" for number in range(20)))
        (top,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Top")
        opened.join([(one, groups[number % 20]) for number, one in enumerate(chosen)])
        opened.join([(group, top) for group in groups])
        for number, one in enumerate(chosen):
            opened.grant(one, groups[number % 20])
            opened.list_send_on_behalf(one, top)
        keys = [one.id for one in chosen]
        moment = later(opened)

        def count(run: Callable[[AccessFacts], object], at: datetime | None) -> int:
            with opened.store.read() as directory:
                facts = directory.access_facts(at)
                statements.clear()
                run(facts)
                return len(statements)

        for at in (None, moment):
            for few, many in (
                (lambda facts: facts.accounts(keys[:1]), lambda facts: facts.accounts(keys)),
                (lambda facts: facts.targets(keys[:1]), lambda facts: facts.targets(keys)),
                (lambda facts: facts.signing_in(keys[:1]), lambda facts: facts.signing_in(keys)),
            ):
                assert 0 < count(few, at) == count(many, at) < 15
            assert count(lambda facts: named_on(facts, chosen[0]), at) < 80

    def test_the_past_knows_what_was_hidden_disabled_and_of_another_kind(
        self, opened: OpenStore, people: list[Recipient]
    ) -> None:
        ayla, _, terry, _ = people
        first = later(opened)
        with opened.store.write() as work:
            work.directory.update(replace(terry, hidden_from_address_lists_enabled=True))
            work.directory.update(replace(ayla, account_disabled=True))
            work.directory.set_hidden_mailbox_delegation(HiddenMailboxDelegation.ALLOW)
            work.commit()
        second = later(opened)
        with opened.store.write() as work:
            work.directory.update(replace(terry, recipient_type_details=T.USER, primary_smtp_address=None))
            work.directory.set_hidden_mailbox_delegation(HiddenMailboxDelegation.DENY)
            work.commit()
        third = later(opened)
        states = []
        for moment in (first, second, third, None):
            with opened.store.read() as directory:
                facts = directory.access_facts(moment)
                target, account = facts.targets([terry.id])[terry.id], facts.accounts([ayla.id])[ayla.id]
                opening = opening_facts(account, target, facts.circumstances)
                sending = sending_facts(account, target, facts.circumstances)
            states.append(
                (
                    account.account.account_disabled,
                    facts.circumstances.hidden_mailboxes_denied,
                    opening and opening.mailbox.hidden,
                    sending and sending.author.address,
                )
            )
        assert states == [
            (False, True, False, "terryadams@contoso.com"),
            (True, False, True, "terryadams@contoso.com"),
            (True, True, None, None),
            (True, True, None, None),
        ]

    def test_the_past_knows_whole_groups_that_are_gone(self, opened: OpenStore, people: list[Recipient]) -> None:
        ayla, jim, terry, _ = people
        inner, outer = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Inner", "Outer")
        before = later(opened)
        opened.join([(ayla, inner), (inner, outer), (jim, outer)])
        with opened.store.write() as work:
            work.directory.grant(terry.id, Ace(sid_of(outer), FULL_ACCESS, granted_at=opened.clock.now()))
            work.commit()
        joined = later(opened)
        with opened.store.write() as work:
            work.directory.remove_members(outer.id, [jim.id])
            work.commit()
        left = later(opened)
        with opened.store.write() as work:
            work.directory.remove(inner.id)
            work.directory.remove(outer.id)
            work.commit()
        with opened.store.read() as directory:
            assert named_on(directory.access_facts(before), terry) == []
            assert named_on(directory.access_facts(joined), terry) == [ayla.id, jim.id]
            assert named_on(directory.access_facts(left), terry) == [ayla.id]
            assert named_on(directory.access_facts(), terry) == []
            assert naming(directory.access_facts(left), ayla, 1) == [terry.id]
            assert naming(directory.access_facts(left), jim) == []
            found = directory.access_facts(left).accounts([ayla.id])[ayla.id]
            assert chain(found, outer, by_security=True) == ["Ayla Kol", "Inner", "Outer"]
            assert directory.access_facts(left).groups_above([ayla.id]) == {inner.id, outer.id}
            assert directory.access_facts().groups_above([ayla.id]) == frozenset()

    def test_of_changes_at_one_moment_the_first_says_what_was(self, opened: OpenStore, people: list[Recipient]) -> None:
        (*_, terry, _) = people
        before = later(opened)
        with opened.store.write() as work:
            work.directory.update(replace(terry, hidden_from_address_lists_enabled=True))
            work.directory.update(replace(terry, account_disabled=True))
            work.directory.set_hidden_mailbox_delegation(HiddenMailboxDelegation.ALLOW)
            work.directory.set_hidden_mailbox_delegation(HiddenMailboxDelegation.DENY)
            work.directory.remove(terry.id)
            work.commit()
        with opened.store.read() as directory:
            facts = directory.access_facts(before)
            assert facts.circumstances.hidden_mailboxes_denied
            (was,) = facts.targets([terry.id]).values()
            assert not was.target.hidden_from_address_lists_enabled
            assert not was.target.account_disabled
            assert directory.access_facts(opened.clock.now()).targets([terry.id]) == {}
            assert [found.id for found in directory.formerly("terry adams")] == [terry.id]

    def test_entries_of_somebody_unknown_are_his_when_he_comes(
        self, opened: OpenStore, people: list[Recipient]
    ) -> None:
        (*_, terry, _) = people
        unknown = Sid("S-1-5-21-1-2-3-7001")
        with opened.store.write() as work:
            work.directory.grant(terry.id, Ace(unknown, FULL_ACCESS, granted_at=opened.clock.now()))
            work.commit()
        granted = later(opened)
        with opened.store.write() as work:
            work.directory.revoke(terry.id, unknown, FULL_ACCESS, allow=True)
            work.commit()
        (back,) = opened.add(recipient("Jon Back", sid=unknown))
        with opened.store.read() as directory:
            (was,) = directory.access_facts(granted).targets([terry.id]).values()
        assert [entry.trustee for entry in was.entries] == [back.sid]

    @pytest.mark.parametrize(
        "name",
        [
            "Terry Adams",
            "TERRY ADAMS",
            "contoso.com/Users/Terry Adams",
            "contoso\\terryadams",
            "terryadams",
            "TerryAdams@contoso.com",
            "CN=Terry Adams,CN=Users,DC=contoso,DC=com",
        ],
    )
    def test_who_is_gone_is_found_by_what_he_was_called(
        self, opened: OpenStore, people: list[Recipient], name: str
    ) -> None:
        (*_, terry, _) = people
        with opened.store.read() as directory:
            assert directory.formerly(name) == ()
        with opened.store.write() as work:
            work.directory.remove(terry.id)
            work.commit()
        with opened.store.read() as directory:
            assert [found.id for found in directory.formerly(name)] == [terry.id]
            assert [found.id for found in directory.formerly(str(terry.guid))] == [terry.id]
            assert [found.id for found in directory.formerly(sid_of(terry))] == [terry.id]
            assert directory.formerly("Terry") == directory.formerly("fabrikam\\terryadams") == ()

    def test_links_are_known_of_now_alone(self, opened: OpenStore, people: list[Recipient]) -> None:
        ayla, jim, terry, _ = people
        with opened.store.write() as work:
            work.directory.link(terry.id, [ayla.id, jim.id])
            work.commit()
        with opened.store.read() as directory:
            assert directory.access_facts().mapped_on([terry.id, jim.id]) == {terry.id: {ayla.id, jim.id}}
            assert directory.access_facts(NOW).mapped_on([terry.id]) == {}


class TestSqlite(OnSqlite, AccessFactsContract): ...


class TestPostgres(OnPostgres, AccessFactsContract): ...
