"""The ordeal: two services with twin banks are asked the same, and must tell the same.

Whatever either tells, its log included, is searched for canaries.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from domain.access import Caller
from models import Database, now
from operations.apply_regrade import apply_regrade
from operations.read_regrade import find_regrade
from operations.run_regrade import finish_now
from tests.torture.journal import Journal
from tests.torture.leaks.asking import Asked, Asks, Told
from tests.torture.leaks.canaries import search
from tests.torture.leaks.comparing import comparable, may_tell, searchable
from tests.torture.leaks.filled import Filled
from tests.torture.leaks.twins import change_secrets

UNKNOWN = {"Authorization": "Bearer qs_unknown_0123456789abcdef"}
FIXED = {"X-Request-Id": "same", "Accept-Encoding": "identity"}
MOST_TOLD = 8  # findings
Step = tuple[Asked, Told]
ADMIN = Caller("an admin", frozenset())


@dataclass(frozen=True, slots=True)
class Twins:
    """Two services with the databases that they are on, the second one with other secrets."""

    one: Asks
    other: Asks
    other_database: Database
    filled: Filled
    logs: Callable[[], bytes] = bytes

    async def ask(self, asked: Asked) -> tuple[Told, Told]:
        """What both tell the caller."""
        headers = FIXED | self.headers(asked.caller)
        return await self.one.ask(asked, headers), await self.other.ask(asked, headers)

    def headers(self, caller: str) -> dict[str, str]:
        """The key of a caller, if it has one."""
        return UNKNOWN if caller == "unknown" else self.filled.headers.get(caller, {})


async def leaks(
    twins: Twins,
    script: Iterable[Asked],
    chance: random.Random,
    journal: Journal,
    changes: Iterable[int] = (),
) -> list[str]:
    """What gives a secret away in the answers to a script; ``changes`` are steps at which the
    secrets of the second service become others.
    """
    steps: list[tuple[Step, Step]] = []
    when = set(changes)
    for number, asked in enumerate(script):
        if number in when:
            change_secrets(twins.other_database, turn=2 + number)
        if asked.method == "GET" and chance.random() < 0.1:  # others have asked before
            await twins.ask(replace(asked, caller="admin"))
        one, other = await twins.ask(asked)
        journal.note("asked", method=asked.method, address=asked.address, status=one.status,
                     caller=asked.caller)  # fmt: skip
        steps.append(((asked, one), (asked, other)))
    found = [*_differences(steps, twins.filled), *_told(steps, twins)]
    return found[:MOST_TOLD]


def _differences(steps: list[tuple[Step, Step]], filled: Filled) -> Iterator[str]:
    for (asked, one), (_, other) in steps:
        if asked.is_random:
            continue
        first, second = (comparable(asked, told, filled) for told in (one, other))
        if first != second:
            yield f"{_named(asked)}: twins tell {_difference(first, second)}"


def _difference(one: Told, other: Told) -> str:
    """Where two answers begin to differ."""
    if one.status != other.status:
        return f"{one.status} and {other.status}"
    place = next((at for at, (left, right) in enumerate(zip(one.whole, other.whole, strict=False))
                  if left != right), 0)  # fmt: skip
    return f"{one.whole[max(0, place - 60) : place + 40]!r} and {other.whole[place : place + 40]!r}"


def _told(steps: list[tuple[Step, Step]], twins: Twins) -> Iterator[str]:
    """Canaries that were told to who may not know them."""
    disguises = twins.filled.canaries.disguises()
    every = {searchable(*step, twins.filled): step[0] for pair in steps for step in pair}
    for canary in search([twins.logs()], disguises):
        yield f"the log tells {canary.what} of {canary.question}"
    if not search(every, disguises):
        return
    for whole, asked in every.items():
        for canary in search([whole], disguises):
            if not may_tell(asked, canary, twins.filled):
                yield f"{_named(asked)} tells {canary.what} of {canary.question or 'the bank'}"


def _named(asked: Asked) -> str:
    return f"{asked.method} {asked.address} by {asked.caller}"


def regrade_one(database: Database, filled: Filled) -> None:
    """Apply the plan of a regrade of a question that tells nobody its scores."""

    def work(session: Any) -> None:
        run = find_regrade(session, UUID(filled.ids["regrade never"]), locked=True)
        assert apply_regrade(session, regrade=run, by=ADMIN, at=now(), four_eyes=False)
        finish_now(session, run=run)

    database.write(work)
