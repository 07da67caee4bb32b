"""What is measured: our service and its peers, each started with one worker on loopback."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
from sqlalchemy.engine import make_url

from bench.machine import SERVERS, on_cores
from bench.usage import cpu_seconds_of, parent_of, peak_mib_of, resident_mib_of
from settings import Settings
from tests.postgres import running_postgres
from tests.processes import ROOT, environment, free_port

PEERS = ROOT / "bench" / "peers"
PEER_PYTHON = ROOT / ".made" / "bench-venv" / "bin" / "python"
LONGEST_START = 60.0
UNTHROTTLED = {
    "QUESTIONS_RATE_LIMIT": "off",
    "QUESTIONS_RATE_LIMIT_PUBLIC": "off",
    "QUESTIONS_LOG_LEVEL": "WARNING",
}
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 100000000; sendfile on; open_file_cache max=10;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{
        listen 127.0.0.1:{port};
        root {folder}; default_type application/json;
        location = /v1/questions {{ try_files /page =404; }}
        location / {{ try_files /question =404; }}
    }}
}}
"""


@dataclass(frozen=True)
class Contestant:
    """How to start a server; ``missing`` says why it cannot be."""

    name: str
    command: Sequence[str] = ()
    port: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    database: int | None = None  # the process of a PostgreSQL server that works for it
    missing: str = ""


@dataclass(frozen=True)
class Running:
    """A contestant that answers."""

    name: str
    port: int
    pid: int
    database: int | None

    def cpu_seconds(self) -> float:
        """User and system time of the server's own processes so far."""
        return cpu_seconds_of(self.pid)

    def database_seconds(self) -> float:
        """The same of all processes of its PostgreSQL server; 0 without one."""
        return cpu_seconds_of(self.database) if self.database else 0.0

    def resident_mib(self) -> float:
        """Memory of the server's own processes now."""
        return resident_mib_of(self.pid)

    def peak_mib(self) -> float:
        """The most memory of the server's own processes so far."""
        return peak_mib_of(self.pid)


@contextmanager
def started(contestant: Contestant, path: str, folder: Path) -> Iterator[Running]:
    """Start it on the servers' cores until it answers ``path``; end it afterwards."""
    output = folder / f"{contestant.name.replace(' ', '-')}.txt"
    with on_cores(SERVERS), output.open("wb") as sink:
        process = subprocess.Popen(
            contestant.command,
            env=environment(PYTHONPATH=str(ROOT), **contestant.settings),
            cwd=folder,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(process, f"http://127.0.0.1:{contestant.port}{path}", output)
        yield Running(contestant.name, contestant.port, process.pid, contestant.database)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, output: Path) -> None:
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"It did not start: {output.read_text()[-1000:]}")


@contextmanager
def durable_postgres(**changes: str) -> Iterator[str]:
    """The URL of a PostgreSQL server on the servers' cores that syncs each commit to the disk.

    ``changes`` are configuration parameters that it gets besides.
    """
    with ExitStack() as stack:
        with on_cores(SERVERS):
            url = stack.enter_context(running_postgres(fsync="on", **changes))
        _wait_until_started(url)
        yield url


def _wait_until_started(url: str) -> None:
    """The server takes connections before it serves them, since its start is synced too."""
    deadline = time.monotonic() + LONGEST_START
    while True:
        try:
            psycopg.connect(plain(url)).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def plain(url: str) -> str:
    """The URL as PostgreSQL's own programs read it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def new_database(server: str, name: str) -> str:
    """Make an empty database of a PostgreSQL server; its URL."""
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def server_process(url: str) -> int | None:
    """The main process of the PostgreSQL server on this machine; none for SQLite."""
    if not url.startswith("postgresql"):
        return None
    with psycopg.connect(plain(url)) as connection:
        return parent_of(connection.info.backend_pid)


def ours(url: str, name: str = "ours", **settings: str) -> Contestant:
    """Our service on a database that is set up, without rate limits."""
    command = (sys.executable, "-m", "cli", "serve", "--port", str(port := free_port()))
    stated = UNTHROTTLED | {"DATABASE_URL": url} | settings
    return Contestant(name, command, port, stated, server_process(url))


def ours_uncached(url: str) -> Contestant:
    """The same with the response cache off."""
    if "response_cache_bytes" not in Settings.model_fields:
        return Contestant("ours uncached", missing="this version has no response cache")
    return ours(url, "ours uncached", QUESTIONS_RESPONSE_CACHE_BYTES="0")


def bare(bodies: Path) -> Contestant:
    """An application of uvicorn that answers the bytes of a folder's ``question`` or ``page``."""
    command = (sys.executable, *_uvicorn("bench.bare:app", port := free_port()))
    return Contestant("bare uvicorn", command, port, {"BARE_BODIES": str(bodies)})


def peer(module: str, url: str, bank: Path) -> Contestant:
    """A peer of ``bench/peers``, which sets its database up by itself."""
    name = module.replace("_sqlalchemy", " peer")
    if not PEER_PYTHON.exists():
        return Contestant(name, missing="its packages are not installed; `make bench` does that")
    driver = url.replace("sqlite://", "sqlite+aiosqlite://")
    command = (
        str(PEER_PYTHON),
        *_uvicorn(f"{module}:app", port := free_port()),
        "--app-dir",
        str(PEERS),
    )
    settings = {"DATABASE_URL": driver, "PEER_BANK": str(bank)}
    return Contestant(name, command, port, settings, server_process(url))


def nginx(bodies: Path) -> Contestant:
    """nginx with the same bytes as static files."""
    if not (program := os.environ.get("BENCH_NGINX") or shutil.which("nginx")):
        return Contestant("nginx", missing="nginx is not installed")
    configuration = bodies / "nginx.conf"
    port = free_port()
    configuration.write_text(NGINX.format(folder=bodies, port=port))
    return Contestant("nginx", (program, "-c", str(configuration)), port)


def _uvicorn(app: str, port: int) -> tuple[str, ...]:
    return ("-m", "uvicorn", app, "--port", str(port), "--no-access-log", "--log-level", "warning")
