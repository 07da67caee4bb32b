"""A service that is killed while it regrades: the next one goes on, and nothing is graded twice.

`python -m bench regrade_kill` kills more often, over more submissions.
"""

import sys
from pathlib import Path

from bench.regrade_kill import SEED, Ordeal
from models import Database

COUNT = 30_000  # fifteen batches
LONGEST = 15.0  # seconds after a new start; five where the machine is not busy


def test_a_regrade_survives_being_killed_in_each_step(
    own_url: str, own_database: Database, tmp_path: Path
) -> None:
    sys.stdout.write(f"BENCH_KILL_SEED={SEED}\n")  # shown where it fails
    ordeal = Ordeal(own_database, own_url, tmp_path, count=COUNT, kills=1, seed=SEED)
    ordeal.run()
    assert ordeal.cut_off > 0, "else nothing was cut off"
    assert max(ordeal.waits) < LONGEST
