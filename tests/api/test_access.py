"""Who may ask: keys, scopes, private services, and pages of other origins."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from models import ApiKey, Database, now
from tests.api.conftest import MakeClient
from tests.factories import Bank

READS = ("/v1/questions", "/v1/questions/rivers", "/v1/questions/random")
ORIGIN = {"Origin": "https://course.example"}


def test_a_private_service_answers_only_with_a_key(make_client: MakeClient, bank: Bank) -> None:
    bank.publish()
    client = make_client(public=False)
    _, key = bank.key("publishable")
    for address in READS:
        answer = client.get(address)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert client.get(address, headers=key).status_code == 200
    submit = "/v1/questions/rivers/submissions"
    assert client.post(submit, json={"selected": []}).status_code == 401
    assert client.post(submit, json={"selected": []}, headers=key).status_code == 201
    for open_to_all in ("/livez", "/readyz", "/version", "/docs", "/openapi.json", "/problems"):
        assert client.get(open_to_all).status_code == 200


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer qs_unknown_0123456789abcdef",
        "Basic cXM6cXM=",
        "qs_unknown_0123456789abcdef",
        "Bearer \u00e4",
        "Bearer " + "x" * 5000,
        "Bearer ' OR 1=1 --",
    ],
)
def test_a_bad_key_is_refused_even_where_none_is_needed(
    client: TestClient, bank: Bank, stated: str
) -> None:
    bank.publish()
    for address in READS:
        answer = client.get(address, headers={b"authorization": stated.encode("latin-1")})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert "WWW-Authenticate" in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"


def change(database: Database, key: ApiKey, **columns: Any) -> None:
    changed = update(ApiKey).where(ApiKey.id == key.id).values(**columns)
    database.write(lambda session: session.execute(changed))


def test_expired_and_revoked_keys_open_nothing(
    client: TestClient, bank: Bank, database: Database
) -> None:
    bank.publish()
    _, lasting = bank.key(expires_at=now() + timedelta(hours=1))
    _, expired = bank.key(expires_at=now() - timedelta(seconds=1))
    row, revoked = bank.key()
    assert client.get("/v1/questions", headers=revoked).status_code == 200

    change(database, row, revoked_at=now())
    statuses = [
        client.get("/v1/questions", headers=key).status_code for key in (lasting, expired, revoked)
    ]
    assert statuses == [200, 401, 401]


def test_the_scheme_is_read_without_case(client: TestClient, bank: Bank) -> None:
    _, key = bank.key()
    token = key["Authorization"].removeprefix("Bearer ")
    for stated in (f"bearer {token}", f"BEARER  {token} "):
        answer = client.get("/v1/submissions", headers={"Authorization": stated})
        assert answer.status_code == 200


def test_a_missing_scope_is_named(client: TestClient, bank: Bank) -> None:
    answer = client.get("/v1/submissions", headers=bank.key("publishable")[1])
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "submissions:write" in answer.json()["detail"]


def test_a_key_in_the_address_is_no_key(make_client: MakeClient, bank: Bank) -> None:
    token = bank.key()[1]["Authorization"].removeprefix("Bearer ")
    answer = make_client(public=False).get(f"/v1/questions?key={token}")
    assert answer.status_code in {401, 422}
    assert token not in answer.text


def test_the_use_of_a_key_is_noted_once_a_minute(
    client: TestClient, bank: Bank, database: Database
) -> None:
    row, key = bank.key()

    def last_used() -> datetime | None:
        with database.read() as session:
            return session.get_one(ApiKey, row.id).last_used_at

    assert last_used() is None
    before = now()
    client.get("/v1/questions", headers=key)
    first = last_used()
    assert first
    assert before <= first <= now()
    client.get("/v1/questions", headers=key)
    assert last_used() == first
    change(database, row, last_used_at=now() - timedelta(minutes=2))
    client.get("/v1/questions", headers=key)
    assert last_used() not in {None, first}


def preflight(client: TestClient, method: str = "POST") -> tuple[int, str | None]:
    answer = client.options(
        "/v1/questions/rivers/submissions",
        headers=ORIGIN
        | {
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "content-type, idempotency-key, authorization",
        },
    )
    return answer.status_code, answer.headers.get("Access-Control-Allow-Origin")


@pytest.mark.parametrize("address", ["/", "/v1/questions", "/v1/keys", "/admin", "/livez"])
def test_nothing_is_traced(client: TestClient, bank: Bank, address: str) -> None:
    answer = client.request("TRACE", address, headers=bank.key("admin")[1])
    assert answer.status_code == 405
    assert "TRACE" not in answer.headers["Allow"]


def test_any_page_may_call_unless_said_otherwise(client: TestClient, bank: Bank) -> None:
    bank.publish()
    answer = client.get("/v1/questions/rivers", headers=ORIGIN)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    exposed = set(answer.headers["Access-Control-Expose-Headers"].lower().split(", "))
    assert exposed >= {"etag", "link", "location", "retry-after", "ratelimit", "x-request-id"}
    assert preflight(client) == (200, "*")


def test_origins_can_be_limited(make_client: MakeClient, bank: Bank) -> None:
    bank.publish()
    client = make_client(cors_origins="https://course.example, https://other.example")
    assert preflight(client) == (200, "https://course.example")
    answer = client.get("/v1/questions/rivers", headers=ORIGIN)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://course.example"
    stranger = client.get("/v1/questions/rivers", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in stranger.headers
    for headers in (ORIGIN, {"Origin": "https://evil.example"}, {}):
        varied = client.get("/v1/questions/rivers", headers=headers).headers["Vary"]
        assert {"Origin", "Authorization"} <= set(varied.split(", ")), headers


def test_a_refused_preflight_says_why(make_client: MakeClient) -> None:
    client = make_client(cors_origins="https://other.example")
    answer = client.options(
        "/v1/questions", headers=ORIGIN | {"Access-Control-Request-Method": "GET"}
    )
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "cors_refused")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "cors_refused" in client.get(problem["type"]).text
    assert preflight(make_client(), "TRACE")[0] == 400


def test_a_page_can_read_why_it_failed(client: TestClient) -> None:
    for address in ("/v1/questions/absent", "/v1/nothing", "/v1/questions?limit=x"):
        answer = client.get(address, headers=ORIGIN)
        assert answer.status_code >= 400
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("query", ["", "?version=1"])
def test_no_shared_cache_keeps_what_needs_a_key(
    make_client: MakeClient, bank: Bank, query: str
) -> None:
    bank.publish()
    _, key = bank.key("publishable")
    answer = make_client(public=False).get(f"/v1/questions/rivers{query}", headers=key)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("private")
