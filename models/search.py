"""Full text of published questions: SQLite's FTS5 and PostgreSQL's tsvector behind one select.

Both hold the same normalised words of what a learner can see (never keys or explanations, which
a search would give away word by word). The engines only match and rank.
"""

import re
import unicodedata
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    MetaData,
    Select,
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

MOST_HITS = 1000  # by rank: nobody reads further
LONGEST_TEXT = 100_000  # characters; PostgreSQL refuses texts of more than 1 MB of lexemes
LONGEST_WORD = 200

# Kept apart from the mapped tables: on SQLite it is a virtual one that the migrations make.
question_search = Table(
    "question_search",
    MetaData(),
    Column("question_id", Uuid),
    Column("title", Text),
    Column("prompt", Text),
    Column("options", Text),
)


def words(text: str) -> list[str]:
    """The words of a text for matching: no case, no accents, letters and digits only."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return [word[:LONGEST_WORD] for word in re.findall(r"[^\W_]+", kept)]


def index_question(
    session: Session, question_id: UUID, title: str, prompt: str, options: Sequence[str]
) -> None:
    """Make the question findable by these texts. It must not be in the index already."""
    texts = searchable(title, prompt, options)
    session.execute(insert(question_search).values(question_id=question_id, **texts))


def searchable(title: str, prompt: str, options: Sequence[str]) -> dict[str, str]:
    """The columns of the index for these texts, but for the question's id."""
    texts = {"title": title, "prompt": prompt, "options": " ".join(options)}
    return {name: " ".join(words(text))[:LONGEST_TEXT] for name, text in texts.items()}


def unindex_question(session: Session, question_id: UUID) -> None:
    """Make the question unfindable."""
    session.execute(delete(question_search).where(question_search.c.question_id == question_id))


def matching(session: Session, text: str) -> Select[UUID, float]:
    """Question ids with a rank (lower is better) where every word begins a word of the text.

    Titles weigh more than prompts, prompts more than options.
    """
    build = _on_sqlite if session.get_bind().dialect.name == "sqlite" else _on_postgresql
    return build(words(text))


def _on_sqlite(wanted: Sequence[str]) -> Select[UUID, float]:
    query = " ".join(f'"{word}"*' for word in wanted) or '""'
    rank = func.bm25(literal_column("question_search"), 0, 8.0, 3.0, 1.0)
    return select(question_search.c.question_id, rank.label("rank")).where(
        literal_column("question_search").op("MATCH")(query)
    )


def _on_postgresql(wanted: Sequence[str]) -> Select[UUID, float]:
    document: ColumnElement[str] = literal_column("document")
    # Parsed, not cast: PostgreSQL splits some words (2e10x), and must split both sides alike.
    text = " & ".join(f"'{word}':*" for word in wanted)
    query = func.to_tsquery(cast("simple", REGCONFIG), text)
    return select(
        question_search.c.question_id, (-func.ts_rank(document, query)).label("rank")
    ).where(document.op("@@")(query))
