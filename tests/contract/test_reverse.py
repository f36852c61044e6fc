import pytest

from delegacy.domain.ace import Ace
from delegacy.domain.group import Membership
from delegacy.domain.ports import Holding
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.domain.rights import DirectoryRight, ExtendedRight, MailboxRight, Permission
from delegacy.domain.sid import AUTHENTICATED_USERS, EVERYONE, SELF, Sid
from support.stores import FULL_ACCESS, SEND_AS, OnPostgres, OnSqlite, OpenStore, recipient, sid_of

T = RecipientTypeDetails
_FULL, _SEND_AS, _ON_BEHALF = Permission.FULL_ACCESS, Permission.SEND_AS, Permission.SEND_ON_BEHALF


@pytest.fixture
def people(opened: OpenStore) -> list[Recipient]:
    return opened.add_named(T.USER_MAILBOX, "Ayla Kol", "Jim Hance", "Terry Adams", "Sara Davis")


def what_can(opened: OpenStore, account: Recipient, **page: int | None) -> list[tuple[int, Permission, Sid, bool]]:
    with opened.store.read() as directory:
        holdings = directory.what_can(account.id, **page)
    return [(holding.target, holding.permission, holding.trustee, holding.allow) for holding in holdings]


class ReverseContract:
    def test_what_somebody_can_is_what_names_him_his_groups_or_everybody(
        self, opened: OpenStore, people: list[Recipient]
    ) -> None:
        ayla, jim, terry, sara = people
        inner, outer, other = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Inner", "Outer", "Other")
        (plain,) = opened.add_named(T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, "Plain")
        opened.join([(ayla, inner), (inner, outer), (ayla, plain)])
        opened.grant(jim, ayla)
        opened.grant(jim, outer, SEND_AS, allow=False)
        opened.grant(terry, EVERYONE)
        opened.grant(sara, AUTHENTICATED_USERS, frozenset({DirectoryRight.GENERIC_ALL}))
        opened.list_send_on_behalf(sara, plain, jim)
        opened.list_send_on_behalf(terry, outer)
        for ignored in (other, plain, SELF, sara):
            opened.grant(ayla, ignored)
        opened.grant(ayla, ayla, frozenset({MailboxRight.READ_PERMISSION, ExtendedRight.RECEIVE_AS}))
        found = what_can(opened, ayla)
        assert [target for target, *_ in found] == [jim.id, jim.id, terry.id, terry.id, sara.id, sara.id]
        assert set(found) == {
            (jim.id, _FULL, ayla.sid, True),
            (jim.id, _SEND_AS, outer.sid, False),
            (terry.id, _ON_BEHALF, outer.sid, True),
            (terry.id, _FULL, EVERYONE, True),
            (sara.id, _ON_BEHALF, plain.sid, True),
            (sara.id, _SEND_AS, AUTHENTICATED_USERS, True),
        }

    def test_pages_hold_whole_targets(self, opened: OpenStore, people: list[Recipient]) -> None:
        ayla, jim, terry, sara = people
        for target in (jim, terry, sara):
            opened.grant(target, ayla)
            opened.grant(target, ayla, SEND_AS)
        assert [target for target, *_ in what_can(opened, ayla, limit=2)] == [jim.id, jim.id, terry.id, terry.id]
        assert [target for target, *_ in what_can(opened, ayla, limit=2, after=terry.id)] == [sara.id, sara.id]
        assert what_can(opened, ayla, limit=2, after=sara.id) == []

    def test_what_every_mailbox_inherits_is_left_out(self, opened: OpenStore, people: list[Recipient]) -> None:
        ayla, *_ = people
        with opened.store.write() as work:
            work.directory.set_inherited([Ace(sid_of(ayla), FULL_ACCESS, inherited=True)])
            work.commit()
        assert what_can(opened, ayla) == []

    def test_a_master_account_can_what_its_linked_mailbox_can(self, opened: OpenStore, people: list[Recipient]) -> None:
        (master,) = opened.add(recipient("robinw", T.LINKED_USER, domain="FABRIKAM"))
        (linked,) = opened.add(recipient("Robin Wood", T.LINKED_MAILBOX, linked_master_account=master.sid))
        opened.grant(people[0], linked)
        assert what_can(opened, master) == [(people[0].id, _FULL, linked.sid, True)]

    def test_who_can_is_what_the_target_itself_grants(self, opened: OpenStore, people: list[Recipient]) -> None:
        ayla, jim, terry, _ = people
        orphan = Sid("S-1-5-21-9-9-9-1")
        opened.grant(terry, ayla)
        opened.grant(terry, ayla, allow=False)
        opened.grant(terry, orphan, SEND_AS)
        opened.grant(jim, ayla)
        opened.list_send_on_behalf(terry, jim)
        with opened.store.read() as directory:
            assert directory.who_can(terry.id) == [
                Holding(terry.id, _FULL, sid_of(ayla), allow=False),
                Holding(terry.id, _FULL, sid_of(ayla)),
                Holding(terry.id, _ON_BEHALF, sid_of(jim)),
                Holding(terry.id, _SEND_AS, orphan),
            ]
            assert directory.who_can(4711) == []

    def test_a_chain_is_a_shortest_one(self, opened: OpenStore, people: list[Recipient]) -> None:
        ayla, jim, *_ = people
        a, b, c, d = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "A", "B", "C", "D")
        opened.join([(ayla, a), (a, b), (b, c), (c, d), (b, a), (ayla, c), (d, b)])
        with opened.store.read() as directory:
            assert directory.group_chain(ayla.id, sid_of(d), security_only=True) == (
                Membership("CONTOSO\\aylakol", "CONTOSO\\c"),
                Membership("CONTOSO\\c", "CONTOSO\\d"),
            )
            assert directory.group_chain(ayla.id, sid_of(a), security_only=True) == (
                Membership("CONTOSO\\aylakol", "CONTOSO\\a"),
            )
            assert directory.group_chain(jim.id, sid_of(d), security_only=True) == ()
            assert directory.group_chain(ayla.id, Sid("S-1-5-21-9-9-9-1"), security_only=True) == ()

    def test_a_chain_leads_through_groups_of_its_kind_only(self, opened: OpenStore, people: list[Recipient]) -> None:
        ayla, *_ = people
        (plain,) = opened.add_named(T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, "Plain")
        (silent,) = opened.add_named(T.UNIVERSAL_SECURITY_GROUP, "Silent")
        (top,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Top")
        opened.join([(ayla, plain), (plain, top), (ayla, silent), (silent, top)])
        with opened.store.read() as directory:
            by_security = directory.group_chain(ayla.id, sid_of(top), security_only=True)
            by_mail = directory.group_chain(ayla.id, sid_of(top), security_only=False)
        assert [step.group for step in by_security] == ["CONTOSO\\silent", "CONTOSO\\top"]
        assert [step.group for step in by_mail] == ["CONTOSO\\plain", "CONTOSO\\top"]

    def test_a_chain_of_a_master_account_begins_with_its_linked_mailbox(self, opened: OpenStore) -> None:
        (master,) = opened.add(recipient("robinw", T.LINKED_USER, domain="FABRIKAM"))
        (linked,) = opened.add(recipient("Robin Wood", T.LINKED_MAILBOX, linked_master_account=master.sid))
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Group")
        opened.join([(linked, group)])
        with opened.store.read() as directory:
            assert directory.group_chain(master.id, sid_of(group), security_only=True) == (
                Membership("CONTOSO\\robinwood", "CONTOSO\\group"),
            )


class TestSqlite(OnSqlite, ReverseContract): ...


class TestPostgres(OnPostgres, ReverseContract): ...
