"""Roles and rate limits of keys; the audit log and its head."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_4"
down_revision = "2026_11_24_3"
branch_labels = None
depends_on = None

# The roles as they were when this step was written, for keys that are older.
ROLES = {
    "publishable": {"questions:read"},
    "integration": {"questions:read", "submissions:write"},
    "author": {"questions:read", "bank:read", "bank:write"},
    "reviewer": {"questions:read", "bank:read", "bank:publish"},
    "admin": {
        "questions:read", "submissions:write", "bank:read", "bank:write", "bank:publish", "admin",
    },
}  # fmt: skip


def upgrade() -> None:
    op.add_column("api_key", sa.Column("role", sa.String(length=20), nullable=True))
    op.add_column("api_key", sa.Column("rate_limit", sa.String(length=20), nullable=True))
    _name_roles()
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=36), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=255), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_audit_entry_number_from_1")),
        sa.PrimaryKeyConstraint("number", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    op.create_index("ix_audit_entry_actor_number", "audit_entry", ["actor", "number"])
    op.create_index("ix_audit_entry_action_number", "audit_entry", ["action", "number"])
    op.create_index("ix_audit_entry_subject_id_number", "audit_entry", ["subject_id", "number"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "entries": 0, "hash": "0" * 64}])


def _name_roles() -> None:
    """Give each key the role whose scopes it has."""
    key = sa.table(
        "api_key", sa.column("id", sa.Uuid()), sa.column("scopes", sa.JSON()), sa.column("role")
    )
    connection = op.get_bind()
    for id_, scopes in connection.execute(sa.select(key.c.id, key.c.scopes)).all():
        role = next((role for role, held in ROLES.items() if held == set(scopes)), None)
        connection.execute(key.update().where(key.c.id == id_).values(role=role))


def downgrade() -> None:
    op.drop_table("audit_head")
    op.drop_table("audit_entry")
    op.drop_column("api_key", "rate_limit")
    op.drop_column("api_key", "role")
