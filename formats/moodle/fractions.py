"""Shares of the points as Moodle knows them, and the scoring rules that they amount to.

Moodle takes only some percentages; others are refused by its importer or moved to the nearest.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

from domain.grading import StatedValues
from domain.grading.numbers import read_number, spell_number
from domain.questions import Draft, Scoring

ZERO, ONE = Fraction(0), Fraction(1)
_SPELLED = (
    "100 90 83.33333 80 75 70 66.66667 60 50 40 33.33333 30 25 20 16.66667 14.28571 12.5 11.11111"
    " 10 5"
)
_NEAR = Fraction(1, 10_000)  # 33.33 means a third


def _meant(spelled: str) -> Fraction:
    """The exact share that a percentage of five places stands for."""
    return Fraction(Fraction(spelled) / 100).limit_denominator(30)


SHARES: Mapping[Fraction, str] = MappingProxyType(
    {ZERO: "0"}
    | {_meant(text): text for text in _SPELLED.split()}
    | {-_meant(text): f"-{text}" for text in _SPELLED.split()}
)


@lru_cache(maxsize=1024)
def read_percent(text: str) -> Fraction:
    """The exact share of a percentage, a rounded third being a third; else ``ValueError``."""
    share = read_number(text.strip()) / 100
    near = nearest(share)
    return near if abs(near - share) <= _NEAR else share


@lru_cache(maxsize=1024)
def nearest(share: Fraction) -> Fraction:
    """The share nearest to this one that Moodle takes."""
    return min(SHARES, key=lambda known: (abs(known - share), -known))


def spell_percent(share: Fraction) -> str:
    """The percentage of the nearest share that Moodle takes."""
    return SHARES[nearest(share)]


def shares_of(draft: Draft) -> list[Fraction]:
    """What picking each option earns, as near to the draft's rule as Moodle's sums come."""
    values, size = draft.scoring.values, len(draft.own_options)
    if values is not None and draft.scoring.rule in {"weights", "mapping"}:
        usual, most = values.default or ZERO, values.maximum or ONE
        return [(usual if one is None else one) / most for one in values.options]
    right = draft.key.positions
    if draft.kind != "multiple_response":
        return [Fraction(place in right) for place in range(1, size + 1)]
    reward = Fraction(1, len(right) or 1)
    wrong = _WRONG.get(draft.scoring.rule, _net)(len(right), size)
    return [reward if place in right else wrong for place in range(1, size + 1)]


def scoring_of(shares: Sequence[Fraction], single: bool, points: Fraction) -> Scoring:
    """The rule that scores as the sum of these shares does: a named one if there is one."""
    if single and sorted(shares)[-2:] == [0, 1] and min(shares) == 0:
        return Scoring(max_points=points)
    rule = None if single else _named(shares)
    if rule is not None:
        return Scoring(rule, points)
    stated: dict[str, object] = {"options": [spell_number(share) for share in shares]}
    if single and min(shares) < 0:
        stated["lower"] = None  # with several answers Moodle gives no less than nothing
    is_weight = all(abs(share) <= 1 for share in shares)
    bounds = {} if is_weight else {"lower": stated.get("lower", "0"), "upper": "1"}
    return Scoring(
        "weights" if is_weight else "mapping", points, StatedValues.read(stated | bounds)
    )


def _named(shares: Sequence[Fraction]) -> str | None:
    right = [share for share in shares if share > 0]
    wrong = {share for share in shares if share <= 0}
    if not right or set(right) != {Fraction(1, len(right))} or len(wrong) > 1:
        return None
    penalty = next(iter(wrong), _net(len(right), len(shares)))
    fitting = (name for name, of in _WRONG.items() if of(len(right), len(shares)) == penalty)
    return next(fitting, None)


def _net(right: int, _: int) -> Fraction:
    return Fraction(-1, right or 1)


def _balanced(right: int, size: int) -> Fraction:
    return Fraction(-1, max(size - right, 1))


# What a wrong pick earns under the rules that are sums, none below zero.
_WRONG = {
    "net_right": _net,
    "hits_only": lambda _, __: ZERO,
    "wrong_voids": lambda _, __: -ONE,
    "balanced_weights": _balanced,
}
