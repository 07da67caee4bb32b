"""Read a regrade, and what becomes of its submissions."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from domain.errors import RegradeNotFound
from models import GradeRow, QuestionVersion, Regrade, RegradeItem, RegradeOutcome, Submission

Status = Literal["planned", "applied", "stale", "undone", "kept", "ungradable"]


def find_regrade(session: Session, id_: UUID, *, locked: bool = False) -> Regrade:
    """The regrade with this id, or :class:`RegradeNotFound`; ``locked`` to change it."""
    if locked:
        session.execute(select(Regrade.id).where(Regrade.id == id_).with_for_update())
    run = session.scalar(Regrade.newest_first().where(Regrade.id == id_))
    if run is None:
        raise RegradeNotFound
    return run


def list_items(
    session: Session, *, run: Regrade, after: UUID | None, limit: int, ungradable: bool | None
) -> Sequence[tuple[Any, RegradeOutcome, Status]]:
    """Submissions of a regrade behind one, in the order of their ids: each with what it gets.

    ``ungradable``: only those that cannot be graded, or only the others.
    """
    asked = (
        select(
            RegradeItem.submission_id,
            RegradeItem.old_grade_id,
            Submission.learner,
            QuestionVersion.number.label("version"),
            RegradeOutcome,
        )
        .join(
            RegradeOutcome,
            and_(
                RegradeOutcome.regrade_id == RegradeItem.regrade_id,
                RegradeOutcome.number == RegradeItem.outcome,
            ),
        )
        .outerjoin(Submission, Submission.id == RegradeItem.submission_id)
        .outerjoin(QuestionVersion, QuestionVersion.id == Submission.version_id)
        .where(RegradeItem.regrade_id == run.id)
        .order_by(RegradeItem.submission_id)
        .limit(limit)
    )
    if after is not None:
        asked = asked.where(RegradeItem.submission_id > after)
    if ungradable is not None:
        has_problem = RegradeOutcome.problem.is_not(None)
        asked = asked.where(has_problem if ungradable else ~has_problem)
    rows: Sequence[Any] = session.execute(asked).all()
    made = _made(session, run, [row.submission_id for row in rows])
    return [(row, row.RegradeOutcome, _status(run, row, made[row.submission_id])) for row in rows]


def _made(session: Session, run: Regrade, ids: Sequence[UUID]) -> defaultdict[UUID, set[bool]]:
    """Of each submission which grades of the run there are: applied, undone."""
    made: defaultdict[UUID, set[bool]] = defaultdict(set)
    asked = select(GradeRow.submission_id, GradeRow.is_undo).where(
        GradeRow.submission_id.in_(ids), GradeRow.regrade_id == run.id
    )
    for submission_id, is_undo in session.execute(asked):
        made[submission_id].add(is_undo)
    return made


def _status(run: Regrade, row: Any, made: set[bool]) -> Status:
    if row.RegradeOutcome.problem is not None:
        return "ungradable"
    if True in made:
        return "undone"
    if False in made:
        return "kept" if _is_behind(run, "undo", row.submission_id) else "applied"
    was_there = run.task == "undo" or _is_behind(run, "apply", row.submission_id)
    return "stale" if was_there else "planned"


def _is_behind(run: Regrade, task: str, submission_id: UUID) -> bool:
    """Whether the task has come past the submission."""
    return run.task == task and run.mark is not None and submission_id <= UUID(run.mark[0])
