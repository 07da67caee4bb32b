"""The n-th access to the database fails, for every n that an act needs."""

import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from math import ceil
from typing import Protocol

import httpx

from models import Database
from tests.factories import Bank
from tests.torture.faults.acts import Act, unsound
from tests.torture.faults.judging import judge
from tests.torture.journal import Journal

LONGEST_RETURN = 2.0  # seconds until it works again


class Failing(Protocol):
    """What lies under the database and fails when it is told: a disk, a line."""

    calls: int  # in the last block

    def fails_at(self, number: int, *, broken: bool) -> AbstractContextManager[None]:
        """Fail at that access of the block, and at all that follow if it is then broken.

        With 0 nothing fails.
        """


def fails_at_every_access(
    client: httpx.Client,
    database: Database,
    failing: Failing,
    acts: Iterable[Act],
    journal: Journal,
    most: int,
) -> list[str]:
    """What is wrong when an access fails, for once and for good, in each act.

    So it goes for each access in turn until an act needs no more, or for about as many by chance.
    """
    found: list[str] = []
    for act in acts:
        found += _failed(client, database, failing, act, journal, 0, broken=False)
        step = ceil(failing.calls / most)
        for broken in (False, True):
            for number in count(1 + journal.random.randrange(step), step):
                found += _failed(client, database, failing, act, journal, number, broken=broken)
                if failing.calls < number:
                    break
    return found + unsound(database)


def _failed(
    client: httpx.Client,
    database: Database,
    failing: Failing,
    act: Act,
    journal: Journal,
    number: int,
    *,
    broken: bool,
) -> list[str]:
    """What is wrong with an act in which that access fails, and with the same act thereafter."""
    name = f"{act.name}-{journal.seed}-{number}" + "-and-on" * broken
    act.begin(Bank(database), name)
    with failing.fails_at(number, broken=broken):
        begun = time.monotonic()
        answer = act.send(client, name)
        took = time.monotonic() - begun
    there = act.effects(database, name)
    journal.note("failed", act=name, status=answer.status_code, there=there, took=took)
    told = [*judge(answer, took), *_untrue(answer, there, act.whole)]
    told += _sent_again(client, act, name)
    if (at_last := act.effects(database, name)) != act.whole:
        told.append(f"{at_last} of {act.whole} there in the end")
    return [f"{name}: {each}" for each in told]


def _untrue(answer: httpx.Response, there: int, whole: int) -> Iterator[str]:
    if answer.is_success and there != whole:
        yield f"confirmed, and {there} of {whole} there"
    if there not in (0, whole):
        yield f"{there} of {whole} there"


def _sent_again(client: httpx.Client, act: Act, name: str) -> Iterator[str]:
    until = time.monotonic() + LONGEST_RETURN
    while (answer := act.send(client, name)).status_code == 503 and time.monotonic() < until:
        time.sleep(0.01)
    if not (answer.is_success or answer.status_code in act.known):
        yield f"sent again: {answer.status_code} {answer.text[:200]}"
