"""A real service under load is told to end: it finishes first."""

import signal
import subprocess
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from models import Database, GradeRow, Submission
from tests.api.posting import numbered, post_all
from tests.factories import Bank
from tests.processes import serving

UNLIMITED = {"QUESTIONS_RATE_LIMIT_PUBLIC": "off", "QUESTIONS_LOG_LEVEL": "WARNING"}


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


def test_a_submission_without_its_grade_would_be_noticed(
    own_database: Database, bank: Bank
) -> None:
    kept = bank.submit().submission
    names = ("question_id", "version_id", "caller", "selected", "shown", "release")
    copied = {name: getattr(kept, name) for name in names}
    own_database.write(lambda session: session.execute(insert(Submission).values(copied)))
    with pytest.raises(AssertionError):
        stored(own_database)
