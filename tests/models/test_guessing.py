"""Ids, times and order tell nothing: in a bank whose authors put the right option first."""

from collections import Counter
from collections.abc import Callable
from math import sqrt
from random import Random

import pytest

from domain.identity import new_ids
from models import OptionRow, QuestionVersion
from models.ids import uuid7

QUESTIONS, OPTIONS = 2_000, 4
CHANCE = 1 / OPTIONS
# Four standard deviations of a binomial: a true guesser fails once in 16,000 runs, and the texts
# are the same in every run.
MARGIN = 4 * sqrt(CHANCE * (1 - CHANCE) / QUESTIONS)

Guess = Callable[[QuestionVersion, tuple[str, ...]], str]


def shelf() -> list[QuestionVersion]:
    """Shuffled questions whose first option is right."""
    words = Random(7)  # noqa: S311 - the same texts in every run
    made = []
    for _ in range(QUESTIONS):
        texts = [f"Statement {words.getrandbits(64):x}" for _ in range(OPTIONS)]
        rows = [
            OptionRow(option_id=id_, position=place, part="", text=text, pinned=False)
            for place, (id_, text) in enumerate(zip(new_ids(texts), texts, strict=True), 1)
        ]
        made.append(
            QuestionVersion(
                question_id=uuid7(), kind="single_choice", shuffle=True, options=rows, correct=[]
            )
        )
    return made


def by_place(place: int) -> Guess:
    return lambda _, shown: shown[place]


def by_rank(rank: int) -> Guess:
    return lambda _, shown: sorted(shown)[rank]


def by_time(version: QuestionVersion, shown: tuple[str, ...]) -> str:
    return shown[version.question_id.time % OPTIONS]


GUESSES: dict[str, Guess] = {
    **{f"shown at place {place}": by_place(place) for place in range(OPTIONS)},
    **{f"id of rank {rank}": by_rank(rank) for rank in range(OPTIONS)},
    "longest id": lambda _, shown: max(shown, key=len),
    "id nearest to the question's": lambda version, shown: min(
        shown,
        key=lambda id_: abs(int.from_bytes(id_.encode()) % 1000 - version.question_id.int % 1000),
    ),
    "by the time of the question": by_time,
}
SHELF = [(version, version.shown_order(None)) for version in shelf()]


@pytest.mark.parametrize("name", GUESSES)
def test_a_learner_who_knows_all_but_the_texts_guesses_no_better_than_chance(name: str) -> None:
    hits = sum(
        GUESSES[name](version, shown) == version.options[0].option_id for version, shown in SHELF
    )
    assert abs(hits / QUESTIONS - CHANCE) < MARGIN


def test_the_order_of_authors_would_be_noticed() -> None:
    """The same measure finds what it looks for, where the order is the author's."""
    hits = sum(version.option_ids[0] == version.options[0].option_id for version, _ in SHELF)
    assert hits / QUESTIONS - CHANCE > MARGIN


def test_every_place_has_its_share() -> None:
    places = Counter(shown.index(version.options[0].option_id) for version, shown in SHELF)
    assert sorted(places) == list(range(OPTIONS))
