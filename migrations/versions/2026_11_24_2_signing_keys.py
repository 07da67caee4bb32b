"""The keys that sign receipts, and the first of them."""

import secrets
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256

import sqlalchemy as sa
from alembic import op
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.ids import uuid7

revision = "2026_11_24_2"
down_revision = "2026_11_24_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "signing_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kid", sa.String(length=43), nullable=False),
        sa.Column("private_key", sa.String(length=43), nullable=False),
        sa.Column("public_key", sa.String(length=43), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signing_key"),
        sa.UniqueConstraint("kid", name="uq_signing_key_kid"),
    )
    op.bulk_insert(table, [_first_key()])


def downgrade() -> None:
    op.drop_table("signing_key")


def _first_key() -> dict[str, object]:
    seed = secrets.token_bytes(32)
    public_key = _text(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())
    thumbprint = sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{public_key}"}}'.encode()).digest()
    return {
        "id": uuid7(),
        "kid": _text(thumbprint),
        "private_key": _text(seed),
        "public_key": public_key,
        "created_at": datetime.now(UTC),
    }


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
