"""Which questions say nearly the same, also of those that are there already."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from models.likeness import PORTION, index_likeness, texts_of

revision = "2026_11_26_6"
down_revision = "2026_11_26_5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "likeness_band",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_likeness_band_question_id")
        ),
        sa.PrimaryKeyConstraint("band", "question_id", name=op.f("pk_likeness_band")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_likeness_band_question_id", "likeness_band", ["question_id"])
    op.create_table(
        "alike_pair",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_alike_pair_question_id")
        ),
        sa.ForeignKeyConstraint(["other_id"], ["question.id"], name=op.f("fk_alike_pair_other_id")),
        sa.PrimaryKeyConstraint("question_id", "other_id", name=op.f("pk_alike_pair")),
    )
    op.create_index("ix_alike_pair_other_id", "alike_pair", ["other_id"])
    op.create_index(
        "ix_alike_pair_similarity", "alike_pair", ["similarity", "question_id", "other_id"]
    )
    _compare_all()


def downgrade() -> None:
    op.drop_table("alike_pair")
    op.drop_table("likeness_band")


def _compare_all() -> None:
    """Fill the tables: about 10 seconds for 100,000 questions."""
    session = Session(op.get_bind())
    asked = sa.text("SELECT id FROM question WHERE deleted_at IS NULL ORDER BY id")
    with_ids = asked.columns(sa.column("id", sa.Uuid()))
    for ids in list(session.scalars(with_ids).partitions(PORTION)):
        index_likeness(session, texts_of(session, ids))
    session.flush()
