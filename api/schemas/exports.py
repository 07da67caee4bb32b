"""Wire shapes of exports."""

from typing import Annotated

from pydantic import Field

from api.schemas.base import Incoming, Outgoing
from api.schemas.imports import LossOut
from domain.questions import LONGEST_SLUG, LONGEST_TAG


class ExportQuery(Incoming):
    """Which published questions; without a filter, all of them."""

    tag: list[Annotated[str, Field(max_length=LONGEST_TAG)]] = Field(
        default=[], max_length=20, description="Has this tag; repeated: has all of them."
    )
    slug: list[Annotated[str, Field(max_length=LONGEST_SLUG)]] = Field(
        default=[], max_length=1000, description="Only these questions."
    )


class ExportedOut(Outgoing):
    """One question of which the format could not carry everything, or nothing at all."""

    slug: str
    is_in: bool = Field(description="Whether the question is in the file.")
    losses: list[LossOut]


class LossReportOut(Outgoing):
    """What an export leaves out; questions that are wholly in the file are only counted."""

    format: str
    exported: int = Field(description="Questions that are in the file.")
    left_out: int = Field(description="Questions that the format cannot say at all.")
    items: list[ExportedOut]
