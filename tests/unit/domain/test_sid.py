import pytest

from delegacy.domain.errors import InvalidSid
from delegacy.domain.sid import (
    ANONYMOUS,
    AUTHENTICATED_USERS,
    EVERYONE,
    NETWORK_SERVICE,
    SELF,
    SYSTEM,
    WELL_KNOWN,
    looks_like_sid,
    parse_sid,
    well_known_by_name,
)

ACCOUNT = "S-1-5-21-1004336348-1177238915-682003330-512"


@pytest.mark.parametrize(
    "text",
    [ACCOUNT, "S-1-1-0", "S-1-5-10", "S-1-0-0", "S-1-281474976710655-4294967295", "S-1-5" + "-1" * 15],
)
def test_a_sid_is_read_as_it_is(text: str) -> None:
    assert looks_like_sid(text)
    assert parse_sid(text) == text


def test_a_sid_in_lower_case_is_read_in_upper_case() -> None:
    assert parse_sid(ACCOUNT.lower()) == ACCOUNT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "S-1",
        "S-1-5",  # no sub-authority
        "S-1-5-",
        "S-2-5-21",  # the revision is 1
        "S-1-05-21",
        "S-1-5-021",
        "S-1-5-21 ",
        " S-1-5-21",
        "S-1-5-21\n",
        "S-1-5--21",
        "S-1-5-4294967296",  # a sub-authority has 32 bits
        "S-1-5-4294967296-1",
        "S-1-281474976710656-1",  # the authority has 48 bits
        "S-1-5" + "-1" * 16,  # MS-DTYP 2.4.2.2: at most 15 sub-authorities
        "S-1-5-٢١",
        "\u017f-1-5-21",  # upper() makes this an S
        "Terry Adams",
    ],
)
def test_what_is_no_sid_is_refused(text: str) -> None:
    assert not looks_like_sid(text)
    with pytest.raises(InvalidSid) as refused:
        parse_sid(text)
    assert refused.value.target == text


@pytest.mark.parametrize(
    ("name", "sid"),
    [
        ("NT AUTHORITY\\SELF", SELF),
        ("nt authority\\self", SELF),
        ("Self", SELF),
        ("Everyone", EVERYONE),
        ("Authenticated Users", AUTHENTICATED_USERS),
        ("NT AUTHORITY\\ANONYMOUS LOGON", ANONYMOUS),
        ("NT AUTHORITY\\SYSTEM", SYSTEM),
        ("network service", NETWORK_SERVICE),
    ],
)
def test_a_well_known_principal_is_found_by_name(name: str, sid: str) -> None:
    assert well_known_by_name(name) == sid


@pytest.mark.parametrize(
    "name", ["", "NT AUTHORITY", "CONTOSO\\SELF", "Everyone ", "NT AUTHORITY\\Everyone", "AUTHORITY\\SELF"]
)
def test_other_names_are_no_well_known_principal(name: str) -> None:
    assert well_known_by_name(name) is None


def test_every_well_known_principal_is_found_by_the_name_that_it_prints_as() -> None:
    for sid, printed in WELL_KNOWN.items():
        assert looks_like_sid(sid)
        assert well_known_by_name(printed) == sid
