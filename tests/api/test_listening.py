"""New connections are let in many at a time."""

import asyncio
import socket
from contextlib import ExitStack, closing

import pytest
import uvloop

from api import listening
from api.listening import several_of

CLIENTS = 64


async def _turns() -> int:
    """How many turns the event loop takes to let in clients who all wait at the door."""
    loop, let_in = asyncio.get_running_loop(), list[object]()

    class Door(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            let_in.append(transport)

    with ExitStack() as stack:
        door = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
        sockets = several_of(door)
        servers = [await loop.create_server(Door, sock=each, backlog=CLIENTS) for each in sockets]
        for _ in range(CLIENTS):
            stack.enter_context(closing(socket.create_connection(door.getsockname())))
        turns = 0
        while len(let_in) < CLIENTS:
            await asyncio.sleep(0)
            turns += 1
        for server in servers:
            server.close()
    return turns


def turns() -> int:
    """The same in an event loop as the service has it."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_turns())


def test_clients_who_come_at_once_are_let_in_within_few_turns() -> None:
    assert turns() <= CLIENTS / listening.EARS + 5


def test_one_at_a_time_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "EARS", 1)
    assert turns() >= CLIENTS / 2
