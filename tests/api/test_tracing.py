"""Spans arrive at a collector, tell the way of a request, and say nothing that it asked or told."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import structlog
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from api import logs, tracing
from models import Database
from settings import BadSettingError
from tests.api.quickly import both, run
from tests.api.test_metrics import every_third_commit_failing
from tests.factories import Bank
from tests.measured import SUBMITTING
from tests.processes import questions
from tests.quietly import logging_as

ADDRESS = "/v1/questions/rivers/submissions"
LEARNER = "learner-4711"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CALLED = {"traceparent": f"00-{TRACE}-{PARENT}-01", "baggage": f"learner={LEARNER}"}
ENDPOINT, QUERY = "OTEL_EXPORTER_OTLP_ENDPOINT", f"?learner={LEARNER}"


class Collector(HTTPServer):
    """Takes what is exported by OTLP over HTTP."""

    def __init__(self) -> None:
        self.requests: list[ExportTraceServiceRequest] = []
        super().__init__(("127.0.0.1", 0), Taking)

    @property
    def spans(self) -> list[Span]:
        """All spans that have arrived."""
        resources = (each for request in self.requests for each in request.resource_spans)
        return [span for each in resources for scope in each.scope_spans for span in scope.spans]

    def resource(self) -> dict[str, str]:
        """What the first spans are of."""
        attributes = self.requests[0].resource_spans[0].resource.attributes
        return {each.key: each.value.string_value for each in attributes}


class Taking(BaseHTTPRequestHandler):
    """Reads one export."""

    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.path == "/v1/traces"
        self.server.requests.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    thread = threading.Thread(target=collector.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        collector.shutdown()
        thread.join()
        collector.server_close()


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector to which the environment leads."""
    with collecting() as collector:
        monkeypatch.setenv(ENDPOINT, f"http://127.0.0.1:{collector.server_port}")
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
        yield collector


def test_spans_arrive_and_hold_no_content(
    own_database: Database,
    collector: Collector,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bank = Bank(own_database)
    rhine, *_ = bank.publish().option_ids
    _, key = bank.key("integration")
    answer = {"selected": [rhine], "learner": LEARNER}

    async def ask() -> None:
        async with both(own_database, otel=True) as (app, quick, plain):
            for client in (plain, quick):
                await client.get("/v1/questions/rivers", headers=CALLED)
                assert (await client.post(ADDRESS, json=answer)).status_code == 201
            await plain.get(f"/v1/submissions{QUERY}", headers=key | CALLED)
            await plain.get(f"/v1/{LEARNER}{QUERY}")
            with every_third_commit_failing(own_database):
                statuses = [(await plain.post(ADDRESS, json=answer)).status_code for _ in range(3)]
            assert statuses == [201, 201, 503]
        await asyncio.to_thread(app.state.observer.stop)

    # A command of another test may have configured the logs of this process.
    monkeypatch.setattr(logs._requests, "are_told", True)
    monkeypatch.setattr(logs._requests, "as_json", False)
    with lines_as_the_service_writes_them():
        run(ask)
    assert caplog.messages == []
    spans = collector.spans
    served = [each for each in spans if each.kind == Span.SPAN_KIND_SERVER]
    assert sorted(each.name for each in served) == sorted(
        ["GET /v1/questions/{name}"] * 2
        + [f"POST {SUBMITTING}"] * 5
        + ["GET /v1/submissions", "GET (none)"]
    )
    of_caller = [each for each in served if each.trace_id.hex() == TRACE]
    assert {each.parent_span_id.hex() for each in of_caller} == {PARENT}
    assert len(of_caller) == 3
    (listing,) = (each for each in served if each.name == "GET /v1/submissions")
    inside = [each.name for each in spans if each.parent_span_id == listing.span_id]
    assert "database read" in inside
    batches = {each.span_id: each for each in spans if each.name == "store submissions"}
    assert {attributes(each)["size"] for each in batches.values()} == {1}
    writes = [each for each in spans if each.parent_span_id in batches]
    assert {each.name for each in writes} == {"database write"}
    failed = {each.name for each in spans if each.status.code == Status.STATUS_CODE_ERROR}
    assert failed == {f"POST {SUBMITTING}", "store submissions", "database write"}
    assert all(each.end_time_unix_nano >= each.start_time_unix_nano for each in spans)
    told = " ".join(str(request) for request in collector.requests)
    token = key["Authorization"].removeprefix("Bearer ")
    for secret in (LEARNER, rhine, token.split("_")[2], "rivers", "COMMIT", "planted"):
        assert secret not in told
    assert collector.resource()["deployment.environment.name"] == "test"
    assert collector.resource()["service.name"] == "questions"
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line[:1] == "{"]
    requests = {line["span_id"]: line for line in lines if line["event"] == "request"}
    assert requests.keys() == {each.span_id.hex() for each in served}
    assert sum(line["trace_id"] == TRACE for line in requests.values()) == 3
    (failure,) = (line for line in lines if line["event"] == "database_unavailable")
    assert failure["span_id"] in requests


def lines_as_the_service_writes_them() -> AbstractContextManager[None]:
    """Log lines tell what is bound to the request."""
    before = structlog.get_config()["processors"]
    return logging_as(processors=[structlog.contextvars.merge_contextvars, *before])


def attributes(span: Span) -> dict[str, int | str]:
    """What a span tells beside its name."""
    return {each.key: each.value.int_value or each.value.string_value for each in span.attributes}


def test_nobody_is_called_without_the_setting(own_database: Database, collector: Collector) -> None:
    Bank(own_database).publish()

    async def ask() -> None:
        async with both(own_database) as (app, quick, _):
            assert (await quick.get("/v1/questions/rivers", headers=CALLED)).status_code == 200
        await asyncio.to_thread(app.state.observer.stop)

    run(ask)
    assert collector.requests == []


@pytest.mark.parametrize("workers", ["1", "2"])
def test_without_the_libraries_a_start_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, workers: str
) -> None:
    monkeypatch.setattr(tracing, "IS_INSTALLED", False)
    with pytest.raises(BadSettingError):
        tracing.Tracing()
    questions("migrate", cwd=tmp_path)
    ended = questions("serve", "--workers", workers, cwd=tmp_path, QUESTIONS_OTEL="true")
    assert (ended.exit_code, ended.stderr) == (1, f"{tracing.NOT_INSTALLED}\n")
