"""A client for the IMAP server, in the same process and without sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Protocol

from delegacy.domain.mail_store import MailStore
from delegacy.domain.ports import Clock
from delegacy.enforcement.authorizer import Authorizer
from delegacy.mail.imap.context import ImapServices
from delegacy.mail.imap.session import ImapSession
from delegacy.mail.imap.watch import FolderWatch
from delegacy.mail.imap.workers import MailWorkers
from delegacy.session.signin import SignIn
from support.mail_world import PASSWORD
from support.memory_client import MemoryClient

MESSAGE_SIZE: Final = 1024 * 1024


class ImapWorld(Protocol):
    """What a server needs."""

    @property
    def mail(self) -> MailStore: ...

    @property
    def authorizer(self) -> Authorizer: ...

    @property
    def sign_in(self) -> SignIn: ...

    @property
    def clock(self) -> Clock: ...


class ImapClient(MemoryClient):
    """One connection."""

    def __init__(self, services: ImapServices) -> None:
        self.session = ImapSession(services, MESSAGE_SIZE)
        super().__init__(self.session)

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
async def imap_service(world: ImapWorld) -> AsyncIterator[ImapService]:
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
