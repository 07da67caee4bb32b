"""Who wrote, reviewed and published what, and guards of history in the database itself."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_3"
down_revision = "2026_11_24_2"
branch_labels = None
depends_on = None

ALWAYS = ("submission", "grade")
PARTS = (
    "option",
    "correct_set",
    "explanation",
    "reference",
    "hint",
    "mark_scheme",
    "tag",
)
TOLD = "published versions, submissions and grades are never changed"
IS_PUBLISHED = "OLD.published_at IS NOT NULL"
OF_PUBLISHED = (
    "EXISTS (SELECT 1 FROM question_version WHERE id = OLD.version_id AND published_at IS NOT NULL)"
)

# A part is guarded by a function that asks for its version: WHEN may not, on PostgreSQL.
FUNCTIONS = f"""
    CREATE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{TOLD}' USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE FUNCTION keep_parts_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {OF_PUBLISHED} THEN
            RAISE EXCEPTION '{TOLD}' USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        RETURN NEW;
    END $$;
"""


def upgrade() -> None:
    _add_columns()
    if op.get_bind().dialect.name == "sqlite":
        _guard_on_sqlite()
    else:
        _guard_on_postgresql()


def _add_columns() -> None:
    moment, caller = sa.DateTime(timezone=True), sa.String(length=36)
    op.add_column("question", sa.Column("changed_at", moment, nullable=True))
    op.execute(
        "UPDATE question SET changed_at = coalesce((SELECT max(coalesce(published_at, created_at))"
        " FROM question_version WHERE question_id = question.id), created_at)"
    )
    with op.batch_alter_table("question") as question:
        question.alter_column("changed_at", existing_type=moment, nullable=False)
        question.add_column(sa.Column("retired_by", caller, nullable=True))
        question.add_column(sa.Column("deleted_at", moment, nullable=True))
        question.add_column(sa.Column("deleted_by", caller, nullable=True))
        question.add_column(sa.Column("copied_from_id", sa.Uuid(), nullable=True))
        question.create_foreign_key(
            "fk_question_copied_from_id", "question", ["copied_from_id"], ["id"]
        )
    op.create_index("ix_question_changed_at", "question", ["changed_at"])
    op.create_index("ix_question_created_at", "question", ["created_at"])
    op.add_column("question_version", sa.Column("writers", sa.JSON(), nullable=True))
    op.add_column("question_version", sa.Column("in_review_at", moment, nullable=True))
    op.add_column("question_version", sa.Column("in_review_by", caller, nullable=True))
    op.add_column("question_version", sa.Column("publish_at", moment, nullable=True))
    op.add_column("question_version", sa.Column("publish_by", caller, nullable=True))
    op.add_column("question_version", sa.Column("published_by", caller, nullable=True))
    op.create_index("ix_question_version_publish_at", "question_version", ["publish_at"])


def _guard_on_sqlite() -> None:
    conditions = {"question_version": IS_PUBLISHED}
    conditions |= dict.fromkeys(ALWAYS, "1") | dict.fromkeys(PARTS, OF_PUBLISHED)
    for table, condition in conditions.items():
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f'CREATE TRIGGER guard_{table}_{change.lower()} BEFORE {change} ON "{table}"'
                f" WHEN {condition} BEGIN SELECT RAISE(ABORT, '{TOLD}'); END"
            )


def _guard_on_postgresql() -> None:
    op.execute(FUNCTIONS)
    calls = {"question_version": f"WHEN ({IS_PUBLISHED}) EXECUTE FUNCTION keep_history()"}
    calls |= dict.fromkeys(ALWAYS, "EXECUTE FUNCTION keep_history()")
    calls |= dict.fromkeys(PARTS, "EXECUTE FUNCTION keep_parts_of_history()")
    for table, call in calls.items():
        op.execute(
            f'CREATE TRIGGER guard_{table} BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW {call}'
        )


def downgrade() -> None:
    _drop_guards()
    op.drop_index("ix_question_version_publish_at", "question_version")
    for column in (
        "published_by",
        "publish_by",
        "publish_at",
        "in_review_by",
        "in_review_at",
        "writers",
    ):
        op.drop_column("question_version", column)
    op.drop_index("ix_question_created_at", "question")
    op.drop_index("ix_question_changed_at", "question")
    with op.batch_alter_table("question") as question:
        question.drop_constraint("fk_question_copied_from_id", type_="foreignkey")
        for column in ("copied_from_id", "deleted_by", "deleted_at", "retired_by", "changed_at"):
            question.drop_column(column)


def _drop_guards() -> None:
    tables = ("question_version", *ALWAYS, *PARTS)
    if op.get_bind().dialect.name == "sqlite":
        for table in tables:
            for change in ("update", "delete"):
                op.execute(f"DROP TRIGGER guard_{table}_{change}")
        return
    for table in tables:
        op.execute(f'DROP TRIGGER guard_{table} ON "{table}"')
    op.execute("DROP FUNCTION keep_history(), keep_parts_of_history()")
