"""The schema's history, and the few calls that the service needs to move along it."""

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.command import downgrade as alembic_downgrade
from alembic.command import upgrade as alembic_upgrade
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from migrations.losses import LOSSY
from models import Bank, Base, Database, open_engine
from models.durability import weaknesses
from settings import ROOT, Settings

LOCK_NOT_AVAILABLE = "55P03"
ATTEMPTS, PAUSE = 30, 1.0  # seconds, in which those who waited for a step get on
# Made by the migrations alone: the virtual table of SQLite's FTS5 and what it keeps beside it.
SEARCH_TABLE = "question_search"


class UnusableDatabaseError(Exception):
    """The database cannot be used. ``str(error)`` is one line that says why and the cure."""


class WeakDatabaseError(UnusableDatabaseError):
    """A power cut may take away what the database has confirmed, and nobody has said it may."""

    def __init__(self, weak: list[str], is_file: bool) -> None:
        self.fault = f"A power cut may take confirmed answers away: {', '.join(weak)}."
        place = "unset QUESTIONS_SQLITE_SYNCHRONOUS, keep the file on a local disk"
        if not is_file:
            place = "turn it on in the configuration of PostgreSQL"
        self.cure = f"Mend that ({place}), or say QUESTIONS_DURABILITY=may-lose-answers."
        super().__init__(f"{self.fault} {self.cure}")


def open_database(settings: Settings) -> Database:
    """The database of the settings, with a replica if they name one. Opens no connection yet."""
    replica = settings.database_read_url
    return Database(
        open_engine(settings.database_url, **settings.engine_options),
        open_engine(replica, **settings.engine_options) if replica else None,
        Path(settings.media_folder) if settings.media_folder else None,
    )


def open_bank(settings: Settings, *, migrate: bool = True) -> Database:
    """The database of the settings, at the newest migration.

    Makes the folder of a SQLite file. With ``migrate=False`` a database that is behind is
    refused instead of changed, and so is one that may lose what it confirms, unless the settings
    say that it may. Every reason is one line of :class:`UnusableDatabaseError`.
    """
    url = make_url(settings.database_url)
    database = open_database(settings)
    engine = database.bind.engine
    try:
        if migrate:
            _make_folder(url)
            upgrade(engine)
        _require_file(url)
        _require_head(engine)
        if not settings.may_lose_answers:
            _require_durability(database)
    except UnusableDatabaseError:
        database.close()
        raise
    except (OSError, DBAPIError) as error:
        database.close()
        raise UnusableDatabaseError(
            f"The database {url.render_as_string()} cannot be used: {_reason(error)}. "
            "Check that its folder or server is there and that this user may write to it, "
            "or set DATABASE_URL to another one."
        ) from None
    return database


def require_replica(settings: Settings) -> None:
    """Raise :class:`UnusableDatabaseError` for a replica without the newest migration."""
    url = make_url(settings.database_read_url)
    if (path := file_of(url)) and not path.exists():
        raise UnusableDatabaseError(f"There is no replica {path}. Mend DATABASE_READ_URL.")
    engine = open_engine(settings.database_read_url, **settings.engine_options)
    try:
        with engine.connect() as connection:
            found = current(connection)
    except DBAPIError as error:
        raise UnusableDatabaseError(
            f"The replica {url.render_as_string()} cannot be read: {_reason(error)}. "
            "Start it, or mend DATABASE_READ_URL."
        ) from None
    finally:
        engine.dispose()
    if found != head():
        raise UnusableDatabaseError(
            f"The replica is at migration {found or 'none'}, this version of the service needs "
            f"{head()}. Migrate the primary, and see that the replica follows it."
        )


def _reason(error: Exception) -> str:
    """The first line of what the engine says."""
    return str(getattr(error, "orig", error)).strip().splitlines()[0]


def _make_folder(url: URL) -> None:
    if path := file_of(url):
        path.parent.mkdir(parents=True, exist_ok=True)


def _require_file(url: URL) -> None:
    """Refuse a SQLite file that is not there; merely looking would make an empty one."""
    path = file_of(url)
    if path and not path.exists():
        raise UnusableDatabaseError(
            f"There is no database {path}. "
            "Run `questions migrate` to make it, or mend DATABASE_URL."
        )


