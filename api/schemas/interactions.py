"""What each kind of question shows beside its stem and options, and what was right afterwards.

Two shapes a kind, by its name. No interaction has a field for anything that is right.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from api.schemas.base import Outgoing


class OptionOut(Outgoing):
    """A statement to pick. The id is opaque and never changes."""

    id: str = Field(examples=["m3kq"])
    markdown: str
    html: str


class NumericInteraction(Outgoing):
    """A number is asked, in one of these units where there are any."""

    units: list[str]


class NumericSolution(Outgoing):
    """The right number, and its unit where there are units."""

    value: str = Field(examples=["9.81"])
    unit: str | None


Interaction = NumericInteraction
Solution = NumericSolution

INTERACTIONS: Mapping[str, type[Interaction]] = {"numeric": NumericInteraction}
SOLUTIONS: Mapping[str, type[Solution]] = {"numeric": NumericSolution}


def interaction_of(
    kind: str, stored: Mapping[str, Any] | None, options: Mapping[str, list[OptionOut]]
) -> Interaction | None:
    """The interaction of a version, given its options by part; ``None`` where options say all."""
    shape = INTERACTIONS.get(kind)
    return shape.model_validate(dict(stored or {})) if shape else None
