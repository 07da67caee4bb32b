"""Delete a question that nobody has answered."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from domain.errors import InUse
from domain.questions import LONGEST_SLUG
from models import Bank, Question, Submission
from models.likeness import unindex_likeness
from models.search import unindex_question

_LENGTH_OF_ID = 36


def delete_question(session: Session, *, question: Question, by: str, at: datetime) -> None:
    """Hide a question from everybody and free its names; the rows stay.

    :class:`InUse` once there is a submission. The row keeps its slug with the id behind it: `~`
    is in no slug, so the name is free, and yet one can see what it was.
    """
    # Whoever is submitting holds the row until the commit, so no answer slips in between.
    session.execute(select(Question.id).where(Question.id == question.id).with_for_update())
    if session.scalar(select(exists().where(Submission.question_id == question.id))):
        raise InUse
    if question.published_id is not None:
        question.published = None
        unindex_question(session, question)
        question.changed_in = Bank.raise_revision(session)
    unindex_likeness(session, [question.id])
    kept = LONGEST_SLUG - _LENGTH_OF_ID - 1
    question.slug = f"{question.slug[:kept]}~{question.id}"
    question.external_id = None
    question.deleted_at, question.deleted_by = at, by
    question.changed_at = at
