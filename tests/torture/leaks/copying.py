"""Whole banks copied from one database to another, also of another engine."""

from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from models import Base, Database, Question
from models.bulk import table_of
from models.search import author_search, question_search
from tests.guards import drop_guards

QUESTION = table_of(Question)


def copy_bank(source: Database, target: Database) -> None:
    """Put all rows of one bank in place of those of another; its guards are gone then."""
    drop_guards(target)
    with source.read() as session:
        rows = [
            (table, [dict(row._mapping) for row in session.execute(select(table))])
            for table in (*Base.metadata.sorted_tables, question_search, author_search)
        ]
    target.write(lambda session: _replace(session, rows))


def _replace(session: Session, tables: list[tuple[Any, list[dict[str, Any]]]]) -> None:
    for table, _ in reversed(tables):
        session.execute(delete(table))
    published = {}
    for table, rows in tables:
        if table is QUESTION:  # questions and their versions refer to each other
            published = {row["id"]: row.pop("published_id") for row in rows}
        if rows:
            session.execute(insert(table), rows)
    for id_, version in published.items():
        session.execute(update(QUESTION).where(QUESTION.c.id == id_).values(published_id=version))
