"""What it costs a request to be counted against its limit."""

import asyncio
from collections.abc import Iterator

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.rate_limits import RateLimits
from bench.measure import cpu_seconds

REPETITIONS = 20_000
ADDRESSES = 20_000


async def _nothing(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})


def figures() -> Iterator[str]:
    """CPU time of the layer alone: for one caller, and for one of many."""
    limited = RateLimits(_nothing, None, "1000000/minute")
    yield f"{_added(limited, 1) * 1e6:8.1f} us of CPU to count a request"
    yield f"{_added(limited, ADDRESSES) * 1e6:8.1f} us where {ADDRESSES:,} addresses ask in turn"


def _added(app: ASGIApp, addresses: int) -> float:
    return _asking(app, addresses) - _asking(_nothing, addresses)


def _asking(app: ASGIApp, addresses: int) -> float:
    scopes = [_from(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}") for n in range(addresses)]
    turns = [scopes[n % addresses] for n in range(REPETITIONS)]

    async def ask_all() -> None:
        for scope in turns:
            await app(scope, _receive, _send)

    return cpu_seconds(lambda: asyncio.run(ask_all()), 1) / REPETITIONS


def _from(address: str) -> Scope:
    headers = [(b"host", b"localhost"), (b"accept", b"*/*"), (b"user-agent", b"bench")]
    told = {"head": dict(headers), "marks": [], "state": {}}
    return {"type": "http", "path": "/", "client": (address, 1), "headers": headers, **told}


async def _receive() -> Message:
    return {"type": "http.request"}


async def _send(_message: Message) -> None:
    return None
