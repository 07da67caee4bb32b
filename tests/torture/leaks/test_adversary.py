"""Who plays as a student learns no more of a key than the release setting of its question grants.

``never`` grants nothing; ``score_only`` grants the score and whether the answer is right, from
which a key follows after as many answers as its ``oracle_budget`` says; ``after_submission``
grants the key with the first result.
"""

import asyncio

import pytest

from domain.grading import find_rule, oracle_budget
from models import Database
from tests.torture.effort import effort
from tests.torture.leaks import plants
from tests.torture.leaks.adversary import Report, ask_for, attack
from tests.torture.leaks.guessing import submissions_needed
from tests.torture.planting import Plant

OPTIONS = effort(2, 3, 4)
RULES = effort(1, 3, 3)


def report(database: Database, rule: str, release: str) -> Report:
    """What the adversary makes of a question."""
    return asyncio.run(attack(database, ask_for(database, OPTIONS, rule, release)))


def test_a_question_that_tells_nothing_gives_nothing_away(database: Database) -> None:
    found = report(database, "all_or_nothing", "never")
    assert (found.findings, found.bits) == ([], 0.0)


@pytest.mark.parametrize("rule", ["all_or_nothing", "net_right", "dichotomised"][:RULES])
def test_scores_tell_what_they_tell_and_nothing_else_does(database: Database, rule: str) -> None:
    found = report(database, rule, "score_only")
    assert (found.findings, found.bits) == ([], found.granted_bits)


@pytest.mark.parametrize(
    ("release", "plant"),
    [
        ("never", plants.correct_before_its_release),
        ("never", plants.every_grade_of_a_closed_question),
        ("never", plants.a_receipt_of_a_closed_question),
        ("score_only", plants.a_reason_that_counts_hits),
    ],
)
def test_the_adversary_wins_where_a_secret_leaks(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: Database, release: str, plant: Plant
) -> None:
    plant(monkeypatch)
    found = report(sqlite_database, "all_or_nothing", release)
    assert found.findings
    assert found.bits > 0


@pytest.mark.parametrize("rule", ["dichotomised", "net_right", "all_or_nothing"][:RULES])
def test_no_key_is_known_before_its_budget(database: Database, rule: str) -> None:
    question = ask_for(database, 4, rule, "score_only")
    needed = asyncio.run(submissions_needed(database, question))
    budget = oracle_budget(find_rule(rule), 4)
    assert needed is not None
    assert budget.at_least <= needed


def test_no_number_of_answers_is_enough_where_nothing_is_told(database: Database) -> None:
    question = ask_for(database, 3, "all_or_nothing", "never")
    assert asyncio.run(submissions_needed(database, question)) is None
