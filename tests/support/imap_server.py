"""The IMAP service on loopback, with TLS, in a thread of its own."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from delegacy.mail.imap.server import ImapServer
from delegacy.mail.listener import ConnectionLimits, Endpoint
from delegacy.mail.tls import ServerCertificates
from support.imap_client import MESSAGE_SIZE
from support.mail_world import MailWorld
from support.smtp_world import MachineClock


@dataclass(frozen=True)
class ListeningImap:
    """Where the service of a world listens."""

    endpoint: Endpoint
    certificates: ServerCertificates

    def connect(self) -> socket.socket:
        """Return a connection without TLS."""
        return socket.create_connection((self.endpoint.host, self.endpoint.port), timeout=20)

    def connect_tls(self, *, receive_buffer: int | None = None) -> ssl.SSLSocket:
        """Return a connection with TLS; ``receive_buffer`` bounds what the system keeps of what has come."""
        peer = socket.socket()
        if receive_buffer is not None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        peer.settimeout(20)
        peer.connect((self.endpoint.host, self.endpoint.port))
        context = ssl.create_default_context(cafile=self.certificates.ca)
        return context.wrap_socket(peer, server_hostname="localhost")


@contextmanager
def listening_imap(
    world: MailWorld, folder: Path, connections: ConnectionLimits | None = None
) -> Iterator[ListeningImap]:
    """Run the service until the context is left."""
    certificates = ServerCertificates(folder / "tls", ["localhost"], MachineClock())
    server = ImapServer(
        Endpoint("127.0.0.1", 0),
        store=world.mail,
        authorizer=world.authorizer,
        sign_in=world.sign_in,
        clock=world.clock,
        tls=certificates.context,
        limits=connections or ConnectionLimits(),
        message_size=MESSAGE_SIZE,
    )
    ready = threading.Event()
    endpoints: list[Endpoint] = []
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = []

    def heard(endpoint: Endpoint) -> None:
        endpoints.append(endpoint)
        ready.set()

    async def serve() -> None:
        task = asyncio.get_running_loop().create_task(server.run(heard))
        running.append((asyncio.get_running_loop(), task))
        await asyncio.wait({task})

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="imap service")
    thread.start()
    try:
        assert ready.wait(30)
        yield ListeningImap(endpoints[0], certificates)
    finally:
        for loop, task in running:
            loop.call_soon_threadsafe(task.cancel)
        thread.join(30)
        assert not thread.is_alive()
