"""Make a plan, some submissions at a time: what each would get, and what that comes to."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, literal, select, tuple_
from sqlalchemy.orm import Session

from domain.regrading import Basis, Regraded, Ungradable, regrade
from models import (
    GradeRow,
    ItemValues,
    OutcomeValues,
    QuestionVersion,
    Regrade,
    RegradeItem,
    RegradeOutcome,
    Submission,
)
from models.answering import AnswerableVersions
from models.bulk import insert_new, table_of

BATCH = 2_000
MOST_REMEMBERED = 100_000  # what equal answers get, under 1 KB each
OUTCOME, ITEM = table_of(RegradeOutcome), table_of(RegradeItem)


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What becomes of all submissions that say the same: nothing, without an outcome."""

    before: Fraction
    after: Fraction
    outcome: OutcomeValues | None
    was_correct: bool


class Assessor:
    """Grades the submissions of one regrade anew; equal ones with equal grades only once."""

    def __init__(self, run: Regrade) -> None:
        self._mode = run.mode
        self._target_id, self._rule = run.target_id, run.rule
        self._versions = AnswerableVersions()
        self._bases: dict[UUID, Basis] = {}
        self._verdicts: dict[tuple[Any, ...], Verdict] = {}

    def assess(self, session: Session, row: Any) -> Verdict:
        """What becomes of a row of :func:`_rows`."""
        key: tuple[Any, ...] = tuple(row[3:])
        verdict = self._verdicts.get(key)
        if verdict is None:
            if len(self._verdicts) >= MOST_REMEMBERED:
                self._verdicts.clear()
            verdict = self._verdicts[key] = self._verdict(session, row)
        return verdict

    def _verdict(self, session: Session, row: Any) -> Verdict:
        before = Fraction(row.exact_score)
        answered = self._basis(session, row.version_id)
        target = self._basis(session, self._target_id) if self._target_id else None
        response = json.loads(row.response) if row.response else None
        told = regrade(self._mode, answered, target, json.loads(row.selected), response)
        if told is None:
            return Verdict(before, before, None, row.correct)
        most = self._versions.version(session, row.version_id).points_at_most
        if isinstance(told, Ungradable):
            outcome = _problem(row, told, most)
            return Verdict(before, before, outcome, row.correct)
        key_id = None if told.by_answered else self._other_key(row)
        outcome = _grade(row, told, most, key_id)
        is_same = _says_the_same(row, outcome)
        return Verdict(before, told.grade.score, None if is_same else outcome, row.correct)

    def _other_key(self, row: Any) -> UUID | None:
        return None if row.version_id == self._target_id else self._target_id

    def _basis(self, session: Session, version_id: UUID) -> Basis:
        known = self._bases.get(version_id)
        if known is None:
            version = self._versions.version(session, version_id)
            rule = version.rule if self._rule is None else self._other_rule(version_id, session)
            known = self._bases[version_id] = Basis(
                version.row.number, version.row.kind, version.key, rule, version.row.select_max
            )
        return known

    def _other_rule(self, version_id: UUID, session: Session) -> Any:
        """The stated rule where the version's key is used with it, which the plan has checked."""
        version = self._versions.version(session, version_id)
        if version_id != self._target_id and self._mode == "current_key":
            return version.rule
        return version.row.marking(version.key, self._rule)


def assess_submissions(session: Session, *, run: Regrade, assessor: Assessor) -> bool:
    """Plan the next batch of the regrade; whether it was the last.

    An item is written for each submission whose score or correctness would change, or that cannot
    be graded. A grade of an earlier regrade is replaced where it says anything else, so that
    going back to a key gives exactly what it gave before.
    """
    rows = session.execute(_rows(run).limit(BATCH)).all()
    verdicts = [assessor.assess(session, row) for row in rows]
    numbers = _numbers(session, run, verdicts)
    items = [
        ItemValues(run.id, row.id, row.grade_id, numbers[verdict.outcome])
        for row, verdict in zip(rows, verdicts, strict=True)
        if verdict.outcome is not None
    ]
    insert_new(session.connection(), ITEM, items)
    _count(run, verdicts)
    if rows:
        run.mark = [rows[-1].submitted_at.isoformat(), str(rows[-1].id)]
    return len(rows) < BATCH


def count_in_scope(session: Session, run: Regrade, most: int | None = None) -> int:
    """How many submissions the scope has now; counted no further than ``most``."""
    found = _scope(select(Submission.id), run)
    if most is not None:
        found = found.limit(most)
    return session.scalars(select(func.count()).select_from(found.subquery())).one()


