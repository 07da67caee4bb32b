"""Documents of published versions, written once: such a version never changes."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import NamedTuple, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from api.languages import choose
from api.revision_checks import RevisionChecks, State
from api.schemas.questions import QuestionOut
from domain.languages import Wish
from models import Database, QuestionVersion
from models.learning import FoundVersion, version_for_learners, versions_for_learners
from models.translation import shown_translations, translations_for_learners

Result = TypeVar("Result")
Key: TypeAlias = tuple[UUID, UUID | None]  # a version, and a translation where it is not the source

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


class Document(NamedTuple):
    """A question as JSON and the language it is in.

    ``available`` are the languages there were to choose from, if any. One that ``may_change``
    comes in other languages, or may do so, in the same version.
    """

    body: bytes
    question_id: UUID
    language: str
    available: tuple[str, ...]
    may_change: bool


class _Named(NamedTuple):
    """What a question is asked for in, in a state of the bank, and its translations by language."""

    state: State | None
    found: FoundVersion
    shown: Mapping[str, UUID]

    def key(self, wish: Wish) -> Key:
        """The version and the translation to show."""
        language = choose(wish, self.found.language, self.shown) if self.shown else None
        return self.found.id, self.shown[language] if language else None

    def document(self, body: bytes, language: str) -> Document:
        """The document with what belongs to the state, not to the text."""
        available = (*self.shown, self.found.language) if self.shown else ()
        return Document(body, self.found.question_id, language, available, self.found.is_translated)


class QuestionDocuments:
    """The learner's views of versions as JSON, by version and translation, which never change.

    Safe to use from many threads. Which version a question is asked for in, and which translations
    it has, is read once for each state of the bank.
    """

    def __init__(
        self, database: Database, checks: RevisionChecks | None, most_bytes: int = MOST_BYTES
    ) -> None:
        self._database, self._checks = database, checks
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Key, tuple[bytes, str]] = OrderedDict()
        self._named: dict[tuple[str, int | None], _Named] = {}
        self._lock = Lock()
        self.size = 0

    async def read(self, name: str, number: int | None, wish: Wish) -> Document | None:
        """The published question of that name, or its version of that number, if there is one."""
        state = await self._checks.read() if self._checks else None
        named = self._named.get((name, number))
        if named and named.state == state and (kept := self._get(named.key(wish))):
            return named.document(*kept)
        return await read_quickly(
            self._database, lambda session: self._read(session, state, name, number, wish)
        )

    def _read(
        self, session: Session, state: State | None, name: str, number: int | None, wish: Wish
    ) -> Document | None:
        """The same from the database, in that state or a later one."""
        found = version_for_learners(session, name, number)
        if found is None:
            return None
        shown = shown_translations(session, [found.id]) if found.is_translated else {}
        named = _Named(state, found, shown.get(found.id, {}))
        if state is not None:
            if len(self._named) >= MOST_NAMES:
                self._named.clear()
            self._named[name, number] = named
        key = named.key(wish)
        kept = self._get(key) or self._keep(key, *_written(session, key, number))
        return named.document(*kept)

    def _get(self, key: Key) -> tuple[bytes, str] | None:
        with self._lock:
            if kept := self._kept.get(key):
                self._kept.move_to_end(key)
            return kept

    def _keep(self, key: Key, body: bytes, language: str) -> tuple[bytes, str]:
        with self._lock:
            self.size += len(body) - len(self._kept.get(key, (b"",))[0])
            self._kept[key] = body, language
            while self.size > self._most_bytes:
                self.size -= len(self._kept.popitem(last=False)[1][0])
        return body, language


def _written(session: Session, key: Key, number: int | None) -> tuple[bytes, str]:
    """A version in a translation, or as it is, as JSON, and the language that this is in."""
    version_id, translation_id = key
    version = session.scalars(
        versions_for_learners(number).where(QuestionVersion.id == version_id)
    ).one()
    translation = (
        session.scalars(translations_for_learners([translation_id])).one()
        if translation_id
        else None
    )
    shown = QuestionOut.of(version, translation=translation)
    return shown.model_dump_json().encode(), shown.language
