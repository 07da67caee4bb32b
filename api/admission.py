"""Who is let in: more than can be answered in time is refused before any of its body is read.

There are two classes. Reads can be asked again at no loss, so they are refused first; changes,
which are learners' answers above all, have places of their own. How the service is, is always told.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection
from functools import partial
from typing import TypeAlias

import structlog
from anyio import CapacityLimiter
from anyio.to_thread import current_default_thread_limiter

from api.rate_limits import UNLIMITED
from api.revision_checks import RevisionChecks, State

READS = frozenset({b"GET", b"HEAD", b"OPTIONS"})
NEVER_REFUSED = frozenset(path.encode() for path in UNLIMITED)
SLICE = 0.01  # seconds of turns, then the event loop looks for what has arrived
TASKS_OF_A_SLICE = 16  # begun; their work comes on top
FEW = 128  # that wait for their turn are never too many
SOON = 1.0  # seconds; where that does for one turn of each connection, to refuse spares nothing
FOR_CHANGES = 3  # times as many requests at work, and as long a wait, as for reads
WEIGHT = 0.2  # of the newest measure of a pace
TOLD_EVERY = 1.0  # seconds between two log lines about refusals

Take: TypeAlias = Callable[[State | None], None]
Waiting = deque[tuple[float, Take]]
Clock: TypeAlias = Callable[[], float]

log = structlog.get_logger()


class Admission:
    """Counts what is under way in this process, and foretells how long one more would wait.

    Reads for which an answer may be kept wait here for their turn and for the state of the bank.
    What needs a route is under way as a task, and may have to wait for one of the threads.
    """

    def __init__(
        self, most: int, longest_wait: float, most_connections: int, clock: Clock = time.monotonic
    ) -> None:
        self._most, self._longest_wait, self._clock = most, longest_wait, clock
        self.most_connections = most_connections
        self.tasks: Collection[object] = ()  # requests that routes work on
        self.answering = 0  # answers of learners between their head and their storing
        self.refused = 0
        self._reads, self._changes = Waiting(), Waiting()
        self._held = 0
        self._state: State | None = None
        self._pace, self._cost, self._served_at = Pace(), Pace(), 0.0
        self._is_served = self._is_late = False
        self._threads = Threads(clock)
        self._told_at = 0.0

    @property
    def in_flight(self) -> int:
        """Requests that are worked on."""
        return len(self.tasks) + self.answering

    @property
    def waiting(self) -> int:
        """Requests that wait for their turn, or for a thread."""
        return self._held + self._threads.waiting

    @property
    def oldest_wait(self) -> float:
        """For how many seconds the oldest of them has waited."""
        since = [queue[0][0] for queue in (self._changes, self._reads) if queue]
        return max(self._clock() - min(since) if since else 0.0, self._threads.oldest_wait)

    @property
    def refuses_reads(self) -> bool:
        """Whether reads would wait too long, even for an answer that is kept."""
        return self._is_late

    def may_begin(self, *, is_read: bool) -> bool:
        """Whether a route may begin to work on one more request."""
        if is_read and self.refuses_reads:
            return False
        times = 1 if is_read else FOR_CHANGES
        if len(self.tasks) >= times * self._most:
            return False
        return self._threads.wait_behind(len(self.tasks)) < times * self._longest_wait

    def may_answer(self, longest_queue: int) -> bool:
        """Whether one more learner's answer would find a place where they wait to be stored."""
        return self.answering < longest_queue

    def hold(self, checks: RevisionChecks, take: Take, *, is_read: bool) -> None:
        """Call ``take`` in its turn, with a state of the bank that was read after this call."""
        self._held += 1
        queue = self._reads if is_read else self._changes
        checks.tell(partial(self._queue, queue, self._clock(), take))

    def _queue(self, queue: Waiting, since: float, take: Take, state: State | None) -> None:
        self._state = state  # newer than that of all who wait, so that it does for them
        queue.append((since, take))
        if not self._is_served:
            self._is_served, self._served_at = True, self._clock()
            asyncio.get_running_loop().call_soon(self._serve)

    def _serve(self) -> None:
        """Take a slice of what waits, changes first; then other work has its turn."""
        before, began = self._held, self._clock()
        most = len(self.tasks) + TASKS_OF_A_SLICE
        while waiting := self._changes or self._reads:
            _, take = waiting.popleft()
            self._held -= 1
            try:
                take(self._state)
            except Exception:  # of one must not keep the others waiting
                log.exception("request_not_taken")
            if self._clock() >= began + SLICE or len(self.tasks) >= most:
                break
        self._cost.note(self._clock() - began, before - self._held)
        self._go_on(before - self._held)

    def _go_on(self, served: int) -> None:
        self._is_served = bool(self._reads or self._changes)
        if self._is_served:
            began, self._served_at = self._served_at, self._clock()
            self._pace.note(self._served_at - began, served)
            asyncio.get_running_loop().call_soon(self._serve)
        is_long = self._pace.wait(self._held) >= self._longest_wait
        is_dear = self._cost.wait(self.most_connections) >= SOON
        # Where the machine stood still for a moment, few have come, and all are served at once.
        self._is_late = self._is_served and is_long and is_dear and self._held >= FEW

    def note_refusal(self) -> None:
        """Count it; a line for each would cost as much as an answer."""
        self.refused += 1
        if self._clock() - self._told_at >= TOLD_EVERY:
            log.warning("overloaded", refused_so_far=self.refused, in_flight=self.in_flight)
            self._told_at = self._clock()


class Pace:
    """How long a queue takes over each of those who wait."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def note(self, seconds: float, served: int) -> None:
        """So many were served in that time, while others waited."""
        each = seconds / max(served, 1)
        self._seconds += WEIGHT * (each - self._seconds) if self._seconds else each

    def wait(self, waiting: int) -> float:
        """How long one more will wait behind so many."""
        return waiting * self._seconds


class Threads:
    """How long a request waits for one of the threads, of which routes share a number.

    One task at a time is sent ahead to wait in the same queue, which tells the pace of it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._limiter: CapacityLimiter | None = None
        self._pace, self._scout, self._since = Pace(), False, 0.0

    @property
    def waiting(self) -> int:
        """Who waits for a thread."""
        return self._limiter.statistics().tasks_waiting if self._limiter else 0

    @property
    def oldest_wait(self) -> float:
        """For how many seconds the one that was sent ahead has waited."""
        return self._clock() - self._since if self._scout else 0.0

    def wait_behind(self, tasks: int) -> float:
        """How long one more will wait where so many requests are at work."""
        if tasks <= (self._limiter.total_tokens if self._limiter else 0):
            return 0.0
        if not self._scout:
            self._scout, self._since = True, self._clock()
            asyncio.get_running_loop().create_task(self._queue_up())
        return max(self.oldest_wait, self._pace.wait(self.waiting))

    async def _queue_up(self) -> None:
        try:
            self._limiter = current_default_thread_limiter()
            if ahead := self.waiting:
                async with self._limiter:
                    self._pace.note(self.oldest_wait, ahead)
        finally:
            self._scout = False
