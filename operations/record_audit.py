"""Append to the audit log."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Caller
from models import AuditEntry, AuditHead


def record_audit(
    session: Session,
    *,
    actor: Caller | None,
    action: str,
    subject_type: str,
    subject_id: object,
    at: datetime,
    version: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append who did what, in the transaction that did it; ``actor`` is missing at a command line.

    ``action`` is a noun and what became of it, as ``question.published``; ``detail`` is JSON,
    without secrets. Others who append wait for the end of the transaction, so call it late.
    """
    locked = select(AuditHead).with_for_update().execution_options(populate_existing=True)
    head = session.scalars(locked).one()
    entry = AuditEntry(
        number=head.entries + 1,
        at=at,
        actor=actor.id if actor else None,
        actor_name=actor.name if actor else None,
        action=action,
        subject_type=subject_type,
        subject_id=str(subject_id),
        version=version,
        detail=json.loads(json.dumps(dict(detail or {}))),  # as it will be read back
        previous_hash=head.hash,
    )
    entry.hash = entry.seal()
    head.entries, head.hash = entry.number, entry.hash
    session.add(entry)
    session.flush()
    return entry
