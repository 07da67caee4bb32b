"""Take a translation away from learners."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Bank, Question, QuestionVersion, TranslatedVersion, Translation


def withdraw_translation(
    session: Session, *, question: Question, language: str, by: str, at: datetime
) -> None:
    """Show nothing of what was written in the language; the rows stay. Safe to repeat."""
    written = (Translation.question_id == question.id, Translation.language == language)
    session.execute(
        update(Translation)
        .where(*written, Translation.withdrawn_at.is_(None))
        .values(withdrawn_at=at, withdrawn_by=by)
    )
    its_versions = select(QuestionVersion.id).where(QuestionVersion.question_id == question.id)
    session.execute(
        update(TranslatedVersion)
        .where(
            TranslatedVersion.version_id.in_(its_versions),
            TranslatedVersion.language == language,
            TranslatedVersion.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=at)
    )
    question.changed_in = Bank.raise_revision(session)
