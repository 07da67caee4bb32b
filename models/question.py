"""Questions and their versions. What a learner may not see has tables of its own."""

import datetime as dt
from datetime import datetime
from fractions import Fraction
from typing import Any, Self
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    and_,
    exists,
    select,
)
from sqlalchemy.orm import (
    Mapped,
    contains_eager,
    defer,
    mapped_column,
    raiseload,
    relationship,
    selectinload,
)

from domain.grading import ChoiceKey
from domain.ordering import shuffle_options
from domain.questions import (
    LONGEST_EXTERNAL_ID,
    LONGEST_LANGUAGE,
    LONGEST_SLUG,
    LONGEST_TAG,
    LONGEST_TITLE,
    RELEASES,
    UUID_TEXT,
)
from models.base import Base, Identified, code_point_order, now


class Question(Identified, Base):
    """The identity of a question: what stays while its versions change.

    ``published_id`` is the version that learners get; ``None`` while nothing is published.
    """

    __tablename__ = "question"
    __table_args__ = (Index("ix_question_published_id", "published_id"),)

    slug: Mapped[str] = mapped_column(String(LONGEST_SLUG), unique=True)
    external_id: Mapped[str | None] = mapped_column(String(LONGEST_EXTERNAL_ID), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    retired_at: Mapped[datetime | None]
    published_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("question_version.id", use_alter=True)
    )

    versions: Mapped[list["QuestionVersion"]] = relationship(
        back_populates="question",
        foreign_keys="QuestionVersion.question_id",
        order_by="QuestionVersion.number",
    )
    published: Mapped["QuestionVersion | None"] = relationship(
        foreign_keys=[published_id], post_update=True
    )

    @classmethod
    def is_named(cls, name: str) -> ColumnElement[bool]:
        """Whether a question has this slug or, where the name is a UUID, this id."""
        return cls.id == UUID(name) if UUID_TEXT.fullmatch(name) else cls.slug == name


class QuestionVersion(Identified, Base):
    """What a question says, from one publication to the next. Immutable once published.

    Texts are markdown; each ``*_html`` beside one is its sanitised rendering, made once.
    """

    __tablename__ = "question_version"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        CheckConstraint("number >= 1", name="number_from_1"),
        CheckConstraint("select_min >= 0 AND select_min <= select_max", name="select_range"),
        CheckConstraint(f"release IN {RELEASES}", name="known_release"),
        Index("ix_question_version_published_at_id", "published_at", "id"),
        Index("ix_question_version_sort_title_id", "sort_title", "id"),
        Index("ix_question_version_date_id", "date", "id"),
    )

    question_id: Mapped[UUID] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(LONGEST_LANGUAGE))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    sort_title: Mapped[str] = mapped_column(code_point_order(LONGEST_TITLE))
    date: Mapped[dt.date | None]
    difficulty: Mapped[float | None]
    prompt: Mapped[str] = mapped_column(Text)
    prompt_html: Mapped[str] = mapped_column(Text)
    select_min: Mapped[int] = mapped_column(SmallInteger)
    select_max: Mapped[int] = mapped_column(SmallInteger)
    scoring_rule: Mapped[str] = mapped_column(String(64))
    max_points: Mapped[str] = mapped_column(String(64))
    release: Mapped[str] = mapped_column(String(40))
    shuffle: Mapped[bool]
    extra: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    # The guard of history must know what it was before it is set.
    published_at: Mapped[datetime | None] = mapped_column(active_history=True)

    question: Mapped[Question] = relationship(back_populates="versions", foreign_keys=[question_id])
    options: Mapped[list["OptionRow"]] = relationship(order_by="OptionRow.position")
    tags: Mapped[list["Tag"]] = relationship(order_by="Tag.position")
    correct: Mapped[list["CorrectOption"]] = relationship()
    explanation: Mapped["ExplanationText | None"] = relationship()
    references: Mapped[list["ReferenceRow"]] = relationship(order_by="ReferenceRow.position")

    @property
    def key(self) -> ChoiceKey:
        """All option ids in the author's order, and the right ones."""
        return ChoiceKey(self.option_ids, frozenset(row.option_id for row in self.correct))

    @property
    def option_ids(self) -> tuple[str, ...]:
        """All option ids in the author's order."""
        return tuple(option.option_id for option in self.options)

    @property
    def pinned(self) -> frozenset[str]:
        """The ids of the options that keep their place in a shuffle."""
        return frozenset(option.option_id for option in self.options if option.pinned)

    @property
    def points_at_most(self) -> Fraction:
        """What a score of 1 is worth."""
        return Fraction(self.max_points)

    def shown_order(self, seed: str | None) -> tuple[str, ...]:
        """The option ids as a learner sees them: by the seed, by the question's own, or as written.

        Equal seeds give equal orders in every version, whatever order the author wrote.
        """
        if seed is None and not self.shuffle:
            return self.option_ids
        chosen = seed if seed is not None else "default"
        return shuffle_options(self.option_ids, f"{self.question_id}\0{chosen}", self.pinned)

    @classmethod
    def for_learners(cls, number: int | None = None) -> Select[Self]:
        """Published versions with what a learner may see; the rest cannot be loaded.

        With a number, the versions of that number that were ever published, else the last ones.
        """
        last = Question.published_id == cls.id
        numbered = and_(cls.number == number, cls.published_at.is_not(None))
        return (
            select(cls)
            .join(Question, Question.id == cls.question_id)
            .where(last if number is None else numbered, Question.retired_at.is_(None))
            .options(*_LEARNER_PARTS)
        )

    @classmethod
    def has_tag(cls, tag: str) -> ColumnElement[bool]:
        """Whether a version is filed under the tag."""
        return exists().where(Tag.version_id == cls.id, Tag.tag == tag)


class OptionRow(Base):
    """A statement to pick, under an id that means the same option in every version."""

    __tablename__ = "option"
    __table_args__ = (UniqueConstraint("version_id", "position"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    option_id: Mapped[str] = mapped_column(String(52), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    pinned: Mapped[bool]
    feedback: Mapped[str | None] = mapped_column(Text, deferred=True)
    feedback_html: Mapped[str | None] = mapped_column(Text, deferred=True)


class CorrectOption(Base):
    """One member of the set of right options of a version."""

    __tablename__ = "correct_set"
    __table_args__ = (
        ForeignKeyConstraint(
            ["version_id", "option_id"], ["option.version_id", "option.option_id"]
        ),
    )

    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    option_id: Mapped[str] = mapped_column(String(52), primary_key=True)


class ExplanationText(Base):
    """Why the right options are right."""

    __tablename__ = "explanation"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)


class ReferenceRow(Base):
    """A recommended reading that goes with the explanation."""

    __tablename__ = "reference"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    lead: Mapped[str] = mapped_column(Text)


class Tag(Base):
    """A word that a version is filed under."""

    __tablename__ = "tag"
    __table_args__ = (Index("ix_tag_tag_version_id", "tag", "version_id"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(LONGEST_TAG), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)


_LEARNER_PARTS = (
    contains_eager(QuestionVersion.question).load_only(Question.slug).raiseload("*"),
    selectinload(QuestionVersion.options).options(
        defer(OptionRow.feedback, raiseload=True),
        defer(OptionRow.feedback_html, raiseload=True),
        raiseload("*"),
    ),
    selectinload(QuestionVersion.tags),
    raiseload("*"),
)
