"""The client's end of a connection in the same process and without sockets: bytes go in and out of the real protocol."""

import asyncio
from typing import Final

_PATIENCE: Final = 10.0


class MemoryTransport(asyncio.Transport):
    """What a protocol takes for its connection."""

    def __init__(self, protocol: asyncio.Protocol, client: "MemoryClient") -> None:
        super().__init__({"peername": ("192.0.2.7", 40000)})
        self._protocol = protocol
        self._client = client
        self._closing = False
        self.reading = True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._closing:
            self._client.received(bytes(data))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is ever kept here."""

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._client.closed.set()
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        self.close()


class MemoryClient:
    """One connection. ``send`` and ``line`` are the two ends; what is not read is kept."""

    def __init__(self, protocol: asyncio.Protocol) -> None:
        self._protocol = protocol
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self.closed = asyncio.Event()
        self.transport = MemoryTransport(protocol, self)
        protocol.connection_made(self.transport)

    def received(self, data: bytes) -> None:
        self._buffer += data
        self._arrived.set()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._protocol.data_received(data)

    async def line(self) -> bytes:
        """Return the next line without its CRLF. Raises ``EOFError`` when there will be none."""
        async with asyncio.timeout(_PATIENCE):
            while (end := self._buffer.find(b"\r\n")) < 0:
                await self._more()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    async def octets(self, count: int) -> bytes:
        """Return so many of the next octets."""
        async with asyncio.timeout(_PATIENCE):
            while len(self._buffer) < count:
                await self._more()
        octets = bytes(self._buffer[:count])
        del self._buffer[:count]
        return octets

    async def last_words(self) -> bytes:
        """Return what has come and was not read, when the server has hung up."""
        async with asyncio.timeout(_PATIENCE):
            await self.closed.wait()
        return bytes(self._buffer)

    async def _more(self) -> None:
        if self.closed.is_set():
            raise EOFError(bytes(self._buffer))
        self._arrived.clear()
        arrival = asyncio.ensure_future(self._arrived.wait())
        close = asyncio.ensure_future(self.closed.wait())
        await asyncio.wait({arrival, close}, return_when=asyncio.FIRST_COMPLETED)
        arrival.cancel()
        close.cancel()
