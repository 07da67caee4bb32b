"""What all tables share: constraint names, UUIDv7 ids, UTC time stamps, and a guard on history."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, DateTime, MetaData, String, TypeDecorator, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from models.ids import uuid7

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def later_id(last: UUID | None) -> UUID:
    """A new id that sorts behind the last one, also where that was given by a clock ahead."""
    id_ = uuid7()
    return id_ if last is None or id_ > last else UUID(int=last.int + 1)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python on both engines, though SQLite stores no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without zone; give the engine UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time stamp without a zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give every moment its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def code_point_order(length: int) -> String:
    """A text column that sorts alike on both engines: by code points, not by a locale."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Base(DeclarativeBase):
    """The base of every mapped class."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - read once by SQLAlchemy, by its own name
        datetime: UtcDateTime,
        UUID: Uuid(),
        dict[str, Any]: JSON(none_as_null=True),
        list[dict[str, Any]]: JSON,
        list[str]: JSON,
    }


class Identified:
    """A row with an id of its own: UUIDv7, so that ids sort by the time they were given."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
