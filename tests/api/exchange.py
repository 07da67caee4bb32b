"""One request to an application, message by message: what it pulled, and when it answered."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message


@dataclass(slots=True)
class Exchange:
    """What went over the wire: the answer, and how many bytes of the body were taken."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    pulled: int = 0


def exchange(
    app: ASGIApp,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    chunks: Iterable[bytes] = (),
    query: str = "",
    on_answer: Callable[[], None] = lambda: None,
) -> Exchange:
    """Send one request; ``on_answer`` is called at the moment the first response byte leaves."""
    told, waiting = Exchange(), iter(chunks)

    async def receive() -> Message:
        chunk = next(waiting, None)
        told.pulled += len(chunk or b"")
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            await asyncio.to_thread(on_answer)
            told.status = message["status"]
            told.headers = {n.decode(): v.decode() for n, v in message["headers"]}
        told.body += message.get("body", b"")

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 50000),
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(n.lower().encode(), v.encode("latin-1")) for n, v in (headers or {}).items()],
    }
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    return told
