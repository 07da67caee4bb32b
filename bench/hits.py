"""What a kept answer costs the server, beside a bare application that sends the same bytes."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from tests.processes import environment, free_port, serving

ADDRESS = "/v1/questions/vanishing-gradients"
ROUNDS = 3
REQUESTS = 2000
CONNECTIONS = 8
TICKS = os.sysconf("SC_CLK_TCK")
# The bare application: what uvicorn itself costs, with the same settings.
BARE = """
import sys, uvicorn
body, start = open(sys.argv[1], "rb").read(), None
headers = [tuple(line.split(b": ", 1)) for line in open(sys.argv[2], "rb").read().splitlines()]
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
uvicorn.run(app, port=int(sys.argv[3]), log_config=None, access_log=False,
            server_header=False, lifespan="off")
"""


def figures() -> Iterator[str]:
    """Microseconds of CPU of the server process for a request: best of some rounds, in turn."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = stack.enter_context(_service(folder, "hits"))
        plain = stack.enter_context(_service(folder, "plain", QUESTIONS_RESPONSE_CACHE_BYTES="0"))
        bare = stack.enter_context(_bare(folder, f"http://127.0.0.1:{ours[1]}{ADDRESS}"))
        etag = httpx.get(f"http://127.0.0.1:{ours[1]}{ADDRESS}").headers["ETag"]
        known = f"If-None-Match: {etag}\r\n"
        asked = {"bare": (bare, ""), "hit": (ours, ""), "304": (ours, known), "plain": (plain, "")}
        best = dict.fromkeys(asked, float("inf"))
        for _ in range(ROUNDS):
            for name, (server, header) in asked.items():
                best[name] = min(best[name], _cost(*server, header))
    for name, seconds in best.items():
        yield f"{seconds * 1e6:8.1f} us of CPU: {name} ({seconds / best['bare']:.2f} x bare)"


@contextmanager
def _service(folder: Path, name: str, **settings: str) -> Iterator[tuple[int, int]]:
    own = folder / name
    own.mkdir()
    said = {"QUESTIONS_RATE_LIMIT_PUBLIC": "100000000/minute", "DATABASE_URL": ""} | settings
    with serving(own, "run", settings=said) as service:
        yield service.process.pid, int(service.url.rpartition(":")[2])


@contextmanager
def _bare(folder: Path, url: str) -> Iterator[tuple[int, int]]:
    answer = httpx.get(url, headers={"Accept-Encoding": "identity"})
    body, headers, port = folder / "body", folder / "headers", free_port()
    body.write_bytes(answer.content)
    sent = (name + b": " + value for name, value in answer.headers.raw if name != b"date")
    headers.write_bytes(b"\n".join(sent))
    command = [sys.executable, "-c", BARE, str(body), str(headers), str(port)]
    process = subprocess.Popen(command, env=environment())
    try:
        while not _listens(port):
            time.sleep(0.05)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _cost(process: int, port: int, header: str) -> float:
    """CPU seconds of a request, sent over some connections in turn."""
    lines = f"GET {ADDRESS} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n{header}\r\n"
    with ExitStack() as stack:
        links = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            for _ in range(CONNECTIONS)
        ]
        _ask(links, lines.encode(), REQUESTS // 10)
        began = _cpu(process)
        _ask(links, lines.encode(), REQUESTS)
        return (_cpu(process) - began) / REQUESTS


def _ask(links: list[socket.socket], request: bytes, times: int) -> None:
    for _ in range(times // len(links)):
        for link in links:
            link.sendall(request)
        for link in links:
            _read(link)


def _read(link: socket.socket) -> None:
    got = link.recv(1 << 16)
    head, _, body = got.partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 304"):
        return
    assert head.startswith(b"HTTP/1.1 200"), head[:200]
    left = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]) - len(body)
    while left > 0:
        left -= len(link.recv(1 << 16))


def _cpu(process: int) -> float:
    """Seconds of CPU, of the user's and of the kernel's work, that the process has taken."""
    times = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(times[11]) + int(times[12])) / TICKS


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in figures())
