"""Submissions kept by month on PostgreSQL: the service does not notice, and a month can go."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import make_url

from api.app import create_app
from models import Database
from settings import Settings
from tests.factories import Bank
from tests.processes import ROOT

RECIPE = (ROOT / "deploy" / "partitions.sql").read_text().encode()
ANSWERS = "/v1/questions/rivers/submissions"
LATER = """
    INSERT INTO submission SELECT (json_populate_record(
        submission_before, json_build_object('id', first_id(%s)))).* FROM submission_before
"""

pytestmark = pytest.mark.parametrize("own_url", ["postgresql"], indirect=True)


@pytest.fixture
def server(own_url: str) -> Iterator[psycopg.Connection]:
    """A connection to the database, for its operator."""
    address = make_url(own_url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(), autocommit=True) as connection:
        yield connection


def test_the_service_goes_on_when_submissions_are_kept_by_month(
    own_url: str, own_database: Database, server: psycopg.Connection
) -> None:
    Bank(own_database).publish()
    _, key = Bank(own_database).key("integration")
    with TestClient(create_app(Settings.load(database_url=own_url)), headers=key) as client:
        before = _answer(client, "once")
        with server.transaction():
            server.execute(RECIPE)
        assert _answer(client, "once") == before, "a repeated request finds the first one"
        after = _answer(client, "again")
        listed = client.get("/v1/submissions").json()["items"]
        assert [row["id"] for row in listed] == [after, before]
        assert client.get(f"/v1/submissions/{before}").status_code == 200


def test_a_month_goes_as_a_whole_and_history_is_guarded(
    own_url: str, own_database: Database, server: psycopg.Connection
) -> None:
    Bank(own_database).publish()
    Bank(own_database).submit(key="once")
    with server.transaction():
        server.execute(RECIPE)
    at = datetime.now(UTC).replace(day=2) + timedelta(days=32)
    server.execute(LATER, [at])
    with pytest.raises(psycopg.errors.UniqueViolation, match="idempotency_key"):
        server.execute(LATER, [at + timedelta(hours=1)])
    with pytest.raises(psycopg.Error, match="never changed"):
        server.execute("UPDATE submission SET learner = 'another'")
    server.execute(LATER, [at + timedelta(days=1000)])
    server.execute("DROP TABLE grade_before, submission_before")
    places = server.execute(
        "SELECT tableoid::regclass::text FROM submission ORDER BY id"
    ).fetchall()
    assert places == [(f"submission_{at:%Y_%m}",), ("submission_later",)]


def _answer(client: TestClient, key: str) -> str:
    made = client.post(ANSWERS, json={"selected": []}, headers={"Idempotency-Key": key})
    assert made.status_code == 201, made.text
    id_: str = made.json()["id"]
    return id_
