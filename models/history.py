"""History is appended: what was published, submitted, graded, signed with or audited stays."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, object_session

from domain.errors import AlteredHistory
from models.audit import AuditEntry
from models.base import Base
from models.media import Media, VersionMedia
from models.parts import (
    CorrectOption,
    ExplanationText,
    Hint,
    MarkScheme,
    OptionRow,
    ReferenceRow,
    Tag,
)
from models.question import QuestionVersion
from models.regrade import RegradeItem, RegradeOutcome
from models.signing_key import SigningKey
from models.submission import GradeRow, Submission
from models.translation import Translation, TranslationSecret


def _was_published(version: QuestionVersion) -> bool:
    """Whether the version is published in the database, not merely about to be."""
    history = inspect(version).attrs.published_at.load_history()
    return any((*(history.unchanged or ()), *(history.deleted or ())))


def _is_changed(row: Base) -> bool:
    """Whether a row says something else now; one more grade leaves its submission as it was."""
    session = object_session(row)
    with_parts = not isinstance(row, Submission)
    return session is not None and session.is_modified(row, include_collections=with_parts)


def _says_otherwise(translation: Translation) -> bool:
    """Whether it is deleted, or more changes than what became of the text."""
    attributes = inspect(translation).attrs
    changed = {each.key for each in attributes if each.history.has_changes()}
    return not changed or not changed <= _STATE_OF_TRANSLATIONS


def _always(_row: Any) -> bool:
    return True


_STATE_OF_TRANSLATIONS = {"published_at", "published_by", "withdrawn_at", "withdrawn_by"}

# A part of a version is written with its version and replaced with it, never changed.
_FROZEN_WHEN: dict[type[Base], Callable[[Any], bool]] = {
    QuestionVersion: _was_published,
    Submission: _always,
    GradeRow: _always,
    RegradeOutcome: _always,
    RegradeItem: _always,
    AuditEntry: _always,
    OptionRow: _always,
    CorrectOption: _always,
    ExplanationText: _always,
    ReferenceRow: _always,
    Hint: _always,
    MarkScheme: _always,
    Tag: _always,
    Media: _always,
    VersionMedia: _always,
    SigningKey: _always,
    Translation: _says_otherwise,
    TranslationSecret: _always,
}


@event.listens_for(Session, "before_flush")
def guard_history(session: Session, _context: object, _instances: object) -> None:
    """Raise :class:`AlteredHistory` for a changed or deleted row that is part of history."""
    for row in (*filter(_is_changed, session.dirty), *session.deleted):
        frozen = _FROZEN_WHEN.get(type(row))
        if frozen and frozen(row):
            raise AlteredHistory(f"A row of {row.__tablename__} would be changed.")
