"""Banks that contestants serve: many questions as long as real ones, ours and for the peers."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.schemas.questions import QuestionOut
from bench.filling import phrases, vocabulary
from models import Database, QuestionVersion, open_engine
from operations.issue_key import issue_key
from seed.load import CONTENT
from tests.processes import ROOT, environment

QUESTIONS = int(os.environ.get("BENCH_BANK_QUESTIONS", "1000"))
FILE = CONTENT / "vanishing-gradients.qmd"
# Words that bring the document of a question to about 3.4 KB.
WORDS = 85
HEAD = 'title: "Vanishing gradients"'
PROMPT_END = "\n\n1. "


def write_files(folder: Path, questions: int, name: str = "question") -> None:
    """Write so many question files: the first question, each with a paragraph of its own."""
    folder.mkdir(parents=True)
    whole, paragraphs = FILE.read_text(), phrases(vocabulary(), WORDS)
    for n in range(questions):
        titled = whole.replace(HEAD, f'title: "Question {n}"\ntags: [training, lot-{n % 10}]', 1)
        text = titled.replace(PROMPT_END, f"\n\n{paragraphs[n % len(paragraphs)]} {n}.\n\n1. ", 1)
        (folder / f"{name}-{n:06}.qmd").write_text(text)


def import_bank(url: str, folder: Path) -> None:
    """Make a database of ours with the questions of a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", "import", str(folder)],
        cwd=ROOT,
        env=environment(DATABASE_URL=url),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The import failed: {done.stdout[-500:]}{done.stderr[-500:]}")


def integration_key(url: str) -> str:
    """A key of an integration, which may post batches."""
    database = Database(open_engine(url))
    _, token = database.write(lambda session: issue_key(session, name="bench", role="integration"))
    database.close()
    return token


def export_bank(url: str, path: Path) -> None:
    """Write what the peers need to know of our questions."""
    engine = open_engine(url)
    with Session(engine) as session:
        published = select(QuestionVersion).where(QuestionVersion.published_at.is_not(None))
        versions = session.scalars(published).all()
        path.write_text(json.dumps([_told(version) for version in versions]))
    engine.dispose()


def _told(version: QuestionVersion) -> dict[str, Any]:
    explanation, document = version.explanation, QuestionOut.of(version)
    assert explanation is not None
    return {
        **document.model_dump(mode="json"),
        "key": [row.option_id for row in version.correct],
        "explanation": {"markdown": explanation.text, "html": explanation.html},
        "references": [
            {"title": row.title, "url": row.url, "note": row.note, "lead": row.lead}
            for row in version.references
        ],
    }
