"""What is counted and timed for whoever watches the service; docs/monitoring.md explains each.

No label names content, a learner, a key or a question: only routes, methods, statuses and words
of our own, so that there are few series however many there are of the others.
"""

import os
from collections import Counter as Tally
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from models.watching import Watch
from operations.store_answers import OUTCOMES, outcomes_in

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # read by the library where it is imported
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

# How a value of several processes is told as one, where it is not a sum of all there ever were.
Sum = Literal["livesum", "livemax", "livemin", "livemostrecent"]


class Measurements(Watch):
    """All that is measured in one application; where there are several processes, they share."""

    def __init__(self) -> None:
        # They double the page, and several processes have none.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.in_flight = 0  # requests; told by a gauge
        self._requests = Histogram(
            "questions_request_duration_seconds",
            "How long requests took, by method, route template and status.",
            ("method", "route", "status"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._commits = Histogram(
            "questions_commit_duration_seconds",
            "How long commits took, without the work before them.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.batches = Histogram(
            "questions_submission_batch_size",
            "How many submissions were stored by one commit.",
            buckets=SIZES,
            registry=self.registry,
        )
        self._submissions = self.counter(
            "questions_submissions", "What became of submissions, told after the commit.", "outcome"
        )
        for outcome in OUTCOMES:
            self._submissions.labels(outcome)
        self.rate_limited = self.counter(
            "questions_rate_limited_requests", "Requests that were refused as one too many."
        )
        self.sign_in_failures = self.counter(
            "questions_sign_in_failures", "Wrong keys at the entrance of the admin pages."
        )
        self.of_requests = lru_cache(maxsize=10_000)(self._series)

    def counter(self, name: str, meaning: str, *labels: str) -> Counter:
        """A number that only rises; its name is told with ``_total``."""
        return Counter(name, meaning, labels, registry=self.registry)

    def gauge(self, name: str, meaning: str, *labels: str, told: Sum = "livesum") -> Gauge:
        """A number that rises and falls, and how those of several processes are told as one."""
        return Gauge(name, meaning, labels, registry=self.registry, multiprocess_mode=told)

    def _series(self, method: str, route: str, status: int) -> Callable[[float], None]:
        """What takes the seconds of a request; unknown methods are one."""
        named = method if method in METHODS else "other"
        return self._requests.labels(named, route, str(status)).observe

    def committed(self, seconds: float, info: Mapping[Any, Any]) -> None:
        """Count a commit, and the submissions whose fate it decided."""
        self._commits.observe(seconds)
        self.count_outcomes(outcomes_in(info))

    def count_outcomes(self, outcomes: Tally[str]) -> None:
        """Count what became of submissions; those that were stored are one batch."""
        for outcome, number in outcomes.items():
            self._submissions.labels(outcome).inc(number)
        if stored := outcomes["stored"]:
            self.batches.observe(stored)

    def page(self, accepted: str) -> tuple[bytes, str]:
        """All that was measured, in the form that is asked for, and its media type."""
        encode, media_type = choose_encoder(accepted)
        return encode(self._told()), media_type

    def _told(self) -> Collector:
        """What is told: of this process, or of all that the supervisor has started."""
        folder = os.environ.get(FOLDER, "")
        if not os.path.isdir(folder):  # there is one process, or the supervisor is gone
            return self.registry
        _forget_gauges_of_the_dead(folder)
        everybody = CollectorRegistry()
        MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
        return everybody


def _forget_gauges_of_the_dead(folder: str) -> None:
    """What a process counted stays when it ends; what it has at the moment is then nothing."""
    files = [name for name in os.listdir(folder) if name.startswith("gauge_live")]
    for process in {int(name.removesuffix(".db").rpartition("_")[2]) for name in files}:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            mark_process_dead(process, folder)  # type: ignore[no-untyped-call]
        except PermissionError:
            structlog.get_logger().warning("worker_is_somebody_elses", process=process)
