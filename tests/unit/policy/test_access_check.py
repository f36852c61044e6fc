import pytest

from delegacy.domain.ace import Ace
from delegacy.domain.rights import ADMITS_FULL_ACCESS, ADMITS_SEND_AS, DirectoryRight, ExtendedRight, InheritanceType
from delegacy.domain.rights import MailboxRight as R
from delegacy.domain.sid import ANONYMOUS, AUTHENTICATED_USERS, EVERYONE, SELF, SYSTEM, Sid
from delegacy.policy.access_check import deciding_entry
from support.facts import DELEGATE, HELPDESK, MASTER, NOW, OWNER, SALES, TICK, ace, token

EXPLICIT_DENY = ace(DELEGATE, R.FULL_ACCESS, allow=False)
EXPLICIT_ALLOW = ace(DELEGATE, R.FULL_ACCESS)
INHERITED_DENY = ace(DELEGATE, R.FULL_ACCESS, allow=False, inherited=True)
INHERITED_ALLOW = ace(DELEGATE, R.FULL_ACCESS, inherited=True)


def full_access(*acl: Ace, users: tuple[Sid, ...] = (DELEGATE,), groups: tuple[Sid, ...] = (HELPDESK,)) -> Ace | None:
    return deciding_entry(acl, token(*users, groups=groups), ADMITS_FULL_ACCESS, NOW, OWNER)


def send_as(*acl: Ace) -> Ace | None:
    return deciding_entry(acl, token(), ADMITS_SEND_AS, NOW, OWNER)


# Get-MailboxPermission; Windows: Order of ACEs in a DACL
@pytest.mark.parametrize(
    ("acl", "decides"),
    [
        ([INHERITED_ALLOW, INHERITED_DENY, EXPLICIT_ALLOW, EXPLICIT_DENY], EXPLICIT_DENY),
        ([INHERITED_ALLOW, INHERITED_DENY, EXPLICIT_DENY], EXPLICIT_DENY),
        ([INHERITED_ALLOW, EXPLICIT_ALLOW, EXPLICIT_DENY], EXPLICIT_DENY),
        ([INHERITED_DENY, EXPLICIT_ALLOW, EXPLICIT_DENY], EXPLICIT_DENY),
        ([EXPLICIT_ALLOW, EXPLICIT_DENY], EXPLICIT_DENY),
        ([INHERITED_ALLOW, EXPLICIT_DENY], EXPLICIT_DENY),
        ([EXPLICIT_DENY], EXPLICIT_DENY),
        ([INHERITED_ALLOW, INHERITED_DENY, EXPLICIT_ALLOW], EXPLICIT_ALLOW),
        ([INHERITED_DENY, EXPLICIT_ALLOW], EXPLICIT_ALLOW),
        ([EXPLICIT_ALLOW], EXPLICIT_ALLOW),
        ([INHERITED_ALLOW, INHERITED_DENY], INHERITED_DENY),
        ([INHERITED_DENY], INHERITED_DENY),
        ([INHERITED_ALLOW], INHERITED_ALLOW),
        ([], None),
    ],
)
def test_entries_decide_in_canonical_order_whatever_order_they_come_in(acl: list[Ace], decides: Ace | None) -> None:
    assert full_access(*acl) == decides
    assert full_access(*reversed(acl)) == decides


def test_a_deny_through_one_group_beats_an_allow_through_another() -> None:
    deny = ace(SALES, R.FULL_ACCESS, allow=False)
    assert full_access(ace(HELPDESK, R.FULL_ACCESS), deny, groups=(HELPDESK, SALES)) == deny


def test_a_deny_through_a_group_beats_an_allow_to_the_delegate() -> None:
    deny = ace(HELPDESK, R.FULL_ACCESS, allow=False)
    assert full_access(EXPLICIT_ALLOW, deny) == deny


def test_an_explicit_allow_to_a_group_beats_an_inherited_deny_to_the_delegate() -> None:
    allow = ace(HELPDESK, R.FULL_ACCESS)
    assert full_access(INHERITED_DENY, allow) == allow


def test_of_two_entries_of_one_class_the_first_decides() -> None:
    first, second = ace(HELPDESK, R.FULL_ACCESS), ace(DELEGATE, R.FULL_ACCESS)
    assert full_access(first, second) == first


