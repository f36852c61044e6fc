"""SASL PLAIN (RFC 4616) and LOGIN (draft-murchison-sasl-login), as SMTP AUTH (RFC 4954) and IMAP AUTHENTICATE (RFC 3501) carry them.

The server's side, without I/O. A surface starts an exchange with the initial response, if the client sent one, and hands over each
further line (without its CRLF) for as long as it gets a ``Challenge``::

    outcome = exchange.start(initial)          # Challenge | Credentials, or SaslError
    outcome = exchange.respond(line)

A ``Challenge`` holds the base64 text to send, after ``334`` or ``+`` and a space.
"""

import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

LONGEST_LINE: Final = 12_288  # RFC 4954 section 4
LONGEST_VALUE: Final = 1_024


class SaslError(ValueError):
    """A response that is not what the mechanism admits; the message has nothing of it."""


class SaslCancelled(SaslError):
    """The client gave up, with a line of one asterisk."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the client is to answer, in base64."""

    text: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs in, and, if it is somebody else, whose mailbox is meant (``authorization_identity``, empty for the signed-in one's own)."""

    authentication_identity: str
    password: str = field(repr=False)
    authorization_identity: str = ""


class SaslExchange(Protocol):
    """One run of a mechanism. Both methods raise ``SaslError``, after which the exchange is over."""

    def start(self, initial: bytes | None) -> Challenge | Credentials:
        """Begin; ``initial`` is the client's initial response in base64 (``=`` for an empty one), None if it sent none."""

    def respond(self, line: bytes) -> Challenge | Credentials:
        """Take the client's answer to the last challenge."""


class PlainExchange:
    """PLAIN: one message of authorization identity, authentication identity and password, with NULs between."""

    def start(self, initial: bytes | None) -> Challenge | Credentials:
        """Read the message if it came with the command, or ask for it with an empty challenge."""
        return Challenge("") if initial is None else self._read(_decode_initial(initial))

    def respond(self, line: bytes) -> Challenge | Credentials:
        """Read the message."""
        return self._read(_decode(line))

    def _read(self, message: bytes) -> Credentials:
        values = message.split(b"\0")
        if len(values) != 3:  # noqa: PLR2004 (RFC 4616 section 2)
            raise SaslError("A PLAIN message has three values.")
        authorization_identity, authentication_identity, password = map(_text, values)
        return _credentials(authentication_identity, password, authorization_identity)


class LoginExchange:
    """LOGIN: two questions, for the name and the password; some clients send the name with the command."""

    def __init__(self) -> None:
        self._name: str | None = None

    def start(self, initial: bytes | None) -> Challenge | Credentials:
        """Ask for the name, or for the password if the name came with the command."""
        return Challenge(_encode(b"Username:")) if initial is None else self._take(_decode_initial(initial))

    def respond(self, line: bytes) -> Challenge | Credentials:
        """Take the name, then the password."""
        return self._take(_decode(line))

    def _take(self, value: bytes) -> Challenge | Credentials:
        if self._name is None:
            self._name = _text(value)
            return Challenge(_encode(b"Password:"))
        return _credentials(self._name, _text(value))


MECHANISMS: Final[Mapping[str, Callable[[], SaslExchange]]] = MappingProxyType(
    {"PLAIN": PlainExchange, "LOGIN": LoginExchange}
)


def begin_exchange(mechanism: str) -> SaslExchange | None:
    """Return a new exchange of the mechanism (any case), None for one that is not offered."""
    kind = MECHANISMS.get(mechanism.upper())
    return None if kind is None else kind()


def _credentials(name: str, password: str, authorization_identity: str = "") -> Credentials:
    if not name or not password:
        raise SaslError("A name and a password are needed.")
    return Credentials(name, password, authorization_identity)


def _decode_initial(initial: bytes) -> bytes:
    return b"" if initial == b"=" else _decode(initial)  # RFC 4954 section 4


def _decode(line: bytes) -> bytes:
    """Undo base64, and accept only what encoding gives back (RFC 4648 section 3.5)."""
    if line == b"*":
        raise SaslCancelled("The client gave up.")
    if len(line) > LONGEST_LINE:
        raise SaslError("The response is too long.")
    try:
        value = binascii.a2b_base64(line, strict_mode=True) if line else b""
    except binascii.Error:
        raise SaslError("The response is no base64.") from None
    if _encode(value).encode("ascii") != line:
        raise SaslError("The response is no base64.")
    return value


def _encode(value: bytes) -> str:
    return binascii.b2a_base64(value, newline=False).decode("ascii")


def _text(value: bytes) -> str:
    if len(value) > LONGEST_VALUE or b"\0" in value:
        raise SaslError("A value is too long, or holds a NUL.")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise SaslError("A value is no UTF-8.") from None
