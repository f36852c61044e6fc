import pytest

from delegacy.domain.ace import Ace
from delegacy.domain.mailbox import initial_ad_acl, initial_mailbox_acl
from delegacy.domain.recipient import MAILBOXES, RecipientTypeDetails
from delegacy.domain.rights import ExtendedRight, MailboxRight, Right
from delegacy.domain.sid import SELF, Sid

T = RecipientTypeDetails
OWN = frozenset[Right]({MailboxRight.FULL_ACCESS, MailboxRight.READ_PERMISSION})
EXTERNAL = OWN | {MailboxRight.EXTERNAL_ACCOUNT}
MASTER = Sid("S-1-5-21-9-1001")


def test_a_user_mailbox_starts_with_its_owner() -> None:
    assert initial_mailbox_acl(T.USER_MAILBOX) == (Ace(SELF, OWN),)


@pytest.mark.parametrize("kind", [kind for kind in T if kind in MAILBOXES - {T.USER_MAILBOX, T.LINKED_MAILBOX}])
def test_a_mailbox_without_an_account_of_its_own_marks_self_as_external(kind: RecipientTypeDetails) -> None:
    assert initial_mailbox_acl(kind) == (Ace(SELF, EXTERNAL),)


@pytest.mark.parametrize("kind", [T.LINKED_MAILBOX, T.SHARED_MAILBOX])
def test_a_master_account_is_the_one_external_account(kind: RecipientTypeDetails) -> None:
    assert initial_mailbox_acl(kind, MASTER) == (Ace(SELF, OWN), Ace(MASTER, EXTERNAL))


def test_an_account_may_send_and_receive_as_itself() -> None:
    assert initial_ad_acl() == (Ace(SELF, frozenset({ExtendedRight.SEND_AS, ExtendedRight.RECEIVE_AS})),)
