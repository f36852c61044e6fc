"""From whom recipients accept messages, and whom mail for a group reaches."""

import pytest

from delegacy.domain.change import Change, RestrictionsSet
from delegacy.domain.delivery_restriction import UNRESTRICTED, DeliveryRestrictions
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from support.stores import OnPostgres, OnSqlite, OpenStore, recipient

T = RecipientTypeDetails


def restrict(opened: OpenStore, target: Recipient, restrictions: DeliveryRestrictions) -> list[Change]:
    changes: list[Change] = []
    with opened.store.write() as work:
        work.watch(changes.append)
        work.directory.set_delivery_restrictions(target.id, restrictions)
        work.commit()
    return changes


def reaches(opened: OpenStore, group: Recipient, member: Recipient) -> bool:
    with opened.store.read() as directory:
        return directory.gets_mail_of(group.id, member.id)


class RestrictionsContract:
    def test_lists_are_kept_in_their_order_each_once(self, opened: OpenStore) -> None:
        terry, ayla, jim = opened.add_named(T.USER_MAILBOX, "Terry", "Ayla", "Jim")
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, "Group")
        restrictions = DeliveryRestrictions((jim.id, ayla.id, jim.id), (group.id,), (terry.id,), (group.id,))
        restrict(opened, terry, restrictions)
        with opened.store.read() as directory:
            assert directory.delivery_restrictions([terry.id, ayla.id]) == {
                terry.id: DeliveryRestrictions((jim.id, ayla.id), (group.id,), (terry.id,), (group.id,))
            }

    def test_a_change_is_told_once_and_what_changes_nothing_is_not(self, opened: OpenStore) -> None:
        terry, ayla = opened.add_named(T.USER_MAILBOX, "Terry", "Ayla")
        some = DeliveryRestrictions(reject_messages_from=(ayla.id,))
        assert restrict(opened, terry, some) == [RestrictionsSet(terry.id, UNRESTRICTED, some)]
        assert restrict(opened, terry, some) == []
        assert restrict(opened, terry, UNRESTRICTED) == [RestrictionsSet(terry.id, some, UNRESTRICTED)]
        with opened.store.read() as directory:
            assert directory.delivery_restrictions([terry.id]) == {}

    @pytest.mark.parametrize("gone", ["target", "other"])
    def test_removing_an_object_takes_it_off_every_list(self, opened: OpenStore, gone: str) -> None:
        terry, ayla = opened.add_named(T.USER_MAILBOX, "Terry", "Ayla")
        restrict(opened, terry, DeliveryRestrictions((ayla.id,), (), (ayla.id,)))
        with opened.store.write() as work:
            work.directory.remove(terry.id if gone == "target" else ayla.id)
            work.commit()
        with opened.store.read() as directory:
            assert directory.delivery_restrictions([terry.id]) == {}

    def test_who_accepts_messages_from_one_sender_alone(self, opened: OpenStore) -> None:
        terry, ayla, jim, sean = opened.add_named(T.USER_MAILBOX, "Terry", "Ayla", "Jim", "Sean")
        restrict(opened, terry, DeliveryRestrictions((jim.id,)))
        restrict(opened, ayla, DeliveryRestrictions((jim.id, sean.id)))
        restrict(opened, sean, DeliveryRestrictions((), (), (jim.id,)))
        with opened.store.read() as directory:
            assert directory.accepting_only_from(jim.id) == (terry,)
            assert directory.accepting_only_from(sean.id) == ()

    def test_a_group_reaches_its_members_through_groups_with_an_address(self, opened: OpenStore) -> None:
        terry, ayla = opened.add_named(T.USER_MAILBOX, "Terry", "Ayla")
        outer, inner = opened.add_named(T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, "Outer", "Inner")
        (secure,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Secure")
        (plain,) = opened.add_named(T.UNIVERSAL_SECURITY_GROUP, "Plain")
        opened.join([(terry, inner), (inner, secure), (secure, outer), (ayla, plain), (plain, outer)])
        assert all(reaches(opened, group, terry) for group in (inner, secure, outer))
        assert not any(reaches(opened, group, ayla) for group in (inner, secure, outer))
        assert reaches(opened, outer, outer)
        assert reaches(opened, outer, inner)
        assert not reaches(opened, inner, outer)
        assert not reaches(opened, terry, ayla)

    def test_a_dynamic_group_reaches_whom_its_filter_describes(self, opened: OpenStore) -> None:
        terry, ayla = opened.add_named(T.USER_MAILBOX, "Terry", "Ayla")
        (elsewhere,) = opened.add(recipient("Elsewhere", container="contoso.com/Other", alias="terry2"))
        (dynamic,) = opened.add(
            recipient(
                "Dynamic",
                T.DYNAMIC_DISTRIBUTION_GROUP,
                recipient_filter="Alias -like 'terry*'",
                recipient_container="contoso.com/Users",
            )
        )
        (outer,) = opened.add_named(T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, "Outer")
        assert not reaches(opened, outer, terry)
        opened.join([(dynamic, outer)])
        for group in (dynamic, outer):
            assert reaches(opened, group, terry)
            assert not reaches(opened, group, ayla)
            assert not reaches(opened, group, elsewhere)

    def test_a_filter_that_cannot_be_read_describes_nobody(self, opened: OpenStore) -> None:
        (terry,) = opened.add_named(T.USER_MAILBOX, "Terry")
        broken, empty = opened.add(
            recipient("Broken", T.DYNAMIC_DISTRIBUTION_GROUP, recipient_filter="Alias -resembles 'x'"),
            recipient("Empty", T.DYNAMIC_DISTRIBUTION_GROUP),
        )
        assert not reaches(opened, broken, terry)
        assert not reaches(opened, empty, terry)


class TestSqlite(OnSqlite, RestrictionsContract): ...


class TestPostgres(OnPostgres, RestrictionsContract): ...
