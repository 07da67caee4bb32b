"""Take a question away from learners."""

from datetime import datetime

from sqlalchemy.orm import Session

from domain.errors import WrongState
from models import Bank, Question
from models.search import unindex_question


def retire_question(session: Session, *, question: Question, by: str, at: datetime) -> None:
    """Hide a published question from the commit on; its answers and grades stay. Repeatable."""
    if question.retired_at is not None:
        return
    if question.published_id is None:
        raise WrongState(f"The question is {question.status}; only a published one can retire.")
    question.retired_at, question.retired_by = at, by
    question.changed_at = at
    unindex_question(session, question)
    question.changed_in = Bank.raise_revision(session)
