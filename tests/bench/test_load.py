"""What the load generator and the counting of CPU time promise."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench.connection import read_answer
from bench.load import LoadError, closed_loop, open_loop
from bench.requests import get
from bench.usage import cpu_seconds_of, resident_mib_of

STALL = 0.2
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
REQUEST = get("/")
BUSY = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
PARENT = (
    "import subprocess, sys, time\n"
    f"subprocess.run([sys.executable, '-c', {BUSY!r}])\n"
    f"running = subprocess.Popen([sys.executable, '-c', {BUSY!r} + '\\ntime.sleep(60)'])\n"
    "print(running.pid, flush=True)\n"
    "try: sys.stdin.read()\n"
    "finally: running.kill()"
)


@contextmanager
def server(stall_at: int | None = None, answer: bytes = ANSWER) -> Iterator[int]:
    """The port of a server of one thread per connection; one request stops them all for a while."""
    turn, count = threading.Lock(), iter(range(10**9))

    def serve(connection: socket.socket) -> None:
        with connection:
            while connection.recv(65536):
                with turn:
                    if next(count) == stall_at:
                        time.sleep(STALL)
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, args=(listening, serve), daemon=True).start()
        yield listening.getsockname()[1]


def accept(listening: socket.socket, serve: object) -> None:
    """Serve each connection until the listening socket is closed."""
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=answer_safely, args=(serve, connection), daemon=True).start()


def answer_safely(serve: object, connection: socket.socket) -> None:
    """A client that hangs up is no fault of the server."""
    assert callable(serve)
    try:
        serve(connection)
    except OSError:
        return


def test_an_open_loop_counts_the_waiting_behind_a_stall() -> None:
    with server(stall_at=100) as port:
        run = open_loop(port, [REQUEST], rate=200, seconds=1, connections=1)
    behind = [latency for latency in run.latencies if latency > STALL / 4]
    assert len(run.latencies) == 200
    assert run.percentile(0.99) > STALL * 0.9
    assert len(behind) >= 20  # what came during the stall: 40 requests, late by 200 ms to 0


def test_a_closed_loop_leaves_that_waiting_out() -> None:
    with server(stall_at=100) as port:
        run = closed_loop(port, [REQUEST], connections=1, seconds=0.5)
    assert sum(latency > STALL * 0.9 for latency in run.latencies) == 1


def test_an_answer_that_was_not_expected_ends_the_load() -> None:
    failing = ANSWER.replace(b"200 OK", b"500 No")
    with server(answer=failing) as port, pytest.raises(LoadError, match="Expected 200, got 500"):
        closed_loop(port, [REQUEST], connections=2, seconds=0.2)


@pytest.mark.parametrize("cut", range(len(ANSWER)))
def test_an_answer_is_whole_or_not_there(cut: int) -> None:
    assert read_answer(ANSWER[:cut]) is None


def test_an_answer_is_read_with_its_headers() -> None:
    answer = read_answer(ANSWER)
    assert answer is not None
    assert (answer.status, answer.body) == (200, b"ok")
    assert answer.header(b"content-length") == b"2"
    assert answer.header(b"etag") is None


def test_an_answer_of_304_has_no_body() -> None:
    answer = read_answer(b'HTTP/1.1 304 Not Modified\r\netag: "a"\r\n\r\n')
    assert answer is not None
    assert (answer.status, answer.body, answer.header(b"etag")) == (304, b"", b'"a"')


def test_cpu_time_counts_children_that_run_and_that_have_ended() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdin is not None
        child = int(parent.stdout.readline())
        wait_until(lambda: cpu_seconds_of(child) >= 0.3)
        both, one, memory = (
            cpu_seconds_of(parent.pid), cpu_seconds_of(child), resident_mib_of(parent.pid)
        )  # fmt: skip
        parent.stdin.close()
    assert both >= one + 0.3
    assert memory > 1


def wait_until(holds: object) -> None:
    """Fail unless it holds within some seconds."""
    assert callable(holds)
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
