"""uvicorn's HTTP protocol, which sends a kept answer before it makes a request of what arrives."""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.middleware import head_of
from api.quick_answers import QuickAnswers
from api.response_cache import LEARNER_DOOR
from api.revision_checks import State

START = b"GET " + LEARNER_DOOR.encode()
# What the server holds for the last request of a connection, once that is answered.
ANSWERED: Any = SimpleNamespace(response_complete=True, message_event=asyncio.Event())


class QuickProtocol(HttpToolsProtocol):
    """Looks for a kept answer as soon as the head of a request is read.

    That needs none of what the server makes for an application: a task, a scope, an event. Bytes
    that may ask for one wait until the state of the bank is read, which so is read after they have
    arrived. All else, and every other request, is the server's.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        app: Any = self.app
        self._trusted: Any = ()  # proxies
        while not hasattr(app, "quick_answers"):
            self._trusted, app = getattr(app, "trusted_hosts", self._trusted), app.app
        self._quick: QuickAnswers = app.quick_answers
        self._state: State | None = None
        self._held: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        """Take bytes from the client."""
        if self._held:
            self._held.append(data)
        elif self._quick.checks is None or not data.startswith(START):
            super().data_received(data)
        else:
            self._held.append(data)
            self._unset_keepalive_if_required()
            self._quick.checks.tell(self._take_held)

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
        if self._state is not None and self._may_answer():
            head = head_of(self.headers)
            answer = self._quick.find(self.url, head, self._client_of(head), self._state)
            if answer is not None:
                self._send(answer)
                return
        super().on_headers_complete()

    def _may_answer(self) -> bool:
        """Whether it is the turn of a usual request."""
        return (
            (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and self.parser.get_method() == b"GET"
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
            and not self.transport.is_closing()
        )

    def _client_of(self, head: Mapping[bytes, bytes]) -> tuple[str, int] | None:
        """Whose request it is: uvicorn believes the proxies that it trusts, and so do we."""
        stated = head.get(b"x-forwarded-for")
        if stated and self.client and self.client[0] in self._trusted:
            host, port = self._trusted.get_trusted_client_address(stated.decode("latin-1"))
            return (host, port) if host else self.client
        return self.client

    def _send(self, answer: tuple[bytes, ...]) -> None:
        status, *others = answer
        own = [b"%s: %s\r\n" % header for header in self.server_state.default_headers]
        self.transport.write(b"".join([status, *own, *others]))
        self.cycle = ANSWERED
        self.on_response_complete()

    def shutdown(self) -> None:
        """End after the answers that are owed."""
        if self._held:
            self._take_held(None)
        super().shutdown()
