"""Refusals as the bytes that go out: the words of the documented way, made once and kept."""

from functools import lru_cache
from typing import Any, TypeAlias

from starlette.types import Scope

from api.errors import problem_response
from api.kept_answers import lines_of
from api.middleware import Cors, request_id_of
from api.observing import Observer
from api.protocol_errors import ProtocolError
from api.quick_answers import Head, marks_of
from api.safe_headers import is_by_tls

MOST_KEPT = 2000
Asked: TypeAlias = tuple[str, str, Head, Scope]  # method, path, headers, and where it came in
ID = "of-the-request"  # where the request's own id goes; the last such text is it
OF_EACH = b"content-length"


class Refusals:
    """Answers requests that are refused by their head, for a small part of what an answer costs."""

    def __init__(self, service: Any, cors: Cors) -> None:
        self._service, self._cors = service, cors
        self._observer: Observer = service.state.observer
        self._base_url: str = service.state.settings.base_url
        self._kept = lru_cache(MOST_KEPT)(self._made)
        self._asked: dict[bytes, Asked] = {}

    def answer(
        self,
        error: ProtocolError,
        method: str,
        path: str,
        head: Head,
        scope: Scope,
        limits: bytes = b"",
    ) -> tuple[int, tuple[bytes, ...]]:
        """The status of the answer, and its parts behind the server's own headers.

        Errors are told apart by who they are, so that the same one should be used again.
        """
        host = head.get(b"host", b"")
        lines, before, behind = self._kept(error, path, host, scope["scheme"], scope["server"])
        self._observer.refused(method, error.status)
        request_id = request_id_of(head)
        length = b"content-length: %d\r\n" % (len(before) + len(request_id) + len(behind))
        is_secure = is_by_tls(scope["scheme"], self._base_url)
        marks = marks_of(limits, self._cors.lines(head.get(b"origin")), request_id, is_secure)
        return error.status, (lines, length, marks, before, request_id, behind)

    def remember(self, data: bytes, method: str, path: str, head: Head, scope: Scope) -> None:
        """Keep what a request asked for whose bytes, all of them, are these."""
        if len(self._asked) >= MOST_KEPT:
            self._asked.clear()
        known = {each: scope[each] for each in ("scheme", "server")}
        self._asked[data] = method, path, head, known

    def again(self, error: ProtocolError, data: bytes) -> tuple[int, tuple[bytes, ...]] | None:
        """The answer to a request that is remembered: it need not be read to be refused."""
        asked = self._asked.get(data)
        return self.answer(error, *asked) if asked else None

    def _made(
        self, error: ProtocolError, path: str, host: bytes, scheme: str, server: tuple[str, int]
    ) -> tuple[bytes, bytes, bytes]:
        """The headers, and the document in two parts with the request's id between them."""
        scope = {
            "type": "http",
            "app": self._service,
            "headers": [(b"host", host)] if host else [],
            "path": path,
            "query_string": b"",
            "root_path": "",
            "scheme": scheme,
            "server": server,
            "state": {"request_id": ID},
        }
        response = problem_response(scope, error)
        before, _, behind = bytes(response.body).rpartition(ID.encode())
        lines = [one for one in response.raw_headers if one[0] != OF_EACH]
        return lines_of(lines), before, behind
