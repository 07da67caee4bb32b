"""What it costs to regrade everything that learners sent to one question."""

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy.orm import Session

import migrations
from bench.measure import resident_mib
from domain.access import Caller
from domain.questions import AnswerKey
from models import Database, GradeRow, QuestionVersion, Regrade, Submission, now, open_engine
from models.answering import AnswerableVersions, Target
from models.bulk import insert_new, table_of
from models.ids import uuid7
from operations.apply_regrade import apply_regrade
from operations.grade_answer import Answer, Attempt, grade_answer
from operations.plan_regrade import Scope, Wish, plan_regrade
from operations.run_regrade import claim_regrade, run_regrade
from operations.undo_regrade import undo_regrade
from tests.factories import Bank

SUBMISSIONS = int(os.environ.get("BENCH_REGRADE_SUBMISSIONS", "100000"))
AT_ONCE = 10_000
MILLION = 1_000_000
BY = Caller("bench", frozenset())


def figures() -> Iterator[str]:
    """CPU and wall time of each step, on SQLite; what a million would take, by rule of three."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/questions.db")
        migrations.upgrade(engine)
        database = Database(engine)
        bank = Bank(database)
        fill(database, bank.publish(key=AnswerKey(frozenset({1}))))
        bank.publish(key=AnswerKey(frozenset({1, 3})))
        # Another key and another rule: nearly every score changes, which costs most.
        wish = Wish("A wrong key.", Scope("rivers"), "current_key", rule="every_decision")
        run = database.write(lambda session: plan_regrade(session, wish=wish, by=BY, at=now()))
        yield from _step(database, "plan")
        run_id = run.id

        def apply(session: Session) -> bool:
            found = session.get_one(Regrade, run_id)
            return apply_regrade(session, regrade=found, by=BY, at=now(), four_eyes=False)

        def undo(session: Session) -> bool:
            found = session.get_one(Regrade, run_id)
            return undo_regrade(session, regrade=found, by=BY, at=now())

        yield from _asked(database, "apply", apply)
        yield from _asked(database, "undo", undo)
        with database.read() as session:
            run = session.get_one(Regrade, run_id)
            yield f"{run.applied:8,} grades appended, {run.undone:,} to undo them"
        database.close()
    yield f"{resident_mib():8.1f} MiB held at the end"


def fill(database: Database, version: QuestionVersion, count: int = SUBMISSIONS) -> None:
    """Random answers to a version, graded as they would be when they are sent."""
    chosen = Random(1)  # noqa: S311 - the same answers each time, no secret
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for first in range(0, count, AT_ONCE):
        moments = [begin + timedelta(seconds=n) for n in range(first, min(first + AT_ONCE, count))]
        database.write(partial(_fill, version=version, chosen=chosen, moments=moments))


def _fill(
    session: Session, version: QuestionVersion, chosen: Random, moments: list[datetime]
) -> None:
    known = AnswerableVersions().version(session, version.id)
    ids = known.row.option_ids
    target = Target(1, version.question_id, "rivers", version.release, known)
    graded = [
        grade_answer(
            Attempt(
                "rivers",
                Answer(tuple(chosen.sample(ids, chosen.randint(0, 4))), learner=str(uuid7())),
                "bench",
                moment,
            ),
            target,
        )
        for moment in moments
    ]
    connection = session.connection()
    insert_new(connection, table_of(Submission), [one.submission for one in graded])
    insert_new(connection, table_of(GradeRow), [one.grade for one in graded])


def _asked(database: Database, name: str, ask: Callable[[Session], bool]) -> Iterator[str]:
    assert database.write(ask)
    yield from _step(database, name)


def _step(database: Database, name: str) -> Iterator[str]:
    """Work off what is asked for."""
    cpu, wall = _cpu(), time.perf_counter()
    worker = uuid7()
    run = database.write(lambda session: claim_regrade(session, worker=worker, at=now()))
    assert run is not None
    run_regrade(database.write, run=run, worker=worker, is_stopping=lambda: False)
    cpu, wall = _cpu() - cpu, time.perf_counter() - wall
    scaled = cpu * MILLION / SUBMISSIONS
    yield (
        f"{cpu:8.2f} s of CPU to {name} a regrade of {SUBMISSIONS:,} submissions, {wall:.1f} s by "
        f"the clock: {scaled:.1f} s for {MILLION:,}"
    )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
