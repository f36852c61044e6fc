"""The strict reader of a message header."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from delegacy.domain.address import SmtpAddress
from delegacy.domain.message import MessageIdentity, NamedAddress
from delegacy.wire.rfc5322.malformation import Malformation, MalformedMessage
from delegacy.wire.rfc5322.plain_mailbox import read_plain_mailbox

LONGEST_IDENTITY_FIELD: Final = 4_096
"""Octets of a From, Sender or Resent field; a display name of 256 characters fits in any script."""

LARGEST_HEADER: Final = 262_144
"""Octets (Set-ReceiveConnector -MaxHeaderSize: 256 KB)."""
MOST_RESENT_FIELDS: Final = 16
"""Of either kind."""

_NAME: Final = re.compile(rb"([!-9;-~]++)([ \t]*+):")  # RFC 5322 section 2.2: ftext
_CONTROL: Final = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANK_CONTINUATION: Final = re.compile(rb"\n[ \t]++\r\n")
_END_OF_FIELD: Final = re.compile(rb"\r\n(?![ \t])")


@dataclass(frozen=True, slots=True)
class HeaderField:
    """A field: its name in lower case, and where in the message it begins, its value begins, and it ends (after its CRLF)."""

    name: str
    start: int
    value_start: int
    end: int


@dataclass(frozen=True, slots=True)
class MessageHeaders:
    """A message that was read: its bytes, its fields, and who it says it is from.

    ``body_start`` is where the empty line after the header begins (the end of the message, if there is none).
    """

    raw: bytes = field(repr=False)
    smtputf8: bool
    fields: tuple[HeaderField, ...] = field(repr=False)
    body_start: int
    header_from: NamedAddress
    header_sender: NamedAddress | None
    resent_from: tuple[NamedAddress, ...]
    resent_sender: tuple[NamedAddress, ...]

    def identity(self, envelope_sender: SmtpAddress | None) -> MessageIdentity:
        """Return the identities of the message, with that of the envelope (None for the null reverse-path)."""
        return MessageIdentity(
            envelope_sender, self.header_from, self.header_sender, self.resent_from, self.resent_sender
        )

    def values(self, name: str) -> list[bytes]:
        """Return the unfolded value of each field of this name (in lower case), from top to bottom."""
        return [self.value(one) for one in self.fields if one.name == name]

    def value(self, one: HeaderField) -> bytes:
        """Return the unfolded value of a field, without the white space around it."""
        return self.raw[one.value_start : one.end].replace(b"\r\n", b"").strip(b" \t")


def read_message(raw: bytes, *, smtputf8: bool) -> MessageHeaders:
    """Return what a message says of who it is from; ``smtputf8`` tells whether the client announced SMTPUTF8 (RFC 6531).

    Raises ``MalformedMessage`` for everything that two programs could read in two ways. Takes linear time.
    """
    _check_line_ends(raw)
    body_start = _end_of_header(raw)
    if body_start > LARGEST_HEADER:
        raise MalformedMessage(Malformation.HEADER_TOO_LARGE)
    fields = tuple(_read_fields(raw, body_start))
    identities: dict[str, list[NamedAddress]] = {"from": [], "sender": [], "resent-from": [], "resent-sender": []}
    for one in fields:
        if one.name in identities:
            identities[one.name].append(_read_identity(raw, one, smtputf8=smtputf8))
    authors, senders = identities["from"], identities["sender"]
    if not authors:
        raise MalformedMessage(Malformation.NO_FROM)
    if len(authors) > 1:
        raise MalformedMessage(Malformation.REPEATED_FROM)
    if len(senders) > 1:
        raise MalformedMessage(Malformation.REPEATED_SENDER)
    if max(len(identities["resent-from"]), len(identities["resent-sender"])) > MOST_RESENT_FIELDS:
        raise MalformedMessage(Malformation.TOO_OFTEN_RESENT)
    return MessageHeaders(
        raw=raw,
        smtputf8=smtputf8,
        fields=fields,
        body_start=body_start,
        header_from=authors[0],
        header_sender=senders[0] if senders else None,
        resent_from=tuple(identities["resent-from"]),
        resent_sender=tuple(identities["resent-sender"]),
    )


def _check_line_ends(raw: bytes) -> None:
    """Refuse what another program may take for the end of a line, or of the message."""
    if b"\0" in raw:
        raise MalformedMessage(Malformation.NUL)
    pairs = raw.count(b"\r\n")
    if raw.count(b"\r") != pairs:
        raise MalformedMessage(Malformation.BARE_CR)
    if raw.count(b"\n") != pairs:
        raise MalformedMessage(Malformation.BARE_LF)


def _end_of_header(raw: bytes) -> int:
    if raw.startswith(b"\r\n"):
        return 0
    empty_line = raw.find(b"\r\n\r\n")
    if empty_line >= 0:
        return empty_line + 2
    if not raw.endswith(b"\r\n"):
        raise MalformedMessage(Malformation.UNTERMINATED_HEADER)
    return len(raw)


def _read_fields(raw: bytes, body_start: int) -> Iterator[HeaderField]:
    if _CONTROL.search(raw, 0, body_start):
        raise MalformedMessage(Malformation.CONTROL_CHARACTER)
    if _BLANK_CONTINUATION.search(raw, 0, body_start):
        raise MalformedMessage(Malformation.BLANK_CONTINUATION)
    position = 0
    while position < body_start:
        name = _NAME.match(raw, position, body_start)
        if name is None:
            raise MalformedMessage(Malformation.NOT_A_FIELD)
        if name[2]:
            raise MalformedMessage(Malformation.SPACE_BEFORE_COLON)
        end = _END_OF_FIELD.search(raw, name.end(), body_start)
        if end is None:
            raise MalformedMessage(Malformation.UNTERMINATED_HEADER)
        yield HeaderField(name[1].decode("ascii").lower(), position, name.end(), end.end())
        position = end.end()


def _read_identity(raw: bytes, one: HeaderField, *, smtputf8: bool) -> NamedAddress:
    name = one.name.title()
    if one.end - one.value_start > LONGEST_IDENTITY_FIELD:
        raise MalformedMessage(Malformation.FIELD_TOO_LONG, name)
    octets = raw[one.value_start : one.end].replace(b"\r\n", b"")
    if not octets.isascii() and not smtputf8:
        raise MalformedMessage(Malformation.EIGHT_BIT, name)
    try:
        return read_plain_mailbox(octets.decode("utf-8"))
    except UnicodeDecodeError:
        raise MalformedMessage(Malformation.NOT_UTF8, name) from None
    except MalformedMessage as error:
        raise MalformedMessage(error.reason, name) from None
