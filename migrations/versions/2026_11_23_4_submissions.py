"""What learners sent, and every grading of it."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_4"
down_revision = "2026_11_23_3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("caller", sa.String(length=36), nullable=False),
        sa.Column("learner", sa.String(length=255), nullable=True),
        sa.Column("selected", sa.JSON(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("shuffle", sa.String(length=128), nullable=True),
        sa.Column("release", sa.String(length=40), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=True),
        sa.Column("request_hash", sa.String(length=64), nullable=True),
        sa.CheckConstraint("duration_ms >= 0", name=op.f("ck_submission_duration_not_negative")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_submission_question_id"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name="fk_submission_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
        sa.UniqueConstraint(
            "caller",
            "question_id",
            "idempotency_key",
            name="uq_submission_caller_question_id_idempotency_key",
        ),
    )
    op.create_index(
        "ix_submission_caller_submitted_at_id", "submission", ["caller", "submitted_at", "id"]
    )
    op.create_index("ix_submission_submitted_at_id", "submission", ["submitted_at", "id"])
    op.create_index(
        "ix_submission_learner_submitted_at_id", "submission", ["learner", "submitted_at", "id"]
    )
    op.create_index(
        "ix_submission_question_id_submitted_at_id",
        "submission",
        ["question_id", "submitted_at", "id"],
    )
    op.create_index("ix_submission_version_id", "submission", ["version_id"])
    op.create_table(
        "grade",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("rule_version", sa.SmallInteger(), nullable=False),
        sa.Column("exact_score", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("max_points", sa.Double(), nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("max_points > 0", name=op.f("ck_grade_max_points_positive")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name="fk_grade_submission_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_grade"),
    )
    op.create_index("ix_grade_submission_id_id", "grade", ["submission_id", "id"])


def downgrade() -> None:
    op.drop_table("grade")
    op.drop_table("submission")
