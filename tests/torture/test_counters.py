"""After a run in which a worker was killed, what `/metrics` counts equals what is stored."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import httpx
import pytest
from sqlalchemy import func, select

from api.measurements import FOLDER
from api.workers import sharing_measurements
from models import Database, Submission
from operations.store_answers import OUTCOMES
from tests.api.posting import PATH, Sent, Told, numbered, post_all
from tests.factories import Bank
from tests.measured import SUBMITTING, Measured, since
from tests.processes import Service, serving, workers_of
from tests.torture.effort import effort
from tests.torture.journal import Journal
from tests.torture.planting import Plant

WORKERS, CONNECTIONS = 2, 16
FRESH = effort(100, 2000, 20_000)  # keys in each of the two halves of a run; each is sent twice
KILLS = effort(1, 5, 200)
REFUSED = 5
LONGEST_WAIT = 150.0  # seconds
SETTINGS = {"QUESTIONS_METRICS": "public", "QUESTIONS_RATE_LIMIT_PUBLIC": "off"}


@contextmanager
def two_workers(url: str, folder: Path, plant: Plant | None = None) -> Iterator[Service]:
    """A service of two processes."""
    command = ("serve", "--workers", str(WORKERS))
    settings = {**SETTINGS, "DATABASE_URL": url, "TMPDIR": str(folder)}
    with serving(folder, *command, settings=settings, plant=plant) as service:
        yield service


def counted_otherwise(service: Service, database: Database) -> list[str]:
    """Ordeal: twins, refusals, and workers that are killed among them; what is told wrongly."""
    journal = Journal("counters")
    wait_for_workers(service, WORKERS)
    run = Run(service, database)
    run.told += load(service, "quiet") + refused(service)
    wrong = run.judged(slack=0)
    for kill in range(KILLS):
        victim = journal.random.choice(workers_of(service.process.pid))
        journal.note("kill", process=victim, number=kill)
        end = Timer(journal.random.uniform(0.05, 0.5), os.kill, (victim, signal.SIGKILL))
        end.start()
        run.told += load(service, f"killed-{kill}")
        end.join()
        wait_for_workers(service, WORKERS, without=victim)
        run.told += load(service, f"after-{kill}", FRESH // 10)
    # One group may be stored and not counted: a worker ended between the two.
    return wrong + run.judged(slack=KILLS * CONNECTIONS)


class Run:
    """What clients heard, what is stored and what is counted, since the run began."""

    def __init__(self, service: Service, database: Database) -> None:
        self.told: list[Told] = []
        self._service, self._database = service, database
        self._page, self._rows = settled(service), self._stored()

    def _stored(self) -> int:
        with self._database.read() as session:
            return session.scalar(select(func.count()).select_from(Submission)) or 0

    def judged(self, slack: int) -> list[str]:
        """The claims that do not hold, where so many answers may have gone uncounted.

        A killed worker may also have counted some of them in one place and not in the next.
        """
        page = settled(self._service)
        rows, counted = self._stored() - self._rows, since(self._page, page)
        of = {name: counted("questions_submissions_total", outcome=name) for name in OUTCOMES}
        requests = counted("questions_request_duration_seconds_count", route=SUBMITTING)
        heard = Counter(each.status for each in self.told)
        new = sum(each.status == 201 and not each.replayed for each in self.told)
        again, answered = heard[201] - new, heard[201] + heard[422]
        batches = counted("questions_submission_batch_size_sum")
        claims = {
            "stored and told": new <= of["stored"] <= rows <= of["stored"] + slack,
            "replays": again <= of["replayed"] <= again + slack,
            "refusals": of["refused"] == heard[422] == REFUSED,
            "failures": of["failed"] == heard[503] + heard[500] == 0,
            "requests": answered - slack <= requests <= answered + slack,
            "batches": batches <= of["stored"] <= batches + slack,
            "processes": page.sum("questions_workers") == WORKERS,
            "queue": page.sum("questions_submission_queue_length") == 0,
        }
        numbers = f"heard {dict(heard)}, {new} new; {rows} rows; {of}; {requests} requests"
        return [f"{claim}; {numbers}" for claim, holds in claims.items() if not holds]


def load(service: Service, name: str, count: int = FRESH) -> list[Told]:
    """Answers with keys, each sent twice."""
    sent = sorted([*numbered(name, count, keyed=True)] * 2, key=lambda one: one.learner)
    return post_all([service.url], sent, CONNECTIONS)


def refused(service: Service) -> list[Told]:
    """Answers that name an option which the question does not have."""
    body = {"selected": ["zzzz"]}
    with httpx.Client(base_url=service.url, timeout=LONGEST_WAIT) as client:
        answers = [client.post(PATH, json=body) for _ in range(REFUSED)]
    return [Told(Sent(""), answer.status_code) for answer in answers]


def settled(service: Service) -> Measured:
    """The page once nobody but its reader is under way, and all processes have said so."""
    until = time.monotonic() + LONGEST_WAIT
    with httpx.Client(timeout=LONGEST_WAIT) as client:
        while True:
            page = Measured.of(client.get(f"{service.url}/metrics").text)
            is_quiet = page.sum("questions_requests_in_flight") == 1
            if (is_quiet and page.sum("questions_workers") == WORKERS) or time.monotonic() > until:
                return page
            time.sleep(0.2)


def wait_for_workers(service: Service, count: int, without: int = 0) -> None:
    """Wait until so many are there beside the one that was killed."""
    until = time.monotonic() + LONGEST_WAIT
    while len(set(workers_of(service.process.pid)) - {without}) < count:
        assert time.monotonic() < until, service.printed()
        time.sleep(0.05)


def count_alone(patch: pytest.MonkeyPatch) -> None:
    """Let each worker count for itself, so that a page tells of one and a kill forgets it."""

    @contextmanager
    def sharing_nothing() -> Iterator[None]:
        yield

    patch.setattr("cli.sharing_measurements", sharing_nothing)


BRIEFLY = "tests/test_workers.py shows it with one kill, and starting workers takes long"


@pytest.mark.skipif(effort(0, 1, 1) == 0, reason=BRIEFLY)
def test_counters_equal_rows_after_kills(
    own_database: Database, own_url: str, tmp_path: Path
) -> None:
    Bank(own_database).publish()
    with two_workers(own_url, tmp_path) as service:
        assert counted_otherwise(service, own_database) == []


@pytest.mark.skipif(effort(0, 1, 1) == 0, reason=BRIEFLY)
@pytest.mark.parametrize("own_url", ["sqlite"], indirect=True)
def test_counters_of_one_worker_would_be_noticed(
    own_database: Database, own_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.LONGEST_WAIT", 20.0)  # as planted, the page never settles
    Bank(own_database).publish()
    with two_workers(own_url, tmp_path, plant=count_alone) as service:
        wrong = counted_otherwise(service, own_database)
    assert any("stored and told" in finding for finding in wrong)


def test_the_folder_of_measurements_is_private_and_goes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv(FOLDER, "restored afterwards")
    with sharing_measurements():
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
        assert os.environ[FOLDER] == str(folder)
    assert list(tmp_path.iterdir()) == []
