"""One connection: bytes in and out, with back pressure both ways and a way to be woken."""

import asyncio
import contextlib
import socket
from abc import abstractmethod
from collections.abc import Iterable
from typing import Final

from delegacy.mail.listener import Connection
from delegacy.wire.imap.reader import CommandReader, Limits

_LONGEST_WRITE: Final = 300.0
"""Seconds that a peer may take to make room for what we send."""
_MOST_AT_ONCE: Final = 64 * 1024


class PeerGone(Exception):
    """There is nobody to read from or to write to any more."""


class ImapStream(Connection):
    """The transport's side of a session. A subclass is what ``serve`` does between the first byte and the last."""

    def __init__(self, limits: Limits) -> None:
        self.reader = CommandReader(limits)
        self.origin = ""
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._writable = asyncio.Event()
        self._reading = True
        self._eof = False
        self._gone = asyncio.Event()
        self.ending = False

    @abstractmethod
    async def serve(self) -> None:
        """Serve the connection to its end. ``PeerGone`` may come out."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start serving."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError(transport)
        self._transport = transport
        transport.set_write_buffer_limits(high=_MOST_AT_ONCE)
        self._writable.set()
        peer = transport.get_extra_info("peername")
        self.origin = str(peer[0]) if peer else ""
        _keep_alive(transport.get_extra_info("socket"))
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"imap session of {self.origin}")

    def data_received(self, data: bytes) -> None:
        """Take bytes in, and stop taking more when the session has enough to do."""
        self.reader.feed(data)
        if self.reader.is_full and self._transport is not None and self._reading:
            self._reading = False
            self._transport.pause_reading()
        self.wake()

    def eof_received(self) -> bool:
        """Note that the peer will say nothing more; what it has said is still answered."""
        self._eof = True
        self.wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the peer is gone."""
        del exc
        self._gone.set()
        self._writable.set()
        self.wake()

    def pause_writing(self) -> None:
        """Make senders wait."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let senders go on."""
        self._writable.set()

    def end(self) -> None:
        """Have the session say good-bye and end."""
        self.ending = True
        self.wake()

    async def ended(self) -> None:
        """Return when the session is over; a cancelled caller leaves it running."""
        if self._task is not None:
            await asyncio.wait({self._task})

    def wake(self) -> None:
        """Make ``wait`` return."""
        self._woken.set()

    async def wait(self, seconds: float) -> None:
        """Return when there is something to look at: bytes, or whatever ``wake`` was called for.

        Raises ``TimeoutError``, or ``PeerGone`` if nothing more can come.
        """
        if not self._woken.is_set():
            if self._gone.is_set() or self._eof:
                raise PeerGone
            if not self._reading and self._transport is not None:
                self._reading = True
                self._transport.resume_reading()
        async with asyncio.timeout(seconds):
            await self._woken.wait()
        self._woken.clear()

    async def send(self, data: bytes) -> None:
        """Send any amount of bytes, waiting for room again and again. Raises ``PeerGone``."""
        # What is handed over at once is all kept until the peer takes it: TLS asks for a pause only at the write after.
        for part in (memoryview(data)[start : start + _MOST_AT_ONCE] for start in range(0, len(data), _MOST_AT_ONCE)):
            self.write(part)
            await self.flush()

    async def send_parts(self, parts: Iterable[bytes]) -> None:
        """Send what takes time to make, a part at a time, letting others have their turn in between. Raises ``PeerGone``."""
        for part in parts:
            await self.send(part)
            await asyncio.sleep(0)

    def write(self, data: bytes | memoryview) -> None:
        """Send a few bytes, without waiting."""
        if self._transport is not None and not self._gone.is_set():
            self._transport.write(data)

    async def flush(self) -> None:
        """Wait until there is room for more. Raises ``PeerGone`` if the peer is gone, or takes nothing for too long."""
        if not self._writable.is_set():
            try:
                async with asyncio.timeout(_LONGEST_WRITE):
                    await self._writable.wait()
            except TimeoutError:
                if self._transport is not None:
                    self._transport.abort()
                raise PeerGone from None
        if self._gone.is_set():
            raise PeerGone

    async def _run(self) -> None:
        if self._transport is None:
            raise RuntimeError("There is no connection yet.")
        try:
            with contextlib.suppress(PeerGone):
                await self.serve()
                # A slow peer still gets what was said: a transport that is closed gives it little time.
                self._transport.set_write_buffer_limits(high=1, low=0)
                await self.flush()
        finally:
            self._transport.close()
        await self._gone.wait()


def _keep_alive(connection: socket.socket | None) -> None:
    """Have the system find out when a peer that idles is no longer there."""
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
