"""The shape of a stored message: IMAP ENVELOPE, BODY, BODYSTRUCTURE and where each part lies, computed once, when it is appended.

How to use it::

    structure = analyse(raw)            # at append; store its fields
    structure.envelope                  # b'("Mon, 7 Feb ..." "Subject" ((...)) ...)': ready to be sent
    structure.body                      # likewise, of FETCH BODY
    structure.body_structure            # likewise, of FETCH BODYSTRUCTURE
    structure.header_size               # raw[:header_size] is the header, the empty line included
    structure.parts                     # the part table: opaque bytes for ``section`` and ``text_parts``

    section(structure.parts)                               # BODY[]              -> (start, end) in raw
    section(structure.parts, (), SectionText.HEADER)       # BODY[HEADER], and HEADER.FIELDS before selecting
    section(structure.parts, (1, 2))                       # BODY[1.2]
    section(structure.parts, (1, 2), SectionText.MIME)     # BODY[1.2.MIME]
    section(structure.parts, (9,))                         # None: there is no such part

    text_parts(structure.parts)         # the parts that SEARCH BODY looks into; decode them with wire.message_text

Rendered strings may hold literals (``{5}\\r\\n...``), so send them as bytes, never line by line. No function here raises on any bytes:
stored mail may be malformed. Nesting and the number of parts are bounded, and the time is linear in the size of the message. Lines may end in
CRLF or LF. Sources: RFC 2045, RFC 2046, RFC 2183, RFC 3501 sections 6.4.5 and 7.4.2.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from delegacy.wire.envelope import nstring, read_fields, render_envelope

DEEPEST: Final = 32
"""Levels of multiparts and messages; what is deeper counts as the text of its container."""
MOST_PARTS: Final = 2000
"""Parts of a message; what follows the last one counts as a piece of it."""

_EMPTY_LINE: Final = re.compile(rb"\n\r?\n")
_FIRST_LINE_EMPTY: Final = re.compile(rb"\r?\n")
_LINE_REST: Final = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
_TYPE: Final = re.compile(rb"([!#-'*+.0-9A-Z^-~-]+)[ \t]*/[ \t]*([!#-'*+.0-9A-Z^-~-]+)")
_TOKEN: Final = re.compile(rb"[!#-'*+.0-9A-Z^-~-]+")
# A quoted value that does not end reaches to the end of the field, so that the search takes linear time.
_PARAMETER: Final = re.compile(
    rb';\s*([!#-\'*+.0-9A-Z^-~-]+)\s*=\s*(?:"((?:[^"\\]++|\\.)*+)(?:"|\\?\Z)|([^;\s"]*+))', re.DOTALL
)
_ESCAPE: Final = re.compile(rb"\\(.)", re.DOTALL)

_UNTYPED: Final = (b"text", b"plain", ((b"charset", b"us-ascii"),))
_NIL: Final = b"NIL"

_Type = tuple[bytes, bytes, tuple[tuple[bytes, bytes], ...]]
_Rendered = tuple[bytes, bytes]  # BODY and BODYSTRUCTURE


class SectionText(Enum):
    """What of a part is meant (RFC 3501 section 6.4.5); without one, its content."""

    HEADER = "HEADER"
    TEXT = "TEXT"
    MIME = "MIME"


@dataclass(frozen=True, slots=True)
class MessageStructure:
    """What is stored beside a message; see the module's first lines."""

    size: int
    header_size: int
    envelope: bytes
    body: bytes
    body_structure: bytes
    parts: bytes


class TextPart(NamedTuple):
    """A leaf of type text, or the header of an attached message: where it lies, and how to decode it."""

    start: int
    end: int
    transfer_encoding: str
    charset: str
    is_header: bool


def analyse(raw: bytes) -> MessageStructure:
    """Return the structure of a message, whatever its bytes are."""
    analysis = _Analysis(raw)
    header_end, fields = analysis.header(0, len(raw))
    analysis.add_row("-", (0, 0, len(raw), header_end), (b"message", b"rfc822", ()))
    body, body_structure = analysis.body(fields, (0, header_end, len(raw)), "", 0)
    return MessageStructure(
        size=len(raw),
        header_size=header_end,
        envelope=render_envelope(fields),
        body=body,
        body_structure=body_structure,
        parts=analysis.table(),
    )


def section(parts: bytes, path: Sequence[int] = (), text: SectionText | None = None) -> tuple[int, int] | None:
    """Return where a section begins and ends in the message; None if there is no such part, or if it has no such text."""
    row = _row(parts, path)
    if row is None:
        return None
    mime_start, start, end, text_start = map(int, row[:4])
    match text:
        case None:
            return start, end
        case SectionText.MIME:
            return (mime_start, start) if path else None
        case SectionText.HEADER:
            return (start, text_start) if text_start >= 0 else None
        case SectionText.TEXT:
            return (text_start, end) if text_start >= 0 else None


