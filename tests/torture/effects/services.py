"""Services in processes of their own, forked from one that has imported them already."""

import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from multiprocessing.connection import Connection

import pytest
import uvicorn

from api.app import create_app
from api.logs import configure_logs
from api.quick_protocol import QuickProtocol
from settings import Settings
from tests.torture.planting import Plant, name_of, plant_named

LONGEST_START = 60.0
Address = tuple[str, int]
NURSERY = multiprocessing.get_context("forkserver")
NURSERY.set_forkserver_preload([__name__])


@contextmanager
def running(url: str, plant: Plant | None = None) -> Iterator[Address]:
    """A service on that database, killed at the end.

    It listens where it says itself, so that no other can answer in its place.
    """
    listening, told = NURSERY.Pipe(duplex=False)
    name = plant and name_of(plant)
    process = NURSERY.Process(target=_serve, args=(url, name, told), daemon=True)
    process.start()
    try:
        assert listening.poll(LONGEST_START), "It did not start."
        address = ("127.0.0.1", listening.recv())
        _wait_for(address)
        yield address
    finally:
        process.kill()
        process.join(30)


def _serve(url: str, plant: str | None, told: Connection) -> None:
    configure_logs("CRITICAL", "json")
    if plant:
        plant_named(plant)(pytest.MonkeyPatch())
    settings = Settings.load(database_url=url, rate_limit="off", rate_limit_public="off")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        told.send(listener.getsockname()[1])
        config = uvicorn.Config(create_app(settings), http=QuickProtocol, log_config=None)
        uvicorn.Server(config).run([listener])


def _wait_for(address: Address) -> None:
    until = time.monotonic() + LONGEST_START
    while time.monotonic() < until:
        with closing(HTTPConnection(*address, timeout=30)) as connection:
            try:
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.01)
    raise AssertionError("The service does not answer.")
