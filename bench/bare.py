"""The least that uvicorn can serve: fixed bytes from the folder that ``BARE_BODIES`` names."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

ETAG = b'"fixed"'
HEADERS = [(b"content-type", b"application/json"), (b"etag", ETAG)]
QUESTION, PAGE = (
    (body, [*HEADERS, (b"content-length", str(len(body)).encode())])
    for body in (
        Path(os.environ["BARE_BODIES"], name).read_bytes() for name in ("question", "page")
    )
)


async def app(
    scope: dict[str, Any], _: object, send: Callable[[dict[str, Any]], Awaitable[None]]
) -> None:
    """Answer any HTTP request with the bytes, or with 304 to whoever has them."""
    if scope["type"] != "http":
        return
    body, headers = PAGE if scope["path"] == "/v1/questions" else QUESTION
    status = 200
    if (b"if-none-match", ETAG) in scope["headers"]:
        status, headers, body = 304, HEADERS, b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
