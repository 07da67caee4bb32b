"""Ask for what counted before a regrade."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Caller
from domain.errors import RegradedSince, RegradeNotReady
from models import GradeRow, Regrade, RegradeItem
from operations.plan_regrade import note_regrade, take_turn


def undo_regrade(session: Session, *, regrade: Regrade, by: Caller, at: datetime) -> bool:
    """Have the grades appended that counted before; whether that is new. Safe to repeat.

    :class:`RegradeNotReady` where it was not applied, or is not yet to its end, or where another
    regrade of the question is not. Where a later
    regrade of the same submissions is in force, that has to be undone first:
    :class:`RegradedSince`.
    """
    if regrade.task == "undo" and regrade.failure is None:
        return False
    failed = regrade.failure is not None and regrade.task != "plan"
    if regrade.state != "applied" and not failed:
        raise RegradeNotReady(f"The regrade is {regrade.state}.")
    take_turn(session, regrade)
    if (later := _later(session, regrade)) is not None:
        raise RegradedSince(f"The regrade {later} has graded the same submissions since.")
    if regrade.task == "undo":
        regrade.go_on()
        return True
    regrade.begin("undo")
    regrade.undone_by = by.id
    note_regrade(session, regrade, "undone", by, at, {"applied": regrade.applied})
    return True


def _later(session: Session, regrade: Regrade) -> UUID | None:
    """A regrade asked for after this one that holds, and has graded a submission of this one."""
    shared = (
        select(RegradeItem.submission_id)
        .join(GradeRow, GradeRow.submission_id == RegradeItem.submission_id)
        .where(RegradeItem.regrade_id == regrade.id, GradeRow.regrade_id == Regrade.id)
    )
    return session.scalar(
        select(Regrade.id)
        .where(
            Regrade.question_id == regrade.question_id,
            Regrade.id != regrade.id,
            Regrade.task == "apply",
            Regrade.apply_asked_at > regrade.apply_asked_at,
            shared.exists(),
        )
        .order_by(Regrade.apply_asked_at.desc())
        .limit(1)
    )
