"""Answers of learners, read and told as bytes, as the route `submit_answer` would do it.

A test compares the two.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from types import SimpleNamespace
from typing import Any

from pydantic import ValidationError
from starlette.types import Scope

from api.dependencies import IDEMPOTENCY_KEY, LEARNER, LONGEST_KEY
from api.errors import response_to
from api.kept_answers import lines_of
from api.known_keys import KnownKeys, caller_of
from api.languages import content_language
from api.middleware import Cors, request_id_of
from api.observing import Observer
from api.questions import LONGEST_NAME
from api.quick_answers import marks_of
from api.rate_limits import RateLimits
from api.requests import JSON, UnreadableJson, read_json
from api.responses import PRIVATE
from api.revision_checks import State
from api.safe_headers import is_by_tls
from api.schemas.submissions import SubmissionIn, SubmissionOut
from api.submission_writer import SubmissionWriter
from domain.access import PUBLIC, Caller
from domain.errors import ServiceError
from models import now
from operations.grade_answer import Attempt, Graded
from operations.store_answers import Outcome

Send = Callable[[int, tuple[bytes, ...]], None]

ADDRESS = re.compile(rb"/v1/questions/([^/?%%\0]{1,%d})/submissions" % LONGEST_NAME)
ROUTE = SimpleNamespace(path="/v1/questions/{name}/submissions")  # as the log tells it
KEY = re.compile(IDEMPOTENCY_KEY.encode())
LENGTH, LONGEST_BODY = re.compile(rb"[0-9]{1,5}"), 60_000  # where the server stops taking more
LINES = lines_of([(b"cache-control", PRIVATE.encode()), (b"content-type", JSON.encode())])
REPLAYED = lines_of([(b"idempotency-replayed", b"true")])


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer whose body is still to come."""

    scope: Scope
    head: Mapping[bytes, bytes]
    client: tuple[str, int] | None
    question: str
    caller: Caller
    started: float


class QuickSubmissions:
    """Grades and stores the answers that most learners send, past the framework.

    What is not as usual, or wrong in itself, is the framework's, which has the words for it.
    """

    def __init__(self, service: Any, limits: RateLimits, cors: Cors) -> None:
        self._service, self.limits, self._cors = service, limits, cors
        self._observer: Observer = service.state.observer
        self._keys: KnownKeys = service.state.known_keys
        self._writer: SubmissionWriter = service.state.submission_writer
        self._is_public: bool = service.state.settings.public
        self._base_url: str = service.state.settings.base_url
        self.longest_queue: int = service.state.settings.answer_queue
        self._longest = min(LONGEST_BODY, service.state.settings.max_body_bytes)

    def begin(
        self,
        url: bytes,
        head: Mapping[bytes, bytes],
        client: tuple[str, int] | None,
        scope: Scope,
        state: State | None,
    ) -> Asked | None:
        """What the head of a POST request asks for, if only its body can be wrong."""
        if (address := ADDRESS.fullmatch(url)) is None or not self._is_usual(head):
            return None
        if (caller := self._caller(head.get(b"authorization"), state)) is None:
            return None
        return Asked(scope, head, client, address[1].decode("ascii"), caller, time.perf_counter())

    def _is_usual(self, head: Mapping[bytes, bytes]) -> bool:
        key, length = head.get(b"idempotency-key"), head.get(b"content-length", b"")
        return (
            head.get(b"content-type") == JSON.encode()
            and b"content-encoding" not in head
            and b"transfer-encoding" not in head
            and b"expect" not in head
            and LENGTH.fullmatch(length) is not None
            and int(length) <= self._longest
            and (key is None or (len(key) <= LONGEST_KEY and KEY.fullmatch(key) is not None))
        )

    def _caller(self, authorization: bytes | None, state: State | None) -> Caller | None:
        """Who answers, where nobody has to be looked up and asked what they may."""
        if authorization is None:
            return PUBLIC if self._is_public else None
        key = self._keys.remembered(authorization, state) if state else None
        if key is None:
            return None
        caller = caller_of(key)
        return caller if LEARNER.lets_in(caller) else None

    def submit(self, asked: Asked, body: bytes, send: Send) -> bool:
        """Grade and store an answer, and send what became of it, once.

        False where its request has to go the long way; then it is counted and logged there.
        """
        try:
            read = SubmissionIn.model_validate(read_json(body))
        except (UnreadableJson, ValidationError):
            return False
        limits = self.limits.allow(asked.client, asked.head.get(b"authorization"))
        if limits is None:
            return False
        key = asked.head.get(b"idempotency-key")
        attempt = Attempt(
            asked.question, read.answer(), asked.caller.id, now(), key.decode() if key else None
        )
        told = partial(self._tell, asked, limits, send)
        self._observer.measurements.in_flight += 1
        try:
            self._writer.submit_soon(attempt, told)
        except ServiceError as error:
            told(error)
        return True

    def _tell(self, asked: Asked, limits: bytes, send: Send, outcome: Outcome) -> None:
        self._observer.measurements.in_flight -= 1
        request_id = request_id_of(asked.head)
        is_secure = is_by_tls(asked.scope["scheme"], self._base_url)
        origin = self._cors.lines(asked.head.get(b"origin"))
        marks = marks_of(limits, origin, request_id, is_secure)
        if isinstance(outcome, Graded):
            status, parts = 201, _created(outcome)
        else:
            status, parts = self._refused(asked, request_id, outcome)
        self._observer.answered(
            asked.head,
            request_id=request_id,
            method="POST",
            route=ROUTE,
            status=status,
            started=asked.started,
        )
        *before, body = parts
        send(status, (*before, marks, body))

    def _refused(
        self, asked: Asked, request_id: bytes, error: Exception
    ) -> tuple[int, tuple[bytes, ...]]:
        path = ROUTE.path.format(name=asked.question)
        stated = {"path": path, "query_string": b"", "app": self._service}
        told = {"state": {"request_id": request_id.decode()}}
        response = response_to({**asked.scope, **stated, **told}, error)
        return response.status_code, (lines_of(response.raw_headers), bytes(response.body))


@lru_cache(1000)
def _lines_of_language(language: str) -> bytes:
    """The header that tells it, as it is sent."""
    told = content_language([language]).items()
    return lines_of([(name.lower().encode(), value.encode()) for name, value in told])


def _created(graded: Graded) -> tuple[bytes, ...]:
    body = SubmissionOut.json_of(graded)
    own = b"location: /v1/submissions/%s\r\ncontent-length: %d\r\n" % (
        str(graded.submission.id).encode(),
        len(body),
    )
    language = _lines_of_language(graded.version.language)
    return LINES, own, language, REPLAYED if graded.replayed else b"", body
