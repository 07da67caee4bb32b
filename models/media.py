"""Pictures by the hash of their bytes, and which versions show them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, Select, String, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain.pictures import ENDINGS
from models.base import Base, now
from models.bulk import in_portions

LONGEST_FILE = 100
AT_ONCE = 1000  # names in a statement


class Media(Base):
    """A picture: written once, never changed. ``file`` is what it was first called.

    ``content`` is ``None`` where its bytes lie in a folder instead. Width and height are ``None``
    where it takes the size of the place that it is shown in.
    """

    __tablename__ = "media"
    __table_args__ = (Index("ix_media_created_at_sha256", "created_at", "sha256"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(Integer)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    file: Mapped[str] = mapped_column(String(LONGEST_FILE))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def name(self) -> str:
        """What texts and addresses call it."""
        return f"{self.sha256}.{ENDINGS[self.type]}"

    @classmethod
    def known(cls, session: Session, hashes: Iterable[str]) -> set[str]:
        """The names of the pictures that there are of these hashes, however many they are."""
        found: set[str] = set()
        for portion in in_portions(sorted(set(hashes)), AT_ONCE):
            some = select(cls).where(cls.sha256.in_(portion))
            found.update(row.name for row in session.scalars(some))
        return found

    @classmethod
    def with_uses(cls, used: bool | None = None) -> Select[Self, int]:
        """All pictures, or those that are used or are not, each with how many versions show it."""
        shows = VersionMedia.sha256 == cls.sha256
        uses = select(func.count()).where(shows).correlate(cls).scalar_subquery()
        found = select(cls, uses)
        if used is None:
            return found
        is_shown = exists().where(shows)
        return found.where(is_shown if used else ~is_shown)


class VersionMedia(Base):
    """That a version, or a translation of it, shows a picture, and what its file called it."""

    __tablename__ = "version_media"
    __table_args__ = (Index("ix_version_media_sha256", "sha256"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("media.sha256"), primary_key=True)
    file: Mapped[str | None] = mapped_column(String(LONGEST_FILE))
