"""Prove that the audit log is as it was written, or find where it is not."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, AuditHead
from models.audit import GENESIS

BATCH = 1000  # rows in memory at once


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """How many entries are sound, counted from the first, and what is wrong behind them.

    ``head`` is the hash of the last sound entry: a copy of it kept elsewhere proves all before.
    """

    entries: int
    head: str
    fault: str | None = None

    @property
    def number(self) -> int | None:
        """The number of the first entry that was changed, moved, added or taken away."""
        return self.entries + 1 if self.fault else None


def verify_audit(session: Session) -> AuditVerdict:
    """Walk the chain from its first entry, as far as it is sound and was counted."""
    head = session.get(AuditHead, 1)
    if head is None:
        return AuditVerdict(0, GENESIS, "the row that counts the entries is missing")
    return _walk(session, head, BATCH)


def _walk(session: Session, head: AuditHead, batch: int) -> AuditVerdict:
    number, last = 0, GENESIS
    in_order = select(AuditEntry).order_by(AuditEntry.number)
    try:
        with session.scalars(in_order.execution_options(yield_per=batch)) as entries:
            for entry in entries:
                if fault := _fault_of(entry, number + 1, last, head):
                    return AuditVerdict(number, last, fault)
                number, last = entry.number, entry.hash
    except (TypeError, ValueError):  # a column holds what no value of its type looks like
        if batch > 1:
            return _walk(session, head, 1)  # to find out which
        return AuditVerdict(number, last, "it cannot be read")
    cut = f"it is missing, like all up to {head.entries}" if number < head.entries else None
    return AuditVerdict(number, last, cut)


def _fault_of(entry: AuditEntry, expected: int, last: str, head: AuditHead) -> str | None:
    """Why this entry is not the one that was written behind the last one."""
    if entry.number != expected:
        return "it is missing"
    if entry.number > head.entries:
        return "it was added without being counted"
    if entry.hash != entry.seal():
        return "it was changed"
    if entry.previous_hash != last:
        return "it does not continue the entry before it"
    if entry.number == head.entries and entry.hash != head.hash:
        return "it is not the last entry that was written"
    return None
