"""Give learners the translations that fit a version: made from exactly its texts, and no others."""

from collections.abc import Iterable

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from domain.translations import texts_of
from models import QuestionVersion, TranslatedVersion, Translation
from operations.read_draft import read_draft


def show_translations(
    session: Session, *, version: QuestionVersion, languages: Iterable[str] | None = None
) -> None:
    """Show with a published version what was last published in each language, if it fits.

    What fits no more stays unshown: it tells of other texts, and perhaps of another key. Safe to
    repeat. The caller raises the revision of the bank.
    """
    for found in session.scalars(_newest_fitting(version, languages)):
        shown = session.get(TranslatedVersion, (version.id, found.language))
        if shown is None:
            shown = TranslatedVersion(version_id=version.id, language=found.language)
            session.add(shown)
        shown.translation_id, shown.withdrawn_at = found.id, None


def source_hash(version: QuestionVersion) -> str:
    """What the translations of this version were made from, as a hash."""
    return texts_of(read_draft(version)).hash


def _newest_fitting(
    version: QuestionVersion, languages: Iterable[str] | None
) -> Select[Translation]:
    fits = [
        Translation.question_id == version.question_id,
        Translation.source_hash == source_hash(version),
        Translation.published_at.is_not(None),
        Translation.withdrawn_at.is_(None),
    ]
    if languages is not None:
        fits.append(Translation.language.in_([*languages]))
    newest = (
        select(Translation.language, func.max(Translation.number).label("number"))
        .where(*fits)
        .group_by(Translation.language)
        .subquery()
    )
    same = (Translation.language == newest.c.language) & (Translation.number == newest.c.number)
    return select(Translation).join(newest, same).where(*fits)
