"""After a run in which a worker was killed, what `/metrics` counts equals what is stored."""

import os
import re
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
from tests.api.posting import Sent, Told, numbered, post_all
from tests.factories import Bank
from tests.measured import SUBMITTING, Measured
from tests.processes import Service, serving
from tests.torture.effort import effort
from tests.torture.journal import Journal

WORKERS, CONNECTIONS = 2, 16
FRESH = effort(200, 2000, 20_000)  # keys in each of the two halves of a run; each is sent twice
KILLS = effort(1, 5, 200)
REFUSED = 5
LONGEST_WAIT = 90.0  # seconds
SETTINGS = {"QUESTIONS_METRICS": "public", "QUESTIONS_RATE_LIMIT_PUBLIC": "off"}
BEGUN = re.compile(r'"event": "Started server process \[(\d+)\]"')


@contextmanager
def two_workers(url: str, folder: Path, **options: object) -> Iterator[Service]:
    """A service of two processes."""
    settings = {**SETTINGS, "DATABASE_URL": url, "QUESTIONS_LOG_FORMAT": "json"}
    with serving(
        folder,
        "serve",
        "--workers",
        str(WORKERS),
        settings=settings,
        **options,  # type: ignore[arg-type]
    ) as service:
        yield service


def counted_otherwise(service: Service, database: Database) -> list[str]:
    """Ordeal: twins, refusals, and workers that are killed among them; what is told wrongly."""
    journal = Journal("counters")
    wait_for_workers(service, WORKERS)
    told = load(service, "quiet") + refused(service)
    wrong = judged("quiet", service, database, told, slack=0)
    for kill in range(KILLS):
        victim = journal.random.choice(living(service))
        journal.note("kill", process=victim, number=kill)
        end = Timer(journal.random.uniform(0.05, 0.5), os.kill, (victim, signal.SIGKILL))
        end.start()
        told += load(service, f"killed-{kill}")
        end.join()
        wait_for_workers(service, WORKERS)
        told += load(service, f"after-{kill}", FRESH // 10)
    # One group may be stored and not counted: a worker ended between the two.
    return wrong + judged("killed", service, database, told, slack=KILLS * CONNECTIONS)


def load(service: Service, name: str, count: int = FRESH) -> list[Told]:
    """Answers with keys, each sent twice."""
    sent = sorted([*numbered(name, count, keyed=True)] * 2, key=lambda one: one.learner)
    return post_all([service.url], sent, CONNECTIONS)


def refused(service: Service) -> list[Told]:
    """Answers that name an option which the question does not have."""
    url = f"{service.url}/v1/questions/rivers/submissions"
    body = {"selected": ["zzzz"]}
    return [Told(Sent(""), httpx.post(url, json=body).status_code) for _ in range(REFUSED)]


def judged(
    when: str, service: Service, database: Database, told: list[Told], slack: int
) -> list[str]:
    """What is wrong with what the service counts, beside what clients heard and what is stored."""
    page = settled(service)
    outcomes = page.outcomes()
    with database.read() as session:
        rows = session.scalar(select(func.count()).select_from(Submission)) or 0
    heard = Counter(each.status for each in told)
    new = sum(each.status == 201 and not each.replayed for each in told)
    requests = page.sum("questions_request_duration_seconds_count", route=SUBMITTING)
    claims = {
        "stored and told": new <= outcomes["stored"] <= rows <= outcomes["stored"] + slack,
        "replays": heard[201] - new <= outcomes["replayed"] <= heard[201] - new + slack,
        "refusals": outcomes["refused"] == heard[422] == REFUSED,
        "failures": outcomes["failed"] == heard[503] + heard[500] == 0,
        "requests": heard[201] + heard[422] <= requests <= heard[201] + heard[422] + slack,
        "batches": page.sum("questions_submission_batch_size_sum") == outcomes["stored"],
        "processes": page.sum("questions_workers") == WORKERS,
        "queue": page.sum("questions_submission_queue_length") == 0,
    }
    numbers = (
        f"{when}: heard {dict(heard)}, {new} new, {rows} rows, {outcomes}, {requests} requests"
    )
    return [f"{claim}; {numbers}" for claim, holds in claims.items() if not holds]


def settled(service: Service) -> Measured:
    """The page once nobody but its reader is under way, and all processes have said so."""
    until = time.monotonic() + LONGEST_WAIT
    while True:
        page = Measured.of(httpx.get(f"{service.url}/metrics", timeout=30).text)
        is_quiet = page.sum("questions_requests_in_flight") == 1
        if (is_quiet and page.sum("questions_workers") == WORKERS) or time.monotonic() > until:
            return page
        time.sleep(0.1)


def living(service: Service) -> list[int]:
    """The processes that have said that they began and are still there."""
    processes = map(int, BEGUN.findall(service.printed()))
    return [process for process in processes if is_alive(process)]


def is_alive(process: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def wait_for_workers(service: Service, count: int) -> None:
    until = time.monotonic() + LONGEST_WAIT
    while len(living(service)) < count:
        assert time.monotonic() < until, service.printed()
        time.sleep(0.05)


def count_alone(patch: pytest.MonkeyPatch) -> None:
    """Let each worker count for itself, so that a page tells of one and a kill forgets it."""

    @contextmanager
    def sharing_nothing() -> Iterator[None]:
        yield

    patch.setattr("cli.sharing_measurements", sharing_nothing)


def test_counters_equal_rows_after_kills(
    own_database: Database, own_url: str, tmp_path: Path
) -> None:
    Bank(own_database).publish()
    with two_workers(own_url, tmp_path) as service:
        assert counted_otherwise(service, own_database) == []


@pytest.mark.skipif(effort(0, 1, 1) == 0, reason="one more service; the others show as much")
def test_counters_of_one_worker_would_be_noticed(
    own_database: Database, own_url: str, tmp_path: Path
) -> None:
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
