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
from operations.import_item import ImportItem, Outcome
from operations.import_questions import import_question, refusal, telling_lost_pictures
from operations.keep_pictures import keep_pictures
from operations.prepare_import import Prepared
from operations.tell_likeness import tell_likeness

# Slug and external id of a question, content hash of its last version and when it was published.
Known = Mapping[tuple[str, str], RowMapping]


def import_many(
    session: Session,
    *,
    prepared: Sequence[Prepared],
    at: datetime,
    claims: dict[str, str],
    dry_run: bool = False,
) -> tuple[ImportItem, ...]:
    """Create, revise or leave alone what was prepared; an item for each, in order.

    Safe to repeat, like :func:`~operations.import_questions.import_questions`, whose ``earlier``
    are the ``claims`` here. A dry run writes nothing and says the same.
    """
    Bank.take_turns(session)  # two imports at once must not both create one question
    with session.begin_nested() as savepoint:
        items = _import(session, prepared, at, claims, dry_run)
        items = tell_likeness(session, items)
        if dry_run:
            savepoint.rollback()
    return items


def _import(
    session: Session,
    read: Sequence[Prepared],
    at: datetime,
    claims: dict[str, str],
    dry_run: bool,
) -> tuple[ImportItem, ...]:
    prepared = tuple(telling_lost_pictures(session, read))
    known = _known(session, prepared)
    items: dict[int, ImportItem] = {}
    for place, one in enumerate(prepared):
        if item := refusal(one, claims):
            items[place] = item
        elif found := _find(one, known):  # before the names of those behind it
            claims.setdefault(f"slug: {found['slug']}", one.place)
    left = {place: one for place, one in enumerate(prepared) if place not in items}
    items |= {
        place: _item(one, "unchanged") for place, one in left.items() if _is_there(one, known)
    }
    new = {place: one for place, one in left.items() if not _find(one, known)}
    if new and _create(session, list(new.values()), at, dry_run):
        items |= {place: _item(one, "created") for place, one in new.items()}
    for place, one in left.items():
        if place not in items:
            items[place] = import_question(
                session, prepared=one, at=at, claims=claims, dry_run=dry_run
            )
    return tuple(items[place] for place in range(len(prepared)))


def _item(prepared: Prepared, outcome: Outcome) -> ImportItem:
    return ImportItem(
        prepared.source, prepared.slug, outcome, prepared.problems, losses=prepared.losses
    )


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


def _find(prepared: Prepared, known: Known) -> RowMapping | None:
    """The question with the draft's external id, else the one with its slug."""
    draft = prepared.draft
    assert draft is not None
    by_slug = known.get(("slug", draft.slug or ""))
    return known.get(("external_id", draft.external_id or ""), by_slug)


def _is_there(prepared: Prepared, known: Known) -> bool:
    """Whether the bank says exactly this and has nothing to note."""
    draft, rows, found = prepared.draft, prepared.rows, _find(prepared, known)
    return (
        draft is not None
        and rows is not None
        and found is not None
        and found["external_id"] == draft.external_id
        and found["slug"] == draft.slug
        and found["content_hash"] == rows.version["content_hash"]
        and found["published_at"] is not None
    )


def _create(session: Session, prepared: Sequence[Prepared], at: datetime, dry_run: bool) -> bool:
    """Write new, published questions; where the bank refuses one of them, none is written."""
    new = [
        NewQuestion(one.draft.slug or "", one.draft.external_id, one.rows)
        for one in prepared
        if one.draft and one.rows
    ]
    try:
        with session.begin_nested():
            shown = (picture for one in prepared for picture in one.pictures)
            keep_pictures(session, pictures=shown, at=at, is_kept=not dry_run)
            create_questions(session, questions=new, at=at)
    except (IntegrityError, DataError):
        return False
    return True
