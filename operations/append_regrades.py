"""Append what a plan says, some submissions at a time, or append what counted before it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models import GradeRow, Regrade, RegradeItem, RegradeOutcome, RegradeValues, now
from models.base import later_id
from models.bulk import insert_new, table_of

BATCH = 2_000
GRADE, OUTCOME = table_of(GradeRow), table_of(RegradeOutcome)
COPIED = ("rule", "rule_version", "exact_score", "score", "points", "max_points", "correct",
          "reason", "key_version_id")  # fmt: skip


def apply_items(session: Session, *, run: Regrade) -> bool:
    """Append the grades of the next batch of the plan; whether it was the last.

    A submission whose grade is not the one that the plan saw is left alone, and counted as stale.
    """
    items = _next_items(session, run)
    outcomes = _outcomes(session, run)
    latest: dict[UUID, UUID] = {}
    for row in session.execute(_grades(run, items, GRADE.c.submission_id, GRADE.c.id)):
        latest[row.submission_id] = row.id
    at, grades = now(), list[RegradeValues]()
    for submission_id, seen, number in items:
        if (told := outcomes[number]).problem is not None:
            continue
        if latest.get(submission_id) == seen:
            grades.append(_appended(run, submission_id, seen, told, at, is_undo=False))
        else:
            run.stale += 1
    run.applied += insert_new(session.connection(), GRADE, grades)
    return _advance(run, items)


def undo_items(session: Session, *, run: Regrade) -> bool:
    """Append, for the next batch, the grades that counted before the run; whether it was the last.

    A submission that a later regrade has graded since keeps that grade, and is counted as kept.
    """
    items = _next_items(session, run)
    history: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in session.execute(_grades(run, items, *GRADE.c)):
        history[row.submission_id].append(row)
    at, grades = now(), list[RegradeValues]()
    for submission_id, rows in history.items():
        in_force = still_in_force(rows)
        if in_force[-1].regrade_id == run.id:
            before, last = in_force[-2], rows[-1].id
            grades.append(_appended(run, submission_id, last, before, at, is_undo=True))
        elif any(row.regrade_id == run.id and not row.is_undo for row in rows):
            run.kept += not any(row.regrade_id == run.id and row.is_undo for row in rows)
    run.undone += insert_new(session.connection(), GRADE, grades)
    return _advance(run, items)


def still_in_force(grades: Iterable[Any]) -> list[Any]:
    """Of the grades of a submission, oldest first, those that no run has undone.

    The last of them says what counts now.
    """
    kept: list[Any] = []
    for grade in grades:
        if not grade.is_undo:
            kept.append(grade)
        else:
            kept = [one for one in kept if one.regrade_id != grade.regrade_id]
    return kept


def _next_items(session: Session, run: Regrade) -> Sequence[tuple[UUID, UUID, int]]:
    found = select(RegradeItem.submission_id, RegradeItem.old_grade_id, RegradeItem.outcome)
    behind = _behind(run)
    statement = found.where(*behind).order_by(RegradeItem.submission_id).limit(BATCH)
    return [(one, seen, number) for one, seen, number in session.execute(statement)]


def _behind(run: Regrade) -> list[Any]:
    behind = [RegradeItem.regrade_id == run.id]
    if run.mark is not None:
        behind.append(RegradeItem.submission_id > UUID(run.mark[0]))
    return behind


def _grades(run: Regrade, items: Sequence[tuple[UUID, UUID, int]], *columns: Any) -> Select[Any]:
    """All grades of the submissions of these items, the oldest of each first."""
    last = items[-1][0] if items else UUID(int=0)
    return (
        select(*columns)
        .join(RegradeItem, RegradeItem.submission_id == GRADE.c.submission_id)
        .where(*_behind(run), RegradeItem.submission_id <= last)
        .order_by(GRADE.c.submission_id, GRADE.c.id)
    )


def _outcomes(session: Session, run: Regrade) -> dict[int, Any]:
    found = session.execute(select(OUTCOME).where(OUTCOME.c.regrade_id == run.id))
    return {row.number: row for row in found}


def _appended(
    run: Regrade,
    submission_id: UUID,
    last: UUID,
    told: Any,
    at: datetime,
    *,
    is_undo: bool,
) -> RegradeValues:
    """A grade that comes after the last one, also where that was made by a clock that is ahead."""
    return RegradeValues(
        id=later_id(last),
        submission_id=submission_id,
        graded_at=at,
        regrade_id=run.id,
        is_undo=is_undo,
        **{name: getattr(told, name) for name in COPIED},
    )


def _advance(run: Regrade, items: Sequence[tuple[UUID, UUID, int]]) -> bool:
    run.done += len(items)
    if items:
        run.mark = [str(items[-1][0])]
    return len(items) < BATCH
