"""Sets of questions in memory: always what a select of the same session would find."""

from collections import Counter
from datetime import timedelta
from itertools import combinations
from random import Random

import pytest
from pyroaring import BitMap
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Database, Question, draws, now
from models.conditions import (
    Condition,
    DifficultyFrom,
    DifficultyTo,
    HasTag,
    InLanguage,
    OfKind,
)
from models.draws import QuestionSets, draw_numbers, numbers_of
from models.learning import versions_for_learners
from tests.factories import Bank

CHI_SQUARE_9_999 = 27.88  # 9 degrees of freedom: exceeded by chance once in a thousand times
CASES: list[list[Condition]] = [
    [],
    [HasTag("water")],
    [HasTag("water"), HasTag("deep")],
    [HasTag("absent")],
    [OfKind("multiple_response"), InLanguage("DE")],
    [InLanguage("fr"), HasTag("water")],
    [OfKind("essay")],
    [DifficultyFrom(0.5)],
    [DifficultyTo(0.5)],
    [DifficultyFrom(0.5), DifficultyTo(0.5), HasTag("deep")],
]


def numbers(database: Database, sets: QuestionSets, *conditions: Condition) -> list[int]:
    with database.read() as session:
        return list(sets.numbers(session, conditions))


def selected(database: Database, *conditions: Condition) -> list[int]:
    """The same, found the plain way."""
    statement = versions_for_learners().where(*(each.clause() for each in conditions))
    with database.read() as session:
        asked = statement.with_only_columns(Question.number).order_by(Question.number)
        return [number for number in session.scalars(asked) if number is not None]


def change(bank: Bank, random: Random) -> None:
    """Something an author might do to one of a few questions."""
    slug = f"q{random.randrange(6)}"
    if random.random() < 0.2:
        if selected_slug(bank.database, slug):
            bank.retire(slug)
        return
    if random.random() < 0.4:
        if selected_slug(bank.database, slug):
            random.choice((bank.translate, bank.withdraw))(random.choice(("de", "fr")), slug)
        return
    bank.publish(
        slug=slug,
        title=f"Title {random.random()}",
        tags=tuple(tag for tag in ("water", "deep") if random.random() < 0.5),
        language=random.choice(("en", "it")),
        difficulty=random.choice((None, 0.25, 0.5, 0.75)),
    )


def selected_slug(database: Database, slug: str) -> bool:
    with database.read() as session:
        found = select(Question.id).where(Question.slug == slug, Question.retired_at.is_(None))
        return session.scalar(found) is not None


@pytest.mark.parametrize("seed", [1, 2])
def test_sets_follow_every_change(database: Database, bank: Bank, seed: int) -> None:
    sets, random = QuestionSets(), Random(seed)  # noqa: S311 - not a secret
    for _ in range(40):
        change(bank, random)
        for conditions in CASES:
            expected = selected(database, *conditions)
            assert numbers(database, sets, *conditions) == expected, conditions


def test_only_what_changed_is_read_again(
    database: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets = QuestionSets()
    bank.publish(slug="a", tags=("water",))
    numbers(database, sets, HasTag("water"))
    bank.publish(slug="b", tags=("water",))
    monkeypatch.setattr(draws, "_read", None)
    assert numbers(database, sets, HasTag("water")) == [1, 2]


def test_after_many_changes_all_is_read_again(
    database: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draws, "MOST_CHANGES", 2)
    sets = QuestionSets()
    for count in (1, 2, 3, 5):
        for number in range(count):
            bank.publish(slug=f"q{number}", title=f"Title {count}")
        assert numbers(database, sets) == selected(database) == list(range(1, count + 1))


def test_a_change_that_names_no_question_makes_all_be_read_again(
    database: Database, bank: Bank
) -> None:
    sets = QuestionSets()
    bank.publish(slug="a")
    bank.publish(slug="b")
    assert numbers(database, sets) == [1, 2]

    def retire_all(session: Session) -> None:
        for question in session.scalars(select(Question)):
            question.retired_at = now()

    database.write(retire_all)
    bank.change_unnamed()
    assert numbers(database, sets) == []


def test_a_session_gets_the_bank_as_it_sees_it(own_database: Database) -> None:
    """Whoever began before a change must not draw what it cannot read yet."""
    bank, sets = Bank(own_database), QuestionSets()
    bank.publish(slug="a")
    with own_database.read() as early:
        assert list(sets.numbers(early, [])) == [1]
        bank.publish(slug="b")
        assert numbers(own_database, sets) == [1, 2]
        assert list(sets.numbers(early, [])) == [1]
    assert numbers(own_database, sets) == [1, 2]


def test_the_sets_that_are_kept_have_a_bound(
    database: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draws, "MOST_SETS", 3)
    sets = QuestionSets()
    bank.publish(tags=("tag 7",))
    for number in range(10):
        expected = [1] if number == 7 else []
        assert numbers(database, sets, HasTag(f"tag {number}")) == expected
    assert len(sets._sets) == 3
    assert sets.size_in_bytes() > 0


def test_a_caller_may_change_what_it_got(database: Database, bank: Bank) -> None:
    sets = QuestionSets()
    bank.publish()
    with database.read() as session:
        sets.numbers(session, []).clear()
        assert list(sets.numbers(session, [])) == [1]


def test_numbers_count_first_publications(database: Database, bank: Bank) -> None:
    bank.revise(slug="late")
    for slug in ("a", "b", "a", "late", "c"):
        bank.publish(slug=slug, title=f"Title {now()}")
    with database.read() as session:
        named = [list(numbers_of(session, [slug])) for slug in ("a", "b", "late", "c", "absent")]
        assert named == [[1], [2], [3], [4], []]
        id_ = session.scalars(select(Question.id).where(Question.slug == "b")).one()
        assert list(numbers_of(session, [str(id_), "c"])) == [2, 4]
        assert list(numbers_of(session, [])) == []


def test_every_set_is_drawn_alike_and_alike_in_every_process(
    database: Database, bank: Bank
) -> None:
    """Pearson's chi-square over the ten ways to draw two of five."""
    for number in range(7):
        bank.publish(slug=f"q{number}", tags=("x",) if number % 3 else ("y",), at=now())
    bank.publish(slug="last", tags=("x",), at=now() - timedelta(days=1))
    first, second = QuestionSets(), QuestionSets()
    with database.read() as session:
        found = first.numbers(session, [HasTag("x")])
        again = second.numbers(session, [HasTag("x")])
    assert len(found) == 5
    counted = Counter(frozenset(draw_numbers(found, 2, str(seed))) for seed in range(4000))
    assert counted.keys() == set(map(frozenset, combinations(found, 2)))
    assert sum((count - 400) ** 2 / 400 for count in counted.values()) < CHI_SQUARE_9_999
    for seed in map(str, range(50)):
        assert draw_numbers(found, 3, seed) == draw_numbers(again, 3, seed)


def test_a_seed_draws_for_good_what_it_drew() -> None:
    """Seeds are kept in course pages: whoever changes this changes what they show."""
    assert draw_numbers(BitMap([2, 3, 5, 6, 8]), 3, "S") == [6, 8, 3]
