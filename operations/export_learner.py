"""All that is stored of a learner."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import IdempotencyRecord, Submission


class LearnerRecord(NamedTuple):
    """What a learner submitted, oldest first, and answers that are kept for requests sent again."""

    submissions: Sequence[Submission]
    kept_answers: Sequence[IdempotencyRecord]


def export_learner(session: Session, *, learner: str) -> LearnerRecord:
    """Everything in the database that has the learner's id; both lists are empty for a stranger."""
    kept = select(IdempotencyRecord).where(IdempotencyRecord.names(learner))
    return LearnerRecord(
        session.scalars(Submission.of_learner(learner)).all(),
        session.scalars(kept.order_by(IdempotencyRecord.created_at)).all(),
    )
