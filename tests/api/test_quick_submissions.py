"""Answers that take the short way become what they become on the documented way."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from api.app import Service
from api.quick_submissions import QuickSubmissions
from models import Database, Submission
from tests.factories import Bank

ADDRESS = "/v1/questions/rivers/submissions"
MakeClient = Callable[..., TestClient]
JSON = {"Content-Type": "application/json"}
PICKED: dict[str, Any] = {"selected": []}

USUAL: list[tuple[dict[str, Any], dict[str, str]]] = [
    (PICKED, {}),
    (PICKED | {"learner": "a", "version": 1, "shuffle": "s", "duration_ms": 5}, {}),
    (PICKED, {"Idempotency-Key": "once"}),
    (PICKED, {"Idempotency-Key": "once"}),
    (PICKED | {"learner": "b"}, {"Idempotency-Key": "once"}),
    ({"selected": ["none"]}, {}),
    ({"selected": [], "version": 9}, {}),
    (PICKED, {"Authorization": "Bearer qs_unknown_0123456789abcdef"}),
    (PICKED, {"Authorization": "Basic eDp4"}),
    (PICKED, {"Origin": "https://course.example"}),
]
OTHERS: list[tuple[bytes, dict[str, str]]] = [
    (b"{}", JSON),
    (b'{"selected": 3}', JSON),
    (b'{"selected": [], "nonsense": 1}', JSON),
    (b'{"selected": [], "selected": []}', JSON),
    (b'{"selected": [NaN]}', JSON),
    (b'{"selected": ["\\u0000"]}', JSON),
    (b"{", JSON),
    (b"\xff", JSON),
    (b"", JSON),
    (b'{"selected": []}', {}),
    (b'{"selected": []}', {"Content-Type": "text/plain"}),
    (b'{"selected": []}', {"Content-Type": "application/json; charset=utf-8"}),
    (b'{"selected": []}', JSON | {"Content-Encoding": "gzip"}),
    (b'{"selected": []}', JSON | {"Idempotency-Key": "not ok"}),
    (b'{"selected": []}', JSON | {"Idempotency-Key": "x" * 256}),
    (b"[" * 500 + b"]" * 500, JSON),
    (b'{"selected": ["' + b"x" * 200_000 + b'"]}', JSON),
]
PER_REQUEST = {"x-request-id", "ratelimit", "date", "location", "content-length"}


def before_quick(client: TestClient) -> Any:
    """The layer around the short way."""
    assert isinstance(client.app, Service)
    layer: Any = client.app.outermost
    while not isinstance(layer.app, QuickSubmissions):
        layer = layer.app
    return layer


def the_long_way(make_client: MakeClient, **settings: Any) -> TestClient:
    """A client of an application without the short way."""
    client = make_client(**settings)
    layer = before_quick(client)
    layer.app = layer.app.app
    return client


def told(answer: Any) -> tuple[int, dict[str, str], Any]:
    """What does not belong to the request alone."""
    headers = {k: v for k, v in answer.headers.items() if k.lower() not in PER_REQUEST}
    said = answer.json()
    for own in ("id", "submitted_at", "request_id"):
        said.pop(own, None)
    return answer.status_code, headers, said


@pytest.mark.parametrize("public", [True, False])
def test_both_ways_answer_alike(make_client: MakeClient, bank: Bank, public: bool) -> None:
    bank.publish()
    _, key = bank.key("publishable")
    short, long = make_client(public=public), the_long_way(make_client, public=public)

    def send(client: TestClient, body: dict[str, Any], headers: dict[str, str]) -> Any:
        if once := headers.get("Idempotency-Key"):  # another one for each client
            headers = headers | {"Idempotency-Key": f"{once}-{len(headers)}-{id(client)}"}
        return told(client.post(ADDRESS, json=body, headers=headers))

    for body, headers in USUAL:
        for own in ({}, key):
            asked = own | headers
            assert send(short, body, asked) == send(long, body, asked), (body, asked)
    for content, headers in OTHERS:
        first = told(short.post(ADDRESS, content=content, headers=key | headers))
        assert first == told(long.post(ADDRESS, content=content, headers=key | headers)), content
    others = [ADDRESS.replace("rivers", name) for name in ("absent", "%00", "%ff", "x" * 130)]
    for address in (ADDRESS + "?x=1", ADDRESS + "/", *others):
        first = told(short.post(address, json=PICKED, headers=key))
        assert first == told(long.post(address, json=PICKED, headers=key)), address


def test_usual_answers_take_the_short_way(make_client: MakeClient, bank: Bank) -> None:
    bank.publish()
    client = make_client()
    before_quick(client).app.app = None  # whoever goes on fails
    for body, headers in USUAL:
        assert client.post(ADDRESS, json=body, headers=headers).status_code != 500
    assert client.post(ADDRESS, content=b"{}", headers=JSON).status_code == 500


def test_a_body_over_the_limit_is_refused(make_client: MakeClient, bank: Bank) -> None:
    bank.publish()
    client = make_client(max_body_bytes=1024)
    body = json.dumps(PICKED | {"learner": "x" * 1100})
    assert client.post(ADDRESS, content=body, headers=JSON).status_code == 413


def test_a_database_that_is_away_is_a_pause(
    make_client: MakeClient, bank: Bank, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.publish()
    client = make_client()

    async def away(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("away"))

    monkeypatch.setattr("api.submission_writer.SubmissionWriter.submit", away)
    answer = client.post(ADDRESS, json=PICKED)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 0
