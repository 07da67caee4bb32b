"""What the bank knows of its questions beside what they say."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Outgoing


class MissedOut(Outgoing):
    """A published question with the mean score, a fraction, of who answered this version."""

    id: UUID
    slug: str = Field(examples=["vanishing-gradients"])
    mean_score: float = Field(examples=[0.25])
    submissions: int


class MissedPage(Outgoing):
    """Questions by mean score, the lowest first."""

    items: list[MissedOut]
    limit: int


class MissedQuery(BaseModel):
    """How many, and of how many submissions at least."""

    model_config = ConfigDict(frozen=True)

    at_least: int = Field(default=1, ge=1, le=2**31 - 1, description="Submissions at least.")
    limit: int = Field(default=50, ge=1, le=200)
