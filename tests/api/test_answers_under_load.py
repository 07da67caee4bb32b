"""Real services under load: told to end, and killed. No answer doubles or lacks."""

import multiprocessing
import random
import signal
import subprocess
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy import insert, select

from api.app import create_app
from api.logs import configure_logs
from models import Database, GradeRow, Submission
from settings import Settings
from tests.api.posting import Sent, Told, numbered, post_all
from tests.factories import Bank
from tests.processes import free_port, serving

UNLIMITED = {"QUESTIONS_RATE_LIMIT_PUBLIC": "off", "QUESTIONS_LOG_LEVEL": "WARNING"}
KILLS = 10


@pytest.fixture
def bank(own_database: Database) -> Bank:
    bank = Bank(own_database)
    bank.publish()
    return bank


def stored(database: Database) -> dict[str, list[str]]:
    """The ids of the submissions of each learner; each submission must have one grade."""
    with database.read() as session:
        rows = session.execute(select(Submission.learner, Submission.id)).all()
        graded = Counter(session.scalars(select(GradeRow.submission_id)))
    assert set(graded.values()) <= {1}
    assert graded.keys() == {id_ for _, id_ in rows}
    found: dict[str, list[str]] = defaultdict(list)
    for learner, id_ in rows:
        found[learner or ""].append(str(id_))
    return found


def test_a_service_that_is_told_to_end_finishes_first(
    own_url: str, own_database: Database, bank: Bank, tmp_path: Path
) -> None:
    with serving(tmp_path, "serve", settings={**UNLIMITED, "DATABASE_URL": own_url}) as service:
        ending = threading.Thread(target=_end_under_load, args=(service.process, own_database))
        ending.start()
        told = post_all([service.url], numbered("end", 100_000, keyed=False))
        ending.join()
        assert service.process.wait(30) in {0, -signal.SIGTERM}
    assert {each.status for each in told} <= {201, 503, 0}
    confirmed = {each.sent.learner: [each.id] for each in told if each.status == 201}
    assert len(confirmed) > 16, "else there was no load"
    assert stored(own_database) == confirmed


def _end_under_load(process: subprocess.Popen[bytes], database: Database) -> None:
    """Tell a service to end as soon as many answers of all connections are stored."""
    until = time.monotonic() + 30
    while len(stored(database)) < 200 and time.monotonic() < until:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)


def _serve(url: str, port: int) -> None:
    configure_logs("ERROR", "json")
    settings = Settings.load(database_url=url, rate_limit_public="off")
    uvicorn.run(create_app(settings), port=port, log_config=None)


@pytest.fixture(scope="module")
def nursery() -> multiprocessing.context.ForkServerContext:
    """Starts services in no time: from a process that has imported them already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


@contextmanager
def killed_after(
    nursery: multiprocessing.context.ForkServerContext, url: str, seconds: float
) -> Iterator[str]:
    """A service that is killed so many seconds after it answers; gives its address."""
    port = free_port()
    process = nursery.Process(target=_serve, args=(url, port), daemon=True)
    process.start()
    address = f"http://127.0.0.1:{port}"
    _wait_for(address)
    end = threading.Timer(seconds, process.kill)
    end.start()
    yield address
    end.join()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/livez").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    raise AssertionError("The service did not start.")


def test_a_killed_service_has_stored_all_that_it_confirmed(
    own_url: str,
    own_database: Database,
    bank: Bank,
    nursery: multiprocessing.context.ForkServerContext,
) -> None:
    """Killed ten times; what had a key and no answer is sent again to the next service."""
    confirmed: list[Told] = []
    again: list[Sent] = []
    for number in range(KILLS):
        seconds = random.uniform(0.1, 0.5)  # noqa: S311 - no secret
        fresh = [
            *numbered(f"with-{number}", 1500, keyed=True),
            *numbered(f"without-{number}", 1500, keyed=False),
        ]
        random.shuffle(fresh)
        with killed_after(nursery, own_url, seconds) as address:
            told = post_all([address], [*again, *fresh])
        assert {each.status for each in told} <= {201, 0}
        confirmed += [each for each in told if each.status == 201]
        again = [each.sent for each in told if each.status == 0 and each.sent.key]
    kept = stored(own_database)
    assert len(confirmed) > 10 * KILLS, "else there was no load"
    assert all(each.id in kept[each.sent.learner] for each in confirmed), "confirmed but missing"
    assert {len(ids) for ids in kept.values()} == {1}, "doubled"


def test_a_submission_without_its_grade_would_be_noticed(
    own_database: Database, bank: Bank
) -> None:
    kept = bank.submit().submission
    names = ("question_id", "version_id", "caller", "selected", "shown", "release")
    copied = {name: getattr(kept, name) for name in names}
    own_database.write(lambda session: session.execute(insert(Submission).values(copied)))
    with pytest.raises(AssertionError):
        stored(own_database)
