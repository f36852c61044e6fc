"""Distinguished names (RFC 4514) and canonical names."""

import re
from dataclasses import dataclass
from typing import Final

from delegacy.domain.errors import InvalidDistinguishedName

_SPECIAL: Final = frozenset(',+"\\<>;=')
_ATTRIBUTES: Final = frozenset({"CN", "OU", "DC"})
_BARE_SLASH: Final = re.compile(r"(?<!\\)/")


@dataclass(frozen=True, slots=True)
class DistinguishedName:
    """A name in the directory: relative names from the object up to the domain, each an attribute type and a value.

    Compare with ``key``: attribute types and values match without regard to case (RFC 4517).
    """

    rdns: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> "DistinguishedName":
        """Read ``CN=Terry Adams,CN=Users,DC=contoso,DC=com``; raise ``InvalidDistinguishedName`` if it is not one."""
        rdns = []
        for part in _split(text):
            attribute, separator, value = part.partition("=")
            attribute = attribute.strip().upper()
            if not separator or attribute not in _ATTRIBUTES:
                raise InvalidDistinguishedName(
                    f"'{text}' isn't a distinguished name: '{part}' must begin with CN=, OU= or DC=.", text
                )
            rdns.append((attribute, _unescape(value, text)))
        return cls(tuple(rdns))

    @classmethod
    def in_container(cls, name: str, container: str) -> "DistinguishedName":
        """Return the DN of the object ``name`` in a container given by canonical name (``contoso.com/Users``)."""
        domain, *path = (part.replace("\\/", "/") for part in _BARE_SLASH.split(container))
        above = [("CN" if part.casefold() in _CN_CONTAINERS else "OU", part) for part in reversed(path)]
        return cls((("CN", name), *above, *(("DC", label) for label in domain.split("."))))

    @property
    def key(self) -> str:
        """Return the form for comparison."""
        return str(self).casefold()

    @property
    def name(self) -> str:
        """Return the value of the first relative name."""
        return self.rdns[0][1]

    @property
    def container(self) -> str:
        """Return the canonical name of what the object lies in."""
        domain = ".".join(value for attribute, value in self.rdns[1:] if attribute == "DC")
        path = [_without_bare_slash(value) for attribute, value in reversed(self.rdns[1:]) if attribute != "DC"]
        return "/".join([domain, *path])

    def __str__(self) -> str:
        return ",".join(f"{attribute}={_escape(value)}" for attribute, value in self.rdns)


_CN_CONTAINERS: Final = frozenset({"users", "computers", "builtin", "system", "microsoft exchange system objects"})


def canonical_name(container: str, name: str) -> str:
    """Return ``contoso.com/Users/Terry Adams``; a slash in the name is escaped as Active Directory does."""
    return f"{container}/{_without_bare_slash(name)}"


def split_canonical_name(text: str) -> tuple[str, str] | None:
    """Return container and name of a canonical name, or None where ``text`` has not that form."""
    *container, name = _BARE_SLASH.split(text)
    if not name or not container or "." not in container[0]:
        return None
    return "/".join(container), name.replace("\\/", "/")


def _without_bare_slash(name: str) -> str:
    return name.replace("/", "\\/")


def looks_like_dn(text: str) -> bool:
    """Tell whether ``text`` is meant as a distinguished name."""
    return text[:3].upper() in ("CN=", "OU=", "DC=")


def _split(text: str) -> list[str]:
    parts, current, escaped = [], "", False
    for character in text:
        if escaped:
            current, escaped = current + character, False
        elif character == "\\":
            current, escaped = current + character, True
        elif character == ",":
            parts.append(current.lstrip())
            current = ""
        else:
            current += character
    if escaped:
        raise InvalidDistinguishedName(f"'{text}' isn't a distinguished name: it ends in a lone backslash.", text)
    return [*parts, current.lstrip()]


def _escape(value: str) -> str:
    escaped = "".join(f"\\{character}" if character in _SPECIAL else character for character in value)
    if escaped[:1] in ("#", " "):
        escaped = "\\" + escaped
    if len(value) > 1 and value.endswith(" "):
        escaped = escaped[:-1] + "\\ "
    return escaped


def _unescape(value: str, whole: str) -> str:
    out, position = bytearray(), 0
    while position < len(value):
        if value[position] != "\\":
            out += value[position].encode()
            position += 1
            continue
        pair = value[position + 1 : position + 3]
        if len(pair) == 2 and all(digit in "0123456789abcdefABCDEF" for digit in pair):  # noqa: PLR2004 - RFC 4514 hexpair
            out.append(int(pair, 16))
            position += 3
        else:
            out += value[position + 1].encode()
            position += 2
    try:
        return out.decode()
    except UnicodeDecodeError:
        raise InvalidDistinguishedName(
            f"'{whole}' isn't a distinguished name: an escaped value isn't UTF-8.", whole
        ) from None
