"""PostgreSQL killed under a service that goes on; with SQLite the service is the database."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

import migrations
from models import Database, open_engine
from tests.cpu import busyness
from tests.postgres import Restartable, a_place, execute, restartable
from tests.torture.crash.nursery import LONGEST_START, Started
from tests.torture.crash.ordeal import Ordeal
from tests.torture.crash.requests import MIX, Told, answer
from tests.torture.crash.writers import send
from tests.torture.effort import effort
from tests.torture.journal import Journal

KILLS = effort(2, 10, 1000)
SOON = 5.0  # seconds from when the database answers to the first answer that is stored
# What is not flushed at its commit is flushed much later: a weaker setting shows.
LAZY = {"wal_writer_delay": "10000ms"}
STRICT = {"QUESTIONS_DURABILITY": "keeps-answers"}
WAYS: tuple[Callable[[Restartable], None], ...] = (Restartable.kill, Restartable.cut_off)

pytestmark = pytest.mark.usefixtures("nursery")


@pytest.fixture(scope="module")
def server() -> Iterator[Restartable]:
    """A server of our own that syncs, with an empty bank."""
    with a_place() as place, restartable(place, fsync="on", **LAZY) as server:
        with closing(Database(open_engine(server.url))) as database:
            migrations.upgrade(database.bind.engine)
        yield server


class DatabaseOrdeal(Ordeal):
    """The database is killed again and again, the service is not."""

    def run_on(self, server: Restartable, kills: int) -> list[str]:
        """Kill the server so many times, or until something is wrong."""
        service, self.is_served = self.start(), True
        self.waits.clear()
        for number in range(kills):
            if not self.found:
                self._kill_once(service, server, WAYS[number % len(WAYS)])
        service.kill()
        self.is_served = False
        self.come_to_rest()
        return self.found

    def _kill_once(
        self, service: Started, server: Restartable, kill: Callable[[Restartable], None]
    ) -> None:
        self.repeat(service.port)
        with self.writing(service.port) as ledger:
            self.wait_for_the_moment(ledger)
            kill(server)
            server.start()
        began = time.monotonic()
        ledger.told.append(self._first_success(service.port))
        self.waits.append(time.monotonic() - began)
        assert service.is_running
        self.look(ledger)

    def _first_success(self, port: int) -> Told:
        probe, until = answer(f"{self.name}-probe-{self.kills}"), time.monotonic() + LONGEST_START
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            while not (told := send(connection, probe)).is_confirmed:
                assert time.monotonic() < until, told
                time.sleep(0.01)
        return told


def test_a_killed_database_keeps_the_word_of_the_service(
    server: Restartable, tmp_path: Path
) -> None:
    ordeal = DatabaseOrdeal(
        tmp_path, server.url, Journal("database-kills"), settings=STRICT, name="kept"
    )
    assert ordeal.run_on(server, KILLS) == []
    sys.stdout.write(ordeal.summary)
    assert ordeal.confirmed > KILLS, "else there was no load"
    assert ordeal.cut > 0, "else nothing was cut off"
    assert max(ordeal.waits) < SOON * busyness()


def test_it_would_be_noticed_that_commits_are_not_waited_for(
    server: Restartable, tmp_path: Path
) -> None:
    """``synchronous_commit = off`` says that it is done before it is."""
    execute(server.port, "ALTER SYSTEM SET synchronous_commit = off")
    execute(server.port, "SELECT pg_reload_conf()")
    ordeal = DatabaseOrdeal(
        tmp_path, server.url, Journal("database-lazy"), mix={**MIX, "answer": 1000}, name="lost"
    )
    found = ordeal.run_on(server, KILLS)
    assert [each for each in found if each.startswith("missing: answer")], found
