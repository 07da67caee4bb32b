"""What it costs to compare rules on everything that learners sent to one question."""

import logging
import tempfile
import time
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

import structlog
from fastapi.testclient import TestClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

import migrations
from api.app import create_app
from bench.measure import resident_mib
from domain.grading import RULES, ChoiceResponse, grade_response
from models import Database, GradeRow, QuestionVersion, Submission, open_engine
from models.ids import uuid7
from settings import Settings
from tests.factories import Bank

SUBMISSIONS, COMPARED = 10_000, 30


def figures() -> Iterator[str]:
    """CPU time of the first call in a process, and of one when chance and oracle are known."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asked = f"to compare {COMPARED} rules on {SUBMISSIONS:,} submissions"
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/questions.db")
        migrations.upgrade(engine)
        database = Database(engine)
        bank = Bank(database)
        _fill(database, bank.publish())
        client = TestClient(create_app(Settings.load(), database), headers=bank.key("author")[1])
        before = resident_mib()
        first, later = _asking(client), min(_asking(client) for _ in range(5))
        after = resident_mib()
        database.close()
    yield f"{first:8.2f} s of CPU {asked}, the first time"
    yield f"{later:8.2f} s later on"
    yield f"{before:8.1f} MiB held before, {after:.1f} after these calls"


def _asking(client: TestClient) -> float:
    body = {"question": "rivers", "cohort": True, "rules": sorted(RULES)[:COMPARED]}
    started = time.process_time()
    answer = client.post("/v1/bank/scoring-lab", json=body)
    spent = time.process_time() - started
    told = answer.json()
    assert (told["submissions"], len(told["rules"])) == (SUBMISSIONS, COMPARED)
    return spent


def _fill(database: Database, version: QuestionVersion) -> None:
    """Random responses, each with the grade that the question's own rule gives."""
    chosen = Random(1)  # noqa: S311 - the same responses each time, no secret
    ids = version.option_ids
    picked = {uuid7(): chosen.sample(ids, chosen.randint(0, 4)) for _ in range(SUBMISSIONS)}
    sent = [_submission(version, id_, some) for id_, some in picked.items()]
    grades = [_grade(version, id_, some) for id_, some in picked.items()]

    def work(session: Session) -> None:
        session.execute(insert(Submission), sent)
        session.execute(insert(GradeRow), grades)

    database.write(work)


def _submission(version: QuestionVersion, id_: UUID, picked: list[str]) -> dict[str, Any]:
    return {
        "id": id_,
        "question_id": version.question_id,
        "version_id": version.id,
        "caller": "bench",
        "selected": picked,
        "shown": list(version.option_ids),
        "release": version.release,
    }


def _grade(version: QuestionVersion, id_: UUID, picked: list[str]) -> dict[str, Any]:
    key = version.key
    rule = version.marking(key)
    result = grade_response(key, ChoiceResponse(frozenset(picked)), rule)
    return {
        "submission_id": id_,
        "rule": rule.name,
        "rule_version": rule.version,
        "exact_score": str(result.score),
        "score": float(result.score),
        "points": float(result.score),
        "max_points": 1.0,
        "correct": result.correct,
        "reason": result.reason,
    }
