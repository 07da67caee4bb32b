"""The keys that sign receipts. None is ever changed or deleted: old receipts need them."""

from datetime import datetime
from typing import Self

from sqlalchemy import Select, String, select
from sqlalchemy.orm import Mapped, mapped_column, undefer

from models.base import Base, Identified, now


class SigningKey(Identified, Base):
    """An Ed25519 key pair as base64url text; it lives here so that all processes sign alike.

    ``kid`` is the thumbprint of the public key. The private key, a seed of 32 octets, is loaded
    only where something is signed.
    """

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(String(43), unique=True)
    private_key: Mapped[str] = mapped_column(String(43), deferred=True, deferred_raiseload=True)
    public_key: Mapped[str] = mapped_column(String(43))
    created_at: Mapped[datetime] = mapped_column(default=now)

    @classmethod
    def newest_first(cls) -> Select[Self]:
        """All keys that ever signed, without their private parts."""
        return select(cls).order_by(cls.id.desc())

    @classmethod
    def that_signs(cls) -> Select[Self]:
        """The newest key, with its private part."""
        return cls.newest_first().limit(1).options(undefer(cls.private_key))
