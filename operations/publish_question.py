"""Let learners see a version of a question."""

from datetime import datetime

from sqlalchemy.orm import Session

from domain.completeness import completeness
from domain.errors import Fault, IncompleteQuestion
from models import Bank, QuestionVersion
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
    if question.published is not None:  # SQLite's index is read whole to find what to delete
        unindex_question(session, question.id)
    version.published_at = at
    question.published = version
    index_question(
        session,
        version.question_id,
        title=version.title,
        prompt=version.prompt,
        options=[option.text for option in version.options],
    )
    Bank.raise_revision(session)
