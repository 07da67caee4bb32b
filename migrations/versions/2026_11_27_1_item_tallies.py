"""Sums over the answers to a version, which are made as they are first asked for."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_1"
down_revision = "2026_11_26_7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item_tally",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.BigInteger(), nullable=False),
        sa.Column("regraded", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name=op.f("fk_item_tally_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_item_tally")),
    )


def downgrade() -> None:
    op.drop_table("item_tally")
