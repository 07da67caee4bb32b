"""What blind guessing earns on average, exactly.

A guesser is a set of selections taken with equal chance. A rule sees only the hits h and the
false picks f, so the mean over the selections is a mean over the patterns (h, f), of which each
stands for C(k, h) C(n-k, f) selections, for n options of which k are right:

    mean = sum of C(k, h) C(n-k, f) score(h, f) / sum of C(k, h) C(n-k, f)

over the patterns that the guesser can produce. Four options of which two are right, under
``net_right``: 3/16 for any subset, 1/5 for any but the empty one, 1/6 for exactly two picks.
Expected chance scores are compared by Kanzow et al. 2023, doi 10.2196/43792 and 10.2196/44084.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb

from domain.grading.rules import Counts, Rule


@dataclass(frozen=True, slots=True)
class Chance:
    """Mean scores of three who know nothing.

    ``any`` takes each subset of the options, the empty one included, with equal chance;
    ``non_empty`` each subset but the empty one; ``key_size`` each subset with as many options
    as are right.
    """

    any: Fraction
    non_empty: Fraction
    key_size: Fraction


@lru_cache(maxsize=4096)
def expected_scores(rule: Rule, options: int, keyed: int) -> Chance:
    """The mean scores for that many options of which ``keyed`` are right."""
    if not 0 <= keyed <= options or options < 1:
        raise ValueError("There is at least one option, and at most all are right.")
    scored = [
        (count, h, f, rule.score(Counts(options, keyed, h, f)))
        for count, h, f in _patterns(options, keyed)
    ]
    return Chance(
        any=_mean([(count, score) for count, _, _, score in scored]),
        non_empty=_mean([(count, score) for count, h, f, score in scored if h + f]),
        key_size=_mean([(count, score) for count, h, f, score in scored if h + f == keyed]),
    )


def _patterns(options: int, keyed: int) -> Iterator[tuple[int, int, int]]:
    """Each pattern of hits and false picks, after how many selections have it."""
    wrong = options - keyed
    for hits in range(keyed + 1):
        for false_picks in range(wrong + 1):
            yield comb(keyed, hits) * comb(wrong, false_picks), hits, false_picks


def _mean(scored: list[tuple[int, Fraction]]) -> Fraction:
    """The weighted mean, adding whole numbers for each denominator: sums of fractions are slow."""
    numerators: defaultdict[int, int] = defaultdict(int)
    for count, score in scored:
        numerators[score.denominator] += count * score.numerator
    total = sum((Fraction(top, bottom) for bottom, top in numerators.items()), Fraction(0))
    return total / sum(count for count, _ in scored)
