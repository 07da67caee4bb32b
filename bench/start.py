"""From the command to the first answer, on a tree that is set up."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

import httpx

from tests.processes import ROOT, environment, free_port

ROUNDS = 5


def figures() -> Iterator[str]:
    """Seconds of a first and of later starts, and their ratio to importing the libraries."""
    libraries = min(_timed([sys.executable, "-c", "import fastapi, sqlalchemy.orm"]) for _ in "123")
    with tempfile.TemporaryDirectory() as folder:
        first = _first_answer(folder)
        later = min(_first_answer(folder) for _ in range(ROUNDS))
    yield f"{first:8.2f} s from `questions run` in an empty folder to the first answer"
    yield f"{later:8.2f} s when it is set up"
    yield f"{later / libraries:8.2f} x the time to import FastAPI and SQLAlchemy alone"


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - started


def _first_answer(folder: str) -> float:
    port = free_port()
    command = [sys.executable, "-m", "cli", "run", "--port", str(port)]
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(PYTHONPATH=str(ROOT)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            time.sleep(0.01)
        return time.perf_counter() - started
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    address = f"http://127.0.0.1:{port}/v1/questions/vanishing-gradients"
    try:
        return httpx.get(address).status_code == 200
    except httpx.TransportError:
        return False
