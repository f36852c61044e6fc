import pytest

from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.facts import OpeningFacts
from delegacy.domain.folder import FolderRole
from delegacy.domain.recipient import MAILBOXES, RecipientTypeDetails
from delegacy.domain.rights import ExtendedRight, MailboxRight
from delegacy.domain.sid import EVERYONE, SELF
from delegacy.policy.decision import Allow, Deny, OpenDenial, OpenRight
from delegacy.policy.opening import decide_open, folder_rights
from support.facts import DELEGATE, HELPDESK, MASTER, NOW, OWNER, ace, opening, target, token

ALLOW = ace(DELEGATE, MailboxRight.FULL_ACCESS)
DENY = ace(DELEGATE, MailboxRight.FULL_ACCESS, allow=False)
OWNING = token(OWNER)


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


@pytest.mark.parametrize("kind", MAILBOXES)
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


@pytest.mark.parametrize("right", OpenRight)
def test_owner_and_full_access_act_as_owner_of_every_folder(right: OpenRight) -> None:
    assert folder_rights(right) == FolderRole.OWNER.rights
