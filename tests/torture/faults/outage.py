"""The database is away for a while: only 503 meanwhile, right answers soon after, nothing lost."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from models import Database
from tests.api.posting import Sent, Told
from tests.torture.faults.acts import answer, lost_of, unsound
from tests.torture.faults.judging import judge
from tests.torture.journal import Journal

WRITERS, READERS = 4, 2
BEFORE = 3 * WRITERS  # answers that are stored before it goes away
LONGEST_RETURN = 2.0  # seconds from the end of the outage to the first success
LONGEST_ANSWER = 15.0  # seconds
READ = "/v1/questions/rivers"


@dataclass(slots=True)
class People:
    """Who answers and reads on, what they were told, and when it went well."""

    client: httpx.Client
    name: str
    told: list[Told] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    read_well: list[float] = field(default_factory=list)
    stored_well: list[float] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def write(self, place: int) -> None:
        """Answer on; each answer once, so that none that is lost comes back."""
        number = 0
        while not self.ended.is_set():
            number += 1
            learner = f"{self.name}-{place}-{number}"
            begun = time.monotonic()
            reply = answer(self.client, learner)
            self._judge(reply, begun, self.stored_well, 201)
            self.told.append(Told(Sent(learner, learner), reply.status_code, reply.content))

    def read(self, _: int) -> None:
        """Read on."""
        while not self.ended.is_set():
            begun = time.monotonic()
            self._judge(self.client.get(READ), begun, self.read_well, 200)

    def _judge(self, reply: httpx.Response, begun: float, well: list[float], status: int) -> None:
        now = time.monotonic()
        if reply.status_code == status:
            well.append(now)
        elif reply.status_code != 503:
            self.wrong.append(f"{reply.status_code}: {reply.text[:200]}")
        self.wrong += judge(reply, now - begun, LONGEST_ANSWER)
        time.sleep(0.01 if reply.status_code == status else 0.05)

    def late(self, back: float) -> list[str]:
        """What did not go well soon after that moment."""
        found = []
        for what, moments in (("read", self.read_well), ("stored", self.stored_well)):
            first = min((at for at in moments if at > back), default=float("inf"))
            if first - back > LONGEST_RETURN:
                found.append(f"first {what} after {first - back:.1f} s")
        return found


def goes_away(
    client: httpx.Client,
    database: Database,
    away: Callable[[bool], object],
    seconds: float,
    journal: Journal,
) -> list[str]:
    """What is wrong when the database is away for so long, under people who go on."""
    people = People(client, f"away-{journal.seed}-{time.monotonic_ns()}")
    with ThreadPoolExecutor(WRITERS + READERS) as pool:
        working = [pool.submit(people.write, place) for place in range(WRITERS)]
        working += [pool.submit(people.read, place) for place in range(READERS)]
        try:
            _wait_for_answers(people, BEFORE)
            away(True)
            gone = time.monotonic()
            time.sleep(seconds)
            back = time.monotonic()
            away(False)
            until = time.monotonic() + 3 * LONGEST_RETURN
            while people.late(back) and time.monotonic() < until:
                time.sleep(0.02)
        finally:
            people.ended.set()
        for each in working:
            each.result()
    inside = [at for at in people.stored_well if gone + 0.2 < at < back]
    journal.note("away", told=len(people.told), late=people.late(back), inside=len(inside))
    found = people.wrong + people.late(back) + ["stored while away"] * bool(inside)
    return found + lost_of(database, people.told, people.name) + unsound(database)


def _wait_for_answers(people: People, count: int) -> None:
    until = time.monotonic() + 60
    while len(people.stored_well) < count:
        assert time.monotonic() < until, f"no load: {people.wrong[-3:]}"
        time.sleep(0.01)
