from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from delegacy.cmdlets._addresses import POLICY, Addresses, alias_from, changed_addresses, first_addresses
from delegacy.cmdlets._lists import ListChange
from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.errors import InvalidInput
from delegacy.domain.organization import AcceptedDomain
from support.stores import recipient

if TYPE_CHECKING:
    from delegacy.domain.ports import DirectoryReader


class Domains:
    """The one fact of a directory that addresses depend on."""

    def accepted_domains(self) -> tuple[AcceptedDomain, ...]:
        return (AcceptedDomain("contoso.com", "contoso.com", default=True), AcceptedDomain("x", "fabrikam.com"))


DIRECTORY = cast("DirectoryReader", Domains())
TERRY = replace(
    recipient("Terry Adams"),
    alias="terrya",
    primary_smtp_address=SmtpAddress.parse("terrya@contoso.com"),
    email_addresses=(ProxyAddress.parse("SMTP:terrya@contoso.com"), ProxyAddress.parse("smtp:ta@contoso.com")),
    attributes={POLICY: True},
)
UNBOUND = replace(TERRY, attributes={POLICY: False})


def replaced_by(*addresses: str) -> ListChange[str]:
    return ListChange(addresses)


def without(*addresses: str) -> ListChange[str]:
    return ListChange(None, (), addresses)


def texts(addresses: Addresses) -> list[str]:
    return [str(proxy) for proxy in addresses.proxies]


def test_the_policy_gives_the_primary_address() -> None:
    addresses = first_addresses(DIRECTORY, "terrya", None)
    assert texts(addresses) == ["SMTP:terrya@contoso.com"]
    assert addresses.follows_policy


def test_an_explicit_primary_address_takes_a_new_recipient_out_of_the_policy() -> None:
    addresses = first_addresses(DIRECTORY, "terrya", SmtpAddress.parse("boss@fabrikam.com"))
    assert texts(addresses) == ["SMTP:boss@fabrikam.com"]
    assert not addresses.follows_policy


@pytest.mark.parametrize("alias", ["terry adams", ".terry", "terry.", "a" * 65, "terry@contoso.com", ""])
def test_an_alias_must_be_the_part_before_the_at_of_an_address(alias: str) -> None:
    with pytest.raises(InvalidInput):
        first_addresses(DIRECTORY, alias, None)


@pytest.mark.parametrize(
    ("name", "alias"),
    [
        ("Terry Adams", "TerryAdams"),
        ("Helpdesk (East)", "HelpdeskEast"),
        ("Jürgen Müller", "JurgenMuller"),
        ("a..b.", "a.b"),
        ("Discovery{1}", "Discovery{1}"),
    ],
)
def test_an_alias_is_made_from_a_name(name: str, alias: str) -> None:
    assert alias_from(name) == alias


def test_a_new_alias_moves_the_primary_address_and_keeps_the_old_one() -> None:
    addresses = changed_addresses(DIRECTORY, TERRY, alias="terry")
    assert texts(addresses) == ["SMTP:terry@contoso.com", "smtp:terrya@contoso.com", "smtp:ta@contoso.com"]
    assert str(addresses.primary) == "terry@contoso.com"


def test_a_new_alias_leaves_addresses_alone_outside_the_policy() -> None:
    addresses = changed_addresses(DIRECTORY, UNBOUND, alias="terry")
    assert addresses.alias == "terry"
    assert texts(addresses) == ["SMTP:terrya@contoso.com", "smtp:ta@contoso.com"]


def test_entering_the_policy_makes_the_primary_address_again() -> None:
    elsewhere = replace(UNBOUND, email_addresses=(ProxyAddress.parse("SMTP:boss@contoso.com"),))
    addresses = changed_addresses(DIRECTORY, elsewhere, follow_policy=True)
    assert texts(addresses) == ["SMTP:terrya@contoso.com", "smtp:boss@contoso.com"]


def test_a_primary_address_leaves_the_policy_and_keeps_the_old_one() -> None:
    addresses = changed_addresses(DIRECTORY, TERRY, primary=SmtpAddress.parse("ta@contoso.com"))
    assert texts(addresses) == ["SMTP:ta@contoso.com", "smtp:terrya@contoso.com"]
    assert not addresses.follows_policy


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (ListChange((), ("x@contoso.com",)), None),
        (
            ListChange(None, ("x@contoso.com",)),
            ["SMTP:terrya@contoso.com", "smtp:ta@contoso.com", "smtp:x@contoso.com"],
        ),
        (ListChange(None, (), ("TA@contoso.com",)), ["SMTP:terrya@contoso.com"]),
        (
            ListChange(None, ("SMTP:x@contoso.com",)),
            ["SMTP:x@contoso.com", "smtp:terrya@contoso.com", "smtp:ta@contoso.com"],
        ),
        (ListChange(("a@contoso.com", "b@contoso.com")), ["SMTP:a@contoso.com", "smtp:b@contoso.com"]),
        (
            ListChange(("smtp:a@contoso.com", "SMTP:b@contoso.com", "X500:/o=x")),
            ["smtp:a@contoso.com", "SMTP:b@contoso.com", "X500:/o=x"],
        ),
    ],
)
def test_email_addresses_are_replaced_or_changed(change: ListChange[str], after: list[str] | None) -> None:
    if after is None:
        with pytest.raises(InvalidInput):
            changed_addresses(DIRECTORY, UNBOUND, email_addresses=change)
    else:
        assert texts(changed_addresses(DIRECTORY, UNBOUND, email_addresses=change)) == after


@pytest.mark.parametrize(
    "change",
    [
        without("terrya@contoso.com"),
        ListChange(("SMTP:a@contoso.com", "SMTP:b@contoso.com")),
        ListChange(("X500:/o=x",)),
        ListChange(("not an address",)),
        replaced_by(),
    ],
)
def test_a_recipient_keeps_exactly_one_primary_address(change: ListChange[str]) -> None:
    with pytest.raises(InvalidInput):
        changed_addresses(DIRECTORY, UNBOUND, email_addresses=change)


def test_the_primary_address_is_not_changed_by_hand_while_the_policy_makes_it() -> None:
    with pytest.raises(InvalidInput):
        changed_addresses(DIRECTORY, TERRY, email_addresses=ListChange(("SMTP:boss@contoso.com",)))
    with pytest.raises(InvalidInput):
        changed_addresses(DIRECTORY, TERRY, primary=SmtpAddress.parse("boss@contoso.com"), follow_policy=True)
    with pytest.raises(InvalidInput):
        changed_addresses(
            DIRECTORY,
            TERRY,
            primary=SmtpAddress.parse("boss@contoso.com"),
            email_addresses=ListChange(("SMTP:boss@contoso.com",)),
        )
