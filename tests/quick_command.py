"""The `questions` command without its start: a process that has imported it forks for each call.

Pages of the documentation call it often, and each start takes longer than all that it then does.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cli
from tests.processes import ROOT

MOST = 1 << 20  # bytes of arguments and environment

# To the shell the second line starts Python, whose path may hold spaces; to Python it is a text.
# Hands its arguments, folder, environment and streams over, and ends as the command does.
CLIENT = """#!/bin/sh
'''exec' "{python}" -IS "$0" "$@"
' '''
import json, os, socket, sys
call = [sys.argv[1:], os.getcwd(), dict(os.environ)]
with socket.socket(socket.AF_UNIX) as service:
    service.connect({address!r})
    socket.send_fds(service, [json.dumps(call).encode() + b"\\n"], [0, 1, 2])
    sys.exit(int(service.recv(16) or 70))
"""


@contextmanager
def quick_command(folder: Path) -> Iterator[Path]:
    """A folder for the `PATH` that holds the command, as long as it is needed."""
    address, command = folder / "socket", folder / "bin" / "questions"
    command.parent.mkdir()
    command.write_text(CLIENT.format(python=sys.executable, address=str(address)))
    command.chmod(0o755)
    process = subprocess.Popen([sys.executable, "-m", "tests.quick_command", address], cwd=ROOT)
    try:
        while not address.exists():
            assert process.poll() is None, "it did not start"
            time.sleep(0.02)
        yield command.parent
    finally:
        process.terminate()
        process.wait(timeout=30)


def serve(address: str) -> None:
    """Run a command for each connection, in a process of its own."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{address}.new")
        listening.listen()
        os.rename(f"{address}.new", address)
        while True:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _answer(connection)
            connection.close()
            _forget_ended()


def _forget_ended() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _answer(connection: socket.socket) -> None:
    said, streams, _, _ = socket.recv_fds(connection, MOST, 3)
    while not said.endswith(b"\n"):
        said += connection.recv(MOST)
    child = os.fork()
    if child == 0:
        _become(json.loads(said), streams)
    _, status = os.waitpid(child, 0)
    connection.sendall(str(os.waitstatus_to_exitcode(status) % 256).encode())
    os._exit(0)


def _become(call: tuple[list[str], str, dict[str, str]], streams: list[int]) -> None:
    arguments, folder, environment = call
    for place, stream in enumerate(streams):
        os.dup2(stream, place)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["questions", *arguments]
    code: object = 0
    try:
        cli.main()
    except SystemExit as end:
        code = end.code or 0
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)  # to end properly takes longer than the command


if __name__ == "__main__":
    serve(sys.argv[1])
