"""Find the version of a question that callers mean."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import QuestionNotFound
from models import Question, QuestionVersion
from models.authoring import newest_versions
from operations.find_question import find_question


def find_version(session: Session, name: str, number: int | None) -> QuestionVersion:
    """The version of this number; without one that learners get, or the last while there is none.

    Drafts and retired questions included. :class:`QuestionNotFound` where there is none.
    """
    question = find_question(session, name)
    if number is None and question.published is not None:
        return question.published
    wanted = select(QuestionVersion).where(QuestionVersion.question_id == question.id)
    if number is not None:
        wanted = wanted.where(QuestionVersion.number == number)
    version = session.scalar(wanted.order_by(QuestionVersion.number.desc()).limit(1))
    if version is None:
        raise QuestionNotFound(f"The question has no version {number}.")
    return version


def find_newest(session: Session, name: str) -> QuestionVersion:
    """The newest version, draft or not, of the question with this slug or id, with all it says.

    :class:`QuestionNotFound` where there is none.
    """
    version = session.scalar(newest_versions().where(Question.is_named(name)))
    if version is None:
        raise QuestionNotFound
    return version
