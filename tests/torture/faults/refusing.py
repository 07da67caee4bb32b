"""A disk that takes nothing for a while: writes wait for better days, reads do not."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import httpx

from models import Database
from tests.factories import Bank
from tests.torture.faults.acts import Act, unsound
from tests.torture.faults.judging import judge
from tests.torture.journal import Journal

LONGEST_RETURN = 2.0  # seconds until it works again
READS = (
    "/v1/questions/rivers",
    "/v1/questions/rivers?shuffle=a",
    "/v1/questions?limit=3",
    "/v1/questions/random?count=1",
    "/readyz",
    "/",
)
AT_ONCE = 12  # requests: more than a pool has connections


def takes_nothing_for_a_while(
    client: httpx.Client,
    database: Database,
    refuse: Callable[[bool], object],
    acts: Iterable[Act],
    journal: Journal,
) -> list[str]:
    """What is wrong while the disk refuses what is written, and once it takes it again.

    Reads come first and many at once, so that some go over connections that are made meanwhile.
    """
    acts, found = [replace(act, name=f"{act.name}-{journal.seed}") for act in acts], list[str]()
    for act in acts:
        act.begin(Bank(database), act.name)
    refuse(True)
    try:
        found += wrong_reads(client)
        for act in acts:
            found += _refused(client, database, act, journal)
        found += wrong_reads(client)
    finally:
        refuse(False)
    for act in acts:
        found += _taken(client, database, act, journal)
    return found + unsound(database)


def wrong_reads(client: httpx.Client) -> Iterator[str]:
    """Which of the reads that many ask for at once are not answered well."""
    with ThreadPoolExecutor(AT_ONCE) as readers:
        for answer in readers.map(client.get, READS * (AT_ONCE // len(READS))):
            if answer.status_code != 200:
                yield f"{answer.request.url.path}: {answer.status_code} {answer.text[:200]}"


def _refused(client: httpx.Client, database: Database, act: Act, journal: Journal) -> Iterator[str]:
    begun = time.monotonic()
    answer = act.send(client, act.name)
    took, there = time.monotonic() - begun, act.effects(database, act.name)
    journal.note("refused", act=act.name, status=answer.status_code, took=took, there=there)
    for told in judge(answer, took):
        yield f"{act.name}: {told}"
    if answer.status_code != 503:
        yield f"{act.name}: {answer.status_code} where nothing can be written"
    if there:
        yield f"{act.name}: {there} of {act.whole} there"


def _taken(client: httpx.Client, database: Database, act: Act, journal: Journal) -> Iterator[str]:
    """What is wrong when the refused act, and then as many others, are asked for again."""
    begun = time.monotonic()
    while (answer := act.send(client, act.name)).status_code == 503:
        if time.monotonic() - begun > LONGEST_RETURN:
            break
    journal.note("taken", act=act.name, status=answer.status_code, after=time.monotonic() - begun)
    if not answer.is_success or act.effects(database, act.name) != act.whole:
        yield f"{act.name}: {answer.status_code} afterwards: {answer.text[:200]}"
    with ThreadPoolExecutor(AT_ONCE) as people:
        again = people.map(partial(act.send, client), [act.name] * AT_ONCE)
        for status in {one.status_code for one in again}:
            if not (200 <= status < 300 or status in act.known):
                yield f"{act.name}: {status} well afterwards"
