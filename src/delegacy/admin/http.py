"""The HTTP service. For whoever watches the product: ``/healthz`` says whether it can do its work."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from delegacy.domain.errors import StoreError

_BACKLOG: Final = 256
_FAREWELL: Final = 1


def health_app(probe: Callable[[], int]) -> Starlette:
    """Return an application that answers ``GET /healthz``; ``probe`` reads the directory and raises ``StoreError`` if it can't."""

    async def healthz(_request: Request) -> JSONResponse:
        try:
            await asyncio.to_thread(probe)
        except StoreError:
            return JSONResponse({"status": "unavailable"}, status_code=503)
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route("/healthz", healthz)])


class HttpServer:
    """Serves HTTP on one port."""

    def __init__(self, host: str, port: int, probe: Callable[[], int], *, most_connections: int) -> None:
        self._host = host
        self._port = port
        self._probe = probe
        self._most_connections = most_connections

    async def run(self, listening: Callable[[str, int], None]) -> None:
        """Serve until cancelled; ``listening`` is told the actual host and port. Raises ``OSError`` if the port cannot be had."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        with socket.create_server((self._host, self._port), family=family, backlog=_BACKLOG) as server:
            host, port = server.getsockname()[:2]
            config = uvicorn.Config(
                health_app(self._probe),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # nothing is decided by where a request says that it is from
                limit_concurrency=self._most_connections,
                timeout_graceful_shutdown=_FAREWELL,
            )
            http = _WithoutSignals(config)
            listening(host, port)
            try:
                await http.serve([server])
            finally:
                if http.started:  # a cancelled server would leave its connections open
                    await http.shutdown([server])


class _WithoutSignals(uvicorn.Server):
    """A server that leaves the process's signal handlers alone: they are the composition root's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
