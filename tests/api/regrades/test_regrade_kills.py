"""A service that is killed while it regrades: the next one goes on, and nothing is graded twice.

`python -m bench regrade_kill` kills more often, over more submissions.
"""

from pathlib import Path

from bench.regrade_kill import SEED, Ordeal
from models import Database

COUNT = 20_000  # ten batches
LONGEST = 20.0  # seconds; half of it on a busy machine, a new start included


def test_a_regrade_survives_being_killed_in_each_step(
    own_url: str, own_database: Database, tmp_path: Path
) -> None:
    print(f"BENCH_KILL_SEED={SEED}")
    ordeal = Ordeal(own_database, own_url, tmp_path, count=COUNT, kills=2, seed=SEED)
    ordeal.run()
    assert ordeal.cut_off > 0, "else nothing was cut off"
    print("seconds until it went on:", ordeal.waits)
    assert max(ordeal.waits) < LONGEST
