"""The least that speaks HTTP/1.1 over a kept-alive connection, so that load costs little."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

HEAD_END, LENGTH = b"\r\n\r\n", b"\r\ncontent-length:"
WITHOUT_BODY = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer as it came."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> bytes | None:
        """The value of a header, by its name in lower case."""
        at = self.head.lower().find(b"\r\n" + name + b":")
        if at < 0:
            return None
        return self.head[at + len(name) + 3 :].partition(b"\r\n")[0].strip()


def read_answer(data: bytes) -> Answer | None:
    """The answer that the data holds, or ``None`` while some of it is missing."""
    end = data.find(HEAD_END)
    if end < 0:
        return None
    head, start = data[: end + 2], end + len(HEAD_END)
    status = int(data[9:12])
    length = 0 if status in WITHOUT_BODY else _length(head)
    if len(data) < start + length:
        return None
    return Answer(status, head, data[start : start + length])


def _length(head: bytes) -> int:
    at = head.lower().find(LENGTH)
    if at < 0:
        raise ValueError(f"An answer without Content-Length: {head[:200]!r}")
    return int(head[at + len(LENGTH) : head.index(b"\r\n", at + len(LENGTH))])


class Connection(asyncio.Protocol):
    """One connection with at most one request under way.

    ``on_answer`` is told each answer, or ``None`` when the connection was lost while one was due.
    """

    def __init__(self, on_answer: Callable[["Connection", Answer | None], None]) -> None:
        self._on_answer = on_answer
        self._received = b""
        self._due = False
        self.started = 0.0  # when what is under way should have been sent

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass

    @property
    def is_open(self) -> bool:
        """Whether a request can be sent."""
        return not self._transport.is_closing()

    def send(self, request: bytes, started: float) -> None:
        """Send a request whose time counts from ``started``."""
        self.started, self._due, self._received = started, True, b""
        if self._transport.is_closing():
            self.connection_lost(None)
        else:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Collect; tell the answer when it is whole."""
        self._received += data
        if answer := read_answer(self._received):
            self._due = False
            self._on_answer(self, answer)

    def connection_lost(self, _: Exception | None) -> None:
        """Tell if an answer was due."""
        if self._due:
            self._due = False
            self._on_answer(self, None)

    def close(self) -> None:
        """Hang up without a word."""
        self._due = False
        self._transport.abort()


async def connect(port: int, on_answer: Callable[[Connection, Answer | None], None]) -> Connection:
    """A connection to a loopback port."""
    loop = asyncio.get_running_loop()
    _, made = await loop.create_connection(lambda: Connection(on_answer), "127.0.0.1", port)
    return made
