"""Answers on a disk that forgets what was not synced: none that was confirmed lacks."""

import sys
from pathlib import Path

import pytest

from tests.torture.effort import effort
from tests.torture.journal import Journal
from tests.torture.power.ordeal import Ordeal

COMMITS = effort(150, 1000, 2000)

pytestmark = pytest.mark.parametrize("own_url", ["sqlite"], indirect=True)


def told(ordeal: Ordeal) -> str:
    return (
        f"{ordeal.commits} commits, {ordeal.cuts} power cuts, "
        f"{len(ordeal.lost)} of {len(ordeal.confirmed)} confirmed answers lost"
    )


def test_a_power_cut_takes_nothing_that_was_confirmed(own_url: str, tmp_path: Path) -> None:
    ordeal = Ordeal(tmp_path, own_url, Journal("power"))
    assert ordeal.run(COMMITS) == []
    sys.stdout.write(f"{told(ordeal)}\n")
    assert ordeal.weak == []
    assert len(ordeal.confirmed) >= ordeal.commits // 2, "else hardly anything was at stake"


def test_it_would_be_noticed_that_commits_are_not_synced(own_url: str, tmp_path: Path) -> None:
    """``synchronous=NORMAL`` syncs at checkpoints only, as if answers could wait."""
    ordeal = Ordeal(tmp_path, own_url, Journal("power-normal"), sqlite_synchronous="NORMAL")
    found = ordeal.run(10 * COMMITS)  # up to the first cut that tells: some come when all is synced
    sys.stdout.write(f"{told(ordeal)}\n")
    assert ordeal.weak == ["synchronous is NORMAL"]
    assert [each for each in found if each.startswith("missing")]
    assert ordeal.lost
