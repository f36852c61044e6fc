from dataclasses import replace
from datetime import timedelta

import pytest

from delegacy.domain.ace import Ace
from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.facts import OpeningFacts, SendingFacts
from delegacy.domain.organization import HiddenMailboxDelegation
from delegacy.domain.recipient import MAILBOXES, Recipient, RecipientTypeDetails
from delegacy.domain.rights import DirectoryRight, MailboxRight
from delegacy.domain.sid import AUTHENTICATED_USERS, EVERYONE, SELF, SYSTEM, Sid
from support.stores import FULL_ACCESS, NOW, SEND_AS, OnPostgres, OnSqlite, OpenStore, recipient, sid_of

T = RecipientTypeDetails


@pytest.fixture
def terry(opened: OpenStore) -> Recipient:
    return opened.add(recipient("Terry Adams"))[0]


@pytest.fixture
def ayla(opened: OpenStore) -> Recipient:
    return opened.add(recipient("Ayla Kol"))[0]


def opening(opened: OpenStore, account: Recipient, mailbox: Recipient) -> OpeningFacts:
    facts = opened.facts.opening(account.id, mailbox.id, NOW)
    assert facts is not None
    return facts


def sending(opened: OpenStore, account: Recipient, author: Recipient) -> SendingFacts:
    assert author.primary_smtp_address is not None
    facts = opened.facts.sending(account.id, author.primary_smtp_address.key, NOW)
    assert facts is not None
    return facts


def switch(opened: OpenStore, mailbox: Recipient, **attributes: bool) -> None:
    with opened.store.write() as work:
        work.directory.update(replace(mailbox, attributes=attributes))
        work.commit()


def trustees(facts: OpeningFacts | SendingFacts) -> set[Sid]:
    acl = facts.mailbox_acl if isinstance(facts, OpeningFacts) else facts.ad_acl
    return {entry.trustee for entry in acl}


