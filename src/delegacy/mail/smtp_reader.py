"""Reading what an SMTP peer sends: lines of bounded length, and message content that is never kept line by line.

aiosmtpd keeps each line of a message as an object of its own; a message of nothing but line ends would take fifty times its size.
"""

import asyncio
import re
from enum import Enum
from typing import Final

_CHUNK: Final = 65_536
_END: Final = b"\r\n.\r\n"
_LINE_TOO_LONG: Final = re.compile(rb"\n[^\n]{1001}")  # RFC 5321 section 4.5.3.1.6, with the dot that is taken away


class UnusableContent(Enum):
    """Why a message's content was thrown away while it was read."""

    TOO_LARGE = "it is larger than the limit"
    LINE_TOO_LONG = "a line of it is too long"


class SmtpReader:
    """Reads from a stream, by the methods that aiosmtpd calls, and by ``read_content``. ``limit`` is the longest line."""

    def __init__(self, stream: asyncio.StreamReader, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._buffer = bytearray()

    async def readuntil(self, separator: bytes = b"\n") -> bytes:
        """See ``asyncio.StreamReader.readuntil``."""
        start = 0
        while (found := self._buffer.find(separator, start)) < 0:
            if len(self._buffer) > self._limit:
                raise asyncio.LimitOverrunError("The line is too long.", len(self._buffer) + 1 - len(separator))
            start = max(0, len(self._buffer) + 1 - len(separator))
            await self._fill()
        if found > self._limit:
            raise asyncio.LimitOverrunError("The line is too long.", found)
        return self._take(found + len(separator))

    async def read(self, count: int) -> bytes:
        """Return at most ``count`` octets, and at least one."""
        if not self._buffer:
            await self._fill()
        return self._take(count)

    async def read_content(self, largest: int) -> bytes | UnusableContent:
        """Return a message's content up to CRLF, dot, CRLF, with the dots undone (RFC 5321 section 4.5.2).

        Content that is too large is read to its end all the same, so that the peer hears of it, but not kept.
        """
        # As if it began after a line's end: the dot may be all there is.
        content = bytearray(b"\r\n")
        too_large = False
        while True:
            start = max(0, len(content) + 1 - len(_END))
            content += self._buffer
            self._buffer.clear()
            end = content.find(_END, start)
            if end >= 0:
                break
            if len(content) > largest + 2 * len(_END):
                too_large = True
                del content[: 1 - len(_END)]
            await self._fill()
        self._buffer += content[end + len(_END) :]
        if too_large or end > largest:
            return UnusableContent.TOO_LARGE
        del content[end + 2 :]
        return await asyncio.to_thread(_undone, content) if len(content) > _CHUNK else _undone(content)

    async def _fill(self) -> None:
        """Read more. Raises ``asyncio.IncompleteReadError`` when the peer has gone."""
        octets = await self._stream.read(_CHUNK)
        if not octets:
            raise asyncio.IncompleteReadError(bytes(self._buffer), None)
        self._buffer += octets

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken


def _undone(content: bytearray) -> bytes | UnusableContent:
    if _LINE_TOO_LONG.search(content):
        return UnusableContent.LINE_TOO_LONG
    return bytes(content.replace(b"\r\n.", b"\r\n")[2:])
