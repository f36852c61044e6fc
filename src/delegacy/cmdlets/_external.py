"""Addresses outside the organization, where mail users and contacts get their mail."""

from dataclasses import replace
from typing import Final

from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.recipient import Recipient

EXTERNAL: Final = "ExternalEmailAddress"


def as_external_address(value: object) -> SmtpAddress:
    """Return an external address, with or without ``SMTP:``. Raises `ValueError`."""
    address = ProxyAddress.parse(str(value)).smtp_address
    if address is None:
        raise ValueError(f"'{value}' isn't an SMTP address.")
    return address


def with_external_address(recipient: Recipient, address: SmtpAddress) -> Recipient:
    """Return the recipient with this external address, which stays among its addresses in place of the old one."""
    old = recipient.attributes.get(EXTERNAL)
    old_key = ProxyAddress.parse(old).key if isinstance(old, str) else ""
    new = ProxyAddress.secondary(address)
    proxies = tuple(
        (ProxyAddress(proxy.prefix, str(address)) if proxy.key == old_key else proxy)
        for proxy in recipient.email_addresses
        if proxy.key != new.key
    )
    if new.key not in {proxy.key for proxy in proxies}:
        proxies = (*proxies, new)
    primary = next((proxy.smtp_address for proxy in proxies if proxy.prefix == "SMTP"), recipient.primary_smtp_address)
    return replace(
        recipient,
        email_addresses=proxies,
        primary_smtp_address=primary,
        attributes={**recipient.attributes, EXTERNAL: f"SMTP:{address}"},
    )
