"""Write many new questions at once: one statement for each table, not many for each question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from models import Bank, Base
from models.bulk import count_anew, insert_rows
from models.ids import uuid7
from models.likeness import index_likeness
from models.question import NO_DATE
from models.search import author_search, question_search, search_row
from operations.draft_rows import DraftRows, Row
from operations.publish_question import next_number
from operations.show_pictures import show_pictures

TABLES = Base.metadata.tables


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A question that the bank does not have: its names, what it says, and the ids it will have."""

    slug: str
    external_id: str | None
    rows: DraftRows
    id: UUID = field(default_factory=uuid7)
    version_id: UUID = field(default_factory=uuid7)


def create_questions(session: Session, *, questions: Sequence[NewQuestion], at: datetime) -> None:
    """Create these questions and publish their first versions.

    What the bank holds afterwards is what revising and publishing each of them would leave. The
    drafts must be complete and the names free.
    """
    revision = Bank.raise_revision(session)
    first = next_number(session)
    numbers = range(first, first + len(questions))
    connection = session.connection()
    question, version = TABLES["question"], TABLES["question_version"]
    for table, rows in _tables(questions, numbers, revision, at):
        if rows:
            insert_rows(connection, table, rows)
    show_pictures(session, media={new.version_id: new.rows.media for new in questions})
    its_version = select(version.c.id).where(version.c.question_id == question.c.id)
    connection.execute(
        update(question)
        .where(question.c.number.between(numbers[0], numbers[-1]))
        .values(published_id=its_version.scalar_subquery())
    )
    index_likeness(session, {new.id: new.rows.said for new in questions})
    count_anew(connection, [question, version, TABLES["option"]], len(questions))


def _tables(
    questions: Sequence[NewQuestion], numbers: Sequence[int], revision: int, at: datetime
) -> Iterator[tuple[Table, list[Row]]]:
    """The rows of all tables, in an order in which each finds what it refers to."""
    yield (
        TABLES["question"],
        [
            _question(new, number, revision, at)
            for new, number in zip(questions, numbers, strict=True)
        ],
    )
    yield TABLES["question_version"], [_version(new, at) for new in questions]
    parts: dict[str, list[Row]] = {}
    for new in questions:
        for name, rows in _parts(new.rows).items():
            found = ({"version_id": new.version_id, **row} for row in rows if row is not None)
            parts.setdefault(name, []).extend(found)
    for name, found_rows in parts.items():
        yield TABLES[name], found_rows
    searched: list[Row] = [
        search_row(author_search, number, new.id, new.rows.search)
        for new, number in zip(questions, numbers, strict=True)
    ]
    yield author_search, searched
    yield question_search, searched  # which has no column for explanations


def _question(new: NewQuestion, number: int, revision: int, at: datetime) -> Row:
    return {
        "id": new.id,
        "slug": new.slug,
        "external_id": new.external_id,
        "number": number,
        "published_at": at,
        "created_at": at,
        "changed_at": at,
        "changed_in": revision,
        "sort_title": new.rows.version["sort_title"],
        "sort_date": new.rows.version["date"] or NO_DATE,
    }


def _version(new: NewQuestion, at: datetime) -> Row:
    return {
        "id": new.version_id,
        "question_id": new.id,
        "number": 1,
        "created_at": at,
        "published_at": at,
        **new.rows.version,
    }


def _parts(rows: DraftRows) -> dict[str, Sequence[Row | None]]:
    """The rows of a version's parts by their table; right options behind all options."""
    return {
        "option": rows.options,
        "correct_set": rows.correct,
        "tag": rows.tags,
        "explanation": (rows.explanation,),
        "reference": rows.references,
        "hint": rows.hints,
        "mark_scheme": (rows.mark_scheme,),
    }
