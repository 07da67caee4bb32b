"""Who writes beside an upgrade is seen to wait: else the figures of it would be idle."""

import time

import pytest
from sqlalchemy import text

from bench.contestants import plain
from bench.upgrade import Wait, longest, writing
from models import Database
from tests.factories import Bank

WAITS: list[Wait] = [(0.0, 0.1), (1.0, 4.0), (4.0, 4.2), (9.0, 9.9)]


@pytest.mark.parametrize(
    ("began", "ended", "waited"),
    [(0.0, 0.5, 0.1), (0.5, 0.9, 0.0), (2.0, 3.5, 1.5), (3.9, 9.3, 0.3), (0.0, 10.0, 3.0)],
)
def test_a_wait_counts_as_far_as_it_lies_within_a_step(
    began: float, ended: float, waited: float
) -> None:
    assert longest(WAITS, began, ended) == pytest.approx(waited)


@pytest.mark.parametrize("own_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("table", "who", "others"),
    [("grade", "answers", "edits"), ("question_version", "edits", "answers")],
)
def test_a_lock_that_is_held_is_seen(
    own_database: Database, own_url: str, table: str, who: str, others: str
) -> None:
    """Planted: a step that keeps the table of answers, or that of editors, to itself."""
    Bank(own_database).publish()
    lock = text(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
    with writing(plain(own_url)) as waits, own_database.bind.engine.begin() as connection:
        connection.execute(lock)
        began = time.monotonic()
        time.sleep(0.5)
    assert longest(waits[who], began, began + 0.5) > 0.25
    assert any(began < start and end < began + 0.5 for start, end in waits[others])
