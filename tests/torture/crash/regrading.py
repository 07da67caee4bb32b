"""A regrade whose service is killed in each of its steps: does a grade double, lack or differ?"""

import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench.regrades import fill
from domain.questions import AnswerKey
from models import Database, GradeRow, Regrade
from operations.append_regrades import COPIED
from tests.factories import Bank
from tests.torture.crash.nursery import Started, start
from tests.torture.crash.ordeal import SETTINGS
from tests.torture.crash.requests import Request, Told
from tests.torture.crash.snapshot import Snapshot, broken
from tests.torture.crash.writers import send
from tests.torture.journal import Journal
from tests.torture.planting import Plant

PATH = "/v1/bank/regrades"
STEPS = {"plan": "planned", "apply": "applied", "undo": "undone"}
PATIENCE = 120.0  # seconds
LONGEST_PAUSE = 0.1  # seconds from the chosen batch to the kill
# By full credit nearly every grade changes.
PLAN = b'{"reason": "So.", "scope": {"question": "rivers"}, "mode": "full_credit"}'


class Regrading:
    """A regrade of many submissions, killed so often in each of these steps."""

    def __init__(
        self, database: Database, url: str, folder: Path, count: int, plant: Plant | None
    ) -> None:
        self.database, self.folder, self.count, self.plant = database, folder, count, plant
        self.journal = Journal("regrade-kills")
        self.settings = {**SETTINGS, "DATABASE_URL": url, "QUESTIONS_REGRADE_AT_ONCE": "1"}
        self.cut_off, self.waits, self.found = 0, list[float](), list[str]()
        bank = Bank(database)
        fill(database, bank.publish(key=AnswerKey(frozenset({1, 2}))), count)
        bank.publish(key=AnswerKey(frozenset({1, 3})))
        _, self.admin = bank.key("admin")

    def run(self, killed: dict[str, int]) -> list[str]:
        """Plan, apply and undo to the end; what counts then is what counted before."""
        first, service = counting(self.database), self._start()
        for step in STEPS:
            for _ in range(killed.get(step, 0)):
                if not self.found:
                    service = self._kill_within(step, service)
            if self.found:
                break
            self._ask(step, service)
            self._wait_for(STEPS[step])
        service.kill()
        if not self.found:
            self.found += broken(Snapshot(self.database))
            self.found += [] if counting(self.database) == first else ["differs: what counts"]
        return self.found

    def _start(self) -> Started:
        service = start(self.folder, "serve", settings=self.settings, plant=self.plant)
        service.wait_until_ready()
        return service

    def _kill_within(self, step: str, service: Started) -> Started:
        """Kill it at any moment that leaves work, look, and start it anew; the service then."""
        self._ask(step, service)
        run, chance = self._row(), self.journal.random
        goal = chance.uniform(run.done, 0.8 * (run.total or self.count))
        while run.finished_at is None and run.done < goal:
            run = self._row()
        time.sleep(chance.uniform(0, LONGEST_PAUSE))
        service.kill()
        self.found += broken(Snapshot(self.database))
        run = self._row()
        self.journal.note("killed", step=step, done=run.done, found=self.found)
        service = self._start()
        if run.finished_at is None:
            self.cut_off += 1
            began, left_at = time.monotonic(), run.done
            self._wait_for("progress", left_at)
            self.waits.append(time.monotonic() - began)
        return service

    def _ask(self, step: str, service: Started) -> Told:
        """Ask for the step; asked again it has no further effect."""
        path = PATH if step == "plan" else f"{PATH}/{self._row().id}/{step}"
        key, body = ("once", PLAN) if step == "plan" else (None, b"")
        request = Request("regrade", step, path, body, key=key, headers=self.admin)
        with closing(HTTPConnection("127.0.0.1", service.port, timeout=60)) as connection:
            told = send(connection, request)
        assert told.is_confirmed, told
        return told

    def _wait_for(self, state: str, left_at: int | None = None) -> None:
        """Until it is in that state, or has come further than it was left at."""
        until = time.monotonic() + PATIENCE
        while (run := self._row()).state != state:
            if left_at is not None and (run.done > left_at or run.finished_at):
                return
            assert time.monotonic() < until, run.done
            assert run.failure is None, run.failure

    def _row(self) -> Regrade:
        """The regrade as it stands, past the service, which would be slower than a batch."""
        time.sleep(0.002)
        with self.database.read() as session:
            return session.scalars(select(Regrade)).one()


def counting(database: Database) -> dict[Any, Any]:
    """Of each submission all columns of the grade that counts, but its id and its moment."""
    columns = [getattr(GradeRow, name) for name in COPIED]
    asked = select(GradeRow.submission_id, *columns).where(GradeRow.is_last())
    with database.read() as session:
        return {row[0]: tuple(row[1:]) for row in session.execute(asked)}
