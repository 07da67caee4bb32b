"""Prove that the audit log is as it was written, or find where it is not."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from models import AuditEntry, AuditHead
from models.audit import GENESIS, SEALED, seal_of

BATCH = 1000  # rows in memory at once
NUMBER, PREVIOUS = SEALED.index("number"), SEALED.index("previous_hash")
COLUMNS = [*(getattr(AuditEntry, name) for name in SEALED), AuditEntry.hash]


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
    in_order = select(*COLUMNS).order_by(AuditEntry.number).execution_options(yield_per=batch)
    try:
        with session.execute(in_order) as entries:
            for entry in entries:
                *said, hash_ = entry
                if not _continues(said, hash_, number + 1, last, head):
                    return AuditVerdict(number, last, _fault_of(entry, number + 1, last, head))
                number, last = number + 1, hash_
    except (TypeError, ValueError):  # a column holds what no value of its type looks like
        if batch > 1:
            return _walk(session, head, 1)  # to find out which
        return AuditVerdict(number, last, "it cannot be read")
    cut = f"it is missing, like all up to {head.entries}" if number < head.entries else None
    return AuditVerdict(number, last, cut)


def _continues(said: list[Any], hash_: str, expected: int, last: str, head: AuditHead) -> bool:
    """Whether an entry is the one that was written behind the last one: quickly, of a million."""
    return (
        said[NUMBER] == expected
        and said[PREVIOUS] == last
        and hash_ == seal_of(said)
        and (expected < head.entries or (expected == head.entries and hash_ == head.hash))
    )


def _fault_of(entry: Row[Any], expected: int, last: str, head: AuditHead) -> str:
    """Why it is not."""
    if entry.number != expected:
        return "it is missing"
    if entry.number > head.entries:
        return "it was added without being counted"
    if entry.hash != seal_of(entry[:-1]):
        return "it was changed"
    if entry.previous_hash != last:
        return "it does not continue the entry before it"
    return "it is not the last entry that was written"
