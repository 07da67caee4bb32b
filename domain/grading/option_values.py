"""Scores that differ from option to option, beside the rules that only count.

They belong to one question, so a name alone cannot stand for them: ``OPTION_RULES`` holds how to
make each, and what the catalogue says about it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from domain.grading.keys import ChoiceKey
from domain.grading.numbers import Exact
from domain.grading.rules import tell
from domain.grading.stated import Stated

ZERO, ONE = Fraction(0), Fraction(1)
POLICY = "each picked option adds or takes the points set for it"


@dataclass(frozen=True, slots=True)
class OptionValues:
    """What each picked option is worth.

    The score is min(upper, max(lower, sum of the values of the picked options)) / maximum, where
    an option without a value has ``default`` and a bound of ``None`` does not bind. ``maximum``
    is the sum that counts as full marks. Values {b: 1/2, c: 1/2, d: -1/2}, picked b, c and d:
    1/2. Picking nothing sums to 0, which the bounds limit like any other sum.
    """

    name: str
    version: int
    values: Mapping[str, Fraction]
    default: Fraction = ZERO
    lower: Fraction | None = None
    upper: Fraction | None = None
    maximum: Fraction = ONE

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))
        if self.maximum <= 0:
            raise ValueError("The sum that counts as full marks must be above zero.")
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError("The lower bound is above the upper one.")

    def mark(self, key: ChoiceKey, picked: frozenset[str]) -> Fraction:
        """The score of picking these options; which are right, the values alone say."""
        total = sum((self.values.get(option, self.default) for option in picked), ZERO)
        if self.lower is not None:
            total = max(self.lower, total)
        if self.upper is not None:
            total = min(self.upper, total)
        return total / self.maximum

    def reason(self, score: Fraction) -> str:
        """A score in one sentence, without the values: they would tell the key."""
        return tell(score, POLICY)


def weights(
    values: Mapping[str, Fraction],
    lower: Fraction | None = ZERO,
    upper: Fraction | None = ONE,
) -> OptionValues:
    """A fraction of the points per option, from -1 to 1, summed within bounds."""
    if any(abs(value) > 1 for value in values.values()):
        raise ValueError("A weight is a fraction of the points, from -1 to 1.")
    return OptionValues("weights", 1, values, lower=lower, upper=upper)


def mapping(
    values: Mapping[str, Fraction],
    default: Fraction = ZERO,
    lower: Fraction | None = None,
    upper: Fraction | None = None,
    maximum: Fraction = ONE,
) -> OptionValues:
    """Any value per option, and one for all others, summed within bounds if there are any."""
    return OptionValues("mapping", 1, values, default, lower, upper, maximum)


@dataclass(frozen=True, slots=True)
class OptionRule:
    """How to make values of one name, and what the catalogue says about it."""

    name: str
    version: int
    make: Callable[..., OptionValues]
    formula: str
    example: str
    used_by: str
    source: str
    policy: str = POLICY


OPTION_RULES: Mapping[str, OptionRule] = MappingProxyType(
    {
        "weights": OptionRule(
            "weights",
            1,
            weights,
            "min(upper, max(lower, sum of the weights of S))",
            "weights b=1/2, c=1/2, d=-1/2; picked b, c, d: 1/2",
            "Moodle multiple choice with several answers",
            "Moodle documentation, multiple choice question type (https://docs.moodle.org)",
        ),
        "mapping": OptionRule(
            "mapping",
            1,
            mapping,
            "min(upper, max(lower, sum of the mapped values of S, else the default)) / maximum",
            "b=1, c=1, default -2, lower 0, maximum 2; picked b, c: 1; picked b, d: 0",
            "QTI response processing (mapResponse), TAO",
            "1EdTech QTI 3.0, information model, Mapping (https://www.imsglobal.org/spec/qti/v3p0)",
        ),
    }
)


class StatedValues(Stated):
    """What an author says each option is worth, by place; bounds as the rule has them if unsaid.

    ``None`` for an option leaves it the ``default``.
    """

    options: Annotated[tuple[Exact | None, ...], Field(strict=False)]
    default: Exact | None = None
    lower: Exact | None = None
    upper: Exact | None = None
    maximum: Exact | None = None


def values_of(rule: str, stated: StatedValues, options: Sequence[str]) -> OptionValues:
    """The rule ``weights`` or ``mapping`` with these values; a ``ValueError`` where they make none.

    A bound that is stated as ``None`` does not bind.
    """
    if len(stated.options) != len(options):
        raise ValueError(f"There should be {len(options)} values, one for each option.")
    bounds = {name: getattr(stated, name) for name in stated.model_fields_set - {"options"}}
    if unread := bounds.keys() - _READ_BY[rule]:
        raise ValueError(f"The rule {rule} does not read {min(unread)}.")
    by_id = dict(zip(options, stated.options, strict=True))
    said = {option: value for option, value in by_id.items() if value is not None}
    return OPTION_RULES[rule].make(said, **bounds)


_READ_BY = {
    "weights": frozenset({"lower", "upper"}),
    "mapping": frozenset({"default", "lower", "upper", "maximum"}),
}
