"""Comparing rules on stored questions and on what learners sent to them."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from domain.errors import InvalidResponse, NotAChoice, QuestionNotFound
from domain.grading.lab import Cohort, Comparison, find_rules
from domain.questions import AnswerKey
from models import Database, GradeRow, Question, QuestionVersion, Submission, now
from operations.compare_rules import compare_rules
from tests.api.test_kinds import ALL
from tests.factories import Bank


def compared(
    database: Database, rules: Sequence[str] = ("net_right",), question: str = "rivers", **said: Any
) -> Comparison:
    with database.read() as session:
        return compare_rules(session, question=question, rules=find_rules(rules), **said)


def cohort_of(comparison: Comparison) -> Cohort:
    (result,) = comparison.results
    assert result.cohort is not None
    return result.cohort


@pytest.fixture
def sent(bank: Bank) -> list[UUID]:
    """Six submissions to rivers, whose right options are the first and the third."""
    ids = bank.publish().option_ids
    return [
        bank.submit(*(ids[int(place)] for place in picked)).submission.id
        for picked in ("02", "0", "", "013", "2", "20")
    ]


def regrade(database: Database, submission_id: UUID, score: str) -> None:
    again = GradeRow(
        submission_id=submission_id,
        rule="net_right",
        rule_version=1,
        exact_score=score,
        score=0,
        points=0,
        max_points=1,
        correct=False,
        reason="",
        graded_at=now(),
    )
    database.write(lambda session: session.add(again))


def test_a_selection_is_scored_by_the_key_of_the_question(database: Database, bank: Bank) -> None:
    first, *_ = bank.publish().option_ids
    comparison = compared(database, selected=[first])
    assert str(comparison.results[0].score) == "1/2"
    assert comparison.submissions is None


def test_a_cohort_is_all_that_was_sent(database: Database, sent: list[UUID]) -> None:
    comparison = compared(database, cohort=True)
    cohort = cohort_of(comparison)
    assert comparison.submissions == 6
    assert cohort.mean == Fraction(1, 2)
    assert cohort.spread == pytest.approx((1 / 6) ** 0.5)
    assert (str(cohort.lowest), str(cohort.highest)) == ("0", "1")
    assert (cohort.raised, cohort.lowered) == (2, 0)
    assert cohort.examples == (sent[1], sent[4])


def test_the_last_grade_is_what_would_change(database: Database, sent: list[UUID]) -> None:
    regrade(database, sent[1], "1/2")
    regrade(database, sent[0], "0")
    regrade(database, sent[0], "1")
    regrade(database, sent[2], "1")
    comparison = compared(database, cohort=True)
    cohort = cohort_of(comparison)
    assert comparison.submissions == 6, "one more grade is not one more submission"
    assert (cohort.raised, cohort.lowered) == (1, 1)
    assert cohort.examples == (sent[2], sent[4])


def test_each_version_has_a_cohort_of_its_own(
    database: Database, bank: Bank, sent: list[UUID]
) -> None:
    assert compared(database, cohort=True, version=1).submissions == 6
    bank.publish(prompt="Which of these?", key=AnswerKey(frozenset({2})))
    bank.submit()
    assert compared(database, cohort=True).submissions == 1
    old = compared(database, cohort=True, version=1)
    assert (old.submissions, len(old.key.correct)) == (6, 2)


def test_authors_may_compare_before_learners_see_it(database: Database, bank: Bank) -> None:
    bank.revise(slug="draft")
    bank.revise(slug="draft", key=AnswerKey(frozenset({2})))
    draft = compared(database, question="draft", cohort=True)
    assert (draft.submissions, len(draft.key.correct)) == (0, 1)
    bank.publish()
    bank.revise(key=AnswerKey(frozenset({2})))
    assert len(compared(database).key.correct) == 2, "what learners get"
    assert len(compared(database, version=2).key.correct) == 1
    bank.retire("rivers")
    assert len(compared(database).key.correct) == 2


def test_what_learners_may_not_learn_authors_may(database: Database, bank: Bank) -> None:
    first, *_ = bank.publish(release="never").option_ids
    bank.submit(first)
    assert cohort_of(compared(database, cohort=True)).raised == 1


def test_nothing_is_stored(database: Database, sent: list[UUID]) -> None:
    def rows() -> list[int]:
        with database.read() as session:
            tables = (Question, QuestionVersion, Submission, GradeRow)
            return [session.scalars(select(func.count()).select_from(one)).one() for one in tables]

    before = rows()
    assert compared(database, cohort=True) == compared(database, cohort=True)
    assert rows() == before


def test_other_kinds_are_refused(database: Database, bank: Bank) -> None:
    bank.publish(ALL["ordering"])
    asked: list[dict[str, Any]] = [{"cohort": True}, {"selected": []}, {}]
    for said in asked:
        with pytest.raises(NotAChoice, match="ordering"):
            compared(database, question="ordering", **said)


@pytest.mark.parametrize("said", [{"question": "lakes"}, {"version": 2}])
def test_what_is_not_there_is_not_found(
    database: Database, bank: Bank, said: dict[str, Any]
) -> None:
    bank.publish()
    with pytest.raises(QuestionNotFound):
        compared(database, **said)


def test_options_of_other_questions_are_refused(database: Database, bank: Bank) -> None:
    first, *_ = bank.publish().option_ids
    with pytest.raises(InvalidResponse) as raised:
        compared(database, selected=[first, "zzzz"])
    assert [fault.pointer for fault in raised.value.faults] == ["/selected/1"]
