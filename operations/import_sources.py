"""An import from its first file to its last: chunk by chunk, each in one transaction."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from sqlalchemy.orm import Session

from domain.access import Caller
from formats import AUTO
from models import now
from operations.import_item import ImportItem
from operations.import_many import import_many
from operations.import_questions import refusal
from operations.note_import import note_import
from operations.prepare_import import Prepared, Source
from operations.prepare_many import prepare_many

CHUNK = 100  # files; a writer holds others up for as long as a chunk of them takes
PIECE = 1000  # questions of a chunk, where nothing is kept of it: as many are held in memory

Items = tuple[ImportItem, ...]
# Runs work in one transaction and commits it, as ``Database.write`` does.
Write = Callable[[Callable[[Session], Items]], Items]


@dataclass(frozen=True, slots=True)
class Terms:
    """How to import: the format's name or ``auto``, a tag for all, whether only to look; who."""

    form: str = AUTO
    tag: str | None = None
    dry_run: bool = False
    by: Caller | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What became of some files of a run, the ``first`` of which has this number, from 0.

    ``files`` is 0 where more questions of the same files follow.
    """

    first: int
    files: int
    items: tuple[ImportItem, ...]


# Called inside of the transaction that writes the part.
Keep = Callable[[Session, Part], None]


def import_sources(
    write: Write,
    sources: Iterable[Source],
    *,
    terms: Terms,
    processes: int = 0,
    done: Sequence[Part] = (),
    keep: Keep | None = None,
) -> Iterator[Part]:
    """Read the files and import them, part after part: see :func:`import_prepared`."""
    chunks = prepare_many(
        _chunks(sources),
        form=terms.form,
        tag=terms.tag,
        processes=processes,
        most=None if keep else PIECE,
    )
    return import_prepared(write, chunks, terms=terms, done=done, keep=keep)


def import_prepared(
    write: Write,
    chunks: Iterable[tuple[int, tuple[Prepared, ...]]],
    *,
    terms: Terms,
    done: Sequence[Part] = (),
    keep: Keep | None = None,
) -> Iterator[Part]:
    """Import chunk after chunk, each so many files; a dry run writes nothing and says the same.

    A question is written wholly or not at all, and the run can be repeated after any crash. With
    the parts that an earlier run has ``done``, which come out empty, it goes on behind them.
    """
    claims, first, behind = _claims(done), 0, edge_of(done)
    for files, prepared in chunks:
        if first < behind:
            for one in prepared:
                refusal(one, claims)
            yield Part(first, files, ())
        else:
            yield _import(write, Part(first, files, ()), prepared, claims, terms, keep)
        first += files


def edge_of(done: Iterable[Part]) -> int:
    """How many files the parts cover."""
    return max((part.first + part.files for part in done), default=0)


def _chunks(sources: Iterable[Source]) -> Iterator[tuple[Source, ...]]:
    left = iter(sources)
    while chunk := tuple(islice(left, CHUNK)):
        yield chunk


def _claims(done: Iterable[Part]) -> dict[str, str]:
    """The names of questions that were found by other names than their files have."""
    return {
        f"slug: {item.slug}": item.source
        for part in done
        for item in part.items
        if item.outcome in {"updated", "unchanged"}
    }


def _import(
    write: Write,
    part: Part,
    prepared: Sequence[Prepared],
    claims: dict[str, str],
    terms: Terms,
    keep: Keep | None,
) -> Part:
    def work(session: Session) -> Items:
        at = now()
        items = import_many(session, prepared=prepared, at=at, claims=claims, dry_run=terms.dry_run)
        if keep:
            keep(session, replace(part, items=items))
        if not terms.dry_run:
            note_import(session, items=items, by=terms.by, at=at)
        return items

    return replace(part, items=write(work))
