import pytest

from delegacy.domain.dn import DistinguishedName, canonical_name, looks_like_dn, split_canonical_name
from delegacy.domain.errors import InvalidDistinguishedName

TERRY = DistinguishedName((("CN", "Terry Adams"), ("CN", "Users"), ("DC", "contoso"), ("DC", "com")))


def test_a_dn_is_read_into_its_relative_names() -> None:
    assert DistinguishedName.parse("CN=Terry Adams,CN=Users,DC=contoso,DC=com") == TERRY


def test_spaces_after_commas_and_the_case_of_attributes_make_no_difference() -> None:
    assert DistinguishedName.parse("cn=Terry Adams, Cn=Users,  dc=contoso, DC=com") == TERRY


def test_a_dn_prints_as_active_directory_prints_it() -> None:
    assert str(TERRY) == "CN=Terry Adams,CN=Users,DC=contoso,DC=com"


def test_dns_are_compared_without_regard_to_case() -> None:
    assert DistinguishedName.parse("CN=TERRY adams,CN=users,DC=CONTOSO,DC=com").key == TERRY.key


def test_dns_of_different_objects_differ() -> None:
    assert DistinguishedName.parse("CN=Terry Adams,OU=Users,DC=contoso,DC=com").key != TERRY.key


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("Adams, Terry", "Adams\\, Terry"),
        ('a+b"c\\d<e>f;g=h', 'a\\+b\\"c\\\\d\\<e\\>f\\;g\\=h'),
        ("#1", "\\#1"),
        ("a#1", "a#1"),
        (" both ", "\\ both\\ "),
        (" ", "\\ "),
        ("  ", "\\ \\ "),
        ("a ", "a\\ "),
        ("", ""),
    ],
)
def test_special_characters_are_escaped_and_read_back(value: str, printed: str) -> None:
    name = DistinguishedName((("CN", value), ("DC", "com")))
    assert str(name) == f"CN={printed},DC=com"
    assert DistinguishedName.parse(str(name)) == name


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("Adams\\2C Terry", "Adams, Terry"),
        ("Adams\\2c Terry", "Adams, Terry"),
        ("J\\C3\\BCrgen", "Jürgen"),
        ("Jürgen", "Jürgen"),
        ("a\\zb", "azb"),
        ("a\\4", "a4"),  # half a pair is a character
        ("a\\g0", "ag0"),
    ],
)
def test_escapes_are_read_by_pair_and_by_character(typed: str, value: str) -> None:
    assert DistinguishedName.parse(f"CN={typed},DC=com").name == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Terry Adams",
        "CN",
        "CN=Terry Adams,",
        "CN=Terry Adams,Users,DC=com",
        "CN=Terry Adams,UID=7",
        ",DC=com",
        "=x",
        "CN=Terry\\",
        "CN=\\FF,DC=com",
        "CN=\\C3,DC=com",
    ],
)
def test_what_is_no_dn_is_refused(text: str) -> None:
    with pytest.raises(InvalidDistinguishedName) as refused:
        DistinguishedName.parse(text)
    assert refused.value.target == text


@pytest.mark.parametrize(
    ("name", "container", "printed"),
    [
        ("Terry Adams", "contoso.com/Users", "CN=Terry Adams,CN=Users,DC=contoso,DC=com"),
        ("Terry Adams", "contoso.com/users", "CN=Terry Adams,CN=users,DC=contoso,DC=com"),
        ("Terry Adams", "contoso.com", "CN=Terry Adams,DC=contoso,DC=com"),
        ("Terry Adams", "contoso.com/Sales/North", "CN=Terry Adams,OU=North,OU=Sales,DC=contoso,DC=com"),
        (
            "Help Desk",
            "contoso.com/Microsoft Exchange Security Groups",
            "CN=Help Desk,OU=Microsoft Exchange Security Groups,DC=contoso,DC=com",
        ),
        ("A/B", "contoso.com/C\\/D", "CN=A/B,OU=C/D,DC=contoso,DC=com"),
    ],
)
def test_name_and_container_make_a_dn_and_come_out_of_it(name: str, container: str, printed: str) -> None:
    made = DistinguishedName.in_container(name, container)
    assert str(made) == printed
    assert (made.name, made.container) == (name, container)


@pytest.mark.parametrize(
    ("container", "name", "printed"),
    [
        ("contoso.com/Users", "Terry Adams", "contoso.com/Users/Terry Adams"),
        ("contoso.com", "Terry Adams", "contoso.com/Terry Adams"),
        ("contoso.com/Users", "Sales/North", "contoso.com/Users/Sales\\/North"),
        ("contoso.com/C\\/D", "/", "contoso.com/C\\/D/\\/"),
    ],
)
def test_a_canonical_name_is_made_and_taken_apart(container: str, name: str, printed: str) -> None:
    assert canonical_name(container, name) == printed
    assert split_canonical_name(printed) == (container, name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Terry Adams",
        "/",
        "contoso.com",
        "contoso.com/",
        "/Users",
        "contoso/Users",
        "contoso.com\\/Users",
        "/o=x.y/cn=z",
    ],
)
def test_other_text_is_no_canonical_name(text: str) -> None:
    assert split_canonical_name(text) is None


@pytest.mark.parametrize("text", ["CN=x", "cn=", "Ou=a,DC=b", "dc=com"])
def test_a_dn_is_known_by_how_it_begins(text: str) -> None:
    assert looks_like_dn(text)


@pytest.mark.parametrize("text", ["", "CN", " CN=x", "UID=7", "Terry CN=x"])
def test_other_text_does_not_look_like_a_dn(text: str) -> None:
    assert not looks_like_dn(text)