class DecisionFactsContract:
    @pytest.mark.parametrize("whose", ["the mailbox", "the account", "neither"])
    def test_a_switch_of_either_closes_the_protocol(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient, whose: str
    ) -> None:
        opened.grant(terry, ayla)
        closed = {"the mailbox": terry, "the account": ayla}.get(whose)
        if closed is not None:
            switch(opened, closed, ImapEnabled=False)
        expected = frozenset({ClientProtocol.IMAP} if closed else ())
        assert opening(opened, ayla, terry).switched_off == expected
        assert opening(opened, ayla, ayla).switched_off == (expected if closed == ayla else frozenset())
        with opened.store.write() as work:
            work.directory.link(terry.id, [ayla.id])
            work.commit()
        assert [facts.switched_off for facts in opened.facts.mapped(ayla.id, NOW)] == [expected]

    def test_other_switches_close_nothing(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        switch(
            opened, terry, PopEnabled=False, OWAEnabled=False, ImapEnabled=True, SmtpClientAuthenticationDisabled=True
        )
        assert opening(opened, ayla, terry).switched_off == frozenset()

    def test_a_master_account_goes_by_its_linked_mailbox(self, opened: OpenStore, terry: Recipient) -> None:
        (robin,) = opened.add(recipient("Robin", T.USER, domain="FABRIKAM"))
        (linked,) = opened.add(
            recipient("Linked", T.LINKED_MAILBOX, linked_master_account=sid_of(robin), account_disabled=True)
        )
        opened.grant(terry, robin)
        assert opening(opened, robin, terry).switched_off == frozenset()
        switch(opened, linked, ImapEnabled=False)
        assert opening(opened, robin, terry).switched_off == {ClientProtocol.IMAP}
        assert opening(opened, robin, linked).switched_off == {ClientProtocol.IMAP}

    def test_the_facts_of_opening_name_account_mailbox_and_change(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        facts = opening(opened, ayla, terry)
        with opened.store.read() as directory:
            assert facts.change == directory.change == opened.facts.change()
        assert facts.token.users == {ayla.sid}
        assert facts.token.groups == frozenset()
        assert facts.mailbox_acl == ()
        assert not facts.account_disabled
        assert facts.hidden_mailboxes_denied
        target = facts.mailbox
        assert (target.id, target.guid, target.sid, target.recipient_type_details) == (
            terry.id,
            terry.guid,
            terry.sid,
            T.USER_MAILBOX,
        )
        assert (target.display_name, target.address, target.hidden) == ("Terry Adams", "terryadams@contoso.com", False)

    @pytest.mark.parametrize("kind", [kind for kind in T if kind not in MAILBOXES])
    def test_what_is_no_mailbox_is_not_opened(
        self, opened: OpenStore, ayla: Recipient, kind: RecipientTypeDetails
    ) -> None:
        (other,) = opened.add_named(kind, "Other")
        assert opened.facts.opening(ayla.id, other.id, NOW) is None

    def test_nobody_opens_or_sends_and_nothing_is_opened_or_sent_as(self, opened: OpenStore, terry: Recipient) -> None:
        assert opened.facts.opening(4711, terry.id, NOW) is None
        assert opened.facts.opening(terry.id, 4711, NOW) is None
        assert opened.facts.sending(4711, "terryadams@contoso.com", NOW) is None
        assert opened.facts.sending(terry.id, "nobody@contoso.com", NOW) is None
        assert opened.facts.mapped(4711, NOW) == ()

    def test_a_grant_to_the_account_is_read_whole(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        entry = Ace(
            sid_of(ayla), FULL_ACCESS, expires_at=NOW + timedelta(hours=1), granted_by="CONTOSO\\A", granted_at=NOW
        )
        with opened.store.write() as work:
            work.directory.grant(terry.id, entry)
            work.commit()
        facts = opening(opened, ayla, terry)
        assert facts.mailbox_acl == (entry,)
        assert facts.expires_at == entry.expires_at

    def test_the_end_of_an_entry_that_is_over_is_not_the_end_of_the_answer(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        with opened.store.write() as work:
            for number, days in enumerate((-1, 2, 1)):
                right = (MailboxRight.FULL_ACCESS, DirectoryRight.GENERIC_ALL, MailboxRight.FULL_ACCESS)[number]
                entry = Ace(sid_of(ayla), frozenset({right}), allow=number != 2, expires_at=NOW + timedelta(days=days))
                work.directory.grant(terry.id, entry)
            work.commit()
        assert opening(opened, ayla, terry).expires_at == NOW + timedelta(days=1)

    def test_grants_to_others_are_not_read(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        jim, group = opened.add(recipient("Jim Hance"), recipient("Group", T.MAIL_UNIVERSAL_SECURITY_GROUP))
        opened.join([(jim, group)])
        for trustee in (jim, group, SELF, SYSTEM, Sid("S-1-5-21-9-9-9-9")):
            opened.grant(terry, trustee)
            opened.grant(terry, trustee, SEND_AS)
        opened.list_send_on_behalf(terry, jim, group)
        assert trustees(opening(opened, ayla, terry)) == set()
        facts = sending(opened, ayla, terry)
        assert trustees(facts) == set()
        assert facts.grant_send_on_behalf_to == facts.mail_groups == frozenset()

    def test_grants_to_everybody_and_to_the_owner_are_read(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        for trustee in (EVERYONE, AUTHENTICATED_USERS, SELF):
            opened.grant(terry, trustee)
            opened.grant(terry, trustee, SEND_AS)
        assert trustees(opening(opened, ayla, terry)) == {EVERYONE, AUTHENTICATED_USERS}
        assert trustees(sending(opened, ayla, terry)) == {EVERYONE, AUTHENTICATED_USERS}
        assert trustees(opening(opened, terry, terry)) == {EVERYONE, AUTHENTICATED_USERS, SELF}

    def test_each_permission_reads_its_own_rights(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        opened.grant(terry, ayla, frozenset({MailboxRight.READ_PERMISSION, MailboxRight.SEND_AS}))
        opened.grant(terry, ayla, frozenset({DirectoryRight.READ_PROPERTY}))
        assert trustees(opening(opened, ayla, terry)) == set()
        assert trustees(sending(opened, ayla, terry)) == set()
        opened.grant(terry, ayla, FULL_ACCESS)
        assert trustees(sending(opened, ayla, terry)) == set()
        opened.grant(terry, ayla, frozenset({DirectoryRight.GENERIC_ALL, DirectoryRight.EXTENDED_RIGHT}))
        assert sending(opened, ayla, terry).ad_acl[0].rights == {
            DirectoryRight.GENERIC_ALL,
            DirectoryRight.EXTENDED_RIGHT,
        }

    def test_security_groups_count_through_any_nesting_and_circles_end(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        groups = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "A", "B", "C", "D", "E")
        opened.join([(ayla, groups[0]), *zip(groups, [*groups[1:], groups[0]], strict=True)])
        opened.grant(terry, groups[4])
        opened.grant(terry, groups[2], SEND_AS, allow=False)
        facts = opening(opened, ayla, terry)
        assert trustees(facts) == facts.token.groups == {groups[4].sid}
        denial = sending(opened, ayla, terry).ad_acl[0]
        assert (denial.trustee, denial.allow) == (groups[2].sid, False)

    def test_a_group_without_security_gives_its_members_nothing_but_send_on_behalf(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        (inner,) = opened.add_named(T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, "Inner")
        (outer,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Outer")
        opened.join([(ayla, inner), (inner, outer)])
        for group in (inner, outer):
            opened.grant(terry, group)
            opened.grant(terry, group, SEND_AS)
        opened.list_send_on_behalf(terry, outer)
        assert trustees(opening(opened, ayla, terry)) == set()
        facts = sending(opened, ayla, terry)
        assert trustees(facts) == set()
        assert facts.grant_send_on_behalf_to == facts.mail_groups == {outer.sid}

    def test_a_group_without_an_address_gives_its_members_everything_but_send_on_behalf(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        (inner,) = opened.add_named(T.UNIVERSAL_SECURITY_GROUP, "Inner")
        (outer,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Outer")
        opened.join([(ayla, inner), (inner, outer)])
        opened.grant(terry, outer)
        opened.list_send_on_behalf(terry, outer)
        assert trustees(opening(opened, ayla, terry)) == {outer.sid}
        assert sending(opened, ayla, terry).grant_send_on_behalf_to == frozenset()

    def test_a_group_that_changes_its_type_changes_what_its_members_have(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        inner, outer = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Inner", "Outer")
        opened.join([(ayla, inner), (inner, outer)])
        opened.grant(terry, outer)
        opened.list_send_on_behalf(terry, outer)

        def change(kind: RecipientTypeDetails, *, security: bool) -> None:
            with opened.store.write() as work:
                work.directory.update(replace(inner, recipient_type_details=kind, security_enabled=security))
                work.commit()

        change(T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, security=False)
        assert trustees(opening(opened, ayla, terry)) == set()
        assert sending(opened, ayla, terry).mail_groups == {outer.sid}
        change(T.UNIVERSAL_SECURITY_GROUP, security=True)
        assert trustees(opening(opened, ayla, terry)) == {outer.sid}
        assert sending(opened, ayla, terry).mail_groups == frozenset()

    def test_a_lost_membership_loses_the_right_unless_another_way_leads_there(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        bottom, left, right, top = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Bottom", "Left", "Right", "Top")
        opened.join([(ayla, bottom), (bottom, left), (bottom, right), (left, top), (right, top)])
        opened.grant(terry, top)
        for group, still in ((left, True), (right, False)):
            with opened.store.write() as work:
                work.directory.remove_members(group.id, [bottom.id])
                work.commit()
            assert bool(trustees(opening(opened, ayla, terry))) is still

    def test_inherited_entries_reach_those_whom_they_name(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        jim, room = opened.add(recipient("Jim Hance"), recipient("Room", T.ROOM_MAILBOX))
        admins, helpers = opened.add_named(T.UNIVERSAL_SECURITY_GROUP, "Admins", "Helpers")
        (mail_group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Mail Group")
        opened.join([(ayla, helpers)])
        inherited = [
            Ace(sid_of(admins), FULL_ACCESS, allow=False, inherited=True),
            Ace(sid_of(jim), FULL_ACCESS, inherited=True),
            Ace(sid_of(admins), SEND_AS, allow=False, inherited=True),
        ]
        with opened.store.write() as work:
            work.directory.set_inherited(inherited)
            work.commit()
        assert trustees(opening(opened, ayla, terry)) == set()
        assert opening(opened, jim, terry).mailbox_acl == (inherited[1],)
        opened.join([(helpers, admins)])
        assert opening(opened, ayla, terry).mailbox_acl == (inherited[0],)
        assert opening(opened, ayla, room).mailbox_acl == (inherited[0],)
        assert sending(opened, ayla, terry).ad_acl == (inherited[2],)
        assert sending(opened, ayla, mail_group).ad_acl == ()
        with opened.store.write() as work:
            work.directory.set_inherited([Ace(EVERYONE, FULL_ACCESS, inherited=True)])
            work.commit()
        assert trustees(opening(opened, ayla, terry)) == {EVERYONE}
        assert trustees(sending(opened, ayla, terry)) == set()
        with opened.store.write() as work:
            work.directory.set_inherited([])
            work.commit()
        assert trustees(opening(opened, ayla, terry)) == set()

    def test_a_group_in_which_an_inherited_group_has_long_been_still_reaches_after_a_removal(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        admins, one, two = opened.add_named(T.UNIVERSAL_SECURITY_GROUP, "Admins", "One", "Two")
        opened.join([(ayla, admins), (admins, one), (one, two), (two, admins)])
        with opened.store.write() as work:
            work.directory.set_inherited([Ace(sid_of(admins), FULL_ACCESS, allow=False, inherited=True)])
            work.directory.remove_members(two.id, [one.id])
            work.directory.remove_members(one.id, [admins.id])
            work.commit()
        assert trustees(opening(opened, ayla, terry)) == {admins.sid}

    def test_a_master_account_acts_with_the_sid_and_the_groups_of_its_linked_mailbox(
        self, opened: OpenStore, terry: Recipient
    ) -> None:
        (master,) = opened.add(recipient("robinw", T.LINKED_USER, domain="FABRIKAM"))
        (linked,) = opened.add(
            recipient("Robin Wood", T.LINKED_MAILBOX, account_disabled=True, linked_master_account=master.sid)
        )
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Group")
        opened.join([(linked, group)])
        opened.grant(terry, linked)
        opened.grant(terry, master, SEND_AS)
        opened.grant(terry, group, SEND_AS, allow=False)
        opened.list_send_on_behalf(terry, linked, group)
        facts = opening(opened, master, terry)
        assert facts.token.users == {master.sid, linked.sid}
        assert trustees(facts) == {linked.sid}
        assert not facts.account_disabled
        assert trustees(sending(opened, master, terry)) == {master.sid, group.sid}
        assert sending(opened, master, terry).grant_send_on_behalf_to == {linked.sid, group.sid}
        assert sending(opened, master, terry).mail_groups == {group.sid}
        assert opening(opened, linked, terry).account_disabled
        assert opening(opened, linked, terry).token.users == {linked.sid}

    def test_a_proxy_address_is_sent_as_like_the_primary_one(self, opened: OpenStore, ayla: Recipient) -> None:
        group, contact = opened.add(
            recipient("Group", T.DYNAMIC_DISTRIBUTION_GROUP), recipient("Contact", T.MAIL_CONTACT)
        )
        facts = sending(opened, ayla, group)
        assert (facts.author.sid, facts.author.recipient_type_details) == (None, T.DYNAMIC_DISTRIBUTION_GROUP)
        assert sending(opened, ayla, contact).author.sid is None

    def test_copies_and_the_hidden_rule_are_read_with_the_rest(self, opened: OpenStore, ayla: Recipient) -> None:
        (hidden,) = opened.add(
            recipient(
                "Hidden",
                hidden_from_address_lists_enabled=True,
                attributes={"MessageCopyForSentAsEnabled": True, "MessageCopyForSendOnBehalfEnabled": False},
            )
        )
        facts = sending(opened, ayla, hidden)
        assert (facts.copy_sent_as, facts.copy_sent_on_behalf, facts.author.hidden) == (True, False, True)
        assert opening(opened, ayla, hidden).hidden_mailboxes_denied
        with opened.store.write() as work:
            work.directory.set_hidden_mailbox_delegation(HiddenMailboxDelegation.ALLOW)
            work.directory.update(replace(hidden, attributes={"MessageCopyForSendOnBehalfEnabled": True}))
            work.commit()
        facts = sending(opened, ayla, hidden)
        assert (facts.copy_sent_as, facts.copy_sent_on_behalf) == (False, True)
        assert not facts.hidden_mailboxes_denied
        assert not opening(opened, ayla, hidden).hidden_mailboxes_denied

    def test_a_revoked_right_is_gone_from_the_next_answer(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        opened.grant(terry, ayla)
        before = opening(opened, ayla, terry)
        assert trustees(before) == {ayla.sid}
        with opened.store.write() as work:
            work.directory.revoke(terry.id, sid_of(ayla), FULL_ACCESS, allow=True)
            assert trustees(opening(opened, ayla, terry)) == {ayla.sid}, "nobody sees what is not committed"
            work.commit()
        after = opening(opened, ayla, terry)
        assert trustees(after) == set()
        assert after.change == before.change + 1

    def test_linked_mailboxes_come_with_the_facts_of_opening_them(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        jim, tickets = opened.add(recipient("Jim Hance"), recipient("Tickets", T.SHARED_MAILBOX))
        opened.grant(tickets, ayla)
        opened.grant(terry, ayla, allow=False)
        opened.grant(terry, ayla)
        with opened.store.write() as work:
            work.directory.link(terry.id, [ayla.id])
            work.directory.link(tickets.id, [ayla.id, jim.id])
            work.commit()
        mapped = opened.facts.mapped(ayla.id, NOW)
        assert mapped == (opening(opened, ayla, terry), opening(opened, ayla, tickets))
        assert [facts.mailbox.id for facts in mapped] == [terry.id, tickets.id]
        assert {entry.allow for entry in mapped[0].mailbox_acl} == {True, False}
        assert opened.facts.mapped(terry.id, NOW) == ()

    def test_a_master_account_is_mapped_what_its_linked_mailbox_is_linked_to(
        self, opened: OpenStore, terry: Recipient
    ) -> None:
        (master,) = opened.add(recipient("robinw", T.LINKED_USER, domain="FABRIKAM"))
        (linked,) = opened.add(recipient("Robin Wood", T.LINKED_MAILBOX, linked_master_account=master.sid))
        with opened.store.write() as work:
            work.directory.link(terry.id, [linked.id])
            work.commit()
        assert [facts.mailbox.id for facts in opened.facts.mapped(master.id, NOW)] == [terry.id]

    def test_closed_connections_are_opened_again(self, opened: OpenStore, terry: Recipient) -> None:
        opened.facts.close()
        assert opened.facts.opening(terry.id, terry.id, NOW) is not None


class TestSqlite(OnSqlite, DecisionFactsContract): ...


class TestPostgres(OnPostgres, DecisionFactsContract): ...
