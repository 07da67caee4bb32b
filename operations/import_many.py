"""Bring the questions of many files into the bank: new ones by one statement for each table.

All else, an edit or a name that is taken, goes the ordinary way, question by question, so that a
run means the same however its files are divided.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, func, or_, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session, aliased

from models import Bank, Question, QuestionVersion
from operations.create_questions import NewQuestion, create_questions
from operations.import_questions import ImportItem, Outcome, import_question, refusal
from operations.prepare_import import Prepared

# Slug and external id of a question, content hash of its last version and when it was published.
Known = Mapping[tuple[str, str], RowMapping]


def import_many(
    session: Session, *, prepared: Sequence[Prepared], at: datetime, claims: dict[str, str]
) -> tuple[ImportItem, ...]:
    """Create, revise or leave alone what was prepared; an item for each, in order.

    Safe to repeat, like :func:`~operations.import_questions.import_questions`, whose ``earlier``
    are the ``claims`` here.
    """
    refused = {place: item for place, one in enumerate(prepared) if (item := refusal(one, claims))}
    left = {place: one for place, one in enumerate(prepared) if place not in refused}
    Bank.take_turns(session)  # two imports at once must not both create one question
    known = _known(session, left.values())
    items = refused | {
        place: _item(one, "unchanged") for place, one in left.items() if _is_there(one, known)
    }
    new = {place: one for place, one in left.items() if _is_new(one, known)}
    if new and _create(session, list(new.values()), at):
        items |= {place: _item(one, "created") for place, one in new.items()}
    for place, one in left.items():
        if place not in items:
            items[place] = import_question(session, prepared=one, at=at, claims=claims)
    return tuple(items[place] for place in range(len(prepared)))


def _item(prepared: Prepared, outcome: Outcome) -> ImportItem:
    return ImportItem(prepared.source, prepared.slug, outcome, prepared.problems)


def _known(session: Session, prepared: Iterable[Prepared]) -> Known:
    """The questions of the bank that have one of the names, by ``(column, name)``."""
    drafts = [one.draft for one in prepared if one.draft]
    slugs = [draft.slug for draft in drafts]
    external_ids = [draft.external_id for draft in drafts if draft.external_id]
    other = aliased(QuestionVersion)
    newest = select(func.max(other.number)).where(other.question_id == Question.id)
    statement = (
        select(
            Question.slug,
            Question.external_id,
            QuestionVersion.content_hash,
            QuestionVersion.published_at,
        )
        .join(QuestionVersion, QuestionVersion.question_id == Question.id, isouter=True)
        .where(
            or_(Question.slug.in_(slugs), Question.external_id.in_(external_ids)),
            or_(
                QuestionVersion.number.is_(None),
                QuestionVersion.number == newest.scalar_subquery(),
            ),
        )
    )
    rows = session.execute(statement).mappings().all()
    return {(name, row[name]): row for row in rows for name in ("slug", "external_id")}


def _is_new(prepared: Prepared, known: Known) -> bool:
    draft = prepared.draft
    assert draft is not None
    taken = ("slug", draft.slug or ""), ("external_id", draft.external_id or "")
    return prepared.rows is not None and not any(name in known for name in taken)


def _is_there(prepared: Prepared, known: Known) -> bool:
    """Whether the bank says exactly this under exactly these names."""
    draft, rows = prepared.draft, prepared.rows
    assert draft is not None
    found = known.get(("slug", draft.slug or ""))
    return (
        found is not None
        and rows is not None
        and found["external_id"] == draft.external_id
        and found["content_hash"] == rows.version["content_hash"]
        and found["published_at"] is not None
    )


def _create(session: Session, prepared: Sequence[Prepared], at: datetime) -> bool:
    """Write new, published questions; where the bank refuses one of them, none is written."""
    new = [
        NewQuestion(one.draft.slug or "", one.draft.external_id, one.rows)
        for one in prepared
        if one.draft and one.rows
    ]
    try:
        with session.begin_nested():
            create_questions(session, questions=new, at=at)
    except (IntegrityError, DataError):
        return False
    return True
