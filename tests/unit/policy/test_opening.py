from uuid import UUID

import pytest

from delegacy.domain.access_token import AccessToken
from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.facts import FolderEntry, FolderFacts, OpeningFacts
from delegacy.domain.folder import FolderRights, FolderRole
from delegacy.domain.folder_permission import DEFAULT, NOT_SIGNED_IN
from delegacy.domain.recipient import MAILBOXES, RecipientTypeDetails
from delegacy.domain.rights import ExtendedRight, MailboxRight
from delegacy.domain.sid import EVERYONE, SELF, Sid
from delegacy.policy.decision import Allow, Deny, OpenDenial, OpenRight
from delegacy.policy.opening import decide_enter, decide_open, folder_rights, rights_by_folder
from support.facts import DELEGATE, HELPDESK, MASTER, NOW, OWNER, SALES, ace, opening, target, token

ALLOW = ace(DELEGATE, MailboxRight.FULL_ACCESS)
DENY = ace(DELEGATE, MailboxRight.FULL_ACCESS, allow=False)
OWNING = token(OWNER)
INBOX, SENT = UUID(int=1), UUID(int=2)
REVIEWER, AUTHOR, CONTRIBUTOR = FolderRole.REVIEWER.rights, FolderRole.AUTHOR.rights, FolderRole.CONTRIBUTOR.rights


def folders(*entries: tuple[UUID, Sid, FolderRights], acting: AccessToken | None = None) -> FolderFacts:
    return FolderFacts(1, acting or token(), tuple(FolderEntry(*entry) for entry in entries))


def test_what_is_not_there_does_not_open() -> None:
    assert decide_open(None, NOW) == Deny(OpenDenial.NO_SUCH_MAILBOX)


def test_the_owner_opens_his_mailbox() -> None:
    assert decide_open(opening(acting=OWNING), NOW) == Allow(OpenRight.OWNER)


def test_the_master_account_of_a_linked_mailbox_is_its_owner() -> None:
    linked = target(RecipientTypeDetails.LINKED_MAILBOX)
    assert decide_open(opening(acting=token(MASTER, OWNER), mailbox=linked), NOW) == Allow(OpenRight.OWNER)
    assert decide_open(opening(acting=token(MASTER), mailbox=linked), NOW) == Deny(OpenDenial.NO_FULL_ACCESS)


def test_full_access_opens() -> None:
    assert decide_open(opening(ALLOW), NOW) == Allow(OpenRight.FULL_ACCESS, ALLOW)


def test_full_access_to_a_group_opens_for_its_members_only() -> None:
    entry = ace(HELPDESK, MailboxRight.FULL_ACCESS)
    assert decide_open(opening(entry, acting=token(DELEGATE, groups=[HELPDESK])), NOW) == Allow(
        OpenRight.FULL_ACCESS, entry
    )
    assert decide_open(opening(entry), NOW) == Deny(OpenDenial.NO_FULL_ACCESS)


@pytest.mark.parametrize(
    "facts",
    [
        opening(acting=OWNING),
        opening(ALLOW),
        opening(acting=OWNING, mailbox=target(RecipientTypeDetails.LINKED_MAILBOX)),
    ],
)
def test_a_protocol_that_is_switched_off_opens_nothing_not_even_to_the_owner(facts: OpeningFacts) -> None:
    closed = facts._replace(switched_off=frozenset({ClientProtocol.IMAP}))
    assert decide_open(closed, NOW, ClientProtocol.IMAP) == Deny(OpenDenial.PROTOCOL_SWITCHED_OFF)
    assert isinstance(decide_open(closed, NOW, ClientProtocol.SMTP), Allow)
    assert isinstance(decide_open(closed, NOW), Allow)
    assert isinstance(decide_open(facts, NOW, ClientProtocol.IMAP), Allow)


