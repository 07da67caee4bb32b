"""What can keep the service from working on this machine, each fault with its cure."""

import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from migrations import (
    UnusableDatabaseError,
    WeakDatabaseError,
    current,
    head,
    open_bank,
    require_replica,
)
from models import Submission, now
from models.durability import weaknesses
from settings import BadSettingError, Settings

BUILT = datetime(2026, 11, 1, tzinfo=UTC)  # no clock that is right can be before this
CLOCK_TOLERANCE = timedelta(minutes=5)
OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it is, and the cure where it is at fault."""

    subject: str
    state: str
    cure: str = ""

    @property
    def fault(self) -> bool:
        """Whether something has to be done."""
        return bool(self.cure)

    def __str__(self) -> str:
        mark = "FAULT" if self.fault else "ok"
        return f"{mark:6} {self.subject:11} {self.state}" + f" {self.cure}" * self.fault


def examine() -> Iterator[Finding]:
    """Look at Python, settings, database, migrations, durability, replica, port and clock."""
    yield _python()
    try:
        settings = Settings.load()
    except BadSettingError as error:
        yield Finding("settings", str(error), "Change or unset the variable.")
        return
    yield Finding("settings", f"{len(Settings.model_fields)} known, none wrong")
    yield from _database(settings)
    if settings.database_read_url:
        yield _replica(settings)
    yield _port(settings)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    cure = "" if sys.version_info >= OLDEST_PYTHON else "Use Python 3.11 or newer."
    return Finding("python", version, cure)


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        database = open_bank(settings, migrate=False)
    except WeakDatabaseError as error:
        yield Finding("durability", error.fault, error.cure)
        return
    except UnusableDatabaseError as error:
        yield Finding("database", str(error), "Or start with `make run`, which sets it up.")
        return
    with database.read() as session:
        dialect = session.connection().dialect
        server = ".".join(map(str, dialect.server_version_info or ()))
        yield Finding("database", f"{dialect.name} {server} answers")
        found = current(session.connection())
        told = "the newest" if found == head() else "a later one, which serves this version"
        yield Finding("migrations", f"at {found}, {told}")
        weak = ", ".join(weaknesses(session.connection()))
        stated = f"{weak}, and QUESTIONS_DURABILITY says that answers may be lost"
        yield Finding("durability", stated if weak else "a power cut takes no confirmed answer")
        yield _clock(session.scalar(select(func.max(Submission.submitted_at))))
    database.close()


def _replica(settings: Settings) -> Finding:
    try:
        require_replica(settings)
    except UnusableDatabaseError as error:
        return Finding("replica", str(error), "Until then learners get no questions.")
    return Finding("replica", f"answers, at {head()}")


def _clock(last_submission: datetime | None) -> Finding:
    """A clock that stands before what it has already stamped was set back."""
    told = f"{now():%Y-%m-%d %H:%M:%S} UTC"
    earliest = max(BUILT, last_submission or BUILT) - CLOCK_TOLERANCE
    if now() >= earliest:
        return Finding("clock", told)
    return Finding("clock", f"{told} is in the past.", "Set the clock, best by NTP.")


def _port(settings: Settings) -> Finding:
    place = f"{settings.host}:{settings.port}"
    if reason := why_taken(settings.host, settings.port):
        return Finding("port", f"{place}: {reason}.", "Stop what uses it, or set QUESTIONS_PORT.")
    return Finding("port", f"{place} is free")


def why_taken(host: str, port: int) -> str | None:
    """Why nothing can listen there, or ``None``."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return None