def _scope(statement: Select[Any], run: Regrade) -> Select[Any]:
    statement = statement.where(Submission.question_id == run.question_id)
    if run.versions is not None:
        chosen = select(QuestionVersion.id).where(
            QuestionVersion.question_id == run.question_id,
            QuestionVersion.number.in_(run.versions),
        )
        statement = statement.where(Submission.version_id.in_(chosen))
    if run.since is not None:
        statement = statement.where(Submission.submitted_at >= run.since)
    if run.until is not None:
        statement = statement.where(Submission.submitted_at < run.until)
    return statement


def _rows(run: Regrade) -> Select[Any]:
    """The submissions behind the mark, with the grade that counts; JSON as it is written.

    What comes after the first three columns decides what becomes of a submission.
    """
    statement: Select[Any] = select(  # type: ignore[assignment]
        Submission.id,
        Submission.submitted_at,
        GradeRow.id.label("grade_id"),
        Submission.version_id,
        cast(Submission.selected, Text).label("selected"),
        cast(Submission.response, Text).label("response"),
        GradeRow.exact_score,
        GradeRow.correct,
        GradeRow.rule,
        GradeRow.rule_version,
        GradeRow.reason,
        GradeRow.key_version_id,
        GradeRow.regrade_id.is_not(None).label("is_later"),
    ).join(Submission.grades)
    order = (Submission.submitted_at, Submission.id)
    if run.mark is not None:
        at = literal(datetime.fromisoformat(run.mark[0]), Submission.submitted_at.type)
        statement = statement.where(tuple_(*order) > tuple_(at, UUID(run.mark[1])))
    return _scope(statement.where(GradeRow.is_last()), run).order_by(*order)


def _grade(row: Any, told: Regraded, most: Fraction, key_id: UUID | None) -> OutcomeValues:
    score = told.grade.score
    return OutcomeValues(
        old_exact_score=row.exact_score,
        old_correct=row.correct,
        problem=None,
        reason=told.grade.reason,
        rule=told.rule,
        rule_version=told.rule_version,
        exact_score=str(score),
        score=float(score),
        points=float(score * most),
        max_points=float(most),
        correct=told.grade.correct,
        key_version_id=key_id,
    )


def _problem(row: Any, told: Ungradable, most: Fraction) -> OutcomeValues:
    return OutcomeValues(
        old_exact_score=row.exact_score,
        old_correct=row.correct,
        problem=told.code,
        reason=told.detail,
        rule=None,
        rule_version=None,
        exact_score=None,
        score=None,
        points=None,
        max_points=float(most),
        correct=None,
        key_version_id=None,
    )


def _says_the_same(row: Any, new: OutcomeValues) -> bool:
    if (row.exact_score, row.correct) != (new.exact_score, new.correct):
        return False
    said = (row.rule, row.rule_version, row.reason, row.key_version_id)
    return not row.is_later or said == (
        new.rule, new.rule_version, new.reason, new.key_version_id
    )  # fmt: skip


def _numbers(
    session: Session, run: Regrade, verdicts: list[Verdict]
) -> dict[OutcomeValues | None, int]:
    """The number of each outcome; new ones are written."""
    columns = [OUTCOME.c[name] for name in OutcomeValues._fields]
    known = select(OUTCOME.c.number, *columns).where(OUTCOME.c.regrade_id == run.id)
    numbers: dict[OutcomeValues | None, int] = {
        OutcomeValues(*said): number for number, *said in session.execute(known)
    }
    for outcome in dict.fromkeys(one.outcome for one in dict.fromkeys(verdicts)):
        if outcome is not None and outcome not in numbers:
            numbers[outcome] = len(numbers)
            said = {"regrade_id": run.id, "number": numbers[outcome], **outcome._asdict()}
            session.execute(OUTCOME.insert(), said)
    return numbers


def _count(run: Regrade, verdicts: list[Verdict]) -> None:
    """Add a batch to what the plan says, exactly."""
    before, after = Fraction(run.sum_before), Fraction(run.sum_after)
    for one, times in Counter(verdicts).items():
        before, after = before + one.before * times, after + one.after * times
        _count_change(run, one, times)
    run.sum_before, run.sum_after = str(before), str(after)
    run.submissions += len(verdicts)
    run.done += len(verdicts)


def _count_change(run: Regrade, one: Verdict, times: int) -> None:
    if one.outcome is None:
        return
    if one.outcome.problem is not None:
        run.ungradable += times
        return
    run.affected += times
    run.raised += times * (one.after > one.before)
    run.lowered += times * (one.after < one.before)
    run.became_correct += times * (bool(one.outcome.correct) and not one.was_correct)
    run.became_incorrect += times * (one.was_correct and not one.outcome.correct)
