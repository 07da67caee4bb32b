"""The database goes away under a service that keeps answers: nothing stale, nothing unexplained."""

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import make_url

import migrations
from api.app import create_app
from models import Database, open_engine
from settings import Settings
from tests.factories import Bank
from tests.postgres import a_place, restartable
from tests.processes import serving

PATHS = ("/v1/questions/rivers", "/v1/questions?limit=5", "/v1/questions/rivers?shuffle=a")
SETTINGS = {"QUESTIONS_RATE_LIMIT_PUBLIC": "off", "QUESTIONS_LOG_LEVEL": "ERROR"}
LONGEST_RETURN = 20.0  # seconds
KILL_OTHERS = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


class Readers:
    """Clients that read on, and what was wrong with their answers."""

    def __init__(self, url: str) -> None:
        self.edit = 0  # the last one that is committed
        self.statuses: set[int] = set()
        self.wrong: list[str] = []
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(url, path)) for path in PATHS]

    def _read(self, url: str, path: str) -> None:
        with httpx.Client(base_url=url, timeout=60) as client:
            while not self._ended.is_set():
                least = self.edit
                self._judge(client.get(path), least)

    def _judge(self, answer: httpx.Response, least: int) -> None:
        self.statuses.add(answer.status_code)
        if answer.status_code == 503:
            is_told = answer.headers["Retry-After"] and answer.json()["code"] == "unavailable"
            self.wrong += [] if is_told else [answer.text]
        elif answer.status_code != 200 or _edit_in(answer) < least:
            self.wrong.append(f"{answer.status_code} after edit {least}: {answer.text[:200]}")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read on while the block lasts."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._ended.set()
            for thread in self._threads:
                thread.join(60)


def _edit_in(answer: Any) -> int:
    body = answer.json()
    question = body["items"][0] if "items" in body else body
    return int(question["title"].removeprefix("Edit "))


def _await_right(url: str, edit: int) -> None:
    """Wait until the service answers again, and rightly at once."""
    until = time.monotonic() + LONGEST_RETURN
    while (answer := httpx.get(url + PATHS[0], timeout=60)).status_code == 503:
        assert time.monotonic() < until, answer.text
        time.sleep(0.05)
    assert (answer.status_code, _edit_in(answer)) == (200, edit), answer.text


def test_a_server_that_stops_and_starts_again_makes_no_answer_stale(tmp_path: Path) -> None:
    with a_place() as place, restartable(place) as server:
        bank = _bank(server.url)
        settings = SETTINGS | {"DATABASE_URL": server.url}
        with serving(tmp_path, "serve", settings=settings) as service:
            readers = Readers(service.url)
            with readers.reading():
                for _ in range(2):
                    _edit_and_kill(bank, server.url, readers)
                    _await_right(service.url, readers.edit)
                    server.stop()
                    away = httpx.get(service.url + PATHS[0], timeout=60)
                    assert (away.status_code, away.json()["code"]) == (503, "unavailable")
                    assert away.headers["Retry-After"]
                    server.start()
                    _edit(bank, readers)
                    _await_right(service.url, readers.edit)
            printed = service.printed()
        bank.database.close()
    assert readers.wrong == []
    assert readers.statuses == {200, 503}
    assert "Traceback" not in printed


def _bank(url: str) -> Bank:
    database = Database(open_engine(url))
    migrations.upgrade(database.bind.engine)
    bank = Bank(database)
    bank.publish(title="Edit 0")
    return bank


def _edit(bank: Bank, readers: Readers) -> None:
    bank.publish(title=f"Edit {readers.edit + 1}")
    readers.edit += 1


def _edit_and_kill(bank: Bank, url: str, readers: Readers) -> None:
    """Edit while connections are cut, that of the check among them."""
    for _ in range(5):
        _edit(bank, readers)
        bank.database.close()
        with closing(psycopg.connect(_plain(url), autocommit=True)) as connection:
            until = time.monotonic() + LONGEST_RETURN
            while connection.execute(KILL_OTHERS.encode()).fetchall() == [(0,)]:
                assert time.monotonic() < until, "The service does not come back to its database."
                time.sleep(0.01)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string()


@pytest.mark.parametrize("own_url", ["sqlite"], indirect=True)
def test_a_file_that_was_replaced_is_not_read_any_more(
    own_url: str, own_database: Database, tmp_path: Path
) -> None:
    """Neither is it written to: answers would be gone with it."""
    path, restored = tmp_path / "own.db", tmp_path / "restored.db"
    bank = Bank(own_database)
    bank.publish(title="Edit 1")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", [str(restored)])
    bank.publish(title="Edit 2")
    answers = f"{PATHS[0]}/submissions"
    with _client(own_url) as client:
        before = [client.get(at) for at in PATHS * 2]
        assert {(told.status_code, _edit_in(told)) for told in before} == {(200, 2)}
        assert client.post(answers, json={"selected": []}).status_code == 201
        aside = shutil.move(path, tmp_path / "aside.db")
        assert client.get(PATHS[0]).status_code == 503
        os.replace(aside, path)
        assert client.get(PATHS[0]).status_code == 200, "it is the same file again"
        os.replace(restored, path)
        for at in (*PATHS, "/readyz"):
            assert client.get(at).json()["code"] == "unavailable", at
        assert client.post(answers, json={"selected": []}).status_code == 503
    own_database.close()
    for name in ("own.db-wal", "own.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    with _client(own_url) as client:
        assert _edit_in(client.get(PATHS[0])) == 1


def _client(url: str) -> TestClient:
    return TestClient(create_app(Settings.load(database_url=url)), raise_server_exceptions=False)
