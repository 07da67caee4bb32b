"""An application behind its layer of kept answers, asked in one event loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import create_app
from api.response_cache import ResponseCache
from models import Database
from settings import Settings

ONE = "/v1/questions/rivers"
AS_IT_IS = {"Accept-Encoding": "identity"}

Work = Callable[[httpx.AsyncClient], Awaitable[None]]


class Counting:
    """Counts what reaches the routes, and may hold it up or make it fail."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.count = 0
        self.before: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        self.count += 1
        await self.before()
        await self.app(scope, receive, send)


@asynccontextmanager
async def client_of(database: Database, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings.load(**settings), database)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client
    finally:
        await app.state.checks.close()


def counted(client: httpx.AsyncClient | TestClient) -> Counting:
    """What the layer of this client's application has behind it, counting from now on."""
    layer = layer_of(client)
    counting = layer.app = Counting(layer.app)
    return counting


def layer_of(client: httpx.AsyncClient | TestClient) -> ResponseCache:
    layer: Any = client.app if isinstance(client, TestClient) else client._transport
    layer = layer.app if isinstance(layer, httpx.ASGITransport) else layer
    layer = layer.outermost if hasattr(layer, "outermost") else layer
    while not isinstance(layer, ResponseCache):
        layer = layer.app
    return layer


def run(database: Database, work: Work, **settings: Any) -> None:
    """Do the work with a client of an application under these settings, warmed up."""

    async def working() -> None:
        async with client_of(database, **settings) as client:
            await client.get("/livez")  # the layers are made for the first request
            await work(client)

    asyncio.run(working())
