"""The IMAP ENVELOPE of a message header, and the tolerant reading of addresses that it needs (RFC 3501 section 7.4.2).

Nothing here is good enough to decide by: stored mail comes from anywhere, and a best guess is what a message list needs. Whoever decides
who a message is from reads it with ``wire.rfc5322``.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

_FIELD: Final = re.compile(rb"^([!-9;-~]++)[ \t]*+:(.*(?:\n[ \t].*)*+)", re.MULTILINE)
_SAFE: Final = re.compile(rb"[ !#-\[\]-~]*")
_QUOTABLE: Final = re.compile(rb"[\x01-\x09\x0b\x0c\x0e-\x7f]*")
_ESCAPED: Final = re.compile(rb'(["\\])')
_ESCAPE: Final = re.compile(rb"\\(.)", re.DOTALL)

# A quoted string that does not end reaches to the end of the field, so that the search takes linear time.
_TOKEN: Final = re.compile(rb'"((?:[^"\\]++|\\.)*+)(?:"|\\?\Z)|([<>,;:(])|([^\s"<>,;:(]++)', re.DOTALL)
_IN_COMMENT: Final = re.compile(rb"\\.|[()]", re.DOTALL)

_NIL: Final = b"NIL"


class EnvelopeAddress(NamedTuple):
    """An address structure: the four strings of RFC 3501, None for NIL; without a host it opens (or, without a mailbox, ends) a group."""

    name: bytes | None
    route: bytes | None
    mailbox: bytes | None
    host: bytes | None


_GROUP_END: Final = EnvelopeAddress(None, None, None, None)


def read_fields(raw: bytes, start: int, end: int) -> dict[bytes, bytes]:
    """Return the unfolded value of the first field of each name, by the name in lower case. Lines that are no field are passed over."""
    fields: dict[bytes, bytes] = {}
    for match in _FIELD.finditer(raw, start, end):
        name, value = match.groups()
        name = name.lower()
        if name not in fields:
            fields[name] = unfold(value)
    return fields


def unfold(value: bytes) -> bytes:
    """Return a field's value on one line, without the white space around it (RFC 5322 section 2.2.3)."""
    if b"\n" in value:
        value = value.replace(b"\r\n", b"").replace(b"\n", b"")
    return value.strip()


def nstring(value: bytes | None) -> bytes:
    """Return an IMAP ``nstring``: NIL, a quoted string, or a literal for what no quoted string can hold."""
    if value is None:
        return _NIL
    if _SAFE.fullmatch(value):
        return b'"%b"' % value
    if _QUOTABLE.fullmatch(value):
        return b'"%b"' % _ESCAPED.sub(rb"\\\1", value)
    value = value.replace(b"\0", b"")
    return b"{%d}\r\n%b" % (len(value), value)


def render_envelope(fields: Mapping[bytes, bytes]) -> bytes:
    """Return the ENVELOPE of a header in its wire form."""
    from_ = _render_addresses(fields.get(b"from"))
    sender = _render_addresses(fields.get(b"sender"))
    reply_to = _render_addresses(fields.get(b"reply-to"))
    return b"(%b %b %b %b %b %b %b %b %b %b)" % (
        nstring(fields.get(b"date")),
        nstring(fields.get(b"subject")),
        from_,
        from_ if sender == _NIL else sender,
        from_ if reply_to == _NIL else reply_to,
        _render_addresses(fields.get(b"to")),
        _render_addresses(fields.get(b"cc")),
        _render_addresses(fields.get(b"bcc")),
        nstring(fields.get(b"in-reply-to")),
        nstring(fields.get(b"message-id")),
    )


def read_addresses(value: bytes) -> list[EnvelopeAddress]:
    """Return the addresses of a field, as well as they can be read."""
    reading = _AddressReading()
    for token, special in _tokens(value):
        reading.take(token, special)
    return reading.end()


class _AddressReading:
    """What has been read of an address field so far."""

    def __init__(self) -> None:
        self._found: list[EnvelopeAddress] = []
        self._pending: EnvelopeAddress | None = None  # complete, unless more of it comes before the comma
        self._words: list[bytes] = []  # before an angle bracket, or of an address without one
        self._inside: list[bytes] | None = None  # the angle brackets
        self._route: bytes | None = None
        self._comment: bytes | None = None
        self._in_group = False

    def take(self, token: bytes, special: bytes) -> None:
        if not special:
            (self._words if self._inside is None else self._inside).append(token)
        elif special == b"(":
            self._comment = token
        elif special == b"<":
            self._finish()
            self._inside, self._route = [], None
        elif special == b">":
            self._complete()
        elif self._inside is not None:
            self._take_inside(self._inside, special)
        elif special == b":":
            self._found.append(EnvelopeAddress(None, None, b" ".join(self._words), None))
            self._words, self._in_group = [], True
        else:
            self._separate(ends_group=special == b";")

    def end(self) -> list[EnvelopeAddress]:
        self._complete()
        self._separate(ends_group=True)
        return self._found

    def _take_inside(self, inside: list[bytes], special: bytes) -> None:
        """Take a comma, colon or semicolon between angle brackets: of a source route, if of anything."""
        if special == b":":
            self._route, self._inside = b"".join(inside), []
        else:
            inside.append(special)

    def _complete(self) -> None:
        """Close the angle brackets, if they are open."""
        if self._inside is not None:
            name = b" ".join(self._words) if self._words else self._comment
            self._pending = _address(name, self._route, self._inside)
            self._words, self._inside, self._comment = [], None, None

    def _separate(self, *, ends_group: bool) -> None:
        if self._pending is None and self._words:
            self._pending = _address(self._comment, None, self._words)
        self._finish()
        self._words, self._comment = [], None
        if ends_group and self._in_group:
            self._found.append(_GROUP_END)
            self._in_group = False

    def _finish(self) -> None:
        if self._pending is not None:
            self._found.append(self._pending)
            self._pending = None


def _address(name: bytes | None, route: bytes | None, words: list[bytes]) -> EnvelopeAddress:
    mailbox, at, host = b"".join(words).rpartition(b"@")
    return EnvelopeAddress(name, route, mailbox, host) if at else EnvelopeAddress(name, route, b" ".join(words), b"")


def _render_addresses(value: bytes | None) -> bytes:
    if not value:
        return _NIL
    rendered = b"".join([b"(%b %b %b %b)" % tuple(map(nstring, address)) for address in read_addresses(value)])
    return b"(%b)" % rendered if rendered else _NIL


def _tokens(value: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield words as (word, b"") and special characters as (b"", character); a comment as (its text, b"(")."""
    position, end = 0, len(value)
    while position < end:
        match = _TOKEN.search(value, position)
        if match is None:
            return
        position = match.end()
        quoted, special, word = match.groups()
        if word is not None:
            yield word, b""
        elif special is None:
            yield _ESCAPE.sub(rb"\1", quoted) if b"\\" in quoted else quoted, b""
        elif special != b"(":
            yield b"", special
        else:
            start, depth = position, 1
            while depth and (bracket := _IN_COMMENT.search(value, position)):
                position = bracket.end()
                depth += {b"(": 1, b")": -1}.get(bracket[0], 0)
            if depth:
                position = end
            yield value[start : position if depth else position - 1].strip(), b"("
