"""Tell what the stored answers to a question say about it. Stores nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.statistics import Answered, ItemStatistics, Tally, describe
from models import ItemTally, QuestionVersion, Submission
from models.item_tally import (
    TallyValues,
    appended_grades,
    counted_outcomes,
    counted_times,
    counted_versions,
    submitted_to,
)
from operations.find_version import find_version

ROWS_AT_ONCE = 1_000  # of the different outcomes
DAWN = datetime.min.replace(tzinfo=UTC)
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
    versions = dict([*session.execute(counted_versions(found.question_id))])
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


def _learners(session: Session, version_id: UUID) -> int:
    counted = select(func.count(Submission.learner.distinct()))
    return session.scalars(counted.where(Submission.version_id == version_id)).one()


def _counted(
    session: Session, version: QuestionVersion, total: int, at: datetime
) -> tuple[Tally, TallyValues | None]:
    """The tally of all answers, and what is worth keeping of it."""
    regraded = session.scalars(appended_grades(version.question_id)).one()
    kept = _kept(session, version.id)
    if kept is not None and kept.regraded == regraded:
        counted = _count_on(session, version, kept, at - SETTLED)
        if counted[0].count == total:
            return counted
    # From the beginning, also where an answer came later than others that were submitted after it.
    nothing = TallyValues(version.id, 0, regraded, DAWN, Tally().document())
    return _count_on(session, version, nothing, at - SETTLED)


def _kept(session: Session, version_id: UUID) -> TallyValues | None:
    columns = [getattr(ItemTally, name) for name in TallyValues._fields]
    row = session.execute(select(*columns).where(ItemTally.version_id == version_id)).first()
    return TallyValues(*row) if row else None


def _count_on(
    session: Session, version: QuestionVersion, kept: TallyValues, until: datetime
) -> tuple[Tally, TallyValues | None]:
    """The tally of what was kept and all since, and that until then if it is worth keeping."""
    until = max(until, kept.until)
    tally = Tally.read(kept.document)
    _count(session, tally, version, kept.until, until)
    worth_keeping = None
    if tally.count >= kept.answers + WORTH_KEEPING:
        said = (tally.count, kept.regraded, until, tally.document())
        worth_keeping = TallyValues(version.id, *said)
    _count(session, tally, version, until)
    return tally, worth_keeping


def _count(
    session: Session,
    tally: Tally,
    version: QuestionVersion,
    since: datetime,
    until: datetime | None = None,
) -> None:
    """Add the answers of a time, some at a time."""
    asked = submitted_to(version, None if since == DAWN else since, until)
    at_once = {"yield_per": ROWS_AT_ONCE}
    outcomes = session.execute(counted_outcomes(asked), execution_options=at_once)
    tally.add(map(Answered._make, outcomes))
    tally.add_times(session.execute(counted_times(asked), execution_options=at_once))
