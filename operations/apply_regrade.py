"""Ask for what a plan says."""

from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import Caller
from domain.errors import OwnPlan, RegradeNotReady
from models import Regrade
from operations.plan_regrade import note_regrade, take_turn


def apply_regrade(
    session: Session, *, regrade: Regrade, by: Caller, at: datetime, four_eyes: bool
) -> bool:
    """Have the grades of a plan appended; whether that is new. Safe to repeat.

    One that failed while it was applied goes on behind its last batch.
    :class:`RegradeNotReady` while it is planned, once it is undone, and while another regrade
    of the question is applied or undone.
    """
    if regrade.task == "apply" and regrade.failure is None:
        return False
    if regrade.planned_at is None or regrade.task == "undo":
        raise RegradeNotReady(f"The regrade is {regrade.state}.")
    if four_eyes and regrade.planned_by == by.id:
        raise OwnPlan
    take_turn(session, regrade)
    if regrade.task == "apply":
        regrade.go_on()
        return True
    regrade.begin("apply")
    regrade.applied_by, regrade.apply_asked_at = by.id, at
    note_regrade(session, regrade, "applied", by, at, {"affected": regrade.affected})
    return True
