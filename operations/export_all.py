"""Write every published question as a file of a folder that seeds an empty bank."""

import os
import shutil
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from formats import FORMATS, File
from formats.illustrating import Illustrator
from formats.writing import Written
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
    illustrator = Illustrator(FORM, partial(find_stored, session), is_packed=True)
    for draft in drafts_for_export(session, (), ()):
        rendered, _, pictures = illustrator.write(draft)
        if rendered.content is not None:
            (part / f"{draft.slug}{FORM.suffixes[0]}").write_bytes(rendered.content)
            _write_pictures(part, pictures)
        yield Written(draft.slug or "", rendered.content is not None, rendered.losses)
    os.replace(part, folder)


def _write_pictures(folder: Path, pictures: Iterable[File]) -> None:
    for picture in pictures:
        path = folder / picture.name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture.content)


def count_left_out(session: Session) -> int:
    """How many questions no learner gets: drafts that were never published, and retired ones."""
    left_out = Question.deleted_at.is_(None) & ~Question.is_listed()
    return session.scalar(select(func.count()).select_from(Question).where(left_out)) or 0
