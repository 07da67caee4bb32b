"""API keys. Only a hash of each is kept: a key is shown once, when it is made."""

from datetime import datetime
from typing import Self

from sqlalchemy import Select, String, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from domain.access import LONGEST_KEY_NAME, Role, hash_token
from models.base import Base, Identified, now


class ApiKey(Identified, Base):
    """One key with its scopes. Never deleted: a revoked key still names what it did.

    ``role`` is what its scopes were taken from; none where they are those of no role.
    ``rate_limit`` like ``600/minute``; without one the service's own holds.
    """

    __tablename__ = "api_key"

    name: Mapped[str] = mapped_column(String(LONGEST_KEY_NAME))
    public_part: Mapped[str] = mapped_column(String(32), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    role: Mapped[Role | None] = mapped_column(String(20))
    rate_limit: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    def is_valid(self, at: datetime) -> bool:
        """Whether the key opens doors at that moment."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    @classmethod
    def by_token(cls, token: str) -> Select[Self]:
        """The key with this text, if there is one."""
        return select(cls).where(cls.token_hash == hash_token(token))

    @classmethod
    def by_public_part(cls, public_part: str) -> Select[Self]:
        """The key with this public part."""
        return select(cls).where(cls.public_part == public_part)

    @classmethod
    def valid_admins(cls, at: datetime) -> Select[Self]:
        """The admin keys that open doors at that moment."""
        lasting = or_(cls.expires_at.is_(None), cls.expires_at > at)
        return select(cls).where(cls.role == "admin", cls.revoked_at.is_(None), lasting)
