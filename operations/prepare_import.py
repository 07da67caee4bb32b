"""Read a question file and make all that needs no database: done in any process, for many at once.

What comes out holds plain values only, so that it can go from one process to another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from io import BytesIO
from itertools import chain
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from domain.completeness import advice, completeness
from domain.losses import Loss
from domain.pictures import Picture
from domain.problems import Problem
from domain.questions import Draft, content_hash, is_slug, slug_from
from formats import AUTO, SNIFFED, Format, Parsed, find_format
from formats.pictures.lines import Lines
from formats.pictures.shelf import Beside, Shelf, nothing
from operations.distinct_slugs import Slugs
from operations.draft_rows import DraftRows, draft_rows, first_ids
from operations.picture_texts import Place, illustrate

EMPTY = Problem("no_questions", "The file holds no question.", "Check that it is the right file.")
UNKNOWN = Problem(
    "unknown_format",
    "The file is of no format that is read here.",
    "Name its format, or convert it.",
)


class Unreadable(Exception):
    """A file of which nothing can be read, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Source:
    """One file of an import: its name, and its bytes, its place, or why it cannot be read.

    ``losses`` are of files beside it in its archive, that hold no questions. ``folder`` is where
    it lies there; ``shelf`` has the pictures that are beside it, for a place on a disk by itself.
    """

    name: str
    content: bytes | Path | Problem
    losses: tuple[Loss, ...] = ()
    folder: str = ""
    shelf: Shelf | None = None

    def pictures(self) -> Shelf:
        """Where its pictures lie."""
        if self.shelf is not None:
            return self.shelf
        is_file = isinstance(self.content, Path)
        return Shelf(Beside(self.content.parent) if is_file else nothing)  # type: ignore[union-attr]


@dataclass(frozen=True, slots=True)
class Prepared:
    """One question of a file, as far as it can be judged without a database.

    ``place`` tells it apart from the others of the run. ``rows`` are what it is as a new question;
    without them, ``fits`` says whether there is a complete draft all the same. ``pictures`` came
    with it; ``wanted`` has by their names what is told of others if the bank lacks them.
    """

    source: str
    place: str
    draft: Draft | None
    problems: tuple[Problem, ...]
    losses: tuple[Loss, ...] = ()
    fits: bool = False
    rows: DraftRows | None = None
    pictures: tuple[Picture, ...] = ()
    wanted: Mapping[str, Problem] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, str]:
        """What its pictures were called, by their names."""
        return {one.name: one.file for one in self.pictures}

    @property
    def slug(self) -> str | None:
        """The name that the question asks for, where it could be read."""
        return self.draft.slug if self.draft else None

    def as_document(self) -> dict[str, Any]:
        """What was read and what was not, as plain values."""
        return {
            "source": self.place,
            "slug": self.slug,
            "problems": [asdict(problem) for problem in self.problems],
            "losses": [asdict(loss) for loss in self.losses],
        }


def prepare_sources(
    sources: Sequence[Source], form: str = AUTO, tag: str | None = None
) -> tuple[Prepared, ...]:
    """All questions of these files with their rows, ready to be written."""
    return tuple(prepare_each(sources, form, tag))


def prepare_each(
    sources: Sequence[Source], form: str = AUTO, tag: str | None = None
) -> Iterator[Prepared]:
    """The same, one by one, so that a large file need not be held as a whole."""
    for source in sources:
        yield from map(_with_rows, prepare_source(source, form, tag))


def prepare(
    source: str, stream: BinaryIO, form: Format, tag: str | None = None, at: Place | None = None
) -> Iterator[Prepared]:
    """The questions of one file, read and judged one by one; a file comes alone unless ``at``."""
    found, at = form.parse(stream), at or Place()
    first, second = next(found, None), next(found, None)
    if first is None:
        yield Prepared(source, source, None, (EMPTY,))
    elif second is None:
        yield _judge(source, source, first, tag, at)
    else:
        slugs = Slugs()
        for number, each in enumerate(chain((first, second), found), 1):
            yield _judge(source, f"{source}, question {number}", each, tag, at, slugs)


