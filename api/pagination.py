"""Keyset pages: a cursor says behind which row a page begins, and of which listing."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar, TypeVarTuple
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.protocol_errors import InvalidCursor
from models import Bank, Question, QuestionVersion, Submission
from models.question import NO_DATE
from models.search import Hit

Row = TypeVar("Row")
Columns = TypeVarTuple("Columns")


def ordered(
    statement: Select[*Columns],
    keys: Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]],
    last: Sequence[Any] | None,
    *,
    descending: bool = False,
) -> Select[*Columns]:
    """The statement sorted by these columns, beginning behind the row that has ``last`` in them."""
    if last is not None:
        marks = (literal(value, key.type) for value, key in zip(last, keys, strict=True))
        row, mark = tuple_(*keys), tuple_(*marks)
        statement = statement.where(row < mark if descending else row > mark)
    return statement.order_by(*(key.desc() if descending else key for key in keys))


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of rows: by a column, then by id, both up or both down.

    ``value`` takes the column's value from a row, ``parse`` reads it from a cursor's text.
    """

    column: ColumnElement[Any] | InstrumentedAttribute[Any]
    id: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]
    value: Callable[[Any], Any]
    parse: Callable[[str], Any] = str
    descending: bool = False

    def select(self, statement: Select[Row], after: Sequence[str] | None) -> Select[Row]:
        """The statement in this order, beginning behind the row that ``after`` marks."""
        last = None if after is None else (self.parse(after[0]), UUID(after[1]))
        return ordered(statement, (self.column, self.id), last, descending=self.descending)

    def mark(self, row: Any) -> list[str]:
        """What a cursor has to remember of the last row of a page."""
        value = self.value(row)
        return [value if isinstance(value, str) else value.isoformat(), str(row.id)]


_PUBLISHED = Order(
    Question.published_at,
    Question.published_id,
    lambda row: row.published_at,
    datetime.fromisoformat,
)
_TITLE = Order(Question.sort_title, Question.published_id, lambda row: row.sort_title)
_DATE = Order(
    Question.sort_date, Question.published_id, lambda row: row.date or NO_DATE, date.fromisoformat
)
ORDERS: Mapping[str, Order] = {
    "published_at": _PUBLISHED,
    "-published_at": replace(_PUBLISHED, descending=True),
    "title": _TITLE,
    "date": _DATE,
    "-date": replace(_DATE, descending=True),
}
_CHANGED = Order(
    Question.changed_at,
    QuestionVersion.id,
    lambda row: row.question.changed_at,
    datetime.fromisoformat,
)
_CREATED = Order(
    Question.created_at,
    QuestionVersion.id,
    lambda row: row.question.created_at,
    datetime.fromisoformat,
)
_TITLE_OF_AUTHORS = Order(  # drafts, too, which learners' own keys do not know
    QuestionVersion.sort_title, QuestionVersion.id, lambda row: row.sort_title
)
ORDERS_OF_AUTHORS: Mapping[str, Order] = {
    "updated": _CHANGED,
    "-updated": replace(_CHANGED, descending=True),
    "title": _TITLE_OF_AUTHORS,
    "-title": replace(_TITLE_OF_AUTHORS, descending=True),
    "created": _CREATED,
    "-created": replace(_CREATED, descending=True),
}
NEWEST_SUBMISSION = Order(
    Submission.submitted_at,
    Submission.id,
    lambda row: row.submitted_at,
    datetime.fromisoformat,
    descending=True,
)


class Cursors:
    """The cursors of one listing: signed, and read back only for the same filters."""

    def __init__(self, session: Session, listing: object) -> None:
        self._session = session
        self._salt = f"cursor {listing!r}"

    def write(self, mark: Any) -> str:
        """An opaque text that carries the mark."""
        told = urlsafe_b64encode(json.dumps(mark).encode()).decode()
        return f"{told}.{self._signature(told)}"

    def read(self, cursor: str) -> Any:
        """The mark in a cursor of this listing; :class:`InvalidCursor` for any other text."""
        told, _, signature = cursor.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(told).encode()):
            raise InvalidCursor
        return json.loads(urlsafe_b64decode(told))

    def _signature(self, told: str) -> str:
        secret = self._session.get_one(Bank, 1).signing_secret
        return hmac.new(secret.encode(), f"{self._salt} {told}".encode(), "sha256").hexdigest()


def page_in_order(
    session: Session,
    statement: Select[Row],
    order: Order,
    limit: int,
    cursor: str | None,
    cursors: Cursors,
    among: Select[UUID | None] | None = None,
) -> tuple[Sequence[Row], str | None]:
    """Up to ``limit`` rows from the cursor on, and the cursor of the next page.

    ``among`` selects the ids of the rows that count: sorted alone, before the rest is read.
    """
    after = cursors.read(cursor) if cursor is not None else None
    if among is not None:
        statement = statement.where(order.id.in_(order.select(among, after).limit(limit + 1)))
    rows = session.scalars(order.select(statement, after).limit(limit + 1)).all()
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], cursors.write(order.mark(rows[limit - 1]))


def page_of_hits(
    search: Callable[[int | None], Sequence[Hit]],
    limit: int,
    cursor: str | None,
    cursors: Cursors,
) -> tuple[Sequence[int], str | None]:
    """The same for an order that only a search knows: the numbers of a page, best hit first.

    A cursor also remembers the newest question that the first page's search found, so that what
    is published meanwhile takes no hit's place.
    """
    newest, *mark = cursors.read(cursor) if cursor is not None else (None,)
    hits = search(newest)
    if mark:
        hits = [hit for hit in hits if hit.place > tuple(mark)]
    page = hits[:limit]
    numbers = [hit.number for hit in page]
    if len(hits) <= limit:
        return numbers, None
    newest = max(hit.number for hit in hits) if newest is None else newest
    return numbers, cursors.write([newest, *page[-1].place])


def next_address(path: str, query: Mapping[str, Any], cursor: str | None) -> str | None:
    """The address of the page that begins at the cursor, if there is one."""
    if cursor is None:
        return None
    stated = {name: value for name, value in query.items() if value not in (None, [])}
    return f"{path}?{urlencode({**stated, 'cursor': cursor}, doseq=True)}"


def next_link(path: str, query: Mapping[str, Any], cursor: str | None) -> dict[str, str]:
    """The Link header (RFC 8288) to that page."""
    address = next_address(path, query, cursor)
    return {} if address is None else {"Link": f'<{address}>; rel="next"'}
