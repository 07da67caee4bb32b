"""Keep in the audit log what an import changed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import Caller
from operations.import_item import ImportItem
from operations.record_audit import record_audit


def note_import(
    session: Session, *, items: Sequence[ImportItem], by: Caller | None, at: datetime
) -> None:
    """One entry for the questions that one transaction created or updated; none for no change.

    ``by`` is missing at a command line.
    """
    changed = {
        outcome: [item.slug for item in items if item.outcome == outcome]
        for outcome in ("created", "updated")
    }
    if any(changed.values()):
        record_audit(
            session,
            actor=by,
            action="questions.imported",
            subject_type="bank",
            subject_id="questions",
            detail=changed,
            at=at,
        )
