"""uvicorn's HTTP protocol, with a short way for the two requests that are sent most."""

import asyncio
from collections.abc import Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

from starlette.types import Scope

from api.admission import NEVER_REFUSED, READS, Admission
from api.draining import Drain
from api.middleware import head_of
from api.protocol_errors import Overloaded, ProtocolError
from api.quick_answers import Head, QuickAnswers
from api.quick_submissions import Asked, QuickSubmissions
from api.response_cache import LEARNER_DOOR
from api.revision_checks import State
from api.timed_protocol import TimedProtocol, path_of

READING, ANSWERING = (b"%s %s" % (method, LEARNER_DOOR.encode()) for method in (b"GET", b"POST"))
END = b"\r\n\r\n"
NAMED = b"uthorization:"  # in bytes of somebody who sends a key
SCHEMES = {b"http": "http", b"https": "https"}
# What the server holds for the last request of a connection, once that is answered.
ANSWERED: Any = SimpleNamespace(response_complete=True, message_event=asyncio.Event())
OVERLOADED = Overloaded()
WITHOUT_SHORT_WAY = frozenset({b"HEAD", b"OPTIONS"})


class Answering:
    """What the server holds for a request whose answer is stored just now."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.body = bytearray()
        self.message_event = asyncio.Event()
        self.more_body = self.keep_alive = True
        self.response_started = self.response_complete = self.disconnected = False


class QuickProtocol(TimedProtocol):
    """Looks for a short way as soon as the head of a request is read.

    That needs none of what the server makes for an application: a task, a scope, an event. Bytes
    that may ask for a kept answer, or come with a key, wait until the state of the bank is read,
    which so is read after they have arrived. All else, and every other request, is the server's.

    What cannot be answered in time is refused here, before anything else is done for it.
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
        self._admission: Admission = app.admission
        self._admission.tasks = self.tasks
        self.refusals, self.patience = app.refusals, app.patience
        self._state: State | None = None
        self._held: list[bytes] = []
        self._is_surplus = False
        self._refused: tuple[str, str, Head, Scope] | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._is_surplus = len(self.connections) > self._admission.most_connections

    def connection_lost(self, exc: Exception | None) -> None:
        """Give up what the client has not sent to its end."""
        current: Any = self.cycle
        if isinstance(current, Answering) and current.more_body:
            self._admission.answering -= 1
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes from the client."""
        if self._held:
            self._held.append(data)
            self.flow.pause_reading()
        elif (checks := self._answers.checks) is not None and self._has_to_wait(data):
            self._held.append(data)
            self._unset_keepalive_if_required()
            self._admission.hold(checks, self._take_held, is_read=data.startswith(READING))
        elif self._admission.refuses_reads and data.startswith(READING):
            self._refuse_read(data)
        else:
            super().data_received(data)

    def _has_to_wait(self, data: bytes) -> bool:
        """Whether the state of the bank is needed, and worth to wait for."""
        if data.startswith(READING):
            return not (self._admission.refuses_reads or self._is_surplus)
        return data.startswith(ANSWERING) and NAMED in data

    def _refuse_read(self, data: bytes) -> None:
        """Refuse the same bytes as before at once: to read them takes as long as all else."""
        is_first = self._is_between and not self._owes_answer()
        is_first = is_first and not self.flow.write_paused and not self._is_surplus
        if is_first and (answer := self.refusals.again(OVERLOADED, data)):
            self._write(*answer)
            self._admission.note_refusal()
            self.on_response_complete()
            return
        self._refused = None
        super().data_received(data)
        is_whole = self._is_between and data.find(END) == len(data) - len(END)
        if is_first and is_whole and self._refused is not None:
            self.refusals.remember(data, *self._refused)

    def _take_held(self, state: State | None) -> None:
        """Take the bytes for which the state was read; those that came later need another look."""
        (data, *later), self._held = self._held, []
        if later:
            self.flow.resume_reading()
        if self.parser is None:  # the client has gone
            return
        self._state = state
        super().data_received(data)
        self._state = None
        for each in later:
            self.data_received(each)

    def on_headers_complete(self) -> None:
        """Answer the request whose head is read, refuse it, or let the server do it."""
        self._has_head = True
        if self._is_usual():
            if not self._is_taken(head_of(self.headers)):
                super().on_headers_complete()
            return
        if error := self._overload():
            self.scope["refused"] = error  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()
        if self._is_surplus or (error and self.expect_100_continue):
            self.cycle.keep_alive = False

    def _is_usual(self) -> bool:
        return (
            (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and not self._is_surplus
            and not self.expect_100_continue
            and self.parser.get_method() not in WITHOUT_SHORT_WAY
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
            and not self.transport.is_closing()
            and not self._drain.is_begun
        )

    def _is_taken(self, head: Head) -> bool:
        """Whether the request goes a short way: answered now, or as soon as its body is here."""
        method = self.parser.get_method()
        if method == b"GET" and self._state is not None and self._sends_kept(head, self._state):
            return True
        if self.url.partition(b"?")[0] in NEVER_REFUSED:
            return False
        if method == b"POST" and (asked := self._asked(head)):
            return self._refuses_excess(head) or self._awaits_body(asked, head)
        return self._refuses_excess(head) or self._refuses_overload(head)

    def _overload(self) -> ProtocolError | None:
        """The error of a request for which there is no place; the service's health has one."""
        if self.url.partition(b"?")[0] in NEVER_REFUSED:
            return None
        is_read = self.parser.get_method() in READS
        if self._is_surplus or not self._admission.may_begin(is_read=is_read):
            self._admission.note_refusal()
            return OVERLOADED
        return None

    def _refuses_overload(self, head: Head) -> bool:
        error = self._overload()
        if error is not None:
            self._refuse(error, head)
        return error is not None

    def _refuses_excess(self, head: Head) -> bool:
        """Whether the client has asked too often; its body is read only to be forgotten."""
        client, key = self._client_of(head), head.get(b"authorization")
        excess = self._submissions.limits.excess(client, key)
        if excess is not None:
            self._refuse(excess[0], head, excess[1])
        return excess is not None

    def _refuse(self, error: ProtocolError, head: Head, limits: bytes = b"") -> None:
        method = self.parser.get_method().decode()
        self._refused = asked = method, path_of(self.url), head, self._scope_of(head)
        self._write(*self.refusals.answer(error, *asked, limits))
        self.cycle = ANSWERED
        self.on_response_complete()

    def _sends_kept(self, head: Head, state: State) -> bool:
        client, scheme = self._client_of(head), self._scheme_of(head)
        found = self._answers.find(self.url, head, client, scheme, state)
        if found is not None:
            self._write(*found)
            self.cycle = ANSWERED
            self.on_response_complete()
        return found is not None

    def _asked(self, head: Head) -> Asked | None:
        client, scope = self._client_of(head), self._scope_of(head)
        return self._submissions.begin(self.url, head, client, scope, self._state)

    def _awaits_body(self, asked: Asked, head: Head) -> bool:
        if self._admission.may_answer(self._submissions.longest_queue):
            self._admission.answering += 1
            self.cycle = Answering(asked)  # type: ignore[assignment]
        else:
            self._admission.note_refusal()
            self._refuse(OVERLOADED, head)
        return True

    def on_message_complete(self) -> None:
        """Store the answer whose body is here."""
        super().on_message_complete()
        current: Any = self.cycle
        if not isinstance(current, Answering) or current.response_complete:
            return
        body = bytes(current.body)
        if not self._submissions.submit(current.asked, body, partial(self._finish, current)):
            self._admission.answering -= 1
            self.cycle = ANSWERED  # and now the long way, from its begin
            super().on_headers_complete()
            self.cycle.body += body
            super().on_message_complete()

    def _finish(self, current: Answering, status: int, parts: tuple[bytes, ...]) -> None:
        """Send what became of an answer, perhaps long after its request was read."""
        self._admission.answering -= 1
        current.response_complete = True
        if not self.transport.is_closing():
            self._write(status, parts)
            if not current.keep_alive:
                self.transport.close()
        self.on_response_complete()

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
