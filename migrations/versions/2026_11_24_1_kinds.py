"""More kinds of question: their answers, parts, hints and responses."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_1"
down_revision = "2026_11_23_4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("question_version", sa.Column("interaction", sa.JSON(), nullable=True))
    op.add_column(
        "question_version",
        sa.Column("hint_count", sa.SmallInteger(), nullable=False, server_default="0"),
    )
    op.add_column(
        "option",
        sa.Column("part", sa.String(length=40), nullable=False, server_default=sa.text("''")),
    )
    op.add_column("submission", sa.Column("response", sa.JSON(), nullable=True))
    op.create_table(
        "hint",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.CheckConstraint("level >= 1", name=op.f("ck_hint_level_from_1")),
        sa.ForeignKeyConstraint(["version_id"], ["question_version.id"], name="fk_hint_version_id"),
        sa.PrimaryKeyConstraint("version_id", "level", name="pk_hint"),
    )
    op.create_table(
        "mark_scheme",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("option_values", sa.JSON(), nullable=True),
        sa.Column("combinations", sa.JSON(), nullable=False),
        sa.Column("tests", sa.JSON(), nullable=False),
        sa.Column("oracle_budget", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name="fk_mark_scheme_version_id"
        ),
        sa.PrimaryKeyConstraint("version_id", name="pk_mark_scheme"),
    )


def downgrade() -> None:
    op.drop_table("mark_scheme")
    op.drop_table("hint")
    op.drop_column("submission", "response")
    op.drop_column("option", "part")
    op.drop_column("question_version", "hint_count")
    op.drop_column("question_version", "interaction")
