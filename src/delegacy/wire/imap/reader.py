"""Bytes to commands: lines and literals (RFC 9051 sections 2.2 and 4.3, RFC 7888), bounded.

Nothing here waits: bytes are fed in as they come, and taken out as whole commands. What a peer can make us keep is bounded by
``Limits``, which the session widens when somebody has signed in.
"""

import re
from dataclasses import dataclass
from typing import Final

_LITERAL_HEADER: Final = re.compile(rb"(~?)\{([0-9]{1,20})(\+?)\}\Z")
_APPEND: Final = re.compile(rb"[!-~]+ APPEND ", re.IGNORECASE)
# RFC 9051 section 9: tag is any ASTRING-CHAR but "+".
_TAG: Final = re.compile(rb"([!#$&',\-./0-9:;<=>?@A-Z\[\]^_`a-z|}~]{1,200}) ")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one command may hold: octets of its lines together, of one literal, of a message to append; and how many literals."""

    line: int
    literal: int
    message: int
    literals: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal, and where its header stands in the command's text. ``binary`` tells a literal8 (RFC 3516)."""

    offset: int
    data: bytes
    binary: bool


@dataclass(frozen=True, slots=True)
class CommandText:
    """A whole command: its lines joined, the headers of literals left in place, the final CRLF taken off."""

    text: bytes
    literals: tuple[Literal, ...] = ()


@dataclass(frozen=True, slots=True)
class LiteralInvited:
    """The client waits for a continuation request before it sends a literal."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that was not taken in. ``too_big`` tells a message over the limit; after ``fatal`` nothing more can be read."""

    tag: str | None
    text: str
    too_big: bool = False
    fatal: bool = False


Incoming = CommandText | LiteralInvited | Refused


class CommandReader:
    """Cuts what a client sends into commands."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._buffer = bytearray()
        self._scanned = 0
        self._text = bytearray()
        self._literals: list[Literal] = []
        self._missing: int | None = None
        self._refusal: Refused | None = None
        self._unwanted = 0
        self._ended = False

    def feed(self, data: bytes) -> None:
        """Take bytes in."""
        if not self._ended:
            self._buffer += data

    @property
    def is_full(self) -> bool:
        """Tell whether more has come than the command being read can need: do not read on before it is answered."""
        return len(self._buffer) > 2 * self.limits.line + (self._missing or 0)

    def next_command(self) -> Incoming | None:
        """Return what comes next, or None when more bytes are needed."""
        while not self._ended:
            if not self._skip_unwanted() or not self._take_literal():
                return None
            line = self._take_line()
            if line is None or isinstance(line, Refused):
                return line
            incoming = self._read_line(line) if self._refusal is None else self._read_refused_line(line, self._refusal)
            if incoming is not None:
                return incoming
        return None

    def next_line(self) -> bytes | Refused | None:
        """Return a line that is no command (RFC 9051 sections 6.2.2 and 6.3.13), or None when more bytes are needed."""
        return None if self._ended else self._take_line()

    def _take_line(self) -> bytes | Refused | None:
        end = self._buffer.find(b"\n", self._scanned)
        room = self.limits.line - len(self._text)
        if (len(self._buffer) if end < 0 else end) > room + 1:
            return self._end("Line too long")
        if end < 0:
            self._scanned = len(self._buffer)
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._scanned = 0
        # RFC 9051 section 2.2: lines end with CRLF, and hold neither of the two.
        if not line.endswith(b"\r") or line.count(b"\r") > 1 or b"\0" in line:
            return self._end("Lines end with CRLF, and hold no other CR, LF or NUL")
        return line[:-1]

    def _read_line(self, line: bytes) -> Incoming | None:
        header = _LITERAL_HEADER.search(line)
        if header is None:
            command = CommandText(bytes(self._text + line), tuple(self._literals))
            self._forget()
            return command
        offset = len(self._text) + header.start()
        self._text += line
        size = int(header[2])
        synchronising = not header[3]
        appending = _APPEND.match(self._text) is not None
        too_many = len(self._literals) >= self.limits.literals
        if too_many or size > (self.limits.message if appending else self.limits.literal):
            too_big = appending and not too_many
            return self._refuse(
                Refused(self._tag(), "Too many literals" if too_many else "Literal too large", too_big=too_big),
                size,
                synchronising=synchronising,
            )
        self._literals.append(Literal(offset, b"", bool(header[1])))
        self._missing = size
        return LiteralInvited() if synchronising else None

    def _take_literal(self) -> bool:
        if self._missing is None:
            return True
        if len(self._buffer) < self._missing:
            return False
        header = self._literals[-1]
        with memoryview(self._buffer) as view:
            data = bytes(view[: self._missing])
        del self._buffer[: self._missing]
        self._literals[-1] = Literal(header.offset, data, header.binary)
        self._missing = None
        return True

    def _refuse(self, refusal: Refused, size: int, *, synchronising: bool) -> Refused | None:
        """Refuse a literal: one that waits is not invited, one that comes all the same is thrown away (RFC 7888 section 4)."""
        if synchronising:
            self._forget()
            return refusal
        if self.limits.message == 0:
            return self._end(refusal.text)
        self._literals.clear()
        self._refusal = refusal
        self._unwanted = size
        return None

    def _skip_unwanted(self) -> bool:
        skipped = min(self._unwanted, len(self._buffer))
        del self._buffer[:skipped]
        self._unwanted -= skipped
        return self._unwanted == 0

    def _read_refused_line(self, line: bytes, refusal: Refused) -> Refused | None:
        header = _LITERAL_HEADER.search(line)
        if header is not None and header[3]:
            self._unwanted = int(header[2])
            return None
        self._forget()
        return refusal

    def _end(self, text: str) -> Refused:
        refusal = Refused(self._tag(), text, fatal=True)
        self._ended = True
        self._buffer.clear()
        self._forget()
        return refusal

    def _tag(self) -> str | None:
        found = _TAG.match(self._text)
        return found[1].decode("ascii") if found else None

    def _forget(self) -> None:
        self._text.clear()
        self._literals.clear()
        self._missing = None
        self._refusal = None
