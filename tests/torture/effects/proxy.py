"""A proxy that takes requests through and lets no answer back."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from tests.torture.effects.crowd import PATIENCE, Sent, Told
from tests.torture.effects.services import Address


class Swallowing:
    """Connections come to ``address``; ``swallowed`` are the answers that nobody got."""

    def __init__(self, listener: socket.socket, service: Address) -> None:
        self.address: Address = listener.getsockname()
        self.swallowed: list[Told] = []
        self._listener, self._service = listener, service

    def send(self, sent: Sent) -> None:
        """Send a request through, and get a closed connection for an answer."""
        with socket.create_connection(self.address, PATIENCE) as connection:
            connection.sendall(sent.wire)
            assert connection.recv(1) == b""

    def run(self) -> None:
        """Take one connection after another, until the listener is closed."""
        with suppress(OSError):
            while True:
                self._take(self._listener.accept()[0])

    def _take(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._service, PATIENCE) as service:
            asked = b""
            while not _is_whole(asked):
                asked += client.recv(1 << 16)
            service.sendall(asked)
            self.swallowed.append(Told.read(service))


def _is_whole(asked: bytes) -> bool:
    head, end, body = asked.partition(b"\r\n\r\n")
    lengths = [line for line in head.split(b"\r\n") if line.startswith(b"Content-Length: ")]
    return bool(end) and len(body) == int(lengths[0].partition(b": ")[2])


@contextmanager
def swallowing(service: Address) -> Iterator[Swallowing]:
    """A proxy before a service."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Swallowing(listener, service)
        thread = Thread(target=proxy.run)
        thread.start()
        yield proxy
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)
