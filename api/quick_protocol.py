"""uvicorn's HTTP protocol, with a short way for the two requests that are sent most."""

import asyncio
from collections.abc import Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.draining import Drain
from api.middleware import head_of
from api.quick_answers import QuickAnswers
from api.quick_submissions import Asked, QuickSubmissions
from api.response_cache import LEARNER_DOOR
from api.revision_checks import State

READING, ANSWERING = (b"%s %s" % (method, LEARNER_DOOR.encode()) for method in (b"GET", b"POST"))
NAMED = b"uthorization:"  # in bytes of somebody who sends a key
SCHEMES = {b"http": "http", b"https": "https"}
# What the server holds for the last request of a connection, once that is answered.
ANSWERED: Any = SimpleNamespace(response_complete=True, message_event=asyncio.Event())


class Answering:
    """What the server holds for a request whose answer is stored just now."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.body = bytearray()
        self.message_event = asyncio.Event()
        self.more_body = self.keep_alive = True
        self.response_complete = self.disconnected = False


class QuickProtocol(HttpToolsProtocol):
    """Looks for a short way as soon as the head of a request is read.

    That needs none of what the server makes for an application: a task, a scope, an event. Bytes
    that may ask for a kept answer, or come with a key, wait until the state of the bank is read,
    which so is read after they have arrived. All else, and every other request, is the server's.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        app: Any = self.app
        self._trusted: Any = ()  # proxies
        while not hasattr(app, "quick_answers"):
            self._trusted, app = getattr(app, "trusted_hosts", self._trusted), app.app
        self._answers: QuickAnswers = app.quick_answers
        self._submissions: QuickSubmissions = app.quick_submissions
        self._drain: Drain = app.state.drain
        self._state: State | None = None
        self._held: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        """Take bytes from the client."""
        if self._held:
            self._held.append(data)
        elif self._answers.checks is not None and _needs_state(data):
            self._held.append(data)
            self._unset_keepalive_if_required()
            self._answers.checks.tell(self._take_held)
        else:
            super().data_received(data)

    def _take_held(self, state: State | None) -> None:
        """Take the bytes for which the state was read; those that came later need another look."""
        (data, *later), self._held = self._held, []
        if self.parser is None:  # the client has gone
            return
        self._state = state
        super().data_received(data)
        self._state = None
        for each in later:
            self.data_received(each)

    def on_headers_complete(self) -> None:
        """Answer the request whose head is read, or let the server do it."""
        if not self._is_usual() or not self._is_taken():
            super().on_headers_complete()

    def _is_usual(self) -> bool:
        return (
            (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
            and not self.transport.is_closing()
            and not self._drain.is_begun
        )

    def _is_taken(self) -> bool:
        """Whether the request goes a short way: answered now, or as soon as its body is here."""
        method = self.parser.get_method()
        if method == b"GET" and self._state is not None:
            return self._sends_kept(self._state)
        return bool(method == b"POST") and self._awaits_body()

    def _sends_kept(self, state: State) -> bool:
        head = head_of(self.headers)
        client, scheme = self._client_of(head), self._scheme_of(head)
        found = self._answers.find(self.url, head, client, scheme, state)
        if found is not None:
            self._write(*found)
            self.cycle = ANSWERED
            self.on_response_complete()
        return found is not None

    def _awaits_body(self) -> bool:
        head = head_of(self.headers)
        client, scope = self._client_of(head), self._scope_of(head)
        asked = self._submissions.begin(self.url, head, client, scope, self._state)
        if asked is not None:
            self.cycle = Answering(asked)  # type: ignore[assignment]
        return asked is not None

    def on_message_complete(self) -> None:
        """Store the answer whose body is here."""
        current: Any = self.cycle
        if not isinstance(current, Answering) or current.response_complete:
            super().on_message_complete()
            return
        body = bytes(current.body)
        if not self._submissions.submit(current.asked, body, partial(self._finish, current)):
            self.cycle = ANSWERED  # and now the long way, from its begin
            super().on_headers_complete()
            self.cycle.body += body
            super().on_message_complete()

    def _finish(self, current: Answering, status: int, parts: tuple[bytes, ...]) -> None:
        """Send what became of an answer, perhaps long after its request was read."""
        current.response_complete = True
        if not self.transport.is_closing():
            self._write(status, parts)
            if not current.keep_alive:
                self.transport.close()
        self.on_response_complete()

    def _write(self, status: int, parts: tuple[bytes, ...]) -> None:
        own = [b"%s: %s\r\n" % header for header in self.server_state.default_headers]
        self.transport.write(b"".join([STATUS_LINE[status], *own, *parts]))

    def _client_of(self, head: Mapping[bytes, bytes]) -> tuple[str, int] | None:
        """Whose request it is: uvicorn believes the proxies that it trusts, and so do we."""
        stated = head.get(b"x-forwarded-for")
        if stated and self._is_of_proxy():
            host, port = self._trusted.get_trusted_client_address(stated.decode("latin-1"))
            return (host, port) if host else self.client
        return self.client

    def _scope_of(self, head: Mapping[bytes, bytes]) -> Scope:
        """What is known of the request so far."""
        return {**self.scope, "scheme": self._scheme_of(head)}

    def _scheme_of(self, head: Mapping[bytes, bytes]) -> str:
        """How the client came, as far as a proxy that is trusted says it."""
        stated = SCHEMES.get(head.get(b"x-forwarded-proto", b"").strip())
        return stated if stated and self._is_of_proxy() else str(self.scope["scheme"])

    def _is_of_proxy(self) -> bool:
        return bool(self.client and self.client[0] in self._trusted)

    def shutdown(self) -> None:
        """End after the answers that are owed."""
        if self._held:
            self._take_held(None)
        super().shutdown()


def _needs_state(data: bytes) -> bool:
    return data.startswith(READING) or (data.startswith(ANSWERING) and NAMED in data)
