"""Read a question file and make all that needs no database: done in any process, for many at once.

What comes out holds plain values only, so that it can go from one process to another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from domain.completeness import advice, completeness
from domain.problems import Problem
from domain.questions import Draft, content_hash, is_slug, slug_from
from formats import Format, Parsed, find_format
from operations.draft_rows import DraftRows, draft_rows, first_ids


@dataclass(frozen=True, slots=True)
class Source:
    """One file of an import: its name, and its bytes, its place, or why it cannot be read."""

    name: str
    content: bytes | Path | Problem


@dataclass(frozen=True, slots=True)
class Prepared:
    """One question of a file, as far as it can be judged without a database.

    ``place`` tells it apart from the others of the run. ``rows`` are what it is as a new question;
    without them, ``fits`` says whether there is a complete draft all the same.
    """

    source: str
    place: str
    draft: Draft | None
    problems: tuple[Problem, ...]
    fits: bool = False
    rows: DraftRows | None = None

    @property
    def slug(self) -> str | None:
        """The name that the question asks for, where it could be read."""
        return self.draft.slug if self.draft else None


def prepare_sources(
    sources: Sequence[Source], form: str = "auto", tag: str | None = None
) -> tuple[Prepared, ...]:
    """All questions of these files with their rows, ready to be written."""
    return tuple(
        _with_rows(each) for source in sources for each in _prepare_source(source, form, tag)
    )


def prepare(source: str, data: bytes, form: Format, tag: str | None = None) -> tuple[Prepared, ...]:
    """The questions of one file, read and judged."""
    found = form.parse(data)
    places = (
        [source] if len(found) == 1 else [f"{source}, question {n + 1}" for n in range(len(found))]
    )
    return tuple(
        _judge(source, place, each, tag) for place, each in zip(places, found, strict=True)
    )


def _prepare_source(source: Source, form: str, tag: str | None) -> tuple[Prepared, ...]:
    content = _read(source.content) if isinstance(source.content, Path) else source.content
    if isinstance(content, Problem):
        return (Prepared(source.name, source.name, None, (content,)),)
    return prepare(source.name, content, find_format(form, source.name), tag)


def _read(path: Path) -> bytes | Problem:
    try:
        return path.read_bytes()
    except OSError as error:
        return Problem("unreadable_file", f"{error.strerror}.", "Check its name and permissions.")


def _judge(source: str, place: str, found: Parsed, tag: str | None) -> Prepared:
    if found.draft is None:
        return Prepared(source, place, None, found.problems)
    draft = replace(
        found.draft,
        slug=found.draft.slug or _slug_of(source, found.draft),
        extra=dict(found.draft.extra),  # the read-only view of a parser cannot leave its process
        tags=tuple(dict.fromkeys((*found.draft.tags, *_also(tag)))),
    )
    faults = completeness(draft)
    problems = (*found.problems, *(faults or advice(draft)))
    return Prepared(source, place, draft, problems, fits=not faults)


def _also(tag: str | None) -> Iterator[str]:
    if tag is not None:
        yield tag


def _with_rows(prepared: Prepared) -> Prepared:
    if not prepared.fits or prepared.draft is None:
        return prepared
    return replace(prepared, rows=draft_rows(prepared.draft, first_ids(prepared.draft)))


def _slug_of(source: str, draft: Draft) -> str:
    """A slug from the file's name; from its folder's where the name says nothing."""
    path = PurePath(source)
    names = [path.parent.name, draft.title] if path.stem in {"index", "_index"} else [path.stem]
    slugs = (slug_from(name) for name in (*names, draft.title))
    return next(filter(is_slug, slugs), f"question-{content_hash(draft)[:8]}")
