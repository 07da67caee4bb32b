"""The audit log on the wire."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import IncomingMoment, Moment, Outgoing, ShortText
from models import AuditEntry


class AuditSubjectOut(Outgoing):
    """What was acted upon."""

    type: str = Field(examples=["key"])
    id: str


class AuditEntryOut(Outgoing):
    """One act. ``actor`` is the id of a key, null where somebody worked at the command line.

    ``hash`` seals the entry together with ``previous_hash``, that of the entry before.
    """

    number: int
    at: Moment
    actor: str | None
    actor_name: str | None
    action: str = Field(examples=["key.created"])
    subject: AuditSubjectOut
    version: int | None
    detail: dict[str, Any]
    previous_hash: str
    hash: str

    @classmethod
    def of(cls, row: AuditEntry) -> Self:
        """The shape of a stored entry."""
        own = cls.model_fields.keys() - {"subject"}
        subject = AuditSubjectOut(type=row.subject_type, id=row.subject_id)
        return cls(subject=subject, **{name: getattr(row, name) for name in own})


class AuditPage(Outgoing):
    """One page of the audit log, newest first. ``next_cursor`` is null on the last one."""

    items: list[AuditEntryOut]
    next_cursor: str | None
    limit: int


class AuditFilters(BaseModel):
    """Which entries: those that fit all that is stated, ``since`` included, ``until`` not."""

    model_config = ConfigDict(frozen=True)

    actor: ShortText | None = None
    action: ShortText | None = None
    subject: ShortText | None = Field(default=None, description="The id of what was acted upon.")
    since: IncomingMoment | None = None
    until: IncomingMoment | None = None


class AuditQuery(AuditFilters):
    """Which entries, and the page of them."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=1000)

    @property
    def filters(self) -> dict[str, Any]:
        """What is asked of an entry."""
        return {name: getattr(self, name) for name in AuditFilters.model_fields}
