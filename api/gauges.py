"""What is looked at again and again for whoever watches: queues, pools, memory, work that waits."""

import asyncio
import contextlib
import os
import platform
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial
from threading import Lock

from prometheus_client import Counter
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import CollectorRegistry
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from api.health import VERSION
from api.measurements import Measurements
from api.response_cache import ResponseCache
from api.submission_writer import SubmissionWriter
from models import Bank, Database, ImportJob, Regrade
from models.database import WatchedPool

SECONDS_BETWEEN = 1.0  # looks at this process, which another one may have to tell
SECONDS_BETWEEN_READS = 5.0  # of the database
JOBS: dict[str, type[ImportJob | Regrade]] = {"import": ImportJob, "regrade": Regrade}


class Gauges:
    """Looks at the parts of an application and puts what it sees among its measurements."""

    def __init__(
        self,
        measurements: Measurements,
        database: Database,
        writer: SubmissionWriter,
        cache: ResponseCache,
    ) -> None:
        self._measurements, self._database = measurements, database
        self._writer, self._cache = writer, cache
        self._process = ProcessCollector(registry=CollectorRegistry())
        self._rising: list[_Rising] = []
        self._lock = Lock()  # what rises must not be counted by two at once
        self._revision: tuple[int, float] | None = None  # and when it was first seen
        self._add_build_info()
        self._add_of_process()
        self._add_of_requests()
        self._add_of_pools()
        self._add_of_bank()

    @contextlib.asynccontextmanager
    async def kept_up_to_date(self) -> AsyncIterator[None]:
        """Look every now and then until the block ends."""
        ended = asyncio.Event()
        looking = [
            asyncio.create_task(self._keep_looking(ended)),
            asyncio.create_task(self._keep_reading(ended)),
        ]
        try:
            yield
        finally:
            ended.set()
            await asyncio.gather(*looking)

    async def _keep_looking(self, ended: asyncio.Event) -> None:
        while not ended.is_set():
            self.look()
            await _pause(ended, SECONDS_BETWEEN)

    async def _keep_reading(self, ended: asyncio.Event) -> None:
        while not ended.is_set():
            await asyncio.to_thread(self.read)
            await _pause(ended, SECONDS_BETWEEN_READS)

    def look(self) -> None:
        """Look at this process; takes no time worth speaking of."""
        with self._lock:
            self._look_at_requests()
            self._look_at_pools()
            self._look_at_process()
            for rising in self._rising:
                rising.look()

    def read(self) -> None:
        """Look into the database. One that does not answer is told as such."""
        try:
            with self._database.read() as session:
                revision = session.scalar(select(Bank.revision)) or 0
                for kind, job in JOBS.items():
                    counts = select(func.count(), func.count(job.worker))
                    open_, running = session.execute(
                        counts.select_from(job).where(job.finished_at.is_(None))
                    ).one()
                    self._jobs.labels(kind, "waiting").set(open_ - running)
                    self._jobs.labels(kind, "running").set(running)
        except SQLAlchemyError:
            self._is_up.set(0)
            return
        self._is_up.set(1)
        self._see(revision)

    def _see(self, revision: int) -> None:
        if self._revision is None or self._revision[0] != revision:
            self._revision = revision, time.monotonic()
        self._bank_revision.set(revision)
        self._revision_age.set(time.monotonic() - self._revision[1])

    def _add_build_info(self) -> None:
        labels = {
            "version": VERSION,
            "engine": self._database.bind.dialect.name,
            "python": platform.python_version(),
        }
        told = "Always 1; which version of the service runs on which engine and Python."
        add = self._measurements.gauge
        add("questions_build_info", told, *labels, told="livemax").labels(**labels).set(1)

    def _add_of_process(self) -> None:
        add = self._measurements.gauge
        self._of_process = {
            "process_resident_memory_bytes": add(
                "process_resident_memory_bytes", "Memory in use, in all processes."
            ),
            "process_open_fds": add("process_open_fds", "Open files, in all processes."),
            "process_max_fds": add(
                "process_max_fds", "How many files one process may open.", told="livemin"
            ),
            "process_start_time_seconds": add(
                "process_start_time_seconds",
                "When the newest process started, in seconds since 1970.",
                told="livemax",
            ),
        }
        used = self._measurements.counter(
            "process_cpu_seconds", "Processor time, of all processes."
        )
        self._rising.append(_Rising(used, _processor_time))
        self._workers = add("questions_workers", "Processes that serve.")

    def _look_at_process(self) -> None:
        self._workers.set(1)
        for name, value in _samples(self._process.collect()):
            if name in self._of_process:
                self._of_process[name].set(value)

    def _add_of_requests(self) -> None:
        add, counter = self._measurements.gauge, self._measurements.counter
        self._in_flight = add("questions_requests_in_flight", "Requests that wait for an answer.")
        self._queue = add(
            "questions_submission_queue_length", "Requests whose submissions wait to be stored."
        )
        self._oldest = add(
            "questions_submission_queue_oldest_seconds",
            "How long the oldest request waits whose submissions are not stored yet.",
            told="livemax",
        )
        self._cached = add("questions_response_cache_entries", "Answers that are kept ready.")
        self._cache_size = add("questions_response_cache_bytes", "Memory of kept answers, nearly.")
        lookups = counter(
            "questions_response_cache_lookups",
            "Requests for public documents, by whether the answer was there.",
            "outcome",
        )
        self._rising += [
            _Rising(lookups.labels("hit"), lambda: self._cache.hits),
            _Rising(lookups.labels("miss"), lambda: self._cache.misses),
        ]

    def _look_at_requests(self) -> None:
        self._in_flight.set(self._measurements.in_flight)
        self._queue.set(self._writer.waiting)
        self._oldest.set(self._writer.longest_wait())
        self._cached.set(self._cache.entries)
        self._cache_size.set(self._cache.size)

    def _add_of_pools(self) -> None:
        add, counter = self._measurements.gauge, self._measurements.counter
        of = "database"
        self._pool_size = add(
            "questions_database_pool_size", "Connections that processes may have.", of
        )
        self._checked_out = add(
            "questions_database_pool_checked_out", "Connections that are in use.", of
        )
        self._waiting = add(
            "questions_database_pool_waiting", "Who waits for a connection: all are in use.", of
        )
        waits = counter("questions_database_pool_waits", "How often somebody had to wait.", of)
        for name, pool in self._pools():
            self._rising.append(_Rising(waits.labels(name), partial(getattr, pool, "waits")))

    def _pools(self) -> Iterator[tuple[str, WatchedPool]]:
        binds = {"primary": self._database.bind, "replica": self._database.published}
        if binds["primary"] is binds["replica"]:
            del binds["replica"]
        for name, bind in binds.items():
            if isinstance(pool := bind.engine.pool, WatchedPool):
                yield name, pool

    def _look_at_pools(self) -> None:
        for name, pool in self._pools():
            self._pool_size.labels(name).set(pool.size())
            self._checked_out.labels(name).set(pool.checkedout())
            self._waiting.labels(name).set(pool.waiting)

    def _add_of_bank(self) -> None:
        add = self._measurements.gauge
        self._is_up = add(
            "questions_database_up", "Whether the database answers.", told="livemostrecent"
        )
        self._bank_revision = add(
            "questions_bank_revision", "The revision of the bank.", told="livemostrecent"
        )
        self._revision_age = add(
            "questions_bank_revision_age_seconds",
            "For how long the bank has been at its revision, as far as this service has seen.",
            told="livemostrecent",
        )
        self._jobs = add(
            "questions_jobs",
            "Work beside the requests that is not finished.",
            *("kind", "state"),
            told="livemostrecent",
        )


async def _pause(ended: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(ended.wait(), seconds)


def _samples(metrics: Iterable[Metric]) -> Iterator[tuple[str, float]]:
    for metric in metrics:
        for sample in metric.samples:
            yield sample.name, sample.value


class _Rising:
    """A counter that tells what something else counts in this process."""

    def __init__(self, counter: Counter, read: Callable[[], float]) -> None:
        self._counter, self._read, self._told = counter, read, 0.0

    def look(self) -> None:
        counted = self._read()
        self._counter.inc(max(0.0, counted - self._told))
        self._told = counted


def _processor_time() -> float:
    used = os.times()
    return used.user + used.system
