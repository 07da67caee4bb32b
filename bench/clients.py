"""Clients that send one request over and over, on connections they keep: cheap ones, to fit beside
the service on one machine."""

import asyncio
import os
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

END = b"\r\n\r\n"
LENGTH = b"content-length: "


@dataclass(frozen=True, slots=True)
class Load:
    """What a load came to: answers a second, seconds of CPU of the service each, and waiting."""

    rate: float
    cpu: float
    waits: list[float]  # seconds

    def waited(self, percent: int) -> float:
        """The milliseconds that so many percent of the requests did not exceed."""
        return quantiles(self.waits, n=100)[percent - 1] * 1000


class _Client(asyncio.Protocol):
    """Sends the request again as soon as its answer is whole; each must have the status."""

    def __init__(self, request: bytes, status: int) -> None:
        self.request, self.status = request, b"HTTP/1.1 %d " % status
        self.waits: list[float] = []
        self.until = float("inf")
        self._sent_at, self._read = 0.0, b""
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.send()

    def send(self) -> None:
        self._sent_at = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(END)
        if not end or len(body) < int(head.lower().partition(LENGTH)[2].split(b"\r", 1)[0]):
            return
        assert self._read.startswith(self.status), self._read
        at, self._read = time.perf_counter(), b""
        self.waits.append(at - self._sent_at)
        if at < self.until:
            self.send()
        else:
            self.transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        self.ended.set_result(None)


async def load(url: str, body: bytes, pid: int, *, clients: int, seconds: float) -> Load:
    """Post the body from so many clients at once; those of the first second do not count."""
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    head = f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    loop = asyncio.get_running_loop()
    made = [_Client(head.encode() + body, 201) for _ in range(clients)]
    for client in made:
        await loop.create_connection(partial(_same, client), address.hostname, address.port)
    await asyncio.sleep(1)
    for client in made:
        client.waits.clear()
    started, spent = time.perf_counter(), cpu_of(pid)
    await asyncio.sleep(seconds)
    took, spent = time.perf_counter() - started, cpu_of(pid) - spent
    waits = [wait for client in made for wait in client.waits]
    for client in made:
        client.until = 0
    await asyncio.gather(*(client.ended for client in made))
    return Load(len(waits) / took, spent / len(waits), waits)


def _same(client: _Client) -> _Client:
    return client


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
