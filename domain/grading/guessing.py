"""What a question gives at least, at most, and to those who guess blindly, whatever its rule.

The guesser picks one option where only one may be picked, else any subset of the options, the
empty one included, each with equal chance: of four options of which one is right, 1/4 where one
may be picked, and 1/16 under ``all_or_nothing`` where any may be.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, combinations

from domain.grading.chance import expected_scores
from domain.grading.keys import ChoiceKey
from domain.grading.marking import AnyRule, Key
from domain.grading.option_values import OptionValues
from domain.grading.rules import Rule

MOST_OPTIONS_TO_LIST = 12  # 4,096 selections, where each option has a value of its own


def guessing_mean(key: Key, rule: AnyRule, picks: int) -> Fraction | None:
    """The mean score of blind guessing where at most ``picks`` options may be picked, exactly.

    ``None`` where nothing is picked, and where there are too many selections to list.
    """
    if not isinstance(key, ChoiceKey) or not isinstance(rule, Rule | OptionValues):
        return None
    if picks == 1:
        return _mean([rule.mark(key, frozenset({option})) for option in key.options])
    if isinstance(rule, Rule):
        return expected_scores(rule, len(key.options), len(key.correct)).any
    if len(key.options) > MOST_OPTIONS_TO_LIST:
        return None
    sizes = range(len(key.options) + 1)
    selections = chain.from_iterable(combinations(key.options, size) for size in sizes)
    return _mean([rule.mark(key, frozenset(selection)) for selection in selections])


def score_bounds(key: Key, rule: AnyRule, picks: int) -> tuple[Fraction, Fraction]:
    """The lowest and the highest score that a response can have."""
    if not isinstance(key, ChoiceKey) or not isinstance(rule, Rule | OptionValues):
        return Fraction(0), Fraction(1)
    scores = [rule.mark(key, selection) for selection in _extremes(key, rule, picks)]
    return min(scores), max(scores)


def _extremes(key: ChoiceKey, rule: Rule | OptionValues, picks: int) -> Iterator[frozenset[str]]:
    """Selections among which are one with the lowest and one with the highest score."""
    if picks == 1:
        yield frozenset()
        yield from (frozenset({option}) for option in key.options)
    elif isinstance(rule, OptionValues):
        worth = {option: rule.values.get(option, rule.default) for option in key.options}
        yield frozenset(option for option, value in worth.items() if value > 0)
        yield frozenset(option for option, value in worth.items() if value < 0)
    else:  # a rule that only counts sees no more than one selection of each pattern
        right = sorted(key.correct)
        wrong = sorted({*key.options} - key.correct)
        for hits in range(len(right) + 1):
            for false_picks in range(len(wrong) + 1):
                yield frozenset(right[:hits] + wrong[:false_picks])


def _mean(scores: list[Fraction]) -> Fraction:
    return sum(scores, Fraction(0)) / len(scores)
