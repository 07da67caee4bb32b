"""Write down what is to be regraded, how and why; the plan itself is then made in batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Caller
from domain.errors import (
    Fault,
    NothingPublished,
    RegradeNotReady,
    UnknownRule,
    VersionConflict,
)
from domain.regrading import WITH_KEY, Mode
from models import Question, QuestionVersion, Regrade
from models.answering import AnswerableVersions
from operations.find_question import find_question
from operations.record_audit import record_audit


@dataclass(frozen=True, slots=True)
class Scope:
    """Which submissions: to this question, to these versions or all, ``until`` not included."""

    question: str
    versions: tuple[int, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wished: the key of which version, and which rule if not that version's own."""

    reason: str
    scope: Scope
    mode: Mode
    version: int | None = None
    rule: str | None = None


def plan_regrade(session: Session, *, wish: Wish, by: Caller, at: datetime) -> Regrade:
    """A new regrade, whose plan is still to be made. Retired questions can be regraded, too.

    Raises :class:`QuestionNotFound`, :class:`VersionConflict` for a version that was never
    published, :class:`NothingPublished` where there is none to grade by, :class:`UnknownRule`.
    """
    question = find_question(session, wish.scope.question)
    published = _published(session, question.id)
    _require(published, wish.scope.versions or (), "/scope/versions")
    regrade = Regrade(
        question=question,
        reason=wish.reason,
        mode=wish.mode,
        versions=None if wish.scope.versions is None else sorted({*wish.scope.versions}),
        since=wish.scope.since,
        until=wish.scope.until,
        target=_target(session, question, published, wish) if wish.mode in WITH_KEY else None,
        rule=wish.rule,
        planned_by=by.id,
        created_at=at,
    )
    if wish.rule is not None:
        _check_rule(session, regrade, published)
    session.add(regrade)
    session.flush()
    detail = {"slug": question.slug, "reason": wish.reason, "mode": wish.mode}
    note_regrade(session, regrade, "planned", by, at, detail)
    return regrade


def take_turn(session: Session, regrade: Regrade) -> None:
    """Have the question for one regrade: two that append at once would leave a mixture.

    :class:`RegradeNotReady` while another one of the question is applied or undone. Whoever asks at
    the same moment waits here and then sees this one. Answers go on: they only ask that the
    question stays.
    """
    held = select(Question.id).where(Question.id == regrade.question_id)
    session.execute(held.with_for_update(key_share=True))
    if (other := session.scalar(Regrade.under_way_beside(regrade))) is not None:
        raise RegradeNotReady(f"The regrade {other} of the same question is under way.")


def note_regrade(
    session: Session,
    regrade: Regrade,
    action: str,
    by: Caller,
    at: datetime,
    detail: Mapping[str, object],
) -> None:
    """Tell the audit log what somebody asked for."""
    record_audit(
        session,
        actor=by,
        action=f"regrade.{action}",
        subject_type="regrade",
        subject_id=regrade.id,
        detail=detail,
        at=at,
    )


def _published(session: Session, question_id: UUID) -> dict[int, UUID]:
    """The versions that were ever published, by their numbers."""
    found = session.execute(
        select(QuestionVersion.number, QuestionVersion.id).where(
            QuestionVersion.question_id == question_id, QuestionVersion.published_at.is_not(None)
        )
    )
    return {row.number: row.id for row in found}


def _require(published: dict[int, UUID], numbers: Sequence[int], pointer: str) -> None:
    told = {
        place: f"Version {number} was never published."
        for place, number in enumerate(numbers)
        if number not in published
    }
    if told:
        faults = (Fault(f"{pointer}/{at}", VersionConflict.code, why) for at, why in told.items())
        raise VersionConflict(next(iter(told.values())), tuple(faults))


def _target(
    session: Session, question: Question, published: dict[int, UUID], wish: Wish
) -> QuestionVersion:
    if wish.version is None:
        if question.published is None:
            raise NothingPublished
        return question.published
    if wish.version not in published:
        told = f"Version {wish.version} was never published."
        raise VersionConflict(told, (Fault("/version", VersionConflict.code, told),))
    return session.get_one(QuestionVersion, published[wish.version])


def _check_rule(session: Session, regrade: Regrade, published: dict[int, UUID]) -> None:
    """Refuse a rule that some key of the plan cannot be scored by."""
    assert regrade.target is not None
    used = {regrade.target.number: regrade.target.id}
    if regrade.mode == "current_or_previous":
        used |= {n: id_ for n, id_ in published.items() if n in (regrade.versions or published)}
    versions = AnswerableVersions()
    for number, id_ in used.items():
        known = versions.version(session, id_)
        try:
            known.row.marking(known.key, regrade.rule)
        except (UnknownRule, ValueError) as error:
            told = f"The rule does not fit version {number}: {error}"
            raise UnknownRule(told, (Fault("/rule", UnknownRule.code, told),)) from None
