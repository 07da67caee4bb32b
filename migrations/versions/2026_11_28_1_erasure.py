"""The guard of submissions lets one change pass: who answered is forgotten."""

from alembic import op

revision = "2026_11_28_1"
down_revision = "2026_11_27_2"
branch_labels = None
depends_on = None

TOLD = "published versions, submissions and grades are never changed"
FORGOTTEN = ("learner", "idempotency_key", "request_hash", "shuffle", "response")
KEPT = (
    "id", "question_id", "version_id", "caller", "selected", "shown", "release", "duration_ms",
    "submitted_at", "translation_id",
)  # fmt: skip
PSEUDONYM = "erased-" + 24 * "_"  # as LIKE has it
FORGETS = f"""
    coalesce(OLD.learner NOT LIKE '{PSEUDONYM}', false)
    AND coalesce(NEW.learner LIKE '{PSEUDONYM}', false)
    AND NEW.idempotency_key IS NULL AND NEW.request_hash IS NULL AND NEW.shuffle IS NULL
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER guard_submission_update")
        _guard_on_sqlite("update", f"UPDATE OF {', '.join(KEPT)}", "1")
        _guard_on_sqlite("forget", f"UPDATE OF {', '.join(FORGOTTEN)}", f"NOT ({FORGETS})")
        return
    op.execute("DROP TRIGGER guard_submission ON submission")
    names = ", ".join(f"'{name}'" for name in FORGOTTEN)
    said = "(to_jsonb({}) - ARRAY[" + names + "])"
    same = f"{said.format('NEW')} = {said.format('OLD')}"
    _guard_on_postgresql("guard_submission", "DELETE")
    _guard_on_postgresql("guard_submission_update", "UPDATE", f"NOT ({FORGETS} AND {same})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER guard_submission_update")
        op.execute("DROP TRIGGER guard_submission_forget")
        _guard_on_sqlite("update", "UPDATE", "1")
        return
    op.execute("DROP TRIGGER guard_submission ON submission")
    op.execute("DROP TRIGGER guard_submission_update ON submission")
    _guard_on_postgresql("guard_submission", "UPDATE OR DELETE")


def _guard_on_sqlite(name: str, change: str, condition: str) -> None:
    op.execute(
        f"CREATE TRIGGER guard_submission_{name} BEFORE {change} ON submission"
        f" WHEN {condition} BEGIN SELECT RAISE(ABORT, '{TOLD}'); END"
    )


def _guard_on_postgresql(name: str, change: str, condition: str = "true") -> None:
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {change} ON submission FOR EACH ROW"
        f" WHEN ({condition}) EXECUTE FUNCTION keep_history()"
    )
