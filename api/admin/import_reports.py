"""What the pages tell of imports: how far they are, what became of each question."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import groupby, islice
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.revisions import Span, Spans
from domain.side_by_side import one_beside_other
from models import ImportJob, ImportPart
from operations.import_item import ImportItem
from operations.run_import_job import read_part

PAGE = 50  # questions
Shown = Literal["created", "updated", "unchanged", "failed", "noted"]
_CHANGE = re.compile(r"(?P<part>.*?): (?P<sign>[-+]) (?P<text>.*)", re.DOTALL)

Mark = tuple[int, int]  # the first file of a part, and the place of a question in it


class Counts(NamedTuple):
    """How many files are done, and how many questions had each outcome."""

    files: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    noted: int = 0

    @property
    def questions(self) -> int:
        """How many questions were looked at."""
        return self.created + self.updated + self.unchanged + self.failed


class Change(NamedTuple):
    """What a part of a question said before, and what it says now: lines of words."""

    part: str
    before: list[Spans]
    now: list[Spans]


def counts_of(session: Session, jobs: Sequence[ImportJob]) -> dict[UUID, Counts]:
    """The counts of some imports, by their ids."""
    rows = session.execute(ImportPart.sums(job.id for job in jobs)).all() if jobs else []
    counted = {row.job_id: Counts(*(getattr(row, name) for name in Counts._fields)) for row in rows}
    return {job.id: Counts() for job in jobs} | counted


def page_of_items(
    session: Session, job: ImportJob, shown: Shown | None, after: Sequence[int] | None
) -> tuple[list[ImportItem], Mark | None]:
    """The questions of a page, in the order of the files, and the mark of the last one if more
    follow. Parts are read one by one, and only those that have such questions.
    """
    parts = select(ImportPart).where(ImportPart.job_id == job.id).order_by(ImportPart.first)
    mark: Mark = (after[0], after[1]) if after else (0, -1)
    parts = parts.where(ImportPart.first >= mark[0])
    if shown:
        parts = parts.where(getattr(ImportPart, shown) > 0)
    with closing(session.scalars(parts.execution_options(yield_per=1))) as rows:
        found = (
            ((part.first, place), item)
            for part in rows
            for place, item in enumerate(read_part(part).items)
            if (part.first, place) > mark and _is_shown(item, shown)
        )
        page = list(islice(found, PAGE + 1))
    items = [item for _, item in page[:PAGE]]
    return items, page[PAGE - 1][0] if len(page) > PAGE else None


def _is_shown(item: ImportItem, shown: Shown | None) -> bool:
    return shown is None or (item.is_noted if shown == "noted" else item.outcome == shown)


def changes_of(item: ImportItem) -> Iterator[Change]:
    """What is different now, part by part, with the words that are."""
    found = [match for line in item.changes if (match := _CHANGE.fullmatch(line))]
    for part, matches in groupby(found, lambda match: match["part"]):
        lines: dict[str, list[str]] = {"-": [], "+": []}
        for match in matches:
            lines[match["sign"]].append(match["text"])
        yield _change(part, lines["-"], lines["+"])


def _change(part: str, before: list[str], now: list[str]) -> Change:
    """The lines with the words marked that the other side has not, where lines can be paired."""
    if len(before) != len(now):
        return Change(part, _whole(before), _whole(now))
    pairs = [one_beside_other(*lines) for lines in zip(before, now, strict=True)]
    return Change(part, [old for old, _ in pairs], [new for _, new in pairs])


def _whole(lines: list[str]) -> list[Spans]:
    return [(Span("same", line),) for line in lines]