def test_a_switch_grants_nothing() -> None:
    assert decide_open(opening(), NOW, ClientProtocol.IMAP) == Deny(OpenDenial.NO_FULL_ACCESS)
    disabled = opening(ALLOW, account_disabled=True)._replace(switched_off=frozenset({ClientProtocol.IMAP}))
    assert decide_open(disabled, NOW, ClientProtocol.IMAP) == Deny(OpenDenial.ACCOUNT_DISABLED)


def test_nothing_granted_means_no() -> None:
    assert decide_open(opening(), NOW) == Deny(OpenDenial.NO_FULL_ACCESS)


def test_sending_rights_do_not_open() -> None:
    entry = ace(DELEGATE, ExtendedRight.SEND_AS, ExtendedRight.RECEIVE_AS, MailboxRight.SEND_AS)
    assert decide_open(opening(entry), NOW) == Deny(OpenDenial.NO_FULL_ACCESS)


def test_the_owners_entry_opens_for_nobody_else() -> None:
    assert decide_open(opening(ace(SELF, MailboxRight.FULL_ACCESS)), NOW) == Deny(OpenDenial.NO_FULL_ACCESS)


def test_a_deny_refuses_and_is_named() -> None:
    assert decide_open(opening(ALLOW, DENY), NOW) == Deny(OpenDenial.FULL_ACCESS_DENIED, DENY)


def test_a_deny_to_everyone_does_not_shut_the_owner_out() -> None:
    entry = ace(EVERYONE, MailboxRight.FULL_ACCESS, allow=False)
    assert decide_open(opening(entry, acting=OWNING), NOW) == Allow(OpenRight.OWNER)


@pytest.mark.parametrize("kind", sorted(MAILBOXES, key=str))
def test_a_hidden_mailbox_of_any_kind_opens_for_no_delegate(kind: RecipientTypeDetails) -> None:
    facts = opening(ALLOW, mailbox=target(kind, hidden=True))
    assert decide_open(facts, NOW) == Deny(OpenDenial.HIDDEN_FROM_ADDRESS_LISTS)


def test_a_hidden_mailbox_opens_for_its_owner() -> None:
    assert decide_open(opening(acting=OWNING, mailbox=target(hidden=True)), NOW) == Allow(OpenRight.OWNER)


def test_a_hidden_mailbox_opens_where_the_organization_allows_it() -> None:
    hidden = target(hidden=True)
    assert decide_open(opening(ALLOW, mailbox=hidden, hidden_mailboxes_denied=False), NOW) == Allow(
        OpenRight.FULL_ACCESS, ALLOW
    )
    assert decide_open(opening(mailbox=hidden, hidden_mailboxes_denied=False), NOW) == Deny(OpenDenial.NO_FULL_ACCESS)
    assert decide_open(opening(ALLOW, DENY, mailbox=hidden, hidden_mailboxes_denied=False), NOW) == Deny(
        OpenDenial.FULL_ACCESS_DENIED, DENY
    )


def test_a_disabled_account_opens_nothing_not_even_its_own() -> None:
    assert decide_open(opening(ALLOW, account_disabled=True), NOW) == Deny(OpenDenial.ACCOUNT_DISABLED)
    assert decide_open(opening(acting=OWNING, account_disabled=True), NOW) == Deny(OpenDenial.ACCOUNT_DISABLED)


@pytest.mark.parametrize("right", [OpenRight.OWNER, OpenRight.FULL_ACCESS])
def test_owner_and_full_access_act_as_owner_of_every_folder(right: OpenRight) -> None:
    assert folder_rights(right, {INBOX: FolderRights.NONE}, INBOX) == FolderRole.OWNER.rights


def test_a_folder_permission_is_about_its_folder_alone() -> None:
    granted = {INBOX: FolderRole.REVIEWER.rights}
    assert folder_rights(OpenRight.FOLDER_PERMISSION, granted, INBOX) == FolderRole.REVIEWER.rights
    assert folder_rights(OpenRight.FOLDER_PERMISSION, granted, SENT) == FolderRights.NONE