def transfer_encoding(parts: bytes, path: Sequence[int]) -> str:
    """Return the transfer encoding of a part in lower case; a dash where none applies, as for a multipart."""
    row = _row(parts, path)
    return "-" if row is None else row[5].decode("ascii")


def text_parts(parts: bytes) -> Iterator[TextPart]:
    """Yield, in their order, what SEARCH BODY and TEXT look into: text leaves and the headers of attached messages."""
    for line in parts.split(b"\n")[1:-1]:
        label, _, start, end, text_start, kind, encoding, charset = line.decode("ascii").split(" ")
        if int(text_start) >= 0:
            if label != "-":
                yield TextPart(int(start), int(text_start), "", "", is_header=True)
        elif kind.startswith("text/"):
            yield TextPart(int(start), int(end), encoding, charset, is_header=False)


def _row(parts: bytes, path: Sequence[int]) -> list[bytes] | None:
    label = b"\n%b " % (".".join(map(str, path)).encode("ascii") if path else b"-")
    found = parts.find(label)
    return None if found < 0 else parts[found + len(label) : parts.index(b"\n", found + 1)].split(b" ")


class _Analysis:
    """One walk over a message, part by part, which fills the part table.

    The header of a message that is no multipart is also the MIME header of its part 1.

    A line of the table: the part's number (a dash for the message itself), then four offsets: where its own header begins, where its content
    begins and ends, and where the text of the message that it holds begins (-1 if it holds none); then type, encoding and charset.
    """

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._rows: list[bytes] = [b""]
        self._room = MOST_PARTS

    def table(self) -> bytes:
        return b"\n".join([*self._rows, b""])

    def add_row(self, label: str, offsets: tuple[int, int, int, int], kind: _Type, encoding: bytes = b"") -> None:
        charset = next((value for name, value in kind[2] if name.lower() == b"charset"), b"")
        words = b" ".join(_word(text) for text in (b"%b/%b" % kind[:2], encoding, charset))
        self._rows.append(b"%b %d %d %d %d %b" % (label.encode("ascii"), *offsets, words))

    def header(self, start: int, end: int) -> tuple[int, dict[bytes, bytes]]:
        """Return where the header that begins at ``start`` ends, and its fields."""
        match = _FIRST_LINE_EMPTY.match(self._raw, start, end) or _EMPTY_LINE.search(self._raw, start, end)
        header_end = match.end() if match else end
        return header_end, read_fields(self._raw, start, header_end)

    def body(self, fields: Mapping[bytes, bytes], span: tuple[int, int, int], label: str, depth: int) -> _Rendered:
        """Analyse the body of a message, whose parts are numbered below ``label``."""
        kind = _content_type(fields.get(b"content-type"), _UNTYPED)
        if kind[0].lower() == b"multipart":
            children = self._children(kind, span[1], span[2], depth)
            if children:
                return self._multipart(fields, kind, children, label, depth)
            kind = _UNTYPED
        return self._leaf(fields, kind, span, f"{label}.1" if label else "1", depth)

    def _part(self, start: int, end: int, label: str, depth: int, default: _Type) -> _Rendered:
        """Analyse a part of a multipart."""
        body_start, fields = self.header(start, end)
        span = (start, body_start, end)
        kind = _content_type(fields.get(b"content-type"), default)
        if kind[0].lower() == b"multipart":
            children = self._children(kind, body_start, end, depth)
            if children:
                self.add_row(label, (*span, -1), kind)
                return self._multipart(fields, kind, children, label, depth)
            kind = _UNTYPED
        return self._leaf(fields, kind, span, label, depth)

    def _multipart(
        self, fields: Mapping[bytes, bytes], kind: _Type, children: list[tuple[int, int]], label: str, depth: int
    ) -> _Rendered:
        default = (b"message", b"rfc822", ()) if kind[1].lower() == b"digest" else _UNTYPED
        bodies, structures = [], []
        for number, (start, end) in enumerate(children, 1):
            body, structure = self._part(start, end, f"{label}.{number}" if label else str(number), depth + 1, default)
            bodies.append(body)
            structures.append(structure)
        subtype = nstring(kind[1])
        extension = b"%b %b" % (_parameters(kind[2]), _disposition_language_location(fields))
        return b"(%b %b)" % (b"".join(bodies), subtype), b"(%b %b %b)" % (b"".join(structures), subtype, extension)

    def _leaf(
        self, fields: Mapping[bytes, bytes], kind: _Type, span: tuple[int, int, int], label: str, depth: int
    ) -> _Rendered:
        mime_start, start, end = span
        encoding_match = _TOKEN.search(fields.get(b"content-transfer-encoding", b""))
        encoding = encoding_match[0] if encoding_match else b"7bit"
        basic = b"%b %b %b %b %b %b %d" % (
            nstring(kind[0]),
            nstring(kind[1]),
            _parameters(kind[2]),
            nstring(fields.get(b"content-id")),
            nstring(fields.get(b"content-description")),
            nstring(encoding),
            end - start,
        )
        extension = b"%b %b" % (nstring(fields.get(b"content-md5")), _disposition_language_location(fields))
        major = kind[0].lower()
        if major == b"message" and kind[1].lower() == b"rfc822" and depth < DEEPEST:
            text_start, inner_fields = self.header(start, end)
            self.add_row(label, (mime_start, start, end, text_start), kind, encoding)
            body, structure = self.body(inner_fields, (start, text_start, end), label, depth + 1)
            basic = b"%b %b" % (basic, render_envelope(inner_fields))
            lines = self._raw.count(b"\n", start, end)
            return b"(%b %b %d)" % (basic, body, lines), b"(%b %b %d %b)" % (basic, structure, lines, extension)
        if (
            major == b"message" and kind[1].lower() == b"rfc822"
        ):  # too deep: no envelope can be given, so it is some message
            return self._leaf(fields, (b"application", b"octet-stream", ()), span, label, depth)
        self.add_row(label, (mime_start, start, end, -1), kind, encoding)
        if major == b"text":
            basic = b"%b %d" % (basic, self._raw.count(b"\n", start, end))
        return b"(%b)" % basic, b"(%b %b)" % (basic, extension)

    def _children(self, kind: _Type, start: int, end: int, depth: int) -> list[tuple[int, int]]:
        """Return where the parts of a multipart begin and end (RFC 2046 section 5.1.1); none if it has no boundary, or lies too deep."""
        boundary = next((value for name, value in kind[2] if name.lower() == b"boundary"), b"").rstrip()
        if not boundary or depth >= DEEPEST:
            return []
        raw, delimiter = self._raw, b"--" + boundary
        children: list[tuple[int, int]] = []
        part_start, position = -1, start
        while self._room and (found := raw.find(delimiter, position, end)) >= 0:
            position = found + len(delimiter)
            rest = _LINE_REST.match(raw, position, end)
            if rest is None or (found > start and raw[found - 1] != 0x0A):  # noqa: PLR2004 (LF)
                continue
            position = rest.end()
            if part_start >= 0:
                part_end = found - 2 if raw[found - 2 : found] == b"\r\n" else found - 1
                children.append((part_start, max(part_start, part_end)))
            if rest[1]:
                return children
            part_start = rest.end()
            self._room -= 1
        if part_start >= 0:
            children.append((part_start, end))
        return children


