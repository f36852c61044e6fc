"""Laws of adding to and removing from an access control list."""

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from delegacy.domain.access_token import AccessToken
from delegacy.domain.ace import Ace
from delegacy.domain.acl import Acl, RemovalOutcome
from delegacy.domain.rights import ADMITS_FULL_ACCESS, InheritanceType, MailboxRight, Right
from delegacy.domain.sid import Sid
from delegacy.policy.access_check import deciding_entry
from support.facts import NOW, drawn_entry

TRUSTEES = [Sid(f"S-1-5-21-7-{number}") for number in range(1001, 1004)]
RIGHTS: list[Right] = [MailboxRight.FULL_ACCESS, MailboxRight.READ_PERMISSION, MailboxRight.DELETE_ITEM]

trustees = st.sampled_from(TRUSTEES)
rights = st.sets(st.sampled_from(RIGHTS), min_size=1).map(frozenset[Right])
explicit = st.builds(
    drawn_entry,
    trustees,
    rights,
    allow=st.booleans(),
    inheritance_type=st.sampled_from([InheritanceType.ALL, *InheritanceType]),
    expires_at=st.sampled_from([None, None, NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)]),
)
inherited = st.builds(drawn_entry, trustees, rights, allow=st.booleans(), inherited=st.sampled_from([True]))


@st.composite
def lists(draw: st.DrawFn) -> Acl:
    """Draw a list that was made by adding, with some entries from above."""
    acl = Acl(tuple(draw(st.lists(inherited, max_size=3))))
    for ace in draw(st.lists(explicit, max_size=6)):
        acl = acl.add(ace)
    return acl


def held(acl: Acl) -> Counter[tuple[Sid, bool, Right]]:
    """How many explicit entries hold each right."""
    return Counter((ace.trustee, ace.allow, right) for ace in acl.entries if not ace.inherited for right in ace.rights)


def opens_for(acl: Acl) -> set[Sid]:
    answers = {
        trustee: deciding_entry(acl.entries, AccessToken(frozenset({trustee})), ADMITS_FULL_ACCESS, NOW)
        for trustee in TRUSTEES
    }
    return {trustee for trustee, entry in answers.items() if entry is not None and entry.allow}


@given(lists())
def test_a_right_is_held_once_and_no_entry_is_empty(acl: Acl) -> None:
    assert set(held(acl).values()) <= {1}
    assert all(ace.rights for ace in acl.entries)


@given(lists(), explicit)
def test_what_was_added_is_there_and_adding_it_again_changes_nothing(acl: Acl, ace: Ace) -> None:
    added = acl.add(ace)
    assert added.missing_rights(ace) == frozenset()
    assert added.add(ace) is added
    assert all(held(added)[ace.trustee, ace.allow, right] for right in ace.rights)


@given(lists(), explicit)
def test_nothing_is_missing_exactly_where_adding_changes_nothing(acl: Acl, ace: Ace) -> None:
    assert (acl.add(ace) == acl) == (not acl.missing_rights(ace))
    assert acl.missing_rights(ace) <= ace.rights


@given(lists(), explicit)
def test_adding_leaves_every_other_right_and_everything_inherited(acl: Acl, ace: Ace) -> None:
    added = acl.add(ace)
    kinds = {(ace.trustee, ace.allow, right) for right in ace.rights}
    assert {kind for kind in held(added) if kind not in kinds} == {kind for kind in held(acl) if kind not in kinds}
    assert [one for one in added.entries if one.inherited] == [one for one in acl.entries if one.inherited]


@given(lists(), explicit)
def test_adding_an_allow_shuts_nobody_out_and_adding_a_deny_lets_nobody_in(acl: Acl, ace: Ace) -> None:
    before, after = opens_for(acl), opens_for(acl.add(ace))
    assert before <= after if ace.allow else after <= before


@given(acl=lists(), trustee=trustees, gone=rights, allow=st.booleans())
def test_what_was_removed_is_gone_and_nothing_else_is(
    *, acl: Acl, trustee: Sid, gone: frozenset[Right], allow: bool
) -> None:
    removed, _ = acl.remove(trustee, gone, allow=allow)
    kinds = {(trustee, allow, right) for right in gone}
    assert held(removed) == Counter({kind: count for kind, count in held(acl).items() if kind not in kinds})
    assert [one for one in removed.entries if one.inherited] == [one for one in acl.entries if one.inherited]
    assert all(ace.rights for ace in removed.entries)


@given(acl=lists(), trustee=trustees, gone=rights, allow=st.booleans())
def test_the_outcome_says_whether_anything_was_removed(
    *, acl: Acl, trustee: Sid, gone: frozenset[Right], allow: bool
) -> None:
    removed, outcome = acl.remove(trustee, gone, allow=allow)
    assert (outcome is RemovalOutcome.REMOVED) == (removed != acl)
    again, second = removed.remove(trustee, gone, allow=allow)
    assert again == removed
    assert second is not RemovalOutcome.REMOVED


@given(lists(), explicit)
def test_removing_what_was_newly_added_gives_the_list_back(acl: Acl, ace: Ace) -> None:
    without, _ = acl.remove(ace.trustee, ace.rights, allow=ace.allow)
    added = without.add(ace)
    assert added.remove(ace.trustee, ace.rights, allow=ace.allow) == (without, RemovalOutcome.REMOVED)


@given(lists())
def test_canonical_order_is_a_reordering_that_puts_explicit_first_and_deny_before_allow(acl: Acl) -> None:
    classes = [(ace.inherited, ace.allow) for ace in acl.canonical]
    assert classes == sorted(classes)
    assert Counter(acl.canonical) == Counter(acl.entries)