def test_a_right_in_one_folder_opens_the_mailbox_for_it() -> None:
    reviewer = folders((INBOX, DELEGATE, REVIEWER))
    assert decide_enter(opening(), reviewer, NOW) == Allow(OpenRight.FOLDER_PERMISSION)
    assert decide_enter(opening(ALLOW), reviewer, NOW) == Allow(OpenRight.FULL_ACCESS, ALLOW)
    assert decide_enter(opening(acting=OWNING), reviewer, NOW) == Allow(OpenRight.OWNER)


@pytest.mark.parametrize("entries", [folders(), folders((INBOX, DELEGATE, FolderRights.NONE)), None])
def test_without_a_right_in_any_folder_the_mailbox_stays_closed(entries: FolderFacts | None) -> None:
    assert decide_enter(opening(), entries, NOW) == Deny(OpenDenial.NO_FULL_ACCESS)


@pytest.mark.parametrize(
    ("facts", "denial"),
    [
        (opening(DENY), Deny(OpenDenial.FULL_ACCESS_DENIED, DENY)),
        (opening(ALLOW, mailbox=target(hidden=True)), Deny(OpenDenial.HIDDEN_FROM_ADDRESS_LISTS)),
        (opening(account_disabled=True), Deny(OpenDenial.ACCOUNT_DISABLED)),
        (
            opening()._replace(switched_off=frozenset({ClientProtocol.IMAP})),
            Deny(OpenDenial.PROTOCOL_SWITCHED_OFF),
        ),
        (None, Deny(OpenDenial.NO_SUCH_MAILBOX)),
    ],
)
def test_folder_permissions_take_nobody_past_what_keeps_him_out(
    facts: OpeningFacts | None, denial: Deny[OpenDenial]
) -> None:
    assert decide_enter(facts, folders((INBOX, DELEGATE, REVIEWER)), NOW, ClientProtocol.IMAP) == denial


def test_what_mailboxes_inherit_keeps_nobody_out_of_a_folder() -> None:
    inherited = ace(DELEGATE, MailboxRight.FULL_ACCESS, allow=False, inherited=True)
    assert decide_enter(opening(inherited), folders((INBOX, DELEGATE, REVIEWER)), NOW) == Allow(
        OpenRight.FOLDER_PERMISSION
    )
    assert decide_enter(opening(inherited), folders(), NOW) == Deny(OpenDenial.FULL_ACCESS_DENIED, inherited)


def test_the_entry_of_ones_own_counts_then_those_of_groups_then_everybodys() -> None:
    everybody = (INBOX, DEFAULT, AUTHOR)
    of_groups = ((INBOX, HELPDESK, REVIEWER), (INBOX, SALES, CONTRIBUTOR))
    own = (INBOX, DELEGATE, FolderRights.FOLDER_VISIBLE)
    member = token(groups=[HELPDESK, SALES])
    assert rights_by_folder(folders(everybody, acting=member)) == {INBOX: AUTHOR}
    assert rights_by_folder(folders(everybody, *of_groups, acting=member)) == {INBOX: REVIEWER | CONTRIBUTOR}
    assert rights_by_folder(folders(everybody, *of_groups, own, acting=member)) == {INBOX: FolderRights.FOLDER_VISIBLE}
    assert rights_by_folder(folders(everybody, *of_groups)) == {INBOX: AUTHOR}


def test_an_entry_that_gives_nothing_keeps_one_person_out() -> None:
    out = folders((INBOX, DEFAULT, REVIEWER), (INBOX, DELEGATE, FolderRights.NONE), (SENT, DEFAULT, REVIEWER))
    assert rights_by_folder(out) == {SENT: REVIEWER}


def test_nobody_who_has_signed_in_is_anonymous() -> None:
    assert rights_by_folder(folders((INBOX, NOT_SIGNED_IN, REVIEWER))) == {}


def test_a_folders_owner_sees_it_and_makes_folders_below_it_and_no_more() -> None:
    (rights,) = rights_by_folder(folders((INBOX, DELEGATE, FolderRights.FOLDER_OWNER))).values()
    assert rights == FolderRights.FOLDER_OWNER | FolderRights.FOLDER_VISIBLE | FolderRights.CREATE_SUBFOLDER
