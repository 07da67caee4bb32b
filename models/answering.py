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

from domain.errors import LanguageConflict, QuestionNotFound, VersionConflict
from domain.grading import AnyRule, Key
from domain.questions import stricter_release
from models.bank import Bank
from models.parts import OptionRow
from models.question import Question, QuestionVersion
from models.translation import Translation, answered_in

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


@dataclass(frozen=True, slots=True)
class ToldText:
    """A text as markdown and as HTML, which names options by id."""

    text: str
    html: str


class AnswerableVersion:
    """A published version and what follows from it, each made once. ``row`` has its parts.

    What it says is in the words of its translation, where it was shown in one; what is right never
    depends on that.
    """

    def __init__(self, row: QuestionVersion, translation: Translation | None = None) -> None:
        self.row = row
        self._translation = translation

    @property
    def translation_id(self) -> UUID | None:
        """The translation that it was shown in, if it was."""
        return self._translation.id if self._translation else None

    @property
    def language(self) -> str:
        """The language that it was shown in."""
        return (self._translation or self.row).language

    @cached_property
    def feedback_html(self) -> dict[str, str]:
        """What is said about each option that anything is said about."""
        if self._translation is not None:
            told = self._translation.secret.feedback
            return {id_: feedback["html"] for id_, feedback in told.items()}
        return {row.option_id: row.feedback_html for row in self.row.options if row.feedback_html}

    @property
    def explanation(self) -> ToldText | None:
        """Why the right options are right."""
        if self._translation is not None:
            secret = self._translation.secret
            text, html = secret.explanation, secret.explanation_html
            return ToldText(text, html or "") if text else None
        said = self.row.explanation
        return ToldText(said.text, said.html) if said else None

    def combination(self, picked: list[str]) -> ToldText | None:
        """What is said to who picked exactly these options, in the order of their ids."""
        scheme = self.row.mark_scheme
        for place, one in enumerate(scheme.combinations if scheme else ()):
            if one["picked"] == picked:
                told = self._translation.secret.combinations[place] if self._translation else one
                return ToldText(told["text"], told["html"])
        return None

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
        self._targets = _Memory[tuple[str, int | None, str | None], Target](MOST_NAMES)
        self._versions = _Memory[tuple[UUID, UUID | None], AnswerableVersion](MOST_VERSIONS)

    def remembered(self, name: str, number: int | None, language: str | None) -> Target | None:
        """The target as it was when last looked up; whether it still is, its revision tells."""
        return self._targets.get((name, number, language))

    def find(
        self,
        session: Session,
        name: str,
        number: int | None,
        language: str | None,
        *,
        revision: int,
    ) -> Target:
        """The target of answers to the question with this slug or id, as the session sees it.

        ``revision`` is the bank's, read before: then what is read here is no older.
        Without a number that is the published version, with one the version of that number if it
        ever was: else :class:`VersionConflict`, or :class:`QuestionNotFound`. With a language that
        is its own or that it was ever shown in: else :class:`LanguageConflict`.
        """
        known = self.remembered(name, number, language)
        if known is not None and known.revision == revision:
            return known
        question = session.execute(_answered(name)).one_or_none()
        if question is None:
            raise QuestionNotFound
        assert question.published_id is not None
        published = self.version(session, question.published_id)
        version = published if number is None else self._numbered(session, published, number)
        release = stricter_release(version.row.release, published.row.release)
        if language is not None:
            version = self._spoken(session, version, language)
        target = Target(revision, question.id, question.slug, release, version)
        self._targets.keep((name, number, language), target)
        return target

    def version(
        self, session: Session, id_: UUID, translation_id: UUID | None = None
    ) -> AnswerableVersion:
        """A published version, with its parts, in the words of a translation if one is named."""
        known = self._versions.get((id_, translation_id))
        if known is None:
            known = AnswerableVersion(*_load(session, id_, translation_id))
            self._versions.keep((id_, translation_id), known)
        return known

    def _spoken(
        self, session: Session, version: AnswerableVersion, language: str
    ) -> AnswerableVersion:
        """The version as the learner saw it, if it was ever shown in the language."""
        if language.lower() == version.row.language.lower():
            return version
        found = session.scalar(answered_in(version.row.id, language))
        if found is None:
            told = f"Version {version.row.number} was never shown in {language}."
            raise LanguageConflict(told)
        return self.version(session, version.row.id, found)

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


def _load(
    session: Session, id_: UUID, translation_id: UUID | None
) -> tuple[QuestionVersion, Translation | None]:
    """The version with its parts, and the translation.

    Read in the transaction but of no session: threads share them.
    """
    whole = (
        select(QuestionVersion)
        .where(QuestionVersion.id == id_)
        .options(*parts_to_grade(), raiseload("*"))
    )
    with Session(session.connection()) as apart:
        version = apart.scalars(whole).one()
        if translation_id is None:
            return version, None
        whole_text = [joinedload(Translation.secret)]
        return version, apart.get_one(Translation, translation_id, options=whole_text)


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
