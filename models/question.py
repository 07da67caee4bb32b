"""Questions and their versions. What a learner may not see has tables of its own."""

import datetime as dt
from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    exists,
    false,
    or_,
    text,
)
from sqlalchemy.orm import (
    Mapped,
    mapped_column,
    relationship,
)

from domain.grading import (
    CHOICE_KINDS,
    OWN,
    AnyRule,
    ChoiceKey,
    Key,
    KindKey,
    Parts,
    StatedValues,
    find_marking,
)
from domain.grading import KINDS as OTHER_KINDS
from domain.ordering import shuffle_options
from domain.questions import (
    LONGEST_EXTERNAL_ID,
    LONGEST_LANGUAGE,
    LONGEST_SLUG,
    LONGEST_TITLE,
    RELEASES,
    UUID_TEXT,
    Status,
)
from models.base import Base, Identified, code_point_order, now
from models.parts import (
    CorrectOption,
    ExplanationText,
    Hint,
    MarkScheme,
    OptionRow,
    ReferenceRow,
    Tag,
)
from models.translation import TranslatedVersion

NO_DATE = dt.date.min  # undated questions sort as the oldest

# Lists pass over retired questions and drafts without reading them.
_LISTED = text("retired_at IS NULL AND published_id IS NOT NULL")
_LISTED_ONLY: dict[str, Any] = {"sqlite_where": _LISTED, "postgresql_where": _LISTED}


class Question(Identified, Base):
    """The identity of a question: what stays while its versions change.

    ``published_id`` is the version that learners get; ``None`` while nothing is published. What
    lists sort by stands beside it, since an index over both tables there cannot be. ``number``
    counts questions in the order of their first publication, ``changed_in`` is the revision of
    the bank that last changed what learners get of it. ``is_translated`` once any of
    it was shown in another language. ``changed_at`` moves with every change of what its authors
    see. A deleted question stays as a row that nobody finds; its slug and external id are free
    again.
    """

    __tablename__ = "question"
    __table_args__ = (
        Index("ix_question_published_id", "published_id"),
        Index("ix_question_changed_at", "changed_at"),
        Index("ix_question_created_at", "created_at"),
        Index("ix_question_number", "number", unique=True),
        Index("ix_question_changed_in", "changed_in"),
        *(
            Index(f"ix_question_{key}_published_id", key, "published_id", **_LISTED_ONLY)
            for key in ("published_at", "sort_title", "sort_date")
        ),
    )

    slug: Mapped[str] = mapped_column(String(LONGEST_SLUG), unique=True)
    external_id: Mapped[str | None] = mapped_column(String(LONGEST_EXTERNAL_ID), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    retired_at: Mapped[datetime | None]
    retired_by: Mapped[str | None] = mapped_column(String(36))
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[str | None] = mapped_column(String(36))
    is_translated: Mapped[bool] = mapped_column(server_default=false(), default=False)
    copied_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("question.id"))
    published_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("question_version.id", use_alter=True)
    )
    number: Mapped[int | None]
    changed_in: Mapped[int] = mapped_column(BigInteger, server_default="0")
    published_at: Mapped[datetime | None]
    sort_title: Mapped[str | None] = mapped_column(code_point_order(LONGEST_TITLE))
    sort_date: Mapped[dt.date | None]

    versions: Mapped[list["QuestionVersion"]] = relationship(
        back_populates="question",
        foreign_keys="QuestionVersion.question_id",
        order_by="QuestionVersion.number",
    )
    published: Mapped["QuestionVersion | None"] = relationship(
        foreign_keys=[published_id], post_update=True
    )

    @property
    def status(self) -> Status:
        """What its authors work on: the state of the newest version, unless it is retired."""
        return "retired" if self.retired_at is not None else self.versions[-1].state

    def show(self, version: "QuestionVersion", at: datetime) -> None:
        """Make the version the one that learners get, and lists sort by."""
        version.published_at = at
        self.published = version
        self.published_at = at
        self.sort_title = version.sort_title
        self.sort_date = version.date or NO_DATE

    @classmethod
    def is_listed(cls) -> ColumnElement[bool]:
        """Whether learners get the question in lists."""
        return and_(cls.retired_at.is_(None), cls.published_id.is_not(None))

    @classmethod
    def is_numbered(cls, numbers: Iterable[int]) -> ColumnElement[bool]:
        """Whether a question has one of these numbers; there may be thousands."""
        # Written into the statement: so many parameters take longer than to find the rows.
        return cls.number.in_(
            bindparam("numbers", [*numbers], Integer, expanding=True, literal_execute=True)
        )

    @classmethod
    def is_named(cls, name: str) -> ColumnElement[bool]:
        """Whether a question has this slug or, where the name is a UUID, this id; none deleted."""
        named = cls.id == UUID(name) if UUID_TEXT.fullmatch(name) else cls.slug == name
        return and_(cls.deleted_at.is_(None), named)

    @classmethod
    def are_named(cls, names: Sequence[str]) -> ColumnElement[bool]:
        """Whether a question has one of these slugs or ids."""
        ids = [UUID(name) for name in names if UUID_TEXT.fullmatch(name)]
        slugs = [name for name in names if not UUID_TEXT.fullmatch(name)]
        return or_(cls.id.in_(ids), cls.slug.in_(slugs))


