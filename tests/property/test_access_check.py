"""Laws of the access check (MS-DTYP 2.5.3.2; Windows: Order of ACEs in a DACL)."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from delegacy.domain.access_token import AccessToken
from delegacy.domain.ace import Ace
from delegacy.domain.rights import ADMITS_SEND_AS, DirectoryRight, ExtendedRight, InheritanceType, MailboxRight, Right
from delegacy.domain.sid import AUTHENTICATED_USERS, EVERYONE, SELF, Sid
from delegacy.policy.access_check import deciding_entry
from support.facts import NOW, drawn_entry

USERS = [Sid(f"S-1-5-21-7-{number}") for number in range(1001, 1004)]
GROUPS = [Sid(f"S-1-5-21-7-{number}") for number in range(2001, 2006)]
STRANGERS = [Sid(f"S-1-5-21-8-{number}") for number in range(1001, 1004)]
EVERY_RIGHT: list[Right] = [*MailboxRight, *DirectoryRight, *ExtendedRight]
ADMITTING = sorted(ADMITS_SEND_AS)

tokens = st.builds(
    AccessToken,
    st.sets(st.sampled_from(USERS), min_size=1).map(frozenset[Sid]),
    st.sets(st.sampled_from(GROUPS)).map(frozenset[Sid]),
)
aces = st.builds(
    drawn_entry,
    st.sampled_from([*USERS, *GROUPS, *STRANGERS, EVERYONE, AUTHENTICATED_USERS, SELF]),
    st.sets(st.sampled_from([*ADMITTING, *EVERY_RIGHT]), min_size=1, max_size=3).map(frozenset[Right]),
    allow=st.booleans(),
    inherited=st.booleans(),
    inheritance_type=st.sampled_from([InheritanceType.ALL, *InheritanceType]),
    expires_at=st.sampled_from([None, None, NOW, NOW - timedelta(days=1), NOW + timedelta(days=1)]),
)
acls = st.lists(aces, max_size=8)
owners = st.sampled_from([None, *USERS, *STRANGERS])


def allows(acl: list[Ace], token: AccessToken, owner: Sid | None) -> bool:
    entry = deciding_entry(acl, token, ADMITS_SEND_AS, NOW, owner)
    return entry is not None and entry.allow


def named_by(token: AccessToken) -> st.SearchStrategy[Ace]:
    """Entries that are in force, hold the right and name the token."""
    return aces.flatmap(
        lambda ace: st.builds(
            ace._replace,
            trustee=st.sampled_from([*sorted(token.users), *sorted(token.groups), EVERYONE]),
            rights=st.sampled_from(ADMITTING).map(lambda right: ace.rights | {right}),
            inheritance_type=st.just(InheritanceType.ALL),
            expires_at=st.none(),
        )
    )


@given(acls, tokens, owners, st.data())
def test_an_explicit_deny_wins_wherever_it_stands(
    acl: list[Ace], token: AccessToken, owner: Sid | None, data: st.DataObject
) -> None:
    deny = data.draw(named_by(token))._replace(allow=False, inherited=False)
    acl.insert(data.draw(st.integers(0, len(acl))), deny)
    entry = deciding_entry(acl, token, ADMITS_SEND_AS, NOW, owner)
    assert entry is not None
    assert (entry.allow, entry.inherited) == (False, False)


@given(acls, tokens, owners, st.data())
def test_an_explicit_allow_goes_before_everything_inherited(
    acl: list[Ace], token: AccessToken, owner: Sid | None, data: st.DataObject
) -> None:
    inherited = [ace._replace(inherited=True) for ace in acl]
    allow = data.draw(named_by(token))._replace(allow=True, inherited=False)
    assert deciding_entry([*inherited, allow], token, ADMITS_SEND_AS, NOW, owner) == allow


@given(acls, aces, st.integers(0, 8), tokens, owners)
def test_an_entry_for_a_stranger_changes_nothing(
    acl: list[Ace], ace: Ace, place: int, token: AccessToken, owner: Sid | None
) -> None:
    stranger = ace._replace(trustee=STRANGERS[0])
    with_it = [*acl[:place], stranger, *acl[place:]]
    assert deciding_entry(with_it, token, ADMITS_SEND_AS, NOW, owner) == deciding_entry(
        acl, token, ADMITS_SEND_AS, NOW, owner
    )


@given(acls, aces, st.integers(0, 8), tokens, owners)
def test_an_entry_for_other_rights_changes_nothing(
    acl: list[Ace], ace: Ace, place: int, token: AccessToken, owner: Sid | None
) -> None:
    other = ace._replace(rights=ace.rights - ADMITS_SEND_AS)
    with_it = [*acl[:place], other, *acl[place:]]
    assert deciding_entry(with_it, token, ADMITS_SEND_AS, NOW, owner) == deciding_entry(
        acl, token, ADMITS_SEND_AS, NOW, owner
    )


@given(acls, aces, st.integers(0, 8), tokens, owners)
def test_an_entry_that_has_ended_or_passes_by_changes_nothing(
    acl: list[Ace], ace: Ace, place: int, token: AccessToken, owner: Sid | None
) -> None:
    for idle in (ace._replace(expires_at=NOW), ace._replace(inheritance_type=InheritanceType.CHILDREN)):
        with_it = [*acl[:place], idle, *acl[place:]]
        assert deciding_entry(with_it, token, ADMITS_SEND_AS, NOW, owner) == deciding_entry(
            acl, token, ADMITS_SEND_AS, NOW, owner
        )


@given(acls, tokens, owners, st.data())
def test_the_order_of_entries_and_of_groups_is_irrelevant(
    acl: list[Ace], token: AccessToken, owner: Sid | None, data: st.DataObject
) -> None:
    groups = data.draw(st.permutations(sorted(token.groups)))
    same = AccessToken(token.users, frozenset(groups))
    assert allows(data.draw(st.permutations(acl)), same, owner) == allows(acl, token, owner)


@given(acls, aces, tokens, owners)
def test_an_allow_never_takes_away_and_a_deny_never_gives(
    acl: list[Ace], ace: Ace, token: AccessToken, owner: Sid | None
) -> None:
    before = allows(acl, token, owner)
    assert allows([*acl, ace._replace(allow=True)], token, owner) >= before
    assert allows([*acl, ace._replace(allow=False)], token, owner) <= before


@given(acls, tokens, owners)
def test_the_answer_is_an_entry_of_the_list_and_without_one_it_is_no(
    acl: list[Ace], token: AccessToken, owner: Sid | None
) -> None:
    entry = deciding_entry(acl, token, ADMITS_SEND_AS, NOW, owner)
    assert entry is None or entry in acl
    assert deciding_entry([], token, ADMITS_SEND_AS, NOW, owner) is None


@given(acls, tokens, owners)
def test_a_group_is_nothing_to_who_is_not_in_it(acl: list[Ace], token: AccessToken, owner: Sid | None) -> None:
    without = AccessToken(token.users)
    personal = [ace for ace in acl if ace.trustee not in GROUPS]
    assert deciding_entry(acl, without, ADMITS_SEND_AS, NOW, owner) == deciding_entry(
        personal, without, ADMITS_SEND_AS, NOW, owner
    )
