"""What a tally of answers says about the question: facility, patterns, options, time.

Facility is the mean score (Lord and Novick 1968, chapter 15, there "item difficulty"; SIS and
Moodle call it facility): 20 answers of which 12 earn 1 and 4 earn 1/2 give 7/10. It is read beside
what blind guessing earns under the same rule, since a facility near that says that the question
measured nothing.

Option rates say which distractors work (Haladyna and Downing 1993, doi
10.1177/0013164493053004013): one that fewer than 5 % pick does no work, and one whose pickers
score above the others may be a right option that the key lacks.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from domain.grading import AnyRule, ChoiceKey, Key
from domain.grading.guessing import guessing_mean, score_bounds
from domain.grading.rules import find_rule
from domain.option_references import letter
from domain.statistics.durations import Times, describe_times
from domain.statistics.intervals import Interval, wilson
from domain.statistics.tally import OptionTally, Tally

MOST_PATTERNS = 64


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean of the answers there are, and the 95 % interval of what all would give.

    There is no ``interval`` where a rule gives everybody the same.
    """

    mean: Fraction
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Guessing:
    """What blind guessing earns on average, and how often it is wholly right, both exactly."""

    score: Fraction
    correct: Fraction


@dataclass(frozen=True, slots=True)
class Pattern:
    """A response, how many gave it, and what they earned on average.

    ``selected`` are the picked options in the author's order; other kinds have a ``response``.
    ``correct`` is whether all who gave it are held to be wholly right.
    """

    selected: tuple[str, ...] | None
    response: Mapping[str, Any] | None
    count: int
    share: Fraction
    mean_score: Fraction
    correct: bool


@dataclass(frozen=True, slots=True)
class OptionRate:
    """How many picked an option, and the mean scores of those who did and who did not."""

    id: str
    letter: str
    right: bool
    picked: int
    share: Fraction
    mean_of_pickers: Fraction | None
    mean_of_others: Fraction | None


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """What the answers say. Without answers there are neither estimates nor times.

    ``guessing`` is there for questions where options are picked. ``patterns`` are the most
    frequent responses, ``others`` how many gave another. A count of a pattern is exact or, where
    ``missed`` is above 0, at most so much too low.
    """

    submissions: int
    correct_count: int
    facility: Estimate | None
    correct: Estimate | None
    guessing: Guessing | None
    patterns: tuple[Pattern, ...]
    others: int
    missed: int
    possible_patterns: int | None
    options: tuple[OptionRate, ...]
    time: Times | None


def describe(tally: Tally, key: Key, rule: AnyRule, picks: int) -> ItemStatistics:
    """What a tally says about the question with this key and rule; at most ``picks`` options."""
    patterns = sorted(_patterns(tally, key), key=lambda one: _rank(one, key))
    told = tuple(patterns[:MOST_PATTERNS])
    return ItemStatistics(
        submissions=tally.count,
        correct_count=tally.correct,
        facility=_facility(tally, key, rule, picks),
        correct=_correct(tally),
        guessing=_guessing(key, rule, picks),
        patterns=told,
        others=tally.count - sum(one.count for one in told),
        missed=tally.outcomes.missed,
        possible_patterns=_possible(key, picks),
        options=tuple(_options(tally, key)),
        time=describe_times(tally.times),
    )


def _facility(tally: Tally, key: Key, rule: AnyRule, picks: int) -> Estimate | None:
    if not tally.count:
        return None
    mean = tally.total / tally.count
    low, high = score_bounds(key, rule, picks)
    # A regrade may have given what the rule never gives: full credit for everybody.
    low, high = min(low, mean), max(high, mean, Fraction(1))
    return Estimate(mean, wilson(mean, tally.count, low, high) if low < high else None)


def _correct(tally: Tally) -> Estimate | None:
    if not tally.count:
        return None
    share = Fraction(tally.correct, tally.count)
    return Estimate(share, wilson(share, tally.count))


def _guessing(key: Key, rule: AnyRule, picks: int) -> Guessing | None:
    score = guessing_mean(key, rule, picks)
    correct = guessing_mean(key, find_rule("all_or_nothing"), picks)
    return None if score is None or correct is None else Guessing(score, correct)


def _possible(key: Key, picks: int) -> int | None:
    if not isinstance(key, ChoiceKey):
        return None
    return len(key.options) + 1 if picks == 1 else 2 ** len(key.options)


def _patterns(tally: Tally, key: Key) -> Iterator[Pattern]:
    counts: Counter[str] = Counter()
    totals: defaultdict[str, Fraction] = defaultdict(Fraction)
    right: Counter[str] = Counter()
    for (response, score, correct), count in tally.outcomes.counts.items():
        counts[response] += count
        totals[response] += count * Fraction(score)
        right[response] += count * correct
    for response, count in counts.items():
        said = json.loads(response)
        yield Pattern(
            selected=_in_order(key, said) if isinstance(key, ChoiceKey) else None,
            response=None if isinstance(key, ChoiceKey) else said,
            count=count,
            share=Fraction(count, tally.count),
            mean_score=totals[response] / count,
            correct=right[response] == count,
        )


def _in_order(key: ChoiceKey, picked: list[str]) -> tuple[str, ...]:
    return tuple(sorted(picked, key=key.options.index))


def _rank(pattern: Pattern, key: Key) -> tuple[int, object]:
    """By falling count; those with as many as another by their letters, or what they say."""
    if isinstance(key, ChoiceKey):
        return -pattern.count, [key.options.index(id_) for id_ in pattern.selected or ()]
    return -pattern.count, json.dumps(pattern.response, sort_keys=True)


def _options(tally: Tally, key: Key) -> Iterator[OptionRate]:
    """The options below the stem, in the author's order."""
    if not isinstance(key, ChoiceKey):
        return
    for place, id_ in enumerate(key.options):
        sums = tally.options.get(id_, OptionTally())
        left = tally.count - sums.picked
        yield OptionRate(
            id=id_,
            letter=letter(place),
            right=id_ in key.correct,
            picked=sums.picked,
            share=Fraction(sums.picked, tally.count or 1),
            mean_of_pickers=sums.total / sums.picked if sums.picked else None,
            mean_of_others=(tally.total - sums.total) / left if left else None,
        )
