import pytest

from delegacy.domain.network import network_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("fe80::1%eth0", "fe80::2%eth1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_addresses_of_one_site_are_one_peer(one: str, other: str) -> None:
    assert network_of(one) == network_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.1", "192.0.2.2"),
        ("2001:db8:1:2::1", "2001:db8:1:3::1"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2"),
        ("", "192.0.2.1"),
    ],
)
def test_addresses_of_two_sites_are_two(one: str, other: str) -> None:
    assert network_of(one) != network_of(other)


def test_what_is_no_address_stands_for_itself() -> None:
    assert network_of("a pipe") == "a pipe"
