"""Work off what is asked of regrades: claim one, do it batch by batch, go on after others."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from models import Regrade, now
from operations.append_regrades import apply_items, undo_items
from operations.assess_submissions import Assessor, assess_submissions, count_in_scope

MOST_ATTEMPTS = 5  # without one batch done, it is given up at last

Write = Callable[[Callable[[Session], Any]], Any]


class RegradeLostError(Exception):
    """Another worker has the regrade, since this one gave no sign of life for too long."""


def claim_regrade(session: Session, *, worker: UUID, at: datetime) -> Regrade | None:
    """The oldest regrade that waits for a worker, which is now this one's; ``None`` without one."""
    run = session.scalar(Regrade.next_free(at).with_for_update(skip_locked=True))
    if run is None:
        return None
    run.worker, run.alive_at, run.attempts = worker, at, run.attempts + 1
    if run.attempts > MOST_ATTEMPTS:
        run.finish(at, "It was begun several times and came no further.")
    return run


def run_regrade(
    write: Write, *, run: Regrade, worker: UUID, is_stopping: Callable[[], bool]
) -> None:
    """Do what the regrade's task has left; :class:`RegradeLostError` where it is another's now.

    A batch is written together with the mark behind it, or not at all. The row of the regrade is
    locked meanwhile, so that no batch is done twice. When it is time to stop, it is given back.
    """
    assessor, is_done = Assessor(run), False
    while not is_done:
        if is_stopping():
            write(lambda session: _mine(session, run.id, worker).give_back())
            return
        is_done = write(lambda session: _next_batch(session, run.id, worker, assessor))


def finish_now(session: Session, *, run: Regrade) -> None:
    """Do all of the regrade's task in this transaction, for those with few submissions."""
    assessor = Assessor(run)
    while not advance(session, run=run, assessor=assessor):
        pass


def advance(session: Session, *, run: Regrade, assessor: Assessor) -> bool:
    """Do one batch of the task; whether it is finished."""
    if run.task == "plan":
        is_done = assess_submissions(session, run=run, assessor=assessor)
    else:
        is_done = (apply_items if run.task == "apply" else undo_items)(session, run=run)
    if is_done and run.task == "apply":
        # Fewer where an operator has let go of old months since.
        run.arrived = max(0, count_in_scope(session, run) - run.submissions)
    if is_done:
        run.finish(now())
    return is_done


def fail_regrade(session: Session, *, run_id: UUID, worker: UUID, failure: str) -> None:
    """End the task with a failure, if it is still this worker's."""
    run = session.scalar(Regrade.held_by(run_id, worker))
    if run is not None:
        run.finish(now(), failure)


def _next_batch(session: Session, run_id: UUID, worker: UUID, assessor: Assessor) -> bool:
    run = _mine(session, run_id, worker)
    run.alive_at, run.attempts = now(), 0
    return advance(session, run=run, assessor=assessor)


def _mine(session: Session, run_id: UUID, worker: UUID) -> Regrade:
    run = session.scalar(Regrade.held_by(run_id, worker))
    if run is None:
        raise RegradeLostError
    return run
