"""What authors ask of the bank: newest versions with all their parts, by state, and what is due."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, load_only, raiseload, selectinload

from domain.questions import Status
from models.parts import OptionRow
from models.question import Question, QuestionVersion

_RETIRED = Question.retired_at.is_not(None)
_WORKED_ON = and_(Question.retired_at.is_(None), QuestionVersion.published_at.is_(None))

# The condition of each status on a question beside its newest version.
IN_STATUS: Mapping[Status, ColumnElement[bool]] = {
    "draft": and_(_WORKED_ON, QuestionVersion.in_review_at.is_(None)),
    "in_review": and_(_WORKED_ON, QuestionVersion.in_review_at.is_not(None)),
    "published": and_(~_RETIRED, QuestionVersion.published_at.is_not(None)),
    "retired": _RETIRED,
}


def versions_for_authors() -> Select[QuestionVersion]:
    """Versions of all questions that are not deleted, loaded with everything they say."""
    return (
        select(QuestionVersion)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.deleted_at.is_(None))
        .options(*_ALL_PARTS)
    )


def newest_versions() -> Select[QuestionVersion]:
    """The same for the newest version of each question, published or not."""
    return versions_for_authors().where(is_newest())


def is_newest() -> ColumnElement[bool]:
    """Whether a version is the last one of its question."""
    other = aliased(QuestionVersion)
    last = select(func.max(other.number)).where(other.question_id == QuestionVersion.question_id)
    return QuestionVersion.number == last.scalar_subquery()


def due_versions(at: datetime) -> Select[QuestionVersion]:
    """Newest versions that were to be published by then, and still can be."""
    return (
        select(QuestionVersion)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(QuestionVersion.publish_at <= at, _WORKED_ON, Question.deleted_at.is_(None))
        .where(is_newest())
        .order_by(QuestionVersion.publish_at, QuestionVersion.id)
    )


_TIMES = load_only(
    QuestionVersion.question_id,
    QuestionVersion.number,
    QuestionVersion.created_at,
    QuestionVersion.writers,
    QuestionVersion.in_review_at,
    QuestionVersion.in_review_by,
    QuestionVersion.publish_at,
    QuestionVersion.publish_by,
    QuestionVersion.published_at,
    QuestionVersion.published_by,
)
_ALL_PARTS = (
    contains_eager(QuestionVersion.question).options(
        selectinload(Question.versions).options(_TIMES, raiseload("*")),
        raiseload("*"),
    ),
    selectinload(QuestionVersion.options)
    .options(
        raiseload("*"),
    )
    .undefer(OptionRow.feedback),
    selectinload(QuestionVersion.tags),
    selectinload(QuestionVersion.correct),
    selectinload(QuestionVersion.references),
    selectinload(QuestionVersion.hints),
    joinedload(QuestionVersion.explanation),
    joinedload(QuestionVersion.mark_scheme),
    raiseload("*"),
)