@pytest.mark.parametrize("trustee", [DELEGATE, HELPDESK, EVERYONE, AUTHENTICATED_USERS])
def test_entries_for_the_delegate_its_groups_and_everybody_count(trustee: Sid) -> None:
    allow, deny = ace(trustee, R.FULL_ACCESS), ace(trustee, R.FULL_ACCESS, allow=False)
    assert full_access(allow) == allow
    assert full_access(EXPLICIT_ALLOW, deny) == deny


@pytest.mark.parametrize("trustee", [OWNER, MASTER, SALES, ANONYMOUS, SYSTEM, SELF])
def test_entries_for_others_decide_nothing(trustee: Sid) -> None:
    assert full_access(ace(trustee, R.FULL_ACCESS)) is None
    assert full_access(EXPLICIT_ALLOW, ace(trustee, R.FULL_ACCESS, allow=False)) == EXPLICIT_ALLOW


def test_self_is_the_objects_own_account() -> None:
    own, denied = ace(SELF, R.FULL_ACCESS), ace(SELF, R.FULL_ACCESS, allow=False)
    assert full_access(own, users=(OWNER,)) == own
    assert full_access(own, users=(MASTER, OWNER)) == own
    assert full_access(own, denied, users=(OWNER,)) == denied


def test_the_objects_own_account_has_no_part_in_entries_for_others() -> None:
    assert full_access(ace(SALES, R.FULL_ACCESS), users=(OWNER,)) is None


def test_self_is_nobody_on_an_object_without_an_account() -> None:
    assert deciding_entry([ace(SELF, R.FULL_ACCESS)], token(), ADMITS_FULL_ACCESS, NOW) is None


@pytest.mark.parametrize("right", [right for right in R if right is not R.FULL_ACCESS])
def test_no_other_mailbox_right_answers_for_full_access(right: R) -> None:
    assert full_access(ace(DELEGATE, right)) is None
    assert full_access(EXPLICIT_ALLOW, ace(DELEGATE, right, allow=False)) == EXPLICIT_ALLOW


def test_a_right_among_others_counts() -> None:
    several = ace(DELEGATE, R.READ_PERMISSION, R.FULL_ACCESS, R.DELETE_ITEM)
    assert full_access(several) == several


@pytest.mark.parametrize("right", [ExtendedRight.SEND_AS, DirectoryRight.EXTENDED_RIGHT, DirectoryRight.GENERIC_ALL])
def test_full_control_and_all_extended_rights_answer_for_send_as(
    right: ExtendedRight | DirectoryRight,
) -> None:
    allow, deny = ace(DELEGATE, right), ace(DELEGATE, right, allow=False)
    assert send_as(allow) == allow
    assert send_as(ace(DELEGATE, ExtendedRight.SEND_AS), deny) == deny


@pytest.mark.parametrize(
    "right",
    [
        ExtendedRight.RECEIVE_AS,
        R.SEND_AS,  # in the mailbox's own list it has no effect
        R.FULL_ACCESS,
        *(set(DirectoryRight) - {DirectoryRight.EXTENDED_RIGHT, DirectoryRight.GENERIC_ALL}),
    ],
)
def test_no_other_right_answers_for_send_as(right: ExtendedRight | DirectoryRight | R) -> None:
    assert send_as(ace(DELEGATE, right)) is None


@pytest.mark.parametrize("kind", [InheritanceType.CHILDREN, InheritanceType.DESCENDENTS])
def test_an_entry_for_what_lies_below_neither_allows_nor_denies(kind: InheritanceType) -> None:
    assert full_access(ace(DELEGATE, R.FULL_ACCESS, inheritance_type=kind)) is None
    below = ace(DELEGATE, R.FULL_ACCESS, allow=False, inheritance_type=kind)
    assert full_access(below, EXPLICIT_ALLOW) == EXPLICIT_ALLOW


def test_an_expired_entry_neither_allows_nor_denies() -> None:
    assert full_access(ace(DELEGATE, R.FULL_ACCESS, expires_at=NOW)) is None
    expired = ace(DELEGATE, R.FULL_ACCESS, allow=False, expires_at=NOW)
    assert full_access(expired, EXPLICIT_ALLOW) == EXPLICIT_ALLOW


def test_an_entry_counts_until_it_expires() -> None:
    lasting = ace(DELEGATE, R.FULL_ACCESS, expires_at=NOW + TICK)
    assert full_access(lasting) == lasting
