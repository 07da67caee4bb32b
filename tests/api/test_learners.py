"""A learner's id is found wherever it is stored, given out, and forgotten everywhere at once."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import inspect, text, update

from domain.grading.short_text import StatedText
from domain.questions import AnswerKey
from models import Database, GradeRow, Submission
from models.base import now
from operations.erase_learner import erase_learner
from operations.verify_audit import verify_audit
from tests.factories import Bank, draft
from tests.guards import drop_guards

CANARY = "canary-4711"
NUMBER = draft(
    slug="number",
    kind="short_text",
    options=(),
    key=AnswerKey(frozenset()),
    answer=StatedText.model_validate({"accept": ["four"]}),
)
Found = set[tuple[str, str]]


@pytest.fixture
def admin(own_client: TestClient, own_database: Database) -> TestClient:
    own_client.headers.update(Bank(own_database).key("admin")[1])
    return own_client


@pytest.fixture
def learners(admin: TestClient, own_database: Database) -> TestClient:
    """A canary and somebody else, who answered in every way in which an id can be stored."""
    bank = Bank(own_database)
    bank.publish()
    for learner in (CANARY, "somebody-else"):
        path, key = "/v1/questions/rivers/submissions", f"{learner}-1"
        sent = {"selected": [], "learner": learner, "shuffle": f"seed of {learner}"}
        for headers in ({"Idempotency-Key": key}, {}):
            answer = admin.post(path, json=sent, headers=headers)
            assert answer.status_code == 201, answer.text
        many = [{"question": "rivers", "selected": [], "learner": learner}]
        said = {"submissions": many}
        answer = admin.post("/v1/submissions", json=said, headers={"Idempotency-Key": key})
        assert answer.json()["results"][0]["status"] == 201
    run = bank.regrade()
    assert admin.post(f"/v1/bank/regrades/{run.id}/apply").status_code == 200
    return admin


def rows(database: Database) -> Iterator[tuple[str, str, str]]:
    """Table, column and text of every value that the database holds."""
    with database.read() as session:
        for table in inspect(session.connection()).get_table_names():
            for row in session.execute(text(f'SELECT * FROM "{table}"')).mappings():  # noqa: S608
                yield from ((table, name, _text(value)) for name, value in row.items())


def _text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1")
    return value if isinstance(value, str) else json.dumps(value, default=str)


def found(database: Database, needle: str) -> Found:
    return {(table, column) for table, column, value in rows(database) if needle in value}


def statistics(client: TestClient) -> Any:
    told = client.get("/v1/bank/questions/rivers/statistics")
    assert told.status_code == 200
    return told.json()


def ask(client: TestClient, what: str, learner: str = CANARY) -> Any:
    answer = client.post(f"/v1/learners/{what}", json={"learner": learner})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_canary_is_where_it_is_expected(learners: TestClient, own_database: Database) -> None:
    """Another column that holds an id must be erased, too."""
    columns = ("idempotency_key", "learner", "shuffle")
    assert found(own_database, CANARY) == {
        *(("submission", name) for name in columns),
        ("idempotency_record", "body"),
        ("idempotency_record", "key"),
    }


def test_what_is_given_out_is_all_there_is(learners: TestClient, own_database: Database) -> None:
    given = ask(learners, "export")
    assert (given["learner"], len(given["submissions"])) == (CANARY, 3)
    assert [len(each["grades"]) for each in given["submissions"]] == [2, 2, 2]
    stored = [value for _, _, value in rows(own_database) if CANARY in value]
    told = json.dumps(given["submissions"])
    kept = {each["body"] for each in given["kept_answers"]}
    kept |= {each["key"] for each in given["kept_answers"]}
    assert all(value in kept or value in told or value == CANARY for value in stored)
    assert "somebody-else" not in json.dumps(given)


def test_every_column_is_given_out(learners: TestClient) -> None:
    one = ask(learners, "export")["submissions"][0]
    assert {column.name for column in Submission.__table__.columns} <= {*one, "learner"}
    assert {column.name for column in GradeRow.__table__.columns} <= {
        *one["grades"][0],
        "submission_id",
    }


def test_a_forgotten_learner_is_nowhere_and_nothing_else_changes(
    learners: TestClient, own_database: Database
) -> None:
    before, other = statistics(learners), ask(learners, "export", "somebody-else")
    listed = learners.get("/v1/submissions").json()
    erased = ask(learners, "erase")
    assert erased["submissions"] == 3
    assert found(own_database, CANARY) == set()
    assert found(own_database, erased["pseudonym"]) == {
        ("submission", "learner"),
        ("audit_entry", "subject_id"),
    }
    assert statistics(learners) == before
    assert before["learners"] == 2
    assert ask(learners, "export", "somebody-else") | {"exported_at": 0} == other | {
        "exported_at": 0
    }
    assert learners.get("/v1/submissions").json() == _renamed(listed, erased["pseudonym"])
    with own_database.read() as session:
        assert verify_audit(session).fault is None
    entry = learners.get("/v1/audit?action=learner.erased").json()["items"][0]
    assert (entry["subject"]["id"], entry["detail"]) == (erased["pseudonym"], {"submissions": 3})
    assert entry["actor"] is not None


def _renamed(listed: Any, pseudonym: str) -> Any:
    for each in listed["items"]:
        if each["learner"] == CANARY:
            each |= {"learner": pseudonym, "shuffle": None} if "shuffle" in each else {
                "learner": pseudonym
            }  # fmt: skip
    return listed


def test_no_file_holds_what_was_forgotten(
    learners: TestClient, own_database: Database, own_url: str, tmp_path: Any
) -> None:
    """Neither free pages of SQLite's file, nor its log."""
    if not own_url.startswith("sqlite"):
        pytest.skip("PostgreSQL overwrites the rows of before by its own vacuum.")
    ask(learners, "erase")
    for name in ("own.db", "own.db-wal"):
        assert CANARY.encode() not in (tmp_path / name).read_bytes()
    assert b"somebody-else" in (tmp_path / "own.db").read_bytes()


