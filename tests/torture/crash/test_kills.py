"""A service that is killed at random moments: nothing confirmed lacks, nothing doubles."""

import sys
from pathlib import Path

import pytest

from tests.cpu import busyness
from tests.torture.crash import plants
from tests.torture.crash.engines import engines
from tests.torture.crash.ordeal import Ordeal
from tests.torture.effort import effort
from tests.torture.journal import Journal
from tests.torture.planting import Plant

KILLS = effort(2, 40, 1000)  # for each engine
SOON = 5.0  # seconds until it is ready again

# What each mistake must cause, and the requests that show it.
FINDINGS: dict[Plant, tuple[str, dict[str, int]]] = {
    plants.answers_come_before_the_commit: ("missing: answer", {"answer": 1}),
    plants.grades_come_in_a_transaction_of_their_own: ("half-written: submission", {"answer": 1}),
    plants.questions_are_imported_one_by_one: ("half-written", {"import": 1}),
    plants.keys_of_answers_are_not_kept: ("doubled: answer", {"answer": 1}),
    plants.keys_of_other_requests_are_not_looked_up: ("doubled: plan", {"plan": 1}),
}


pytestmark = pytest.mark.usefixtures("nursery")


def test_a_killed_service_keeps_its_word(own_url: str, tmp_path: Path) -> None:
    ordeal = Ordeal(tmp_path, own_url, Journal("kills"))
    assert ordeal.run(KILLS) == []
    sys.stdout.write(ordeal.summary)
    assert ordeal.confirmed > KILLS, "else there was no load"
    assert ordeal.cut > 0, "else nothing was cut off"
    assert max(ordeal.waits) < SOON * busyness()


@pytest.mark.parametrize(
    ("plant", "own_url"),
    [
        pytest.param(plant, engine, id=f"{plant.__name__}-{engine}")
        for turn, plant in enumerate(FINDINGS)
        for engine in engines(turn)
    ],
    indirect=["own_url"],
)
def test_it_would_be_noticed_that(own_url: str, tmp_path: Path, plant: Plant) -> None:
    finding, mix = FINDINGS[plant]
    ordeal = Ordeal(tmp_path, own_url, Journal(plant.__name__), plant, mix)
    assert any(each.startswith(finding) for each in ordeal.run(3)), ordeal.found
