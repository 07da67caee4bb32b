"""Faults put into a copy of our readers, to see that what looks for faults finds them."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
COPIED = (
    "domain",
    "formats",
    "docs/formats",
    "tests/formats/fuzz",
    "tests/formats/samples",
    "tests/formats/foreign",
)


class Plant(NamedTuple):
    """A mistake that somebody could make: a piece of a file, and what stands there instead."""

    file: str
    right: str
    wrong: str


def plant(folder: Path, plants: Sequence[Plant]) -> None:
    """Copy what is needed to run into the folder, with the faults in it."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
    for path in (ROOT / "tests").rglob("*.py"):
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    for one in plants:
        path = folder / one.file
        source = path.read_text()
        if source.count(one.right) != 1:
            raise LookupError(f"{one.file} has not once: {one.right}")
        path.write_text(source.replace(one.right, one.wrong))


def run_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of the copy."""
    command = [sys.executable, "-P", "-m", *arguments]
    environment = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
