"""Kept answers as the bytes that go out, for requests that need nothing but one of them.

They say what the layers of the application would say; a test compares the two.
"""

import time
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote

import httptools

from api.kept_answers import lines_of
from api.middleware import Cors, request_id_of
from api.observing import Observer
from api.rate_limits import RateLimits
from api.response_cache import ResponseCache, canonical
from api.revision_checks import RevisionChecks, State
from api.safe_headers import OF_DATA, is_by_tls, safe_headers

Head = Mapping[bytes, bytes]

# By whether clients come by TLS.
ON_TOP = [lines_of([*safe_headers(is_secure), OF_DATA]) for is_secure in (False, True)]
OTHERS = frozenset({b"content-length", b"transfer-encoding", b"expect"})  # they tell of a body


class QuickAnswers:
    """Answers GET requests from what a response cache keeps, as the layers around it would."""

    def __init__(
        self,
        cache: ResponseCache,
        limits: RateLimits,
        cors: Cors,
        observer: Observer,
        base_url: str,
    ) -> None:
        self._cache, self._limits, self._cors = cache, limits, cors
        self._observer, self._base_url = observer, base_url

    @property
    def checks(self) -> RevisionChecks | None:
        """What tells the state of the bank; none where nothing is kept."""
        return self._cache.checks

    def find(
        self, url: bytes, head: Head, client: tuple[str, int] | None, scheme: str, state: State
    ) -> tuple[int, tuple[bytes, ...]] | None:
        """The status of a response, and its parts behind the server's own headers.

        The state must have been read for this request. ``None`` where it has to go the long way;
        then it is counted and logged there.
        """
        started = time.perf_counter()
        if not OTHERS.isdisjoint(head):
            return None
        if (found := self._cache.find(*_named(url), head, state)) is None:
            return None
        if (limits := self._limits.allow(client, head.get(b"authorization"))) is None:
            return None
        (kept, variant), request_id = found, request_id_of(head)
        known = head.get(b"if-none-match")
        status = 304 if known is not None and variant.is_among(known) else 200
        self._observer.answered(
            head,
            request_id=request_id,
            method="GET",
            route=kept.route,
            status=status,
            started=started,
        )
        is_secure = is_by_tls(scheme, self._base_url)
        marks = marks_of(limits, self._cors.lines(head.get(b"origin")), request_id, is_secure)
        if status == 304:
            return status, (variant.lines_of_304, marks)
        return status, (variant.lines, marks, variant.body)


def marks_of(limits: bytes, of_origin: bytes, request_id: bytes, is_secure: bool) -> bytes:
    """What every answer gets on top of its own headers, and the end of the headers."""
    safe = ON_TOP[is_secure]
    return b"%s%sx-request-id: %s\r\n%s\r\n" % (limits, of_origin, request_id, safe)


@lru_cache(maxsize=10_000)
def _named(url: bytes) -> tuple[str, bytes]:
    """The path and the query of an address, as the cache knows them."""
    parsed = httptools.parse_url(url)
    return unquote(parsed.path.decode("ascii")), canonical(parsed.query or b"")
