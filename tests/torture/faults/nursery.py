"""Real services, started in no time: from a process that has imported them already."""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import httpx
import pytest

import cli
from tests.processes import AT_ONCE, environment, free_port
from tests.torture.planting import Plant, name_of, plant_named

LONGEST_START = 60.0  # seconds
LONGEST_END = 30.0
QUIET = {
    "QUESTIONS_RATE_LIMIT_PUBLIC": "off",
    "QUESTIONS_LOG_LEVEL": "WARNING",
    "QUESTIONS_LOG_FORMAT": "json",
}


@dataclass(frozen=True, slots=True)
class Raised:
    """A running service: its address, its process, and the file that collects what it prints."""

    url: str
    process: ForkServerProcess
    output: Path


def nursery() -> ForkServerContext:
    """Where services are started: it imports all that they need, once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


@contextmanager
def raised(
    folder: Path, *arguments: str, settings: Mapping[str, str], plant: Plant | None = None
) -> Iterator[Raised]:
    """``questions serve`` with these arguments until the block ends, unless it has ended before.

    Workers that it keeps get no plant: they are started anew.
    """
    port, output = free_port(), folder / f"output-{time.monotonic_ns()}.txt"
    stated = environment(**QUIET | AT_ONCE | dict(settings) | {"QUESTIONS_PORT": str(port)})
    told = (list(arguments), stated, str(output), name_of(plant) if plant else "")
    process = nursery().Process(target=_serve, args=told)
    process.start()
    service = Raised(f"http://127.0.0.1:{port}", process, output)
    try:
        wait_for(lambda: _is_ready(service))
        yield service
    finally:
        process.kill()
        process.join(LONGEST_END)


def _serve(arguments: list[str], stated: dict[str, str], output: str, plant: str) -> None:
    os.environ.clear()
    os.environ.update(stated)
    sink = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for descriptor in (1, 2):
        os.dup2(sink, descriptor)
    # A process of multiprocessing reads from a file that its own workers do not have.
    sys.stdin = None
    if plant:
        plant_named(plant)(pytest.MonkeyPatch())
    cli.app(["serve", *arguments])


def wait_for(happens: Callable[[], bool], longest: float = LONGEST_START) -> None:
    """Wait until it has happened."""
    until = time.monotonic() + longest
    while not happens():
        assert time.monotonic() < until, "It did not happen in time."
        time.sleep(0.01)


def _is_ready(service: Raised) -> bool:
    assert service.process.is_alive(), f"It did not start:\n{service.output.read_text()}"
    try:
        return httpx.get(f"{service.url}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False
