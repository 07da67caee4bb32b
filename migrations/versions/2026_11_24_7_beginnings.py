"""Indexes of beginnings of words, found as soon as whole words; titles in order for authors."""

from alembic import op

revision = "2026_11_24_7"
down_revision = "2026_11_24_6"
branch_labels = None
depends_on = None

LONGEST_BEGINNING = 8
BLOCKS = (10, 13, 16)
LONGEST_TEXT = 60_000  # bytes
TEXTS = {
    "question_search": ("title", "prompt", "options"),
    "question_search_authors": ("title", "prompt", "options", "explanation"),
}
# Our words are one token each, wherever they are; places in the text nobody asks for.
BEGINNINGS = "tokenize = 'ascii', detail = none, prefix = '1 2 3 4 5 6 7 8'"
WHOLE_WORDS = "tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3'"


def upgrade() -> None:
    op.create_index("ix_question_version_sort_title_id", "question_version", ["sort_title", "id"])
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(BEGINNINGS)
        return
    for table, texts in TEXTS.items():
        for column in texts:
            op.execute(
                f"UPDATE {table} SET {column} = left({column}, {LONGEST_TEXT // 4}) "  # noqa: S608
                f"WHERE octet_length({column}) > {LONGEST_TEXT}"
            )
        words = _beginnings(texts)
        blocks = ", ".join(f"'#{size}:' || (rowid >> {size})::text" for size in BLOCKS)
        _derive(table, f"array_to_tsvector({words} || ARRAY[{blocks}])")


def downgrade() -> None:
    op.drop_index("ix_question_version_sort_title_id", "question_version")
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(WHOLE_WORDS)
        return
    for table, texts in TEXTS.items():
        weighed = (
            f"setweight(to_tsvector('simple', {column}), '{weight}')"
            for column, weight in zip(texts, "ABCD", strict=False)
        )
        _derive(table, " || ".join(weighed))


def _make_anew(options: str) -> None:
    for table, texts in TEXTS.items():
        columns = ", ".join(texts)
        said = f"question_id UNINDEXED, {columns}, {options}"
        op.execute(f"CREATE VIRTUAL TABLE made_anew USING fts5({said})")
        op.execute(
            f"INSERT INTO made_anew (rowid, question_id, {columns}) "  # noqa: S608 - our names
            f"SELECT rowid, question_id, {columns} FROM {table} ORDER BY rowid"
        )
        op.drop_table(table)
        op.rename_table("made_anew", table)


def _derive(table: str, document: str) -> None:
    """Have PostgreSQL derive the document from the texts of each row."""
    op.drop_column(table, "document")
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN document tsvector GENERATED ALWAYS AS ({document}) STORED"
    )
    op.execute(f"CREATE INDEX ix_{table}_document ON {table} USING gin (document)")


def _beginnings(texts: tuple[str, ...]) -> str:
    """All words of the texts, and each cut to so many letters, as an array."""
    said = " || ' ' || ".join(texts)
    cut = (
        f"regexp_replace({said}, '([^ ]{{{length}}})[^ ]+', '\\1', 'g')"
        for length in range(1, LONGEST_BEGINNING + 1)
    )
    every = " || ' ' || ".join((said, *cut))
    return f"array_remove(string_to_array({every}, ' '), '')"
