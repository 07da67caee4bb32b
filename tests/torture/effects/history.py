"""What clients were told when, and what of it no order of what they did can explain."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.api.authors import RIVERS

ANSWERS = "/v1/questions/rivers/submissions"


@dataclass
class Done:
    """What somebody was told, and between which moments."""

    what: str
    begun: float
    ended: float
    status: int
    said: Any


@dataclass
class History:
    """What all of them were told, and what is there in the end."""

    words: list[str]  # that editors were told are taken
    explanation: str
    done: list[Done]
    publisher: list[Done]
    versions: dict[int, list[str]]  # the right options of each, by number
    answers: dict[str, tuple[int, list[str], list[bool]]]  # version, picked and grades, by learner


@dataclass(frozen=True)
class Shown:
    """What learners got at most from the one moment to the other: a version, or nothing."""

    version: int | None
    first: float
    last: float


def shown(publisher: list[Done]) -> Iterator[Shown]:
    """What was shown when, by what its only publisher was told."""
    changes = [Done("begin", 0, 0, 200, {"published_version": 1})]
    changes += [
        one
        for one in publisher
        if one.status == 200 and one.what.endswith(("/publish", "/retire", "/reopen"))
    ]
    ended = Done("end", 0, time.monotonic(), 200, {})
    for one, following in pairwise([*changes, ended]):
        yield Shown(one.said["published_version"], one.begun, following.ended)


def mistakes(history: History) -> list[str]:
    """What no order of what was done can explain."""
    found = [f"{one.what}: {one.status} {one.said}" for one in history.done if one.status >= 500]
    told = Counter(history.words)
    words = Counter(history.explanation.split()[len(RIVERS["explanation"].split()) :])
    if wrong := sorted((words - told).elements()) + sorted((told - words).elements()):
        found.append(f"edits lost, doubled or never told: {wrong}")
    windows = list(shown(history.publisher))
    for one in history.done:
        if one.what == f"POST {ANSWERS}":
            found += _of_an_answer(one, windows, history)
    return found


def _of_an_answer(one: Done, windows: list[Shown], history: History) -> Iterator[str]:
    version = one.said["question"]["version"] if one.status == 201 else None
    if not any(
        window.version == version and window.first <= one.ended and one.begun <= window.last
        for window in windows
    ):
        yield f"an answer is told {one.status} for version {version}, which was not shown then"
    if version is None:
        return
    picked = one.said["selected"]
    if one.said["correct"] != (sorted(picked) == sorted(history.versions[version])):
        yield f"an answer to version {version} is graded by another key"
    kept = history.answers.get(one.said["learner"])
    if kept is None or kept[:2] != (version, picked):
        yield f"an answer is kept as {kept}"
    elif kept[2][-1] != (sorted(picked) == sorted(history.versions[max(history.versions)])):
        yield f"an answer ends with another grade than the newest key gives: {kept}"
