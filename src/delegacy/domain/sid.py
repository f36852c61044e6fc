"""Security identifiers (MS-DTYP 2.4.2) and the well-known ones."""

import re
from types import MappingProxyType
from typing import Final, NewType

from delegacy.domain.errors import InvalidSid

Sid = NewType("Sid", str)
"""A security identifier in its string form, ``S-1-5-21-...-1104``."""

_FORM: Final = re.compile(r"S-1-(?:0|[1-9]\d{0,14})(?:-(?:0|[1-9]\d{0,9})){1,15}", re.ASCII | re.IGNORECASE)
_HIGHEST_AUTHORITY: Final = 2**48 - 1
_HIGHEST_SUB_AUTHORITY: Final = 2**32 - 1

EVERYONE: Final = Sid("S-1-1-0")
ANONYMOUS: Final = Sid("S-1-5-7")
SELF: Final = Sid("S-1-5-10")
AUTHENTICATED_USERS: Final = Sid("S-1-5-11")
SYSTEM: Final = Sid("S-1-5-18")
NETWORK_SERVICE: Final = Sid("S-1-5-20")

ADMINISTRATOR_RID: Final = 500

WELL_KNOWN: Final = MappingProxyType(
    {
        EVERYONE: "Everyone",
        ANONYMOUS: "NT AUTHORITY\\ANONYMOUS LOGON",
        SELF: "NT AUTHORITY\\SELF",
        AUTHENTICATED_USERS: "NT AUTHORITY\\Authenticated Users",
        SYSTEM: "NT AUTHORITY\\SYSTEM",
        NETWORK_SERVICE: "NT AUTHORITY\\NETWORK SERVICE",
    }
)
"""The principals that every organization has, and the names they print as."""
_BY_NAME: Final = MappingProxyType(
    {name.casefold(): sid for sid, printed in WELL_KNOWN.items() for name in (printed, printed.rpartition("\\")[2])}
)


def parse_sid(text: str) -> Sid:
    """Return ``text`` as a security identifier, upper-cased; raise ``InvalidSid`` if it is none."""
    if not looks_like_sid(text):
        raise InvalidSid(
            f"'{text}' isn't a security identifier. One looks like S-1-5-21-1004336348-1177238915-682003330-512.", text
        )
    return Sid(text.upper())


def looks_like_sid(text: str) -> bool:
    """Tell whether ``text`` has the form of a security identifier."""
    if not _FORM.fullmatch(text):
        return False
    authority, *sub_authorities = (int(number) for number in text.split("-")[2:])
    return authority <= _HIGHEST_AUTHORITY and all(number <= _HIGHEST_SUB_AUTHORITY for number in sub_authorities)


def administrator_sid(domain: Sid) -> Sid:
    """Return the identifier of a domain's built-in administrator (MS-DTYP 2.4.2.4)."""
    return Sid(f"{domain}-{ADMINISTRATOR_RID}")


def well_known_by_name(name: str) -> Sid | None:
    """Return the well-known principal of this name (``NT AUTHORITY\\SELF``, ``SELF``, ``Everyone``), any case, or None."""
    return _BY_NAME.get(name.casefold())
