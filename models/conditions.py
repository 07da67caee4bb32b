"""What a question must fulfil to be listed or drawn: as SQL, and of one version in memory."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from domain.languages import canonical
from models.parts import Tag
from models.question import QuestionVersion
from models.translation import is_shown_in


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on published versions; this one holds for all of them."""

    def clause(self) -> ColumnElement[bool]:
        """The condition on a version that a statement has already."""
        return true()

    def holds(self, version: QuestionVersion) -> bool:
        """Whether a version with its tags fulfils it."""
        return True

    def versions(self) -> Select[UUID]:
        """The ids of all versions that fulfil it."""
        return select(QuestionVersion.id).where(self.clause())


@dataclass(frozen=True, slots=True)
class HasTag(Condition):
    """Filed under the tag."""

    tag: str

    def clause(self) -> ColumnElement[bool]:
        return QuestionVersion.has_tag(self.tag)

    def holds(self, version: QuestionVersion) -> bool:
        return any(row.tag == self.tag for row in version.tags)

    def versions(self) -> Select[UUID]:
        return select(Tag.version_id).where(Tag.tag == self.tag)


@dataclass(frozen=True, slots=True)
class OfKind(Condition):
    """Of the kind."""

    kind: str

    def clause(self) -> ColumnElement[bool]:
        return QuestionVersion.kind == self.kind

    def holds(self, version: QuestionVersion) -> bool:
        return version.kind == self.kind


@dataclass(frozen=True, slots=True)
class InLanguage(Condition):
    """In the language, by itself or in a translation; case does not matter in its tag."""

    language: str

    def clause(self) -> ColumnElement[bool]:
        in_source = func.lower(QuestionVersion.language) == self.language.lower()
        return or_(in_source, is_shown_in(self.language, QuestionVersion.id))

    def holds(self, version: QuestionVersion) -> bool:
        in_source = version.language.lower() == self.language.lower()
        return in_source or (version.question.is_translated and self._is_shown(version))

    def _is_shown(self, version: QuestionVersion) -> bool:
        shown = (row.language for row in version.translated if row.withdrawn_at is None)
        return canonical(self.language) in shown


@dataclass(frozen=True, slots=True)
class DifficultyFrom(Condition):
    """At least this difficult; never where nothing is known of it."""

    lowest: float

    def clause(self) -> ColumnElement[bool]:
        return QuestionVersion.difficulty >= self.lowest

    def holds(self, version: QuestionVersion) -> bool:
        return version.difficulty is not None and version.difficulty >= self.lowest


@dataclass(frozen=True, slots=True)
class DifficultyTo(Condition):
    """At most this difficult; never where nothing is known of it."""

    highest: float

    def clause(self) -> ColumnElement[bool]:
        return QuestionVersion.difficulty <= self.highest

    def holds(self, version: QuestionVersion) -> bool:
        return version.difficulty is not None and version.difficulty <= self.highest
