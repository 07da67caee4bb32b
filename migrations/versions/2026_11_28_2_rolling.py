"""Which versions of the service the tables still serve, so that old ones go on beside new ones."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_2"
down_revision = "2026_11_28_1"
branch_labels = None
depends_on = None

# The oldest migration whose code reads and writes these tables rightly. A step that breaks it
# sets the column anew.
SERVES_SINCE = "2026_11_27_2"


def upgrade() -> None:
    op.add_column(
        "bank",
        sa.Column("serves_since", sa.String(20), nullable=False, server_default=SERVES_SINCE),
    )


def downgrade() -> None:
    op.drop_column("bank", "serves_since")
