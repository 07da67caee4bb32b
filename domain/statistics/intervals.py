"""How far a mean of some answers may lie from the mean of all that might be given.

Wilson's score interval holds the shares p that a test would not reject, given the share m of n:

    (m + z²/2n ± z·sqrt(m(1-m)/n + z²/4n²)) / (1 + z²/n),    z = 1.96 for 95 %

It stays between 0 and 1 and is not empty where m is 0 or 1. 15 of 148 right: 0.0624 to 0.1605.

For scores with parts of a point m is their mean. Of all scores from 0 to 1 with that mean none
vary more than those that are 0 or 1: their variance is at most m(1-m). So the interval is then
wider than it had to be, never narrower; where all scores are 0 or 1 it is exactly Wilson's. Scores
from a to b are first scaled to 0 to 1. It takes the answers for independent: many attempts of the
same learners make it too narrow.

Sources: Wilson 1927, doi 10.1080/01621459.1927.10502953; worked cases in Newcombe 1998, doi
10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I; the variance in Bhatia
and Davis 2000, doi 10.1080/00029890.2000.12005203.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``, in the unit of what it is about."""

    low: float
    high: float


def wilson(
    mean: Fraction, count: int, lowest: Fraction = Fraction(0), highest: Fraction = Fraction(1)
) -> Interval:
    """The 95 % interval of a mean of ``count`` scores from ``lowest`` to ``highest``.

    ``ValueError`` without scores, or where the mean lies outside of them.
    """
    if count < 1 or not lowest <= mean <= highest or lowest == highest:
        raise ValueError("There is a mean of at least one score, within different bounds.")
    width = float(highest - lowest)
    share = float((mean - lowest) / (highest - lowest))
    # Twice the lower bound: so 0 and 1 are exactly that.
    low, high = _lower(share, count), 1 - _lower(1 - share, count)
    return Interval(float(lowest) + low * width, float(lowest) + high * width)


def _lower(share: float, count: int) -> float:
    spread = _Z**2 / count
    half = sqrt((spread / 2) ** 2 + spread * share * (1 - share))
    return (share + spread / 2 - half) / (1 + spread)
