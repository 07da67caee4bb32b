"""Turn question files into a file of another format, without a bank."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from domain.questions import Draft
from formats import Format
from formats.archive import is_archive
from formats.illustrating import Stored
from formats.writing import Written, write_file, write_package
from operations.find_sources import find_sources
from operations.prepare_import import Prepared, Source, prepare_source

ARCHIVE = ".zip"


def convert_questions(
    source: Path, target: Path, *, form: str, to: Format
) -> tuple[list[Written], list[Prepared]]:
    """Write to the target what the source holds: what became of each question, and how it was read.

    The target is a zip where its name says so, else one file. A question that cannot be read is
    not written; its entry says why.
    """
    read: list[Prepared] = []
    pictures: dict[str, Stored] = {}  # of the question that is written
    drafts = _drafts(source, form, read, pictures)
    write = write_package if target.suffix.lower() == ARCHIVE else write_file
    with target.open("wb") as out:
        return list(write(to, drafts, out, pictures.get)), read


def _drafts(
    source: Path, form: str, read: list[Prepared], pictures: dict[str, Stored]
) -> Iterator[Draft]:
    for one in _sources(source, form):
        for prepared in prepare_source(one, form):
            read.append(replace(prepared, pictures=()))
            pictures.clear()
            pictures |= {each.name: Stored(each.content, each.file) for each in prepared.pictures}
            if prepared.draft is not None:
                yield prepared.draft


def _sources(path: Path, form: str) -> Iterator[Source]:
    with path.open("rb") as file:
        packed = is_archive(file.read(4))
    if packed:
        yield from find_sources(path.name, path.read_bytes(), form=form)
    else:
        yield Source(path.name, path)
