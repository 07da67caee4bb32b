"""A bad network between a client and the service: each request meets the fault that its URL tells.

``http://127.0.0.1:PORT/NAME/lost,busy-1/v1/...`` loses the answer to the first request under that
prefix, answers the second with 503, and hands every later one on to the service.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

HOP = {"connection", "host", "transfer-encoding", "content-encoding", "content-length"}


class Flaky(ThreadingHTTPServer):
    """Where clients find the service, and the requests that they sent, by prefix."""

    daemon_threads = True

    def __init__(self, service: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.service = service
        self.sent: defaultdict[str, list[dict[str, str]]] = defaultdict(list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def flaky(service: str) -> Iterator[Flaky]:
    """Such a network in front of a service, until the end of the block."""
    with Flaky(service) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Flaky

    def answer(self) -> None:
        """Let one request meet its fault: before the service, on the way back, or none."""
        _, name, faults, path = self.path.split("/", 3)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {key.lower(): value for key, value in self.headers.items()}
        sent = self.server.sent[f"{name}/{faults}"]
        sent.append(headers)
        fault, _, seconds = dict(enumerate(faults.split(","), 1)).get(len(sent), "").partition("-")
        self.close_connection = True
        if fault == "dropped":
            return
        if fault in {"busy", "bad"}:
            status = {"busy": 503, "bad": 502}[fault]
            return self._send(status, {"retry-after": seconds} if seconds else {}, b"<h1>No</h1>")
        kept = {key: value for key, value in headers.items() if key not in HOP}
        kept["accept-encoding"] = "identity"
        answer = httpx.request(
            self.command, f"{self.server.service}/{path}", content=body, headers=kept
        )
        if fault != "lost":
            told = {key: value for key, value in answer.headers.items() if key not in HOP}
            self._send(answer.status_code, told, answer.content, cut=fault == "cut")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def _send(
        self, status: int, headers: dict[str, str], body: bytes, *, cut: bool = False
    ) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)

    def log_message(self, *_: object) -> None:
        """Nothing: the test tells what went wrong."""
