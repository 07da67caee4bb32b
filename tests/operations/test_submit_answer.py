"""Submitting: graded once, kept with what was shown, the same under the same key."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from domain.access import Caller
from domain.errors import (
    IdempotencyKeyReused,
    InvalidResponse,
    QuestionNotFound,
    ServiceError,
    VersionConflict,
)
from models import Database, GradeRow, QuestionVersion, Submission
from tests.factories import Bank, draft

SOMEBODY_ELSE = Caller("else", frozenset({"submissions:write"}))


def counts(database: Database) -> tuple[int, int]:
    """How many submissions and grades there are."""
    with database.read() as session:
        count = [select(func.count()).select_from(table) for table in (Submission, GradeRow)]
        return session.scalars(count[0]).one(), session.scalars(count[1]).one()


@pytest.fixture
def version(bank: Bank) -> QuestionVersion:
    return bank.publish()


def test_an_answer_is_kept_with_its_grade_and_what_was_shown(
    database: Database, bank: Bank, version: QuestionVersion
) -> None:
    first, _, third, _ = version.option_ids
    said: dict[str, Any] = {"learner": "l", "version": 1, "shuffle": "S", "duration_ms": 41_000}
    sent = bank.submit(third, first, **said).submission
    with database.read() as session:
        kept = session.get_one(Submission, sent.id)
        assert (kept.selected, kept.learner, kept.shuffle) == ([third, first], "l", "S")
        assert (kept.duration_ms, kept.version_id) == (41_000, version.id)
        assert sorted(kept.shown) == sorted(version.option_ids)
        (grade,) = kept.grades
        assert (grade.exact_score, grade.score, grade.points, grade.correct) == ("1", 1, 1, True)
        assert (grade.rule, grade.rule_version) == ("all_or_nothing", 1)
        assert grade.reason


@pytest.mark.parametrize(
    ("picked", "score"), [("", "0"), ("0", "0"), ("02", "1"), ("20", "1"), ("012", "0")]
)
def test_picks_are_graded_by_the_key(
    bank: Bank, version: QuestionVersion, picked: str, score: str
) -> None:
    sent = bank.submit(*(version.option_ids[int(place)] for place in picked)).submission
    assert sent.grades[0].exact_score == score


def test_without_a_key_each_answer_counts(
    database: Database, bank: Bank, version: QuestionVersion
) -> None:
    one, other = bank.submit(), bank.submit()
    assert (one.replayed, other.replayed) == (False, False)
    assert one.submission.id != other.submission.id
    assert counts(database) == (2, 2)


def test_with_a_key_the_first_answer_counts(
    database: Database, bank: Bank, version: QuestionVersion
) -> None:
    one, other = (bank.submit(version.option_ids[0], key="k") for _ in range(2))
    assert (one.replayed, other.replayed) == (False, True)
    assert one.submission.id == other.submission.id
    assert counts(database) == (1, 1)


@pytest.mark.parametrize(
    "other", [{"learner": "x"}, {"version": 1}, {"shuffle": "x"}, {"duration_ms": 1}], ids=str
)
def test_a_key_is_not_for_another_answer(
    database: Database, bank: Bank, version: QuestionVersion, other: dict[str, Any]
) -> None:
    bank.submit(key="k")
    with pytest.raises(IdempotencyKeyReused):
        bank.submit(key="k", **other)
    with pytest.raises(IdempotencyKeyReused):
        bank.submit(version.option_ids[0], key="k")
    assert counts(database) == (1, 1)


def test_a_key_is_one_callers_for_one_question(
    database: Database, bank: Bank, version: QuestionVersion
) -> None:
    bank.publish(slug="other")
    sent = [
        bank.submit(key="k"),
        bank.submit(key="k", caller=SOMEBODY_ELSE),
        bank.submit(key="k", question="other"),
    ]
    assert not any(submitted.replayed for submitted in sent)
    assert counts(database) == (3, 3)


def test_a_key_holds_when_the_question_changes_or_retires(
    database: Database, bank: Bank, version: QuestionVersion
) -> None:
    first = bank.submit(key="k").submission
    bank.publish(prompt="Which?")
    assert bank.submit(key="k").submission.version_id == first.version_id
    bank.retire("rivers")
    assert bank.submit(key="k").replayed
    with pytest.raises(QuestionNotFound):
        bank.submit(key="another")


def test_twins_at_once_are_one_answer(own_database: Database) -> None:
    bank, start = Bank(own_database), Barrier(8)
    bank.publish()

    def send(_: int) -> tuple[bool, str]:
        start.wait(timeout=30)
        submitted = bank.submit(key="k")
        return submitted.replayed, str(submitted.submission.id)

    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(send, range(8)))
    assert sorted(replayed for replayed, _ in sent) == [False, *[True] * 7]
    assert len({id_ for _, id_ in sent}) == 1
    assert counts(own_database) == (1, 1)


def test_an_older_version_is_graded_as_it_was(bank: Bank, version: QuestionVersion) -> None:
    bank.publish(options=draft().options[::-1])
    right = [version.option_ids[place] for place in (0, 2)]
    assert bank.submit(*right, version=1).submission.grades[0].correct
    assert not bank.submit(*right, version=2).submission.grades[0].correct


@pytest.mark.parametrize(
    ("selected", "said", "error"),
    [
        ((), {"question": "nonsense"}, QuestionNotFound),
        ((), {"question": str(uuid4())}, QuestionNotFound),
        ((), {"question": "unpublished"}, QuestionNotFound),
        ((), {"question": "retired"}, QuestionNotFound),
        ((), {"version": 2}, VersionConflict),
        ((), {"version": 9}, VersionConflict),
        ((), {"version": 0}, VersionConflict),
        (("aaaa",), {}, InvalidResponse),
    ],
)
def test_what_cannot_be_graded_leaves_no_trace(
    database: Database,
    bank: Bank,
    version: QuestionVersion,
    selected: tuple[str, ...],
    said: dict[str, Any],
    error: type[ServiceError],
) -> None:
    bank.revise(prompt="Not seen yet")
    bank.revise(slug="unpublished")
    bank.publish(slug="retired")
    bank.retire("retired")
    with pytest.raises(error):
        bank.submit(*selected, key="k", **said)
    assert counts(database) == (0, 0)


def test_all_faults_of_a_response_are_told(bank: Bank, version: QuestionVersion) -> None:
    first = version.option_ids[0]
    with pytest.raises(InvalidResponse) as caught:
        bank.submit("nope", first, first)
    assert [(fault.pointer, fault.code) for fault in caught.value.faults] == [
        ("/selected/0", "unknown_option"),
        ("/selected/2", "repeated_option"),
    ]


def test_a_question_is_named_by_slug_or_id(bank: Bank, version: QuestionVersion) -> None:
    for name in ("rivers", str(version.question_id)):
        assert bank.submit(question=name).submission.question_id == version.question_id
