"""What measuring costs a kept answer, in memory and in files that several processes share."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

import migrations
from api.app import Service, create_app
from api.logs import configure_logs, log_request
from api.measurements import FOLDER
from api.observing import Observer
from models import Database, open_engine
from settings import Settings
from tests.factories import Bank

ANSWERS, ROUNDS = 4000, 15
ADDRESS = b"/v1/questions/rivers"
HEAD = {b"host": b"here", b"accept-encoding": b"gzip"}


def figures() -> Iterator[str]:
    """CPU time of a kept answer, measured and not; both are logged."""
    with tempfile.TemporaryDirectory() as folder:
        for name, shared in (("in memory", {}), ("in shared files", {FOLDER: folder})):
            told = _in_a_process_of_its_own(shared)
            more = told["measured"] - told["only logged"]
            yield f"{more:8.2f} us of CPU more for a kept answer that is measured {name}"
            yield f"{told['measured']:8.2f} us with its line and all else but the network"


def _in_a_process_of_its_own(variables: Mapping[str, str]) -> dict[str, float]:
    """The library asks for the folder when it is imported."""
    command = [sys.executable, "-m", __name__]
    environment = {**os.environ, **variables}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


class OnlyLogged(Observer):
    """Measures nothing."""

    def answered(self, head: Mapping[bytes, bytes], *, started: float, **told: Any) -> None:
        """Write the line."""
        route = told.pop("route").path
        log_request(**told, route=route, seconds=time.perf_counter() - started, ids={})


async def _compare(app: Service) -> dict[str, float]:
    """The best of some rounds for each, in turns: the machine may have other work."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        assert (await client.get(ADDRESS.decode())).status_code == 200
    observers = {"measured": app.state.observer, "only logged": OnlyLogged()}
    best = dict.fromkeys(observers, float("inf"))
    for _ in range(ROUNDS):
        for name, observer in observers.items():
            app.quick_answers._observer = observer
            best[name] = min(best[name], await _once(app))
    return best


async def _once(app: Service) -> float:
    answers = app.quick_answers
    assert answers.checks is not None
    state = await answers.checks.read()
    assert state is not None
    await asyncio.sleep(0.1)  # lines that wait are written
    begun = time.process_time()
    for _ in range(ANSWERS):
        assert answers.find(ADDRESS, HEAD, ("127.0.0.1", 1), "http", state)
    return (time.process_time() - begun) / ANSWERS * 1e6


def _main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/questions.db"
        migrations.upgrade(open_engine(url))
        database = Database(open_engine(url))
        Bank(database).publish()
        configure_logs("INFO", "json")
        with open(os.devnull, "w") as nowhere:
            sys.stderr = nowhere
            app = create_app(Settings.load(rate_limit_public="off"), database)
            print(json.dumps(asyncio.run(_compare(app))))  # noqa: T201
            sys.stderr = sys.__stderr__
        database.close()


if __name__ == "__main__":
    _main()
