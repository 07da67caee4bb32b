"""A bank whose service is killed again and again while it is written to."""

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing
from http.client import HTTPConnection
from itertools import repeat
from pathlib import Path
from random import Random

from sqlalchemy import text

from models import Database, open_engine
from tests.factories import Bank
from tests.torture.crash.nursery import Started, start
from tests.torture.crash.requests import EXISTS, MIX, Request, Told, requests
from tests.torture.crash.snapshot import Snapshot, broken
from tests.torture.crash.writers import Ledger, send, writing
from tests.torture.journal import Journal
from tests.torture.planting import Plant

SETTINGS = {
    "QUESTIONS_RATE_LIMIT": "off",
    "QUESTIONS_RATE_LIMIT_PUBLIC": "off",
    "QUESTIONS_LOG_LEVEL": "ERROR",
}
LOAD = 5, 60  # requests that are answered before a kill, at least and at most
PLANTED_LOAD = 5, 10
WRITERS = 4, 8  # at least and at most
LONGEST_PAUSE = 0.05  # seconds from the last of them to the kill
SAMPLE = 3  # confirmed requests of each kind that are sent again after each kill
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND datname = current_database()
      AND backend_type = 'client backend'
"""


class Ordeal:
    """Kills, and what each left behind. ``found`` says what was wrong."""

    def __init__(
        self,
        folder: Path,
        url: str,
        journal: Journal,
        plant: Plant | None = None,
        mix: Mapping[str, int] = MIX,
        settings: Mapping[str, str] | None = None,
        name: str = "k",
    ) -> None:
        self.folder, self.journal, self.plant, self.mix = folder, journal, plant, mix
        self.name = name  # that all its requests have, where the bank has seen others
        self.settings = {**SETTINGS, "DATABASE_URL": url, **(settings or {})}
        # One connection, so that any other one belongs to a service.
        self.database = Database(open_engine(url, pool_size=1))
        bank = Bank(self.database)
        for slug in ("rivers", "lakes"):
            bank.publish(slug=slug)
        _, self.admin = bank.key("admin")
        self.is_served = False  # while the rows are looked at
        self.found: list[str] = []
        self.waits: list[float] = []
        self.kills = self.confirmed = self.cut = self.committed = 0
        self._owed: list[tuple[Request, list[str]]] = []  # cut off, and what it had made
        self._sample: list[Told] = []

    def run(self, kills: int) -> list[str]:
        """Kill it so many times, or until something is wrong; then let it come to rest."""
        for _ in range(kills):
            if self.found:
                break
            self.kill_once()
        self.come_to_rest()
        return self.found

    def kill_once(self) -> None:
        """Start it, send again what the last kill cut off, write, kill, and look."""
        service = self.start()
        self.repeat(service.port)
        with self.writing(service.port) as ledger:
            self.wait_for_the_moment(ledger)
            service.kill()
        self.look(ledger)

    def come_to_rest(self) -> None:
        """Start it once more and send again what is owed; all is whole then."""
        service = self.start()
        self.repeat(service.port)
        service.kill()
        self.found += broken(Snapshot(self.database))
        self.database.close()

    @property
    def summary(self) -> str:
        """The figures, for those who run it with ``-s``."""
        share = self.committed / max(1, self.cut)
        return (
            f"{self.kills} times killed, seed {self.journal.seed}: {self.confirmed} confirmed, "
            f"{self.cut} cut off, of which {share:.0%} had been committed; ready again after "
            f"{max(self.waits):.2f} s at most\n"
        )

    def start(self) -> Started:
        """A service that is ready again."""
        service = start(self.folder, "serve", settings=self.settings, plant=self.plant)
        self.waits.append(service.wait_until_ready())
        self.journal.note("ready", process=service.id, tick=service.tick, seconds=self.waits[-1])
        return service

    def writing(self, port: int) -> AbstractContextManager[Ledger]:
        """The writers of the next run."""
        self.kills += 1
        chance = self.journal.random
        names = [f"{self.name}{self.kills}-{n}" for n in range(chance.randint(*WRITERS))]
        chances = [Random(chance.random()) for _ in names]  # noqa: S311 - no secret
        works = map(requests, names, chances, repeat(self.admin), repeat(self.mix))
        return writing(port, works)

    def wait_for_the_moment(self, ledger: Ledger) -> None:
        """Any moment, but not before there is something to lose."""
        chance = self.journal.random
        count = chance.randint(*(PLANTED_LOAD if self.plant else LOAD))
        while len(ledger.told) < count and not ledger.is_over:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, LONGEST_PAUSE))

    def look(self, ledger: Ledger) -> None:
        """What the crash left, before anything is sent again."""
        rows = self._snapshot()
        found = [*broken(rows), *ledger.refused]
        for told in ledger.confirmed:
            found += _confirmed(told, rows)
        for request in ledger.cut:
            made = request.made(rows)
            found += _cut(request, made)
            self._owed.append((request, made))
        self._count(ledger)
        self._sample = self._some_of(ledger.confirmed)
        self.journal.note(
            "killed", number=self.kills, confirmed=len(ledger.confirmed), found=found,
            cut=[(request.kind, request.mark) for request in ledger.cut],
        )  # fmt: skip
        self.found += found

    def repeat(self, port: int) -> None:
        """Send what was cut off again, with its key: each has one effect in the end."""
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            owed = [one for one in self._owed if one[0].may_be_repeated]
            for request, made in owed:
                self.found += _repeated(connection, request, made)
            for told in self._sample:
                again = send(connection, told.request)
                if not again.replayed or again.body != told.body:
                    self.found.append(f"replay: {told.request.kind} differs from its answer")
        rows = Snapshot(self.database)
        for request, _ in owed:
            if (count := len(request.made(rows))) != request.makes:
                self.found.append(f"doubled: {request.kind} {request.mark} made {count} at last")
        self.journal.note("repeated", count=len(owed), found=self.found[-10:])
        self._owed, self._sample = [], []

    def _snapshot(self) -> Snapshot:
        """The rows once nobody writes: a server ends what a service told it before its kill."""
        if not (self.database.is_file or self.is_served):
            until = time.monotonic() + 30
            with self.database.read() as session:
                while session.scalar(text(OTHERS)):
                    assert time.monotonic() < until, "A connection of the service is left."
                    session.rollback()
                    time.sleep(0.002)
        return Snapshot(self.database)

    def _count(self, ledger: Ledger) -> None:
        self.confirmed += len(ledger.confirmed)
        self.cut += len(self._owed)
        self.committed += sum(len(made) == request.makes for request, made in self._owed)

    def _some_of(self, confirmed: list[Told]) -> list[Told]:
        keyed = [told for told in confirmed if told.request.key]
        by_kind = [[told for told in keyed if told.request.kind == kind] for kind in self.mix]
        chance = self.journal.random
        return [one for some in by_kind for one in chance.sample(some, min(SAMPLE, len(some)))]


def _confirmed(told: Told, rows: Snapshot) -> Iterator[str]:
    request, made = told.request, told.request.made(rows)
    if len(made) < request.makes:
        yield f"missing: {request.kind} {request.mark} was confirmed, {len(made)} rows are there"
    if len(made) > request.makes:
        yield f"doubled: {request.kind} {request.mark} made {len(made)} rows"
    if request.kind == "answer" and made and made[0].encode() not in told.body:
        yield f"missing: {request.mark} was told another id"


def _cut(request: Request, made: list[str]) -> Iterator[str]:
    if len(made) > request.makes:
        yield f"doubled: {request.kind} {request.mark} made {len(made)} rows"
    if 0 < len(made) < request.makes:
        yield f"half-written: {request.kind} {request.mark} made {len(made)} rows"


def _repeated(connection: HTTPConnection, request: Request, made: list[str]) -> Iterator[str]:
    """Sent twice: what it had made is told, and the second answer is the first, byte for byte."""
    first, second = send(connection, request), send(connection, request)
    if request.kind == "write" and made and first.status == second.status == EXISTS:
        return
    if not first.is_confirmed:
        yield f"refused: {request.kind} sent again {first.status} {first.body[:200]!r}"
    elif request.kind != "write" and first.body != second.body:
        yield f"replay: {request.kind} {request.mark} is not byte-identical"
    if request.key and (first.replayed is not bool(made) or not second.replayed):
        yield f"replay: {request.kind} {request.mark} does not say that it is one"
    if request.kind == "answer" and made and made[0].encode() not in first.body:
        yield f"doubled: {request.mark} was stored as {made[0]}"
