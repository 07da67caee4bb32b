"""Values at the edge of every field: refused by 4xx and a problem document, soon and in bounds."""

import asyncio
import json
import resource
import time
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from fastapi.exceptions import RequestValidationError
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Message, Scope

from api import requests
from models import Database
from tests.factories import Bank
from tests.torture.effort import LEVEL, effort
from tests.torture.hostile.boundaries import Case, cases
from tests.torture.journal import Journal

SLOWEST = 2.0  # seconds of processor time
LARGEST = 400 * 1024  # KiB more than before
TRIED = effort(60, 3_000, 1_000_000)
MEGABYTE = 1024 * 1024
HUGE = 200  # MiB
ALL = list(cases())


class Told(dict[str, Any]):
    """The answer to a request that was put to the application by itself."""

    read = 0  # bytes of its body that were asked for
    is_over = False  # there are no more


def put(app: ASGIApp, case: Case, chunks: Iterable[bytes] | None = None) -> Told:
    """Send a request as its server would hand it over, whatever no client would send."""
    told, parts = Told(headers={}, body=b""), iter(chunks or [case.body])
    path, _, query = case.path.partition("?")
    scope: Scope = {
        "type": "http", "http_version": "1.1", "scheme": "http", "method": case.method.upper(),
        "path": unquote_to_bytes(path).decode("utf-8", "replace"), "raw_path": path.encode(),
        "query_string": query.encode(), "root_path": "", "client": ("127.0.0.1", 1),
        "server": ("testserver", 80), "asgi": {"version": "3.0"},
        "headers": [(name.encode(), value) for name, value in case.headers.items()],
    }  # fmt: skip

    async def receive() -> Message:
        if told.is_over:
            await asyncio.Event().wait()  # the client waits for its answer
        part = next(parts, None)
        told.read, told.is_over = told.read + len(part or b""), part is None
        return {"type": "http.request", "body": part or b"", "more_body": not told.is_over}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            told["status"] = message["status"]
            told["headers"] = dict(message["headers"])
        else:
            told["body"] += message.get("body", b"")

    async def served() -> None:
        await app(scope, receive, send)

    asyncio.run(served())
    return told


def faults(told: Told) -> Iterator[str]:
    """What no answer to a bad request may be."""
    status, kind = told["status"], told["headers"].get(b"content-type", b"")
    if status >= 500:
        yield f"it was answered by {status}"
    elif status >= 400:
        if kind != b"application/problem+json":
            yield f"{status} came as {kind!r}"
        elif json.loads(told["body"])["status"] != status:
            yield "the problem tells another status"
    if b"Traceback" in told["body"] or b"sqlalchemy" in told["body"]:
        yield "it tells of the inside"


def wrong(app: ASGIApp, chosen: Iterable[Case], key: str) -> list[str]:
    """What is wrong with the answers to these requests."""
    found = []
    for case in chosen:
        headers = {"authorization": key.encode()} | case.headers
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.process_time()
        told = put(app, case._replace(headers=headers))
        found += [f"{case.name}: {fault}" for fault in faults(told)]
        if case.is_malformed and told["status"] != 400:
            found.append(f"{case.name}: it was read, {told['status']}")
        if (took := time.process_time() - begun) > SLOWEST:
            found.append(f"{case.name}: it took {took:.1f} s")
        if (grown := resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) > LARGEST:
            found.append(f"{case.name}: it took {grown} KiB")
    return found


@pytest.fixture
def key(bank: Bank) -> str:
    bank.publish()
    return bank.key("admin")[1]["Authorization"]


def test_every_value_at_the_edge_is_answered_well(client: TestClient, key: str) -> None:
    journal = Journal("boundaries")
    chosen = ALL if LEVEL == "full" else journal.random.sample(ALL, min(TRIED, len(ALL)))
    journal.note("chosen", cases=len(ALL), tried=len(chosen))
    assert wrong(client.app, chosen, key) == []


def test_all_shapes_are_walked() -> None:
    """Without this, a change of the document could leave nothing to try."""
    named = [case.name for case in ALL]
    assert len(named) > 10_000
    for one in ("submit_answer selected/0 2^63", "write_bank_question options/0/text NUL",
                "submit_answers submissions/0/response/pairs names", "list_questions query tag NUL",
                "read_question path name surrogate", "create_key header idempotency-key latin-1",
                "plan_regrade charset utf-16", "patch_bank_question body half"):  # fmt: skip
        assert one in named


def test_a_loose_reader_is_noticed(
    client: TestClient, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the standard decoder, which takes NaN, 1e999 and names that come twice."""
    monkeypatch.setattr(requests, "read_json", json.loads)
    names = ("create_key name NaN", "create_key body names twice")
    chosen = [case for case in ALL if case.name in names]
    assert {one.partition(":")[0] for one in wrong(client.app, chosen, key)} == set(names)


def test_answers_that_are_no_problems_are_noticed(
    client: TestClient, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: what the framework itself says of a body that does not fit."""
    handlers = client.app.exception_handlers  # type: ignore[attr-defined]
    monkeypatch.delitem(handlers, RequestValidationError)
    (case,) = (one for one in ALL if one.name == "submit_answer selected list")
    plain = case._replace(around=b'{"selected": 1}')
    assert wrong(client.app, [plain], key) != []


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize(
    "path",
    ["/v1/questions/rivers/submissions", "/v1/bank/imports", "/v1/bank/media", "/admin/imports"],
)
def test_bodies_of_200_megabytes_are_not_read(
    client: TestClient, key: str, path: str, stated: bool
) -> None:
    kind = b"application/json" if path.endswith("submissions") else b"application/octet-stream"
    headers = {"authorization": key.encode(), "content-type": kind}
    if stated:
        headers["content-length"] = str(HUGE * MEGABYTE).encode()
    case = Case("huge", "post", path, headers)
    begun = time.process_time()
    told = put(client.app, case, (b"x" * MEGABYTE for _ in range(HUGE)))
    assert told["status"] == (303 if path == "/admin/imports" else 413)
    assert told.read <= (0 if stated else 66 * MEGABYTE)
    assert time.process_time() - begun < SLOWEST


def test_a_service_without_limits_is_noticed(client: TestClient, database: Database) -> None:
    """Planted: a door without a limit reads all that it is sent."""

    async def reads_all(scope: Scope, receive: Any, send: Any) -> None:
        while (await receive())["more_body"]:
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    case = Case("huge", "post", "/", {})
    assert put(reads_all, case, (b"x" * MEGABYTE for _ in range(3))).read == 3 * MEGABYTE
