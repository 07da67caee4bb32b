"""An import of many files, killed at random moments and repeated: does anything double or lack?"""

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.imports import TABLES, write_files
from tests.processes import ROOT, environment

FILES = int(os.environ.get("BENCH_KILL_FILES", "10000"))
KILLS = 20


def figures() -> Iterator[str]:
    """How often it was killed, and in how many tables it differs from an undisturbed run."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        write_files(place / "questions", FILES)
        started = time.perf_counter()
        _start(place, "whole").wait()
        longest = time.perf_counter() - started
        killed = sum(_kill(place, longest) for _ in range(KILLS))
        _start(place, "killed").wait()
        whole, mended = _rows(place / "whole.db"), _rows(place / "killed.db")
    differing = [table for table in TABLES if whole[table] != mended[table]]
    yield f"{killed:8} times killed while importing {FILES:,} files on sqlite"
    yield f"{len(differing):8} tables with other rows than after an undisturbed import"


def _start(place: Path, bank: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "import", str(place / "questions")],
        cwd=ROOT,
        env=environment(DATABASE_URL=f"sqlite:///{place}/{bank}.db"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _kill(place: Path, longest: float) -> bool:
    """Start it and kill it at any moment; whether it was still running then."""
    process = _start(place, "killed")
    time.sleep(random.uniform(0, longest / 2))  # noqa: S311 - no secret
    process.kill()
    return process.wait() != 0


def _rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The texts of each table without ids and moments, in order."""
    said = {"question": "slug", "question_version": "prompt_html, content_hash", "tag": "tag"}
    said |= {"question_search": "prompt, options", "correct_set": "option_id", "reference": "url"}
    said |= {"option": "option_id, position, html", "explanation": "html"}
    with closing(sqlite3.connect(path)) as bank:
        return {
            table: bank.execute(
                f'SELECT {columns} FROM "{table}" ORDER BY {columns}'  # noqa: S608 - our names
            ).fetchall()
            for table, columns in said.items()
        }
