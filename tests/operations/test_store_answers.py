"""Answers stored together: each graded, refused, or found again by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from domain.errors import (
    IdempotencyKeyReused,
    InvalidResponse,
    QuestionNotFound,
    VersionConflict,
)
from domain.questions import AnswerKey
from models import Database, Submission, SubmissionValues, now
from models.answering import AnswerableVersions
from models.bulk import table_of
from models.submission import GradeRow, GradeValues, RegradeValues
from operations.grade_answer import Answer, Attempt, Graded
from operations.store_answers import NeedsSavepoint, Outcome, assess, store_answers
from tests.factories import Bank
from tests.operations.test_submit_answer import counts


def attempt(*selected: str, key: str | None = None, caller: str = "me", **said: Any) -> Attempt:
    return Attempt("rivers", Answer(selected, **said), caller, now(), key)


def store(database: Database, versions: AnswerableVersions, *attempts: Attempt) -> list[Outcome]:
    """All in one transaction."""
    assessed = [assess(each, versions) for each in attempts]
    return database.write(
        lambda session: store_answers(session, assessed=assessed, versions=versions)
    )


@pytest.fixture
def versions() -> AnswerableVersions:
    return AnswerableVersions()


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement.split()[0])

    event.listen(database.bind, "before_cursor_execute", note)
    yield sent
    event.remove(database.bind, "before_cursor_execute", note)


def test_values_are_the_columns() -> None:
    assert set(SubmissionValues._fields) == set(table_of(Submission).c.keys())
    assert set(RegradeValues._fields) == set(table_of(GradeRow).c.keys())
    later = {"regrade_id", "is_undo", "key_version_id"}
    assert set(GradeValues._fields) == set(RegradeValues._fields) - later


def test_many_cost_as_many_statements_as_one(
    database: Database, bank: Bank, versions: AnswerableVersions
) -> None:
    bank.publish()
    store(database, versions, attempt())
    for count in (1, 300):
        with statements(database) as sent:
            store(database, versions, *(attempt(key=f"{count} {n}") for n in range(count)))
        assert [one for one in sent if "SAVEPOINT" not in one and one != "RELEASE"] == [
            "INSERT",
            "INSERT",
            "SELECT",
        ]
    assert counts(database) == (302, 302)


def test_twins_in_one_transaction_are_one(
    database: Database, bank: Bank, versions: AnswerableVersions
) -> None:
    rhine, *_ = bank.publish().option_ids
    first, twin, other, strange = store(
        database,
        versions,
        attempt(rhine, key="k"),
        attempt(rhine, key="k"),
        attempt(key="k"),
        attempt(key="k", caller="you"),
    )
    assert isinstance(first, Graded)
    assert isinstance(twin, Graded)
    assert (first.replayed, twin.replayed) == (False, True)
    assert (twin.submission, twin.grade) == (first.submission, first.grade)
    assert isinstance(other, IdempotencyKeyReused)
    assert isinstance(strange, Graded)
    assert counts(database) == (2, 2)


def test_each_caller_finds_the_own_answer_again(
    database: Database, bank: Bank, versions: AnswerableVersions
) -> None:
    bank.publish()
    first = store(database, versions, *(attempt(key="k", caller=who) for who in ("you", "me")))
    again = store(database, versions, *(attempt(key="k", caller=who) for who in ("me", "you")))
    assert [each.submission for each in again if isinstance(each, Graded)] == [
        each.submission for each in first[::-1] if isinstance(each, Graded)
    ]
    assert counts(database) == (2, 2)


@pytest.mark.parametrize("place", [0, 3, 6])
def test_a_row_that_the_engine_refuses_fails_alone(
    database: Database, bank: Bank, versions: AnswerableVersions, place: int
) -> None:
    bank.publish()
    attempts = [attempt(key=f"{n}", duration_ms=-1 if n == place else n) for n in range(7)]
    outcomes = store(database, versions, *attempts)
    assert isinstance(outcomes.pop(place), IntegrityError)
    assert all(isinstance(each, Graded) and not each.replayed for each in outcomes)
    assert counts(database) == (6, 6)


@pytest.mark.parametrize("bad", [{"learner": "\ud800"}, {"duration_ms": 2**80}], ids=str)
def test_what_the_driver_cannot_write_fails_alone(
    own_database: Database, versions: AnswerableVersions, bad: dict[str, Any]
) -> None:
    Bank(own_database).publish()
    store(own_database, versions, attempt())
    attempts = [attempt(), attempt(**bad), attempt()]
    for savepoint in (False, True):
        assessed = [assess(each, versions) for each in attempts]

        def work(
            session: Any, assessed: list[Any] = assessed, savepoint: bool = savepoint
        ) -> list[Outcome]:
            return store_answers(session, assessed=assessed, versions=versions, savepoint=savepoint)

        if not savepoint:
            with pytest.raises(NeedsSavepoint):
                own_database.write(work)
        else:
            told = [isinstance(each, Graded) for each in own_database.write(work)]
            assert told == [True, False, True]
    assert counts(own_database) == (3, 3)


def test_what_does_not_fit_its_column_is_refused_too(
    own_database: Database, versions: AnswerableVersions
) -> None:
    """PostgreSQL cuts a text that is cast to a shorter type; SQLite has no shorter texts."""
    Bank(own_database).publish()
    bad, good = store(own_database, versions, attempt(learner="x" * 256), attempt())
    assert isinstance(good, Graded)
    is_postgres = own_database.bind.dialect.name == "postgresql"
    assert isinstance(bad, Exception) is is_postgres
    assert counts(own_database) == ((1, 1) if is_postgres else (2, 2))


def test_memory_is_not_trusted_when_the_bank_has_changed(
    database: Database, bank: Bank, versions: AnswerableVersions
) -> None:
    rhine, danube, elbe, _ = bank.publish().option_ids
    (before,) = store(database, versions, attempt(rhine, elbe))
    bank.publish(key=AnswerKey(frozenset({2})))
    old, new = store(database, versions, attempt(danube, version=1), attempt(danube))
    assert isinstance(before, Graded)
    assert isinstance(old, Graded)
    assert isinstance(new, Graded)
    assert (before.grade.correct, old.grade.correct, new.grade.correct) == (True, False, True)
    bank.retire("rivers")
    assert isinstance(store(database, versions, attempt())[0], QuestionNotFound)


def test_a_refusal_is_not_taken_from_memory_either(
    database: Database, bank: Bank, versions: AnswerableVersions
) -> None:
    bank.publish()
    unknown = attempt("zzzz")
    refused = store(database, versions, unknown, attempt(version=2), attempt())
    assert isinstance(refused[0], InvalidResponse)
    assert isinstance(refused[1], VersionConflict)
    bank.publish(title="Second")
    assert isinstance(store(database, versions, attempt(version=2))[0], Graded)


def test_an_author_who_commits_between_insert_and_look_is_noticed(
    own_database: Database, versions: AnswerableVersions
) -> None:
    """Only on PostgreSQL can anybody commit while a transaction writes."""
    bank = Bank(own_database)
    bank.publish()
    store(own_database, versions, attempt())
    meant = assess(attempt(), versions)
    retired: list[str] = []

    def work(session: Any) -> list[Outcome]:
        def retire(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith("INSERT INTO submission") and not retired:
                retired.append("rivers")
                bank.retire("rivers")

        connection = session.connection()
        if connection.dialect.name == "postgresql":
            event.listen(connection, "after_cursor_execute", retire)
        return store_answers(session, assessed=[meant], versions=versions)

    (outcome,) = own_database.write(work)
    if retired:
        assert isinstance(outcome, QuestionNotFound)
    assert counts(own_database) == ((1, 1) if retired else (2, 2))
