"""Programs that tests of the element need: found, or installed where that is allowed."""

import fcntl
import filecmp
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest

from tests.processes import ROOT

PACKAGES = {"chromium": "chromium", "node": "nodejs", "npm": "npm"}
INSTALL = "apt-get update && apt-get install --yes --no-install-recommends chromium nodejs npm"
OLDEST_NODE = 20  # that runs the DOM of the unit tests
ELEMENT = ROOT / "clients" / "element"
PLACE = ROOT / ".cache" / "element"
LOCK = ROOT / ".cache" / "installing"
TRIED = ROOT / ".cache" / "tried"
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))


def program(name: str) -> str:
    """The path of a program; the test is skipped, with the cure, where it cannot be had."""
    found = shutil.which(name) or (_install() and shutil.which(name))
    if not found:
        pytest.skip(f"{name} is missing. As root: {INSTALL}")
    return found


@contextmanager
def _alone() -> Iterator[None]:
    """Wait while another worker installs."""
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed
        yield


@cache
def _install() -> bool:
    """Install what is missing, as root on Debian; once, however many tests and workers miss it."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    options = ["--yes", "--quiet", "--no-install-recommends"]
    with _alone():
        missing = [package for name, package in PACKAGES.items() if not shutil.which(name)]
        if missing and not (TRIED.exists() and TRIED.read_text() == RUN):
            TRIED.write_text(RUN)
            _apt_get("update", "--quiet")
            _apt_get("install", *options, *missing)
    return True


def _apt_get(*command: str) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with suppress(subprocess.TimeoutExpired):  # where nothing can be fetched
        subprocess.run(
            ["apt-get", *command], check=False, env=quiet, capture_output=True, timeout=120
        )


def node() -> str:
    """The path of a node that is new enough."""
    path = program("node")
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.match(r"v(\d+)", told)
    if version is None or int(version[1]) < OLDEST_NODE:
        pytest.skip(f"node {told.strip()} is too old: {OLDEST_NODE} or later is needed")
    return path


@cache
def element_folder() -> Path:
    """A copy of the element's package with the libraries its tests need; installed if need be."""
    npm, lock = program("npm"), (ELEMENT / "package-lock.json").read_bytes()
    with _alone():
        shutil.copytree(ELEMENT, PLACE, copy_function=_copy, dirs_exist_ok=True)
        _install_libraries(npm, lock)
    return PLACE


def _copy(source: str, target: str) -> None:
    """Copy a file, unless it is there: another worker may be reading it."""
    if not Path(target).exists() or not filecmp.cmp(source, target, shallow=False):
        shutil.copy(source, target)


def _install_libraries(npm: str, lock: bytes) -> None:
    installed = PLACE / "installed.json"
    if not installed.exists() or installed.read_bytes() != lock:
        command = [npm, "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=PLACE, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        installed.write_bytes(lock)
