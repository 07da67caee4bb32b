"""What it takes to grade answers, kept in memory: published versions never change."""

from collections import OrderedDict
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from threading import Lock
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, raiseload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from domain.errors import QuestionNotFound, VersionConflict
from domain.grading import AnyRule, Key
from domain.questions import stricter_release
from models.bank import Bank
from models.parts import OptionRow
from models.question import Question, QuestionVersion

MOST_VERSIONS = 10_000  # about 10 KB each
MOST_NAMES = 20_000  # a question can be asked for by slug and by id

Name = TypeVar("Name")
Kept = TypeVar("Kept")


def parts_to_grade() -> tuple[_AbstractLoad, ...]:
    """Loads of a version what grading an answer and telling its result need."""
    return (
        selectinload(QuestionVersion.options).undefer(OptionRow.feedback_html),
        selectinload(QuestionVersion.correct),
        joinedload(QuestionVersion.explanation),
        selectinload(QuestionVersion.references),
        joinedload(QuestionVersion.mark_scheme),
    )


class AnswerableVersion:
    """A published version and what follows from it, each made once. ``row`` has its parts."""

    def __init__(self, row: QuestionVersion) -> None:
        self.row = row

    @cached_property
    def key(self) -> Key:
        """What a response is graded against."""
        return self.row.key

    @cached_property
    def rule(self) -> AnyRule:
        """How a response is scored."""
        return self.row.marking(self.key)

    @cached_property
    def points_at_most(self) -> Fraction:
        """What a score of 1 is worth."""
        return self.row.points_at_most

    @cached_property
    def _usual_order(self) -> tuple[str, ...]:
        return self.row.shown_order(None)

    def shown_order(self, seed: str | None) -> tuple[str, ...]:
        """The option ids as a learner sees them under a seed."""
        return self._usual_order if seed is None else self.row.shown_order(seed)


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What an answer is to: a version of a question that learners get at present.

    ``release`` says what they may learn of the result: the stricter of this version's and the
    newest one's, since answering an old version must not open what the new one keeps closed.
    All of it holds as long as the bank has this ``revision``.
    """

    revision: int
    question_id: UUID
    slug: str
    release: str
    version: AnswerableVersion


class AnswerableVersions:
    """Targets and versions that were looked up before, in bounded memory, for all threads."""

    def __init__(self) -> None:
        self._targets = _Memory[tuple[str, int | None], Target](MOST_NAMES)
        self._versions = _Memory[UUID, AnswerableVersion](MOST_VERSIONS)

    def remembered(self, name: str, number: int | None) -> Target | None:
        """The target as it was when last looked up; whether it still is, its revision tells."""
        return self._targets.get((name, number))

    def find(self, session: Session, name: str, number: int | None, revision: int) -> Target:
        """The target of answers to the question with this slug or id, as the session sees it.

        ``revision`` is the bank's, read before: then what is read here is no older.
        Without a number that is the published version, with one the version of that number if it
        ever was: else :class:`VersionConflict`, or :class:`QuestionNotFound`.
        """
        question = session.execute(_answered(name)).one_or_none()
        if question is None:
            raise QuestionNotFound
        assert question.published_id is not None
        published = self.version(session, question.published_id)
        version = published if number is None else self._numbered(session, published, number)
        release = stricter_release(version.row.release, published.row.release)
        target = Target(revision, question.id, question.slug, release, version)
        self._targets.keep((name, number), target)
        return target

    def version(self, session: Session, id_: UUID) -> AnswerableVersion:
        """A published version, with its parts."""
        known = self._versions.get(id_)
        if known is None:
            known = AnswerableVersion(_load(session, id_))
            self._versions.keep(id_, known)
        return known

    def _numbered(
        self, session: Session, published: AnswerableVersion, number: int
    ) -> AnswerableVersion:
        """The version that the learner saw, if it was ever published."""
        if number == published.row.number:
            return published
        found = session.scalar(
            select(QuestionVersion.id).where(
                QuestionVersion.question_id == published.row.question_id,
                QuestionVersion.number == number,
                QuestionVersion.published_at.is_not(None),
            )
        )
        if found is None:
            raise VersionConflict(f"Version {number} was never published.")
        return self.version(session, found)


def revision_of_bank(session: Session) -> int:
    """The revision that the bank has now: it rises with every change of what learners get."""
    return session.execute(_REVISION).scalar_one()


_REVISION = select(Bank.revision)


def _answered(name: str) -> Select[UUID, str, UUID | None]:
    return select(Question.id, Question.slug, Question.published_id).where(
        Question.is_named(name), Question.is_listed()
    )


def _load(session: Session, id_: UUID) -> QuestionVersion:
    """The version with its parts, read in the transaction but of no session: threads share it."""
    whole = (
        select(QuestionVersion)
        .where(QuestionVersion.id == id_)
        .options(*parts_to_grade(), raiseload("*"))
    )
    with Session(session.connection()) as apart:
        return apart.scalars(whole).one()


class _Memory(Generic[Name, Kept]):
    """Keeps what was used last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[Name, Kept] = OrderedDict()

    def get(self, name: Name) -> Kept | None:
        with self._lock:
            found = self._kept.get(name)
            if found is not None:
                self._kept.move_to_end(name)
            return found

    def keep(self, name: Name, value: Kept) -> None:
        with self._lock:
            self._kept[name] = value
            self._kept.move_to_end(name)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
