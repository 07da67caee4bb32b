"""Full text of published questions: FTS5 on SQLite, tsvector on PostgreSQL."""

from alembic import op

revision = "2026_11_23_3"
down_revision = "2026_11_23_2"
branch_labels = None
depends_on = None

ON_SQLITE = """
    CREATE VIRTUAL TABLE question_search USING fts5(
        question_id UNINDEXED, title, prompt, options,
        tokenize = "unicode61 remove_diacritics 0", prefix = '2 3'
    )
"""
ON_POSTGRESQL = """
    CREATE TABLE question_search (
        question_id uuid NOT NULL,
        title text NOT NULL,
        prompt text NOT NULL,
        options text NOT NULL,
        document tsvector GENERATED ALWAYS AS (
            setweight(to_tsvector('simple', title), 'A')
            || setweight(to_tsvector('simple', prompt), 'B')
            || setweight(to_tsvector('simple', options), 'C')
        ) STORED,
        CONSTRAINT pk_question_search PRIMARY KEY (question_id),
        CONSTRAINT fk_question_search_question_id
            FOREIGN KEY (question_id) REFERENCES question (id)
    )
"""


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(ON_SQLITE if on_sqlite else ON_POSTGRESQL)
    if not on_sqlite:
        op.execute(
            "CREATE INDEX ix_question_search_document ON question_search USING gin (document)"
        )


def downgrade() -> None:
    op.drop_table("question_search")
