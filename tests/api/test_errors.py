"""Every error is a problem document: it points at a page of ours, and tells no secrets."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.errors import CATALOGUE
from models import Database
from settings import Settings
from tests.api.conftest import MakeClient
from tests.api.exchange import exchange
from tests.factories import Bank

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}
SUBMIT = "/v1/questions/rivers/submissions"
MARKER = "xyzzy-marker-0451"

# method, address, options, status, code
ERRORS: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/v1/nothing", {}, 404, "not_found"),
    ("GET", "/nothing", {}, 404, "not_found"),
    ("GET", "/v1/questions/", {}, 404, "not_found"),
    ("GET", "/static/nothing.css", {}, 404, "not_found"),
    ("GET", "/problems/nothing", {}, 404, "not_found"),
    ("GET", "/v1/questions/absent", {}, 404, "question_not_found"),
    ("GET", "/v1/questions/a%00b", {}, 400, "malformed_request"),
    ("GET", "/v1/questions?q=a%00b", {}, 400, "malformed_request"),
    ("GET", "/v1/questions?cursor=x", {}, 400, "invalid_cursor"),
    ("GET", "/v1/submissions", {}, 401, "unauthenticated"),
    ("POST", "/v1/submissions", {"json": {}}, 401, "unauthenticated"),
    ("PUT", "/v1/questions", {}, 405, "method_not_allowed"),
    ("DELETE", "/v1/questions/rivers", {}, 405, "method_not_allowed"),
    ("GET", SUBMIT, {}, 405, "method_not_allowed"),
    ("PATCH", "/v1/submissions", {}, 405, "method_not_allowed"),
    ("POST", "/livez", {}, 405, "method_not_allowed"),
    ("BREW", "/v1/questions", {}, 405, "method_not_allowed"),
    ("POST", "/static/page.css", {}, 405, "method_not_allowed"),
    ("POST", SUBMIT, {"content": b"x" * 3_000_000}, 415, "unsupported_media_type"),
    ("POST", SUBMIT, {"json": ["x" * 3_000_000]}, 413, "payload_too_large"),
    ("POST", SUBMIT, {"data": {"selected": "x"}}, 415, "unsupported_media_type"),
    ("POST", SUBMIT, {"json": {}}, 422, "invalid_request"),
    ("POST", SUBMIT, {"json": {"selected": [], "version": 7}}, 409, "version_conflict"),
    ("GET", "/v1/questions?limit=0", {}, 422, "invalid_request"),
    ("GET", "/v1/questions?lmit=1", {}, 422, "unknown_parameter"),
    ("GET", "/broken", {}, 500, "internal_error"),
    ("GET", "/away", {}, 503, "unavailable"),
]


@pytest.fixture
def app(database: Database, bank: Bank) -> FastAPI:
    """An application with two broken routes, and one question."""
    bank.publish()
    app = create_app(Settings.load(), database)

    def broken() -> None:
        raise RuntimeError(MARKER)

    def away() -> None:
        raise OperationalError(MARKER, {}, OSError(MARKER))

    app.get("/broken")(broken)
    app.get("/away")(away)
    return app


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(("method", "address", "options", "status", "code"), ERRORS)
def test_every_error_is_a_problem_document(
    client: TestClient, method: str, address: str, options: dict[str, Any], status: int, code: str
) -> None:
    answer = client.request(method, address, **options)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert problem.keys() == MEMBERS
    assert problem["status"] == status
    assert problem["instance"] == answer.request.url.path
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert problem["type"] == f"http://testserver/problems/{code}"
    assert problem["title"]
    assert problem["detail"]
    assert MARKER not in answer.text
    assert "Error" not in answer.text
    assert ("Allow" in answer.headers) == (status == 405)
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(("method", "address", "options", "status", "code"), ERRORS)
def test_pages_of_other_origins_can_read_every_error(
    client: TestClient, method: str, address: str, options: dict[str, Any], status: int, code: str
) -> None:
    headers = {**options.get("headers", {}), "Origin": "https://course.example"}
    answer = client.request(method, address, **{**options, "headers": headers})
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_every_problem_has_a_page_with_cause_and_cure(client: TestClient) -> None:
    overview = client.get("/problems").text
    for code in CATALOGUE:
        page = client.get(f"/problems/{code}")
        assert page.status_code == 200
        assert page.headers["Content-Type"].startswith("text/html")
        assert f"<code>{code}</code>" in page.text
        assert f'href="/problems/{code}"' in overview


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("/v1/questions", "GET, HEAD"),
        ("/v1/questions/rivers", "GET, HEAD"),
        (SUBMIT, "POST"),
        ("/v1/submissions", "GET, HEAD, POST"),
        ("/", "GET, HEAD, POST"),
    ],
)
def test_a_refused_method_comes_with_those_that_work(
    client: TestClient, address: str, allowed: str
) -> None:
    answer = client.delete(address)
    assert ", ".join(sorted(answer.headers["Allow"].split(", "))) == allowed


def test_a_base_url_is_where_problems_are_explained(make_client: MakeClient) -> None:
    client = make_client(base_url="https://quiz.example/")
    problem = client.get("/v1/nothing").json()
    assert problem["type"] == "https://quiz.example/problems/not_found"


ECHOES: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", f"/v1/questions?limit={MARKER}", {}),
    ("GET", f"/v1/questions?sort={MARKER}", {}),
    ("GET", f"/v1/questions?id={MARKER}", {}),
    ("GET", f"/v1/questions?difficulty_min={MARKER}", {}),
    ("GET", f"/v1/questions?unknown={MARKER}", {}),
    ("GET", f"/v1/questions/rivers?version={MARKER}", {}),
    ("POST", SUBMIT, {"json": {"selected": [MARKER]}}),
    ("POST", SUBMIT, {"json": {"selected": MARKER}}),
    ("POST", SUBMIT, {"json": {"selected": [], "version": MARKER}}),
    ("POST", SUBMIT, {"json": {"selected": [], "learner": MARKER * 99}}),
    ("POST", SUBMIT, {"json": {"selected": [], "unknown": MARKER}}),
    ("POST", SUBMIT, {"json": {"selected": [], "unknown": {MARKER: MARKER}}}),
    ("POST", SUBMIT, {"json": [MARKER]}),
    ("POST", SUBMIT, {"json": MARKER}),
    ("POST", SUBMIT, {"json": {"selected": []}, "headers": {"Idempotency-Key": f"{MARKER} x"}}),
]


def test_what_was_sent_is_not_sent_back(client: TestClient) -> None:
    for method, address, options in ECHOES:
        answer = client.request(method, address, **options)
        assert answer.status_code == 422, (address, options)
        assert MARKER not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    ("address", "body", "meant"),
    [
        ("/v1/questions?tagg=x", None, "tag"),
        ("/v1/questions/random?sed=x", None, "seed"),
        ("/v1/questions/rivers?shufle=x", None, "shuffle"),
        (SUBMIT, {"selected": [], "lerner": "x"}, "learner"),
        (SUBMIT, {"selected": [], "durationMs": 1}, "duration_ms"),
    ],
)
def test_a_misspelt_name_is_set_right(
    client: TestClient, address: str, body: object, meant: str
) -> None:
    answer = client.post(address, json=body) if body else client.get(address)
    problem = answer.json()
    assert answer.status_code == 422
    assert problem["code"] == ("unknown_field" if body else "unknown_parameter")
    assert f"Did you mean `{meant}`?" in problem["errors"][0]["detail"]


def test_a_declared_size_is_refused_before_anything_is_read(app: FastAPI) -> None:
    answer = exchange(
        app, "POST", SUBMIT, headers=JSON | {"Content-Length": "200000000"}, chunks=flood()
    )
    assert (answer.status, answer.pulled) == (413, 0)


@pytest.mark.parametrize("address", [SUBMIT, "/"])
def test_an_endless_body_is_read_to_the_limit_only(app: FastAPI, address: str) -> None:
    limit = Settings.load().max_body_bytes
    answer = exchange(app, "POST", address, headers=JSON, chunks=flood())
    assert answer.status == 413
    assert limit < answer.pulled <= limit + CHUNK
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_up_to_the_limit_is_read(make_client: MakeClient, bank: Bank) -> None:
    client = make_client(max_body_bytes=1024)
    bank.publish()
    for size, status in ((1024, 201), (1025, 413)):
        body = b'{"selected": []}'.ljust(size)
        assert client.post(SUBMIT, content=body, headers=JSON).status_code == status


JSON = {"Content-Type": "application/json"}
CHUNK = 64 * 1024


def flood() -> Iterator[bytes]:
    """200 MB of a JSON string, in chunks."""
    yield b'{"selected": ["'
    yield from (b"x" * CHUNK for _ in range(3200))


@pytest.mark.parametrize("stated", ["abc", "A-1_b.c", "x" * 64])
def test_a_sane_request_id_is_kept(client: TestClient, stated: str) -> None:
    for address in ("/v1/questions", "/v1/nothing", "/broken"):
        answer = client.get(address, headers={"X-Request-Id": stated})
        assert answer.headers["X-Request-Id"] == stated
        assert answer.status_code == 200 or answer.json()["request_id"] == stated


@pytest.mark.parametrize("stated", ["", "x" * 65, "a b", "a\tb", "<script>", "a\u00e4", "a,b"])
def test_any_other_request_id_is_replaced(client: TestClient, stated: str) -> None:
    headers = {b"x-request-id": stated.encode("latin-1")}
    answer = client.get("/v1/nothing", headers=headers)
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"] != stated
    assert len(answer.headers["X-Request-Id"]) == 32
