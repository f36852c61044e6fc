"""Distinguished names, canonical names, SIDs and identities, from any text."""

from hypothesis import given
from hypothesis import strategies as st

from delegacy.domain.dn import DistinguishedName, canonical_name, split_canonical_name
from delegacy.domain.errors import InvalidDistinguishedName, InvalidIdentity, InvalidSid
from delegacy.domain.identity import IdentityForm, readings
from delegacy.domain.sid import looks_like_sid, parse_sid

texts = st.text(st.characters(codec="utf-8"), max_size=30)
pieces = st.lists(
    st.sampled_from(
        ["CN=", "OU=", "DC=", ",", "\\", "/", "@", "=", " ", "#", "contoso", "com", ".", "S-1-5-21", "-7", "{", "ü"]
    ),
    max_size=12,
).map("".join)
near_names = st.one_of(texts, pieces)
names = texts.filter(bool)
labels = st.text("abcdefgh-", min_size=1, max_size=8)
domains = st.lists(labels, min_size=2, max_size=3).map(".".join)
units = names.filter(lambda name: not name.endswith("\\"))


@given(st.lists(st.tuples(st.sampled_from(["CN", "OU", "DC"]), texts), min_size=1, max_size=5))
def test_a_distinguished_name_is_read_back_as_it_was_printed(rdns: list[tuple[str, str]]) -> None:
    name = DistinguishedName(tuple(rdns))
    assert DistinguishedName.parse(str(name)) == name


@given(near_names)
def test_any_text_is_a_distinguished_name_or_refused(text: str) -> None:
    try:
        name = DistinguishedName.parse(text)
    except InvalidDistinguishedName:
        return
    assert DistinguishedName.parse(str(name)) == name


@given(names, st.lists(units, max_size=3), domains)
def test_name_and_container_are_what_they_were_made_of(name: str, path: list[str], domain: str) -> None:
    container = domain
    for unit in path:
        container = canonical_name(container, unit)
    made = DistinguishedName.in_container(name, container)
    assert (made.name, made.container) == (name, container)
    assert split_canonical_name(canonical_name(container, name)) == (container, name)


@given(near_names)
def test_any_text_is_a_canonical_name_or_is_not(text: str) -> None:
    split = split_canonical_name(text)
    assert split is None or canonical_name(*split) == text


@given(near_names)
def test_any_text_is_a_sid_or_refused(text: str) -> None:
    try:
        sid = parse_sid(text)
    except InvalidSid:
        assert not looks_like_sid(text)
    else:
        assert looks_like_sid(text)
        assert parse_sid(sid) == sid


@given(near_names)
def test_any_text_is_an_identity_or_refused(text: str) -> None:
    try:
        rounds = tuple(readings(text))
    except InvalidIdentity:
        assert not text.strip()
        return
    *exact, by_name, by_display_name = rounds
    assert [reading.form for reading in by_name] == [
        IdentityForm.ALIAS,
        IdentityForm.NAME,
        IdentityForm.SAM_ACCOUNT_NAME,
    ]
    assert [reading.form for reading in by_display_name] == [IdentityForm.DISPLAY_NAME]
    assert all(len(each) == 1 for each in exact)


@given(st.one_of(pieces, st.text(st.characters(codec="ascii"), max_size=30)).filter(str.strip))
def test_case_makes_no_difference_to_an_identity(text: str) -> None:
    assert tuple(readings(text.upper())) == tuple(readings(text.lower()))
