"""How many questions of an import had each outcome, beside what became of them."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_2"
down_revision = "2026_11_27_1"
branch_labels = None
depends_on = None

OUTCOMES = ("created", "updated", "unchanged", "failed")
COUNTED = (*OUTCOMES, "noted")
PART = sa.table(
    "import_part",
    sa.column("job_id", sa.Uuid),
    sa.column("first", sa.Integer),
    sa.column("items", sa.JSON),
    *(sa.column(name, sa.Integer) for name in COUNTED),
)


def upgrade() -> None:
    for name in COUNTED:
        op.add_column(
            "import_part", sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        )
    _count()
    with op.batch_alter_table("import_part") as part:
        for name in COUNTED:
            part.alter_column(name, existing_type=sa.Integer(), server_default=None)


def _count() -> None:
    """One part at a time: all that was ever imported may be much."""
    connection = op.get_bind()
    for key in connection.execute(sa.select(PART.c.job_id, PART.c.first)).all():
        is_it = sa.and_(PART.c.job_id == key.job_id, PART.c.first == key.first)
        items = connection.scalars(sa.select(PART.c["items"]).where(is_it)).one()
        counts = {name: sum(item["outcome"] == name for item in items) for name in OUTCOMES}
        counts["noted"] = sum(
            item["outcome"] != "failed" and bool(item["problems"] or item.get("losses"))
            for item in items
        )
        connection.execute(sa.update(PART).where(is_it).values(counts))


def downgrade() -> None:
    with op.batch_alter_table("import_part") as part:
        for name in COUNTED:
            part.drop_column(name)
