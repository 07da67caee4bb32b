"""Questions in other languages, and which language an answer was given in."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_4"
down_revision = "2026_11_26_1"
branch_labels = None
depends_on = None

TOLD = "published versions, submissions and grades are never changed"
# What is told of a text may change: that it was published or withdrawn. What it says may not.
KEPT = {
    "translation": (
        "id", "question_id", "language", "number", "source_version", "source_hash", "title",
        "prompt", "prompt_html", "options", "created_at", "writers",
    ),
    "translation_secret": (
        "translation_id", "explanation", "explanation_html", "feedback", "hints", "combinations",
        "source",
    ),
}  # fmt: skip


def upgrade() -> None:
    _create_tables()
    # With its reference in one step: a copy of the table, as SQLite else needs it, takes long.
    kind = sa.Uuid().compile(op.get_bind().dialect)
    op.execute(
        f"ALTER TABLE submission ADD COLUMN translation_id {kind}"
        " CONSTRAINT fk_submission_translation_id REFERENCES translation (id)"
    )
    # Last: answers lock submissions before questions, and whoever does not deadlocks with them.
    op.add_column(
        "question",
        sa.Column("is_translated", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    _guard()


def _create_tables() -> None:
    moment, caller = sa.DateTime(timezone=True), sa.String(length=36)
    op.create_table(
        "translation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source_version", sa.Integer(), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("prompt_html", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("writers", sa.JSON(), nullable=False),
        sa.Column("published_at", moment, nullable=True),
        sa.Column("published_by", caller, nullable=True),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.Column("withdrawn_by", caller, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_translation"),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name="fk_translation_question_id"
        ),
        sa.UniqueConstraint(
            "question_id", "language", "number", name="uq_translation_question_id_language_number"
        ),
    )
    op.create_table(
        "translation_secret",
        sa.Column("translation_id", sa.Uuid(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("explanation_html", sa.Text(), nullable=True),
        sa.Column("feedback", sa.JSON(), nullable=False),
        sa.Column("hints", sa.JSON(), nullable=False),
        sa.Column("combinations", sa.JSON(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("translation_id", name="pk_translation_secret"),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["translation.id"], name="fk_translation_secret_translation_id"
        ),
    )
    op.create_table(
        "translated_version",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("translation_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("version_id", "language", name="pk_translated_version"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name="fk_translated_version_version_id"
        ),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["translation.id"], name="fk_translated_version_translation_id"
        ),
    )
    op.create_index(
        "ix_translated_version_language_version_id",
        "translated_version",
        ["language", "version_id"],
    )


def _guard() -> None:
    for table, columns in KEPT.items():
        texts = ", ".join(f'"{column}"' for column in columns)
        changes = {"update": f"UPDATE OF {texts}", "delete": "DELETE"}
        if op.get_bind().dialect.name == "sqlite":
            for name, change in changes.items():
                op.execute(
                    f'CREATE TRIGGER guard_{table}_{name} BEFORE {change} ON "{table}"'
                    f" BEGIN SELECT RAISE(ABORT, '{TOLD}'); END"
                )
        else:
            op.execute(
                f'CREATE TRIGGER guard_{table} BEFORE {" OR ".join(changes.values())} ON "{table}"'
                " FOR EACH ROW EXECUTE FUNCTION keep_history()"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _drop_reference_on_sqlite()
    else:
        op.drop_column("submission", "translation_id")
    op.drop_column("question", "is_translated")
    for table in ("translated_version", "translation_secret", "translation"):
        op.drop_table(table)


def _drop_reference_on_sqlite() -> None:
    """SQLite drops no column that refers to something: it is copied, its guards made anew."""
    with op.batch_alter_table("submission") as submission:
        submission.drop_column("translation_id")
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER guard_submission_{change.lower()} BEFORE {change} ON submission"
            f" WHEN 1 BEGIN SELECT RAISE(ABORT, '{TOLD}'); END"
        )
