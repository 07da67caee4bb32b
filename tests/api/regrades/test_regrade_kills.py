"""A service that is killed while it regrades: the next one goes on, and nothing is graded twice."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from bench.regrades import fill
from domain.questions import AnswerKey
from models import Database, GradeRow
from tests.factories import Bank, draft
from tests.processes import serving

COUNT = 30_000  # fifteen batches
PATH = "/v1/bank/regrades"
WRONG, CORRECTED = draft(key=AnswerKey(frozenset({1}))), draft()


def followed(url: str, headers: dict[str, str], run: str, states: set[str]) -> dict[str, Any]:
    """The regrade once it has one of these states."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        told: dict[str, Any] = httpx.get(f"{url}{PATH}/{run}", headers=headers).json()
        if told["state"] in states or (told["progress"]["done"] > 0 and "begun" in states):
            return told
        time.sleep(0.02)
    raise AssertionError(told)


def scores(database: Database) -> tuple[Counter[int], dict[Any, str]]:
    """How many submissions have how many grades, and the score of each that counts."""
    asked = select(GradeRow.submission_id, GradeRow.exact_score).order_by(GradeRow.id)
    with database.read() as session:
        rows = session.execute(asked).all()
    numbers = Counter(Counter(row.submission_id for row in rows).values())
    return numbers, {row.submission_id: row.exact_score for row in rows}


def test_a_killed_regrade_goes_on_where_it_was(
    own_url: str, own_database: Database, tmp_path: Path
) -> None:
    bank = Bank(own_database)
    fill(own_database, bank.publish(WRONG), COUNT)
    bank.publish(CORRECTED)
    _, headers = bank.key("admin")
    settings = {"DATABASE_URL": own_url, "QUESTIONS_REGRADE_AT_ONCE": "1"}
    first = scores(own_database)[1]
    body = {"reason": "It was unclear.", "scope": {"question": "rivers"}, "mode": "full_credit"}
    with serving(tmp_path, "serve", settings=settings) as service:
        asked = httpx.post(f"{service.url}{PATH}", json=body, headers=headers)
        assert asked.status_code == 202
        run = asked.json()["id"]
        plan = followed(service.url, headers, run, {"planned"})["plan"]
    affected = plan["affected"]
    assert 0 < affected < plan["submissions"] == COUNT
    for verb, ended, grades in (("apply", "applied", 2), ("undo", "undone", 3)):
        with serving(tmp_path, "serve", settings=settings) as service:
            done = httpx.post(f"{service.url}{PATH}/{run}/{verb}", headers=headers)
            assert done.status_code == 202
            begun = followed(service.url, headers, run, {"begun", ended})
            service.process.kill()
        assert begun["progress"]["done"] < begun["progress"]["total"], "else nothing was cut off"
        with serving(tmp_path, "serve", settings=settings) as service:
            assert httpx.post(f"{service.url}{PATH}/{run}/{verb}", headers=headers).is_success
            told = followed(service.url, headers, run, {ended})
        assert (told["result"]["applied"], told["result"]["stale"]) == (affected, 0)
        numbers, now = scores(own_database)
        assert numbers == {1: COUNT - affected, grades: affected}
        assert (now == first) == (verb == "undo")
