"""Write every published question as a file of a folder that seeds an empty bank."""

import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from formats import FORMATS
from formats.writing import Written, render_each
from models import Question
from operations.export_questions import drafts_for_export
from operations.find_picture import find_stored

FORM = FORMATS["quarto"]


def export_all(session: Session, folder: Path) -> Iterator[Written]:
    """Write the folder, each question told when it is written; it appears when it is whole.

    Equal banks give equal files. Raises :class:`FileExistsError` if the folder holds anything.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(17, "it is not empty", str(folder))
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    drafts, find = drafts_for_export(session, (), ()), partial(find_stored, session)
    for written, files in render_each(FORM, drafts, find, is_packed=True):
        for file in files:
            path = part / file.name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(file.content)
        yield written
    os.replace(part, folder)


def count_left_out(session: Session) -> int:
    """How many questions no learner gets: drafts that were never published, and retired ones."""
    left_out = Question.deleted_at.is_(None) & ~Question.is_listed()
    return session.scalar(select(func.count()).select_from(Question).where(left_out)) or 0
