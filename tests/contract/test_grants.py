from datetime import timedelta

import pytest

from delegacy.domain.ace import Ace
from delegacy.domain.acl import Acl, RemovalOutcome
from delegacy.domain.errors import AccessControlListFull, MemberAlreadyExists, MemberNotFound, WrongRecipientType
from delegacy.domain.object_link import ObjectLink
from delegacy.domain.recipient import ObjectName, Recipient, RecipientTypeDetails
from delegacy.domain.rights import DirectoryRight, InheritanceType, MailboxRight, Right
from delegacy.domain.sid import EVERYONE, SELF, Sid
from support.stores import FULL_ACCESS, NOW, SEND_AS, OnPostgres, OnSqlite, OpenStore, recipient, sid_of

T = RecipientTypeDetails
ORPHAN = Sid("S-1-5-21-9-9-9-1234")
FULL_ACCESS_AND_READ = frozenset[Right]({MailboxRight.FULL_ACCESS, MailboxRight.READ_PERMISSION})


@pytest.fixture
def terry(opened: OpenStore) -> Recipient:
    return opened.add(recipient("Terry Adams"))[0]


@pytest.fixture
def ayla(opened: OpenStore) -> Recipient:
    return opened.add(recipient("Ayla Kol"))[0]


class GrantsContract:
    def test_an_entry_is_read_as_it_was_granted(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        entry = Ace(
            sid_of(ayla),
            FULL_ACCESS_AND_READ,
            inheritance_type=InheritanceType.DESCENDENTS,
            expires_at=NOW + timedelta(days=3),
            granted_by="CONTOSO\\Administrator",
            granted_at=NOW,
        )
        with opened.store.write() as work:
            work.directory.grant(terry.id, entry)
            work.commit()
        with opened.store.read() as directory:
            assert directory.mailbox_acl(terry.id).entries == (entry,)
            assert directory.ad_acl(terry.id).entries == ()

    def test_entries_are_in_the_order_in_which_they_were_made(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        made = [
            Ace(sid_of(ayla), frozenset({MailboxRight.READ_PERMISSION})),
            Ace(SELF, FULL_ACCESS),
            Ace(sid_of(ayla), FULL_ACCESS, allow=False),
            Ace(sid_of(ayla), FULL_ACCESS),
            Ace(EVERYONE, FULL_ACCESS),
            Ace(ORPHAN, FULL_ACCESS),
        ]
        with opened.store.write() as work:
            for entry in made:
                work.directory.grant(terry.id, entry)
            work.commit()
        with opened.store.read() as directory:
            assert list(directory.mailbox_acl(terry.id).entries) == made

    def test_the_two_lists_are_apart(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        opened.grant(terry, ayla, FULL_ACCESS)
        opened.grant(terry, ayla, frozenset({MailboxRight.SEND_AS}))
        opened.grant(terry, ayla, SEND_AS)
        opened.grant(terry, ayla, frozenset({DirectoryRight.GENERIC_ALL}))
        with opened.store.read() as directory:
            assert [entry.rights for entry in directory.mailbox_acl(terry.id).entries] == [
                FULL_ACCESS,
                {MailboxRight.SEND_AS},
            ]
            assert [entry.rights for entry in directory.ad_acl(terry.id).entries] == [
                SEND_AS,
                {DirectoryRight.GENERIC_ALL},
            ]
            assert directory.ad_acls([ayla, terry]) == {key: directory.ad_acl(key) for key in (ayla.id, terry.id)}

    def test_a_right_that_is_there_stays_as_it_is(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        opened.grant(terry, ayla, FULL_ACCESS)
        opened.grant(terry, ayla, FULL_ACCESS_AND_READ)
        with opened.store.read() as directory:
            assert [entry.rights for entry in directory.mailbox_acl(terry.id).entries] == [
                FULL_ACCESS,
                {MailboxRight.READ_PERMISSION},
            ]

    def test_a_list_takes_five_hundred_entries(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        with opened.store.write() as work:
            for number in range(500):
                work.directory.grant(terry.id, Ace(Sid(f"S-1-5-21-9-9-9-{number}"), FULL_ACCESS_AND_READ))
            with pytest.raises(AccessControlListFull):
                work.directory.grant(terry.id, Ace(sid_of(ayla), FULL_ACCESS))
            with pytest.raises(AccessControlListFull):
                work.directory.grant_many([ayla.id, terry.id], Ace(sid_of(ayla), FULL_ACCESS))
            work.directory.grant(terry.id, Ace(sid_of(ayla), SEND_AS))
            work.commit()
        with opened.store.read() as directory:
            assert len(directory.mailbox_acl(terry.id).entries) == 500
            assert directory.mailbox_acl(ayla.id).entries == ()

    def test_many_are_granted_and_those_that_lacked_it_are_told(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        (jim,) = opened.add(recipient("Jim Hance"))
        opened.grant(ayla, jim, FULL_ACCESS_AND_READ)
        opened.grant(terry, jim, FULL_ACCESS)
        with opened.store.write() as work:
            entry = Ace(sid_of(jim), FULL_ACCESS_AND_READ, granted_by="x", granted_at=NOW)
            assert work.directory.grant_many([ayla.id, jim.id, terry.id, terry.id], entry) == (terry.id, jim.id)
            assert work.directory.grant_many([ayla.id, jim.id, terry.id], entry) == ()
            assert work.directory.grant_many([], entry) == ()
            work.commit()
        with opened.store.read() as directory:
            assert directory.mailbox_acl(jim.id).entries == (entry,)
            assert [entry.rights for entry in directory.mailbox_acl(terry.id).entries] == [
                FULL_ACCESS,
                {MailboxRight.READ_PERMISSION},
            ]

    def test_revoking_takes_rights_out_of_one_kind_of_entry(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        opened.grant(terry, ayla, FULL_ACCESS_AND_READ)
        opened.grant(terry, ayla, FULL_ACCESS, allow=False)
        with opened.store.write() as work:
            outcome = work.directory.revoke(terry.id, sid_of(ayla), FULL_ACCESS, allow=True)
            work.commit()
        assert outcome is RemovalOutcome.REMOVED
        with opened.store.read() as directory:
            assert [(entry.rights, entry.allow) for entry in directory.mailbox_acl(terry.id).entries] == [
                ({MailboxRight.READ_PERMISSION}, True),
                (FULL_ACCESS, False),
            ]

    @pytest.mark.parametrize("trustee", [ORPHAN, SELF, EVERYONE])
    def test_revoking_what_is_not_there_says_so(self, opened: OpenStore, terry: Recipient, trustee: Sid) -> None:
        with opened.store.write() as work:
            outcome = work.directory.revoke(terry.id, trustee, FULL_ACCESS, allow=True)
        assert outcome is RemovalOutcome.NOT_PRESENT

    def test_mailboxes_inherit_after_their_own_entries(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Helpdesk")
        inherited = [
            Ace(sid_of(group), FULL_ACCESS, allow=False, inherited=True),
            Ace(sid_of(group), FULL_ACCESS_AND_READ, inherited=True),
            Ace(sid_of(group), SEND_AS, inherited=True),
        ]
        opened.grant(terry, ayla)
        with opened.store.write() as work:
            work.directory.set_inherited([Ace(sid_of(ayla), FULL_ACCESS, inherited=True)])
            work.directory.set_inherited(inherited)
            work.commit()
        with opened.store.read() as directory:
            explicit, *rest = directory.mailbox_acl(terry.id).entries
            assert not explicit.inherited
            assert rest == inherited[:2]
            assert directory.ad_acl(terry.id).entries == (inherited[2],)
            assert directory.mailbox_acl(group.id).entries == ()
            assert directory.ad_acl(group.id).entries == ()
            assert directory.ad_acls([terry, group]) == {terry.id: directory.ad_acl(terry.id), group.id: Acl(())}
        with opened.store.write() as work:
            revoke = work.directory.revoke
            assert revoke(terry.id, sid_of(group), FULL_ACCESS, allow=True) is RemovalOutcome.INHERITED
            assert revoke(terry.id, sid_of(group), FULL_ACCESS, allow=False) is RemovalOutcome.INHERITED
            assert revoke(group.id, sid_of(group), FULL_ACCESS, allow=False) is RemovalOutcome.NOT_PRESENT
            assert revoke(terry.id, sid_of(ayla), SEND_AS, allow=True) is RemovalOutcome.NOT_PRESENT

    def test_entries_for_a_principal_of_nobody_become_those_of_the_object_that_gets_its_sid(
        self, opened: OpenStore, terry: Recipient
    ) -> None:
        opened.grant(terry, ORPHAN)
        with opened.store.read() as directory:
            assert directory.principal_names([ORPHAN]) == {ORPHAN: ORPHAN}
        (found,) = opened.add(recipient("Found", sid=ORPHAN))
        with opened.store.read() as directory:
            assert [entry.trustee for entry in directory.mailbox_acl(terry.id).entries] == [ORPHAN]
            assert directory.principal_names([ORPHAN]) == {ORPHAN: "CONTOSO\\found"}
            assert [holding.target for holding in directory.what_can(found.id)] == [terry.id]

    def test_principals_print_by_account_by_name_or_by_sid(self, opened: OpenStore, terry: Recipient) -> None:
        (nameless,) = opened.add(recipient("No Account", sam_account_name=None))
        with opened.store.read() as directory:
            names = directory.principal_names([sid_of(terry), SELF, ORPHAN, sid_of(nameless)])
        assert names == {
            sid_of(terry): "CONTOSO\\terryadams",
            SELF: "NT AUTHORITY\\SELF",
            ORPHAN: ORPHAN,
            sid_of(nameless): "No Account",
        }

    def test_a_send_on_behalf_list_keeps_those_who_stay(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        group, jim = opened.add(recipient("Group", T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP), recipient("Jim Hance"))
        opened.list_send_on_behalf(terry, group, ayla)
        opened.list_send_on_behalf(terry, jim, ayla, ayla, group)
        with opened.store.read() as directory:
            assert directory.grant_send_on_behalf_to(terry.id) == (group, ayla, jim)
        opened.list_send_on_behalf(terry, jim)
        with opened.store.read() as directory:
            assert directory.grant_send_on_behalf_to(terry.id) == (jim,)
            named = ObjectName(jim.guid, jim.name, jim.container)
            assert directory.linked_names(ObjectLink.SEND_ON_BEHALF, [terry.id, ayla.id]) == {terry.id: (named,)}
            assert (named.canonical_name, named.distinguished_name) == (jim.canonical_name, jim.distinguished_name)
        opened.list_send_on_behalf(terry)
        with opened.store.read() as directory:
            assert directory.grant_send_on_behalf_to(terry.id) == ()

    def test_links_are_made_once_and_taken_away(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        (jim,) = opened.add(recipient("Jim Hance"))
        with opened.store.write() as work:
            work.directory.link(terry.id, [jim.id, ayla.id])
            work.directory.link(terry.id, [ayla.id])
            work.directory.link_many([terry.id, jim.id], ayla.id)
            work.commit()
        with opened.store.read() as directory:
            assert directory.automapping_links(terry.id) == (ayla, jim)
            assert directory.automapping_links(jim.id) == (ayla,)
        with opened.store.write() as work:
            work.directory.unlink(terry.id, [ayla.id, 4711])
            work.directory.unlink(jim.id)
            work.commit()
        with opened.store.read() as directory:
            assert directory.automapping_links(terry.id) == (jim,)
            assert directory.automapping_links(jim.id) == ()


class MembersContract:
    def test_members_and_groups_are_listed_by_name(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        one, two = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "One", "Two")
        opened.join([(terry, two), (ayla, two), (one, two), (terry, one)])
        with opened.store.read() as directory:
            assert list(directory.members(two.id)) == [ayla, one, terry]
            assert directory.groups_of(terry.id) == (one, two)
            assert list(directory.members(terry.id)) == []

    def test_a_large_group_is_listed_whole(self, opened: OpenStore) -> None:
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Group")
        with opened.store.write() as work:
            keys = work.directory.add_many([recipient(f"Person {number:04}") for number in range(2100)])
            work.directory.add_members(group.id, keys)
            work.commit()
        with opened.store.read() as directory:
            assert [member.id for member in directory.members(group.id)] == list(keys)

    def test_who_is_in_is_not_added_again(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Group")
        opened.join([(terry, group)])
        with opened.store.write() as work:
            with pytest.raises(MemberAlreadyExists):
                work.directory.add_members(group.id, [ayla.id, terry.id])
            work.commit()
        with opened.store.read() as directory:
            assert list(directory.members(group.id)) == [terry]

    def test_who_is_not_in_is_not_removed(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Group")
        opened.join([(terry, group)])
        with opened.store.write() as work:
            with pytest.raises(MemberNotFound):
                work.directory.remove_members(group.id, [terry.id, ayla.id])
            with pytest.raises(MemberNotFound):
                work.directory.remove_members(group.id, [4711])
            work.commit()
        with opened.store.read() as directory:
            assert list(directory.members(group.id)) == [terry]

    def test_what_has_no_list_of_members_takes_none(self, opened: OpenStore, terry: Recipient) -> None:
        (dynamic,) = opened.add_named(T.DYNAMIC_DISTRIBUTION_GROUP, "All")
        with opened.store.write() as work:
            for target in (dynamic, terry):
                with pytest.raises(WrongRecipientType):
                    work.directory.add_members(target.id, [terry.id])

    def test_managers_keep_their_order(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Group")
        with opened.store.write() as work:
            work.directory.set_managers(group.id, [terry.id, ayla.id, terry.id])
            work.commit()
        with opened.store.read() as directory:
            assert directory.managers(group.id) == (terry, ayla)
            assert directory.manager_lists([group.id, terry.id]) == {group.id: (terry, ayla)}
            assert directory.managed_by([ayla.id, terry.id]) == {group.id}
            assert directory.managed_by([group.id]) == frozenset()
        with opened.store.write() as work:
            work.directory.set_managers(group.id, [])
            work.commit()
        with opened.store.read() as directory:
            assert directory.managers(group.id) == ()


class TestSqlite(OnSqlite, GrantsContract, MembersContract): ...


class TestPostgres(OnPostgres, GrantsContract, MembersContract): ...