def test_it_may_be_asked_twice_and_of_a_stranger(learners: TestClient) -> None:
    first = ask(learners, "erase")
    nothing = {"submissions": 0, "pseudonym": None}
    assert ask(learners, "erase") == nothing
    assert ask(learners, "erase", first["pseudonym"]) == nothing
    assert ask(learners, "erase", "stranger") == nothing
    assert ask(learners, "export")["submissions"] == []


def test_others_whose_ids_look_alike_stay(admin: TestClient, own_database: Database) -> None:
    bank = Bank(own_database)
    bank.publish()
    for learner in ("ann_1", "ann21", "ANN_1", "ann_1 "):
        bank.submit(learner=learner)
    assert ask(admin, "erase", "ann_1")["submissions"] == 1
    assert all(found(own_database, each) for each in ("ann21", "ANN_1", "ann_1 "))


def test_words_that_a_learner_typed_lose_the_id(admin: TestClient, own_database: Database) -> None:
    bank = Bank(own_database)
    bank.publish(NUMBER)
    for words in ("four", f"it is me, {CANARY}"):
        sent = {"response": {"text": words}, "learner": CANARY}
        assert admin.post("/v1/questions/number/submissions", json=sent).status_code == 201
    pseudonym = ask(admin, "erase")["pseudonym"]
    texts = [each["response"]["text"] for each in ask(admin, "export", pseudonym)["submissions"]]
    assert texts == ["four", f"it is me, {pseudonym}"]
    assert found(own_database, CANARY) == set()


@pytest.mark.parametrize("what", ["export", "erase"])
@pytest.mark.parametrize("role", ["publishable", "integration", "author", "reviewer"])
def test_only_admins_may(
    own_client: TestClient, own_database: Database, what: str, role: Any
) -> None:
    bank = Bank(own_database)
    bank.publish()
    bank.submit(learner=CANARY)
    answer: httpx.Response = own_client.post(  # type: ignore[assignment]
        f"/v1/learners/{what}", json={"learner": CANARY}, headers=bank.key(role)[1]
    )
    assert answer.status_code == 403
    assert found(own_database, CANARY)


def test_a_column_that_is_left_out_would_be_noticed(
    learners: TestClient, own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: an erasure that knows of the learner's column alone."""
    drop_guards(own_database)

    class Forgetful:
        def __init__(self, statement: Any) -> None:
            self.statement = statement

        def where(self, *conditions: Any) -> "Forgetful":
            return Forgetful(self.statement.where(*conditions))

        def values(self, **said: Any) -> Any:
            return self.statement.values(learner=said["learner"])

    planted = "operations.erase_learner.update"
    monkeypatch.setattr(planted, lambda table: Forgetful(update(table)))
    own_database.write(lambda session: erase_learner(session, learner=CANARY, at=now()))
    assert {column for _, column in found(own_database, CANARY)} == {"idempotency_key", "shuffle"}
