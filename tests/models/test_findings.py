"""What authors look for: the never used, the most missed, the changed, words of explanations."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.questions import Explanation
from models import Database, GradeRow, QuestionVersion, now
from models.findings import changed_since, most_missed, never_used, search_for_authors
from models.search import search, unindex_question
from tests.factories import Bank
from tests.models.test_search import choice_of, question_ids


def right(version: QuestionVersion) -> list[str]:
    return [row.option_id for row in version.correct]


def slugs_never_used(database: Database) -> list[str]:
    with database.read() as session:
        return [question.slug for question in session.scalars(never_used())]


def missed(database: Database, at_least: int = 1) -> list[tuple[UUID, float, int]]:
    with database.read() as session:
        return [(id_, mean, n) for id_, mean, n in session.execute(most_missed(at_least))]


def test_never_used_is_what_nobody_answered(database: Database, bank: Bank) -> None:
    for slug in ("a", "b", "c", "gone"):
        bank.publish(slug=slug)
    bank.revise(slug="draft")
    bank.retire("gone")
    version = bank.publish(slug="a", title="Again")
    assert slugs_never_used(database) == ["a", "b", "c"]
    bank.submit(*right(version), question="b")
    assert slugs_never_used(database) == ["a", "c"]


def test_an_answer_to_an_old_version_is_a_use(database: Database, bank: Bank) -> None:
    version = bank.publish(slug="a")
    bank.submit(*right(version), question="a")
    bank.publish(slug="a", title="Again")
    assert slugs_never_used(database) == []
    assert missed(database) == []


def test_most_missed_are_those_of_the_lowest_mean(database: Database, bank: Bank) -> None:
    versions = {slug: bank.publish(slug=slug) for slug in ("easy", "hard", "half", "unused")}
    for slug, scores in {"easy": (1, 1), "hard": (0,), "half": (0, 1, 0, 1)}.items():
        for score in scores:
            bank.submit(*(right(versions[slug]) if score else ()), question=slug)
    ids = {version.question_id: slug for slug, version in versions.items()}
    assert [(ids[id_], mean, count) for id_, mean, count in missed(database)] == [
        ("hard", 0.0, 1), ("half", 0.5, 4), ("easy", 1.0, 2),
    ]  # fmt: skip
    assert [count for _, _, count in missed(database, at_least=2)] == [4, 2]
    bank.retire("half")
    assert [count for _, _, count in missed(database)] == [1, 2]


def test_the_last_grade_of_a_submission_counts(database: Database, bank: Bank) -> None:
    version = bank.publish()
    receipt = bank.submit()
    assert [mean for _, mean, _ in missed(database)] == [0.0]
    regrade = GradeRow(
        submission_id=receipt.submission.id, rule="r", rule_version=1, exact_score="1/2",
        score=0.5, points=0.5, max_points=1.0, correct=False, reason="Regraded.",
    )  # fmt: skip
    database.write(lambda session: session.add(regrade))
    assert missed(database) == [(version.question_id, 0.5, 1)]


def test_changed_is_what_was_written_or_published_later(database: Database, bank: Bank) -> None:
    before = now()
    bank.publish(slug="old", at=before)
    bank.revise(slug="draft")
    bank.revise(slug="published")
    with database.read() as session:
        every = [question.slug for question in session.scalars(changed_since(before))]
        later = now() + timedelta(hours=1)
        assert every == ["old", "draft", "published"]
        assert session.scalars(changed_since(later)).all() == []
    bank.publish(slug="later", at=later + timedelta(seconds=1))
    bank.publish(slug="old", title="Again", at=later)
    with database.read() as session:
        assert [one.slug for one in session.scalars(changed_since(later))] == ["later"]


def authors_find(database: Database, text: str) -> list[UUID]:
    with database.read() as session:
        return question_ids(session, search_for_authors(session, text))


@pytest.mark.parametrize("text", ["xylophone", "rivers xylophone", "rhine", "XYLO sea"])
def test_authors_search_explanations_too(database: Database, bank: Bank, text: str) -> None:
    version = bank.publish(explanation=Explanation("A xylophone."))
    bank.publish(slug="other", title="Mountains", prompt="Which?", **choice_of("Alps", "Andes"))
    assert authors_find(database, text) == [version.question_id]


def test_learners_find_no_word_of_an_explanation(database: Database, bank: Bank) -> None:
    bank.publish(explanation=Explanation("A xylophone."))
    with database.read() as session:
        assert search(session, "xylophone") == []
        assert len(search(session, "rivers")) == 1


def test_authors_find_what_is_published_now(database: Database, bank: Bank) -> None:
    bank.publish(explanation=Explanation("A xylophone."))
    version = bank.publish(title="Streams", explanation=Explanation("A tuba."))
    assert authors_find(database, "xylophone") == []
    assert authors_find(database, "tuba") == [version.question_id]
    database.write(lambda session: unindex_question(session, version.question))
    assert authors_find(database, "tuba") == []
