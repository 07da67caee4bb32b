"""Pictures, and which versions show them."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_5"
down_revision = "2026_11_26_4"
branch_labels = None
depends_on = None

TOLD = "published versions, submissions and grades are never changed"
OF_PUBLISHED = (
    "EXISTS (SELECT 1 FROM question_version WHERE id = OLD.version_id AND published_at IS NOT NULL)"
)


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("file", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_media"),
    )
    op.create_index("ix_media_created_at_sha256", "media", ["created_at", "sha256"])
    op.create_table(
        "version_media",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("version_id", "sha256", name="pk_version_media"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name="fk_version_media_version_id"
        ),
        sa.ForeignKeyConstraint(["sha256"], ["media.sha256"], name="fk_version_media_sha256"),
    )
    op.create_index("ix_version_media_sha256", "version_media", ["sha256"])
    if op.get_bind().dialect.name == "sqlite":
        _guard_on_sqlite()
    else:
        _guard_on_postgresql()


def _guard_on_sqlite() -> None:
    raised = f"BEGIN SELECT RAISE(ABORT, '{TOLD}'); END"
    op.execute(f"CREATE TRIGGER guard_media_update BEFORE UPDATE ON media {raised}")
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER guard_version_media_{change.lower()} BEFORE {change} ON version_media"
            f" WHEN {OF_PUBLISHED} {raised}"
        )


def _guard_on_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER guard_media BEFORE UPDATE ON media"
        " FOR EACH ROW EXECUTE FUNCTION keep_history()"
    )
    op.execute(
        "CREATE TRIGGER guard_version_media BEFORE UPDATE OR DELETE ON version_media"
        " FOR EACH ROW EXECUTE FUNCTION keep_parts_of_history()"
    )


def downgrade() -> None:
    op.drop_table("version_media")
    op.drop_table("media")
