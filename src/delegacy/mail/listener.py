"""Listening: connections accepted, counted, wrapped in TLS, and ended together.

Peers are counted before the TLS handshake, so that half-open connections have their place in the limits, and a handshake that takes
too long is given up.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from delegacy.domain.network import network_of

_log = logging.getLogger(__name__)

_BACKLOG: Final = 256
_HANDSHAKE_TIMEOUT: Final = 20.0
_SHUTDOWN_TIMEOUT: Final = 5.0
_FAREWELL: Final = 1.0
_PAUSE_WHEN_OUT_OF_FILES: Final = 0.5


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a service listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """The most connections of one service, and of one peer to it, an IPv6 site being one peer."""

    total: int = 1000
    per_address: int = 100


class Connection(asyncio.Protocol, ABC):
    """What serves one connection: an ``asyncio`` protocol that can be told to end, and waited for."""

    @abstractmethod
    def end(self) -> None:
        """Tell the peer that the service stops, and close the connection."""

    @abstractmethod
    async def ended(self) -> None:
        """Return when the connection is closed and everything that served it has finished."""


class Listener:
    """A TCP port, with TLS from the first byte if a context is given.

    ``make_connection`` returns a new ``Connection``; ``refusal`` is said to a peer that is one too many
    (on a port without TLS).
    """

    def __init__(
        self,
        endpoint: Endpoint,
        make_connection: Callable[[], Connection],
        *,
        tls: ssl.SSLContext | None = None,
        limits: ConnectionLimits | None = None,
        refusal: bytes = b"",
    ) -> None:
        self._endpoint = endpoint
        self._make_connection = make_connection
        self._tls = tls
        self._limits = limits or ConnectionLimits()
        self._refusal = refusal
        self._peers: Counter[str] = Counter()

    async def run(self, listening: Callable[[Endpoint], None]) -> None:
        """Serve until cancelled; ``listening`` is told the actual endpoint once. Raises ``OSError`` if the port cannot be had."""
        loop = asyncio.get_running_loop()
        family = socket.AF_INET6 if ":" in self._endpoint.host else socket.AF_INET
        with socket.create_server(
            (self._endpoint.host, self._endpoint.port), family=family, backlog=_BACKLOG
        ) as server:
            server.setblocking(False)  # noqa: FBT003 - the standard library's signature
            listening(Endpoint(*server.getsockname()[:2]))
            async with asyncio.TaskGroup() as connections:
                while True:
                    try:
                        peer, address = await loop.sock_accept(server)
                    except OSError as error:
                        _log.warning("connection could not be accepted", extra={"reason": str(error)})
                        await asyncio.sleep(_PAUSE_WHEN_OUT_OF_FILES)
                        continue
                    self._admit(peer, str(address[0]), connections)

    def _admit(self, peer: socket.socket, host: str, connections: asyncio.TaskGroup) -> None:
        network = network_of(host)
        if self._peers.total() >= self._limits.total or self._peers[network] >= self._limits.per_address:
            _log.warning("too many connections", extra={"origin": host})
            with peer:
                if self._refusal and self._tls is None:
                    try:
                        peer.send(self._refusal)
                    except OSError:
                        _log.debug("peer has gone", extra={"origin": host})
            return
        self._peers[network] += 1
        connections.create_task(self._serve(peer, host), name=f"connection from {host}")

    async def _serve(self, peer: socket.socket, host: str) -> None:
        try:
            transport, connection = await self._connect(peer)
            try:
                await connection.ended()
            finally:
                connection.end()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_FAREWELL):
                        await connection.ended()
                transport.abort()
                await connection.ended()
        except OSError as error:
            _log.info("connection failed", extra={"origin": host, "reason": str(error)})
        except Exception:  # noqa: BLE001 - the outer edge of a connection: a fault of ours in one must not end the others
            _log.exception("connection failed", extra={"origin": host})
        finally:
            network = network_of(host)
            self._peers[network] -= 1
            if not self._peers[network]:
                del self._peers[network]

    async def _connect(self, peer: socket.socket) -> tuple[asyncio.Transport, Connection]:
        loop = asyncio.get_running_loop()
        try:
            # asyncio does so itself only for sockets that name TCP as their protocol; without it answers wait 40 ms for an ACK.
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is None:
                return await loop.connect_accepted_socket(self._make_connection, peer)
            return await loop.connect_accepted_socket(
                self._make_connection,
                peer,
                ssl=self._tls,
                ssl_handshake_timeout=_HANDSHAKE_TIMEOUT,
                ssl_shutdown_timeout=_SHUTDOWN_TIMEOUT,
            )
        except BaseException:
            peer.close()
            raise
