"""What learners are shown comes from the replica; all else has to do with the primary."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from models import Database, open_engine
from settings import BadSettingError, Settings
from tests.factories import Bank

SHOWN = (
    "/v1/questions/rivers",
    "/v1/questions",
    "/v1/questions?sort=published_at",
    "/v1/questions?q=state",
    "/v1/questions/random?count=1&seed=a",
    "/v1/questions/random?count=1",
    "/v1/questions/rivers?shuffle=a",
    "/",
)


@pytest.fixture
def replica(replica_url: str) -> Iterator[Bank]:
    """The bank that learners read, behind the primary until a test lets it catch up."""
    database = Database(open_engine(replica_url))
    yield Bank(database)
    database.close()


@pytest.fixture
def client(own_url: str, replica_url: str) -> Iterator[TestClient]:
    """A client of a service with a replica."""
    app = create_app(Settings.load(database_url=own_url, database_read_url=replica_url))
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("path", SHOWN)
def test_learners_read_the_replica(
    client: TestClient, own_database: Database, replica: Bank, path: str
) -> None:
    Bank(own_database).publish(title="A new state.")
    replica.publish(title="An old state.")
    for _ in range(2):  # the second answer is a kept one, where answers are kept
        text = client.get(path).text
        assert ("An old state." in text, "A new state." in text) == (True, False)
    replica.publish(title="A new state.")
    assert "A new state." in client.get(path).text


def test_the_hints_are_those_of_the_replica(
    client: TestClient, own_database: Database, replica: Bank
) -> None:
    Bank(own_database).publish(hints=("The primary's.",))
    replica.publish(hints=("The replica's.",))
    assert "The replica's." in client.get("/v1/questions/rivers/hints/1").text


def test_authors_answers_and_keys_have_to_do_with_the_primary(
    client: TestClient, own_database: Database, replica: Bank
) -> None:
    Bank(own_database).publish(slug="lakes")
    replica.publish(slug="rivers")
    _, author = Bank(own_database).key("author")
    _, integration = Bank(own_database).key("integration")
    assert client.get("/v1/bank/questions/lakes", headers=author).status_code == 200
    assert client.get("/v1/bank/questions/rivers", headers=author).status_code == 404
    refused = client.post("/v1/questions/rivers/submissions", json={"selected": []})
    assert refused.status_code == 404
    made = client.post(
        "/v1/questions/lakes/submissions", json={"selected": []}, headers=integration
    )
    assert made.status_code == 201
    assert client.get(made.headers["Location"], headers=integration).status_code == 200


def test_a_replica_of_another_engine_is_refused() -> None:
    with pytest.raises(BadSettingError, match="DATABASE_READ_URL should be of the same engine"):
        Settings.load(database_url="postgresql://a/b", database_read_url="sqlite:///a.db")
    with pytest.raises(BadSettingError, match="DATABASE_READ_URL should begin with"):
        Settings.load(database_read_url="mysql://a/b")
