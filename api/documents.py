"""Documents of published versions, written once: such a version never changes."""

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from sqlalchemy.orm import Session

from api.schemas.questions import QuestionOut
from models import QuestionVersion
from models.learning import version_for_learners, versions_for_learners

MOST_BYTES = 16 * 1024 * 1024  # the documents used last


class QuestionDocuments:
    """The learner's views of versions as JSON, by version. Safe to use from many threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[UUID, bytes] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def read(self, session: Session, name: str, number: int | None) -> bytes | None:
        """The published question of that name, or its version of that number, if there is one.

        Which version it is, is read every time.
        """
        id_ = version_for_learners(session, name, number)
        if id_ is None:
            return None
        with self._lock:
            if kept := self._kept.get(id_):
                self._kept.move_to_end(id_)
                return kept
        found = versions_for_learners(number).where(QuestionVersion.id == id_)
        version = session.scalars(found).one()
        return self._keep(id_, QuestionOut.of(version).model_dump_json().encode())

    def _keep(self, id_: UUID, document: bytes) -> bytes:
        with self._lock:
            self.size += len(document) - len(self._kept.get(id_, b""))
            self._kept[id_] = document
            while self.size > self._most_bytes:
                self.size -= len(self._kept.popitem(last=False)[1])
        return document
