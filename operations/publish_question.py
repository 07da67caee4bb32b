"""Let learners see a version of a question."""

from datetime import datetime

from sqlalchemy.orm import Session

from models import Bank, QuestionVersion
from models.search import index_question, unindex_question


def publish_question(session: Session, *, version: QuestionVersion, at: datetime) -> None:
    """Make the version the one that learners get, from the commit on.

    The version never changes again. Publishing a published version changes nothing.
    """
    if version.published_at is not None:
        return
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
