"""Tell what other scoring rules would give to the answers of one question. Stores nothing."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import Fault, NotAChoice, QuestionNotFound
from domain.grading import CHOICE_KINDS, ChoiceKey, Rule
from domain.grading.lab import Comparison, compare, compare_cohort, group_responses
from models import QuestionVersion, Submission
from operations.find_question import find_question

ROWS_AT_ONCE = 1_000


def compare_rules(
    session: Session,
    *,
    question: str,
    rules: Sequence[Rule],
    version: int | None = None,
    selected: Sequence[str] | None = None,
    cohort: bool = False,
) -> Comparison:
    """Compare rules on the question with this slug or id, drafts and retired ones included.

    Without a number it is the version that learners get, or the last one while there is none.
    With ``cohort`` all submissions to it are scored, else the selection if there is one.
    Raises :class:`QuestionNotFound`, :class:`NotAChoice` or
    :class:`~domain.errors.InvalidResponse`.
    """
    found = _version(session, question, version)
    if found.kind not in CHOICE_KINDS:
        detail = f"Questions of kind {found.kind!r} are not answered by picking options."
        raise NotAChoice(detail, (Fault("/question", NotAChoice.code, detail),))
    key = found.key
    assert isinstance(key, ChoiceKey)
    if not cohort:
        return compare(key, rules, selected)
    streamed = Submission.scored(found.id).execution_options(yield_per=ROWS_AT_ONCE)
    groups = group_responses(key, session.execute(streamed))
    return compare_cohort(key, rules, groups)


def _version(session: Session, name: str, number: int | None) -> QuestionVersion:
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