def prepare_source(source: Source, form: str = AUTO, tag: str | None = None) -> Iterator[Prepared]:
    """The questions of one file, whatever it is; a file that cannot be read says why.

    The first tells what was beside the file in its archive.
    """
    losses = source.losses
    for each in _prepare_source(source, form, tag):
        yield replace(each, losses=(*losses, *each.losses)) if losses else each
        losses = ()


def _prepare_source(source: Source, form: str, tag: str | None) -> Iterator[Prepared]:
    try:
        with _open(source.content) as stream:
            head = stream.read(SNIFFED)
            stream.seek(0)
            chosen = find_format(form, source.name, head)
            if chosen is None:
                raise Unreadable(UNKNOWN)
            content = source.content if not isinstance(source.content, Problem) else None
            at = Place(source.folder, source.pictures(), Lines(content))
            yield from prepare(source.name, stream, chosen, tag, at)
    except Unreadable as error:
        yield Prepared(source.name, source.name, None, (error.problem,))


def _open(content: bytes | Path | Problem) -> BinaryIO:
    if isinstance(content, Problem):
        raise Unreadable(content)
    try:
        return content.open("rb") if isinstance(content, Path) else BytesIO(content)
    except OSError as error:
        cure = "Check its name and permissions."
        raise Unreadable(Problem("unreadable_file", f"{error.strerror}.", cure)) from None


def _judge(
    source: str,
    place: str,
    found: Parsed,
    tag: str | None,
    at: Place,
    slugs: Slugs | None = None,
) -> Prepared:
    if found.draft is None:
        return Prepared(source, place, None, found.problems, found.losses)
    shown = illustrate(found.draft, at, found.media)
    draft = _named(shown.draft, source, tag, slugs)
    told = tuple(shown.problems.values())
    faults = completeness(draft)
    fits = not faults and all(one.severity == "warning" for one in told)
    return Prepared(
        source,
        place,
        draft,
        (*found.problems, *told, *(_advice(draft) if fits else faults)),
        found.losses,
        fits=fits,
        pictures=tuple(shown.pictures.values()),
        wanted=shown.wanted,
    )


def _advice(draft: Draft) -> Iterator[Problem]:
    """What to look at; each relative picture was looked for, and is told of if it was not found."""
    yield from (one for one in advice(draft) if one.code != "relative_picture")


def _named(draft: Draft, source: str, tag: str | None, slugs: Slugs | None) -> Draft:
    """The draft with a slug and the tag, and without the read-only view of a parser.

    Such a view cannot leave its process.
    """
    tags = tuple(dict.fromkeys((*draft.tags, *_also(tag))))
    if draft.slug and tags == draft.tags and isinstance(draft.extra, dict):
        return draft
    slug = draft.slug or _slug_of(source, draft, slugs)
    return replace(draft, slug=slug, tags=tags, extra=dict(draft.extra))


def _also(tag: str | None) -> Iterator[str]:
    if tag is not None:
        yield tag


def _with_rows(prepared: Prepared) -> Prepared:
    if not prepared.fits or prepared.draft is None:
        return prepared
    rows = draft_rows(prepared.draft, first_ids(prepared.draft), prepared.files)
    return replace(prepared, rows=rows)


def _slug_of(source: str, draft: Draft, slugs: Slugs | None) -> str:
    """A slug from the file's name; from its folder's where the name says nothing.

    A file with several questions names none of them; then the title does, and ``slugs`` tells
    apart those whose titles are alike.
    """
    path = PurePath(source if slugs is None else "index")
    names = [path.parent.name, draft.title] if path.stem in {"index", "_index"} else [path.stem]
    made = (slug_from(name) for name in (*names, draft.title))
    slug = next(filter(is_slug, made), f"question-{content_hash(draft)[:8]}")
    return slug if slugs is None else slugs.distinct(slug, draft)
