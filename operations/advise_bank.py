"""Find the questions whose wording their authors should look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from domain.completeness import advice, completeness
from domain.problems import Problem
from models import Question, QuestionVersion
from models.authoring import newest_versions
from operations.read_draft import read_draft

BATCH = 100  # questions in memory at once


@dataclass(frozen=True, slots=True)
class Advised:
    """Some questions with advice, as (newest version, advice), of those looked at.

    ``last`` is the id of the last one looked at, ``None`` where none is left behind it.
    """

    found: Sequence[tuple[QuestionVersion, tuple[Problem, ...]]]
    looked_at: int
    last: UUID | None


def advise_bank(
    session: Session, *, code: str | None, after: UUID | None, enough: int, most: int
) -> Advised:
    """Look at questions in use behind one, in the order of their ids.

    Until ``enough`` are found or ``most`` are looked at, in whole batches: advice is worked out
    from the words and stored nowhere. Incomplete drafts are left out, since they say so themselves.
    """
    found: list[tuple[QuestionVersion, tuple[Problem, ...]]] = []
    looked_at, last = 0, after
    while len(found) < enough and looked_at < most:
        batch = _batch(session, last)
        found += [(version, told) for version in batch if (told := _advice(version, code))]
        looked_at += len(batch)
        if len(batch) < BATCH:
            return Advised(found, looked_at, None)
        last = batch[-1].question_id
    return Advised(found, looked_at, last)


def _batch(session: Session, after: UUID | None) -> Sequence[QuestionVersion]:
    in_use = newest_versions().where(Question.retired_at.is_(None))
    if after is not None:
        in_use = in_use.where(Question.id > after)
    return session.scalars(in_use.order_by(Question.id).limit(BATCH)).all()


def _advice(version: QuestionVersion, code: str | None) -> tuple[Problem, ...]:
    draft = read_draft(version)
    told = () if completeness(draft) else advice(draft)
    return tuple(one for one in told if code in (None, one.code))
