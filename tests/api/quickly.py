"""An application served on sockets by our protocol, beside the same one served by uvicorn's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from api.app import Service, create_app
from api.quick_protocol import QuickProtocol
from models import Database
from settings import Settings

DRAWN = {"accept-encoding": "identity"}


@asynccontextmanager
async def served(
    app: Service, protocol: type[HttpToolsProtocol] = QuickProtocol, **options: Any
) -> AsyncIterator[int]:
    """The port on which an application is served by that protocol."""
    config = Config(app, lifespan="off", server_header=False, log_config=None, **options)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for connection in list(state.connections):
            connection.shutdown()


@asynccontextmanager
async def both(
    database: Database, **settings: Any
) -> AsyncIterator[tuple[Service, httpx.AsyncClient, httpx.AsyncClient]]:
    """One application, and clients of the quick server and of the plain one."""
    app = create_app(Settings.load(**settings), database)
    async with (
        served(app, QuickProtocol) as quick,
        served(app, HttpToolsProtocol) as plain,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{quick}", headers=DRAWN) as first,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{plain}", headers=DRAWN) as second,
    ):
        first.headers["Host"] = second.headers["Host"] = "here"
        yield app, first, second
    await asyncio.to_thread(app.state.submission_writer.stop)
    await app.state.checks.close()


class Counted:
    """How often a short way was gone: it gave something else than ``None`` or ``False``."""

    def __init__(self, way: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        go = getattr(way, name)

        def counting(*arguments: Any) -> Any:
            came_of_it = go(*arguments)
            self.count += came_of_it not in (None, False)
            return came_of_it

        monkeypatch.setattr(way, name, counting)


def run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(work())  # type: ignore[arg-type]


def merged(answer: httpx.Response) -> httpx.Response:
    """The same with one Vary and its headers in one order, as HTTP lets them be."""
    told = sorted((name.lower(), value) for name, value in answer.headers.raw)
    vary = b", ".join(value for name, value in told if name == b"vary")
    plain = [(name, value) for name, value in told if name != b"vary"]
    answer.headers = httpx.Headers([*plain, (b"vary", vary)] if vary else plain)
    return answer
