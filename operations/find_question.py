"""Find a question by what callers name it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import QuestionNotFound
from models import Question


def find_question(session: Session, name: str) -> Question:
    """The question with this slug or id; :class:`QuestionNotFound`, also for a deleted one."""
    question = session.scalar(select(Question).where(Question.is_named(name)))
    if question is None:
        raise QuestionNotFound
    return question
