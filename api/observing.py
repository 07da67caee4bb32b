"""Every request is told three times: as a measurement, as a line and, if wished, as a span."""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from api.logs import log_request
from api.measurements import Measurements
from api.protocol_errors import RateLimited
from api.tracing import Begun, Ids, Tracing
from models.watching import Watch

NO_ROUTE = "(none)"
NO_IDS: Ids = {}


class Observer(Watch):
    """Hears of requests, transactions and commits, and tells who measures, logs and traces."""

    def __init__(
        self, measurements: Measurements | None = None, tracing: Tracing | None = None
    ) -> None:
        self.measurements = measurements or Measurements()
        self._tracing = tracing

    def begin(self, head: Mapping[bytes, bytes]) -> Begun | None:
        """A request begins, which may take a while."""
        self.measurements.in_flight += 1
        return self._tracing.begin(head) if self._tracing else None

    def end(
        self,
        begun: Begun | None,
        *,
        request_id: bytes,
        method: str,
        route: object,
        status: int,
        started: float,
    ) -> None:
        """It ended with that status, zero if there was no answer; it began at ``started``.

        That is a ``time.perf_counter()``. Of the route the template is told, never path or query:
        they may name learners.
        """
        self.measurements.in_flight -= 1
        if status == RateLimited.status:
            self.measurements.rate_limited.inc()
        seconds, template = time.perf_counter() - started, getattr(route, "path", NO_ROUTE)
        self.measurements.of_requests(method, template, status)(seconds)
        ids = NO_IDS
        if begun and self._tracing:
            ids = self._tracing.end(begun, method, template, status)
        log_request(request_id, method, template, status, seconds, ids)

    def answered(
        self,
        head: Mapping[bytes, bytes],
        *,
        request_id: bytes,
        method: str,
        route: object,
        status: int,
        started: float,
    ) -> None:
        """A request that took a short way was answered just now."""
        seconds, template = time.perf_counter() - started, getattr(route, "path", NO_ROUTE)
        self.measurements.of_requests(method, template, status)(seconds)
        ids = NO_IDS
        if self._tracing:
            ids = self._tracing.answered(head, method, template, status, seconds)
        log_request(request_id, method, template, status, seconds, ids)

    def refused(self, method: str, status: int) -> None:
        """A request was refused by its head; a line of it would cost more than it did."""
        if status == RateLimited.status:
            self.measurements.rate_limited.inc()
        self.measurements.of_requests(method, NO_ROUTE, status)(0.0)

    def batch(self, size: int) -> AbstractContextManager[object]:
        """What is around storing so many submissions at once."""
        return self._tracing.batch(size) if self._tracing else nullcontext()

    def transaction(self, kind: str) -> AbstractContextManager[object]:
        """What is around a transaction."""
        return self._tracing.transaction(kind) if self._tracing else nullcontext()

    def committed(self, seconds: float, info: Mapping[Any, Any]) -> None:
        """A commit succeeded."""
        self.measurements.committed(seconds, info)

    def stop(self) -> None:
        """Send the spans that are left."""
        if self._tracing:
            self._tracing.stop()
