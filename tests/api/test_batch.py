"""Many answers at once: each is graded or refused by itself."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from models import Database
from tests.api.test_idempotency import rows
from tests.factories import Bank

ADDRESS = "/v1/submissions"


def results(client: TestClient, items: list[Any], key: dict[str, str]) -> list[dict[str, Any]]:
    """What became of each item."""
    answer = client.post(ADDRESS, json={"submissions": items}, headers=key)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    told: list[dict[str, Any]] = answer.json()["results"]
    assert len(told) == len(items)
    return told


def good(**changes: Any) -> dict[str, Any]:
    return {"question": "rivers", "selected": []} | changes


BAD_ITEMS: list[tuple[object, int, str, list[str]]] = [
    (None, 422, "invalid_request", [""]),
    (1, 422, "invalid_request", [""]),
    ("text", 422, "invalid_request", [""]),
    ([], 422, "invalid_request", [""]),
    ({}, 422, "invalid_request", ["/selected", "/question"]),
    (good(selected="7fhx"), 422, "invalid_request", ["/selected"]),
    (good(selected=None), 422, "invalid_request", ["/selected"]),
    (good(selected=[1]), 422, "invalid_request", ["/selected/0"]),
    (good(selected=["x" * 53]), 422, "invalid_request", ["/selected/0"]),
    (good(selected=["zzzz"]), 422, "unknown_option", ["/selected/0"]),
    (good(question=""), 422, "invalid_request", ["/question"]),
    (good(question=7), 422, "invalid_request", ["/question"]),
    (good(question="absent"), 404, "question_not_found", []),
    (good(version=9), 409, "version_conflict", []),
    (good(version="1"), 422, "invalid_request", ["/version"]),
    (good(version=True), 422, "invalid_request", ["/version"]),
    (good(version=1.0), 422, "invalid_request", ["/version"]),
    (good(version=0), 422, "invalid_request", ["/version"]),
    (good(duration_ms=-1), 422, "invalid_request", ["/duration_ms"]),
    (good(duration_ms=10**13), 422, "invalid_request", ["/duration_ms"]),
    (good(learner=""), 422, "invalid_request", ["/learner"]),
    (good(learner=" "), 422, "invalid_request", ["/learner"]),
    (good(learner="x" * 256), 422, "invalid_request", ["/learner"]),
    (good(shuffle="x" * 129), 422, "invalid_request", ["/shuffle"]),
    (good(idempotency_key="a b"), 422, "invalid_request", ["/idempotency_key"]),
    (good(lerner="x"), 422, "unknown_field", ["/lerner"]),
    (good(body="x"), 422, "unknown_field", ["/body"]),
    (good(**{"a/b~c": 1}), 422, "unknown_field", ["/a~1b~0c"]),
]


def test_bad_answers_never_spoil_good_ones(
    client: TestClient, bank: Bank, database: Database
) -> None:
    rhine, *_ = bank.publish().option_ids
    items = [part for item, *_ in BAD_ITEMS for part in (item, good(selected=[rhine]))]
    told = results(client, items, bank.key()[1])
    for (item, status, code, pointers), result in zip(BAD_ITEMS, told[::2], strict=True):
        problem = result["problem"]
        assert (result["status"], problem["status"], problem["code"]) == (status, status, code)
        assert [fault["pointer"] for fault in problem["errors"]] == pointers, item
        assert client.get(problem["type"]).status_code == 200
    assert all(result["submission"]["selected"] == [rhine] for result in told[1::2])
    assert {result["status"] for result in told[1::2]} == {201}
    assert rows(database) == (len(BAD_ITEMS), len(BAD_ITEMS))


def test_results_come_in_order_and_name_question_and_learner(
    client: TestClient, bank: Bank
) -> None:
    bank.publish()
    bank.publish(slug="lakes")
    items = [good(question=("rivers", "lakes")[n % 2], learner=f"L{n}") for n in range(6)]
    told = [result["submission"] for result in results(client, items, bank.key()[1])]
    assert [(part["question"]["slug"], part["learner"]) for part in told] == [
        (item["question"], item["learner"]) for item in items
    ]


def test_a_thousand_answers_are_taken(client: TestClient, bank: Bank, database: Database) -> None:
    bank.publish()
    told = results(client, [good(learner=f"L{n}") for n in range(1000)], bank.key()[1])
    assert {result["status"] for result in told} == {201}
    assert rows(database) == (1000, 1000)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"submissions": []},
        {"submissions": None},
        {"submissions": {}},
        {"submissions": [good()] * 1001},
        {"submissions": [good()], "dry_run": True},
    ],
)
def test_a_batch_has_a_shape(client: TestClient, bank: Bank, database: Database, body: Any) -> None:
    bank.publish()
    answer = client.post(ADDRESS, json=body, headers=bank.key()[1])
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert rows(database) == (0, 0)


def test_a_batch_is_for_integrations(client: TestClient, bank: Bank) -> None:
    bank.publish()
    body = {"submissions": [good()]}
    assert client.post(ADDRESS, json=body).status_code == 401
    for role, status in {
        "publishable": 403,
        "author": 403,
        "integration": 200,
        "admin": 200,
    }.items():
        answer = client.post(ADDRESS, json=body, headers=bank.key(role)[1])  # type: ignore[arg-type]
        assert answer.status_code == status, role
