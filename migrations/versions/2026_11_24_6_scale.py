"""What lists sort by beside each question, numbers for sets and search, words for authors."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.search import LONGEST_TEXT, words

revision = "2026_11_24_6"
down_revision = "2026_11_24_5"
branch_labels = None
depends_on = None

SORT_TITLE = sa.String(500).with_variant(sa.String(500, collation="C"), "postgresql")
LISTED = sa.text("retired_at IS NULL AND published_id IS NOT NULL")
SORT_KEYS = ("published_at", "sort_title", "sort_date")
ROWS_AT_ONCE = 1000

NUMBER = """
    UPDATE question SET number = counted.number
    FROM (
        SELECT id, row_number() OVER (ORDER BY id) AS number
        FROM question WHERE published_id IS NOT NULL
    ) AS counted
    WHERE counted.id = question.id
"""
COPY_SORT_KEYS = """
    UPDATE question SET
        published_at = version.published_at,
        sort_title = version.sort_title,
        sort_date = coalesce(version.date, '0001-01-01')
    FROM question_version AS version WHERE version.id = question.published_id
"""
ON_SQLITE = """
    CREATE VIRTUAL TABLE {name} USING fts5(
        question_id UNINDEXED, title, prompt, options{more},
        tokenize = "unicode61 remove_diacritics 0", prefix = '2 3'
    )
"""
AUTHORS_ON_POSTGRESQL = """
    CREATE TABLE question_search_authors (
        rowid integer NOT NULL,
        question_id uuid NOT NULL,
        title text NOT NULL,
        prompt text NOT NULL,
        options text NOT NULL,
        explanation text NOT NULL,
        document tsvector GENERATED ALWAYS AS (
            setweight(to_tsvector('simple', title), 'A')
            || setweight(to_tsvector('simple', prompt), 'B')
            || setweight(to_tsvector('simple', options), 'C')
            || setweight(to_tsvector('simple', explanation), 'D')
        ) STORED,
        CONSTRAINT pk_question_search_authors PRIMARY KEY (rowid),
        CONSTRAINT fk_question_search_authors_question_id
            FOREIGN KEY (question_id) REFERENCES question (id)
    )
"""
EXPLAINED = """
    SELECT question_search.rowid, question_search.question_id, question_search.title,
        question_search.prompt, question_search.options, explanation.text
    FROM question_search
    JOIN question ON question.number = question_search.rowid
    LEFT JOIN explanation ON explanation.version_id = question.published_id
"""


def upgrade() -> None:
    op.add_column(
        "bank", sa.Column("unnamed_in", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("question", sa.Column("number", sa.Integer(), nullable=True))
    op.add_column(
        "question", sa.Column("changed_in", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("question", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("question", sa.Column("sort_title", SORT_TITLE, nullable=True))
    op.add_column("question", sa.Column("sort_date", sa.Date(), nullable=True))
    op.execute(NUMBER)
    op.execute(COPY_SORT_KEYS)
    op.create_index("ix_question_number", "question", ["number"], unique=True)
    op.create_index("ix_question_changed_in", "question", ["changed_in"])
    for key in SORT_KEYS:
        op.create_index(
            f"ix_question_{key}_published_id",
            "question",
            [key, "published_id"],
            sqlite_where=LISTED,
            postgresql_where=LISTED,
        )
    op.drop_index("ix_question_version_sort_title_id", "question_version")
    op.drop_index("ix_question_version_date_id", "question_version")
    op.create_index("ix_question_version_created_at_id", "question_version", ["created_at", "id"])
    _on_sqlite() if op.get_bind().dialect.name == "sqlite" else _on_postgresql()
    _index_explanations()


def downgrade() -> None:
    op.drop_table("question_search_authors")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("question_search", "rowid")
    op.drop_index("ix_question_version_created_at_id", "question_version")
    op.create_index("ix_question_version_date_id", "question_version", ["date", "id"])
    op.create_index("ix_question_version_sort_title_id", "question_version", ["sort_title", "id"])
    for key in SORT_KEYS:
        op.drop_index(f"ix_question_{key}_published_id", "question")
    op.drop_index("ix_question_changed_in", "question")
    op.drop_index("ix_question_number", "question")
    for column in ("sort_date", "sort_title", "published_at", "changed_in", "number"):
        op.drop_column("question", column)
    op.drop_column("bank", "unnamed_in")


def _on_sqlite() -> None:
    """Make the index of learners anew: its rows get the numbers of their questions."""
    op.execute(
        "CREATE TEMPORARY TABLE kept_search AS SELECT question.number, question_search.* "
        "FROM question_search JOIN question ON question.id = question_search.question_id "
        "WHERE question.number IS NOT NULL"
    )
    op.drop_table("question_search")
    op.execute(ON_SQLITE.format(name="question_search", more=""))
    op.execute(
        "INSERT INTO question_search (rowid, question_id, title, prompt, options) "
        "SELECT number, question_id, title, prompt, options FROM kept_search ORDER BY number"
    )
    op.drop_table("kept_search")
    op.execute(ON_SQLITE.format(name="question_search_authors", more=", explanation"))


def _on_postgresql() -> None:
    op.add_column("question_search", sa.Column("rowid", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE question_search SET rowid = question.number "
        "FROM question WHERE question.id = question_search.question_id"
    )
    op.execute("DELETE FROM question_search WHERE rowid IS NULL")
    op.alter_column("question_search", "rowid", nullable=False)
    op.create_index("ix_question_search_rowid", "question_search", ["rowid"], unique=True)
    op.execute(AUTHORS_ON_POSTGRESQL)
    op.execute(
        "CREATE INDEX ix_question_search_authors_document "
        "ON question_search_authors USING gin (document)"
    )


def _index_explanations() -> None:
    columns = ("rowid", "question_id", "title", "prompt", "options", "explanation")
    table = sa.table("question_search_authors", *map(sa.column, columns))
    connection = op.get_bind()
    for rows in _explained(connection):
        connection.execute(sa.insert(table), rows)


def _explained(connection: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    """What authors search, page by page: the words of learners and those of explanations."""
    last = 0
    page = f"{EXPLAINED} WHERE question_search.rowid > :last"
    page += " ORDER BY question_search.rowid LIMIT :limit"
    while True:
        found = connection.execute(sa.text(page), {"last": last, "limit": ROWS_AT_ONCE}).all()
        if not found:
            return
        last = found[-1].rowid
        yield [
            {
                **{name: value for name, value in row._mapping.items() if name != "text"},
                "explanation": " ".join(words(row.text or ""))[:LONGEST_TEXT],
            }
            for row in found
        ]
