"""Equal requests on many connections, of which the last byte leaves at one instant."""

import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPResponse
from typing import Any

from tests.torture.effects.services import Address

PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class Sent:
    """A POST request with an idempotency key."""

    path: str
    body: bytes
    key: str
    caller: Mapping[str, str]
    type: str = "application/json"

    @property
    def wire(self) -> bytes:
        """Its bytes."""
        stated = {
            "Host": "here",
            "Content-Type": self.type,
            "Content-Length": str(len(self.body)),
            "Idempotency-Key": self.key,
            **self.caller,
        }
        lines = [f"POST {self.path} HTTP/1.1", *map(": ".join, stated.items()), "\r\n"]
        return "\r\n".join(lines).encode() + self.body


@dataclass(frozen=True)
class Told:
    """What was answered."""

    status: int
    replayed: bool
    body: bytes

    @cached_property
    def document(self) -> Any:
        """The body without what is shown once: the text of a new key."""
        told = json.loads(self.body)
        return told | {"key": None} if isinstance(told, dict) and "public_part" in told else told

    @classmethod
    def read(cls, connection: socket.socket) -> "Told":
        """The next answer on a connection that stays open."""
        answer = HTTPResponse(connection, method="POST")
        answer.begin()
        replayed = answer.getheader("Idempotency-Replayed") == "true"
        return cls(answer.status, replayed, answer.read())


class Crowd:
    """Connections in turn to some services."""

    def __init__(self, connections: Sequence[socket.socket]) -> None:
        self._connections = connections

    def say(self, sent: Sent, count: int | None = None) -> list[Told]:
        """Send the request on all connections, or on so many; all is there but for one byte."""
        wire, chosen = sent.wire, self._connections[:count]
        for connection in chosen:
            connection.sendall(wire[:-1])
        for connection in chosen:
            connection.sendall(wire[-1:])
        return [Told.read(connection) for connection in chosen]


@contextmanager
def crowd(addresses: Sequence[Address], size: int) -> Iterator[Crowd]:
    """So many connections."""
    with ExitStack() as stack:
        connections = []
        for number in range(size):
            made = socket.create_connection(addresses[number % len(addresses)], PATIENCE)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connections.append(stack.enter_context(made))
        yield Crowd(connections)
