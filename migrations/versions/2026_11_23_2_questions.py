"""Questions, their versions and all parts of a version."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_2"
down_revision = "2026_11_23_1"
branch_labels = None
depends_on = None

CODE_POINT_ORDER = sa.String(500).with_variant(sa.String(500, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
        sa.UniqueConstraint("external_id", name="uq_question_external_id"),
        sa.UniqueConstraint("slug", name="uq_question_slug"),
    )
    op.create_index("ix_question_published_id", "question", ["published_id"])
    op.create_table(
        "question_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("sort_title", CODE_POINT_ORDER, nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("difficulty", sa.Double(), nullable=True),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("prompt_html", sa.Text(), nullable=False),
        sa.Column("select_min", sa.SmallInteger(), nullable=False),
        sa.Column("select_max", sa.SmallInteger(), nullable=False),
        sa.Column("scoring_rule", sa.String(length=64), nullable=False),
        sa.Column("max_points", sa.String(length=64), nullable=False),
        sa.Column("release", sa.String(length=40), nullable=False),
        sa.Column("shuffle", sa.Boolean(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "release IN ('after_submission', 'score_only', 'never')",
            name=op.f("ck_question_version_known_release"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_question_version_number_from_1")),
        sa.CheckConstraint(
            "select_min >= 0 AND select_min <= select_max",
            name=op.f("ck_question_version_select_range"),
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name="fk_question_version_question_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_question_version"),
        sa.UniqueConstraint("question_id", "number", name="uq_question_version_question_id_number"),
    )
    op.create_index("ix_question_version_date_id", "question_version", ["date", "id"])
    op.create_index(
        "ix_question_version_published_at_id", "question_version", ["published_at", "id"]
    )
    op.create_index("ix_question_version_sort_title_id", "question_version", ["sort_title", "id"])
    op.create_table(
        "option",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("option_id", sa.String(length=52), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=True),
        sa.Column("feedback_html", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name="fk_option_version_id"
        ),
        sa.PrimaryKeyConstraint("version_id", "option_id", name="pk_option"),
        sa.UniqueConstraint("version_id", "position", name="uq_option_version_id_position"),
    )
    op.create_table(
        "correct_set",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("option_id", sa.String(length=52), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id", "option_id"],
            ["option.version_id", "option.option_id"],
            name="fk_correct_set_version_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name="fk_correct_set_version_id"
        ),
        sa.PrimaryKeyConstraint("version_id", "option_id", name="pk_correct_set"),
    )
    op.create_table(
        "explanation",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name="fk_explanation_version_id"
        ),
        sa.PrimaryKeyConstraint("version_id", name="pk_explanation"),
    )
    op.create_table(
        "reference",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name="fk_reference_version_id"
        ),
        sa.PrimaryKeyConstraint("version_id", "position", name="pk_reference"),
    )
    op.create_table(
        "tag",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.String(length=100), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["question_version.id"], name="fk_tag_version_id"),
        sa.PrimaryKeyConstraint("version_id", "tag", name="pk_tag"),
    )
    op.create_index("ix_tag_tag_version_id", "tag", ["tag", "version_id"])
    with op.batch_alter_table("question") as question:
        question.create_foreign_key(
            "fk_question_published_id", "question_version", ["published_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("question") as question:
        question.drop_constraint("fk_question_published_id", type_="foreignkey")
    op.drop_table("tag")
    op.drop_table("reference")
    op.drop_table("explanation")
    op.drop_table("correct_set")
    op.drop_table("option")
    op.drop_table("question_version")
    op.drop_table("question")
