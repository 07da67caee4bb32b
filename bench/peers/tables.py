"""What the peers share: tables, the engine, grading, and the bank that they are given.

``DATABASE_URL`` names the database by an async driver, ``PEER_BANK`` a JSON file of questions as
our learner door shows them, each with ``key``, ``explanation`` and ``references``.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, ForeignKey, event, func, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

engine = create_async_engine(os.environ["DATABASE_URL"])
sessions = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class Question(Base):
    __tablename__ = "question"
    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int]
    kind: Mapped[str]
    language: Mapped[str]
    title: Mapped[str]
    date: Mapped[str | None]
    difficulty: Mapped[float | None]
    prompt: Mapped[dict[str, Any]]
    select: Mapped[dict[str, Any]]
    scoring: Mapped[dict[str, Any]]
    explanation: Mapped[dict[str, Any]]
    references: Mapped[list[Any]]
    published_at: Mapped[str] = mapped_column(index=True)
    options: Mapped[list["Option"]] = relationship(order_by="Option.row_id")
    tag_rows: Mapped[list["Tag"]] = relationship(order_by="Tag.row_id")

    @property
    def tags(self) -> list[str]:
        return [row.tag for row in self.tag_rows]


class Option(Base):
    __tablename__ = "option"
    row_id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[str] = mapped_column(ForeignKey("question.id"), index=True)
    id: Mapped[str]
    markdown: Mapped[str]
    html: Mapped[str]
    correct: Mapped[bool]


class Tag(Base):
    __tablename__ = "tag"
    row_id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[str] = mapped_column(ForeignKey("question.id"), index=True)
    tag: Mapped[str]


class Submission(Base):
    __tablename__ = "submission"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: str(uuid4()))
    question_id: Mapped[str] = mapped_column(ForeignKey("question.id"), index=True)
    selected: Mapped[list[Any]]
    submitted_at: Mapped[datetime] = mapped_column(
        default=lambda: datetime.now(UTC).replace(tzinfo=None)
    )
    grade: Mapped["Grade"] = relationship()


class Grade(Base):
    __tablename__ = "grade"
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    score: Mapped[float]
    correct: Mapped[bool]


WHOLE = (selectinload(Question.options), selectinload(Question.tag_rows))
ONE = select(Question).options(*WHOLE)
PAGE = ONE.order_by(Question.published_at.desc(), Question.id)
VERDICTS = {(True, True): "rightly_picked", (True, False): "wrongly_picked",
            (False, True): "missed", (False, False): "rightly_left"}  # fmt: skip


def grade(question: Question, selected: list[str]) -> Grade:
    """All or nothing: right if exactly the right options are picked."""
    right = {option.id for option in question.options if option.correct} == set(selected)
    return Grade(score=float(right), correct=right)


def verdicts(question: Question, selected: list[str]) -> list[dict[str, Any]]:
    """What to tell of each option."""
    return [
        {"id": option.id, "selected": option.id in selected, "correct": option.correct,
         "verdict": VERDICTS[option.id in selected, option.correct]}
        for option in question.options
    ]  # fmt: skip


if engine.dialect.name == "sqlite":

    @event.listens_for(engine.sync_engine, "connect")
    def _durable(connection: Any, _: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA busy_timeout=10000")


async def set_up() -> None:
    """Make the tables and fill them, once."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with sessions.begin() as session:
        if not await session.scalar(select(func.count()).select_from(Question)):
            bank = json.loads(Path(os.environ["PEER_BANK"]).read_text())
            session.add_all([_question(**told) for told in bank])


def _question(options: list[Any], tags: list[str], key: list[str], **told: Any) -> Question:
    known = {name: told[name] for name in Question.__table__.columns.keys()}  # noqa: SIM118
    return Question(
        **known,
        options=[Option(**option, correct=option["id"] in key) for option in options],
        tag_rows=[Tag(tag=tag) for tag in tags],
    )
