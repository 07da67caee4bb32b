"""Regrades at the same moment as answers, edits, each other, and one by two processes."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import operations.append_regrades as appending
import operations.assess_submissions as assessing
from api.app import create_app
from api.regrade_worker import RegradeWorker
from domain.errors import RegradeNotReady
from models import Database, GradeRow, Regrade, RegradeValues, now, open_engine
from models.bulk import insert_new, table_of
from models.ids import uuid7
from models.regrade import LEASE
from operations.apply_regrade import apply_regrade
from operations.read_regrade import find_regrade
from operations.run_regrade import RegradeLostError, claim_regrade, run_regrade
from settings import Settings
from tests.api.authors import code
from tests.api.regrades.admin import CORRECTED, WRONG, Admin
from tests.factories import CALLER, Bank, draft

COUNT = 40
BATCH = 3


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many batches of few submissions, so that there is much to come between."""
    monkeypatch.setattr(appending, "BATCH", BATCH)
    monkeypatch.setattr(assessing, "BATCH", BATCH)


@pytest.fixture
def bank(own_database: Database) -> Bank:
    """Answers to a version whose key is wrong; the corrected one is published since."""
    made = Bank(own_database)
    ids = made.publish(WRONG).option_ids
    for _ in range(COUNT):
        made.submit(ids[0], ids[2])
    made.publish(CORRECTED)
    return made


@pytest.fixture
def admin(own_database: Database, bank: Bank) -> Iterator[Admin]:
    """An admin of a service whose regrades are all done by the worker."""
    app = create_app(Settings.load(regrade_at_once=1), own_database)
    yield Admin(TestClient(app, raise_server_exceptions=False), bank.key("admin")[1])
    app.state.submission_writer.stop()


def grades(database: Database) -> dict[UUID, list[Any]]:
    """The grades of each submission, oldest first."""
    found: dict[UUID, list[Any]] = {}
    with database.read() as session:
        for row in session.scalars(select(GradeRow).order_by(GradeRow.id)):
            found.setdefault(row.submission_id, []).append(row)
    return found


def test_answers_and_edits_go_on_while_a_regrade_is_planned_and_applied(
    own_database: Database, bank: Bank, admin: Admin
) -> None:
    is_over = Event()

    def answer() -> int:
        sent = 0
        while not is_over.is_set():
            said = {"selected": [], "learner": f"late {sent}"}
            told = admin.client.post("/v1/questions/rivers/submissions", json=said)
            assert told.status_code == 201, told.text
            sent += 1
            if sent % 5 == 0:
                bank.publish(draft(key=WRONG.key, title=f"Edit {sent}"))
        return sent

    with ThreadPoolExecutor(1) as pool:
        late, worker = pool.submit(answer), RegradeWorker(own_database)
        run = admin.plan(202)
        assert worker.work_off()
        planned = admin.get(f"/{run['id']}")
        admin.post(f"{run['id']}/apply")
        assert worker.work_off()
        is_over.set()
        sent = late.result()
    told = admin.get(f"/{run['id']}")
    assert planned["plan"]["affected"] == COUNT, "by the key that was published when it was planned"
    assert told["result"]["applied"] == COUNT
    assert COUNT <= told["plan"]["submissions"] + told["result"]["arrived"] <= COUNT + sent
    numbers = Counter(len(rows) for rows in grades(own_database).values())
    assert numbers == Counter({2: COUNT}) + Counter({1: sent})


def test_two_processes_share_one_regrade_and_grade_nothing_twice(
    own_database: Database, own_url: str, admin: Admin
) -> None:
    other = Database(open_engine(own_url))
    run = admin.plan(202)
    workers = [RegradeWorker(each) for each in (own_database, other, own_database, other)]
    for verb, count in ((None, 1), ("apply", 2), ("undo", 3)):
        with ThreadPoolExecutor(len(workers)) as pool:
            if verb:
                asked = list(pool.map(admin.post, [f"{run['id']}/{verb}"] * 4))
                assert {answer.status_code for answer in asked} == {202}
            found = list(pool.map(lambda worker: worker.work_off(), workers))
        assert sum(found) == 1
        assert {len(rows) for rows in grades(own_database).values()} == {count}
    told = admin.get(f"/{run['id']}")["result"]
    assert (told["applied"], told["undone"], told["stale"]) == (COUNT, COUNT, 0)
    other.close()


