"""Databases made by the migrations, on both engines; each test in a transaction rolled back."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

import migrations
from api.app import create_app
from models import Database, open_engine
from settings import Settings
from tests.factories import Bank
from tests.postgres import running_postgres

ENGINES = ("sqlite", "postgresql")
HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with files that start services: their tests are few and slow, so none may come last."""
    counts = Counter(item.path for item in items)
    items.sort(key=lambda at: (not _starts_services(at.path), -counts[at.path], str(at.path)))


def _starts_services(file: Path) -> bool:
    place = file.relative_to(HERE).parts
    return len(place) == 1 or place[0] in {"torture", "browser", "clients", "seed"}


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """Log lines as JSON: drawing a stack trace for people takes seconds."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for all tests."""
    with running_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> str:
    """The URL of a migrated database there, from which others are copied: nobody may stay in it."""
    url = create_database(postgres_url, "migrated")
    engine = open_engine(url)
    migrations.upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, from which others are copied."""
    path = tmp_path_factory.mktemp("migrated") / "questions.db"
    engine = open_engine(f"sqlite:///{path}")
    migrations.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def shared_sqlite(migrated_sqlite: Path) -> Iterator[Engine]:
    """An engine on the SQLite file that all tests share."""
    engine = open_engine(f"sqlite:///{migrated_sqlite}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def shared_postgresql(postgres_url: str, migrated_postgres: str) -> Iterator[Engine]:
    """An engine on the PostgreSQL database that all tests share."""
    migrated = make_url(migrated_postgres).database
    engine = open_engine(create_database(postgres_url, "shared", migrated))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session", params=ENGINES)
def shared_engine(request: pytest.FixtureRequest) -> Engine:
    """An engine on a database that all tests share, since each undoes what it did.

    Workers come back to the one engine after the other, in each of their files: both stay open.
    """
    engine: Engine = request.getfixturevalue(f"shared_{request.param}")
    return engine


@pytest.fixture
def database(shared_engine: Engine) -> Iterator[Database]:
    """A database whose every change is undone after the test."""
    with shared_engine.connect() as connection, connection.begin() as transaction:
        yield Database(connection)
        transaction.rollback()


@pytest.fixture
def bank(database: Database) -> Bank:
    """Makes questions and keys in the test's database."""
    return Bank(database)


@pytest.fixture
def make_client(database: Database) -> Iterator[Callable[..., TestClient]]:
    """Makes clients of an application on the test's database, under the settings given."""
    with ExitStack() as ending:

        def make(**settings: object) -> TestClient:
            app = create_app(Settings.load(**settings), database)
            ending.callback(app.state.submission_writer.stop)
            return TestClient(app, raise_server_exceptions=False)

        yield make


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    """A client of an application with default settings."""
    return make_client()


@pytest.fixture(params=ENGINES)
def own_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database of this test's own, where commits are real."""
    url = url_of_a_new_bank(request, request.param, tmp_path / "own.db")
    yield url
    if request.param == "postgresql":
        _drop(url)


@pytest.fixture
def replica_url(request: pytest.FixtureRequest, own_url: str, tmp_path: Path) -> str:
    """The URL of a second such database beside it, which stays behind as only a test can want."""
    return url_of_a_new_bank(request, make_url(own_url).get_backend_name(), tmp_path / "replica.db")


@pytest.fixture
def own_database(own_url: str) -> Iterator[Database]:
    """A database of this test's own, where commits are real."""
    database = Database(open_engine(own_url, pool_size=30))
    yield database
    database.close()


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return create_database(request.getfixturevalue("postgres_url"), f"empty_{uuid4().hex}")


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    """An engine on a database without tables."""
    engine = open_engine(empty_url)
    yield engine
    engine.dispose()


@pytest.fixture
def migrated(own_url: str) -> Iterator[Engine]:
    """An engine on a migrated database of this test's own."""
    engine = open_engine(own_url)
    yield engine
    engine.dispose()


def url_of_a_new_bank(request: pytest.FixtureRequest, engine: str, path: Path) -> str:
    """The URL of a migrated database that nobody else has; on SQLite it is that file."""
    if engine == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        return f"sqlite:///{path}"
    migrated = make_url(request.getfixturevalue("migrated_postgres"))
    return create_database(
        request.getfixturevalue("postgres_url"), f"own_{uuid4().hex}", migrated.database
    )


def create_database(server_url: str, name: str, template: str | None = None) -> str:
    """The URL of a new database on a server, empty or like another, which nobody may be in."""
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        copied = f' TEMPLATE "{template or "template0"}" STRATEGY FILE_COPY'
        connection.execute(text(f'CREATE DATABASE "{name}"{copied}'))
    engine.dispose()
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _drop(url: str) -> None:
    """Delete a database, whoever is still in it."""
    name = make_url(url).database
    engine = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()
