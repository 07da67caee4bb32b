"""SIGTERM under load: balancers hear of it first, all that came is answered, nothing is lost."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from api.draining import Drain
from models import Database
from tests.factories import Bank
from tests.torture.effort import effort
from tests.torture.faults.conftest import longer
from tests.torture.faults.ending import ends_under_load
from tests.torture.faults.nursery import raised
from tests.torture.journal import Journal
from tests.torture.planting import Plant

ROUNDS = effort(1, 10, 50)  # on each engine
OF_SEVERAL = effort(0, 3, 25)  # with two workers, which take seconds to start
DRAIN = "0.4"  # seconds


def ended(
    url: str, database: Database, folder: Path, workers: int = 1, plant: Plant | None = None
) -> list[str]:
    """What one end under load does wrong."""
    settings = {"DATABASE_URL": url, "QUESTIONS_DRAIN_SECONDS": DRAIN}
    many = ["--workers", str(workers)]
    with raised(folder, *many, settings=settings, plant=plant) as service:
        found = ends_under_load(service, database, Journal("ending"))
        codes = {0, -signal.SIGTERM}
        return found + [f"code {service.process.exitcode}"] * (
            service.process.exitcode not in codes
        )


def test_a_service_that_ends_says_so_first_and_cuts_nothing(
    own_url: str, own_database: Database, tmp_path: Path
) -> None:
    Bank(own_database).publish()
    assert [ended(own_url, own_database, tmp_path) for _ in range(ROUNDS)] == [[]] * ROUNDS


@longer
def test_so_do_its_workers(own_url: str, own_database: Database, tmp_path: Path) -> None:
    Bank(own_database).publish()
    rounds = [ended(own_url, own_database, tmp_path, workers=2) for _ in range(OF_SEVERAL)]
    assert rounds == [[]] * OF_SEVERAL


def ready_to_the_last(patch: pytest.MonkeyPatch) -> None:
    """Say that the service is ready until it is gone."""
    patch.setattr(Drain, "is_begun", property(lambda _: False, lambda *_: None), raising=False)


def answers_before_commits(patch: pytest.MonkeyPatch) -> None:
    """Answer first, and commit what the end has left time for."""

    def write(self: Database, work: Callable[[Session], object]) -> object:
        session = self._writers()
        result = work(session)
        session.rollback() if work.__qualname__.startswith("SubmissionWriter") else session.commit()
        session.close()
        return result

    patch.setattr(Database, "_write_once", write)


@longer
@pytest.mark.parametrize("own_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("plant", "finding"),
    [(ready_to_the_last, "gone before it said"), (answers_before_commits, "lost: ")],
)
def test_an_end_that_is_not_told_or_loses_would_be_noticed(
    own_url: str, own_database: Database, tmp_path: Path, plant: Plant, finding: str
) -> None:
    Bank(own_database).publish()
    found = ended(own_url, own_database, tmp_path, plant=plant)
    assert any(each.startswith(finding) for each in found), found
