"""Requests as they are sent, byte for byte, to a service in this process or behind a socket."""

import http.client
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from starlette.types import Message

from api.app import Service, create_app
from api.documents import QuestionDocuments
from models import Database
from models.answering import AnswerableVersions
from settings import Settings

UNCOUNTED = {b"date", b"server", b"ratelimit"}  # they tell the time, and how much was asked before


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. ``caller`` names the key that it comes with, if any."""

    method: str
    address: str
    caller: str = "nobody"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_random(self) -> bool:
        """Whether the service makes something up for the answer, so that no two are alike."""
        path, _, query = self.address.partition("?")
        draws = path.endswith("/random") and "seed=" not in query.replace("seed=&", "")
        return draws or "shuffle=&" in f"{query}&"


@dataclass(frozen=True, slots=True)
class Told:
    """What was answered, without what differs from one moment to the next."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def whole(self) -> bytes:
        """All of it, to be searched."""
        return b"\n".join((*(b": ".join(one) for one in self.headers), self.body))


class Asks(Protocol):
    """Something that answers."""

    async def ask(self, asked: Asked, headers: Mapping[str, str]) -> Told:
        """The answer to a request that is sent with these headers, too."""


def sorted_headers(headers: Any) -> tuple[tuple[bytes, bytes], ...]:
    """The headers in one order, without those that differ between any two answers."""
    return tuple(sorted((name.lower(), value) for name, value in headers
                        if name.lower() not in UNCOUNTED))  # fmt: skip


class InProcess:
    """An application that is called in this event loop, so that little else takes its time."""

    def __init__(self, app: Service, database: Database) -> None:
        self.app, self._database = app, database

    def forget(self) -> None:
        """Be as if it had just been started: what it remembers of versions is gone."""
        state = self.app.state
        state.submission_writer.versions = AnswerableVersions()
        state.question_documents = QuestionDocuments(self._database, state.checks)

    async def ask(self, asked: Asked, headers: Mapping[str, str]) -> Told:
        """Ask the application."""
        said: list[Message] = [{"type": "http.request", "body": asked.body}]
        sent: list[Message] = []

        async def receive() -> Message:
            return said.pop() if said else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(_scope(asked, {**headers, **asked.headers}), receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Told(sent[0]["status"], sorted_headers(sent[0]["headers"]), body)


def _scope(asked: Asked, headers: Mapping[str, str]) -> dict[str, Any]:
    path, _, query = asked.address.partition("?")
    length = {"content-length": str(len(asked.body))} if asked.body else {}
    stated = {"host": "service", **headers, **length}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in stated.items()],
        "client": ("127.0.0.1", 1),
        "server": ("service", 80),
        "state": {},
    }


@asynccontextmanager
async def in_process(database: Database, **settings: Any) -> AsyncIterator[InProcess]:
    """An application on that database, without limits of rate unless they are stated."""
    stated = {"rate_limit_public": "off", "rate_limit": "off", **settings}
    app = create_app(Settings.load(**stated), database)
    try:
        yield InProcess(app, database)
    finally:
        app.state.submission_writer.stop()
        if app.state.checks is not None:
            await app.state.checks.close()


class OverHttp:
    """A service of its own, asked over one connection after the other."""

    def __init__(self, url: str) -> None:
        host = urlsplit(url)
        self._connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=60)

    async def ask(self, asked: Asked, headers: Mapping[str, str]) -> Told:
        """Ask the service; nothing else waits meanwhile."""
        stated = {"Host": "service", **headers, **asked.headers}
        self._connection.request(asked.method, asked.address, asked.body or None, stated)
        got = self._connection.getresponse()
        told = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in
                got.getheaders()]  # fmt: skip
        kept = (one for one in told if one[0].lower() != b"connection")
        return Told(got.status, sorted_headers(kept), got.read())

    def close(self) -> None:
        """Give back the connection."""
        self._connection.close()
