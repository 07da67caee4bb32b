"""A service is known by its process: one that was left over cannot answer in its place."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.torture.crash import nursery
from tests.torture.crash.nursery import start, started_at

pytestmark = pytest.mark.usefixtures("nursery")


class Ready(BaseHTTPRequestHandler):
    """What somebody else says on the port."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *_: object) -> None:
        """Say nothing."""


def test_a_left_over_service_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Ready) as left_over:
        Thread(target=left_over.serve_forever, daemon=True).start()
        monkeypatch.setattr(nursery, "free_port", lambda: left_over.server_address[1])
        url = f"sqlite:///{tmp_path / 'bank.db'}"
        process = start(tmp_path, "serve", settings={"DATABASE_URL": url})
        with pytest.raises(AssertionError, match="left-over"):
            process.wait_until_ready()
        process.process.join(30)
        left_over.shutdown()


def test_a_process_is_known_by_when_it_started() -> None:
    assert 0 < started_at(1) <= started_at(os.getpid())
    assert started_at(2**30) == 0
