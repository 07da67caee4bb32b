"""Full text of published questions: SQLite's FTS5 and PostgreSQL's tsvector behind one select.

Both hold the same normalised words. What learners search holds only what they can see (never keys
or explanations, which a search would give away word by word); authors have an index of their own.
The engines only match and rank.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Select,
    Subquery,
    Table,
    Text,
    Uuid,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import REGCONFIG
from sqlalchemy.orm import Session

from models.question import Question, QuestionVersion

MOST_HITS = 1000  # the newest ones: ranking all hits of common words takes a second
LONGEST_TEXT = 100_000  # characters; PostgreSQL refuses texts of more than 1 MB of lexemes
LONGEST_WORD = 200
WEIGHTS = {"title": 8.0, "prompt": 3.0, "options": 1.0, "explanation": 1.0}


def _index(name: str, *texts: str) -> Table:
    """An index, kept apart from the mapped tables: on SQLite it is a virtual one.

    The number of a question is its row id: SQLite's index finds by nothing else.
    """
    columns = [Column(text, Text) for text in texts]
    numbered = Column("rowid", Integer, primary_key=True, autoincrement=False)
    return Table(name, MetaData(), numbered, Column("question_id", Uuid), *columns)


question_search = _index("question_search", "title", "prompt", "options")
author_search = _index("question_search_authors", "title", "prompt", "options", "explanation")


class Hit(NamedTuple):
    """A question that a search found; the lower the rank, the better."""

    question_id: UUID
    rank: float
    number: int


def words(text: str) -> list[str]:
    """The words of a text for matching: no case, no accents, letters and digits only."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return [word[:LONGEST_WORD] for word in re.findall(r"[^\W_]+", kept)]


def index_question(session: Session, question: Question, version: QuestionVersion) -> None:
    """Make the question findable by this version. It must not be in the index already."""
    seen = {
        "title": version.title,
        "prompt": version.prompt,
        "options": " ".join(option.text for option in version.options),
    }
    explanation = version.explanation.text if version.explanation else ""
    for table, texts in (
        (question_search, seen),
        (author_search, {**seen, "explanation": explanation}),
    ):
        normalised = {name: " ".join(words(text))[:LONGEST_TEXT] for name, text in texts.items()}
        row = {"rowid": question.number, "question_id": question.id, **normalised}
        session.execute(insert(table).values(row))


def unindex_question(session: Session, question: Question) -> None:
    """Make the question unfindable."""
    for table in (question_search, author_search):
        session.execute(delete(table).where(table.c.rowid == question.number))


def matching(
    session: Session,
    text: str,
    *filters: ColumnElement[bool],
    newest: int | None = None,
    index: Table = question_search,
) -> Select[UUID, float, int]:
    """Ids, ranks (lower is better) and numbers of questions that have the words of a text.

    Every word of the text must begin a word of the question.
    Titles weigh more than prompts, prompts more than options. Of more than ``MOST_HITS`` only
    the newest are ranked: those with the highest numbers, up to ``newest``. ``filters`` are
    conditions on :class:`Question` and its published version, which all hits fulfil.
    """
    build = _on_sqlite if session.get_bind().dialect.name == "sqlite" else _on_postgresql
    narrowed = [*filters] if newest is None else [*filters, index.c.rowid <= newest]
    return build(index, words(text), narrowed, joined=bool(filters))


def search(
    session: Session, text: str, *filters: ColumnElement[bool], newest: int | None = None
) -> list[Hit]:
    """What learners find, best hit first."""
    found = session.execute(matching(session, text, *filters, newest=newest))
    return sorted((Hit(*row) for row in found), key=lambda hit: (hit.rank, hit.question_id))


def _on_sqlite(
    index: Table, wanted: Sequence[str], narrowed: list[ColumnElement[bool]], joined: bool
) -> Select[UUID, float, int]:
    query = " ".join(f'"{word}"*' for word in wanted) or '""'
    name: ColumnElement[str] = literal_column(index.name)
    weights = [WEIGHTS[column.name] for column in index.c if column.name in WEIGHTS]
    rank = func.bm25(name, 0, *weights).label("rank")
    hits = select(index.c.question_id, rank, index.c.rowid).where(
        name.op("MATCH")(query), *narrowed
    )
    newest = _newest(hits, index, joined)
    return select(newest.c.question_id, newest.c.rank, newest.c.rowid)


def _on_postgresql(
    index: Table, wanted: Sequence[str], narrowed: list[ColumnElement[bool]], joined: bool
) -> Select[UUID, float, int]:
    document: ColumnElement[str] = literal_column("document")
    # Parsed, not cast: PostgreSQL splits some words (2e10x), and must split both sides alike.
    text = " & ".join(f"'{word}':*" for word in wanted)
    query = func.to_tsquery(cast("simple", REGCONFIG), text)
    hits = select(index.c.question_id, document.label("document"), index.c.rowid)
    newest = _newest(hits.where(document.op("@@")(query), *narrowed), index, joined)
    rank = -func.ts_rank(newest.c.document, query)
    return select(newest.c.question_id, rank.label("rank"), newest.c.rowid)


def _newest(hits: Select[UUID, float, int], index: Table, joined: bool) -> Subquery:
    if joined:
        hits = hits.join(Question, Question.number == index.c.rowid).join(
            QuestionVersion, QuestionVersion.id == Question.published_id
        )
    return hits.order_by(index.c.rowid.desc()).limit(MOST_HITS).subquery()
