"""Which questions are as they were, so that an edit of one leaves the kept answers about others."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from api.documents import read_quickly
from api.flights import Flights
from api.revision_checks import State
from models import Bank, Database, Question

MOST = 50_000  # changed questions that are remembered; after more all count as changed

Changes = tuple[Row[int, int], Sequence[Row[UUID, int]]]


class Unchanged:
    """Knows what has changed from one revision of the bank to a later one, both of one link.

    It is read once for each new state, when somebody first asks for an answer of an older one.
    Why it is never too old is told in docs/decisions/0043-an-edit-leaves-other-answers.md.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._flights: Flights[bool] = Flights()
        self._since = self._until = State(0, 0)
        self._unnamed_in = 0
        self._changed: dict[UUID, int] = {}  # the last revision in which a question changed

    def holds(self, question: UUID | None, then: State | None, now: State) -> bool:
        """Whether an answer about this question alone, right then, is known to be right now."""
        return (
            question is not None
            and then is not None
            and then.link == now.link == self._until.link
            and self._since.revision <= then.revision < now.revision <= self._until.revision
            and max(self._unnamed_in, self._changed.get(question, 0)) <= then.revision
        )

    async def catch_up(self, then: State, now: State) -> None:
        """Read what has changed up to a state, from one that an answer is of."""
        if now.link != self._until.link:
            self._begin(then if then.link == now.link else now)
        if now.revision > self._until.revision:
            await self._flights.share(now, lambda: self._read(now.link, self._until.revision))

    async def _read(self, link: int, known: int) -> bool:
        bank, changed = await read_quickly(self._database, lambda at: _changes(at, known))
        if link != self._until.link or bank.revision <= self._until.revision:
            return True  # others knew more meanwhile
        if len(changed) + len(self._changed) > MOST:
            self._begin(State(link, bank.revision))
        else:
            self._changed.update((id_, revision) for id_, revision in changed)
        self._unnamed_in = bank.unnamed_in
        self._until = State(link, bank.revision)
        return True

    def _begin(self, state: State) -> None:
        """Know nothing of what was before."""
        self._since = self._until = state
        self._changed.clear()


def _changes(session: Session, revision: int) -> Changes:
    bank = session.execute(select(Bank.revision, Bank.unnamed_in)).one()
    changed = select(Question.id, Question.changed_in).where(Question.changed_in > revision)
    return bank, session.execute(changed.limit(MOST + 1)).all()
