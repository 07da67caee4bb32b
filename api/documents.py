"""Documents of published versions, written once: such a version never changes."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from api.revision_checks import RevisionChecks, State
from api.schemas.questions import QuestionOut
from models import Database, QuestionVersion
from models.learning import version_for_learners, versions_for_learners

Result = TypeVar("Result")

MOST_BYTES = 16 * 1024 * 1024  # the documents used last
MOST_NAMES = 20_000  # a question can be asked for by slug and by id


async def read_quickly(database: Database, work: Callable[[Session], Result]) -> Result:
    """The result of reading a row or two of what learners are shown.

    In a thread where the database is behind a network, for which the event loop must not wait. A
    row of a file is there before a thread would have begun.
    """

    def reading() -> Result:
        with database.read_published() as session:
            return work(session)

    return reading() if database.is_file else await asyncio.to_thread(reading)


class QuestionDocuments:
    """The learner's views of versions as JSON, by version. Safe to use from many threads.

    Which version a question is asked for in, is read once for each state of the bank.
    """

    def __init__(
        self, database: Database, checks: RevisionChecks | None, most_bytes: int = MOST_BYTES
    ) -> None:
        self._database, self._checks = database, checks
        self._most_bytes = most_bytes
        self._kept: OrderedDict[UUID, bytes] = OrderedDict()
        self._named: dict[tuple[str, int | None], tuple[State, UUID]] = {}
        self._lock = Lock()
        self.size = 0

    async def read(self, name: str, number: int | None) -> bytes | None:
        """The published question of that name, or its version of that number, if there is one."""
        state = await self._checks.read() if self._checks else None
        named = self._named.get((name, number))
        if named and named[0] == state and (kept := self._get(named[1])):
            return kept
        return await read_quickly(
            self._database, lambda session: self._read(session, state, name, number)
        )

    def _read(
        self, session: Session, state: State | None, name: str, number: int | None
    ) -> bytes | None:
        """The same from the database, in that state or a later one."""
        id_ = version_for_learners(session, name, number)
        if id_ is None:
            return None
        if state is not None:
            if len(self._named) >= MOST_NAMES:
                self._named.clear()
            self._named[name, number] = state, id_
        if kept := self._get(id_):
            return kept
        found = versions_for_learners(number).where(QuestionVersion.id == id_)
        version = session.scalars(found).one()
        return self._keep(id_, QuestionOut.of(version).model_dump_json().encode())

    def _get(self, id_: UUID) -> bytes | None:
        with self._lock:
            if kept := self._kept.get(id_):
                self._kept.move_to_end(id_)
            return kept

    def _keep(self, id_: UUID, document: bytes) -> bytes:
        with self._lock:
            self.size += len(document) - len(self._kept.get(id_, b""))
            self._kept[id_] = document
            while self.size > self._most_bytes:
                self.size -= len(self._kept.popitem(last=False)[1])
        return document
