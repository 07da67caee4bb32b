"""Submissions kept by month on PostgreSQL: the service does not notice, and a month can go."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from api.app import create_app
from domain.errors import IdempotencyKeyReused
from domain.questions import AnswerKey
from models import Database, Regrade
from models.answering import AnswerableVersions
from models.ids import uuid7
from operations.apply_regrade import apply_regrade
from operations.grade_answer import Answer, Attempt, Graded
from operations.read_regrade import find_regrade
from operations.run_regrade import finish_now
from operations.store_answers import assess, store_answers
from operations.undo_regrade import undo_regrade
from settings import Settings
from tests.factories import CALLER, Bank
from tests.processes import ROOT

RECIPE = (ROOT / "deploy" / "partitions.sql").read_text().encode()
ANSWERS = "/v1/questions/rivers/submissions"
LATER = """
    INSERT INTO submission SELECT (json_populate_record(
        submission_before, json_build_object('id', first_id(%s), 'idempotency_key', NULL)
    )).* FROM submission_before
"""
AGAIN = """
    INSERT INTO grade SELECT (json_populate_record(
        grade, json_build_object('id', first_id(now()))
    )).* FROM grade_later AS grade WHERE regrade_id IS NOT NULL
"""
NOW = datetime.now(UTC)
NEXT_MONTH = NOW.replace(day=2) + timedelta(days=32)
IN_YEARS = NOW + timedelta(days=1000)
Told: TypeAlias = tuple[UUID, bool]

pytestmark = pytest.mark.parametrize("own_url", ["postgresql"], indirect=True)


@pytest.fixture
def server(own_url: str) -> Iterator[psycopg.Connection]:
    """A connection to the database, for its operator."""
    address = make_url(own_url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(), autocommit=True) as connection:
        yield connection


def test_the_service_goes_on_when_submissions_are_kept_by_month(
    own_url: str, own_database: Database, server: psycopg.Connection
) -> None:
    Bank(own_database).publish()
    _, key = Bank(own_database).key("integration")
    with TestClient(create_app(Settings.load(database_url=own_url)), headers=key) as client:
        before = _answer(client, "once")
        with server.transaction():
            server.execute(RECIPE)
        assert _answer(client, "once") == before, "a repeated request finds the first one"
        after = _answer(client, "again")
        listed = client.get("/v1/submissions").json()["items"]
        assert [row["id"] for row in listed] == [after, before]
        assert client.get(f"/v1/submissions/{before}").status_code == 200


def test_a_month_goes_as_a_whole_and_history_is_guarded(
    own_url: str, own_database: Database, server: psycopg.Connection
) -> None:
    Bank(own_database).publish()
    Bank(own_database).submit(key="once")
    with server.transaction():
        server.execute(RECIPE)
    at = datetime.now(UTC).replace(day=2) + timedelta(days=32)
    server.execute(LATER, [at])
    with pytest.raises(psycopg.Error, match="never changed"):
        server.execute("UPDATE submission SET learner = 'another'")
    server.execute(LATER, [at + timedelta(days=1000)])
    server.execute("DROP TABLE grade_before, submission_before")
    places = server.execute(
        "SELECT tableoid::regclass::text FROM submission ORDER BY id"
    ).fetchall()
    assert places == [(f"submission_{at:%Y_%m}",), ("submission_later",)]


def test_a_key_is_used_once_in_all_months(
    own_database: Database, server: psycopg.Connection
) -> None:
    Bank(own_database).publish()
    first = _submit(own_database, "before", NOW)
    with server.transaction():
        server.execute(RECIPE)
    assert _submit(own_database, "before", NEXT_MONTH) == (first[0], True)
    later = _submit(own_database, "later", NEXT_MONTH)
    for month in (NOW, NEXT_MONTH, IN_YEARS):
        assert _submit(own_database, "later", month) == (later[0], True), month
        assert _submit(own_database, f"of {month}", month)[1] is False
        assert _submit(own_database, None, month)[1] is False
    with pytest.raises(IdempotencyKeyReused):
        _submit(own_database, "later", IN_YEARS, learner="another")
    assert _count(server, "submission") == _count(server, "grade") == 8


@pytest.mark.parametrize("second", [NOW, NEXT_MONTH])
def test_twins_at_the_same_moment_have_one_effect(
    own_database: Database, server: psycopg.Connection, second: datetime
) -> None:
    Bank(own_database).publish()
    with server.transaction():
        server.execute(RECIPE)
    one, other = _submit_both(own_database, server, NOW, second)
    assert other == (one[0], True)
    assert _count(server, "submission") == _count(server, "grade") == 1


def test_twins_of_one_group_have_one_effect(
    own_database: Database, server: psycopg.Connection
) -> None:
    Bank(own_database).publish()
    with server.transaction():
        server.execute(RECIPE)
    versions = AnswerableVersions()
    known = [assess(_attempt("key", at), versions) for at in (NOW, IN_YEARS, NOW)]
    outcomes = own_database.write(
        lambda session: store_answers(session, assessed=known, versions=versions)
    )
    told = [each.replayed for each in outcomes if isinstance(each, Graded)]
    assert told == [False, True, True]
    assert _count(server, "submission") == _count(server, "grade") == 1


def test_a_key_may_be_used_again_when_its_month_has_gone(
    own_database: Database, server: psycopg.Connection
) -> None:
    Bank(own_database).publish()
    with server.transaction():
        server.execute(RECIPE)
    gone = _submit(own_database, "key", NEXT_MONTH)
    server.execute(f"DROP TABLE grade_{NEXT_MONTH:%Y_%m}, submission_{NEXT_MONTH:%Y_%m}")
    with ThreadPoolExecutor(2) as pool:
        with server.transaction():  # both have seen that the key is there before either takes it
            server.execute("SELECT FROM submission_key FOR SHARE")
            twins = [pool.submit(_submit, own_database, "key", NOW) for _ in range(2)]
            _wait_until_some_wait(server, 2)
        one, other = (twin.result() for twin in twins)
    assert one[0] == other[0] != gone[0]
    assert {one[1], other[1]} == {True, False}
    assert _submit(own_database, "key", IN_YEARS) == (one[0], True)
    assert _count(server, "submission") == _count(server, "grade") == 1


def _submit_both(
    database: Database, server: psycopg.Connection, first: datetime, second: datetime
) -> tuple[Told, Told]:
    """Answer twice under one key; the second one comes before the first is committed."""
    with ThreadPoolExecutor(1) as pool:

        def work(session: Session) -> tuple[Told, Future[Told]]:
            one = _store(session, "key", first)
            other = pool.submit(_submit, database, "key", second)
            _wait_until_some_wait(server, 1)
            return one, other

        one, other = database.write(work)
        return one, other.result()


def _wait_until_some_wait(server: psycopg.Connection, count: int) -> None:
    until = time.monotonic() + 30
    while _count(server, "pg_locks WHERE NOT granted") < count:
        assert time.monotonic() < until, "nobody waits"
        time.sleep(0.01)


def _submit(database: Database, key: str | None, at: datetime, learner: str | None = None) -> Told:
    return database.write(lambda session: _store(session, key, at, learner))


def _store(session: Session, key: str | None, at: datetime, learner: str | None = None) -> Told:
    """Answer at that moment; the id of the submission, and whether it was there before."""
    versions = AnswerableVersions()
    known = [assess(_attempt(key, at, learner), versions)]
    (outcome,) = store_answers(session, assessed=known, versions=versions)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome.submission.id, outcome.replayed


def _attempt(key: str | None, at: datetime, learner: str | None = None) -> Attempt:
    answer = Answer((), learner=learner)
    return Attempt("rivers", answer, "someone", at, key, _id_of(at), _id_of(at))


def _id_of(moment: datetime) -> UUID:
    """An id as it is made at that moment."""
    return UUID(f"{int(moment.timestamp() * 1000):012x}{uuid7().hex[12:]}")


def _count(server: psycopg.Connection, rows: str) -> int:
    statement = f"SELECT count(*) FROM {rows}"  # noqa: S608 - written in this file
    ((count,),) = server.execute(statement.encode()).fetchall()
    return int(count)


def _answer(client: TestClient, key: str) -> str:
    made = client.post(ANSWERS, json={"selected": []}, headers={"Idempotency-Key": key})
    assert made.status_code == 201, made.text
    id_: str = made.json()["id"]
    return id_


def test_a_regrade_finds_its_submissions_in_every_month(
    own_database: Database, server: psycopg.Connection
) -> None:
    bank = Bank(own_database)
    bank.publish(key=AnswerKey(frozenset({1})))
    _submit(own_database, "before", NOW)
    with server.transaction():
        server.execute(RECIPE)
    for month in (NOW, NEXT_MONTH, IN_YEARS):
        _submit(own_database, None, month)
    before = _grades(server, "is_undo = false")
    run = bank.regrade()
    assert (run.submissions, run.affected) == (4, 4)
    _do(own_database, run.id, _apply)
    gone = f"{NEXT_MONTH:%Y_%m}"
    later = server.execute(
        "SELECT tableoid::regclass::text FROM grade WHERE regrade_id IS NOT NULL"
        " ORDER BY submission_id"
    ).fetchall()
    places = ["grade_before", "grade_before", f"grade_{gone}", "grade_later"]
    assert later == [(place,) for place in places], "a grade lies beside its submission"
    with pytest.raises(psycopg.errors.UniqueViolation):
        server.execute(AGAIN)
    server.execute(f"DROP TABLE grade_{gone}, submission_{gone}")
    undone = _do(own_database, run.id, _undo)
    assert (undone.applied, undone.undone, undone.kept) == (4, 3, 0)
    assert _grades(server, "is_undo") == [one for one in before if one[0] in _ids(server)]


def test_months_that_go_between_plan_and_apply_are_passed_over(
    own_database: Database, server: psycopg.Connection
) -> None:
    bank = Bank(own_database)
    bank.publish(key=AnswerKey(frozenset({1})))
    with server.transaction():
        server.execute(RECIPE)
    for month in (NOW, NEXT_MONTH):
        _submit(own_database, None, month)
    run = bank.regrade()
    server.execute(f"DROP TABLE grade_{NEXT_MONTH:%Y_%m}, submission_{NEXT_MONTH:%Y_%m}")
    applied = _do(own_database, run.id, _apply)
    assert (applied.applied, applied.stale, applied.arrived) == (1, 1, 0)
    assert _do(own_database, run.id, _undo).undone == 1


def _do(database: Database, regrade: UUID, ask: Callable[[Session, Regrade], bool]) -> Regrade:
    """Ask for a task of a regrade and do it."""

    def work(session: Session) -> Regrade:
        run = find_regrade(session, regrade, locked=True)
        assert ask(session, run)
        finish_now(session, run=run)
        return run

    return database.write(work)


def _apply(session: Session, run: Regrade) -> bool:
    return apply_regrade(session, regrade=run, by=CALLER, at=NOW, four_eyes=False)


def _undo(session: Session, run: Regrade) -> bool:
    return undo_regrade(session, regrade=run, by=CALLER, at=NOW)


def _grades(server: psycopg.Connection, which: str) -> list[tuple[object, ...]]:
    """What such grades say, without their ids and moments."""
    columns = "submission_id, rule, rule_version, exact_score, points, max_points, correct, reason"
    statement = f"SELECT {columns} FROM grade WHERE {which} ORDER BY submission_id"  # noqa: S608
    return list(server.execute(statement.encode()).fetchall())


def _ids(server: psycopg.Connection) -> set[object]:
    return {id_ for (id_,) in server.execute("SELECT id FROM submission").fetchall()}
