"""Email addresses: the one normalisation and comparison of SMTP addresses, and proxy addresses.

Two addresses are the same when their ``key`` is. The local part is compared without case, as Exchange does (RFC 5321 section 2.4 would
let the receiving host do otherwise), in normalisation form C (RFC 6532 section 3.1); a domain by its A-labels (RFC 5890), so that
``bücher.example`` and ``XN--BCHER-KVA.example`` are one.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Self

from delegacy.domain.errors import InvalidInput

# RFC 5321 section 4.5.3.1: octets. A path is at most 256 with its angle brackets.
_LONGEST_LOCAL_PART: Final = 64
_LONGEST_ADDRESS: Final = 254
_LONGEST_LABEL: Final = 63
# Active Directory schema, proxyAddresses: rangeUpper.
_LONGEST_PROXY_ADDRESS: Final = 1123

_ATEXT: Final = r"-A-Za-z0-9!#$%&'*+/=?^_`{|}~"
_ASCII_LOCAL_PART: Final = re.compile(rf"[{_ATEXT}]+(?:\.[{_ATEXT}]+)*")
_LOCAL_PART: Final = re.compile(rf"[{_ATEXT}\u0080-\U0010ffff]+(?:\.[{_ATEXT}\u0080-\U0010ffff]+)*")
_ASCII_DOMAIN: Final = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_PREFIX: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,8}", re.ASCII)

# Controls, format characters, surrogates, private use, unassigned, and every kind of space: nobody can read or type them.
_UNREADABLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})
# RFC 5892 section 2.1 (LetterDigits) and the two letters of section 2.6 that case folding would change.
_LABEL_CATEGORIES: Final = frozenset({"Ll", "Lo", "Lm", "Mn", "Mc", "Nd"})
_LABEL_EXCEPTIONS: Final = frozenset("-ßς")
_REMEMBERED: Final = 4096


class InvalidAddress(InvalidInput, ValueError):
    """Text that is no email address."""

    error_id = "InvalidAddress"


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """A mailbox address (RFC 5321 section 4.1.2 ``Mailbox``), with a dot-string for a local part and a name for a domain.

    Quoted local parts and domain literals are refused: no recipient of an Exchange organization has one, and readers disagree about
    them. ``str`` gives the address as it was typed; equality and hash go by ``key``. Raises ``InvalidAddress``.
    """

    local_part: str = field(compare=False)
    domain: str = field(compare=False)
    key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", _key(self.local_part, self.domain))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the address that ``text`` is; raise ``InvalidAddress`` if it is none."""
        local_part, at, domain = text.rpartition("@")
        if not at:
            raise InvalidAddress(f"'{_shown(text)}' isn't an email address: it has no @.", _shown(text))
        return cls(local_part, domain)

    @property
    def domain_key(self) -> str:
        """Return the domain as A-labels in lower case."""
        return self.key.rpartition("@")[2]

    @property
    def is_ascii(self) -> bool:
        """Tell whether the address can be written without SMTPUTF8 (RFC 6531), its domain as A-labels."""
        return self.local_part.isascii()

    def to_ascii(self) -> str:
        """Return the address with its domain as A-labels if it has others; raise ``InvalidAddress`` if the local part is not ASCII."""
        if not self.is_ascii:
            raise InvalidAddress(f"'{self}' can't be written without SMTPUTF8.", str(self))
        return str(self) if self.domain.isascii() else f"{self.local_part}@{self.domain_key}"

    def __str__(self) -> str:
        return f"{self.local_part}@{self.domain}"


