"""The machine that figures come from: its cores, how they are shared, and the versions on it."""

import os
import platform
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from tests.postgres import installed_binaries

LIBRARIES = ("uvicorn", "uvloop", "httptools", "fastapi", "pydantic", "sqlalchemy", "psycopg")

CORES = sorted(os.sched_getaffinity(0))
# One core makes the load, the others serve; on a machine with one core all share it.
APART = len(CORES) > 1
GENERATOR, SERVERS = (CORES[:1], CORES[1:]) if APART else (CORES, CORES)


@contextmanager
def on_cores(cores: list[int]) -> Iterator[None]:
    """Keep this process to some cores, and for good what it starts in the meantime."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def sharing() -> str:
    """How the load generator and the servers share the cores."""
    if not APART:
        return "1 core, which load generator, servers and databases share"
    return (
        f"{len(CORES)} cores: 1 for the load generator, "
        f"{len(SERVERS)} shared by all servers and databases"
    )


def shape() -> Iterator[str]:
    """Cores, memory and versions; nothing that names the machine."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    yield f"{sharing()}; {memory:.0f} GiB of memory; {platform.system()} {platform.machine()}"
    yield f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {_postgresql()}"
    yield ", ".join(f"{name} {version(name)}" for name in LIBRARIES)


def _postgresql() -> str:
    program = installed_binaries() / "postgres"
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return told.stdout.strip()
