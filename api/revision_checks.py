"""Whether the bank is still what it was, asked on every request that could get a kept answer."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from threading import Lock
from typing import Any, NamedTuple, Protocol, TypeAlias

import psycopg
import structlog
from psycopg import Connection
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn as Link
from sqlalchemy import Engine

from models import Database
from models.database import file_at, replaced_file

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


Told: TypeAlias = Callable[[State | None], None]


class RevisionChecks(Protocol):
    """Tells the state of the bank, by a look that begins after it is asked for.

    The state is ``None`` where there is none to get.
    """

    def tell(self, told: Told) -> None:
        """Call ``told`` with the state, perhaps at once."""

    async def read(self) -> State | None:
        """The state."""

    async def close(self) -> None:
        """Give back the connection."""


def checks_of(database: Database) -> RevisionChecks | None:
    """The checks of where published questions are read, so that kept answers are as fresh.

    None where that is one connection, which no other can watch.
    """
    if not isinstance(engine := database.published, Engine):
        return None
    arguments, options = engine.dialect.create_connect_args(engine.url)
    if engine.dialect.name == "sqlite":
        return SqliteChecks(arguments[0])
    return PostgresChecks(options)


class SqliteChecks:
    """Looks at SQLite's own change counter, which costs 4 us, and reads only when it has moved.

    The counter tells of commits by *other* connections, so this one must never write. Of another
    file in the place of this one it tells nothing: that is looked at each time, for half as much.
    Several event loops may ask: the driver's connection does not bear two at once.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._links = 0
        self._file: tuple[int, int] | None = None
        self._seen: tuple[object, State] | None = None
        self._waiting: list[Told] = []
        self._lock = Lock()

    def tell(self, told: Told) -> None:
        """Tell the state when all that has arrived by now is here: they share one look."""
        self._waiting.append(told)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._tell_all)

    def _tell_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        _tell(waiting, self._state())

    async def read(self) -> State | None:
        """The state, without waiting for anything but the file."""
        return self._state()

    def _state(self) -> State | None:
        with self._lock:
            try:
                return self._look()
            except sqlite3.Error as error:
                log.warning("revision_not_read", reason=type(error).__name__)
                self._disconnect()
                return None

    def _look(self) -> State:
        connection = self._connection or self._open()
        if file_at(self._path) != self._file:
            raise replaced_file(self._path)
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
        self._file = self._file or file_at(self._path)
        self._links += 1
        return self._connection

    async def close(self) -> None:
        """Give back the connection."""
        self._disconnect()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._seen = None


class PostgresChecks:
    """Reads for all that wait at once, on a connection of its own.

    It speaks by the driver's lowest floor: the one above takes as long as all else for an answer.

    Who comes while a read is under way waits for the next one: the one under way may have begun
    before a commit of which the newcomer has heard already. While it reads for one event
    loop, there is nothing to get in another.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = {**options, "connect_timeout": int(PATIENCE), "autocommit": True}
        self._link: Link | None = None
        self._links = 0
        self._waiting: list[Told] = []
        self._reading: asyncio.Task[None] | None = None
        self._lock = Lock()

    def tell(self, told: Told) -> None:
        """Tell the state by the next read."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if self._reading is None or self._reading.get_loop().is_closed():
                self._reading = loop.create_task(self._read_for_all())
            if is_ours := self._reading.get_loop() is loop:
                self._waiting.append(told)
        if not is_ours:
            told(None)

    async def read(self) -> State | None:
        """The state, by the next read."""
        answer: asyncio.Future[State | None] = asyncio.get_running_loop().create_future()
        self.tell(partial(_answer, answer))
        return await answer

    async def _read_for_all(self) -> None:
        try:
            while waiting := self._take_waiting():
                await self._read_for(waiting)
        finally:
            _tell(self._end(), None)

    def _end(self) -> list[Told]:
        with self._lock:
            self._reading = None
            return self._take_waiting()

    def _take_waiting(self) -> list[Told]:
        waiting, self._waiting = self._waiting, []
        return waiting

    async def _read_for(self, waiting: list[Told]) -> None:
        state = None
        try:
            state = await self._ask()
        finally:
            _tell(waiting, state)

    async def _ask(self) -> State | None:
        """Over the link there is or, should it be cut, over a new one."""
        for _ in range(1 if self._link is None else 2):
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self._ask_server()
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("revision_not_read", reason=type(error).__name__)
                await self.close()
        return None

    async def _ask_server(self) -> State:
        if (link := self._link) is None:
            link = self._link = await _connect(self._options)
            self._links += 1
        link.send_query(READ_REVISION.encode())
        await _arrival(link)
        return State(self._links, _number(link))

    async def close(self) -> None:
        """Give back the connection."""
        if self._link is not None:
            self._link.finish()
        self._link = None


async def _connect(options: Mapping[str, Any]) -> Link:
    """The lowest floor of a connection; should it come too late, it is closed.

    That floor itself would connect at a halt: no other thread runs meanwhile, for seconds where
    the server is silent.
    """
    making = asyncio.get_running_loop().run_in_executor(None, partial(psycopg.connect, **options))
    try:
        connection = await asyncio.shield(making)
    except asyncio.CancelledError:
        making.add_done_callback(_close)
        raise
    link = connection.pgconn
    del connection.pgconn  # whose only user we are: the floor above would complain of an open one
    link.nonblocking = 0  # what is asked is sent, and not only begun
    return link


def _close(making: asyncio.Future[Connection[Any]]) -> None:
    if not making.cancelled() and making.exception() is None:
        making.result().close()


async def _arrival(link: Link) -> None:
    """Wait for the whole answer to the query that was sent."""
    loop = asyncio.get_running_loop()
    arrived, socket = loop.create_future(), link.socket

    def take() -> None:
        # First: a link that is cut closes its socket, whose number is then somebody else's.
        loop.remove_reader(socket)
        try:
            link.consume_input()
            if link.is_busy():
                loop.add_reader(socket, take)
            elif not arrived.done():
                arrived.set_result(None)
        except psycopg.Error as error:
            if not arrived.done():
                arrived.set_exception(error)

    loop.add_reader(socket, take)
    try:
        await arrived
    finally:
        if arrived.cancelled():
            loop.remove_reader(socket)


def _number(link: Link) -> int:
    """The number that the query gave."""
    result = link.get_result()
    if result is None or result.status != ExecStatus.TUPLES_OK or result.ntuples != 1:
        raise psycopg.OperationalError("The revision was not read.")
    number = int(result.get_value(0, 0) or b"0")
    while link.get_result() is not None:
        pass  # until then the link takes no other query
    return number


def _tell(waiting: list[Told], state: State | None) -> None:
    for told in waiting:
        told(state)


def _answer(answer: asyncio.Future[State | None], state: State | None) -> None:
    if not answer.done():
        answer.set_result(state)
