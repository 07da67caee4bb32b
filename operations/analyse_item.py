"""Tell what the stored answers to a question say about it. Stores nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from domain.statistics import Answered, ItemStatistics, Tally, describe
from models import ItemTally, QuestionVersion, Submission
from models.item_tally import TallyValues, appended_grades, counted_answers
from operations.find_version import find_version

ROWS_AT_ONCE = 10_000
WORTH_KEEPING = 10_000  # answers: to count so many takes less than 0.1 s
# What is kept is older: commits may come later than answers that were submitted after theirs.
SETTLED = timedelta(minutes=1)
MOST_FOR_LEARNERS = 100_000  # answers: to tell apart the learners of more takes seconds


@dataclass(frozen=True, slots=True)
class ItemAnalysis:
    """What the answers to one version say, all attempts of all learners.

    ``learners`` are the different ones that were named; ``None`` where there are too many answers
    to tell. ``versions`` are the answers to each version of the question that was published, by
    its number. ``worth_keeping`` is for :func:`operations.keep_tally.keep_tally`.
    """

    version: QuestionVersion
    statistics: ItemStatistics
    learners: int | None
    versions: Mapping[int, int]
    worth_keeping: TallyValues | None


def analyse_item(
    session: Session, *, question: str, version: int | None = None, at: datetime
) -> ItemAnalysis:
    """Analyse the question with this slug or id, by the grades that count now.

    Without a number it is the version that learners get. What was kept of older answers is used
    where it still holds; else all are counted, some at a time.
    Raises :class:`~domain.errors.QuestionNotFound`.
    """
    found = find_version(session, question, version)
    versions = _versions(session, found.question_id)
    total = versions.get(found.number, 0)
    tally, worth_keeping = _counted(session, found, total, at)
    key = found.key
    return ItemAnalysis(
        version=found,
        statistics=describe(tally, key, found.marking(key), found.select_max),
        learners=_learners(session, found.id) if total <= MOST_FOR_LEARNERS else None,
        versions=versions,
        worth_keeping=worth_keeping,
    )


def _versions(session: Session, question_id: UUID) -> dict[int, int]:
    counted = (
        select(QuestionVersion.number, func.count(Submission.id))
        .outerjoin(Submission, Submission.version_id == QuestionVersion.id)
        .where(
            QuestionVersion.question_id == question_id, QuestionVersion.published_at.is_not(None)
        )
        .group_by(QuestionVersion.number)
        .order_by(QuestionVersion.number)
    )
    return dict([*session.execute(counted)])


def _learners(session: Session, version_id: UUID) -> int:
    counted = select(func.count(Submission.learner.distinct()))
    return session.scalars(counted.where(Submission.version_id == version_id)).one()


def _counted(
    session: Session, version: QuestionVersion, total: int, at: datetime
) -> tuple[Tally, TallyValues | None]:
    """The tally of all answers, and what is worth keeping of it."""
    regraded = session.scalars(appended_grades(version.question_id)).one()
    kept = _kept(session, version.id)
    counted = _count(session, version, at - SETTLED, kept if _fits(kept, regraded) else None)
    if counted.all.count != total:  # some came later than others that were submitted after them
        counted = _count(session, version, at - SETTLED)
    is_worth_it = counted.last is not None and counted.new >= WORTH_KEEPING
    return counted.all, counted.values(version.id, regraded) if is_worth_it else None


def _kept(session: Session, version_id: UUID) -> TallyValues | None:
    columns = [getattr(ItemTally, name) for name in TallyValues._fields]
    row = session.execute(select(*columns).where(ItemTally.version_id == version_id)).first()
    return TallyValues(*row) if row else None


def _fits(kept: TallyValues | None, regraded: int) -> bool:
    return kept is not None and kept.regraded == regraded


@dataclass(slots=True)
class _Counted:
    """Answers that are settled, up to the one at ``last``, and those that are too fresh.

    ``new`` is how many of the settled ones were not kept yet.
    """

    settled: Tally
    fresh: Tally
    last: tuple[datetime, UUID] | None
    new: int = 0

    @property
    def all(self) -> Tally:
        """The answers of both."""
        whole = Tally()
        whole.merge(self.settled)
        whole.merge(self.fresh)
        return whole

    def add(self, rows: Sequence[Row[Any]], settled_before: datetime) -> None:
        """Add some answers as :func:`counted_answers` gives them."""
        settled = [row for row in rows if row.submitted_at < settled_before]
        fresh = [row for row in rows if row.submitted_at >= settled_before]
        self.settled.add(Answered._make(row[:-2]) for row in settled)
        self.fresh.add(Answered._make(row[:-2]) for row in fresh)
        places = ((row.submitted_at, row.id) for row in settled)
        self.last = max(chain(places, [self.last] if self.last else []), default=None)
        self.new += len(settled)

    def values(self, version_id: UUID, regraded: int) -> TallyValues:
        """What is kept of the settled ones."""
        assert self.last is not None
        said = self.settled.document()
        return TallyValues(version_id, self.settled.count, regraded, *self.last, said)


def _count(
    session: Session,
    version: QuestionVersion,
    settled_before: datetime,
    kept: TallyValues | None = None,
) -> _Counted:
    """Count the answers, those behind what was kept only; some at a time."""
    counted = _Counted(Tally(), Tally(), None)
    if kept is not None:
        counted = _Counted(Tally.read(kept.document), Tally(), kept.last)
    statement = counted_answers(version.question_id, version.id, kept and kept.last)
    streamed = session.execute(statement.execution_options(yield_per=ROWS_AT_ONCE))
    for rows in streamed.partitions():
        counted.add(rows, settled_before)
    return counted