def file_of(url: URL) -> Path | None:
    """The file of a SQLite database, where its URL names a path."""
    is_path = url.get_backend_name() == "sqlite" and not (url.database or "").startswith("file:")
    return Path(url.database or "") if is_path else None


def _require_head(engine: Engine) -> None:
    with engine.connect() as connection:
        found, fits = current(connection), is_served(connection)
    if not fits:
        cure = (
            "Run `questions migrate`" if found is None or is_known(found) else "Start a newer one"
        )
        raise UnusableDatabaseError(
            f"The database is at migration {found or 'none'}, this version of the service needs "
            f"{head()}. {cure}."
        )


def _require_durability(database: Database) -> None:
    with database.read() as session:
        weak = weaknesses(session.connection())
    if weak:
        raise WeakDatabaseError(weak, database.is_file)


@cache
def head() -> str:
    """The newest revision that this version of the service knows."""
    return _history().get_current_head() or ""


def current(connection: Connection) -> str | None:
    """The revision of a database; ``None`` for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def is_served(connection: Connection) -> bool:
    """Whether this version of the service works on the tables that are there.

    It does on those that its newest migration makes, and on later ones that say so: while several
    machines are brought to a newer version, the others go on.
    """
    found = current(connection)
    if found is None or is_known(found):
        return found == head()
    serves_since = select(Bank.serves_since)
    return (connection.scalar(serves_since) or found) <= head()


def upgrade(engine: Engine, to: str = "head") -> bool:
    """Bring the database to a revision; whether anything had to be done.

    Each step is a transaction of its own, which waits for no lock longer than writers may wait for
    it, and tries again. Raises :class:`UnusableDatabaseError` for a database of a later version of
    the service that does not serve this one, and where a lock cannot be had.
    """
    with engine.connect() as connection:
        before = current(connection)
        is_later = before is not None and not is_known(before)
        if is_later and not is_served(connection):
            raise UnusableDatabaseError(
                f"The database is at migration {before}, which this version of the service does "
                "not know. Start the newer version that made it, or restore a backup from before."
            )
    if is_later or before == head():
        return False
    # To an empty database they are one, since nobody waits for it.
    for step in [to] if before is None else steps(before, to):
        _patiently(lambda step=step: alembic_upgrade(_config(engine), step))  # type: ignore[misc]
    return True


def steps(before: str, to: str = "head") -> list[str]:
    """The revisions on the way from one to another."""
    between = [each.revision for each in _history().iterate_revisions(to, before)]
    return between[::-1]


def _patiently(step: Callable[[], None]) -> None:
    """Try a step again as long as somebody holds a lock that it needs."""
    for _ in range(ATTEMPTS):
        try:
            return step()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            time.sleep(PAUSE)
    raise UnusableDatabaseError(
        "Somebody holds locks on tables that a migration changes. End long transactions "
        "(pg_stat_activity shows them), and run `questions migrate` again."
    )


def downgrade(engine: Engine, to: str, *, lossy: bool = False) -> None:
    """Take the database back to a revision, or to ``base``.

    Raises :class:`~migrations.losses.LossyDowngradeError` where rows would be lost, if not lossy.
    """
    config = _config(engine)
    config.attributes[LOSSY] = lossy
    alembic_downgrade(config, to)


def is_known(revision: str) -> bool:
    """Whether a revision belongs to this version's history."""
    return any(script.revision == revision for script in _history().walk_revisions())


def differences(connection: Connection) -> list[object]:
    """What the migrated schema and the models disagree on; empty when nothing."""
    context = MigrationContext.configure(
        connection,
        opts={"include_name": is_ours, "compare_type": True, "compare_server_default": True},
    )
    return list(compare_metadata(context, Base.metadata))


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether autogeneration compares a thing: all but the search tables."""
    return not (kind == "table" and (name or "").startswith(SEARCH_TABLE))


@cache
def _history() -> ScriptDirectory:
    """All steps, read once: a service asks for them again and again, and they do not change."""
    return ScriptDirectory.from_config(_config())


def _config(engine: Engine | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    config.attributes["engine"] = engine
    return config
