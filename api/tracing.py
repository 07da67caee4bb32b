"""Spans of requests, transactions and commits for OpenTelemetry, where the setting asks for them.

FastAPI's own would tell paths and queries, which name questions and learners, and know nothing of
the short ways past it. What is told here: routes, methods, statuses, kinds and numbers.
"""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import Token
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import structlog

from settings import BadSettingError

try:  # what the extra brings
    from opentelemetry import context, trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError:
    IS_INSTALLED = False
else:
    IS_INSTALLED = True

VERSION = version("question-service")
NAME = "OTEL_SERVICE_NAME"
NOT_INSTALLED = (
    "QUESTIONS_OTEL asks for traces, whose library is not installed: "
    "install requirements/otel.txt, or set QUESTIONS_OTEL=false."
)
PROPAGATED = ("traceparent", "tracestate")  # of the client's headers; baggage is not ours to tell


Ids = Mapping[str, str]  # what finds a span from a log line


@dataclass(frozen=True, slots=True)
class Begun:
    """A request whose span is open."""

    span: "trace.Span"
    token: Token[Any]


class Tracing:
    """Makes spans and sends them to where the OTEL_* variables say."""

    def __init__(self) -> None:
        require_library()
        named = {} if os.environ.get(NAME) else {"service.name": "questions"}
        resource = Resource.create({**named, "service.version": VERSION})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._propagator = TraceContextTextMapPropagator()
        self._tracer = self._provider.get_tracer("questions", VERSION)

    def begin(self, head: Mapping[bytes, bytes]) -> Begun:
        """Open the span of a request, as a part of what the client says it belongs to."""
        span = self._request_span(head, time.time_ns())
        structlog.contextvars.bind_contextvars(**_ids(span))
        return Begun(span, context.attach(trace.set_span_in_context(span)))

    def end(self, begun: Begun, method: str, route: str, status: int) -> Ids:
        """Close the span of a request that is answered."""
        structlog.contextvars.unbind_contextvars(*_ids(begun.span))
        context.detach(begun.token)
        return self._close(begun.span, method, route, status)

    def answered(
        self, head: Mapping[bytes, bytes], method: str, route: str, status: int, seconds: float
    ) -> Ids:
        """The span of a request that was answered just now, after so long."""
        span = self._request_span(head, time.time_ns() - int(seconds * 1e9))
        return self._close(span, method, route, status)

    @contextmanager
    def batch(self, size: int) -> Iterator[None]:
        """A span around storing so many submissions, in which their transaction is."""
        with _ended(
            self._tracer.start_span("store submissions", attributes={"size": size})
        ) as span:
            token = context.attach(trace.set_span_in_context(span))
            try:
                yield
            finally:
                context.detach(token)

    @contextmanager
    def transaction(self, kind: str) -> Iterator[None]:
        """A span around a transaction. Nothing is in it: it may end in another thread's context."""
        with _ended(self._tracer.start_span(f"database {kind}")):
            yield

    def stop(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    def _request_span(self, head: Mapping[bytes, bytes], at: int) -> "trace.Span":
        stated = {name: head.get(name.encode(), b"").decode("latin-1") for name in PROPAGATED}
        parent = self._propagator.extract({name: value for name, value in stated.items() if value})
        return self._tracer.start_span(
            "request", context=parent, kind=trace.SpanKind.SERVER, start_time=at
        )

    def _close(self, span: "trace.Span", method: str, route: str, status: int) -> Ids:
        span.update_name(f"{method} {route}")
        told = {"http.request.method": method, "http.route": route}
        span.set_attributes({**told, "http.response.status_code": status})
        if status == 0 or status >= 500:
            span.set_status(trace.StatusCode.ERROR)
        span.end()
        return _ids(span)


@contextmanager
def _ended(span: "trace.Span") -> Iterator["trace.Span"]:
    """End the span with the block. Of an error only its kind is told."""
    try:
        yield span
    except Exception as error:
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(trace.StatusCode.ERROR)
        raise
    finally:
        span.end()


def require_library() -> None:
    """Raise :class:`BadSettingError` if what makes spans is not there."""
    if not IS_INSTALLED:
        raise BadSettingError(NOT_INSTALLED)


def _ids(span: "trace.Span") -> Ids:
    named = span.get_span_context()
    return {
        "trace_id": trace.format_trace_id(named.trace_id),
        "span_id": trace.format_span_id(named.span_id),
    }
