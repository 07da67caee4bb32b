"""Serve on one port, and take new connections as fast as they come."""

import resource
import sys
from contextlib import suppress
from socket import socket

from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

EARS = 16
OTHER_FILES = 1000  # that a process opens beside its connections


def listen_and_serve(config: Config) -> None:
    """Serve until told to end: in this process or, where there are to be several, in others."""
    sockets = several_of(config.bind_socket())
    with suppress(KeyboardInterrupt):
        if config.workers > 1:
            Multiprocess(config, sockets=sockets).run()
            return
        server = Server(config)
        server.run(sockets)
        if not server.started:
            sys.exit(STARTUP_FAILURE)


def several_of(listening: socket) -> list[socket]:
    """Several sockets of the one port, since of each the event loop takes one connection a turn.

    That is libuv's way since 1.45. Turns take 10 ms and more while much is asked, so that by one
    socket a class that begins within a second would be let in over several.
    """
    return [listening, *(listening.dup() for _ in range(1, EARS))]


def allow_connections(number: int) -> None:
    """Raise the limit of open files where it is lower than the system would grant."""
    usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(max(usual, number + OTHER_FILES), most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
