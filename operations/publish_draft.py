"""Publish what an author wrote, now or later."""

from datetime import datetime

from sqlalchemy.orm import Session

from domain.errors import OwnDraft, WrongState
from models import Question
from operations.publish_question import publish_question, require_complete


def publish_draft(
    session: Session,
    *,
    question: Question,
    by: str,
    at: datetime,
    publish_at: datetime | None = None,
    four_eyes: bool = False,
) -> None:
    """Publish the newest version, or note when it is due. Safe to repeat.

    Under ``four_eyes`` who wrote any of the draft may not publish it: :class:`OwnDraft`. An
    incomplete draft is refused, also for later.
    """
    if question.status == "retired":
        raise WrongState("The question is retired; reopen it first.")
    version = question.versions[-1]
    if version.published_at is not None:
        return
    if four_eyes and by in (version.writers or ()):
        raise OwnDraft("This key wrote the draft, or a part of it.")
    if publish_at is None or publish_at <= at:
        publish_question(session, version=version, at=at, by=by)
        return
    require_complete(version)
    if version.publish_at != publish_at:
        version.publish_at, version.publish_by = publish_at, by
        question.changed_at = at
