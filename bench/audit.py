"""How long it takes to prove an audit log of a million entries."""

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, update

import migrations
from models import AuditEntry, AuditHead, Database, open_engine
from models.audit import GENESIS, SEALED, seal_of
from operations.verify_audit import verify_audit

ENTRIES = int(os.environ.get("BENCH_AUDIT_ENTRIES", "1000000"))
BATCH = 10_000
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def figures() -> Iterator[str]:
    """CPU time and time by the clock, on SQLite; ``BENCH_AUDIT_ENTRIES`` for another length."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/questions.db")
        migrations.upgrade(engine)
        database = Database(engine)
        _fill(database)
        cpu, wall = time.process_time(), time.perf_counter()
        with database.read() as session:
            verdict = verify_audit(session)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        assert (verdict.entries, verdict.fault) == (ENTRIES, None)
        yield f"{cpu:8.1f} s of CPU, {wall:.1f} s by the clock, to prove {ENTRIES:,} entries"
        database.close()


def _fill(database: Database) -> None:
    last = GENESIS
    for begin in range(1, ENTRIES + 1, BATCH):
        rows = []
        for number in range(begin, min(begin + BATCH, ENTRIES + 1)):
            rows.append(_entry(number, last))
            last = rows[-1]["hash"]
        with database.bind.engine.begin() as connection:
            connection.execute(insert(AuditEntry), rows)
    with database.bind.engine.begin() as connection:
        connection.execute(update(AuditHead).values(entries=ENTRIES, hash=last))


def _entry(number: int, last: str) -> dict[str, Any]:
    entry = {
        "number": number,
        "at": FIRST + timedelta(seconds=number),
        "actor": "0199d3c0-6f0e-7cc1-9d5e-6a1f0b6c2d3e",
        "actor_name": "Ada",
        "action": "question.published",
        "subject_type": "question",
        "subject_id": f"0199d3c0-6f0e-7cc1-9d5e-{number:012x}",
        "version": 1,
        "detail": {"slug": f"question-{number}", "title": "A question of a bank"},
        "previous_hash": last,
    }
    return {**entry, "hash": seal_of([entry[name] for name in SEALED])}
