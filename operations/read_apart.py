"""Read an upload in a process of its own, which may fall over a file without anybody noticing.

A stranger's file may loop or eat memory, in our code or in a library. Then its reader ends, the
file is told of, and another reader goes on behind it.
"""

import atexit
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from multiprocessing.connection import Connection
from pickle import loads
from threading import BoundedSemaphore, Lock
from types import TracebackType
from typing import Any, Self

from operations.prepare_import import Prepared
from operations.reader_process import Limits, Mistake, Order, Piece, given_up

MOST_GIVEN_UP = 10  # files of an upload, then the others are not read
LARGEST_FILE = 128 * 1024**2  # bytes of what is made of a file
LARGEST_CHUNK = 16 * 1024**2  # bytes of what is made of the files of a chunk, from which it ends
AT_ONCE = 4  # uploads that a process has read; more wait
NEEDED = ("PATH", "PYTHON", "LD_", "LANG", "LC_", "TZ")  # beginnings of names: no secrets

START = "from operations.reader_process import raise_nursery; raise_nursery()"
PULSE = 1.0  # seconds

OnWait = Callable[[], None]
Chunk = tuple[int, tuple[Prepared, ...]]  # how many files, and their questions


class _TooMuch(Exception):
    """More comes out of a file than can be held."""


@dataclass(slots=True)
class Nursery:
    """A process that is started once and forks a reader for each connection it is given."""

    process: subprocess.Popen[bytes] | None = None
    control: socket.socket | None = None
    lock: Lock = field(default_factory=Lock)

    def connect(self) -> Connection:
        """A connection to a new reader."""
        ours, theirs = socket.socketpair()
        with theirs, self.lock:
            try:
                self._hand_over(theirs)
            except OSError:  # somebody has ended it
                self.close()
                self._hand_over(theirs)
        return Connection(ours.detach())

    def _hand_over(self, end: socket.socket) -> None:
        if self.control is None:
            self.control, far = socket.socketpair()
            with far:
                self.process = _start(far.fileno())
        socket.send_fds(self.control, [b"."], [end.fileno()])

    def close(self) -> None:
        """End it; readers that are busy end by themselves."""
        if self.control is not None and self.process is not None:
            self.control.close()
            self.process.wait()
            self.control = self.process = None


def _start(control: int) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if name.startswith(NEEDED)}
    return subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", START, str(control)],
        env=kept | {"PYTHONPATH": os.pathsep.join(sys.path)},
        pass_fds=[control],
        stdin=subprocess.DEVNULL,
    )


NURSERY = Nursery()
atexit.register(NURSERY.close)
TURNS = BoundedSemaphore(AT_ONCE)


@dataclass(slots=True)
class _Share:
    """The files of an upload that one reader takes, one after the other."""

    order: Order
    on_wait: OnWait
    connection: Connection | None = None
    total: int = 0
    is_fresh: bool = True  # the reader has read no file yet

    def begin(self) -> None:
        """Start a reader, and learn how many files there are."""
        self.close()
        self.connection, self.is_fresh = NURSERY.connect(), True
        self.connection.send(self.order)
        self.total, _ = self._next()

    def read(self, number: int) -> tuple[int, tuple[Prepared, ...]]:
        """What a file comes to, in bytes and in questions; the next of the share after it."""
        while True:
            try:
                found = self._file()
                self.is_fresh = False
                return found
            except (EOFError, OSError, _TooMuch):
                self._go_on_at(number)

    def _go_on_at(self, number: int) -> None:
        """Read the file once more by itself; if that was tried, give it up and go on behind it."""
        gone = self.order.given_up
        if number in gone:
            raise ChildProcessError("A reader ended without reading.") from None
        if self.is_fresh:  # so it is not what earlier files have left behind
            gone |= {number}
        enough = len(gone) >= MOST_GIVEN_UP
        self.order = replace(self.order, first=number, given_up=gone, is_enough=enough)
        self.begin()

    def _file(self) -> tuple[int, tuple[Prepared, ...]]:
        size, questions, piece = 0, list[Prepared](), Piece((), is_last=False)
        while not piece.is_last:
            piece, more = self._next()
            size += more
            if size > LARGEST_FILE:
                raise _TooMuch
            questions += piece.questions
        return size, tuple(questions)

    def _next(self) -> tuple[Any, int]:
        assert self.connection is not None
        while not self.connection.poll(PULSE):
            self.on_wait()
        data = self.connection.recv_bytes()
        told = loads(data)  # noqa: S301 - from our own process
        if isinstance(told, Mistake):
            raise ChildProcessError(told.told)
        return told, len(data)

    def close(self) -> None:
        """Let the reader end."""
        if self.connection is not None:
            self.connection.close()


class Reading:
    """An upload while it is read: how many files it has, and chunk after chunk of their questions.

    ``on_wait`` is called every second that it has to wait; what it raises ends the reading.
    """

    def __init__(
        self,
        name: str,
        data: bytes,
        *,
        form: str,
        limits: Limits,
        shares: int = 1,
        on_wait: OnWait = lambda: None,
    ) -> None:
        self._order = order = Order(name, data, form, limits, shares=shares)
        self._shares = [_Share(replace(order, share=n), on_wait) for n in range(shares)]

    def __enter__(self) -> Self:
        """Start to read."""
        TURNS.acquire()
        self._is_opened = False
        with suppress(EOFError, OSError):
            for share in self._shares:
                share.begin()
            self._is_opened = True
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Stop to read."""
        TURNS.release()
        for share in self._shares:
            share.close()

    def __len__(self) -> int:
        return self._shares[0].total if self._is_opened else 1

    def chunks(self, files: int, edge: int = 0) -> Iterator[Chunk]:
        """So many files at a time, or fewer where they hold much; none on both sides of an edge."""
        if not self._is_opened:
            name = self._order.name
            yield 1, (Prepared(name, name, None, (given_up(self._order.limits),)),)
            return
        first, size, questions = 0, 0, list[Prepared]()
        for number in range(len(self)):
            more, found = self._shares[number % len(self._shares)].read(number)
            size += more
            questions += found
            ahead = number + 1
            if ahead - first == files or size > LARGEST_CHUNK or ahead in (edge, len(self)):
                yield ahead - first, tuple(questions)
                first, size, questions = ahead, 0, []

    def all(self) -> tuple[Prepared, ...]:
        """The questions of all files at once."""
        return tuple(chain.from_iterable(found for _, found in self.chunks(len(self))))


def count_files(name: str, data: bytes, *, form: str, limits: Limits) -> int:
    """How many files an upload holds; 1 if that cannot be found out."""
    with Reading(name, data, form=form, limits=limits) as reading:
        return len(reading)
