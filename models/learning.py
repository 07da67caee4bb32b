"""What learners may get of the bank: published versions, without anything that tells the key."""

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import contains_eager, defer, raiseload, selectinload

from models.parts import OptionRow
from models.question import Question, QuestionVersion


def versions_for_learners(number: int | None = None) -> Select[QuestionVersion]:
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


def versions_with_hints(number: int | None = None) -> Select[QuestionVersion]:
    """The same with hints, which a learner asks for one by one."""
    return versions_for_learners(number).options(selectinload(QuestionVersion.hints))


_PARTS = (
    contains_eager(QuestionVersion.question)
    .load_only(Question.slug, Question.number)
    .raiseload("*"),
    selectinload(QuestionVersion.options).options(
        defer(OptionRow.feedback, raiseload=True),
        defer(OptionRow.feedback_html, raiseload=True),
        raiseload("*"),
    ),
    selectinload(QuestionVersion.tags),
    raiseload("*"),
)
