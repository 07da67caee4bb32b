"""Starts of the ``questions`` command that take no time for imports, to be killed a thousand times.

Each is a real process of the real command, forked from one that has imported all of it.
"""

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from cli import app
from tests.processes import environment, family, free_port, is_taken, listens
from tests.torture.planting import Plant, name_of, plant_named

LONGEST_START = 60.0  # seconds until it counts as failed; how soon it should be is judged elsewhere

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.torture.crash.preloaded"])


@dataclass(slots=True)
class Started:
    """A process of the command, known by its id and the tick at which it started."""

    process: multiprocessing.process.BaseProcess
    port: int
    output: Path
    tick: int
    began: float

    @property
    def id(self) -> int:
        """The id of the process."""
        assert self.process.pid is not None
        return self.process.pid

    @property
    def is_running(self) -> bool:
        """Whether this very process is there; another may have got its id since."""
        return self.process.is_alive() and started_at(self.id) == self.tick

    def wait_until_ready(self) -> float:
        """Wait until it says that it is; the seconds since its start."""
        while not _is_ready(self.port):
            has_time = time.monotonic() - self.began < LONGEST_START
            if not (has_time and self.is_running):
                raise AssertionError(f"It does not start:\n{self.output.read_text()}")
            time.sleep(0.005)
        taken = time.monotonic() - self.began
        assert self.is_running
        assert listens(self.port, self.id), "A left-over service answers in its place."
        return taken

    def kill(self) -> None:
        """Kill it and all that it started, at once; nothing of it is there afterwards."""
        everybody = {id_: started_at(id_) for id_ in family(self.id)}
        for id_ in everybody:
            with contextlib.suppress(ProcessLookupError):
                os.kill(id_, signal.SIGKILL)
        self.process.join(30)
        assert self.process.exitcode is not None
        until = time.monotonic() + 30
        while any(tick and started_at(id_) == tick for id_, tick in everybody.items()):
            assert time.monotonic() < until, "It survived."
            time.sleep(0.002)
        assert not is_taken(self.port)

    def end(self) -> int | None:
        """Wait until it ends by itself; its exit code."""
        self.process.join(LONGEST_START)
        return self.process.exitcode


def start(
    folder: Path, *arguments: str, settings: Mapping[str, str], plant: Plant | None = None
) -> Started:
    """Start ``questions {arguments}`` in that folder, with a fault in it if one is planted."""
    port, output = free_port(), folder / "output.txt"
    planted = name_of(plant) if plant else None
    said = environment(**settings, QUESTIONS_PORT=str(port))
    process = _context.Process(
        target=_run, args=(arguments, said, folder, output, planted), daemon=True
    )
    began = time.monotonic()
    process.start()
    assert process.pid is not None
    return Started(process, port, output, started_at(process.pid), began)


def started_at(id_: int) -> int:
    """When the process with this id started, in ticks since the machine did; 0 for none."""
    try:
        said = Path(f"/proc/{id_}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    state, *rest = said.rpartition(")")[2].split()
    return 0 if state in "ZX" else int(rest[18])


def warm_up() -> None:
    """Import the command, which the first start would wait for."""
    first = _context.Process(target=os.getpid)
    first.start()
    first.join()


def _run(
    arguments: tuple[str, ...],
    settings: dict[str, str],
    folder: Path,
    output: Path,
    planted: str | None,
) -> None:
    """Become that command: its environment, its folder, its output."""
    os.environ.clear()
    os.environ.update(settings)
    os.chdir(folder)
    with output.open("ab") as sink:
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)
    if planted:
        plant_named(planted)(pytest.MonkeyPatch())
    app(list(arguments))


def _is_ready(port: int) -> bool:
    try:
        with contextlib.closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
    except OSError:
        return False
