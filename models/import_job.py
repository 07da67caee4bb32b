"""Imports that are too large to be answered at once: what was uploaded, and how far it is."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal, Self
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Select,
    String,
    Text,
    Update,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.access import Caller
from models.base import Base, Identified, now
from models.leases import is_free

State = Literal["waiting", "running", "done", "failed"]
COUNTED = ("created", "updated", "unchanged", "failed", "noted")

LEASE = timedelta(seconds=60)  # without a sign of life for so long, its worker is gone
CHECKED_IS_KEPT = timedelta(days=1)  # the upload of a dry run, once it is done


class ImportJob(Identified, Base):
    """An upload to be imported. Its state follows from its moments.

    Whoever works on it writes ``worker`` and, again and again, ``alive_at``. The upload is dropped
    when it is finished; that of a dry run is kept for a while, so that it can be imported then.
    """

    __tablename__ = "import_job"
    __table_args__ = (Index("ix_import_job_finished_at_id", "finished_at", "id"),)

    caller: Mapped[str] = mapped_column(String(36))
    name: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(String(40))
    dry_run: Mapped[bool]
    total: Mapped[int] = mapped_column(Integer)
    data: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[UUID | None]
    alive_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(Text)

    parts: Mapped[list["ImportPart"]] = relationship(order_by="ImportPart.first")

    @property
    def state(self) -> State:
        """How far it is; one whose worker is gone counts as running until another takes it."""
        if self.finished_at is not None:
            return "done" if self.failure is None else "failed"
        return "waiting" if self.worker is None else "running"

    def take(self, worker: UUID, at: datetime) -> None:
        """Let this worker have the job from now on."""
        self.worker, self.alive_at, self.attempts = worker, at, self.attempts + 1

    @classmethod
    def seen_by(cls, caller: Caller) -> Select[Self]:
        """The imports that the caller may follow: one's own, and an admin all."""
        found = select(cls)
        return found if caller.may("admin") else found.where(cls.caller == caller.id)

    @classmethod
    def forget_checked(cls, at: datetime) -> Update:
        """Drop the uploads of dry runs that nobody has imported for too long."""
        is_old = (cls.finished_at < at - CHECKED_IS_KEPT, cls.data.is_not(None))
        return update(cls).where(*is_old).values(data=None)

    @classmethod
    def next_free(cls, at: datetime) -> Select[Self]:
        """The oldest job that nobody works on."""
        free = is_free(cls.alive_at, at, LEASE)
        return select(cls).where(cls.finished_at.is_(None), free).order_by(cls.id).limit(1)

    @classmethod
    def sign_of_life(cls, job_id: UUID, worker: UUID, at: datetime) -> Update:
        """Say that the worker still has the job; matches no row where another has taken it."""
        mine = (cls.id == job_id, cls.worker == worker, cls.finished_at.is_(None))
        return update(cls).where(*mine).values(alive_at=at)


class ImportPart(Base):
    """What became of some files of an upload, written in the transaction that imports them.

    ``first`` is the number of the first one, from 0: two workers cannot both import a part. How
    many of its ``items`` had each outcome is kept beside them; ``noted`` are those that were taken
    and have something to tell.
    """

    __tablename__ = "import_part"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("import_job.id"), primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    files: Mapped[int]
    items: Mapped[list[dict[str, Any]]]
    created: Mapped[int] = mapped_column(Integer)
    updated: Mapped[int] = mapped_column(Integer)
    unchanged: Mapped[int] = mapped_column(Integer)
    failed: Mapped[int] = mapped_column(Integer)
    noted: Mapped[int] = mapped_column(Integer)

    @classmethod
    def sums(cls, jobs: Iterable[UUID]) -> Select[Any]:
        """How many files of each of the jobs are done, and how many questions had each outcome."""
        names = ("files", *COUNTED)
        sums = (func.sum(getattr(cls, name)).label(name) for name in names)
        return select(cls.job_id, *sums).where(cls.job_id.in_(jobs)).group_by(cls.job_id)
