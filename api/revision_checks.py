"""Whether the bank is still what it was, asked on every request that could get a kept answer."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import psycopg
import structlog
from sqlalchemy import Engine

from models import Database

READ_REVISION = "SELECT revision FROM bank"
PATIENCE = 5.0  # seconds; after that the request goes on to its route

log = structlog.get_logger()


class State(NamedTuple):
    """A state of the bank; equal states have equal content.

    ``link`` counts our connections: behind a new one there may be another bank (a restored one, a
    standby that missed the last commits) in which the same revision says something else.
    """

    link: int
    revision: int


class RevisionChecks(Protocol):
    """Tells the state of the bank."""

    async def read(self) -> State | None:
        """The state by a look that began after the call; ``None`` where there is none to get."""

    async def close(self) -> None:
        """Give back the connection."""


def checks_of(database: Database) -> RevisionChecks | None:
    """The checks for this database; none where it is one connection, which no other can watch."""
    if not isinstance(engine := database.bind, Engine):
        return None
    arguments, options = engine.dialect.create_connect_args(engine.url)
    if engine.dialect.name == "sqlite":
        return SqliteChecks(arguments[0])
    return PostgresChecks(options)


class SqliteChecks:
    """Looks at SQLite's own change counter, which costs 4 us, and reads only when it has moved.

    The counter tells of commits by *other* connections, so this one must never write.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._links = 0
        self._seen: tuple[object, State] | None = None

    async def read(self) -> State | None:
        """The state, without waiting for anything but the file."""
        try:
            return self._look()
        except sqlite3.Error as error:
            log.warning("revision_not_read", reason=type(error).__name__)
            await self.close()
            return None

    def _look(self) -> State:
        connection = self._connection or self._open()
        # Fetched to the end: a statement left open would hold on to the old state.
        counter = connection.execute("PRAGMA data_version").fetchall()
        if self._seen is None or counter != self._seen[0]:
            # After the counter: what is committed in between will move it once more.
            ((revision,),) = connection.execute(READ_REVISION).fetchall()
            self._seen = counter, State(self._links, revision)
        return self._seen[1]

    def _open(self) -> sqlite3.Connection:
        self._connection = sqlite3.connect(
            self._path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA query_only = ON")
        self._links += 1
        return self._connection

    async def close(self) -> None:
        """Give back the connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._seen = None


class PostgresChecks:
    """Reads for all that wait at once, on a connection of its own.

    Who comes while a read is under way waits for the next one: the one under way may have begun
    before a commit of which the newcomer has heard already.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._links = 0
        self._waiting: list[asyncio.Future[State | None]] = []
        self._reading: asyncio.Task[None] | None = None

    async def read(self) -> State | None:
        """The state, by the next read."""
        answer: asyncio.Future[State | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_for_all())
        return await answer

    async def _read_for_all(self) -> None:
        try:
            while self._waiting:
                await self._read_for(self._take_waiting())
        finally:
            self._reading = None
            _tell(self._take_waiting(), None)

    def _take_waiting(self) -> list[asyncio.Future[State | None]]:
        waiting, self._waiting = self._waiting, []
        return waiting

    async def _read_for(self, waiting: list[asyncio.Future[State | None]]) -> None:
        state = None
        try:
            state = await self._ask()
        finally:
            _tell(waiting, state)

    async def _ask(self) -> State | None:
        """Over the link there is or, should it be cut, over a new one."""
        for link in {self._links, 0}:
            if (state := await self._try(self._connection if link else None)) is not None:
                return state
        return None

    async def _try(self, link: psycopg.AsyncConnection[Any] | None) -> State | None:
        try:
            async with asyncio.timeout(PATIENCE):
                link = link or await self._open()
                row = await (await link.execute(READ_REVISION)).fetchone()
                return State(self._links, row[0]) if row else None
        except (psycopg.Error, OSError, TimeoutError) as error:
            log.warning("revision_not_read", reason=type(error).__name__)
            await self.close()
            return None

    async def _open(self) -> psycopg.AsyncConnection[Any]:
        connect: Callable[..., Any] = psycopg.AsyncConnection.connect
        self._connection = await connect(
            **self._options, autocommit=True, prepare_threshold=None, connect_timeout=int(PATIENCE)
        )
        self._links += 1
        return self._connection

    async def close(self) -> None:
        """Give back the connection."""
        if self._connection is not None:
            await self._connection.close()
        self._connection = None


def _tell(waiting: list[asyncio.Future[State | None]], state: State | None) -> None:
    for answer in waiting:
        if not answer.done():
            answer.set_result(state)
