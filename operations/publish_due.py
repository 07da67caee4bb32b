"""Publish what was to be published by now."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from domain.errors import IncompleteQuestion
from models import Bank, QuestionVersion
from models.authoring import due_versions
from operations.publish_question import publish_question
from operations.record_audit import record_audit


def publish_due(session: Session, *, at: datetime) -> Sequence[QuestionVersion]:
    """Publish every draft whose time has come; returns those that could not be.

    A draft that is no longer complete, because the rules have changed since, loses its time
    instead of being tried for ever. Safe to repeat, and in several processes at once.
    """
    Bank.take_turns(session)
    refused = []
    for version in session.scalars(due_versions(at)).all():
        try:
            publish_question(session, version=version, at=at, by=version.publish_by)
            record_audit(
                session,
                actor=None,
                action="question.published_as_planned",
                subject_type="question",
                subject_id=version.question_id,
                version=version.number,
                detail={"slug": version.question.slug, "planned_by": version.publish_by},
                at=at,
            )
        except IncompleteQuestion:
            version.publish_at = version.publish_by = None
            version.question.changed_at = at
            refused.append(version)
    return refused
