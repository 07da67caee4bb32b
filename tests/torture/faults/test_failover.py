"""The primary dies under load: no answer that was confirmed is lost, and the service goes on."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import httpx

import migrations
from models import Database, open_engine
from tests.factories import Bank
from tests.postgres import Pair, execute, running_pair
from tests.processes import serving
from tests.torture.faults.conftest import longer

LEARNERS = 4
BEFORE, AFTER = 100, 100  # answers confirmed before the primary is killed, and by its successor
LONGEST_GAP = 60.0  # seconds
PARTED = 0.5  # seconds in which a primary that waits for nobody would confirm many answers
GIVEN_UP = 10.0  # seconds after which no answer is tried once more
PAUSE = 0.05  # seconds before an answer that failed is sent again


@dataclass(slots=True)
class Ledger:
    """What the clients were told: which submissions are kept, when, and how often it failed."""

    confirmed: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)  # status codes; 0 without an answer

    def wait_for(self, count: int) -> None:
        until = time.monotonic() + 2 * LONGEST_GAP
        while len(self.confirmed) < count:
            assert time.monotonic() < until, (
                f"{len(self.confirmed)} confirmed, {self.failures[-5:]}"
            )
            time.sleep(0.01)

    def wait_for_failures(self) -> None:
        """Wait until all learners were told of a failure, or should have been."""
        until = time.monotonic() + GIVEN_UP
        while len(self.failures) < LEARNERS and time.monotonic() < until:
            time.sleep(0.01)

    @property
    def longest_gap(self) -> float:
        moments = sorted(self.moments)
        return max(late - early for early, late in pairwise(moments))


def failed_over(folder: Path, *, synchronous: bool = True) -> list[str]:
    """What is wrong when the primary dies.

    The standby is cut off before, so that whatever was confirmed too early must be missing. It
    takes over only when requests have failed: by then nothing is left that tries once more.
    """
    with running_pair() as pair:
        _set_up(pair)
        if not synchronous:
            execute(pair.ports[0], "ALTER SYSTEM SET synchronous_standby_names = ''")
            execute(pair.ports[0], "SELECT pg_reload_conf()")
        settings = {"DATABASE_URL": pair.url, "QUESTIONS_RATE_LIMIT_PUBLIC": "off"}
        with serving(folder, "serve", settings=settings) as service:
            with _answering(service.url) as ledger:
                ledger.wait_for(BEFORE)
                pair.part()
                time.sleep(PARTED)
                pair.primary.kill()
                pair.primary.wait(30)
                ledger.wait_for_failures()
                pair.promote()
                ledger.wait_for(len(ledger.confirmed) + AFTER)
            read = httpx.get(f"{service.url}/v1/questions/rivers")
        kept = [str(id_) for (id_,) in execute(pair.ports[1], "SELECT id FROM submission")]
    _report(ledger)
    return _wrong(ledger, kept, read.status_code)


def _wrong(ledger: Ledger, kept: list[str], read: int) -> list[str]:
    lost, strange = set(ledger.confirmed) - set(kept), set(ledger.failures) - {0, 503}
    doubled = len(ledger.confirmed) - len(set(ledger.confirmed))
    gap = ledger.longest_gap
    return [
        *[f"{len(lost)} confirmed and lost"] * bool(lost),
        *[f"{doubled} confirmed twice"] * bool(doubled),
        *[f"clients were told {strange}"] * bool(strange),
        *[f"nothing for {gap:.0f} s"] * (gap >= LONGEST_GAP),
        *[f"{read} for who reads"] * (read != 200),
    ]


def test_no_confirmed_answer_is_lost_when_the_primary_dies(tmp_path: Path) -> None:
    assert failed_over(tmp_path) == []


@longer
def test_a_primary_that_waits_for_nobody_would_be_noticed(tmp_path: Path) -> None:
    assert any("confirmed and lost" in each for each in failed_over(tmp_path, synchronous=False))


def _set_up(pair: Pair) -> None:
    database = Database(open_engine(pair.url))
    migrations.upgrade(database.bind.engine)
    Bank(database).publish()
    database.close()


@contextmanager
def _answering(url: str) -> Iterator[Ledger]:
    """Learners who answer again and again until the block ends; each answer has a key."""
    ledger, ended = Ledger(), threading.Event()
    learners = [
        threading.Thread(target=_answer_on, args=(url, number, ledger, ended))
        for number in range(LEARNERS)
    ]
    for learner in learners:
        learner.start()
    try:
        yield ledger
    finally:
        ended.set()
        for learner in learners:
            learner.join(LONGEST_GAP)


def _answer_on(url: str, learner: int, ledger: Ledger, ended: threading.Event) -> None:
    number = 0
    with httpx.Client(base_url=url, timeout=30) as client:
        while not ended.is_set():
            if _answer(client, f"{learner}-{number}", ledger):
                number += 1
            else:
                time.sleep(PAUSE)


def _answer(client: httpx.Client, key: str, ledger: Ledger) -> bool:
    """Send one answer; whether it was confirmed. Sent again, it is the same one by its key."""
    address, headers = "/v1/questions/rivers/submissions", {"Idempotency-Key": key}
    try:
        answer = client.post(address, json={"selected": []}, headers=headers)
    except httpx.TransportError:
        ledger.failures.append(0)
        return False
    if answer.status_code != 201:
        ledger.failures.append(answer.status_code)
        return False
    ledger.moments.append(time.monotonic())
    ledger.confirmed.append(answer.json()["id"])
    return True


def _report(ledger: Ledger) -> None:
    print(  # noqa: T201 - shown by pytest -s
        f"{len(ledger.confirmed)} confirmed, {len(ledger.failures)} errors, "
        f"longest gap {ledger.longest_gap:.1f} s"
    )
