"""A service that is killed while it regrades: the next one goes on, and nothing is graded twice."""

import sys
from pathlib import Path

import pytest

from models import Database
from tests.cpu import busyness
from tests.torture.crash import plants
from tests.torture.crash.engines import engines
from tests.torture.crash.regrading import STEPS, Regrading
from tests.torture.crash.tuning import small_pieces
from tests.torture.effort import LEVEL, effort

COUNT = effort(300, 20_000, 100_000)
KILLS = effort(1, 2, 20)  # of each step
SOON = 5.0  # seconds until it goes on

pytestmark = pytest.mark.usefixtures("nursery")


def test_a_killed_regrade_goes_on(own_url: str, own_database: Database, tmp_path: Path) -> None:
    pieces = small_pieces if LEVEL == "brief" else None
    ordeal = Regrading(own_database, own_url, tmp_path, COUNT, pieces)
    steps = [ordeal.journal.random.choice([*STEPS])] if LEVEL == "brief" else STEPS
    assert ordeal.run(dict.fromkeys(steps, KILLS)) == []
    sys.stdout.write(f"{ordeal.cut_off} cut off, went on after {ordeal.waits} s\n")
    assert max(ordeal.waits, default=0) < SOON * busyness()


@pytest.mark.parametrize("own_url", engines(0), indirect=True)
def test_it_would_be_noticed_that_a_batch_is_not_counted_with_its_grades(
    own_url: str, own_database: Database, tmp_path: Path
) -> None:
    plant = plants.batches_are_counted_in_a_transaction_of_their_own
    found = Regrading(own_database, own_url, tmp_path, 300, plant).run({"apply": 3})
    assert found
    assert found[0].startswith("half-written: regrade counts"), found
