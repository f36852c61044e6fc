import pytest

from delegacy.domain.errors import InvalidIdentity
from delegacy.domain.identity import LONGEST, IdentityForm, IdentityReading, readings

NAMES = (IdentityForm.ALIAS, IdentityForm.NAME, IdentityForm.SAM_ACCOUNT_NAME)
GUID = "5dd6a3b2-8a1c-4c6e-9f38-1ed29b0d4c7a"


def exact_forms(identity: str) -> list[IdentityForm]:
    """The forms that go before alias, name and display name."""
    *exact, names, display = readings(identity)
    assert tuple(reading.form for reading in names) == NAMES
    assert [reading.form for reading in display] == [IdentityForm.DISPLAY_NAME]
    assert all(len(each) == 1 for each in exact)
    return [each[0].form for each in exact]


def first(identity: str) -> IdentityReading:
    return next(readings(identity))[0]


def test_a_plain_word_is_an_alias_a_name_or_an_account_name_and_only_then_a_display_name() -> None:
    assert exact_forms("raymonds") == []
    assert tuple(readings("Raymond Sam")) == (
        tuple(IdentityReading(form, "raymond sam") for form in NAMES),
        (IdentityReading(IdentityForm.DISPLAY_NAME, "raymond sam"),),
    )


@pytest.mark.parametrize(
    ("identity", "forms"),
    [
        (GUID, [IdentityForm.GUID]),
        (f"{{{GUID.upper()}}}", [IdentityForm.GUID]),
        ("S-1-5-21-7-1104", [IdentityForm.SID]),
        ("CN=Terry Adams,CN=Users,DC=contoso,DC=com", [IdentityForm.DISTINGUISHED_NAME]),
        ("contoso.com/Users/Terry Adams", [IdentityForm.CANONICAL_NAME]),
        ("CONTOSO\\terrya", [IdentityForm.LOGON_NAME]),
        ("terrya@contoso.com", [IdentityForm.USER_PRINCIPAL_NAME, IdentityForm.ADDRESS]),
        ("/o=CONTOSO/ou=Exchange/cn=Recipients/cn=terrya", [IdentityForm.LEGACY_EXCHANGE_DN]),
    ],
)
def test_exact_forms_go_before_names(identity: str, forms: list[IdentityForm]) -> None:
    assert exact_forms(identity) == forms


@pytest.mark.parametrize(
    ("identity", "key", "container"),
    [
        (GUID.upper(), GUID, ""),
        ("s-1-5-21-7-1104", "S-1-5-21-7-1104", ""),
        ("cn=TERRY Adams,CN=Users,DC=Contoso,DC=com", "terry adams", "contoso.com/users"),
        ("CN=Adams\\, Terry,OU=Sales,DC=contoso,DC=com", "adams, terry", "contoso.com/sales"),
        ("Contoso.com/Users/Terry ADAMS", "terry adams", "contoso.com/users"),
        ("Contoso\\TerryA", "terrya", "contoso"),
        ("TerryA@Contoso.com", "terrya@contoso.com", ""),
        ("/O=Contoso/cn=TerryA", "/o=contoso/cn=terrya", ""),
        ("  Straße  ", "strasse", ""),
    ],
)
def test_keys_ignore_case_and_the_space_around(identity: str, key: str, container: str) -> None:
    assert (first(identity).key, first(identity).container) == (key, container)


@pytest.mark.parametrize(
    ("identity", "key"),
    [
        ("SMTP:TerryA@contoso.com", "terrya@contoso.com"),
        ("Smtp:terrya@contoso.com", "terrya@contoso.com"),
        ("terrya@BÜCHER.example", "terrya@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_compared_as_addresses_are(identity: str, key: str) -> None:
    assert (IdentityReading(IdentityForm.ADDRESS, key),) in readings(identity)


@pytest.mark.parametrize("identity", ["terry adams@contoso.com", "@contoso.com", "terrya@", '"t"@contoso.com', "a@b@c"])
def test_text_that_is_no_address_is_not_read_as_one(identity: str) -> None:
    assert exact_forms(identity) == [IdentityForm.USER_PRINCIPAL_NAME]


@pytest.mark.parametrize(
    "identity",
    [
        GUID.replace("-", ""),  # a name may look like this
        f"{{{GUID}",
        f"{GUID}}}",
        f"[{GUID}}}",
        f"{{{GUID}]",
        "5dd6a3b2-8a1c-4c6e-9f38-1ed29b0d4c7g",
        "S-1-5",
        "CN=Terry\\",
        "CN=Terry Adams",
        "CN=Terry Adams,OU=Users,DC=contoso,DC=com",  # Users is no organizational unit
        "OU=Terry Adams,CN=Users,DC=contoso,DC=com",
        "CN=Terry Adams,DC=contoso,CN=Users,DC=com",
        "CN=Terry Adams,OU=a,OU=b",
        "contoso/Users",
        "\\terrya",
        "CONTOSO\\",
        "CONTOSO\\terrya\\helpdesk",
        "Sales/North",
    ],
)
def test_a_near_miss_is_a_name(identity: str) -> None:
    assert exact_forms(identity) == []


def test_a_text_may_have_several_exact_readings_in_order() -> None:
    assert exact_forms("contoso.com/Users/CONTOSO\\terrya@contoso.com") == [
        IdentityForm.CANONICAL_NAME,
        IdentityForm.LOGON_NAME,
        IdentityForm.USER_PRINCIPAL_NAME,
    ]


@pytest.mark.parametrize("identity", ["", " ", "\t\n", "x" * (LONGEST + 1)])
def test_empty_and_overlong_text_is_refused(identity: str) -> None:
    with pytest.raises(InvalidIdentity) as refused:
        tuple(readings(identity))
    assert len(refused.value.target) <= 64


def test_the_longest_identity_is_read() -> None:
    assert exact_forms("x" * LONGEST) == []
