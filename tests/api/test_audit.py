"""The audit log over HTTP and at the command line: who did what, read by admins only."""

import re
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models import Database, now
from operations.record_audit import record_audit
from operations.verify_audit import verify_audit
from tests.factories import CALLER, Bank
from tests.processes import questions

LOG = "/v1/audit"


@pytest.fixture
def admin(bank: Bank) -> dict[str, str]:
    return bank.key("admin")[1]


def entries(client: TestClient, admin: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    answer = client.get(LOG, params=query, headers=admin)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_an_entry_tells_who_did_what(client: TestClient, bank: Bank, database: Database) -> None:
    row, admin = bank.key("admin")
    made = client.post("/v1/keys", json={"name": "LMS", "role": "integration"}, headers=admin)
    client.delete(f"/v1/keys/{made.json()['public_part']}", headers=admin)
    revoked, created, first = entries(client, admin)
    assert [entry["number"] for entry in (first, created, revoked)] == [1, 2, 3]
    assert (first["action"], first["actor"], first["actor_name"]) == ("key.created", None, None)
    assert (created["actor"], created["actor_name"]) == (str(row.id), "a admin")
    assert created["subject"] == {"type": "key", "id": made.json()["id"]}
    assert created["detail"]["role"] == "integration"
    assert (revoked["action"], revoked["subject"]) == ("key.revoked", created["subject"])
    assert revoked["previous_hash"] == created["hash"]
    secret = made.json()["key"].rpartition("_")[2]
    assert secret not in client.get(LOG, headers=admin).text
    with database.read() as session:
        assert verify_audit(session).head == revoked["hash"]


def test_nobody_may_keep_it(client: TestClient, admin: dict[str, str]) -> None:
    assert client.get(LOG, headers=admin).headers["Cache-Control"] == "private, no-store"


def test_it_is_filtered(client: TestClient, admin: dict[str, str], database: Database) -> None:
    dawn = now() + timedelta(days=1)
    for hour, (action, subject) in enumerate([("a.b", "x"), ("a.c", "x"), ("a.b", "y")]):
        database.write(
            lambda session, action=action, subject=subject, hour=hour: record_audit(  # type: ignore[misc]
                session, actor=CALLER, action=action, subject_type="thing", subject_id=subject,
                at=dawn + timedelta(hours=hour),
            )
        )  # fmt: skip
    expected = [
        ({"actor": CALLER.id}, [4, 3, 2]),
        ({"action": "a.b"}, [4, 2]),
        ({"subject": "x"}, [3, 2]),
        ({"subject": "x", "action": "a.b"}, [2]),
        ({"since": dawn.isoformat()}, [4, 3, 2]),
        ({"since": (dawn + timedelta(hours=1)).isoformat()}, [4, 3]),
        ({"until": (dawn + timedelta(hours=1)).isoformat()}, [2, 1]),
        ({"actor": "nobody"}, []),
        ({}, [4, 3, 2, 1]),
    ]
    for query, numbers in expected:
        assert [entry["number"] for entry in entries(client, admin, **query)] == numbers, query


def test_it_comes_in_pages(client: TestClient, admin: dict[str, str], bank: Bank) -> None:
    for _ in range(4):
        bank.key()
    seen, address = [], f"{LOG}?limit=2&action=key.created"
    while address:
        answer = client.get(address, headers=admin)
        seen.append([entry["number"] for entry in answer.json()["items"]])
        link = re.search("<(.*)>", answer.headers.get("Link", ""))
        address = link[1] if link else ""
    assert seen == [[5, 4], [3, 2], [1]]
    cursor = client.get(f"{LOG}?limit=2", headers=admin).json()["next_cursor"]
    other = client.get(LOG, params={"cursor": cursor, "action": "key.created"}, headers=admin)
    assert (other.status_code, other.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    ("query", "status"),
    [("since=noon", 422), ("since=2026-01-01", 422), ("limit=0", 422), ("actr=x", 422),
     ("cursor=x", 400)],
)  # fmt: skip
def test_bad_queries_are_refused(
    client: TestClient, admin: dict[str, str], query: str, status: int
) -> None:
    assert client.get(f"{LOG}?{query}", headers=admin).status_code == status


def test_the_command_line_lists_and_verifies(tmp_path: Path) -> None:
    assert questions("migrate", cwd=tmp_path).exit_code == 0
    made = questions("keys", "create", "--name", "Ada", "--role", "author", cwd=tmp_path)
    assert questions("keys", "revoke", made.stdout.strip(), cwd=tmp_path).exit_code == 0
    listed = questions("audit", "list", cwd=tmp_path).stdout
    assert [listed.count(f"key.{act}") for act in ("created", "revoked")] == [2, 1]
    for option in (("--action", "key.revoked"), ("--actor", "x"), ("--since", "2999-01-01")):
        assert "key.created" not in questions("audit", "list", *option, cwd=tmp_path).stdout
    sound = questions("audit", "verify", cwd=tmp_path)
    assert (sound.exit_code, "3 entries are sound" in sound.stdout) == (0, True)
    with sqlite3.connect(tmp_path / "data" / "questions.db") as database:
        database.execute("UPDATE audit_entry SET detail = '{}' WHERE number = 2")
    broken = questions("audit", "verify", cwd=tmp_path)
    assert (broken.exit_code, "entry 2: it was changed" in broken.stderr) == (1, True)
