"""``/healthz``: whether the product can do its work, for whoever watches it."""

import asyncio
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from delegacy.domain.errors import StoreError


def health_app(probe: Callable[[], int]) -> Starlette:
    """Return an application that answers ``GET /healthz``; ``probe`` reads the directory and raises ``StoreError`` if it can't."""

    async def healthz(_request: Request) -> JSONResponse:
        try:
            await asyncio.to_thread(probe)
        except StoreError:
            return JSONResponse({"status": "unavailable"}, status_code=503)
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route("/healthz", healthz)])
