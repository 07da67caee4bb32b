"""The audit log: one unbroken chain, in which every change by hand is found and named."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from domain.access import Caller
from domain.errors import AlteredHistory
from models import AuditEntry, AuditHead, Database, now
from models.audit import GENESIS
from operations.record_audit import record_audit
from operations.verify_audit import AuditVerdict, verify_audit

AUTHOR = Caller("someone", frozenset({"bank:write"}), "Ada 🦔")
ENTRIES = 5
WRITERS = 20


def record(session: Session, place: int, actor: Caller | None = AUTHOR) -> AuditEntry:
    """One more entry, different from all others."""
    return record_audit(
        session,
        actor=actor,
        action="question.published",
        subject_type="question",
        subject_id=f"q{place}",
        version=place,
        detail={"title": "Flüsse", "parts": [1.0, None, ("a", "b"), {2: "", 10: "\x00"}]},
        at=now(),
    )


def verdict(database: Database) -> AuditVerdict:
    with database.read() as session:
        return verify_audit(session)


@pytest.fixture
def by_hand(database: Database) -> Callable[..., AuditVerdict]:
    """Does something to five entries by SQL, past the application, and looks for it."""
    for place in range(1, ENTRIES + 1):
        database.write(lambda session, place=place: record(session, place, AUTHOR))  # type: ignore[misc]
    assert verdict(database).entries == ENTRIES

    def act(*statements: str) -> AuditVerdict:
        assert isinstance(database.bind, Connection)
        for statement in statements:
            assert database.bind.execute(text(statement)).rowcount > 0
        return verdict(database)

    return act


def test_an_empty_chain_is_sound(database: Database) -> None:
    assert verdict(database) == AuditVerdict(0, GENESIS)
    assert verdict(database).number is None


def test_entries_are_numbered_and_linked(database: Database) -> None:
    def work(session: Session) -> list[AuditEntry]:
        return [record(session, place, None if place == 2 else AUTHOR) for place in (1, 2, 3)]

    entries = database.write(work)
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert [entry.actor_name for entry in entries] == ["Ada 🦔", None, "Ada 🦔"]
    assert [entry.previous_hash for entry in entries] == [GENESIS, *(e.hash for e in entries[:2])]
    assert verdict(database) == AuditVerdict(3, entries[-1].hash)


def test_what_is_undone_leaves_no_entry(database: Database) -> None:
    def work(session: Session) -> None:
        record(session, 1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.write(work)
    database.write(lambda session: record(session, 2))
    assert verdict(database).entries == 1


def test_an_entry_continues_what_others_wrote_since_it_was_looked_at(database: Database) -> None:
    with database.read() as session:
        head = session.get_one(AuditHead, 1)
        database.write(lambda other: record(other, 1))
        assert record(session, 2).number == 2
        assert (head.entries, verify_audit(session).entries) == (2, 2)


CHANGES = {
    "at": "'2020-01-01 00:00:00.000000+00:00'",
    "actor": "'another'",
    "actor_name": "NULL",
    "action": "'question.retired'",
    "subject_type": "'key'",
    "subject_id": "'q4'",
    "version": "NULL",
    "detail": "'{}'",
    "previous_hash": f"'{GENESIS}'",
    "hash": f"'{GENESIS}'",
}


def test_every_column_is_tried() -> None:
    assert CHANGES.keys() | {"number"} == {column.name for column in AuditEntry.__table__.columns}


@pytest.mark.parametrize("place", [1, 3, ENTRIES])
@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_column_is_named(
    by_hand: Callable[..., AuditVerdict], column: str, place: int
) -> None:
    value = CHANGES[column]
    if (column, place) == ("previous_hash", 1):
        value = "'elsewhere'"
    found = by_hand(f"UPDATE audit_entry SET {column} = {value} WHERE number = {place}")  # noqa: S608
    assert (found.number, found.fault) == (place, "it was changed")


MOVE = "UPDATE audit_entry SET number = {} WHERE number = {}"
SWAP = [MOVE.format(99, 2), MOVE.format(2, 4), MOVE.format(4, 99)]
COPY = (
    "INSERT INTO audit_entry SELECT {number}, at, actor, actor_name, action, subject_type, "
    "subject_id, version, detail, previous_hash, hash FROM audit_entry WHERE number = 5"
)
HEAD = "UPDATE audit_head SET entries = {}"


@pytest.mark.parametrize(
    ("statements", "number", "fault"),
    [
        (["DELETE FROM audit_entry WHERE number = 1"], 1, "missing"),
        (["DELETE FROM audit_entry WHERE number = 3"], 3, "missing"),
        (["DELETE FROM audit_entry WHERE number = 5"], 5, "missing"),
        (["DELETE FROM audit_entry WHERE number >= 4"], 4, "missing, like all up to 5"),
        (["DELETE FROM audit_entry"], 1, "missing, like all up to 5"),
        (["DELETE FROM audit_entry WHERE number = 3", MOVE.format(3, 4), MOVE.format(4, 5)],
         3, "changed"),
        (SWAP, 2, "changed"),
        ([MOVE.format(6, 5)], 5, "missing"),
        ([COPY.format(number=6)], 6, "without being counted"),
        (["DELETE FROM audit_entry WHERE number = 5", HEAD.format(4)], 4, "not the last"),
        ([HEAD.format(6)], 6, "missing"),
        (["UPDATE audit_head SET hash = 'x'"], 5, "not the last"),
        (["DELETE FROM audit_head"], 1, "counts the entries"),
    ],
)  # fmt: skip
def test_entries_taken_away_moved_or_added_are_named(
    by_hand: Callable[..., AuditVerdict], statements: list[str], number: int, fault: str
) -> None:
    found = by_hand(*statements)
    assert found.number == number
    assert fault in str(found.fault)


def test_a_forged_entry_breaks_the_next(
    by_hand: Callable[..., AuditVerdict], database: Database
) -> None:
    """Whoever knows how entries are sealed can forge one, and has to forge all behind it."""
    with database.read() as session:
        forged = session.get_one(AuditEntry, 2)
        session.expunge(forged)
    forged.actor = "another"
    found = by_hand(
        f"UPDATE audit_entry SET actor = 'another', hash = '{forged.seal()}' WHERE number = 2"  # noqa: S608
    )
    assert (found.number, found.fault) == (3, "it does not continue the entry before it")


@pytest.mark.parametrize(("column", "value"), [("at", "'noon'"), ("at", "7"), ("detail", "'{'")])
def test_what_cannot_be_read_is_named(
    by_hand: Callable[..., AuditVerdict], database: Database, column: str, value: str
) -> None:
    change = f"UPDATE audit_entry SET {column} = {value} WHERE number = 3"  # noqa: S608
    if database.bind.engine.dialect.name == "postgresql":  # which does not even store it
        with pytest.raises(DBAPIError):
            by_hand(change)
        return
    found = by_hand(change)
    assert (found.number, found.fault) == (3, "it cannot be read")


def test_the_application_changes_no_entry(
    by_hand: Callable[..., AuditVerdict], database: Database
) -> None:
    def change(session: Session) -> None:
        session.get_one(AuditEntry, 2).actor = "another"

    def remove(session: Session) -> None:
        session.delete(session.get_one(AuditEntry, 2))

    for act in (change, remove):
        with pytest.raises(AlteredHistory, match="audit_entry"):
            database.write(act)
    assert verdict(database).entries == ENTRIES


def test_writers_at_the_same_moment_make_one_chain(own_database: Database) -> None:
    barrier = Barrier(WRITERS)

    def write(place: int) -> None:
        barrier.wait()
        own_database.write(lambda session: [record(session, place), record(session, place)])

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    found = verdict(own_database)
    assert (found.entries, found.fault) == (2 * WRITERS, None)
    with own_database.read() as session:
        assert session.get_one(AuditHead, 1).hash == found.head
        subjects = [row.subject_id for row in session.scalars(AuditEntry.matching())]
    assert sorted(subjects) == sorted(f"q{place}" for place in range(WRITERS) for _ in "12")
