"""Answers wait here to be stored: one thread takes all that wait and commits them together."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy.orm import Session

from api.observing import Observer
from api.protocol_errors import Unavailable
from models import Database
from models.answering import AnswerableVersions
from operations.grade_answer import Attempt, Graded
from operations.store_answers import Assessed, NeedsSavepoint, Outcome, assess, store_answers

MOST_AT_ONCE = 1000  # answers in one transaction
Result = TypeVar("Result")
Told = Callable[[Outcome], None]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer, and who waits for what becomes of it."""

    assessed: Assessed
    loop: asyncio.AbstractEventLoop
    told: Told


@dataclass(frozen=True, slots=True)
class _Unit(Generic[Result]):
    """A unit of work that wants a transaction of its own."""

    work: Callable[[Session], Result]
    future: Future[Result] = field(default_factory=Future)


class SubmissionWriter:
    """Grades answers from memory and stores them in groups, each answered after its commit.

    There is no timer: a group is what came in while the last one was committed, so a lonely
    answer is stored at once and a crowd shares the price of a commit. What comes in during one turn
    of an event loop is handed over at its end, by one push. At most ``longest`` requests wait; for
    more there is :class:`Unavailable`. The thread begins with the first answer.
    """

    def __init__(self, database: Database, longest: int, observer: Observer | None = None) -> None:
        self._observer = observer or Observer()
        self.versions = AnswerableVersions()
        self._database = database
        self._longest = longest
        self._handed_over: SimpleQueue[list[_Answer] | _Unit[Any] | None] = SimpleQueue()
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Answer]] = {}
        self._lock = Lock()
        self.waiting = 0  # requests, without those that are being stored
        self._came_at = deque[float]()  # of those, too; the first is the oldest
        self._thread: Thread | None = None
        self.is_open = True

    async def submit(self, attempt: Attempt) -> Graded:
        """Grade and store one answer; what is wrong with it is a ``ServiceError``."""
        future: asyncio.Future[Graded] = asyncio.get_running_loop().create_future()
        self.submit_soon(attempt, partial(_settle, future))
        return await future

    def submit_soon(self, attempt: Attempt, told: Told) -> None:
        """The same; ``told`` gets what becomes of the answer, in this event loop."""
        loop = asyncio.get_running_loop()
        answer = _Answer(assess(attempt, self.versions), loop, told)
        with self._place():
            gathered = self._gathered.setdefault(loop, [])
            gathered.append(answer)
        if len(gathered) == 1:
            loop.call_soon(self._hand_over, loop)

    def run(self, work: Callable[[Session], Result]) -> Result:
        """Run a unit of work in its turn, in one transaction; blocks until it is committed."""
        unit = _Unit(work)
        with self._place():
            self._handed_over.put(unit)
        return unit.future.result()

    def longest_wait(self) -> float:
        """For how many seconds the oldest request waits that is not stored yet."""
        try:
            return time.monotonic() - self._came_at[0]
        except IndexError:
            return 0.0

    def stop(self) -> None:
        """Store and answer all that wait; from now on nothing is taken."""
        with self._lock:
            self.is_open = False
            for loop in list(self._gathered):
                self._push(loop)
            self._handed_over.put(None)
        if self._thread:
            self._thread.join()

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Take a place among those that wait, and begin to store."""
        with self._lock:
            if not self.is_open:  # nothing may come behind the end
                raise Unavailable("The service is about to stop.")
            if self.waiting >= self._longest:
                raise Unavailable("Too many answers wait to be stored.")
            self.waiting += 1
            self._came_at.append(time.monotonic())
            yield
            if self._thread is None:
                self._thread = Thread(target=self._keep_writing, name="answers", daemon=True)
                self._thread.start()

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._push(loop)

    def _push(self, loop: asyncio.AbstractEventLoop) -> None:
        if gathered := self._gathered.pop(loop, None):
            self._handed_over.put(gathered)

    def _keep_writing(self) -> None:
        while (first := self._handed_over.get()) is not None:
            answers, units, is_last = self._with_all_that_wait(first)
            with self._lock:
                self.waiting -= len(answers) + len(units)
            self._store(answers)
            for unit in units:
                self._run(unit)
            for _ in range(len(answers) + len(units)):
                self._came_at.popleft()
            if is_last:
                return

    def _with_all_that_wait(
        self, first: list[_Answer] | _Unit[Any]
    ) -> tuple[list[_Answer], list[_Unit[Any]], bool]:
        """What waits, the first included; and whether nothing comes after it."""
        answers, units = list[_Answer](), list[_Unit[Any]]()
        following: list[_Answer] | _Unit[Any] | None = first
        while following is not None:
            if isinstance(following, _Unit):
                units.append(following)
            else:
                answers += following
            if len(answers) + len(units) >= MOST_AT_ONCE:
                return answers, units, False
            try:
                following = self._handed_over.get_nowait()
            except Empty:
                return answers, units, False
        return answers, units, True

    def _store(self, answers: list[_Answer]) -> None:
        if not answers:
            return
        assessed = [each.assessed for each in answers]
        outcomes: Iterable[Outcome]
        try:
            try:
                outcomes = self._commit(assessed, savepoint=False)
            except NeedsSavepoint:
                outcomes = self._commit(assessed, savepoint=True)
        except Exception as error:  # whatever it is, somebody waits to hear it
            outcomes = [error] * len(answers)
            self._observer.measurements.count_outcomes(Counter(failed=len(answers)))
        _tell(answers, outcomes)

    def _commit(self, assessed: list[Assessed], *, savepoint: bool) -> list[Outcome]:
        def work(session: Session) -> list[Outcome]:
            return store_answers(
                session, assessed=assessed, versions=self.versions, savepoint=savepoint
            )

        with self._observer.batch(len(assessed)):
            return self._database.write(work, may_be_there=True)

    def _run(self, unit: _Unit[Any]) -> None:
        try:
            unit.future.set_result(self._database.write(unit.work))
        except Exception as error:
            unit.future.set_exception(error)


def _tell(answers: list[_Answer], outcomes: Iterable[Outcome]) -> None:
    """Wake who waits, each event loop once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Told, Outcome]]] = {}
    for answer, outcome in zip(answers, outcomes, strict=True):
        by_loop.setdefault(answer.loop, []).append((answer.told, outcome))
    for loop, told in by_loop.items():
        try:
            loop.call_soon_threadsafe(_tell_each, told)
        except RuntimeError:  # the loop is closed: nobody waits any more
            log.warning("answers_not_told", count=len(told))


def _tell_each(waiting: list[tuple[Told, Outcome]]) -> None:
    for told, outcome in waiting:
        try:
            told(outcome)
        except Exception:  # of one must not keep the others waiting
            log.exception("answer_not_told")


def _settle(future: asyncio.Future[Graded], outcome: Outcome) -> None:
    if future.done():  # who asked has gone away
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
