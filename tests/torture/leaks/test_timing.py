"""The time of an answer tells neither what is right, where that is closed, nor what is hidden."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from domain.grading import KINDS
from models import Database
from operations import grade_answer
from tests.factories import DRAFT, Bank, draft
from tests.torture.effort import LEVEL, effort
from tests.torture.journal import Journal
from tests.torture.leaks.asking import Asked, in_process
from tests.torture.leaks.surface import JSON
from tests.torture.leaks.timing import (
    MOST,
    SEEN,
    Case,
    Clock,
    Compared,
    Stopwatch,
    rank_z,
    told_by_time,
)

REPEATED = effort(1, 3, 20)
KINDS_OF_CASE = effort(3, 5, 5)
WORDS = [f"word {number}" for number in range(100)]


def posted(slug: str, *said: dict[str, Any]) -> Sequence[Asked]:
    path = f"/v1/questions/{slug}/submissions"
    return [Asked("POST", path, "nobody", json.dumps(one).encode(), JSON) for one in said]


def got(*addresses: str) -> Sequence[Asked]:
    return [Asked("GET", address) for address in addresses]


def cases(database: Database) -> list[Case]:
    """Answers to questions that tell nothing of their results, and names of hidden questions."""
    bank = Bank(database)
    rhine, danube, elbe, rhone = bank.publish(release="never").option_ids
    words = {"accept": [*WORDS, "right"]}
    bank.publish(draft(slug="words", kind="short_text", options=(), key=type(DRAFT.key)(),
                       answer=KINDS["short_text"].stated.read(words), release="never"))  # fmt: skip
    bank.revise(slug="hidden", title="Hidden")
    sent = bank.submit(question="rivers").submission.id
    picked = {"selected": [rhine, elbe]}, {"selected": [rhine, rhone]}, {"selected": [danube, elbe]}
    wrong = [{"response": {"text": text}} for text in ("wrong", "false", "no way")]
    right = [{"response": {"text": text}} for text in ("right", "word 7", "word 93")]
    return [
        Case("right and wrong picks", posted("rivers", picked[0]), posted("rivers", *picked[1:])),
        Case("right and wrong words", posted("words", *right), posted("words", *wrong)),
        Case("a hidden question", got("/v1/questions/hidden"), got("/v1/questions/absent")),
        Case("answers to one", posted("hidden", picked[0]), posted("absent", picked[0])),
        Case("a submission of others", got(f"/v1/submissions/{sent}"),
             got(f"/v1/submissions/{uuid4()}")),
    ]  # fmt: skip


def slower_if_right(patch: pytest.MonkeyPatch, wait: Any) -> None:
    """What follows from a right answer is worked out before the answer leaves."""
    grade = grade_answer._grade

    def waiting(attempt: Any, version: Any) -> Any:
        made = grade(attempt, version)
        if made.correct:
            wait(SEEN)
        return made

    patch.setattr(grade_answer, "_grade", waiting)


def work_for(seconds: float) -> None:
    """Be busy for so long."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def compared(database: Database, clock: Clock, wait: Any) -> tuple[int, list[Compared]]:
    """How many rounds find a planted wait, and what so many find in each case."""
    journal, every = Journal("timing"), cases(database)

    async def comparing() -> tuple[int, list[Compared]]:
        async with in_process(database, response_cache_bytes=0) as service:
            watch = Stopwatch(service, clock, journal.random)
            with pytest.MonkeyPatch.context() as patch:
                slower_if_right(patch, wait)
                rounds = await watch.rounds_that_see(every[0])
            found = [await watch.compare(case, rounds) for case in every[:KINDS_OF_CASE] * REPEATED]
            journal.note("compared", rounds=rounds, found=found)
            return rounds, found

    return asyncio.run(comparing())


def test_the_work_for_an_answer_tells_nothing(database: Database) -> None:
    """By the processor's time of the thread that reads, grades and writes answers: it is steady on
    a busy machine, too. 0.1 ms of work is found.
    """
    rounds, found = compared(database, time.thread_time, work_for)
    assert rounds < MOST, "0.1 ms was not seen"
    assert list(told_by_time(found)) == []


@pytest.mark.skipif(LEVEL == "brief", reason="the clock on the wall needs a quiet machine")
def test_the_wait_for_an_answer_tells_nothing(database: Database) -> None:
    rounds, found = compared(database, time.perf_counter, time.sleep)
    assert rounds < MOST, "0.1 ms was not seen"
    assert list(told_by_time(found)) == []


def test_a_case_that_is_told_by_its_time_would_be_named() -> None:
    found = [Compared("one", 4.4, 0.0), Compared("other", -4.6, 1e-4)]
    assert list(told_by_time(found)) == ["other: z = -4.6, 100 microseconds apart"]


def test_ranks_are_those_of_mann_and_whitney() -> None:
    """By hand: U = 2.5, 8 expected, variance 16/12 (9 - 30/56) with three twos and two threes."""
    assert rank_z([1, 2, 2, 3], [2, 3, 4, 5]) == pytest.approx(-1.6372, abs=1e-4)
    assert rank_z([1, 1], [1, 1]) == 0.0
