"""The protocols that mail programs use, each of which can be switched off for a mailbox (Set-CASMailbox)."""

from collections.abc import Mapping
from enum import Enum


class ClientProtocol(Enum):
    """A protocol that this product speaks with mail programs."""

    IMAP = "IMAP"
    SMTP = "SMTP submission"


def switched_off(attributes: Mapping[str, object]) -> frozenset[ClientProtocol]:
    """Return the protocols that a mailbox's switches close."""
    closed = set()
    if attributes.get("ImapEnabled") is False:
        closed.add(ClientProtocol.IMAP)
    if attributes.get("SmtpClientAuthenticationDisabled") is True:
        closed.add(ClientProtocol.SMTP)
    return frozenset(closed)
