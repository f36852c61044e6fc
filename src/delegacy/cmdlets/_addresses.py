"""The addresses of a recipient: its alias, its proxy addresses, and the email address policy.

There is one policy: the primary address is alias@<default accepted domain>. An address that was primary stays as a proxy address.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from delegacy.cmdlets._lists import ListChange, changed
from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.errors import InvalidProperty
from delegacy.domain.ports import DirectoryReader
from delegacy.domain.recipient import Recipient

POLICY: Final = "EmailAddressPolicyEnabled"

_NOT_IN_ALIAS: Final = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")


@dataclass(frozen=True, slots=True)
class Addresses:
    """A recipient's alias and addresses, and whether the policy keeps the primary one."""

    alias: str
    primary: SmtpAddress
    proxies: tuple[ProxyAddress, ...]
    follows_policy: bool


def policy_address(directory: DirectoryReader, alias: str) -> SmtpAddress:
    """Return the address that the policy gives to an alias. Raises `InvalidProperty` for an alias that makes none."""
    domain = directory.accepted_domains()[0].domain_name
    try:
        return SmtpAddress(alias, domain)
    except ValueError:
        raise InvalidProperty(
            f"'{alias}' can't be an alias: it is the part of an email address before the @, of at most 64 characters, "
            "without spaces, and without dots at either end.",
            alias,
        ) from None


def alias_from(name: str) -> str:
    """Return the alias that a name gives: its letters and digits, and what else an address may hold."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"\.{2,}", ".", _NOT_IN_ALIAS.sub("", plain)).strip(".")[:64]


def first_addresses(
    directory: DirectoryReader, alias: str, primary: SmtpAddress | None, others: Iterable[ProxyAddress] = ()
) -> Addresses:
    """Return the addresses of a new recipient: ``primary``, or the policy's."""
    address = primary or policy_address(directory, alias)
    policy_address(directory, alias)
    proxies = (ProxyAddress.primary(address), *(proxy for proxy in others if proxy.smtp_address != address))
    return Addresses(alias, address, proxies, primary is None)


def changed_addresses(
    directory: DirectoryReader,
    target: Recipient,
    *,
    alias: str | None = None,
    primary: SmtpAddress | None = None,
    email_addresses: ListChange[str] | None = None,
    follow_policy: bool | None = None,
) -> Addresses:
    """Return a recipient's addresses after a Set- command. Raises `InvalidInput` for parameters that contradict one another.

    An explicit primary address takes the recipient out of the policy.
    """
    if primary is not None and email_addresses is not None:
        raise InvalidProperty(
            "EmailAddresses and PrimarySmtpAddress can't be given in one command.", "PrimarySmtpAddress"
        )
    if primary is not None and follow_policy:
        raise InvalidProperty(
            "The primary address can't be set while the email address policy makes it. Leave out "
            "-EmailAddressPolicyEnabled $true.",
            "PrimarySmtpAddress",
        )
    followed = target.attributes.get(POLICY) is True
    follows = (followed and primary is None) if follow_policy is None else follow_policy
    proxies = target.email_addresses
    if email_addresses is not None:
        proxies = _listed(proxies, email_addresses)
        if follows and followed and _primary_of(proxies) != _primary_of(target.email_addresses):
            raise InvalidProperty(
                "The primary address can't be changed while the email address policy makes it. Add "
                "-EmailAddressPolicyEnabled $false.",
                "EmailAddresses",
            )
    if primary is not None:
        proxies = _promoted(proxies, primary)
    new_alias = target.alias or "" if alias is None else alias
    if alias is not None or (follows and not followed):
        made = policy_address(directory, new_alias)
        if follows:
            proxies = _promoted(proxies, made)
    address = _primary_of(proxies)
    if address is None:
        raise InvalidProperty("A recipient needs a primary email address.", "EmailAddresses")
    return Addresses(new_alias, address, proxies, follows)


def _listed(current: tuple[ProxyAddress, ...], change: ListChange[str]) -> tuple[ProxyAddress, ...]:
    parsed = ListChange(
        None if change.replacement is None else tuple(ProxyAddress.parse(text) for text in change.replacement),
        tuple(ProxyAddress.parse(text) for text in change.add),
        tuple(ProxyAddress.parse(text) for text in change.remove),
    )
    listed = changed(current, parsed, lambda proxy: proxy.key)
    for proxy in parsed.add:
        if proxy.is_primary and proxy.smtp_address is not None:
            listed = _promoted(listed, proxy.smtp_address)
    primaries = [proxy for proxy in listed if proxy.is_primary and proxy.smtp_address is not None]
    if len(primaries) > 1:
        raise InvalidProperty("Only one of the email addresses can be primary (SMTP: in capitals).", "EmailAddresses")
    if not primaries and parsed.replacement is not None:
        first = next((proxy.smtp_address for proxy in listed if proxy.smtp_address is not None), None)
        return listed if first is None else _promoted(listed, first)
    return listed


def _primary_of(proxies: Iterable[ProxyAddress]) -> SmtpAddress | None:
    return next((proxy.smtp_address for proxy in proxies if proxy.is_primary and proxy.smtp_address is not None), None)


def _promoted(proxies: tuple[ProxyAddress, ...], address: SmtpAddress) -> tuple[ProxyAddress, ...]:
    """Return the list with ``address`` as the primary one, in front; the one that was primary stays as a proxy address."""
    primary = ProxyAddress.primary(address)
    others = []
    for proxy in proxies:
        smtp = proxy.smtp_address
        if proxy.key != primary.key:
            others.append(ProxyAddress.secondary(smtp) if smtp is not None and proxy.is_primary else proxy)
    return (primary, *others)
