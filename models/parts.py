"""The parts of a version, which are written with it and never changed by themselves.

What a learner may not see stands in tables of its own.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.questions import LONGEST_TAG
from models.base import Base


class OptionRow(Base):
    """A statement to pick, under an id that means the same option in every version."""

    __tablename__ = "option"
    __table_args__ = (UniqueConstraint("version_id", "position"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    option_id: Mapped[str] = mapped_column(String(52), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    part: Mapped[str] = mapped_column(String(40), server_default=text("''"))
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


class Hint(Base):
    """Help before the answer, from vague (level 1) to plain."""

    __tablename__ = "hint"
    __table_args__ = (CheckConstraint("level >= 1", name="level_from_1"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)


class MarkScheme(Base):
    """What grading needs beside the right options, and what the author wants checked.

    ``answer`` is what is right in kinds where nothing is picked, ``option_values`` what each
    option is worth, ``combinations`` what to say to who picked exactly those ids. Never loaded
    for learners.
    """

    __tablename__ = "mark_scheme"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    answer: Mapped[dict[str, Any] | None]
    option_values: Mapped[dict[str, Any] | None]
    combinations: Mapped[list[dict[str, Any]]]
    tests: Mapped[list[dict[str, Any]]]
    oracle_budget: Mapped[int | None] = mapped_column(BigInteger)


class Tag(Base):
    """A word that a version is filed under."""

    __tablename__ = "tag"
    __table_args__ = (Index("ix_tag_tag_version_id", "tag", "version_id"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(LONGEST_TAG), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
