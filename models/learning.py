"""What learners may get of the bank: published versions, without anything that tells the key."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, select
from sqlalchemy.orm import Session, contains_eager, defer, raiseload, selectinload

from domain.questions import UUID_TEXT
from models.parts import OptionRow
from models.question import Question, QuestionVersion


def versions_for_learners(
    number: int | ColumnElement[int] | None = None,
) -> Select[QuestionVersion]:
    """Published versions with what a learner may see; the rest cannot be loaded.

    With a number, the versions of that number that were ever published, else the last ones;
    either only of questions that learners get at present.
    """
    if number is None:
        # One condition: of two that say the same PostgreSQL believes that few rows meet both.
        joined, asked = Question.published_id == QuestionVersion.id, Question.is_listed()
    else:
        joined = Question.id == QuestionVersion.question_id
        asked = and_(
            QuestionVersion.number == number,
            QuestionVersion.published_at.is_not(None),
            Question.published_id.is_not(None),
            Question.deleted_at.is_(None),
        )
    return (
        select(QuestionVersion)
        .join(Question, joined)
        .where(asked, Question.retired_at.is_(None))
        .options(*_PARTS)
    )


class FoundVersion(NamedTuple):
    """A version, the language it is in, and whether its question is in others, too."""

    id: UUID
    question_id: UUID
    language: str
    is_translated: bool


def version_for_learners(
    session: Session, name: str, number: int | None = None
) -> FoundVersion | None:
    """The version of that name that :func:`versions_for_learners` finds, if it does."""
    by_id = UUID_TEXT.fullmatch(name) is not None
    parameters = {"name": UUID(name) if by_id else name, "number": number}
    found = session.connection().execute(_IDS[by_id, number is not None], parameters)
    row = found.one_or_none()
    return FoundVersion(*row) if row else None


def versions_with_hints(number: int | None = None) -> Select[QuestionVersion]:
    """The same with hints, which a learner asks for one by one."""
    return versions_for_learners(number).options(selectinload(QuestionVersion.hints))


_PARTS = (
    contains_eager(QuestionVersion.question)
    .load_only(Question.slug, Question.number, Question.is_translated)
    .raiseload("*"),
    selectinload(QuestionVersion.options).options(
        defer(OptionRow.feedback, raiseload=True),
        defer(OptionRow.feedback_html, raiseload=True),
        raiseload("*"),
    ),
    selectinload(QuestionVersion.tags),
    raiseload("*"),
)


def _id_by(
    named: ColumnElement[bool], number: ColumnElement[int] | None
) -> Select[UUID, UUID, str, bool]:
    versions = versions_for_learners(number).where(named, Question.deleted_at.is_(None))
    return versions.with_only_columns(
        QuestionVersion.id,
        QuestionVersion.question_id,
        QuestionVersion.language,
        Question.is_translated,
    )


# Made once: a statement takes longer to make than to run, and each question read asks for one.
_NAMED = {
    True: Question.id == bindparam("name", type_=Question.id.type),
    False: Question.slug == bindparam("name", type_=Question.slug.type),
}
_NUMBER = bindparam("number", type_=QuestionVersion.number.type)
_IDS = {
    (by_id, numbered): _id_by(_NAMED[by_id], _NUMBER if numbered else None)
    for by_id in _NAMED
    for numbered in (True, False)
}
