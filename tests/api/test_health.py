"""Whether the service lives, is ready, and which version answers."""

import tomllib
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

import migrations
from api.app import create_app
from models import Database, open_engine
from settings import Settings

ROOT = Path(__file__).parents[2]


def test_it_lives(client: TestClient) -> None:
    answer = client.get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_is_ready(client: TestClient, database: Database) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    durability = "keeps_answers" if database.is_file else "may_lose_answers"  # as tests run it
    assert answer.json() == {
        "status": "ready", "migration": migrations.head(), "durability": durability,
    }  # fmt: skip
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_says_its_version(client: TestClient) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert client.get("/version").json() == {"version": project["version"], "api": "v1"}


def test_it_is_not_ready_without_its_tables(empty_url: str) -> None:
    _is_not_ready(Database(open_engine(empty_url)))


def test_it_is_not_ready_at_another_migration(own_database: Database) -> None:
    assert isinstance(own_database.bind, Engine)
    with own_database.bind.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'another'"))
        connection.execute(text("UPDATE bank SET serves_since = 'later'"))
    _is_not_ready(own_database)


def test_it_is_not_ready_without_a_database() -> None:
    for url in ("sqlite:////nowhere/at/all.db", "postgresql+psycopg://u:secret@127.0.0.1:1/none"):
        _is_not_ready(Database(open_engine(url)))


def test_it_is_ready_with_its_replica(own_url: str, replica_url: str) -> None:
    database = _with_replica(own_url, replica_url)
    answer = TestClient(create_app(Settings.load(), database)).get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    database.close()


def test_it_is_not_ready_when_the_replica_is_behind(own_url: str, replica_url: str) -> None:
    database = _with_replica(own_url, replica_url)
    with database.published.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'another'"))
        connection.execute(text("UPDATE bank SET serves_since = 'later'"))
    _is_not_ready(database, "The replica is at migration another, this version needs")


def test_it_is_not_ready_without_its_replica(own_url: str) -> None:
    gone = make_url(own_url).set(database="/nowhere/at/all.db")
    if gone.get_backend_name() == "postgresql":
        gone = gone.set(database="gone")
    absent = gone.render_as_string(hide_password=False)
    _is_not_ready(_with_replica(own_url, absent), "The replica does not answer.")


def _with_replica(url: str, replica: str) -> Database:
    return Database(open_engine(url), open_engine(replica))


def _is_not_ready(database: Database, why: str = "The database ") -> None:
    client = TestClient(create_app(Settings.load(), database), raise_server_exceptions=False)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.json()["detail"].startswith(why)
    assert answer.headers["Retry-After"]
    assert "secret" not in answer.text
    assert client.get("/livez").status_code == 200
    questions = client.get("/v1/questions")
    assert questions.status_code in {200, 500, 503}
    assert questions.status_code == 200 or questions.json()["request_id"]
    database.close()
