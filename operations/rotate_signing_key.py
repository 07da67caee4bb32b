"""Make a new key that signs receipts from now on."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from domain.receipts import key_id, to_base64url
from models import SigningKey
from models.base import later_id


def rotate_signing_key(session: Session) -> SigningKey:
    """Store a new Ed25519 key. The ones before stay public, so that what they signed verifies."""
    private_key = Ed25519PrivateKey.generate()
    public_key = to_base64url(private_key.public_key().public_bytes_raw())
    last = session.scalar(SigningKey.newest_first().limit(1))
    key = SigningKey(
        id=later_id(last.id if last else None),
        kid=key_id(public_key),
        private_key=to_base64url(private_key.private_bytes_raw()),
        public_key=public_key,
    )
    session.add(key)
    session.flush()
    return key
