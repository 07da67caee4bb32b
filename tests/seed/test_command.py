"""``python -m seed`` as a person runs it: in a pipe, on a terminal, again, and on a bad file."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from models import Database, Question, open_engine
from settings import ROOT
from tests.factories import SEED_FILE
from tests.processes import environment

SEED = SEED_FILE.read_text()
SHOWN = SEED_FILE.relative_to(ROOT)


def seed(*arguments: str | Path, url: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "seed", *arguments],
        cwd=ROOT,
        env=environment(DATABASE_URL=url),
        capture_output=True,
        text=True,
        check=False,
    )


def versions(url: str) -> dict[str, int]:
    """How many versions each question has."""
    database = Database(open_engine(url))
    with database.read() as session:
        questions = session.scalars(select(Question)).all()
        counted = {question.slug: len(question.versions) for question in questions}
    database.close()
    return counted


def test_the_bank_is_made_filled_left_alone_and_revised(empty_url: str, tmp_path: Path) -> None:
    first = seed(url=empty_url)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == f"created   vanishing-gradients  ({SHOWN})\n1 created\n"
    again = seed(url=empty_url)
    assert again.stdout == f"unchanged vanishing-gradients  ({SHOWN})\n1 unchanged\n"

    edited = tmp_path / "vanishing-gradients.qmd"
    edited.write_text(SEED.replace("is not doing great", "does badly"))
    dry = seed(edited, "--dry-run", url=empty_url)
    assert (dry.returncode, versions(empty_url)) == (0, {"vanishing-gradients": 1})
    assert dry.stdout.endswith("1 updated (dry run: nothing was written)\n")
    real = seed(edited, url=empty_url)
    assert (real.returncode, versions(empty_url)) == (0, {"vanishing-gradients": 2})
    assert real.stdout.endswith("1 updated\n")
    assert "  prompt: + Kaylee's model does badly.\n" in real.stdout


def test_the_good_files_of_a_folder_are_loaded_beside_the_bad(own_url: str, tmp_path: Path) -> None:
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "bad.qmd").write_bytes(b"\xff\xfe no question")
    (tmp_path / "q" / "good.qmd").write_text(SEED)
    done = seed(tmp_path / "q", tmp_path / "missing.qmd", url=own_url)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.endswith("1 created, 2 failed\n")
    assert versions(own_url) == {"good": 1}


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://x/y", "DATABASE_URL should begin with sqlite:// or postgresql://"),
        ("postgresql://me:hunter2@127.0.0.1:1/x", "me:***@127.0.0.1:1/x cannot be used"),
    ],
)
def test_an_unusable_database_is_one_line(url: str, told: str) -> None:
    done = seed(url=url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert told in done.stderr
    assert "hunter2" not in done.stderr


def test_a_terminal_gets_a_progress_bar_that_goes_away(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "seed"],
        cwd=ROOT,
        env=environment(DATABASE_URL=f"sqlite:///{tmp_path / 'bank.db'}", TERM="xterm"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while block := os.read(ours, 4096):
            shown += block
    except OSError:  # the other side is closed: all is read
        pass
    os.close(ours)
    assert process.wait(timeout=30) == 0
    assert b"Loading" in shown
    assert b"\x1b[2K" in shown
    assert b"created   vanishing-gradients" in shown
    assert shown.endswith(b"1 created\r\n")
