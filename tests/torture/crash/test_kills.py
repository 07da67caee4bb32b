"""A service that is killed at random moments: nothing confirmed lacks, nothing doubles."""

from pathlib import Path

import pytest

from tests.torture.crash.ordeal import Ordeal
from tests.torture.effort import effort
from tests.torture.journal import Journal

KILLS = effort(3, 40, 1000)  # for each engine


def test_a_killed_service_keeps_its_word(own_url: str, tmp_path: Path) -> None:
    ordeal = Ordeal(tmp_path, own_url, Journal("kills"))
    found = ordeal.run(KILLS)
    print(ordeal.kills, ordeal.confirmed, ordeal.cut, ordeal.committed, ordeal.waits)
    assert found == []
