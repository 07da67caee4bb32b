"""Load question files, one transaction each, and tell what became of every question."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from domain.problems import Problem
from formats import FORMATS
from models import Database, now
from operations.import_questions import ImportItem, import_questions

CONTENT = Path(__file__).parent / "content"


class DryRun(Exception):
    """Carries the result out of a transaction that must not be committed."""

    def __init__(self, items: tuple[ImportItem, ...]) -> None:
        super().__init__()
        self.items = items


@dataclass(slots=True)
class Load:
    """What became of the questions of a run."""

    items: list[ImportItem] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        """How many questions had each outcome."""
        return Counter(item.outcome for item in self.items)

    @property
    def failed(self) -> bool:
        """Whether any question did not get in."""
        return self.counts["failed"] > 0


def question_files(places: Sequence[Path]) -> Iterator[Path]:
    """The files named, and all question files in the folders named, each once, in stable order."""
    return iter(dict.fromkeys(_found(places)))


def _found(places: Sequence[Path]) -> Iterator[Path]:
    suffixes = {suffix for form in FORMATS.values() for suffix in form.suffixes}
    for place in places:
        if place.is_dir():
            found = (path for path in place.rglob("*") if path.suffix.lower() in suffixes)
            yield from sorted(path for path in found if path.is_file())
        else:
            yield place


def load_files(
    database: Database,
    files: Sequence[Path],
    *,
    dry_run: bool = False,
    on_item: Callable[[ImportItem], None] = lambda item: None,
) -> Load:
    """Load each file in a transaction of its own; a dry run writes nothing and says the same."""
    load, earlier = Load(), dict[str, str]()
    for path in files:
        for item in _load_file(database, path, earlier, dry_run):
            load.items.append(item)
            on_item(item)
    return load


def _load_file(
    database: Database, path: Path, earlier: dict[str, str], dry_run: bool
) -> tuple[ImportItem, ...]:
    source = _shown(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        told = Problem("unreadable_file", f"{error.strerror}.", "Check its name and permissions.")
        return (ImportItem(source, None, "failed", (told,)),)
    work = partial(_work, source=source, data=data, earlier=earlier, dry_run=dry_run)
    try:
        return database.write(work)
    except DryRun as result:
        return result.items


def _shown(path: Path) -> str:
    """A path as a person here would write it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _work(
    session: Session, *, source: str, data: bytes, earlier: dict[str, str], dry_run: bool
) -> tuple[ImportItem, ...]:
    items = import_questions(
        session, source=source, data=data, form=FORMATS["quarto"], at=now(), earlier=earlier
    )
    if dry_run:
        raise DryRun(items)
    return items
