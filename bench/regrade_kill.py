"""A regrade whose service is killed at random moments: does a grade double, lack or differ?"""

import json
import os
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import httpx
from sqlalchemy import func, select

import migrations
from bench.regrades import fill
from domain.questions import AnswerKey
from models import Database, GradeRow, Regrade, RegradeItem, open_engine
from operations.append_regrades import COPIED
from tests.factories import Bank
from tests.processes import Service, serving

COUNT = int(os.environ.get("BENCH_KILL_SUBMISSIONS", "100000"))
KILLS = int(os.environ.get("BENCH_KILLS", "5"))  # of each step
SEED = int(os.environ.get("BENCH_KILL_SEED", "0")) or secrets.randbelow(10**6)
PATH = "/v1/bank/regrades"
STEPS = {"plan": "planned", "apply": "applied", "undo": "undone"}
PATIENCE = 120.0  # seconds


def figures() -> Iterator[str]:
    """How often it was killed, how long until it went on, and what differs at the end."""
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/questions.db"
        engine = open_engine(url)
        migrations.upgrade(engine)
        ordeal = Ordeal(Database(engine), url, Path(name), count=COUNT, kills=KILLS, seed=SEED)
        ordeal.run()
        ordeal.database.close()
    yield f"{ordeal.cut_off:8} times killed with work left, of {COUNT:,} submissions, seed {SEED}"
    yield f"{max(ordeal.waits):8.1f} s at most from a new start to the next batch"
    yield "       0 grades that double, lack or differ"


@dataclass
class Ordeal:
    """A regrade of many submissions, killed so many times in each of its three steps.

    Any count that does not fit the rows beside it, after any kill, is an ``AssertionError``.
    """

    database: Database
    url: str
    folder: Path
    count: int
    kills: int
    seed: int
    cut_off: int = 0
    waits: list[float] = field(default_factory=list)
    _step: str = ""
    _left_at: int | None = None
    _headers: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Plan, apply and undo to the end, and compare what counts with what counted before."""
        self._chosen = Random(self.seed)  # noqa: S311 - to be repeated, no secret
        bank = Bank(self.database)
        fill(self.database, bank.publish(key=AnswerKey(frozenset({1}))), self.count)
        bank.publish()
        _, self._headers = bank.key("admin")
        first = counting(self.database)
        before: list[bytes] = []
        for step in (step for step in STEPS for _ in range(self.kills)):
            with self._service() as service:
                before = before or self._results(service)
                self._ask(service, step)
                self._kill(service)
            self._check()
        with self._service() as service:
            self._wait_until_it_goes_on()
            self._wait_for(lambda run: run.state == "undone")
            assert self._results(service) == before, "each result is the same, byte for byte"
        self._check()
        run = self._row()
        assert 0 < run.affected < run.submissions == self.count
        assert run.applied == run.undone == run.affected
        assert run.arrived == 0
        assert counting(self.database) == first

    def _service(self) -> AbstractContextManager[Service]:
        settings = {"DATABASE_URL": self.url, "QUESTIONS_REGRADE_AT_ONCE": "1"}
        return serving(self.folder, "serve", settings=settings)

    def _ask(self, service: Service, step: str) -> None:
        """Ask for the step once the one before is done; asked again it has no further effect.

        Nobody waits for the answer: it may come when all is done.
        """
        if self._step:
            self._wait_until_it_goes_on()
        if self._step not in ("", step):
            self._wait_for(lambda run: run.state == STEPS[self._step])
        path = PATH if step == "plan" else f"{PATH}/{self._row().id}/{step}"
        self._step = step
        Thread(target=self._post, args=(service.url + path,)).start()
        until = time.monotonic() + PATIENCE
        while self._find() is None or self._row().task != step:
            assert time.monotonic() < until, step

    def _post(self, address: str) -> None:
        body = {"reason": "A wrong key.", "scope": {"question": "rivers"}}
        said = body if address.endswith(PATH) else None
        headers = self._headers | ({"Idempotency-Key": "once"} if said else {})
        with suppress(httpx.TransportError):
            httpx.post(address, json=said, headers=headers, timeout=60)

    def _kill(self, service: Service) -> None:
        """Kill it at any moment from now on that leaves work, where this process is in time."""
        run = self._row()
        goal = self._chosen.uniform(run.done, 0.8 * (run.total or self.count))
        pause = self._chosen.uniform(0, 0.01)
        while run.finished_at is None and run.done < goal:
            run = self._row()
        time.sleep(pause)
        service.process.kill()
        service.process.wait()
        run = self._row()
        if run.finished_at is None:
            self.cut_off += 1
            self._left_at = run.done

    def _wait_until_it_goes_on(self) -> None:
        """Note how long that takes from when the new service answers."""
        started = time.monotonic()
        if (left_at := self._left_at) is not None:
            self._wait_for(lambda run: run.done > left_at or run.finished_at is not None)
            self.waits.append(time.monotonic() - started)
            self._left_at = None

    def _wait_for(self, happens: Callable[[Regrade], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not happens(run := self._row()):
            assert time.monotonic() < until, run.done
            assert run.failure is None, run.failure

    def _row(self) -> Regrade:
        run = self._find()
        assert run is not None
        return run

    def _find(self) -> Regrade | None:
        """The regrade as it stands, past the service, which would be slower than a batch."""
        time.sleep(0.002)
        with self.database.read() as session:
            return session.scalar(select(Regrade))

    def _results(self, service: Service) -> list[bytes]:
        """The newest results as they are read, page by page."""
        pages, asked = list[bytes](), {"limit": "200"}
        with httpx.Client(base_url=service.url, headers=self._headers, timeout=60) as client:
            for _ in range(5):
                page = client.get("/v1/submissions", params=asked)
                assert page.status_code == 200, page.text
                pages.append(json.dumps(page.json()["items"]).encode())
                asked["cursor"] = page.json()["next_cursor"]
        return pages

    def _check(self) -> None:
        """What the regrade counts is what is there: no batch is lost, half done or done twice."""
        with self.database.read() as session:
            run = session.scalars(select(Regrade)).one()
            run_id = run.id
            made = session.execute(
                select(GradeRow.submission_id, GradeRow.is_undo).where(
                    GradeRow.regrade_id == run_id
                )
            ).all()
            items = select(func.count()).where(RegradeItem.regrade_id == run_id)
            planned = session.scalars(items).one()
        assert len({*made}) == len(made), "no run grades a submission twice"
        counts = Counter(is_undo for _, is_undo in made)
        assert (counts[False], counts[True]) == (run.applied, run.undone)
        assert planned == run.affected + run.ungradable
        assert run.stale == run.kept == 0


def counting(database: Database) -> dict[Any, Any]:
    """Of each submission all columns of the grade that counts, but its id and its moment."""
    columns = [getattr(GradeRow, name) for name in COPIED]
    asked = select(GradeRow.submission_id, *columns).where(GradeRow.is_last())
    with database.read() as session:
        return {row[0]: tuple(row[1:]) for row in session.execute(asked)}
