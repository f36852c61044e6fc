from datetime import UTC, datetime, timedelta

from delegacy.domain.ace import Ace
from delegacy.domain.acl import Acl, RemovalOutcome
from delegacy.domain.rights import ExtendedRight, InheritanceType, MailboxRight, Right
from delegacy.domain.sid import Sid

JIM, AYLA = Sid("S-1-5-21-1-1001"), Sid("S-1-5-21-1-1002")
FULL, READ, OWNER = MailboxRight.FULL_ACCESS, MailboxRight.READ_PERMISSION, MailboxRight.CHANGE_OWNER
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ace(*rights: Right, trustee: Sid = JIM, allow: bool = True, inherited: bool = False) -> Ace:
    return Ace(trustee, frozenset(rights), allow=allow, inherited=inherited)


EXPLICIT_DENY = ace(FULL, allow=False)
EXPLICIT_ALLOW = ace(FULL)
INHERITED_DENY = ace(FULL, allow=False, inherited=True)
INHERITED_ALLOW = ace(FULL, inherited=True)


def test_canonical_order_is_explicit_deny_explicit_allow_inherited_deny_inherited_allow() -> None:
    made = Acl((INHERITED_ALLOW, EXPLICIT_ALLOW, INHERITED_DENY, EXPLICIT_DENY))
    assert made.canonical == (EXPLICIT_DENY, EXPLICIT_ALLOW, INHERITED_DENY, INHERITED_ALLOW)


def test_entries_of_one_class_keep_the_order_in_which_they_were_made() -> None:
    first, second = ace(FULL), ace(FULL, trustee=AYLA)
    assert Acl((second, EXPLICIT_DENY, first)).canonical == (EXPLICIT_DENY, second, first)


def test_an_added_entry_comes_last() -> None:
    assert Acl((EXPLICIT_DENY,)).add(EXPLICIT_ALLOW).entries == (EXPLICIT_DENY, EXPLICIT_ALLOW)


def test_adding_what_is_there_changes_nothing() -> None:
    acl = Acl((ace(FULL, READ),))
    assert acl.missing_rights(ace(FULL)) == frozenset()
    assert acl.add(ace(FULL)) is acl


def test_only_the_rights_that_were_missing_are_added() -> None:
    acl = Acl((ace(FULL),))
    assert acl.missing_rights(ace(FULL, READ)) == {READ}
    assert acl.add(ace(FULL, READ)).entries == (ace(FULL), ace(READ))


def test_rights_spread_over_entries_are_all_there() -> None:
    acl = Acl((ace(FULL), ace(READ)))
    assert acl.missing_rights(ace(FULL, READ, OWNER)) == {OWNER}


def test_an_entry_of_the_other_kind_another_trustee_or_from_above_does_not_count_as_there() -> None:
    acl = Acl((EXPLICIT_DENY, ace(FULL, trustee=AYLA), INHERITED_ALLOW))
    assert acl.missing_rights(EXPLICIT_ALLOW) == {FULL}
    assert acl.add(EXPLICIT_ALLOW).entries == (*acl.entries, EXPLICIT_ALLOW)


def test_a_deny_is_there_beside_an_allow() -> None:
    acl = Acl((EXPLICIT_ALLOW,))
    assert acl.missing_rights(EXPLICIT_DENY) == {FULL}
    assert acl.add(EXPLICIT_DENY).entries == (EXPLICIT_ALLOW, EXPLICIT_DENY)


def test_an_entry_that_passes_the_object_by_gives_up_the_right_to_one_that_reaches_it() -> None:
    below = ace(FULL, READ)._replace(inheritance_type=InheritanceType.CHILDREN)
    added = Acl((below,)).add(ace(FULL))
    assert added.entries == (below._replace(rights=frozenset({READ})), ace(FULL))


def test_an_entry_that_has_expired_gives_way_to_a_new_one() -> None:
    expired = ace(FULL)._replace(expires_at=NOW)
    assert Acl((expired,)).add(ace(FULL)).entries == (ace(FULL),)
    later = ace(FULL)._replace(expires_at=NOW + timedelta(days=1))
    assert Acl((expired,)).add(later).entries == (later,)


def test_an_entry_that_gives_way_takes_nothing_of_others_with_it() -> None:
    expired = ace(FULL)._replace(expires_at=NOW)
    others = (EXPLICIT_DENY, ace(FULL, trustee=AYLA), INHERITED_ALLOW)
    assert Acl((*others, expired)).add(ace(FULL)).entries == (*others, ace(FULL))


def test_a_shorter_grant_takes_nothing_from_a_longer_one() -> None:
    acl = Acl((EXPLICIT_ALLOW,))
    assert acl.add(EXPLICIT_ALLOW._replace(expires_at=NOW)) is acl


def test_removing_every_right_removes_the_entry() -> None:
    acl, outcome = Acl((EXPLICIT_ALLOW,)).remove(JIM, frozenset({FULL}), allow=True)
    assert (acl.entries, outcome) == ((), RemovalOutcome.REMOVED)


def test_removing_some_rights_leaves_the_others() -> None:
    acl, outcome = Acl((ace(FULL, READ),)).remove(JIM, frozenset({FULL, OWNER}), allow=True)
    assert (acl.entries, outcome) == ((ace(READ),), RemovalOutcome.REMOVED)


def test_removing_takes_the_right_from_every_entry_that_holds_it() -> None:
    acl, _ = Acl((ace(FULL, READ), ace(FULL, ExtendedRight.SEND_AS))).remove(JIM, frozenset({FULL}), allow=True)
    assert acl.entries == (ace(READ), ace(ExtendedRight.SEND_AS))


def test_removing_what_is_not_there_changes_nothing_and_says_so() -> None:
    before = Acl((ace(READ), ace(FULL, trustee=AYLA)))
    after, outcome = before.remove(JIM, frozenset({FULL}), allow=True)
    assert (after, outcome) == (before, RemovalOutcome.NOT_PRESENT)


def test_an_allow_is_not_removed_as_a_deny_nor_a_deny_as_an_allow() -> None:
    allowed, denied = Acl((EXPLICIT_ALLOW,)), Acl((EXPLICIT_DENY,))
    assert allowed.remove(JIM, frozenset({FULL}), allow=False) == (allowed, RemovalOutcome.NOT_PRESENT)
    assert denied.remove(JIM, frozenset({FULL}), allow=True) == (denied, RemovalOutcome.NOT_PRESENT)


def test_an_inherited_entry_is_not_removed_and_is_named_as_the_reason() -> None:
    before = Acl((ace(READ), INHERITED_ALLOW))
    assert before.remove(JIM, frozenset({FULL}), allow=True) == (before, RemovalOutcome.INHERITED)


def test_an_inherited_entry_of_another_trustee_kind_or_right_is_no_reason() -> None:
    before = Acl((INHERITED_DENY, ace(FULL, trustee=AYLA, inherited=True), ace(READ, inherited=True)))
    assert before.remove(JIM, frozenset({FULL}), allow=True) == (before, RemovalOutcome.NOT_PRESENT)


def test_removing_an_explicit_entry_leaves_the_inherited_one_and_the_deny() -> None:
    acl, outcome = Acl((EXPLICIT_ALLOW, INHERITED_ALLOW, EXPLICIT_DENY)).remove(JIM, frozenset({FULL}), allow=True)
    assert (acl.entries, outcome) == ((INHERITED_ALLOW, EXPLICIT_DENY), RemovalOutcome.REMOVED)
