"""The line to PostgreSQL breaks anywhere, for a moment or for long; its pooler starts anew."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import httpx
import psycopg
import pytest
from sqlalchemy.engine import make_url

from models import Database, open_engine
from tests.conftest import url_of_a_new_bank
from tests.factories import Bank
from tests.quietly import quietly
from tests.torture.effort import effort
from tests.torture.faults.acts import Act, acts
from tests.torture.faults.conftest import longer
from tests.torture.faults.here import serving_here
from tests.torture.faults.line import Line, line_to
from tests.torture.faults.nth import fails_at_every_access
from tests.torture.faults.outage import goes_away
from tests.torture.faults.plants import (
    commits_are_believed,
    errors_are_mistakes,
    failures_are_remembered,
)
from tests.torture.faults.pooler import pooler_before, why_not
from tests.torture.journal import Journal

MOST = effort(2, 40, 10_000)  # messages of an act that are lost
MOMENTS = effort(1, 5, 20)  # times that all connections end
OUTAGE = effort(1.0, 8.0, 8.0)  # seconds
KILL_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND datname = current_database()
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """A service at the end of a line, what is done there, and who looks on at the other end."""

    url: str
    client: httpx.Client
    database: Database
    line: Line
    acts: list[Act]

    def loses(self, acts: list[Act], most: int = MOST) -> list[str]:
        journal = Journal("line-nth")
        return fails_at_every_access(self.client, self.database, self.line, acts, journal, most)

    def is_away(self, seconds: float) -> list[str]:
        journal = Journal("line-away")
        return goes_away(self.client, self.database, self.line.cut, seconds, journal)


@pytest.fixture(scope="module")
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    url = url_of_a_new_bank(request, "postgresql", tmp_path_factory.getbasetemp())
    bank = Bank(Database(open_engine(url)))
    bank.publish()
    with line_to(url) as (line, over_it), quietly(), serving_here(over_it) as (_, client):
        yield Stage(url, client, bank.database, line, list(acts(bank)))
    bank.database.close()


def test_any_message_may_be_lost(stage: Stage) -> None:
    assert stage.loses(stage.acts) == []


def test_a_line_that_is_cut_for_a_moment_is_only_a_pause(stage: Stage) -> None:
    assert [stage.is_away(0) for _ in range(MOMENTS)] == [[]] * MOMENTS


def test_an_outage_is_told_as_such_and_no_longer(stage: Stage) -> None:
    assert stage.is_away(OUTAGE) == []


def test_backends_that_are_ended_are_only_a_pause(stage: Stage) -> None:
    def end_all(is_away: bool) -> None:
        if is_away:
            stage.database.close()
            plain = make_url(stage.url).set(drivername="postgresql").render_as_string()
            with closing(psycopg.connect(plain, autocommit=True)) as connection:
                connection.execute(KILL_OTHERS.encode())

    for _ in range(MOMENTS):
        journal = Journal("backends")
        assert goes_away(stage.client, stage.database, end_all, 0, journal) == []


@longer
def test_a_pooler_that_starts_anew_is_only_a_pause(stage: Stage) -> None:
    if reason := why_not():
        pytest.skip(reason)
    with pooler_before(stage.url) as (pooler, through), serving_here(through) as (_, client):

        def starts_anew(is_away: bool) -> None:
            pooler.stop() if is_away else pooler.start()

        for seconds in (0, OUTAGE):
            journal = Journal("pooler")
            assert goes_away(client, stage.database, starts_anew, seconds, journal) == []


def test_an_outage_that_is_no_503_would_be_noticed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors_are_mistakes(monkeypatch)
    assert any("internal_error" in each for each in stage.is_away(0.5))


@longer
def test_an_outage_that_goes_on_too_long_would_be_noticed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures_are_remembered(monkeypatch)
    assert any(each.startswith("first stored after") for each in stage.is_away(0.5))


def test_a_commit_that_was_lost_unheard_would_be_noticed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits_are_believed(monkeypatch)
    found = stage.loses(stage.acts[:1], most=1000)
    assert any("confirmed, and 0 of 1 there" in each for each in found), found
