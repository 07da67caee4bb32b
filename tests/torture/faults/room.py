"""A small disk of its own for a database, and what is wrong while there is no room left on it."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from models import Database
from tests.api.posting import Sent, Told
from tests.torture.faults.acts import answer, lost_of
from tests.torture.faults.judging import judge
from tests.torture.faults.refusing import LONGEST_RETURN, wrong_reads
from tests.torture.journal import Journal

AT_ONCE = 8  # answers
MOST = 5_000  # answers that find room in pages that are half empty
PIECE = 4096  # bytes


@dataclass(frozen=True, slots=True)
class Room:
    """A disk, and the file that takes all that is left of it."""

    folder: Path

    def fill(self) -> None:
        """Leave no page to anybody."""
        with (self.folder / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while filler.write(b"x" * PIECE):
                pass
        assert shutil.disk_usage(self.folder).free == 0

    def clear(self) -> None:
        """Give all of it back."""
        (self.folder / "filler").unlink()


@contextmanager
def small_disk(megabytes: int) -> Iterator[Room]:
    """A disk of so many megabytes, where all may look in; root alone can make one."""
    options = f"size={megabytes}m,mode=755"
    with tempfile.TemporaryDirectory(prefix="small-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "small", folder], check=True)
        try:
            yield Room(Path(folder))
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def why_not() -> str:
    """Why there can be no such disk here; empty if there can."""
    if os.geteuid() != 0:
        return "Only root may mount a small disk; test_disk.py stands in for it."
    return ""


def runs_out_of_room(
    client: httpx.Client, database: Database, room: Room, journal: Journal
) -> list[str]:
    """What is wrong while answers come and there is no room, and once there is again."""
    name = f"room-{journal.seed}"
    found, told = list[str](), list[Told]()
    room.fill()
    try:
        for first in range(0, MOST, AT_ONCE):
            statuses = _post(client, name, first, found, told)
            if 201 not in statuses:
                break
        else:
            found.append("there is always room")
        found += wrong_reads(client)
        _post(client, name, MOST, found, told)
    finally:
        room.clear()
    found += _late(client, name, told)
    journal.note("room", confirmed=len(told), found=found)
    return found + lost_of(database, told, name)


def _post(
    client: httpx.Client, name: str, first: int, found: list[str], told: list[Told]
) -> set[int]:
    """Post some answers at once, and note what is wrong with what comes back."""
    statuses = set()
    with ThreadPoolExecutor(AT_ONCE) as people:
        names = [f"{name}-{number}" for number in range(first, first + AT_ONCE)]
        for learner, (reply, took) in zip(
            names, people.map(partial(_timed, client), names), strict=True
        ):
            found += judge(reply, took)
            told.append(Told(Sent(learner, learner), reply.status_code, reply.content))
            statuses.add(reply.status_code)
    return statuses


def _timed(client: httpx.Client, name: str) -> tuple[httpx.Response, float]:
    begun = time.monotonic()
    return answer(client, name), time.monotonic() - begun


def _late(client: httpx.Client, name: str, told: list[Told]) -> Iterator[str]:
    """Whether it takes long until an answer is stored again."""
    begun = time.monotonic()
    learner = f"{name}-after"
    while (reply := answer(client, learner)).status_code == 503:
        if time.monotonic() - begun > LONGEST_RETURN:
            break
    told.append(Told(Sent(learner, learner), reply.status_code, reply.content))
    if reply.status_code != 201:
        yield f"{reply.status_code} with room again: {reply.text[:200]}"
