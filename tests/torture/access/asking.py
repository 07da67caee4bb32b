"""Requests to an application in one event loop, without a client between: there are thousands."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import anyio.to_thread
import pytest
from starlette.types import ASGIApp, Message

from api.admin.sessions import CSRF_FIELD

Headers = list[tuple[str, str]]
Fields = Iterable[tuple[str, str]]
FORM = ("content-type", "application/x-www-form-urlencoded")
FORM_WITH_FILE = ("content-type", "multipart/form-data; boundary=END")


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer; the names of its headers are in lower case."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that name, empty without one."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """All headers of that name."""
        return [value for key, value in self.headers if key == name]


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. Pages are asked by TLS, as browsers demand for their cookies."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def scope(self) -> dict[str, object]:
        """The same for an application."""
        length = [("content-length", str(len(self.body)))] if self.body else []
        stated = [("host", "testserver"), *self.headers, *length]
        return {
            "type": "http",
            "http_version": "1.1",
            "method": self.method,
            "scheme": "https",
            "server": ("testserver", 443),
            "client": ("127.0.0.1", 50000),
            "path": self.path,
            "raw_path": self.path.encode(),
            "root_path": "",
            "query_string": self.query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in stated],
        }

    def with_headers(self, headers: Mapping[str, str]) -> "Request":
        """The same with these headers, too."""
        return Request(
            self.method, self.path, self.query, (*self.headers, *headers.items()), self.body
        )


def posted(path: str, fields: Fields) -> Request:
    """A form as a browser sends it, without its token."""
    body = urlencode([(name, value) for name, value in fields if name != CSRF_FIELD])
    return Request("POST", path, headers=(FORM,), body=body.encode())


def upload(path: str, name: str, content: bytes) -> Request:
    """A form with a file."""
    head = f'--END\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--END--\r\n"
    return Request("POST", path, headers=(FORM_WITH_FILE,), body=body)


def json_request(method: str, path: str, content: Any, *headers: tuple[str, str]) -> Request:
    """A request with a JSON body."""
    stated = (("content-type", "application/json"), *headers)
    return Request(method, path, headers=stated, body=json.dumps(content).encode())


def without_threads(patch: pytest.MonkeyPatch) -> None:
    """Run what the framework gives to threads where it is awaited: most of the time goes there.

    Requests come one after the other, so that nothing else waits meanwhile.
    """

    async def here(work: Callable[..., Any], *arguments: Any, **_: Any) -> Any:
        return work(*arguments)

    patch.setattr(anyio.to_thread, "run_sync", here)
    patch.setattr(asyncio, "to_thread", here)


async def ask(app: ASGIApp, request: Request) -> Reply:
    """The answer of the application."""
    start: Message = {}
    parts: list[bytes] = []
    waiting = [request.body]

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()  # the client stays, as long as it takes
        return {"type": "http.request", "body": waiting.pop(), "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        parts.append(message.get("body", b""))

    await app(request.scope(), receive, send)
    headers = [(name.decode().lower(), value.decode("latin-1")) for name, value in start["headers"]]
    return Reply(start["status"], headers, b"".join(parts))
