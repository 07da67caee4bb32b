"""Load question files and zips of them, and tell what became of every question."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from formats import SNIFFED, is_question_file, may_hold_questions
from formats.archive import is_shadow
from models import Database
from operations.find_sources import Sources, find_sources
from operations.import_item import ImportItem
from operations.import_sources import Terms, import_sources
from operations.prepare_import import Source
from operations.prepare_many import processes_for

CONTENT = Path(__file__).parent / "content"
ARCHIVE = ".zip"


@dataclass(slots=True)
class Load:
    """What became of the questions of a run: how many had each outcome, and all that is kept."""

    items: list[ImportItem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, item: ImportItem, is_kept: bool = True) -> None:
        """Count a question and keep it, unless there are too many of them for that."""
        self.counts[item.outcome] += 1
        if is_kept:
            self.items.append(item)

    @property
    def failed(self) -> bool:
        """Whether any question did not get in."""
        return self.counts["failed"] > 0


def question_files(places: Sequence[Path]) -> Iterator[Path]:
    """The files named, and all question files in the folders named, each once, in stable order."""
    return iter(dict.fromkeys(_found(places)))


def _found(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from sorted(path for path in place.rglob("*") if _holds_questions(path))
        else:
            yield place


def skipped_files(places: Sequence[Path], files: Iterable[Path]) -> Iterator[Path]:
    """The files in the folders named that are not among these, without hidden folders."""
    taken = set(files)
    for place in filter(Path.is_dir, places):
        for path in sorted(place.rglob("*")):
            is_hidden = any(one.startswith(".") for one in path.relative_to(place).parts[:-1])
            is_work = path.is_file() and not is_hidden and not is_shadow(str(path))
            if is_work and path not in taken:
                yield path


def _holds_questions(path: Path) -> bool:
    if is_shadow(str(path)) or not is_question_file(path.name) or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return may_hold_questions(path.name, file.read(SNIFFED))
    except OSError:
        return True  # to be told why it cannot be read


def load_files(
    database: Database,
    files: Sequence[Path],
    *,
    terms: Terms | None = None,
    on_item: Callable[[ImportItem], None] = lambda item: None,
    on_files: Callable[[int, int], None] = lambda done, total: None,
    keeps_items: bool = True,
) -> Load:
    """Load the files, told one by one and, part after part, by how many there are.

    A dry run writes nothing and says the same. Without ``keeps_items`` questions are only
    counted, so that a large file needs no more memory than a small one.
    """
    terms = terms or Terms()
    load, sources = Load(), [_sources(path, terms.form) for path in files]
    total = sum(map(len, sources))
    parts = import_sources(
        database.write,
        chain.from_iterable(sources),
        terms=terms,
        processes=processes_for(total) if all(one.may_be_divided for one in sources) else 0,
    )
    with _spared_from_the_search():
        for part in parts:
            for item in part.items:
                load.add(item, keeps_items)
                on_item(item)
            on_files(part.first + part.files, total)
    return load


@contextmanager
def _spared_from_the_search() -> Iterator[None]:
    """Leave what is there already out of the search for garbage: it takes 0.1 s each time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _sources(path: Path, form: str) -> Sources:
    """A file as it is, to be read where it is parsed; a zip is read now."""
    name = _shown(path)
    if path.suffix.lower() != ARCHIVE or not path.is_file():
        return Sources(Source(name, path))
    return find_sources(name, path.read_bytes(), folder=f"{name}/", form=form)


def _shown(path: Path) -> str:
    """A path as a person here would write it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