@dataclass(frozen=True, slots=True)
class ProxyAddress:
    """An entry of EmailAddresses: a type, a colon and an address (``SMTP:terry@contoso.com``, ``X500:/o=...``).

    The type in upper case marks the primary address of that type. Two proxy addresses are the same when their ``key`` is, primary or not.
    Source: Set-Mailbox -EmailAddresses.
    """

    prefix: str = field(compare=False)
    address: str = field(compare=False)
    key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.prefix):
            raise InvalidAddress(f"'{_shown(self.prefix)}' isn't the type of a proxy address.", _shown(str(self)))
        too_long = len(self.address) > _LONGEST_PROXY_ADDRESS
        if not self.address.strip() or too_long or _has_controls(self.address):
            raise InvalidAddress(f"'{_shown(str(self))}' isn't a proxy address.", _shown(str(self)))
        kind = self.prefix.lower()
        value = SmtpAddress.parse(self.address).key if kind == "smtp" else self.address.casefold()
        object.__setattr__(self, "key", f"{kind}:{value}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the proxy address that ``text`` is; without a type it is a secondary SMTP address. Raises ``InvalidAddress``."""
        prefix, colon, address = text.partition(":")
        return cls(prefix, address) if colon else cls("smtp", text)

    @classmethod
    def primary(cls, address: SmtpAddress) -> Self:
        """Return ``SMTP:address``."""
        return cls("SMTP", str(address))

    @classmethod
    def secondary(cls, address: SmtpAddress) -> Self:
        """Return ``smtp:address``."""
        return cls("smtp", str(address))

    @property
    def is_primary(self) -> bool:
        """Tell whether this is the primary address of its type."""
        return self.prefix.isupper()

    @property
    def smtp_address(self) -> SmtpAddress | None:
        """Return the SMTP address, or None for another type."""
        return SmtpAddress.parse(self.address) if self.prefix.lower() == "smtp" else None

    def __str__(self) -> str:
        return f"{self.prefix}:{self.address}"


@lru_cache(maxsize=_REMEMBERED)
def normalise_domain(domain: str) -> str:
    """Return ``domain`` as A-labels in lower case; raise ``InvalidAddress`` if it is no domain name."""
    lowered = (
        domain.lower() if domain.isascii() else ".".join(_to_a_label(label, domain) for label in domain.split("."))
    )
    if not _ASCII_DOMAIN.fullmatch(lowered) or len(lowered) > _LONGEST_ADDRESS:
        raise InvalidAddress(f"'{_shown(domain)}' isn't a domain name.", _shown(domain))
    if "xn--" in lowered:
        for label in lowered.split("."):
            _check_a_label(label, domain)
    return lowered


# An object has its primary address among its addresses, and a command reads it several times.
@lru_cache(maxsize=_REMEMBERED)
def _key(local_part: str, domain: str) -> str:
    """Check both parts and return the key."""
    domain_key = normalise_domain(domain)
    if local_part.isascii():
        octets, folded, form = len(local_part), local_part.lower(), _ASCII_LOCAL_PART
    else:
        # Canonical caseless matching (Unicode 3.13 D145). What normalisation turns into a special character is refused below.
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", local_part).casefold())
        octets, form = len(local_part.encode("utf-8", "replace")), _LOCAL_PART
    if octets > _LONGEST_LOCAL_PART or octets + 1 + len(domain_key) > _LONGEST_ADDRESS:
        shown = _shown(f"{local_part}@{domain}")
        raise InvalidAddress(f"'{shown}' is too long for an email address.", shown)
    readable = form is _ASCII_LOCAL_PART or all(
        unicodedata.category(char) not in _UNREADABLE for char in local_part + folded
    )
    if not readable or not form.fullmatch(local_part) or not form.fullmatch(folded):
        shown = _shown(f"{local_part}@{domain}")
        raise InvalidAddress(f"'{shown}' isn't an email address.", shown)
    return f"{folded}@{domain_key}"


def _to_a_label(label: str, domain: str) -> str:
    """Return the A-label of a label; the mapping is that of RFC 5895 section 2 without the full-width and dot variants."""
    if label.isascii():
        return label.lower()
    mapped = unicodedata.normalize("NFC", label.lower())
    if not _is_u_label(mapped):
        raise InvalidAddress(f"'{_shown(domain)}' isn't a domain name.", _shown(domain))
    return "xn--" + mapped.encode("punycode").decode("ascii")


def _check_a_label(label: str, domain: str) -> None:
    """Refuse a label with the ``xn--`` prefix that is not the A-label of anything (RFC 5891 section 5.4)."""
    if not label.startswith("xn--"):
        return
    try:
        decoded = label[4:].encode("ascii").decode("punycode") if len(label) <= _LONGEST_LABEL else ""
    except UnicodeError:
        decoded = ""
    if decoded.isascii() or not _is_u_label(decoded) or decoded.encode("punycode").decode("ascii") != label[4:]:
        raise InvalidAddress(f"'{_shown(domain)}' isn't a domain name.", _shown(domain))


def _is_u_label(label: str) -> bool:
    """Tell whether the label may be one of an internationalised domain name.

    RFC 5892: letters, digits and marks that normalisation and case folding leave alone. The characters that depend on their
    context (joiners, the middle dot) are not accepted.
    """
    if not 0 < len(label) <= _LONGEST_LABEL or label[0] == "-" or label[-1] == "-" or label[2:4] == "--":
        return False
    if unicodedata.category(label[0]) in {"Mn", "Mc"}:
        return False
    if any(unicodedata.category(char) not in _LABEL_CATEGORIES and char not in _LABEL_EXCEPTIONS for char in label):
        return False
    if unicodedata.normalize("NFC", label) != label:
        return False
    plain = "".join(char for char in label if char not in _LABEL_EXCEPTIONS)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold()) == unicodedata.normalize(
        "NFC", plain
    )


def _has_controls(text: str) -> bool:
    if text.isascii():
        return not text.isprintable()
    return any(unicodedata.category(char) in {"Cc", "Cs"} for char in text)


def _shown(text: str) -> str:
    """Return text short and printable enough for a message."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:320])
