"""The far side of :mod:`operations.read_apart`: processes that read uploads, within limits.

A nursery, in which all that reading needs is imported once, forks a reader for each upload. A
reader that takes too much is ended by the kernel, whatever it was busy with.
"""

import gc
import os
import resource
import signal
import socket
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from math import ceil
from multiprocessing.connection import Connection
from pathlib import Path

from domain.problems import Problem
from operations.find_sources import find_sources
from operations.prepare_import import Prepared, Source, prepare_each

BYTES_A_SECOND = 100_000  # of a file, which may take so much longer
WAITED = 10  # seconds by the clock for each of processor time: the machine has other work, too
MESSAGE = 50  # questions
GENTLER = 5  # than the service, by which learners wait for answers


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading a file may take: seconds of processor time, and bytes of memory."""

    seconds: int = 20
    memory: int = 1024**3


@dataclass(frozen=True, slots=True)
class Order:
    """What a reader is to read: an upload, of whose files it takes one of so many ``shares``.

    It begins behind what is read. Those ``given_up`` are only named, and with ``is_enough`` the
    others, too.
    """

    name: str
    data: bytes
    form: str
    limits: Limits
    share: int = 0
    shares: int = 1
    first: int = 0
    given_up: frozenset[int] = frozenset()
    is_enough: bool = False

    def takes(self, number: int) -> bool:
        """Whether the file with that number is the reader's."""
        return number >= self.first and number % self.shares == self.share


@dataclass(frozen=True, slots=True)
class Piece:
    """Questions of a file, and whether these are its last."""

    questions: tuple[Prepared, ...]
    is_last: bool


@dataclass(frozen=True, slots=True)
class Mistake:
    """What went wrong in a reader that is nobody's file's fault."""

    told: str


def raise_nursery() -> None:
    """Fork a reader for each connection that comes in, until nobody is there to send one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the interrupt key is for the service
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for readers
    gc.collect()
    gc.freeze()  # what readers share stays shared
    with socket.socket(fileno=int(sys.argv[1])) as control:
        while handles := socket.recv_fds(control, 1, 1)[1]:
            with Connection(handles[0]) as connection, suppress(BlockingIOError):
                if os.fork() == 0:
                    control.close()
                    _read_and_end(connection)


def _read_and_end(connection: Connection) -> None:
    try:
        _obey(connection.recv(), connection)
    except (MemoryError, OSError, EOFError):
        pass  # it took too much, or nobody wants it any more: either is told by the end
    except Exception:
        with suppress(OSError):
            connection.send(Mistake(traceback.format_exc()))
    finally:
        os._exit(0)


def _obey(order: Order, connection: Connection) -> None:
    os.nice(GENTLER)
    _limit_memory(order.limits.memory)
    seconds = order.limits.seconds
    _allow(seconds, len(order.data))
    sources = find_sources(order.name, order.data, form=order.form)
    _send(connection, len(sources))
    for number, source in sources.numbered(order.takes):
        _allow(seconds, len(source.content) if isinstance(source.content, bytes) else 0)
        for piece in _pieces(_questions(order, number, source)):
            _send(connection, piece)


def _questions(order: Order, number: int, source: Source) -> Iterator[Prepared]:
    if number in order.given_up:
        yield Prepared(source.name, source.name, None, (given_up(order.limits),), source.losses)
    elif order.is_enough:
        yield Prepared(source.name, source.name, None, (NOT_READ,), source.losses)
    else:
        yield from prepare_each((source,), order.form)


def _pieces(questions: Iterable[Prepared]) -> Iterator[Piece]:
    left = iter(questions)
    piece = tuple(islice(left, MESSAGE))
    while following := tuple(islice(left, MESSAGE)):
        yield Piece(piece, is_last=False)
        piece = following
    yield Piece(piece, is_last=True)


def _send(connection: Connection, told: object) -> None:
    """Whoever takes it may take time, which is not the reader's."""
    left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    connection.send(told)
    signal.setitimer(signal.ITIMER_REAL, left)


def _limit_memory(most: int) -> None:
    """What is there already does not count, as far as the system tells how much that is."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(FileNotFoundError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + most)


def _allow(seconds: int, size: int) -> None:
    """As much time as reading so many bytes may take, from now on."""
    seconds += size // BYTES_A_SECOND
    _lower(resource.RLIMIT_CPU, ceil(time.process_time() + seconds))
    signal.setitimer(signal.ITIMER_REAL, WAITED * seconds)


def _lower(limit: int, wanted: int) -> None:
    """Set what is in force, within what the system lets it be."""
    _, most = resource.getrlimit(limit)
    resource.setrlimit(limit, (wanted if most < 0 else min(wanted, most), most))


NOT_READ = Problem(
    "not_read",
    "Too many files before it took too much, so this one was not read.",
    "Import it without those.",
)


def given_up(limits: Limits) -> Problem:
    """What is told of a file that took too much."""
    memory = limits.memory // 1024**2
    told = f"Reading it took over {limits.seconds} s or {memory:,} MiB of memory, and was given up."
    return Problem("given_up", told, "Divide it, or look for what in it nests or repeats.")
