"""A service is told to end under load: a balancer hears of it first, and nothing that came is cut.

Half of the clients stand behind a balancer, which sends nothing more once the service says that it
is not ready; the others go on until nobody takes what they send.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from models import Database
from tests.api.posting import Told, post_on
from tests.torture.faults.acts import lost_of, unsound
from tests.torture.faults.judging import judge
from tests.torture.faults.nursery import Raised, wait_for
from tests.torture.journal import Journal

CONNECTIONS = 8
BEFORE = 4 * CONNECTIONS  # answers that each half sends before
LATER = 0.3  # seconds that the signal then waits at most
BETWEEN = 0.02  # seconds between two looks of the balancer
DRAINED = 10.0  # seconds from the signal to the end


@dataclass(slots=True)
class Load:
    """Clients who go on as long as they may, and how often they have asked whether they may."""

    may: Callable[[], bool]
    asked: int = 0

    def __call__(self) -> bool:
        """Whether to go on."""
        self.asked += 1
        return self.may()


@dataclass(slots=True)
class Balancer:
    """Asks whether a service is ready, and remembers when and how that changed."""

    url: str
    is_ready: bool = True
    faults: list[str] = field(default_factory=list)
    turned: float = 0.0

    def watch(self, ended: threading.Event) -> None:
        """Ask until the service is not ready, or gone, or the block has ended."""
        with httpx.Client(base_url=self.url, timeout=DRAINED) as client:
            while self.is_ready and not ended.wait(BETWEEN):
                self._ask(client)

    def _ask(self, client: httpx.Client) -> None:
        try:
            answer = client.get("/readyz")
        except httpx.TransportError as error:
            self.faults.append(f"gone before it said that it is not ready: {error!r}")
            self.is_ready = False
            return
        self.faults += judge(answer, 0)
        if answer.status_code != 200:
            self.is_ready, self.turned = False, time.monotonic()


def ends_under_load(service: Raised, database: Database, journal: Journal) -> list[str]:
    """What is wrong when it is told to end."""
    balancer, ended = Balancer(service.url), threading.Event()
    name = f"end-{journal.seed}-{time.monotonic_ns()}"
    with ThreadPoolExecutor(3) as people:
        watching = people.submit(balancer.watch, ended)
        load = [Load(lambda: balancer.is_ready), Load(lambda: True)]
        polite, alone = (
            people.submit(post_on, service.url, f"{name}-{number}", each, CONNECTIONS)
            for number, each in enumerate(load)
        )
        wait_for(lambda: all(each.asked >= BEFORE for each in load))
        time.sleep(journal.random.random() * LATER)
        told = time.monotonic()
        service.process.terminate()
        service.process.join(2 * DRAINED)
        took = time.monotonic() - told
        ended.set()
        watching.result()
    journal.note("ended", took=took, unready_after=balancer.turned - told)
    slow = [f"ended after {took:.1f} s"] * (took > DRAINED)
    wrong = _wrong(polite.result(), {201}) + _wrong(alone.result(), {201, 503, 0})
    lost = lost_of(database, [*polite.result(), *alone.result()], name)
    return balancer.faults + slow + wrong + lost + unsound(database)


def _wrong(told: list[Told], allowed: set[int]) -> list[str]:
    """What those were answered who go on to the end, or not; 0 is no answer."""
    statuses = Counter(each.status for each in told)
    return [f"{n} x {status}" for status, n in statuses.items() if status not in allowed]
