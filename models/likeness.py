"""Which questions say nearly the same: found when words are written, so that reading is cheap.

Of each question that is not deleted the words of its newest version count, draft or not.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Select,
    delete,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from domain.likeness import ALIKE, Shingles, bands, shingles, similarity
from models.authoring import is_newest
from models.base import Base
from models.bulk import in_portions, insert_rows, table_of
from models.parts import OptionRow
from models.question import Question, QuestionVersion

FULL = 32  # questions with one band: a text that many share finds no more than that
MOST_COMPARED = 10  # questions that one is compared with, those with most bands in common first
MOST_ALIKE = 5  # pairs that are kept of a question when its words are written
PORTION = 500  # questions whose words are looked up by one statement

Texts = Sequence[str]  # stem and options of a question


class LikenessBand(Base):
    """That the words of a question have a band: it may be like the others that have it."""

    __tablename__ = "likeness_band"
    __table_args__ = (
        Index("ix_likeness_band_question_id", "question_id"),
        {"sqlite_with_rowid": False},
    )

    band: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    question_id: Mapped[UUID] = mapped_column(ForeignKey("question.id"), primary_key=True)


class AlikePair(Base):
    """Two questions that say nearly the same, once for both: the older one comes first."""

    __tablename__ = "alike_pair"
    __table_args__ = (
        Index("ix_alike_pair_other_id", "other_id"),
        Index("ix_alike_pair_similarity", "similarity", "question_id", "other_id"),
    )

    question_id: Mapped[UUID] = mapped_column(ForeignKey("question.id"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("question.id"), primary_key=True)
    similarity: Mapped[float] = mapped_column(Float)


def index_likeness(session: Session, said: Mapping[UUID, Texts]) -> None:
    """Compare these new questions with all others and with each other, and keep what is alike.

    Nothing may be kept of them yet. Two that others write at the same time do not find each other.
    """
    for portion in in_portions(said, PORTION):
        _index(session, {id_: shingles(said[id_]) for id_ in portion})


def unindex_likeness(session: Session, ids: Sequence[UUID]) -> None:
    """Forget what these questions are like."""
    session.execute(delete(LikenessBand).where(LikenessBand.question_id.in_(ids)))
    pair = or_(AlikePair.question_id.in_(ids), AlikePair.other_id.in_(ids))
    session.execute(delete(AlikePair).where(pair))


def alike_pairs(minimum: float = ALIKE) -> Select[AlikePair]:
    """Pairs of questions that are both in use or on their way there."""
    one, other = aliased(Question), aliased(Question)
    return (
        select(AlikePair)
        .join(one, one.id == AlikePair.question_id)
        .join(other, other.id == AlikePair.other_id)
        .where(
            AlikePair.similarity >= minimum, one.retired_at.is_(None), other.retired_at.is_(None)
        )
    )


def is_of(question_id: UUID) -> ColumnElement[bool]:
    """Whether a pair has this question."""
    return or_(AlikePair.question_id == question_id, AlikePair.other_id == question_id)


def pairs_of(slugs: Sequence[str]) -> Select[str, str, float]:
    """Slug, slug of another question and similarity, for all that is like one of these."""
    one, other = aliased(Question), aliased(Question)
    return (
        select(one.slug, other.slug, AlikePair.similarity)
        .join(AlikePair, or_(AlikePair.question_id == one.id, AlikePair.other_id == one.id))
        .join(other, or_(other.id == AlikePair.question_id, other.id == AlikePair.other_id))
        .where(one.slug.in_(slugs), other.id != one.id)
        .order_by(one.slug, AlikePair.similarity.desc(), other.slug)
    )


def _index(session: Session, new: Mapping[UUID, Shingles]) -> None:
    found = {id_: bands(words) for id_, words in new.items()}
    having = _having(session, {band for each in found.values() for band in each})
    likely: dict[UUID, list[UUID]] = {}
    rows: list[dict[str, Any]] = []
    for id_, its in found.items():
        shared = Counter(other for band in its for other in having.get(band, ()))
        likely[id_] = [other for other, _ in shared.most_common(MOST_COMPARED)]
        for band in its:
            if len(others := having.setdefault(band, [])) < FULL:
                others.append(id_)
                rows.append({"band": band, "question_id": id_})
    pairs = list(_pairs(session, new, likely))
    for table, its_rows in ((LikenessBand, rows), (AlikePair, pairs)):
        if its_rows:
            insert_rows(session.connection(), table_of(table), its_rows)


def _having(session: Session, wanted: set[int]) -> dict[int, list[UUID]]:
    """The questions that have each of these bands already."""
    found: dict[int, list[UUID]] = {}
    asked = select(LikenessBand.band, LikenessBand.question_id).where(LikenessBand.band.in_(wanted))
    for band, question_id in session.execute(asked):
        found.setdefault(band, []).append(question_id)
    return found


def _pairs(
    session: Session, new: Mapping[UUID, Shingles], likely: Mapping[UUID, Sequence[UUID]]
) -> Iterator[dict[str, Any]]:
    """Rows of the pairs that are alike: what is only likely is compared word by word."""
    others = {other for each in likely.values() for other in each} - set(new)
    known = {**new, **{id_: shingles(texts) for id_, texts in texts_of(session, others).items()}}
    for id_, candidates in likely.items():
        found = ((similarity(new[id_], known[other]), other) for other in candidates)
        best = sorted((pair for pair in found if pair[0] >= ALIKE), reverse=True)
        for value, other in best[:MOST_ALIKE]:
            first, second = sorted((id_, other))
            yield {"question_id": first, "other_id": second, "similarity": value}


def texts_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Stem and options, in their order, of the newest versions of these questions."""
    found: dict[UUID, list[str]] = {}
    for portion in in_portions(ids, PORTION):
        asked = (
            select(QuestionVersion.question_id, QuestionVersion.prompt, OptionRow.text)
            .join(OptionRow, OptionRow.version_id == QuestionVersion.id, isouter=True)
            .where(QuestionVersion.question_id.in_(portion), is_newest())
            .order_by(QuestionVersion.question_id, OptionRow.position)
        )
        for question_id, prompt, option in session.execute(asked):
            found.setdefault(question_id, [prompt]).extend([option] if option else [])
    return found
