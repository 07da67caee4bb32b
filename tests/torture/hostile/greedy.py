"""A nursery whose readers take too much over some files, as a fault in a parser would make them.

Each file says by a word in it what it does; where nothing stops it, it is read in the end.
"""

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from operations import reader_process
from operations.prepare_import import Prepared, Source, prepare_each

SECONDS = 30.0  # of processor time: far more than the readers of these tests have
EATEN = 256 * 1024**2


def _loop() -> None:
    end = time.process_time() + SECONDS
    while time.process_time() < end:
        pass


def _eat() -> None:
    bytearray(EATEN)


def _sleep() -> None:
    time.sleep(SECONDS)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _eat_unlimited() -> None:
    """What a reader does to which nobody has set limits."""
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    _eat()


FAULTS: dict[bytes, Callable[[], None]] = {
    b"memory": _eat,
    b"loop": _loop,
    b"sleep": _sleep,
    b"death": _die,
    b"unlimited memory": _eat_unlimited,
}
NURSERY = f"from {__name__} import raise_greedy; raise_greedy()"


def greedily(files: Sequence[Source], form: str) -> Iterator[Prepared]:
    """Read as usual, but behind what the file asks for."""
    for file in files:
        said = file.content if isinstance(file.content, bytes) else b""
        for word, fault in FAULTS.items():
            if b"fault: " + word + b"." in said:
                fault()
    yield from prepare_each(files, form)


def raise_greedy() -> None:
    """The nursery of these readers."""
    pytest.MonkeyPatch().setattr(reader_process, "prepare_each", greedily)
    reader_process.raise_nursery()
