"""Let learners see a version of a question."""

from datetime import datetime

from sqlalchemy.orm import Session

from domain.completeness import completeness
from domain.errors import Fault, IncompleteQuestion
from models import Bank, QuestionVersion
from models.search import index_question, unindex_question
from operations.read_draft import read_draft


def publish_question(
    session: Session, *, version: QuestionVersion, at: datetime, by: str | None = None
) -> None:
    """Make the version the one that learners get, from the commit on; ``by`` is a caller.

    The version never changes again. Publishing a published version changes nothing.
    :class:`IncompleteQuestion` lists what is missing or wrong, failing tests included.
    """
    if version.published_at is not None:
        return
    require_complete(version)
    question = version.question
    if question.published is not None:  # SQLite's index is read whole to find what to delete
        unindex_question(session, question.id)
    version.published_at, version.published_by = at, by
    version.publish_at = version.publish_by = None
    question.published, question.changed_at = version, at
    index_question(
        session,
        version.question_id,
        title=version.title,
        prompt=version.prompt,
        options=[option.text for option in version.options],
    )
    Bank.raise_revision(session)


def require_complete(version: QuestionVersion) -> None:
    """Raise :class:`IncompleteQuestion` with all that keeps the version from being published."""
    if problems := completeness(read_draft(version)):
        raise IncompleteQuestion(
            faults=tuple(Fault("", one.code, f"{one.message} {one.hint}") for one in problems)
        )
