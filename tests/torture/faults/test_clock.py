"""The clock is set back three days and forward two hours: order, keys and limits stay sound."""

import time
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from api import rate_limits
from models import Database
from models.base import later_id
from models.ids import uuid7
from operations import append_regrades
from tests.conftest import ENGINES
from tests.processes import serving
from tests.torture.effort import effort
from tests.torture.faults.ages import World, lives_through_ages
from tests.torture.faults.clock import Clock, why_not
from tests.torture.faults.conftest import longer
from tests.torture.journal import Journal
from tests.torture.planting import Plant


def lived(url: str, database: Database, folder: Path, plant: Plant | None = None) -> list[str]:
    """What is wrong with a service whose clock is set while it runs."""
    if reason := why_not():
        pytest.skip(reason)
    clock = Clock(folder / "clock")
    clock.set("+0")
    settings = {
        "DATABASE_URL": url,
        "QUESTIONS_RATE_LIMIT_PUBLIC": "off",
        "QUESTIONS_RATE_LIMIT": "off",
        "QUESTIONS_REGRADE_AT_ONCE": "0",
        "QUESTIONS_LOG_LEVEL": "WARNING",
    }
    with (
        serving(folder, "serve", settings=settings | clock.settings, plant=plant) as service,
        httpx.Client(base_url=service.url, timeout=60) as client,
    ):
        return lives_through_ages(World.of(client, database), clock, Journal("clock"))


@pytest.mark.parametrize("own_url", ENGINES[: effort(1, 2, 2)], indirect=True)
def test_a_clock_that_is_set_changes_no_order(
    own_url: str, own_database: Database, tmp_path: Path
) -> None:
    assert lived(own_url, own_database, tmp_path) == []


def moments_decide(patch: pytest.MonkeyPatch) -> None:
    """Go by the wall clock, for windows of limits and for which grade is the last."""
    for counting in (rate_limits.Counters, rate_limits.RateLimits):
        patch.setattr(counting.__init__, "__defaults__", (time.time,))
    patch.setattr(append_regrades, "later_id", lambda _: _id_of_now())


def _id_of_now() -> UUID:
    moment = int(time.time() * 1000)
    return UUID(f"{moment:012x}{uuid7().hex[12:]}")


@longer
@pytest.mark.parametrize("own_url", ["sqlite"], indirect=True)
def test_an_order_by_the_clock_would_be_noticed(
    own_url: str, own_database: Database, tmp_path: Path
) -> None:
    found = lived(own_url, own_database, tmp_path, moments_decide)
    for finding in ("long after the window", "a regrade does not count"):
        assert any(finding in each for each in found), (finding, found)


def test_an_id_comes_after_the_last_one_whatever_the_clock_says() -> None:
    ahead = UUID(int=uuid7().int + (1 << 100))
    assert later_id(ahead).int == ahead.int + 1
    assert later_id(None) < later_id(None)
