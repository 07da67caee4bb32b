"""Which versions of questions show a picture."""

from typing import NamedTuple

from sqlalchemy import Select, func, select

from models.media import VersionMedia
from models.question import Question, QuestionVersion


class Use(NamedTuple):
    """A version that shows a picture, or of which a translation does."""

    slug: str
    number: int
    title: str
    is_published: bool


PLACE = (Question.slug, QuestionVersion.number)  # what uses are sorted by


def uses_of(sha256: str) -> Select[str, int, str, bool]:
    """The versions that show a picture, each as a :class:`Use`; none of deleted questions."""
    is_published = func.coalesce(Question.published_id == QuestionVersion.id, False)
    return (
        select(Question.slug, QuestionVersion.number, QuestionVersion.title, is_published)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(VersionMedia, VersionMedia.version_id == QuestionVersion.id)
        .where(VersionMedia.sha256 == sha256, Question.deleted_at.is_(None))
    )
