"""Who is signed in to the admin pages. Only a hash of what the browser holds is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from domain.access import hash_token
from models.api_key import ApiKey
from models.base import Base, Identified


class SignIn(Identified, Base):
    """One browser that may act with a key until a moment. Deleted when it signs out."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("api_key.id"))
    expires_at: Mapped[datetime] = mapped_column(index=True)

    @classmethod
    def key_of(cls, token: str, at: datetime) -> Select[ApiKey]:
        """The key that a browser with this token acts with, revoked or not; none once it ended."""
        held = cls.token_hash == hash_token(token)
        return select(ApiKey).join(cls).where(held, cls.expires_at > at)
