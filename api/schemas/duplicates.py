"""Questions that say nearly the same, on the wire."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Outgoing
from domain.likeness import ALIKE
from domain.questions import Status
from models import QuestionVersion


class DuplicateSideOut(Outgoing):
    """One of the two questions, as its newest version has it."""

    id: UUID
    slug: str = Field(examples=["vanishing-gradients"])
    title: str
    version: int
    status: Status

    @classmethod
    def of(cls, version: QuestionVersion) -> Self:
        """The question of a newest version."""
        return cls(
            id=version.question.id,
            slug=version.question.slug,
            title=version.title,
            version=version.number,
            status=version.state,
        )


class DuplicateOut(Outgoing):
    """Two questions, the older one first, and how alike stem and options are, 0 to 1."""

    similarity: float = Field(examples=[0.875])
    questions: Annotated[list[DuplicateSideOut], Field(min_length=2, max_length=2)]


class DuplicatePage(Outgoing):
    """Pairs, the most alike first."""

    items: list[DuplicateOut]
    next_cursor: str | None
    limit: int


class DuplicateQuery(BaseModel):
    """Which pairs, and how many."""

    model_config = ConfigDict(frozen=True)

    question: str | None = Field(default=None, description="Only pairs with this slug or id.")
    minimum: float = Field(
        default=ALIKE, ge=ALIKE, le=1, description="Only pairs that are so much alike."
    )
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = None
