"""Mistakes that a kill must bring to light."""

import time
from collections.abc import Callable, Sequence
from threading import Timer
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Connection, Table
from sqlalchemy.orm import Session

from api import imports, regrade_steps, submissions
from models import Database
from models.bulk import insert_new
from operations import append_regrades, import_sources, store_answers
from operations.import_many import import_many
from tests.torture.crash.tuning import small_pieces

GAP = 0.2  # seconds in which a kill shows the fault


def answers_come_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    """Say that it is done and commit a moment later, as a ``yield`` dependency does."""

    def write_later(database: Any, work: Callable[[Session], Any]) -> Any:
        session = database._writers()
        result = work(session)
        Timer(GAP, lambda: (session.commit(), session.close())).start()
        return result

    patch.setattr(Database, "_write_once", write_later)


def grades_come_in_a_transaction_of_their_own(patch: pytest.MonkeyPatch) -> None:
    """Commit the submissions, then grade them."""

    def insert_in_two(connection: Connection, table: Table, rows: Sequence[NamedTuple]) -> int:
        if table is store_answers.GRADE and not connection.in_nested_transaction():
            _commit_midway(connection)
        return insert_new(connection, table, rows)

    patch.setattr(store_answers, "insert_new", insert_in_two)


def questions_are_imported_one_by_one(patch: pytest.MonkeyPatch) -> None:
    """Commit each question of a file by itself, so that a crash leaves some of them."""

    patch.setattr(imports, "import_many", _import_each)


def batches_are_counted_in_a_transaction_of_their_own(patch: pytest.MonkeyPatch) -> None:
    """Commit the grades of a batch of a regrade, then how far it has come."""

    def insert_in_two(connection: Connection, table: Table, rows: Sequence[NamedTuple]) -> int:
        new = insert_new(connection, table, rows)
        _commit_midway(connection)
        return new

    small_pieces(patch)
    patch.setattr(append_regrades, "insert_new", insert_in_two)


def chunks_are_imported_file_by_file(patch: pytest.MonkeyPatch) -> None:
    """Commit each file of a chunk by itself."""

    small_pieces(patch)
    patch.setattr(import_sources, "import_many", _import_each)


def keys_of_answers_are_not_kept(patch: pytest.MonkeyPatch) -> None:
    """Remember idempotency keys in the process alone, which forgets them when it is killed."""

    def insert_without(connection: Connection, table: Table, rows: Sequence[Any]) -> int:
        if table is store_answers.SUBMISSION:
            rows = [row._replace(idempotency_key=None) for row in rows]
        return insert_new(connection, table, rows)

    patch.setattr(store_answers, "insert_new", insert_without)


def keys_of_other_requests_are_not_looked_up(patch: pytest.MonkeyPatch) -> None:
    """Do each request anew, whether its key was there before or not."""

    def answer_always(session: Session, *, work: Callable[[], str], **_: Any) -> tuple[str, bool]:
        return work(), False

    for module in (imports, regrade_steps, submissions):
        patch.setattr(module, "answer_once", answer_always)


def _import_each(session: Session, *, prepared: Sequence[Any], **said: Any) -> list[Any]:
    items = list[Any]()
    for one in prepared:
        items += import_many(session, prepared=[one], **said)
        session.flush()
        _commit_midway(session.connection())
    return items


def _commit_midway(connection: Connection) -> None:
    connection.exec_driver_sql("COMMIT")
    time.sleep(GAP)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
