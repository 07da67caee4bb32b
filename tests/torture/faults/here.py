"""The service in this process, behind its own protocol on a socket: for faults that sit below."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from api.app import Service, create_app
from api.quick_protocol import QuickProtocol
from settings import Settings

UNLIMITED = {"rate_limit_public": "off", "rate_limit": "off"}
LONGEST_START = 30.0  # seconds


@contextmanager
def serving_here(url: str) -> Iterator[tuple[Service, httpx.Client]]:
    """A service on this database, and a client of it."""
    app = create_app(Settings.load(database_url=url, **UNLIMITED))
    config = uvicorn.Config(app, port=0, http=QuickProtocol, log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="service")
    thread.start()
    try:
        until = time.monotonic() + LONGEST_START
        while not server.started:
            assert thread.is_alive(), "The service did not start."
            assert time.monotonic() < until, "The service did not start in time."
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield app, client
    finally:
        server.should_exit = True
        thread.join(LONGEST_START)
