"""Permissions on folders: as they are stored, and as decisions read them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from delegacy.domain.change import Change, FolderPermissionSet
from delegacy.domain.facts import FolderFacts
from delegacy.domain.folder import FolderRights, FolderRole
from delegacy.domain.folder_permission import DEFAULT, NOT_SIGNED_IN, FolderPermission
from delegacy.domain.ports import LostGrant
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.domain.sid import Sid
from delegacy.policy.opening import rights_by_folder
from support.stores import NOW, OnPostgres, OnSqlite, OpenStore, recipient, sid_of

T = RecipientTypeDetails
INBOX, SENT = UUID(int=1), UUID(int=2)
REVIEWER, AUTHOR = FolderRole.REVIEWER.rights, FolderRole.AUTHOR.rights
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def terry(opened: OpenStore) -> Recipient:
    return opened.add(recipient("Terry Adams"))[0]


@pytest.fixture
def ayla(opened: OpenStore) -> Recipient:
    return opened.add(recipient("Ayla Kol"))[0]


def entry(trustee: Recipient | Sid, rights: FolderRights = REVIEWER, ends: datetime | None = None) -> FolderPermission:
    sid = sid_of(trustee) if isinstance(trustee, Recipient) else trustee
    return FolderPermission(sid, rights, "CONTOSO\\Admin", NOW, ends)


def permit(opened: OpenStore, mailbox: Recipient, folder: UUID, *entries: FolderPermission) -> list[Change]:
    told: list[Change] = []
    with opened.store.write() as work:
        work.watch(told.append)
        for one in entries:
            work.directory.set_folder_permission(mailbox.id, folder, one)
        work.commit()
    return told


def entries(opened: OpenStore, mailbox: Recipient, folder: UUID) -> tuple[FolderPermission, ...]:
    with opened.store.read() as directory:
        return directory.folder_permissions(mailbox.id, folder)


def facts(opened: OpenStore, account: Recipient, mailbox: Recipient, now: datetime = NOW) -> FolderFacts:
    found = opened.facts.folders(account.id, mailbox.id, now)
    assert found is not None
    return found


def rights(
    opened: OpenStore, account: Recipient, mailbox: Recipient, now: datetime = NOW
) -> Mapping[UUID, FolderRights]:
    return rights_by_folder(facts(opened, account, mailbox, now))


def shown(opened: OpenStore, account: Recipient, now: datetime = NOW) -> list[str]:
    return [one.mailbox.display_name for one in opened.facts.with_folders_for(account.id, now)]


class FolderPermissionsContract:
    def test_entries_are_of_one_folder_and_come_in_order(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        own, default, anonymous = entry(ayla, AUTHOR, SOON), entry(DEFAULT), entry(NOT_SIGNED_IN, FolderRights.NONE)
        told = permit(opened, terry, INBOX, own, default)
        permit(opened, terry, SENT, anonymous)
        assert set(entries(opened, terry, INBOX)) == {own, default}
        assert entries(opened, terry, SENT) == (anonymous,)
        assert entries(opened, ayla, INBOX) == ()
        assert told == [
            FolderPermissionSet(terry.id, INBOX, None, own),
            FolderPermissionSet(terry.id, INBOX, None, default),
        ]

    def test_an_entry_takes_the_place_of_the_one_before(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        before, after = entry(ayla, AUTHOR, SOON), entry(ayla)
        permit(opened, terry, INBOX, before)
        assert permit(opened, terry, INBOX, after) == [FolderPermissionSet(terry.id, INBOX, before, after)]
        assert entries(opened, terry, INBOX) == (after,)

    def test_a_removed_entry_is_gone(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        permit(opened, terry, INBOX, entry(ayla), entry(DEFAULT))
        told: list[Change] = []
        with opened.store.write() as work:
            work.watch(told.append)
            work.directory.remove_folder_permission(terry.id, INBOX, sid_of(ayla))
            work.commit()
        assert told == [FolderPermissionSet(terry.id, INBOX, entry(ayla), None)]
        assert entries(opened, terry, INBOX) == (entry(DEFAULT),)
        assert rights(opened, ayla, terry) == {INBOX: REVIEWER}

    def test_an_entry_ends_by_itself(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        permit(opened, terry, INBOX, entry(ayla, ends=SOON))
        assert facts(opened, ayla, terry).entries[0].expires_at == SOON
        assert shown(opened, ayla) == ["Terry Adams"]
        assert rights(opened, ayla, terry, SOON) == {}
        assert shown(opened, ayla, SOON) == []
        opened.clock.moment = SOON
        assert entries(opened, terry, INBOX) == ()

    @pytest.mark.parametrize("gone", ["mailbox", "trustee"])
    def test_entries_go_with_whom_they_are_about(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient, gone: str
    ) -> None:
        permit(opened, terry, INBOX, entry(ayla))
        with opened.store.write() as work:
            work.directory.remove(terry.id if gone == "mailbox" else ayla.id)
            work.commit()
        assert entries(opened, terry, INBOX) == ()

    def test_who_is_removed_is_told_on_whose_folders_he_had_permissions(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        (jim,) = opened.add(recipient("Jim Hance"))
        for mailbox, folder in ((terry, INBOX), (terry, SENT), (jim, SENT), (ayla, INBOX)):
            permit(opened, mailbox, folder, entry(ayla))
        with opened.store.write() as work:
            lost = work.directory.remove(ayla.id)
            work.commit()
        assert lost == tuple(LostGrant(None, frozenset(), one.canonical_name, on_folders=True) for one in (terry, jim))

    def test_all_entries_on_a_mailbox_are_removed_and_those_of_others_stay(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        permit(opened, terry, INBOX, entry(ayla), entry(DEFAULT))
        permit(opened, terry, SENT, entry(ayla))
        permit(opened, ayla, INBOX, entry(terry))
        told: list[Change] = []
        with opened.store.write() as work:
            work.watch(told.append)
            work.directory.remove_folder_permissions(terry.id)
            work.commit()
        assert entries(opened, terry, INBOX) == entries(opened, terry, SENT) == ()
        assert entries(opened, ayla, INBOX) == (entry(terry),)
        assert {(one.folder, one.before) for one in told if isinstance(one, FolderPermissionSet)} == {
            (INBOX, entry(ayla)),
            (INBOX, entry(DEFAULT)),
            (SENT, entry(ayla)),
        }

    def test_entries_of_others_are_not_read(self, opened: OpenStore, terry: Recipient, ayla: Recipient) -> None:
        (jim,) = opened.add(recipient("Jim Hance"))
        permit(opened, terry, INBOX, entry(jim), entry(NOT_SIGNED_IN))
        assert rights(opened, ayla, terry) == {}
        assert shown(opened, ayla) == []
        assert shown(opened, jim) == ["Terry Adams"]

    def test_entries_reach_through_security_groups_of_any_nesting(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        inner, outer, plain = opened.add(
            recipient("Inner", T.UNIVERSAL_SECURITY_GROUP),
            recipient("Outer", T.MAIL_UNIVERSAL_SECURITY_GROUP),
            recipient("Plain", T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP),
        )
        opened.join([(ayla, inner), (inner, outer), (ayla, plain)])
        permit(opened, terry, INBOX, entry(outer, AUTHOR))
        permit(opened, terry, SENT, entry(plain))
        assert rights(opened, ayla, terry) == {INBOX: AUTHOR}
        assert shown(opened, ayla) == ["Terry Adams"]
        with opened.store.write() as work:
            work.directory.remove_members(outer.id, [inner.id])
            work.commit()
        assert rights(opened, ayla, terry) == {}
        assert shown(opened, ayla) == []

    def test_a_master_account_has_what_its_linked_mailbox_has(self, opened: OpenStore, terry: Recipient) -> None:
        (robin,) = opened.add(recipient("Robin", T.USER, domain="FABRIKAM"))
        linked, group = opened.add(
            recipient("Linked", T.LINKED_MAILBOX, linked_master_account=sid_of(robin), account_disabled=True),
            recipient("Group", T.MAIL_UNIVERSAL_SECURITY_GROUP),
        )
        opened.join([(linked, group)])
        permit(opened, terry, INBOX, entry(linked, AUTHOR))
        permit(opened, terry, SENT, entry(group))
        assert rights(opened, robin, terry) == {INBOX: AUTHOR, SENT: REVIEWER}
        assert shown(opened, robin) == ["Terry Adams"]
        assert facts(opened, robin, terry).token.users == {sid_of(robin), sid_of(linked)}

    def test_each_mailbox_with_a_right_is_shown_once_with_the_facts_of_opening_it(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        jim, sara = opened.add(recipient("Jim Hance"), recipient("Sara Davis"))
        permit(opened, terry, INBOX, entry(ayla), entry(DEFAULT))
        permit(opened, terry, SENT, entry(ayla))
        permit(opened, jim, INBOX, entry(DEFAULT))
        permit(opened, sara, INBOX, entry(DEFAULT, FolderRights.NONE))
        opened.grant(jim, ayla)
        assert shown(opened, ayla) == ["Terry Adams", "Jim Hance"]
        of_terry, of_jim = opened.facts.with_folders_for(ayla.id, NOW)
        assert of_terry == opened.facts.opening(ayla.id, terry.id, NOW)
        assert of_jim == opened.facts.opening(ayla.id, jim.id, NOW)

    def test_the_facts_of_folders_are_of_the_last_change(
        self, opened: OpenStore, terry: Recipient, ayla: Recipient
    ) -> None:
        before = facts(opened, ayla, terry).change
        permit(opened, terry, INBOX, entry(ayla))
        assert facts(opened, ayla, terry).change == before + 1
        assert opened.facts.folders(10**6, terry.id, NOW) is None
        assert opened.facts.with_folders_for(10**6, NOW) == ()


class TestSqlite(OnSqlite, FolderPermissionsContract): ...


class TestPostgres(OnPostgres, FolderPermissionsContract): ...
