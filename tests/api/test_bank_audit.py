"""What authors do to questions stands in the audit log, once for each change."""

from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select

from models import AuditEntry, Database
from operations.verify_audit import verify_audit
from tests.factories import Bank

DRAFT: dict[str, Any] = {
    "title": "Rivers",
    "kind": "multiple_response",
    "prompt": "Which reach the North Sea?",
    "options": [{"text": "The Rhine"}, {"text": "The Danube"}],
    "key": [1],
}
ADDRESS = "/v1/bank/questions/rivers"


def actions(database: Database) -> list[tuple[str, int | None]]:
    with database.read() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.number)).all()
        assert verify_audit(session).fault is None
        return [(one.action, one.version) for one in entries if one.subject_type == "question"]


def test_each_change_is_noted_once_with_who_did_it(
    client: TestClient, bank: Bank, database: Database
) -> None:
    key, header = bank.key("admin")
    client.headers.update(header)
    assert client.put(ADDRESS, json=DRAFT, headers={"If-None-Match": "*"}).status_code == 201
    for path in ("review", "review", "publish", "publish", "retire", "reopen"):
        assert client.post(f"{ADDRESS}/{path}").status_code == 200, path
    etag = client.get(ADDRESS).headers["ETag"]
    again = client.put(ADDRESS, json=DRAFT | {"title": "R"}, headers={"If-Match": etag})
    same = {"If-Match": again.headers["ETag"]}
    assert client.put(ADDRESS, json=DRAFT | {"title": "R"}, headers=same).status_code == 200
    assert client.post(f"{ADDRESS}/copy", json={"slug": "streams"}).status_code == 201
    assert client.delete(ADDRESS).status_code == 204
    noted = actions(database)
    assert [action.removeprefix("question.") for action, _ in noted] == [
        "written", "put_into_review", "published", "retired", "reopened", "written", "copied",
        "deleted",
    ]  # fmt: skip
    assert [version for _, version in noted] == [1, 1, 1, 1, 2, 2, 1, 2]
    with database.read() as session:
        actors = session.scalars(select(AuditEntry.actor).where(AuditEntry.version.is_not(None)))
        assert set(actors) == {str(key.id)}


FILE = "---\ntitle: Lakes\n---\n\nWhich?\n\n1. a\n2. {}\n\n::: callout-note\n1\n:::\n"


def test_an_import_is_noted_with_what_it_changed(
    client: TestClient, bank: Bank, database: Database
) -> None:
    key, header = bank.key("author")
    client.headers.update(header | {"Content-Type": "text/markdown"})
    for query, text in (("&dry_run=true", "b"), ("", "b"), ("", "b"), ("", "c")):
        address = f"/v1/bank/imports?filename=lakes.qmd{query}"
        assert client.post(address, content=FILE.format(text)).status_code == 200
    with database.read() as session:
        noted = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.action == "questions.imported")
            .order_by(AuditEntry.number)
        ).all()
    assert [one.detail for one in noted] == [
        {"created": ["lakes"], "updated": []}, {"created": [], "updated": ["lakes"]},
    ]  # fmt: skip
    assert {one.actor for one in noted} == {str(key.id)}
