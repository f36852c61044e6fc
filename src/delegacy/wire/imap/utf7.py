"""Modified UTF-7, in which IMAP4rev1 writes the names of mailboxes (RFC 3501 section 5.1.3)."""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import Final

from delegacy.wire.imap.errors import InvalidMailboxName

_SHIFTED: Final = re.compile(rb"&([A-Za-z0-9+,]*)-")
_DIRECT: Final = re.compile(rb"[\x20-\x7e]*\Z")
_RUN: Final = re.compile(r"[^\x20-\x7e]+|&")


def encode(name: str) -> bytes:
    """Return ``name`` in modified UTF-7."""
    return _RUN.sub(_shift, name).encode("ascii")


def decode(data: bytes) -> str:
    """Return the name that ``data`` writes; raise ``InvalidMailboxName`` unless it is what ``encode`` would give.

    Only one spelling of a name is taken, so that no two clients mean different folders by it.
    """
    if not _DIRECT.match(data):
        raise InvalidMailboxName("The mailbox name is not in modified UTF-7.")
    try:
        name = _SHIFTED.sub(_unshift, data).decode("utf-8")
    except (UnicodeError, Base64Error) as error:
        raise InvalidMailboxName("The mailbox name is not in modified UTF-7.") from error
    if encode(name) != data:
        raise InvalidMailboxName("The mailbox name is not in modified UTF-7.")
    return name


def _shift(run: re.Match[str]) -> str:
    if run[0] == "&":
        return "&-"
    base64 = b64encode(run[0].encode("utf-16-be")).decode("ascii")
    return f"&{base64.rstrip('=').replace('/', ',')}-"


def _unshift(shifted: re.Match[bytes]) -> bytes:
    if not shifted[1]:
        return b"&"
    base64 = shifted[1].replace(b",", b"/")
    return b64decode(base64 + b"=" * (-len(base64) % 4), validate=True).decode("utf-16-be").encode("utf-8")
