from typing import Final

import pytest

from delegacy.domain.address import InvalidAddress, ProxyAddress, SmtpAddress, normalise_domain

KEYS: Final = {
    "ayla@contoso.com": "ayla@contoso.com",
    "Ayla.Kol@CONTOSO.com": "ayla.kol@contoso.com",
    "o'neil+tag@contoso.com": "o'neil+tag@contoso.com",
    "_svc=x@a.b-c.example": "_svc=x@a.b-c.example",
    "postmaster@localhost": "postmaster@localhost",
    "ÉTIENNE@contoso.com": "étienne@contoso.com",
    "e\u0301tienne@contoso.com": "étienne@contoso.com",
    "strauß@contoso.com": "strauss@contoso.com",
    "a@Bücher.example": "a@xn--bcher-kva.example",
    "a@XN--BCHER-KVA.example": "a@xn--bcher-kva.example",
    "a@faß.example": "a@xn--fa-hia.example",
    "a@日本語.jp": "a@xn--wgv71a119e.jp",
}

REFUSED: Final = (
    "",
    "@",
    "ayla",
    "ayla@",
    "@contoso.com",
    "ayla@@contoso.com",
    "ayla@contoso.com@fabrikam.com",
    " ayla@contoso.com",
    "ayla@contoso.com ",
    "ayla @contoso.com",
    "ayla@ contoso.com",
    "ayla@contoso.com\r\n",
    "ayla@contoso.com\n",
    "ay\0la@contoso.com",
    ".ayla@contoso.com",
    "ayla.@contoso.com",
    "ay..la@contoso.com",
    '"ayla"@contoso.com',
    "ayla(comment)@contoso.com",
    "<ayla@contoso.com>",
    "ayla,terry@contoso.com",
    "ayla;terry@contoso.com",
    "ayla:terry@contoso.com",
    "ayla@[192.0.2.1]",
    "ayla@contoso..com",
    "ayla@.contoso.com",
    "ayla@contoso.com.",
    "ayla@-contoso.com",
    "ayla@contoso-.com",
    "ayla@con_toso.com",
    "ayla@con toso.com",
    "ayla@contoso\uff0ecom",
    "ayla@contoso\u3002com",
    "ayla@\uff43ontoso.com",
    "ayla@con\u200dtoso.com",
    "ayla@con\u00b7toso.com",
    "ayla@xn--a.com",
    "ayla@xn--.com",
    "ayla@xn--contoso-.com",
    "ayla@\u0301contoso.com",
    "ay\u200bla@contoso.com",
    "ay\u202ela@contoso.com",
    "ay\u00a0la@contoso.com",
    "ay\ud800la@contoso.com",
    "ay\ue000la@contoso.com",
    "ay\u037ela@contoso.com",
    "a" * 65 + "@contoso.com",
    "é" * 33 + "@contoso.com",
    "ayla@" + "a" * 64 + ".com",
    "ayla@" + ".".join(["a" * 49] * 5) + ".com",
)


@pytest.mark.parametrize("typed", KEYS)
def test_an_address_has_one_key_and_prints_as_typed(typed: str) -> None:
    address = SmtpAddress.parse(typed)
    assert (address.key, str(address)) == (KEYS[typed], typed)


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_no_plain_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidAddress):
        SmtpAddress.parse(typed)


def test_a_refusal_is_a_value_error_and_repeats_no_control_characters() -> None:
    with pytest.raises(ValueError, match="isn't an email address") as caught:
        SmtpAddress.parse("a\r\nb@contoso.com")
    assert "\n" not in str(caught.value)


def test_equality_ignores_how_it_was_typed() -> None:
    assert SmtpAddress.parse("Ayla@Contoso.com") == SmtpAddress("ayla", "CONTOSO.COM")
    assert len({SmtpAddress.parse("a@bücher.example"), SmtpAddress.parse("A@xn--bcher-kva.EXAMPLE")}) == 1


def test_similar_addresses_stay_different() -> None:
    assert SmtpAddress.parse("a@faß.example") != SmtpAddress.parse("a@fass.example")
    assert SmtpAddress.parse("аyla@contoso.com") != SmtpAddress.parse("ayla@contoso.com")  # noqa: RUF001 (Cyrillic)
    assert SmtpAddress.parse("\uff41yla@contoso.com") != SmtpAddress.parse("ayla@contoso.com")


def test_the_longest_address_is_accepted() -> None:
    domain = ".".join(["a" * 63, "b" * 63, "c" * 61])
    assert len(str(SmtpAddress.parse("x" * 64 + "@" + domain))) == 254


def test_the_ascii_form_needs_an_ascii_local_part() -> None:
    assert SmtpAddress.parse("Ayla@bücher.example").to_ascii() == "Ayla@xn--bcher-kva.example"
    assert SmtpAddress.parse("Ayla@Contoso.com").to_ascii() == "Ayla@Contoso.com"
    with pytest.raises(InvalidAddress):
        SmtpAddress.parse("ayłą@contoso.com").to_ascii()


def test_domains_compare_by_their_a_labels() -> None:
    assert normalise_domain("BÜCHER.example") == "xn--bcher-kva.example"
    assert SmtpAddress.parse("a@Contoso.com").domain_key == "contoso.com"
    with pytest.raises(InvalidAddress):
        normalise_domain("")


@pytest.mark.parametrize(
    ("typed", "printed", "key", "primary"),
    [
        ("SMTP:Terry@contoso.com", "SMTP:Terry@contoso.com", "smtp:terry@contoso.com", True),
        ("smtp:terry@contoso.com", "smtp:terry@contoso.com", "smtp:terry@contoso.com", False),
        ("terry@contoso.com", "smtp:terry@contoso.com", "smtp:terry@contoso.com", False),
        ("X500:/o=First/cn=Terry", "X500:/o=First/cn=Terry", "x500:/o=first/cn=terry", True),
        ("sip:terry@contoso.com", "sip:terry@contoso.com", "sip:terry@contoso.com", False),
    ],
)
def test_a_proxy_address_has_a_type(*, typed: str, printed: str, key: str, primary: bool) -> None:
    proxy = ProxyAddress.parse(typed)
    assert (str(proxy), proxy.key, proxy.is_primary) == (printed, key, primary)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "terry",
        "SMTP:",
        "SMTP:terry",
        "smtp:a b@contoso.com",
        ":terry@contoso.com",
        "S MTP:a@b.c",
        "X500:",
        "X500:\n",
        "X500:" + "x" * 1124,
    ],
)
def test_what_is_no_proxy_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidAddress):
        ProxyAddress.parse(typed)


def test_only_smtp_proxies_are_smtp_addresses() -> None:
    address = SmtpAddress.parse("terry@contoso.com")
    assert ProxyAddress.primary(address).smtp_address == address == ProxyAddress.secondary(address).smtp_address
    assert ProxyAddress.primary(address) == ProxyAddress.secondary(address)
    assert ProxyAddress.parse("X500:/o=First").smtp_address is None
