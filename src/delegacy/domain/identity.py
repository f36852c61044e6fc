"""The forms that an ``-Identity`` value may take, in the order in which they are tried."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final
from uuid import UUID

from delegacy.domain.address import InvalidAddress, SmtpAddress
from delegacy.domain.dn import DistinguishedName, looks_like_dn, split_canonical_name
from delegacy.domain.errors import InvalidDistinguishedName, InvalidIdentity
from delegacy.domain.sid import looks_like_sid

LONGEST: Final = 1024
"""Characters; longer text is no identity."""


class IdentityForm(Enum):
    """What the text of an identity may be read as."""

    GUID = "guid"
    SID = "sid"
    DISTINGUISHED_NAME = "distinguished name"
    CANONICAL_NAME = "canonical name"
    LOGON_NAME = "domain\\account"
    USER_PRINCIPAL_NAME = "user principal name"
    ADDRESS = "email address"
    LEGACY_EXCHANGE_DN = "legacyExchangeDN"
    ALIAS = "alias"
    NAME = "name"
    SAM_ACCOUNT_NAME = "account name"
    DISPLAY_NAME = "display name"


@dataclass(frozen=True, slots=True)
class IdentityReading:
    """One reading of an identity: the form, and its key in that form, in which it is compared.

    The key of an address is ``SmtpAddress.key``, other text is folded. The two forms that name a container have it besides.
    """

    form: IdentityForm
    key: str
    container: str = ""


def readings(identity: str) -> Iterator[tuple[IdentityReading, ...]]:
    """Yield the readings of ``identity`` in rounds: a round is tried only when no earlier one found anything.

    Exact forms come first (GUID, SID, DN, canonical name, ``DOMAIN\\account``, UPN, address, legacyExchangeDN), then alias, name and
    account name together, and the display name last. Raises ``InvalidIdentity`` for empty or overlong text.
    Source: Add-MailboxPermission -Identity, Get-Recipient -Identity.
    """
    text = identity.strip()
    if not text or len(text) > LONGEST:
        raise InvalidIdentity(
            "The identity is empty. Give a name, alias, address, GUID or distinguished name."
            if not text
            else f"The identity is longer than {LONGEST} characters, so nothing can have it.",
            text[:64],
        )
    key = fold(text)
    for reading in _exact(text, key):
        yield (reading,)
    yield tuple(
        IdentityReading(form, key) for form in (IdentityForm.ALIAS, IdentityForm.NAME, IdentityForm.SAM_ACCOUNT_NAME)
    )
    yield (IdentityReading(IdentityForm.DISPLAY_NAME, key),)


def fold(text: str) -> str:
    """Return ``text`` in the form in which names are compared."""
    return text.casefold()


def _exact(text: str, key: str) -> Iterator[IdentityReading]:
    if (guid := _guid(text)) is not None:
        yield IdentityReading(IdentityForm.GUID, str(guid))
    if looks_like_sid(text):
        yield IdentityReading(IdentityForm.SID, text.upper())
    if (name := _distinguished_name(text)) is not None:
        yield IdentityReading(IdentityForm.DISTINGUISHED_NAME, fold(name.name), fold(name.container))
    if (canonical := split_canonical_name(text)) is not None:
        yield IdentityReading(IdentityForm.CANONICAL_NAME, fold(canonical[1]), fold(canonical[0]))
    domain, _, account = text.partition("\\")
    if domain and account and "\\" not in account:
        yield IdentityReading(IdentityForm.LOGON_NAME, fold(account), fold(domain))
    if "@" in text:
        yield IdentityReading(IdentityForm.USER_PRINCIPAL_NAME, key)
        if (address := _address(text)) is not None:
            yield IdentityReading(IdentityForm.ADDRESS, address.key)
    if text.startswith("/"):
        yield IdentityReading(IdentityForm.LEGACY_EXCHANGE_DN, key)


def _distinguished_name(text: str) -> DistinguishedName | None:
    """Return the name that ``text`` is, where an object can have it: one that container and name do not give back is nobody's."""
    if not looks_like_dn(text):
        return None
    try:
        name = DistinguishedName.parse(text)
    except InvalidDistinguishedName:
        return None  # it may still be a display name
    return name if DistinguishedName.in_container(name.name, name.container).key == name.key else None


def _address(text: str) -> SmtpAddress | None:
    bare = text[5:] if text[:5].casefold() == "smtp:" else text
    try:
        return SmtpAddress.parse(bare)
    except InvalidAddress:
        return None


def _guid(text: str) -> UUID | None:
    bare = text[1:-1] if text[:1] == "{" and text[-1:] == "}" else text
    if len(bare) != 36:  # noqa: PLR2004 - the printed length of a GUID
        return None
    try:
        return UUID(bare)
    except ValueError:
        return None
