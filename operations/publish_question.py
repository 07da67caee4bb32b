"""Let learners see a version of a question."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.completeness import completeness
from domain.errors import Fault, IncompleteQuestion
from models import Bank, Question, QuestionVersion
from models.search import index_question, unindex_question
from operations.read_draft import read_draft
from operations.show_translations import show_translations


def publish_question(
    session: Session, *, version: QuestionVersion, at: datetime, by: str | None = None
) -> None:
    """Make the version the one that learners get, from the commit on; ``by`` is a caller.

    The version never changes again. Translations that fit its texts come with it. Publishing a
    published version changes nothing. :class:`IncompleteQuestion` lists what is missing or wrong,
    failing tests included.
    """
    if version.published_at is not None:
        return
    require_complete(version)
    question = version.question
    question.changed_in = Bank.raise_revision(session)
    if question.number is None:
        question.number = next_number(session)
    else:
        unindex_question(session, question)
    question.show(version, at)
    version.published_by, question.changed_at = by, at
    version.publish_at = version.publish_by = None
    index_question(session, question, version)
    if question.is_translated:
        show_translations(session, version=version)


def next_number(session: Session) -> int:
    """One more than the last; two at once have taken turns where the revision was raised."""
    return (session.scalar(select(func.max(Question.number))) or 0) + 1


def require_complete(version: QuestionVersion) -> None:
    """Raise :class:`IncompleteQuestion` with all that keeps the version from being published."""
    if problems := completeness(read_draft(version)):
        raise IncompleteQuestion(
            faults=tuple(Fault("", one.code, f"{one.message} {one.hint}") for one in problems)
        )
