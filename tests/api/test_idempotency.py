"""An answer may arrive twice: one effect, one answer."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from models import Database, GradeRow, IdempotencyRecord, Submission, now
from tests.factories import Bank

ADDRESS = "/v1/questions/rivers/submissions"
KEY = {"Idempotency-Key": "attempt-1"}


def rows(database: Database) -> tuple[int, int]:
    """How many submissions and grades there are."""
    with database.read() as session:
        counts = (session.scalar(select(func.count(row.id))) for row in (Submission, GradeRow))
        submissions, grades = counts
        return submissions or 0, grades or 0


def test_a_repeated_answer_gets_the_first_result(
    client: TestClient, bank: Bank, database: Database
) -> None:
    rhine, *_ = bank.publish().option_ids
    first = client.post(ADDRESS, json={"selected": [rhine]}, headers=KEY)
    assert "Idempotency-Replayed" not in first.headers
    bank.publish(title="A newer version changes nothing")
    for body in (f'{{"selected": ["{rhine}"]}}', f'{{ "learner":null,"selected":["{rhine}"] }}'):
        again = client.post(
            ADDRESS, content=body, headers={**KEY, "Content-Type": "application/json"}
        )
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.headers["Location"] == first.headers["Location"]
    assert rows(database) == (1, 1)


@pytest.mark.parametrize(
    "change", [{"selected": []}, {"learner": "x"}, {"version": 1}, {"duration_ms": 1}]
)
def test_another_answer_under_the_same_key_is_refused(
    client: TestClient, bank: Bank, database: Database, change: dict[str, Any]
) -> None:
    rhine, *_ = bank.publish().option_ids
    client.post(ADDRESS, json={"selected": [rhine]}, headers=KEY)
    answer = client.post(ADDRESS, json={"selected": [rhine], **change}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert rows(database) == (1, 1)


def test_a_key_counts_for_one_caller_and_one_question(
    client: TestClient, bank: Bank, database: Database
) -> None:
    bank.publish()
    bank.publish(slug="lakes")
    callers = [{}, bank.key()[1], bank.key()[1]]
    for caller in callers:
        for slug in ("rivers", "lakes"):
            answer = client.post(
                f"/v1/questions/{slug}/submissions",
                json={"selected": []},
                headers={**KEY, **caller},
            )
            assert answer.status_code == 201
            assert "Idempotency-Replayed" not in answer.headers
    assert rows(database) == (6, 6)


def test_without_a_key_each_answer_counts(
    client: TestClient, bank: Bank, database: Database
) -> None:
    bank.publish()
    ids = {client.post(ADDRESS, json={"selected": []}).json()["id"] for _ in range(3)}
    assert len(ids) == 3
    assert rows(database) == (3, 3)


def test_a_refused_answer_uses_up_no_key(client: TestClient, bank: Bank) -> None:
    bank.publish()
    assert client.post(ADDRESS, json={"selected": ["zzzz"]}, headers=KEY).status_code == 422
    assert client.post(ADDRESS, json={"selected": []}, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 256])
def test_a_key_is_1_to_255_printable_characters(client: TestClient, bank: Bank, key: str) -> None:
    bank.publish()
    for address, body in (
        (ADDRESS, {"selected": []}),
        ("/v1/submissions", {"submissions": [{"question": "rivers", "selected": []}]}),
    ):
        headers = {"Idempotency-Key": key.encode("latin-1"), **bank.key()[1]}
        answer = client.post(address, json=body, headers=headers)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert (
        client.post(
            ADDRESS, json={"selected": []}, headers={"Idempotency-Key": "~" * 255}
        ).status_code
        == 201
    )


BATCH = {"submissions": [{"question": "rivers", "selected": []} for _ in range(3)]}


def test_a_batch_may_arrive_twice(client: TestClient, bank: Bank, database: Database) -> None:
    bank.publish()
    key = KEY | bank.key()[1]
    first = client.post("/v1/submissions", json=BATCH, headers=key)
    again = client.post("/v1/submissions", json=BATCH, headers=key)
    assert "Idempotency-Replayed" not in first.headers
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert rows(database) == (3, 3)
    other = {"submissions": BATCH["submissions"][:1]}
    refused = client.post("/v1/submissions", json=other, headers=key)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    stranger = client.post("/v1/submissions", json=BATCH, headers=KEY | bank.key()[1])
    assert "Idempotency-Replayed" not in stranger.headers
    assert rows(database) == (6, 6)


def test_answers_of_a_batch_have_keys_of_their_own(
    client: TestClient, bank: Bank, database: Database
) -> None:
    rhine, *_ = bank.publish().option_ids
    caller = bank.key()[1]
    item: dict[str, Any] = {"question": "rivers", "selected": [rhine], "idempotency_key": "k"}
    single = client.post(
        ADDRESS, json={"selected": [rhine]}, headers=caller | {"Idempotency-Key": "k"}
    ).json()
    batch = {"submissions": [item, item, {**item, "selected": []}, {**item, "learner": "x"}]}
    results = client.post("/v1/submissions", json=batch, headers=caller).json()["results"]
    assert [result["status"] for result in results] == [201, 201, 422, 422]
    assert results[0]["submission"] == results[1]["submission"] == single
    assert {result["problem"]["code"] for result in results[2:]} == {"idempotency_key_reused"}
    assert rows(database) == (1, 1)


def test_a_key_of_a_batch_is_forgotten_after_a_day(
    client: TestClient, bank: Bank, database: Database
) -> None:
    bank.publish()
    headers = bank.key()[1] | {"Idempotency-Key": "k"}
    body = {"submissions": [{"question": "rivers", "selected": []}]}
    assert client.post("/v1/submissions", json=body, headers=headers).status_code == 200
    again = client.post("/v1/submissions", json=body, headers=headers)
    assert again.headers["Idempotency-Replayed"] == "true"
    yesterday = now() - timedelta(hours=25)
    database.write(lambda it: it.execute(update(IdempotencyRecord).values(created_at=yesterday)))
    anew = client.post("/v1/submissions", json=body, headers=headers)
    assert "Idempotency-Replayed" not in anew.headers
