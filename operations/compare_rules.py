"""Tell what other scoring rules would give to the answers of one question. Stores nothing."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from domain.errors import Fault, NotAChoice
from domain.grading import CHOICE_KINDS, ChoiceKey, Rule
from domain.grading.lab import Comparison, compare, compare_cohort, group_responses
from models import Submission
from operations.find_version import find_version

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
    found = find_version(session, question, version)
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
