"""Tell which translations a file leaves behind: each question goes out in its own language."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.losses import Loss
from formats.writing import Written
from models import Question, TranslatedVersion

STAYS = "They are in a backup, and at /v1/bank/questions/{slug}/translations."


def tell_translations(session: Session, written: Iterable[Written]) -> Iterator[Written]:
    """What was written, with a loss for the languages that learners get the question in besides."""
    languages = _languages(session)
    for one in written:
        if one.is_in and (found := languages.get(one.slug)):
            what = f"The translations into {', '.join(found)}."
            loss = Loss("/translations", "translations", what, STAYS.format(slug=one.slug))
            one = one._replace(losses=(*one.losses, loss))
        yield one


def _languages(session: Session) -> dict[str, list[str]]:
    """By slug the languages of the translations that are shown with what is published."""
    shown = (
        select(Question.slug, TranslatedVersion.language)
        .join(TranslatedVersion, TranslatedVersion.version_id == Question.published_id)
        .where(Question.is_listed(), TranslatedVersion.withdrawn_at.is_(None))
        .order_by(TranslatedVersion.language)
    )
    found: dict[str, list[str]] = {}
    for slug, language in session.execute(shown):
        found.setdefault(slug, []).append(language)
    return found
