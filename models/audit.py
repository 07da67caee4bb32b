"""Who did what: a chain of entries, each sealed with a hash over itself and the one before."""

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Self

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    Integer,
    Select,
    SmallInteger,
    String,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

GENESIS = "0" * 64  # what the first entry continues


class AuditEntry(Base):
    """One act. ``number`` is its place in the chain, from 1 and without gaps.

    ``actor`` is the id of the caller and ``actor_name`` what its key was called then; both are
    missing where somebody worked at the command line. ``version`` is the one of a question.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_from_1"),
        Index("ix_audit_entry_at", "at"),
        Index("ix_audit_entry_actor_number", "actor", "number"),
        Index("ix_audit_entry_action_number", "action", "number"),
        Index("ix_audit_entry_subject_id_number", "subject_id", "number"),
    )

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str | None] = mapped_column(String(36))
    actor_name: Mapped[str | None] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(255))
    version: Mapped[int | None] = mapped_column(Integer)
    detail: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    def seal(self) -> str:
        """SHA-256 in hex over all other columns as canonical JSON: names sorted, no spaces."""
        return seal_of([getattr(self, name) for name in SEALED])

    @classmethod
    def matching(
        cls,
        *,
        actor: str | None = None,
        action: str | None = None,
        subject: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Select[Self]:
        """The entries that fit all that is stated, from ``since`` on and before ``until``."""
        equal = ((cls.actor, actor), (cls.action, action), (cls.subject_id, subject))
        conditions = [column == value for column, value in equal if value is not None]
        if since is not None:
            conditions.append(cls.at >= since)
        if until is not None:
            conditions.append(cls.at < until)
        return select(cls).where(*conditions)


SEALED = sorted(column.name for column in AuditEntry.__table__.columns if column.name != "hash")
_AT = SEALED.index("at")
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def seal_of(said: Sequence[Any]) -> str:
    """The seal of an entry whose columns but the hash are these, in the order of ``SEALED``."""
    values = dict(zip(SEALED, said, strict=True), at=said[_AT].isoformat())
    return sha256(_canonical(values).encode()).hexdigest()


class AuditHead(Base):
    """How long the chain is and the hash of its last entry, so that a cut-off tail is noticed.

    Whoever appends locks this one row, so that entries are numbered one after the other.
    """

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    entries: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
