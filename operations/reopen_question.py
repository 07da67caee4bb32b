"""Take a question back to its authors."""

from datetime import datetime

from sqlalchemy.orm import Session

from domain.errors import WrongState
from models import Question, QuestionVersion
from models.search import unindex_question
from operations.read_draft import read_draft
from operations.revise_question import revise_question


def reopen_question(session: Session, *, question: Question, by: str, at: datetime) -> None:
    """End a review, a planned publication or a retirement: a draft again. Safe to repeat.

    A retired question gets a draft that says what it said last. Learners get nothing of it until
    it is published again. A published one is :class:`WrongState`: edit it while it is out.
    """
    version = question.versions[-1]
    if question.status == "published":
        raise WrongState("The question is published; write its next version, or retire it.")
    if question.status == "draft" and version.publish_at is None:
        return
    if question.retired_at is not None:
        version = _end_retirement(session, question, version, by)
    version.in_review_at = version.in_review_by = None
    version.publish_at = version.publish_by = None
    question.changed_at = at


def _end_retirement(
    session: Session, question: Question, last: QuestionVersion, by: str
) -> QuestionVersion:
    question.retired_at = question.retired_by = None
    question.published = None
    unindex_question(session, question)
    if last.published_at is None:
        return last
    version = revise_question(session, question=question, draft=read_draft(last))
    version.writers = [by]
    return version
