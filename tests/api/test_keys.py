"""Keys made, listed and revoked over HTTP, by admins; their text is shown once."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from domain.access import ROLES, Caller
from domain.errors import LastAdminKey
from models import ApiKey, AuditEntry, Database, IdempotencyRecord, now
from operations.revoke_key import revoke_key
from tests.factories import Bank

KEYS = "/v1/keys"
Headers = dict[str, str]


@pytest.fixture
def admin(bank: Bank) -> Headers:
    return bank.key("admin")[1]


def create(client: TestClient, admin: Headers, **changes: Any) -> dict[str, Any]:
    answer = client.post(KEYS, json={"name": "LMS", "role": "integration"} | changes, headers=admin)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def actions(database: Database) -> list[str]:
    with database.read() as session:
        ordered = select(AuditEntry.action).order_by(AuditEntry.number)
        return list(session.scalars(ordered))


def test_a_key_is_made_used_and_revoked(client: TestClient, admin: Headers) -> None:
    moment = (now() + timedelta(days=1)).replace(microsecond=0)
    stated = {
        "name": "The LMS",
        "role": "integration",
        "expires_at": moment.isoformat(),
        "rate_limit": "600/minute",
    }
    answer = client.post(KEYS, json=stated, headers=admin)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{KEYS}/{made['public_part']}"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert re.fullmatch(rf"qs_{made['public_part']}_[0-9a-f]{{48}}", made["key"])
    assert set(made["scopes"]) == ROLES["integration"]
    assert made["expires_at"] == moment.isoformat().replace("+00:00", "Z")
    assert {name: made[name] for name in stated if name != "expires_at"} == {
        name: value for name, value in stated.items() if name != "expires_at"
    }
    key = {"Authorization": f"Bearer {made['key']}"}
    used = client.get("/v1/submissions", headers=key)
    assert (used.status_code, used.headers["RateLimit-Policy"]) == (200, '"default";q=600;w=60')

    place = answer.headers["Location"]
    read = client.get(place, headers=admin).json()
    assert read.pop("last_used_at")
    assert read == {n: v for n, v in made.items() if n not in {"key", "last_used_at"}}

    for _ in range(2):
        gone = client.delete(place, headers=admin)
        assert (gone.status_code, gone.content) == (204, b"")
        assert gone.headers["Cache-Control"] == "private, no-store"
    assert client.get("/v1/submissions", headers=key).status_code == 401
    assert client.get(place, headers=admin).json()["revoked_at"]


def test_what_is_done_to_keys_is_audited_once(
    client: TestClient, admin: Headers, database: Database
) -> None:
    made = create(client, admin)
    for _ in range(2):
        client.delete(f"{KEYS}/{made['public_part']}", headers=admin)
    assert actions(database) == ["key.created", "key.created", "key.revoked"]


def test_keys_come_in_pages_without_secrets(
    client: TestClient, admin: Headers, bank: Bank, database: Database
) -> None:
    for _ in range(4):
        bank.key()
    seen, address = [], f"{KEYS}?limit=2"
    while address:
        answer = client.get(address, headers=admin)
        seen += [item["id"] for item in answer.json()["items"]]
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "hash" not in answer.text
        assert all("key" not in item for item in answer.json()["items"])
        link = re.search("<(.*)>", answer.headers.get("Link", ""))
        address = link[1] if link else ""
    with database.read() as session:
        newest = select(ApiKey.id).order_by(ApiKey.created_at.desc(), ApiKey.id.desc())
        assert seen == [str(id_) for id_ in session.scalars(newest)]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"name": ""}, "/name", "string_too_short"),
        ({"name": " "}, "/name", "value_error"),
        ({"name": "a\nb"}, "/name", "value_error"),
        ({"name": "x" * 201}, "/name", "string_too_long"),
        ({"role": "owner"}, "/role", "literal_error"),
        ({"rate_limit": "often"}, "/rate_limit", "string_pattern_mismatch"),
        ({"rate_limit": "0/minute"}, "/rate_limit", "string_pattern_mismatch"),
        ({"rate_limit": "6/minute\n"}, "/rate_limit", "string_pattern_mismatch"),
        ({"rate_limit": "6/minute;9/day"}, "/rate_limit", "string_pattern_mismatch"),
        ({"expires_at": "tomorrow"}, "/expires_at", "value_error"),
        ({"expires_at": "2999-01-01T00:00:00"}, "/expires_at", "timezone_aware"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at", "expires_in_the_past"),
        ({"scopes": ["admin"]}, "/scopes", "unknown_field"),
    ],
)
def test_a_bad_key_is_not_made(
    client: TestClient, admin: Headers, database: Database,
    change: dict[str, Any], pointer: str, code: str,
) -> None:  # fmt: skip
    body = {"name": "LMS", "role": "integration"} | change
    answer = client.post(KEYS, json=body, headers=admin)
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
    assert actions(database) == ["key.created"], "only the admin's"


def test_a_key_that_is_not_there_is_not_found(client: TestClient, admin: Headers) -> None:
    for method in ("GET", "DELETE"):
        answer = client.request(method, f"{KEYS}/nothing", headers=admin)
        assert (answer.status_code, answer.json()["code"]) == (404, "key_not_found")


# Sent twice.


def test_a_repeated_request_makes_one_key_and_does_not_show_it_again(
    client: TestClient, admin: Headers, database: Database
) -> None:
    keyed = admin | {"Idempotency-Key": "k"}
    body = {"name": "LMS", "role": "integration"}
    first = client.post(KEYS, json=body, headers=keyed)
    again = client.post(KEYS, json=body, headers=keyed)
    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert again.json() == first.json() | {"key": None}
    other = client.post(KEYS, json=body | {"role": "admin"}, headers=keyed)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert actions(database) == ["key.created"] * 2
    with database.read() as session:
        record = session.scalars(select(IdempotencyRecord)).one()
    assert first.json()["key"].rpartition("_")[2] not in record.body


# The last admin.


def test_the_last_valid_admin_key_stays(client: TestClient, bank: Bank) -> None:
    row, admin = bank.key("admin")
    bank.key("admin", expires_at=now() - timedelta(seconds=1))
    lost, _ = bank.key("admin")
    bank.key("author")
    assert client.delete(f"{KEYS}/{lost.public_part}", headers=admin).status_code == 204
    refused = client.delete(f"{KEYS}/{row.public_part}", headers=admin)
    assert (refused.status_code, refused.json()["code"]) == (409, "last_admin_key")
    create(client, admin, role="admin")
    assert client.delete(f"{KEYS}/{row.public_part}", headers=admin).status_code == 204


def test_an_admin_key_that_expired_may_go(client: TestClient, bank: Bank, admin: Headers) -> None:
    old, _ = bank.key("admin", expires_at=now() - timedelta(seconds=1))
    assert client.delete(f"{KEYS}/{old.public_part}", headers=admin).status_code == 204


def test_the_command_line_may_revoke_the_last_admin_key(bank: Bank, database: Database) -> None:
    row, _ = bank.key("admin")
    database.write(lambda it: revoke_key(it, public_part=row.public_part, at=now()))
    with database.read() as session:
        assert session.scalars(ApiKey.valid_admins(now())).all() == []


def test_admins_who_revoke_each_other_do_not_both_succeed(own_database: Database) -> None:
    bank = Bank(own_database)
    for _ in range(5):
        _revoke_each_other(own_database, [bank.key("admin")[0] for _ in range(2)])


def _revoke_each_other(database: Database, rows: list[ApiKey]) -> None:
    barrier = Barrier(len(rows))

    def revoke(pair: tuple[ApiKey, ApiKey]) -> bool:
        actor = Caller(str(pair[0].id), ROLES["admin"])
        barrier.wait()
        try:
            database.write(
                lambda it: revoke_key(it, public_part=pair[1].public_part, at=now(), actor=actor)
            )
        except LastAdminKey:
            return False
        return True

    with ThreadPoolExecutor(len(rows)) as pool:
        assert sorted(pool.map(revoke, _pairs(rows))) == [False, True]
    with database.read() as session:
        left = session.scalars(ApiKey.valid_admins(now())).one()
    database.write(lambda it: revoke_key(it, public_part=left.public_part, at=now()))


def _pairs(rows: list[ApiKey]) -> Iterator[tuple[ApiKey, ApiKey]]:
    yield from zip(rows, reversed(rows), strict=True)
