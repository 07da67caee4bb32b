"""SQLite's disk fails at any access, fills up, takes nothing: 503 at worst, and nothing lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from api.app import Service
from models import Database, database, open_engine
from tests.conftest import url_of_a_new_bank
from tests.factories import Bank
from tests.quietly import quietly
from tests.torture.effort import effort
from tests.torture.faults.acts import Act, acts
from tests.torture.faults.disk import Disk, failing_disk, why_not
from tests.torture.faults.here import serving_here
from tests.torture.faults.nth import fails_at_every_access
from tests.torture.faults.plants import commits_are_believed, errors_are_mistakes
from tests.torture.faults.refusing import takes_nothing_for_a_while
from tests.torture.journal import Journal

MOST = effort(2, 40, 10_000)  # accesses of an act that fail, once and for good
WAYS = ("full", "read_only")


@dataclass(frozen=True, slots=True)
class Stage:
    """A service on a disk that fails when it is told, what is done there, and who looks on."""

    service: Service
    client: httpx.Client
    database: Database
    disk: Disk
    acts: list[Act]

    def fails(self, acts: list[Act], most: int = MOST) -> list[str]:
        journal = Journal("disk-nth")
        return fails_at_every_access(self.client, self.database, self.disk, acts, journal, most)

    def refuses(self, way: str) -> list[str]:
        def refuse(refuses: bool) -> None:
            setattr(self.disk, way, refuses)

        self.service.state.database.close()  # a pool that is full makes no connections meanwhile
        journal = Journal(f"disk-{way}")
        return takes_nothing_for_a_while(self.client, self.database, refuse, self.acts, journal)


@pytest.fixture(scope="module")
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    if reason := why_not():
        pytest.skip(reason)
    path = tmp_path_factory.mktemp("disk") / "bank.db"
    url = url_of_a_new_bank(request, "sqlite", path)
    with failing_disk() as disk:
        bank = Bank(Database(open_engine(url)))
        bank.publish()
        with quietly(), serving_here(url) as (service, client):
            yield Stage(service, client, bank.database, disk, list(acts(bank)))
        bank.database.close()


def test_any_access_may_fail(stage: Stage) -> None:
    assert stage.fails(stage.acts) == []


@pytest.mark.parametrize("way", WAYS)
def test_a_disk_that_takes_nothing_stops_only_writes(stage: Stage, way: str) -> None:
    assert stage.refuses(way) == []


def connections_are_for_ever(patch: pytest.MonkeyPatch) -> None:
    """Keep connections that were made while nothing could be written."""
    patch.setattr(database, "_code_of", lambda _: 0)


def test_an_error_of_the_disk_that_is_no_503_would_be_noticed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors_are_mistakes(monkeypatch)
    found = stage.fails(stage.acts[:1], most=3)
    assert any("internal_error" in each for each in found), found


def test_a_commit_that_failed_unheard_would_be_noticed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits_are_believed(monkeypatch)
    monkeypatch.setattr(stage.disk, "only", "sync")
    found = stage.fails(stage.acts[:1])
    assert any("confirmed, and 0 of 1 there" in each for each in found), found


def test_a_connection_that_stays_read_only_would_be_noticed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections_are_for_ever(monkeypatch)
    assert any("503 well afterwards" in each for each in stage.refuses("read_only"))


def test_a_disk_is_what_the_service_writes_to(stage: Stage, tmp_path: Path) -> None:
    """Else nothing above has failed at all."""
    with stage.disk.fails_at(0, broken=False):
        assert stage.acts[0].send(stage.client, "counted").status_code == 201
    assert stage.disk.calls > 3
