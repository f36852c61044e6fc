"""A client for the IMAP server, in the same process and without sockets: bytes go in and out of the real session."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from delegacy.mail.imap.context import ImapServices
from delegacy.mail.imap.session import ImapSession
from delegacy.mail.imap.watch import FolderWatch
from delegacy.mail.imap.workers import MailWorkers
from support.mail_world import PASSWORD, MailWorld

MESSAGE_SIZE: Final = 1024 * 1024

_PATIENCE: Final = 10.0
_SETTLED: Final = 0.05


class MemoryTransport(asyncio.Transport):
    """What a session takes for its connection."""

    def __init__(self, session: ImapSession, client: "ImapClient") -> None:
        super().__init__({"peername": ("192.0.2.7", 40000)})
        self._session = session
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
            asyncio.get_running_loop().call_soon(self._session.connection_lost, None)

    def abort(self) -> None:
        self.close()


class ImapClient:
    """One connection. ``send`` and ``line`` are the two ends; what is not read is kept."""

    def __init__(self, services: ImapServices) -> None:
        self.session = ImapSession(services, MESSAGE_SIZE)
        self.transport = MemoryTransport(self.session, self)
        self.closed = asyncio.Event()
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self.session.connection_made(self.transport)

    def received(self, data: bytes) -> None:
        self._buffer += data
        self._arrived.set()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.session.data_received(data)

    async def line(self) -> bytes:
        """Return the next line without its CRLF."""
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

    async def _more(self) -> None:
        if self.closed.is_set():
            raise EOFError(bytes(self._buffer))
        self._arrived.clear()
        arrival = asyncio.ensure_future(self._arrived.wait())
        close = asyncio.ensure_future(self.closed.wait())
        await asyncio.wait({arrival, close}, return_when=asyncio.FIRST_COMPLETED)
        arrival.cancel()
        close.cancel()

    async def until(self, start: bytes) -> list[bytes]:
        """Return lines up to and including the first that begins with ``start``."""
        lines = [await self.line()]
        while not lines[-1].startswith(start):
            lines.append(await self.line())
        return lines

    async def ask(self, command: bytes, tag: bytes = b"a") -> list[bytes]:
        """Send a command and return the lines of the answer, the tagged one last."""
        self.send(tag + b" " + command + b"\r\n")
        return await self.until(tag + b" ")

    async def sign_in(self, name: str, password: str = PASSWORD) -> None:
        """Read the greeting and sign in."""
        await self.line()
        answer = await self.ask(f'LOGIN "{name}" "{password}"'.encode().replace(b"\\", b"\\\\"))
        assert answer[-1].startswith(b"a OK"), answer

    async def last_words(self) -> bytes:
        """Return what has come and was not read, when the server has hung up."""
        async with asyncio.timeout(_PATIENCE):
            await self.closed.wait()
        return bytes(self._buffer)

    async def rest(self) -> bytes:
        """Return what has come and was not read, when nothing more comes."""
        await asyncio.sleep(_SETTLED)
        rest = bytes(self._buffer)
        self._buffer.clear()
        return rest


class ImapService:
    """The server, as far as connections are concerned."""

    def __init__(self, services: ImapServices) -> None:
        self._services = services
        self._clients: list[ImapClient] = []

    def connect(self) -> ImapClient:
        client = ImapClient(self._services)
        self._clients.append(client)
        return client

    async def end(self) -> None:
        for client in self._clients:
            client.transport.close()
            client.session.end()
            await client.session.ended()


@asynccontextmanager
async def imap_service(world: MailWorld) -> AsyncIterator[ImapService]:
    """Return a running server."""
    with MailWorkers.running() as workers:
        watch = FolderWatch(world.mail, workers, world.authorizer, world.clock)
        service = ImapService(
            ImapServices(
                store=world.mail,
                workers=workers,
                authorizer=world.authorizer,
                sign_in=world.sign_in,
                clock=world.clock,
                watch=watch,
            )
        )
        watching = asyncio.create_task(watch.run())
        try:
            yield service
        finally:
            await service.end()
            watching.cancel()
            await asyncio.wait({watching})
