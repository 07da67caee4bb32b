"""Regrades: plans, what they give, and grades that name their run."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_1"
down_revision = "2026_11_24_7"
branch_labels = None
depends_on = None

MODES = ("current_key", "current_or_previous", "full_credit", "none")
NAMED = sa.text("regrade_id IS NOT NULL")
KEPT = ("regrade_outcome", "regrade_item")
TOLD = "published versions, submissions and grades are never changed"
MOMENTS = (
    "since",
    "until",
    "planned_at",
    "apply_asked_at",
    "applied_at",
    "undone_at",
    "alive_at",
    "finished_at",
)
COUNTS = (
    "submissions",
    "affected",
    "ungradable",
    "raised",
    "lowered",
    "became_correct",
    "became_incorrect",
    "applied",
    "stale",
    "undone",
    "kept",
    "done",
)


def upgrade() -> None:
    _make_tables()
    _add_columns()
    op.create_index(
        "ix_grade_submission_id_regrade_id_is_undo",
        "grade",
        ["submission_id", "regrade_id", "is_undo"],
        unique=True,
        sqlite_where=NAMED,
        postgresql_where=NAMED,
    )
    for table in KEPT:
        _guard(table)


def _make_tables() -> None:
    moment, caller = sa.DateTime(timezone=True), sa.String(length=36)
    op.create_table(
        "regrade",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=True),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("rule", sa.String(length=64), nullable=True),
        sa.Column("planned_by", caller, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("applied_by", caller, nullable=True),
        sa.Column("undone_by", caller, nullable=True),
        *(sa.Column(name, moment, nullable=True) for name in MOMENTS),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("arrived", sa.Integer(), nullable=True),
        sa.Column("sum_before", sa.Text(), nullable=False),
        sa.Column("sum_after", sa.Text(), nullable=False),
        sa.Column("task", sa.String(length=8), nullable=False),
        sa.Column("mark", sa.JSON(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("worker", sa.Uuid(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.CheckConstraint(f"mode IN {MODES}", name=op.f("ck_regrade_known_mode")),
        sa.CheckConstraint("task IN ('plan', 'apply', 'undo')", name=op.f("ck_regrade_known_task")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_regrade_question_id"),
        sa.ForeignKeyConstraint(
            ["target_id"], ["question_version.id"], name="fk_regrade_target_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_regrade"),
    )
    op.create_index("ix_regrade_question_id_id", "regrade", ["question_id", "id"])
    op.create_index("ix_regrade_finished_at_id", "regrade", ["finished_at", "id"])
    op.create_table(
        "regrade_outcome",
        sa.Column("regrade_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("old_exact_score", sa.String(length=64), nullable=False),
        sa.Column("old_correct", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=True),
        sa.Column("rule_version", sa.SmallInteger(), nullable=True),
        sa.Column("exact_score", sa.String(length=64), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("max_points", sa.Double(), nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=True),
        sa.Column("key_version_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["regrade_id"], ["regrade.id"], name="fk_regrade_outcome_regrade_id"
        ),
        sa.PrimaryKeyConstraint("regrade_id", "number", name="pk_regrade_outcome"),
    )
    op.create_table(
        "regrade_item",
        sa.Column("regrade_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("old_grade_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["regrade_id"], ["regrade.id"], name="fk_regrade_item_regrade_id"),
        sa.PrimaryKeyConstraint("regrade_id", "submission_id", name="pk_regrade_item"),
    )


def _add_columns() -> None:
    """In words that both engines take: grades are many, and none of their rows is written anew."""
    id_ = "CHAR(32)" if op.get_bind().dialect.name == "sqlite" else "UUID"
    false = "0" if op.get_bind().dialect.name == "sqlite" else "false"
    op.execute(
        f"ALTER TABLE grade ADD COLUMN regrade_id {id_} "
        "CONSTRAINT fk_grade_regrade_id REFERENCES regrade (id)"
    )
    op.execute(f"ALTER TABLE grade ADD COLUMN is_undo BOOLEAN DEFAULT {false} NOT NULL")
    op.execute(f"ALTER TABLE grade ADD COLUMN key_version_id {id_}")


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER guard_{table} BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION keep_history()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER guard_{table}_{change.lower()} BEFORE {change} ON {table}"
            f" WHEN 1 BEGIN SELECT RAISE(ABORT, '{TOLD}'); END"
        )


def downgrade() -> None:
    op.drop_index("ix_grade_submission_id_regrade_id_is_undo", "grade")
    if op.get_bind().dialect.name == "sqlite":
        # A column with a foreign key goes only with its table, and the guards with that.
        with op.batch_alter_table("grade") as grade:
            for column in ("key_version_id", "is_undo", "regrade_id"):
                grade.drop_column(column)
        _guard("grade")
    else:
        for column in ("key_version_id", "is_undo", "regrade_id"):
            op.drop_column("grade", column)
    for table in ("regrade_item", "regrade_outcome", "regrade"):
        op.drop_table(table)
