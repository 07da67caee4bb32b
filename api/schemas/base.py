"""What all wire shapes share."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    field_validator,
)
from pydantic_core import PydanticCustomError

from domain.questions import is_storable

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ].+")
LARGEST_INTEGER = 2**63 - 1  # what the engines' widest integer column holds


def rfc3339(moment: datetime) -> str:
    """The moment, which is in UTC, as it is sent."""
    return moment.isoformat().replace("+00:00", "Z")


Moment = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str),
    Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-23T10:00:00Z"]),
]


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC; a ``ValueError`` where the calendar ends."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("should be within the years 1 to 9999 in UTC") from None


def _written_as_day(value: object) -> object:
    """Refuse what pydantic would take for a number of seconds since 1970."""
    if (isinstance(value, str) and not DAY.fullmatch(value)) or isinstance(value, int | float):
        raise ValueError("should be a date such as 2026-11-24")
    return value


def _written_as_moment(value: object) -> object:
    """The same for a time."""
    if (isinstance(value, str) and not MOMENT.fullmatch(value)) or isinstance(value, int | float):
        raise ValueError("should be a time with its zone, such as 2026-11-24T10:00:00Z")
    return value


IncomingDay = Annotated[date, Field(strict=False), BeforeValidator(_written_as_day)]
IncomingMoment = Annotated[
    AwareDatetime,
    Field(strict=False),
    BeforeValidator(_written_as_moment),
    AfterValidator(in_utc),
]


class Incoming(BaseModel):
    """A shape that a client sends: strict, and closed to fields it does not know."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _can_be_stored(cls, value: object) -> object:
        """Refuse texts and integers that JSON allows and the engines cannot hold."""
        for part in value if isinstance(value, list) else _plain_values(value):
            if isinstance(part, str) and not is_storable(part):
                raise PydanticCustomError(
                    "unstorable_text", "should not hold NUL or half of a surrogate pair"
                )
            if isinstance(part, int) and not -LARGEST_INTEGER - 1 <= part <= LARGEST_INTEGER:
                raise PydanticCustomError("unstorable_number", "should fit into 64 bits")
        return value


def _plain_values(value: object) -> Iterator[object]:
    """Every text, number and name anywhere inside of a JSON value."""
    if isinstance(value, dict):
        yield from value
        yield from _plain_values(list(value.values()))
    elif isinstance(value, list):
        for part in value:
            yield from _plain_values(part)
    else:
        yield value


class Outgoing(BaseModel):
    """A shape that a client gets. No field has a default: what is missing is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("should not be blank")
    return text


ShortText = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_not_blank)]
Seed = Annotated[str, Field(max_length=128, examples=["S1"])]
