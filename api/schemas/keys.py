"""API keys on the wire. The text of a key is in one answer only."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.schemas.base import Incoming, IncomingMoment, Moment, Outgoing
from domain.access import LONGEST_KEY_NAME, RATE_LIMIT, Role, Scope, is_key_name
from models import ApiKey


def _readable(name: str) -> str:
    if not is_key_name(name):
        raise ValueError("should be printable and not blank")
    return name


RateLimit = Annotated[
    str, Field(pattern=f"^{RATE_LIMIT.pattern}$", max_length=20, examples=["600/minute"])
]


class KeyIn(Incoming):
    """A key to make: whose it is and what it may do, until when and how often."""

    name: Annotated[
        str,
        Field(min_length=1, max_length=LONGEST_KEY_NAME, examples=["The LMS"]),
        AfterValidator(_readable),
    ]
    role: Role
    expires_at: IncomingMoment | None = None
    rate_limit: RateLimit | None = None


class KeyOut(Outgoing):
    """A key without its secret. ``id`` names it as the actor of what it did.

    ``rate_limit`` is null where the service's own limit holds.
    """

    id: UUID
    public_part: str
    name: str
    role: Role | None
    scopes: list[Scope]
    rate_limit: str | None
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None
    revoked_at: Moment | None

    @classmethod
    def of(cls, row: ApiKey, **more: Any) -> Self:
        """The shape of a stored key."""
        return cls(**{name: getattr(row, name) for name in KeyOut.model_fields}, **more)


class NewKeyOut(KeyOut):
    """A key just made. ``key`` is its text, shown this once: null when the request is repeated."""

    key: str | None


class KeyPage(Outgoing):
    """One page of keys, newest first. ``next_cursor`` is null on the last one."""

    items: list[KeyOut]
    next_cursor: str | None
    limit: int


class KeyQuery(BaseModel):
    """Which page of keys."""

    model_config = ConfigDict(frozen=True)

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=1000)
