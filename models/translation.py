"""What a version says in other languages. Texts are appended; which of them is shown may change.

What a learner may not see before answering has a table of its own.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    exists,
    func,
    select,
)
from sqlalchemy.orm import (
    InstrumentedAttribute,
    Mapped,
    Session,
    aliased,
    joinedload,
    load_only,
    mapped_column,
    raiseload,
    relationship,
)

from domain.languages import canonical
from domain.questions import LONGEST_LANGUAGE, LONGEST_TITLE
from models.base import Base, Identified, now


class Translation(Identified, Base):
    """All that everybody may read of a question in one language, as it was once written.

    ``number`` counts what was written in this language. ``source_hash`` is that of the texts it
    was made from, which version ``source_version`` had: it fits every version with the same texts.
    ``options`` are by option id, each with ``text`` and ``html``.
    """

    __tablename__ = "translation"
    __table_args__ = (UniqueConstraint("question_id", "language", "number"),)

    question_id: Mapped[UUID] = mapped_column(ForeignKey("question.id"))
    language: Mapped[str] = mapped_column(String(LONGEST_LANGUAGE))
    number: Mapped[int]
    source_version: Mapped[int]
    source_hash: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    prompt: Mapped[str] = mapped_column(Text)
    prompt_html: Mapped[str] = mapped_column(Text)
    options: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    writers: Mapped[list[str]]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(String(36))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(36))

    secret: Mapped["TranslationSecret"] = relationship(lazy="raise")

    @classmethod
    def newest_of(cls, question_id: UUID) -> Select["Translation"]:
        """What was last written in each language, unless it was withdrawn, with all it says."""
        other = aliased(cls)
        last = select(func.max(other.number)).where(
            other.question_id == cls.question_id, other.language == cls.language
        )
        return (
            select(cls)
            .where(
                cls.question_id == question_id,
                cls.number == last.scalar_subquery(),
                cls.withdrawn_at.is_(None),
            )
            .order_by(cls.language)
            .options(joinedload(cls.secret))
        )


class TranslationSecret(Base):
    """What a translation says only after an answer, or hint by hint; and what it was made from."""

    __tablename__ = "translation_secret"

    translation_id: Mapped[UUID] = mapped_column(ForeignKey("translation.id"), primary_key=True)
    explanation: Mapped[str | None] = mapped_column(Text)
    explanation_html: Mapped[str | None] = mapped_column(Text)
    feedback: Mapped[dict[str, Any]]
    hints: Mapped[list[dict[str, Any]]]
    combinations: Mapped[list[dict[str, Any]]]
    source: Mapped[dict[str, Any]]


class TranslatedVersion(Base):
    """Which translation of a published version learners get in a language.

    There is a row only where the translation was made from exactly the texts of that version. Once
    ``withdrawn_at`` is set nobody gets it any more; who has seen it may still answer.
    """

    __tablename__ = "translated_version"
    __table_args__ = (Index("ix_translated_version_language_version_id", "language", "version_id"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(LONGEST_LANGUAGE), primary_key=True)
    translation_id: Mapped[UUID] = mapped_column(ForeignKey("translation.id"))
    withdrawn_at: Mapped[datetime | None]


AnyColumn = InstrumentedAttribute[UUID]
Shown = Mapping[UUID, Mapping[str, UUID]]


def is_shown_in(language: str, version_id: AnyColumn) -> ColumnElement[bool]:
    """Whether learners can get a version, which a statement has already, in a translation."""
    return exists().where(
        TranslatedVersion.version_id == version_id,
        TranslatedVersion.language == canonical(language),
        TranslatedVersion.withdrawn_at.is_(None),
    )


def shown_translations(session: Session, versions: Iterable[UUID]) -> Shown:
    """By version the ids of the translations that learners can get, by language."""
    row = TranslatedVersion
    asked = select(row.version_id, row.language, row.translation_id).where(
        row.version_id.in_([*versions]), row.withdrawn_at.is_(None)
    )
    found: dict[UUID, dict[str, UUID]] = {}
    for version_id, language, translation_id in session.execute(asked.order_by(row.language)):
        found.setdefault(version_id, {})[language] = translation_id
    return found


def translations_for_learners(ids: Iterable[UUID]) -> Select[Translation]:
    """Translations with what everybody may read; the rest cannot be loaded."""
    public = load_only(
        Translation.language,
        Translation.title,
        Translation.prompt,
        Translation.prompt_html,
        Translation.options,
        raiseload=True,
    )
    return select(Translation).where(Translation.id.in_([*ids])).options(public, raiseload("*"))


def hints_in(translation_id: UUID) -> Select[list[dict[str, Any]]]:
    """The hints of a translation, which a learner asks for one by one."""
    return select(TranslationSecret.hints).where(TranslationSecret.translation_id == translation_id)


def answered_in(version_id: UUID, language: str) -> Select[UUID]:
    """The translation of a version that somebody answered in that language, also if withdrawn."""
    return select(TranslatedVersion.translation_id).where(
        TranslatedVersion.version_id == version_id,
        TranslatedVersion.language == canonical(language),
    )
