"""Real server processes for tests: started on a free port, ended by their process id."""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from typer.testing import CliRunner, Result

from cli import app
from settings import variable_of
from tests.torture.planting import VARIABLE, Plant, name_of

ROOT = Path(__file__).parents[1]
LISTENS = "0A"  # the state of such a socket in /proc/net/tcp
AT_ONCE = {"QUESTIONS_DRAIN_SECONDS": "0"}  # no balancer has to hear that a service ends
LONGEST_START = 90.0  # seconds; on a busy machine importing alone takes ten
WORKERS_AT_MOST = 16
WORKER = int(
    os.environ.get("PYTEST_XDIST_WORKER", f"gw{os.getpid() % WORKERS_AT_MOST}").removeprefix("gw")
)


@dataclass(slots=True)
class Service:
    """A running service: its address, its process, and the file that collects what it prints."""

    url: str
    process: subprocess.Popen[bytes]
    output: Path

    def printed(self) -> str:
        """What it has printed so far."""
        return self.output.read_text()


def environment(**changes: str) -> dict[str, str]:
    """This environment without settings of the service, changed as stated."""
    kept = {name: value for name, value in os.environ.items() if not _is_setting(name)}
    return kept | changes


def _is_setting(name: str) -> bool:
    if name == variable_of("durability"):  # said for all tests, beside their PostgreSQL
        return False
    return name.startswith("QUESTIONS_") or name in {"DATABASE_URL", "PORT"}


def questions(*arguments: str, cwd: Path, typed: str = "", **settings: str) -> Result:
    """Run a command that ends by itself, in this process and in that folder; lines are typed."""
    unset = dict.fromkeys(filter(_is_setting, os.environ))
    with contextlib.chdir(cwd):
        return CliRunner().invoke(app, arguments, typed, env={**unset, **settings})


@contextmanager
def serving(
    folder: Path,
    *arguments: str,
    settings: Mapping[str, str] | None = None,
    plant: Plant | None = None,
) -> Iterator[Service]:
    """Run a command that serves, in a folder, until it answers; end it afterwards."""
    port, output = free_port(), folder / "output.txt"
    module = "tests.torture.service" if plant else "cli"
    changes = {VARIABLE: name_of(plant)} if plant else {}
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments, "--port", str(port)],
            env=environment(PYTHONPATH=str(ROOT), **AT_ONCE | changes | dict(settings or {})),
            cwd=folder,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    service = Service(f"http://127.0.0.1:{port}", process, output)
    try:
        _wait_until_ready(service)
        yield service
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(service: Service) -> None:
    deadline = time.monotonic() + LONGEST_START
    with httpx.Client(timeout=5) as client:  # one for all: to make one takes longer than to ask
        while time.monotonic() < deadline and service.process.poll() is None:
            try:
                if client.get(f"{service.url}/readyz").status_code == 200:
                    assert _is_ours(service), "A left-over service answers in its place."
                    return
            except httpx.TransportError:
                time.sleep(0.05)
    raise AssertionError(f"The service did not start:\n{service.printed()}")


def _is_ours(service: Service) -> bool:
    """Whether the process that was started, or a child of it, listens on the port."""
    port = int(service.url.rpartition(":")[2])
    return listens(port, service.process.pid)


def listens(port: int, process: int) -> bool:
    """Whether this process, or a child of it, listens on the port."""
    sockets = _listening(port)
    return any(sockets & _open_files(each) for each in family(process))


def is_taken(port: int) -> bool:
    """Whether anybody listens on the port."""
    return bool(_listening(port))


def _listening(port: int) -> set[str]:
    listening = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return {
        f"socket:[{fields[9]}]"
        for fields in map(str.split, listening)
        if fields[1].endswith(f":{port:04X}") and fields[3] == LISTENS
    }


def family(process: int) -> Iterator[int]:
    """The process and all that descend from it."""
    yield process
    for child in children_of(process):
        yield from family(child)


def _open_files(process: int) -> set[str]:
    found = set()
    with contextlib.suppress(FileNotFoundError):  # it has ended
        for file in Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(os.readlink(file))
    return found


def workers_of(supervisor: int) -> list[int]:
    """The process ids of the workers, without the helper process of multiprocessing."""
    return [pid for pid in children_of(supervisor) if b"spawn_main" in command_of(pid)]


def children_of(process: int) -> list[int]:
    """The process ids of those that a process has started and not forgotten."""
    found = list[int]()
    for listing in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # it has ended
            found += map(int, listing.read_text().split())
    return found


def command_of(pid: int) -> bytes:
    """How a process was started; empty once it has ended, even while nobody has taken note."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def free_port() -> int:
    """A loopback port below those that the kernel hands out to clients.

    Each worker has ports of its own: another could take this one before it is used.
    """
    while True:
        port = secrets.choice(range(20000 + WORKER, 32000, WORKERS_AT_MOST))
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
