"""Which questions deserve an author's look: never used, most missed, changed since."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from models.question import Question, QuestionVersion
from models.search import Hit, author_search, search
from models.submission import GradeRow, Submission


def is_used() -> ColumnElement[bool]:
    """Whether anybody has answered a question, in any version."""
    return exists().where(Submission.question_id == Question.id)


def never_used() -> Select[Question]:
    """Published questions that nobody has answered in any version, oldest first."""
    return select(Question).where(Question.is_listed(), ~is_used()).order_by(Question.id)


def most_missed(at_least: int = 1) -> Select[UUID, float, int]:
    """Question ids with mean score and number of submissions, lowest mean first.

    The mean is over the submissions of the published version, each by the grade that counts, of
    questions with ``at_least`` so many.
    """
    mean, submissions = func.avg(GradeRow.score), func.count()
    return (
        select(Question.id, mean.label("mean_score"), submissions.label("submissions"))
        .join(Submission, Submission.version_id == Question.published_id)
        .join(GradeRow, and_(GradeRow.submission_id == Submission.id, GradeRow.is_last()))
        .where(Question.retired_at.is_(None))
        .group_by(Question.id)
        .having(submissions >= at_least)
        .order_by(mean, submissions.desc(), Question.id)
    )


def changed_since(time: datetime) -> Select[Question]:
    """Questions of which a version was written or published after the time, oldest first."""
    written, published = QuestionVersion.created_at > time, QuestionVersion.published_at > time
    changed = select(QuestionVersion.question_id).where(or_(written, published))
    return select(Question).where(Question.id.in_(changed)).order_by(Question.id)


def search_for_authors(session: Session, text: str, newest: int | None = None) -> list[Hit]:
    """Published questions by words of title, prompt, options or explanation, best hit first.

    Not for learners: a search gives explanations away word by word.
    """
    return search(session, text, newest=newest, index=author_search)
