"""uvicorn's HTTP protocol, with an end to waiting for those who are slow to send a request."""

import asyncio
import time
from collections.abc import Collection
from typing import Any, Protocol
from urllib.parse import unquote

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.middleware import head_of
from api.protocol_errors import SlowRequest
from api.refusals import Refusals

LOOKS = 20  # at all connections, in the time that a request may take
BYTES_FOR_A_SECOND = 16 * 1024  # of a body that is large: so many more, a second more
CLOSE = b"connection: close\r\n"
SLOW = SlowRequest()


class Timed(Protocol):
    """A connection that may be waiting for its client."""

    def end_if_slow(self, now: float) -> None:
        """Hang up where the client took too long."""


class Patience:
    """How long clients may take; looks at all connections now and then, so requests have no timer.

    A request has so many seconds to arrive, and a new connection to send one. It is looked for a
    little earlier: nobody has more.
    """

    def __init__(self, seconds: float) -> None:
        self._pause = seconds / LOOKS
        self.longest = seconds - self._pause
        self._is_looking = False

    def watch(self, connections: Collection[Timed]) -> None:
        """Look at these connections, as long as there are any."""
        if not self._is_looking:
            self._is_looking = True
            asyncio.get_running_loop().call_later(self._pause, self._look, connections)

    def _look(self, connections: Collection[Timed]) -> None:
        self._is_looking = False
        now = time.monotonic()
        for each in list(connections):
            each.end_if_slow(now)
        if connections:
            self.watch(connections)


class TimedProtocol(HttpToolsProtocol):
    """Ends connections whose client takes too long over a head or a body: 408, or without a word.

    Between requests the server's own timer ends them.
    """

    patience: Patience
    refusals: Refusals

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._begun: float | None = None  # when what arrives began to
        self._received = 0  # bytes of its body
        self._is_between = True  # requests: no byte of one is read
        self._has_head = False

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._begun = time.monotonic()
        self.patience.watch(self.connections)  # type: ignore[arg-type]

    def on_message_begin(self) -> None:
        """Take the first byte of a request."""
        self._begun, self._is_between = time.monotonic(), False
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._received += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop waiting: the request is here."""
        self._begun, self._received = None, 0
        self._is_between, self._has_head = True, False
        super().on_message_complete()

    def end_if_slow(self, now: float) -> None:
        """Hang up where the client took too long."""
        if self._begun is None and self._is_between and self.timeout_keep_alive_task is None:
            self._begun = now  # it may send blank lines for ever
        if self._begun is None or self.transport.is_closing():
            return
        if self.flow.read_paused or (self._owes_answer() and not self._has_head):
            self._begun = now  # it is we who are slow
        elif now - self._begun >= self.patience.longest + self._received // BYTES_FOR_A_SECOND:
            self._say_slow()
            self.transport.close()

    def _owes_answer(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _say_slow(self) -> None:
        """Tell it who has sent a part of a request and got no part of an answer."""
        cycle: Any = self.cycle
        is_answered = self._has_head and (cycle.response_complete or cycle.response_started)
        if self.scope is None or is_answered:
            return
        method, path, head = "", "/", {}
        if self._has_head:
            method = self.parser.get_method().decode()
            path, head = path_of(self.url), head_of(self.headers)
            cycle.disconnected = True  # what else would be said is not sent
        scope: Any = self.scope
        self._write(*self.refusals.answer(SLOW, method, path, head, scope, CLOSE))

    def _write(self, status: int, parts: tuple[bytes, ...]) -> None:
        own = [b"%s: %s\r\n" % header for header in self.server_state.default_headers]
        self.transport.write(b"".join([STATUS_LINE[status], *own, *parts]))


def path_of(url: bytes) -> str:
    """The path of an address, as a problem document tells it."""
    return unquote(url.partition(b"?")[0].decode("latin-1"))
