"""Begin a new question from what another one says."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import SlugTaken
from models import Question
from operations.read_draft import read_draft
from operations.write_draft import write_draft


def copy_question(
    session: Session, *, question: Question, slug: str, by: str, at: datetime
) -> Question:
    """A new question whose draft says what the newest version of this one says.

    It has ids of its own and remembers what it was copied from. :class:`SlugTaken` if another
    question has the slug.
    """
    if session.scalar(select(Question.id).where(Question.slug == slug)) is not None:
        raise SlugTaken
    draft = read_draft(question.versions[-1])
    options = tuple(replace(option, id=None) for option in draft.options)
    copy = Question(slug=slug, copied_from_id=question.id, created_at=at, changed_at=at)
    session.add(copy)
    content = replace(draft, slug=slug, external_id=None, options=options)
    write_draft(session, question=copy, draft=content, by=by, at=at)
    return copy
