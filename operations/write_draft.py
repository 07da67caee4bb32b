"""Write what the next version of a question is to say."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from domain.questions import Draft, content_hash
from models import (
    CorrectOption,
    ExplanationText,
    Hint,
    MarkScheme,
    OptionRow,
    Question,
    QuestionVersion,
    ReferenceRow,
    Tag,
    VersionMedia,
)
from operations.require_pictures import require_pictures
from operations.revise_question import revise_question

# In the order in which they can go: a right option refers to its option.
_PARTS = (
    CorrectOption,
    OptionRow,
    ExplanationText,
    ReferenceRow,
    Hint,
    MarkScheme,
    Tag,
    VersionMedia,
)


def write_draft(
    session: Session, *, question: Question, draft: Draft, by: str, at: datetime
) -> QuestionVersion:
    """Put the draft in place of the one that is there, else behind the published version.

    The new draft has the number of the old one and is not in review. A draft that says nothing
    new changes nothing. A picture that is not there is an :class:`~domain.errors.InvalidDraft`.
    Options keep their ids as in :func:`revise_question`.
    """
    require_pictures(session, draft=draft)
    last = question.versions[-1] if question.versions else None
    if last is not None and _says(last, draft):
        return last
    others: list[str] = []
    if last is not None and last.published_at is None:
        others = [writer for writer in last.writers or () if writer != by]
        _discard(session, last)
    version = revise_question(session, question=question, draft=draft)
    version.writers, version.created_at = [*others, by], at
    question.changed_at = at
    session.flush()
    return version


def _says(version: QuestionVersion, draft: Draft) -> bool:
    """Whether the version says what the draft says, under the ids that the draft states."""
    stated = tuple(option.id for option in draft.options)
    return version.content_hash == content_hash(draft) and (
        not any(stated) or version.option_ids == stated
    )


def _discard(session: Session, version: QuestionVersion) -> None:
    """Forget a draft that nobody but authors has seen."""
    question = version.question
    for part in _PARTS:
        session.execute(delete(part).where(part.version_id == version.id))
    session.execute(delete(QuestionVersion).where(QuestionVersion.id == version.id))
    session.expire(question, ["versions"])