def test_a_second_regrade_waits_until_the_first_is_through(
    own_database: Database, bank: Bank, admin: Admin
) -> None:
    worker = RegradeWorker(own_database)
    first, second = admin.plan(202), admin.plan(202, mode="full_credit")
    assert worker.work_off()
    assert worker.work_off()
    assert admin.post(f"{first['id']}/apply").status_code == 202
    refused = admin.post(f"{second['id']}/apply")
    assert code(refused) == (409, "regrade_not_ready")
    assert first["id"] in refused.json()["detail"]
    assert worker.work_off()
    assert admin.post(f"{second['id']}/apply").status_code == 202
    assert code(admin.post(f"{first['id']}/undo")) == (409, "regrade_not_ready")
    assert worker.work_off()
    told = admin.get(f"/{second['id']}")["result"]
    assert (told["applied"], told["stale"]) == (0, COUNT), "its plan saw other grades"
    assert admin.post(f"{first['id']}/undo").status_code == 202, "nothing of it was graded since"


def test_of_two_that_are_asked_for_at_the_same_moment_one_is_refused(
    own_database: Database, own_url: str, bank: Bank
) -> None:
    first, second = bank.regrade(), bank.regrade()
    other = Database(open_engine(own_url))
    is_asked = Event()

    def ask(database: Database, run: Regrade, wait: float) -> str:
        def work(session: Session) -> str:
            found = find_regrade(session, run.id, locked=True)
            apply_regrade(session, regrade=found, by=CALLER, at=now(), four_eyes=False)
            session.flush()
            is_asked.set()
            Event().wait(wait)
            return found.state

        return database.write(work)

    with ThreadPoolExecutor(1) as pool:
        one = pool.submit(ask, own_database, first, 0.5)
        assert is_asked.wait(10)
        with pytest.raises(RegradeNotReady):
            ask(other, second, 0)
        assert one.result() == "applying"
    other.close()


def test_who_was_silent_for_too_long_has_lost_the_regrade(
    own_database: Database, admin: Admin
) -> None:
    run = admin.plan(202)
    slow, quick = uuid7(), uuid7()
    held = own_database.write(lambda session: claim_regrade(session, worker=slow, at=now()))
    assert held is not None
    taken = own_database.write(
        lambda session: claim_regrade(session, worker=quick, at=now() + 2 * LEASE)
    )
    assert taken is not None
    with pytest.raises(RegradeLostError):
        run_regrade(own_database.write, run=held, worker=slow, is_stopping=lambda: False)
    assert admin.get(f"/{run['id']}")["progress"]["done"] == 0, "nothing is written by who lost it"
    run_regrade(own_database.write, run=taken, worker=quick, is_stopping=lambda: False)
    assert admin.get(f"/{run['id']}")["plan"]["submissions"] == COUNT


def test_the_database_refuses_a_second_grade_of_one_run(own_database: Database, bank: Bank) -> None:
    run = bank.regrade(versions=(1,), mode="full_credit")
    (rows, *_) = grades(own_database).values()
    told = {name: getattr(rows[0], name) for name in appending.COPIED}
    table = table_of(GradeRow)

    def append(is_undo: bool) -> RegradeValues:
        return RegradeValues(uuid7(), rows[0].submission_id, graded_at=now(), regrade_id=run.id,
                             is_undo=is_undo, **told)  # fmt: skip

    for is_undo, count in ((False, 1), (False, 0), (True, 1), (True, 0)):
        insert = partial(_insert, append(is_undo))
        assert own_database.write(insert) == count, is_undo
    with pytest.raises(IntegrityError):
        own_database.write(lambda session: session.execute(table.insert(), append(False)._asdict()))


def _insert(row: RegradeValues, session: Session) -> int:
    return insert_new(session.connection(), table_of(GradeRow), [row])
