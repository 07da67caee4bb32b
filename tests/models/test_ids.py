"""Ids are UUIDv7, rise, and are never given twice."""

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

import pytest

from models import ids
from models.ids import uuid7

MANY = 20_000


def milliseconds_of(id_: UUID) -> int:
    return id_.int >> 80


def test_it_is_of_version_7_and_tells_its_moment() -> None:
    before = time.time_ns() // 1_000_000
    id_ = uuid7()
    assert (id_.version, id_.variant) == (7, RFC_4122)
    assert before <= milliseconds_of(id_) <= time.time_ns() // 1_000_000 + 1


def test_those_of_one_process_rise_also_from_several_threads() -> None:
    one = [uuid7() for _ in range(MANY)]
    assert one == sorted({*one})
    with ThreadPoolExecutor(4) as threads:
        several = [*threads.map(lambda _: uuid7(), range(MANY))]
    assert len({*several}) == MANY


def test_they_rise_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_last", 0)
    at = time.time_ns()
    moments = [at, at - 3 * 86_400 * 10**9, at - 3 * 86_400 * 10**9, at + 10**9]
    monkeypatch.setattr(time, "time_ns", lambda: moments.pop(0))
    given = [uuid7() for _ in range(4)]
    assert given == sorted(given)
    assert milliseconds_of(given[1]) - milliseconds_of(given[0]) in {0, 1}


def test_the_random_bits_use_all_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "randbits", lambda bits: (1 << bits) - 1)
    monkeypatch.setattr(ids, "_last", 0)
    assert str(uuid7())[14:] == "7fff-bfff-ffffffffffff"


def _several(count: int) -> list[UUID]:
    return [uuid7() for _ in range(count)]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_copy_of_the_process_gives_others() -> None:
    uuid7()
    with multiprocessing.get_context("fork").Pool(2) as copies:
        given = [id_ for part in copies.map(_several, [500] * 4) for id_ in part]
    given += _several(500)
    assert len({*given}) == 2500