class QuestionVersion(Identified, Base):
    """What a question says, from one publication to the next. Immutable once published.

    ``writers`` are the callers who wrote it, the last one last; none where a file was imported.
    ``publish_at`` is when ``publish_by`` wants it published; the state follows from these times.
    Texts are markdown; each ``*_html`` beside one is its sanitised rendering, made once.
    """

    __tablename__ = "question_version"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        CheckConstraint("number >= 1", name="number_from_1"),
        CheckConstraint("select_min >= 0 AND select_min <= select_max", name="select_range"),
        CheckConstraint(f"release IN {RELEASES}", name="known_release"),
        Index("ix_question_version_published_at_id", "published_at", "id"),
        Index("ix_question_version_created_at_id", "created_at", "id"),
        Index("ix_question_version_sort_title_id", "sort_title", "id"),
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
    interaction: Mapped[dict[str, Any] | None]
    hint_count: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    extra: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    writers: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    in_review_at: Mapped[datetime | None]
    in_review_by: Mapped[str | None] = mapped_column(String(36))
    publish_at: Mapped[datetime | None] = mapped_column(index=True)
    publish_by: Mapped[str | None] = mapped_column(String(36))
    published_by: Mapped[str | None] = mapped_column(String(36))
    # The guard of history must know what it was before it is set.
    published_at: Mapped[datetime | None] = mapped_column(active_history=True)

    question: Mapped[Question] = relationship(back_populates="versions", foreign_keys=[question_id])
    options: Mapped[list["OptionRow"]] = relationship(order_by="OptionRow.position")
    tags: Mapped[list["Tag"]] = relationship(order_by="Tag.position")
    correct: Mapped[list["CorrectOption"]] = relationship()
    explanation: Mapped["ExplanationText | None"] = relationship()
    references: Mapped[list["ReferenceRow"]] = relationship(order_by="ReferenceRow.position")
    hints: Mapped[list["Hint"]] = relationship(order_by="Hint.level")
    mark_scheme: Mapped["MarkScheme | None"] = relationship()
    translated: Mapped[list["TranslatedVersion"]] = relationship(viewonly=True)

    @property
    def state(self) -> Status:
        """How far this version has come, told by its times."""
        if self.published_at is not None:
            return "published"
        return "draft" if self.in_review_at is None else "in_review"

    @property
    def key(self) -> Key:
        """What a response is graded against."""
        if self.kind in CHOICE_KINDS:
            right = frozenset(row.option_id for row in self.correct)
            return ChoiceKey(self.parts[OWN], right)
        kind = OTHER_KINDS[self.kind]
        return KindKey(kind, kind.stated.read(self._scheme.answer or {}), self.parts)

    def marking(self, key: Key, rule: str | None = None) -> AnyRule:
        """How a response to the key, which is this version's own, is scored: by its own rule
        unless another is named.
        """
        said = self.mark_scheme and self.mark_scheme.option_values
        values = StatedValues.read(said) if said else None
        return find_marking(key, rule or self.scoring_rule, values)

    @property
    def _scheme(self) -> "MarkScheme":
        assert self.mark_scheme is not None
        return self.mark_scheme

    @property
    def option_ids(self) -> tuple[str, ...]:
        """All option ids in the author's order."""
        return tuple(option.option_id for option in self.options)

    @property
    def parts(self) -> Parts:
        """The option ids of each part in the author's order."""
        found: dict[str, list[str]] = {}
        for row in self.options:
            found.setdefault(row.part, []).append(row.option_id)
        return {part: tuple(ids) for part, ids in found.items()}

    @property
    def pinned(self) -> frozenset[str]:
        """The ids of the options that keep their place in a shuffle."""
        return frozenset(option.option_id for option in self.options if option.pinned)

    @property
    def points_at_most(self) -> Fraction:
        """What a score of 1 is worth."""
        return Fraction(self.max_points)

    def shown_order(self, seed: str | None) -> tuple[str, ...]:
        """The option ids as a learner sees them, those below the stem first.

        By the seed, by the question's own, or as written; but where the order would tell the
        answer, and in parts beside the stem's options, never as written. Equal seeds give equal
        orders in every version, whatever order the author wrote.
        """
        chosen = f"{self.question_id}\0{'default' if seed is None else seed}"
        tells = self.kind in OTHER_KINDS and OTHER_KINDS[self.kind].order_tells
        as_written = seed is None and not self.shuffle and not tells
        pinned = frozenset() if tells else self.pinned
        shown: list[str] = []
        for part, ids in self.parts.items():
            kept = as_written and part == OWN
            shown += ids if kept else shuffle_options(ids, chosen, pinned)
        return tuple(shown)

    @classmethod
    def has_tag(cls, tag: str) -> ColumnElement[bool]:
        """Whether a version is filed under the tag."""
        return exists().where(Tag.version_id == cls.id, Tag.tag == tag)
