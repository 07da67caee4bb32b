"""What each kind of question shows beside its stem and options, and what was right afterwards.

Two shapes a kind, by its name. No interaction has a field for anything that is right.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import Field

from api.schemas.base import Outgoing


class OptionOut(Outgoing):
    """A statement to pick. The id is opaque and never changes."""

    id: str = Field(examples=["m3kq"])
    markdown: str
    html: str


Options = Mapping[str, Sequence[OptionOut]]


class NumericInteraction(Outgoing):
    """A number is asked, in one of these units where there are any."""

    units: list[str]

    @classmethod
    def of(cls, stored: Mapping[str, Any], _: Options) -> Self:
        """The interaction of a version, given its options by part."""
        return cls(units=stored["units"])


class NumericSolution(Outgoing):
    """The right number, and its unit where there are units."""

    value: str = Field(examples=["9.81"])
    unit: str | None


class ShortTextSolution(Outgoing):
    """A text that is right; null where only patterns say what is."""

    text: str | None


class OrderingSolution(Outgoing):
    """The option ids in the right order."""

    order: list[str]


class MatchingInteraction(Outgoing):
    """Each option is a premise; each is matched with one of these targets, or left open."""

    targets: list[OptionOut]

    @classmethod
    def of(cls, _: Mapping[str, Any], options: Options) -> Self:
        """The interaction of a version, given its options by part."""
        return cls(targets=list(options["targets"]))


class MatchingSolution(Outgoing):
    """The id of the right target for each premise that has one."""

    pairs: dict[str, str]


class BlankOut(Outgoing):
    """A blank, which the stem marks as ``[[name]]``: a text, a number, or one of its options."""

    name: str
    kind: str = Field(examples=["inline_choice"])
    units: list[str]
    options: list[OptionOut]


class InlineChoiceSolution(Outgoing):
    """The id of the right option of a blank."""

    selected: list[str]


class ClozeInteraction(Outgoing):
    """The blanks of the stem."""

    blanks: list[BlankOut]

    @classmethod
    def of(cls, stored: Mapping[str, Any], options: Options) -> Self:
        """The interaction of a version, given its options by part."""
        return cls(
            blanks=[
                BlankOut(
                    name=blank["name"],
                    kind=blank["kind"],
                    units=blank.get("units", []),
                    options=list(options.get(blank["name"], ())),
                )
                for blank in stored["blanks"]
            ]
        )


class ClozeSolution(Outgoing):
    """What was right in each blank, as its own kind says it."""

    blanks: dict[str, NumericSolution | ShortTextSolution | InlineChoiceSolution]


Interaction = NumericInteraction | MatchingInteraction | ClozeInteraction
Solution = NumericSolution | ShortTextSolution | OrderingSolution | MatchingSolution | ClozeSolution

# A kind that needs nothing beside stem and options has no interaction.
INTERACTIONS: Mapping[str, type[Interaction]] = {
    "numeric": NumericInteraction,
    "matching": MatchingInteraction,
    "cloze": ClozeInteraction,
}
SOLUTIONS: Mapping[str, type[Solution]] = {
    "numeric": NumericSolution,
    "short_text": ShortTextSolution,
    "ordering": OrderingSolution,
    "matching": MatchingSolution,
    "cloze": ClozeSolution,
}


def interaction_of(
    kind: str, stored: Mapping[str, Any] | None, options: Options
) -> Interaction | None:
    """The interaction of a version, given its options by part; ``None`` where they say all."""
    shape = INTERACTIONS.get(kind)
    return shape.of(stored or {}, options) if shape else None