def _content_type(value: bytes | None, default: _Type) -> _Type:
    """Return type, subtype and parameters; what is no content type counts as text (RFC 2045 section 5.2)."""
    if value is None:
        return default
    match = _TYPE.match(value)
    return (match[1], match[2], _read_parameters(value, match.end())) if match else _UNTYPED


def _read_parameters(value: bytes, start: int) -> tuple[tuple[bytes, bytes], ...]:
    return tuple(
        (name, plain if quoted is None else _ESCAPE.sub(rb"\1", quoted))
        for name, quoted, plain in (match.groups() for match in _PARAMETER.finditer(value, start))
    )


def _parameters(parameters: tuple[tuple[bytes, bytes], ...]) -> bytes:
    if not parameters:
        return _NIL
    return b"(%b)" % b" ".join([b"%b %b" % (nstring(name), nstring(value)) for name, value in parameters])


def _disposition_language_location(fields: Mapping[bytes, bytes]) -> bytes:
    disposition, language = _NIL, _NIL
    value = fields.get(b"content-disposition")
    if value is not None and (match := _TOKEN.match(value)):
        disposition = b"(%b %b)" % (nstring(match[0]), _parameters(_read_parameters(value, match.end())))
    tags = _TOKEN.findall(fields.get(b"content-language", b""))
    if tags:
        language = nstring(tags[0]) if len(tags) == 1 else b"(%b)" % b" ".join(map(nstring, tags))
    return b"%b %b %b" % (disposition, language, nstring(fields.get(b"content-location")))


def _word(text: bytes) -> bytes:
    """Return text as one lower-case word of the part table; a dash for nothing."""
    return bytes(octet for octet in text[:64].lower() if 0x21 <= octet <= 0x7E) or b"-"  # noqa: PLR2004 (visible ASCII)
