"""Let learners see a version of a question."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.completeness import completeness
from domain.errors import Fault, IncompleteQuestion
from models import Bank, Question, QuestionVersion
from models.search import index_question, unindex_question
from operations.read_draft import read_draft


def publish_question(session: Session, *, version: QuestionVersion, at: datetime) -> None:
    """Make the version the one that learners get, from the commit on.

    The version never changes again. Publishing a published version changes nothing.
    :class:`IncompleteQuestion` lists what is missing or wrong, failing tests included.
    """
    if version.published_at is not None:
        return
    if problems := completeness(read_draft(version)):
        raise IncompleteQuestion(
            faults=tuple(Fault("", one.code, f"{one.message} {one.hint}") for one in problems)
        )
    question = version.question
    Bank.raise_revision(session, question)
    if question.number is None:
        question.number = _next_number(session)
    else:
        unindex_question(session, question)
    question.show(version, at)
    index_question(session, question, version)


def _next_number(session: Session) -> int:
    """One more than the last; two at once have taken turns where the revision was raised."""
    return (session.scalar(select(func.max(Question.number))) or 0) + 1
