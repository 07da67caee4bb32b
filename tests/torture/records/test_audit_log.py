"""Whatever is done to the audit log by hand is found, and a log of any length is soon proved."""

import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from domain.access import Caller
from models import Database, now
from operations import verify_audit as verifying
from operations.record_audit import record_audit
from operations.verify_audit import verify_audit
from tests.torture.effort import effort
from tests.torture.journal import Journal
from tests.torture.records.tampering import TAMPERINGS, entries

ENTRIES = 30
AUTHOR = Caller("someone", frozenset({"bank:write"}), "Ada")


@pytest.fixture
def connection(database: Database) -> Connection:
    """The connection of a database whose log has some entries."""

    def work(session: Session) -> None:
        for place in range(ENTRIES):
            record_audit(
                session,
                actor=AUTHOR if place % 3 else None,
                action="question.published",
                subject_type="question",
                subject_id=f"q{place}",
                version=place,
                detail={"title": f"Question {place}"},
                at=now(),
            )

    database.write(work)
    assert isinstance(database.bind, Connection)
    return database.bind


def undetected(connection: Connection, times: int) -> list[str]:
    """Tamper, look, undo; a line for each time that nothing was noticed."""
    journal, unnoticed = Journal("tampering"), []
    there = entries(connection)
    for _ in range(times):
        tamper = journal.random.choice(TAMPERINGS)
        undoing = connection.begin_nested()
        tamper(connection, there, journal.random)
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            verdict = verify_audit(session)
        undoing.rollback()
        journal.note(tamper.__name__, fault=verdict.fault, number=verdict.number)
        if verdict.fault is None:
            unnoticed.append(tamper.__name__)
    return unnoticed


def test_every_tampering_is_found(connection: Connection) -> None:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        assert verify_audit(session).fault is None
    assert undetected(connection, effort(150, 1000, 5000)) == []


@pytest.mark.parametrize(
    ("blind", "missed"),
    [("seal", "change_a_column"), ("link", "forge_an_entry"), ("head", "rewrite_the_end")],
)
def test_a_blind_eye_would_be_noticed(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, blind: str, missed: str
) -> None:
    """Planted: the hash, the link to the entry before, or the end of the log is not compared."""
    real = verifying._continues

    def continues(said: list[object], hash_: str, expected: int, last: str, head: object) -> bool:
        seals = said if blind != "seal" else None
        previous = said[verifying.PREVIOUS] if blind == "link" else last
        if seals is None:
            return said[verifying.NUMBER] == expected and previous == last
        if blind == "head":
            return said[verifying.NUMBER] == expected and previous == said[verifying.PREVIOUS]
        return real(said, hash_, expected, str(previous), head)  # type: ignore[arg-type]

    monkeypatch.setattr(verifying, "_continues", continues)
    assert missed in undetected(connection, 60)
