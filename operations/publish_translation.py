"""Give learners a translation."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from domain.errors import OwnDraft, StaleTranslation
from models import Bank, Question, QuestionVersion, Translation
from operations.show_translations import show_translations, source_hash


def publish_translation(
    session: Session,
    *,
    question: Question,
    translation: Translation,
    versions: Sequence[QuestionVersion],
    by: str,
    at: datetime,
    four_eyes: bool = False,
) -> None:
    """Show the translation with every published version whose texts it was made from.

    ``versions`` are all that the question has. With a draft that it fits it is shown once that is
    published. Where it fits none it is a :class:`StaleTranslation`. Safe to repeat. Under
    ``four_eyes`` who wrote any of it may not publish it: :class:`OwnDraft`.
    """
    if translation.published_at is not None:
        return
    if four_eyes and by in translation.writers:
        raise OwnDraft("This key wrote the translation, or a part of it.")
    fitting = [one for one in versions if source_hash(one) == translation.source_hash]
    if not fitting:
        raise StaleTranslation
    translation.published_at, translation.published_by = at, by
    question.is_translated = True
    question.changed_in = Bank.raise_revision(session)
    session.flush()
    for version in fitting:
        if version.published_at is not None:
            show_translations(session, version=version, languages=[translation.language])
