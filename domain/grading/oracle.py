"""How many submissions tell the key to somebody who sees scores, and what is correct.

The adversary submits any subsets of the options, the empty one included, each chosen in the light
of the results before, and keeps no other knowledge. A result is what ``score_only`` releases: the
score, and whether the submission equals the key, which a full score does not say under every rule.
The budget is the number of submissions after which the key is *known*, whatever it is: handing in
the known key is not counted. Some option is right unless ``may_be_empty`` says otherwise; ``keyed``
is the number of right options if the question announces it.

Four options: 3 under ``net_right``, ``every_decision`` and ``coverage``; 14 under
``all_or_nothing``, since 14 of 15 keys must be refused before the last is certain, and 5 if "choose
two" is announced. This is the game of Mastermind (Knuth 1976, Journal of Recreational
Mathematics 9) with scores for pegs, solved here by minimax.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from math import comb

from domain.grading.oracle_search import Split, fewest_and_most
from domain.grading.rules import Counts, Rule

# Beyond this many options the search gives way to bounds that count keys instead of listing them.
MOST_SEARCHED = 6

# A shape of a submission: how many keys give each of the results it may get, most first.
Shape = tuple[int, ...]
Result = tuple[Fraction, bool]  # the score, and whether it is the key


@dataclass(frozen=True, slots=True)
class Budget:
    """After fewer than ``at_least`` submissions the key is never known, after ``at_most`` it is."""

    at_least: int
    at_most: int

    @property
    def exact(self) -> int | None:
        """The number itself, where the two bounds meet."""
        return self.at_least if self.at_least == self.at_most else None


@lru_cache(maxsize=4096)
def oracle_budget(
    rule: Rule, options: int, keyed: int | None = None, *, may_be_empty: bool = False
) -> Budget:
    """The submissions needed against a question with that many options, in the worst case.

    ``at_least`` holds for every strategy: one submission with parts p1, p2, ... (the keys that
    give each result) can tell apart at most F(c) = sum of min(pi, c) keys, if c keys can be told
    apart after it. ``at_most`` is what the better of some strategies needs: the search of
    ``oracle_search`` up to ``MOST_SEARCHED`` options, trying key after key, and probing option by
    option.
    """
    if options < 1 or not (keyed is None or 0 <= keyed <= options):
        raise ValueError("There is at least one option, and at most all are right.")
    sizes = range(0 if may_be_empty else 1, options + 1) if keyed is None else (keyed,)
    keys = sum(comb(options, size) for size in sizes)
    if keys == 1:
        return Budget(0, 0)
    at_least = _fewest(list(_shapes(rule, options, sizes)), keys)
    plain = [_by_trial(keys), *_by_probing(rule, options, sizes)]
    if options > MOST_SEARCHED or at_least in plain:
        return Budget(at_least, min(plain))
    fewest, most = fewest_and_most(_splits(rule, options, sizes), keys, at_least)
    return Budget(fewest, min([*plain, *most]))


def _result(rule: Rule, counts: Counts) -> Result:
    return rule.score(counts), counts.errors == 0


def _shapes(rule: Rule, options: int, sizes: Sequence[int]) -> Iterator[Shape]:
    """The shape of picking 0, 1, ... n options; which ones makes no difference."""
    for picked in range(options + 1):
        keys: defaultdict[Result, int] = defaultdict(int)
        for size in sizes:
            for hits in range(max(0, picked + size - options), min(picked, size) + 1):
                result = _result(rule, Counts(options, size, hits, picked - hits))
                keys[result] += comb(picked, hits) * comb(options - picked, size - hits)
        if len(keys) > 1:
            yield tuple(sorted(keys.values(), reverse=True))


def _fewest(shapes: Sequence[Shape], keys: int) -> int:
    """How often F must be applied to 1 to reach all keys.

    Once c is above every part but the largest, F adds the same number each time, so the rest is
    a division: 2 to the 64 keys under all_or_nothing are no loop.
    """
    told, steps, largest = 1, 0, min(shape[0] for shape in shapes)
    while told < largest and any(shape[1] > told for shape in shapes):
        told = max(sum(min(part, told) for part in shape) for shape in shapes)
        steps += 1
    if told >= keys:
        return steps
    return steps + 1 + max(0, -((told - largest) // (keys - largest)))


def _by_trial(keys: int) -> int:
    """Trying key after key: the last need not be tried."""
    return keys - 1


def _by_probing(rule: Rule, options: int, sizes: Sequence[int]) -> list[int]:
    """Asking first for the number of right options, then for one option after the other.

    The first submission is none, the empty one or all options, and leaves the sizes of key that
    give its result. For these, picking only option i, or all but i, must give results that differ
    by whether i is right. The last option need not be probed where the size is known.
    """
    costs: list[int] = []
    for first in (None, 0, options):
        groups: defaultdict[Result | None, list[int]] = defaultdict(list)
        for size in sizes:
            groups[_first_result(rule, options, size, first)].append(size)
        if all(_can_probe(rule, options, group) for group in groups.values()):
            deduced = all(len(group) == 1 for group in groups.values())
            costs.append((first is not None) + options - deduced)
    return costs


def _first_result(rule: Rule, options: int, size: int, picked: int | None) -> Result | None:
    """The result of picking no or all options, ``None`` if nothing is submitted."""
    if picked is None:
        return None
    hits = size if picked else 0
    return _result(rule, Counts(options, size, hits, picked - hits))


def _can_probe(rule: Rule, options: int, sizes: Iterable[int]) -> bool:
    one_right = {_result(rule, Counts(options, size, 1, 0)) for size in sizes if size}
    one_wrong = {_result(rule, Counts(options, size, 0, 1)) for size in sizes if size < options}
    right_left = {
        _result(rule, Counts(options, size, size - 1, options - size)) for size in sizes if size
    }
    wrong_left = {
        _result(rule, Counts(options, size, size, options - size - 1))
        for size in sizes
        if size < options
    }
    return not one_right & one_wrong or not right_left & wrong_left


def _splits(rule: Rule, options: int, sizes: Sequence[int]) -> list[Split]:
    """For each subset of the options the sets of keys that give the same result, as bits."""
    keys = [key for key in range(2**options) if key.bit_count() in sizes]
    results = lru_cache(maxsize=None)(partial(_result, rule))
    found: list[Split] = []
    for picked in range(2**options):
        parts: defaultdict[Result, int] = defaultdict(int)
        for place, key in enumerate(keys):
            counts = (key.bit_count(), (key & picked).bit_count(), (picked & ~key).bit_count())
            parts[results(Counts(options, *counts))] |= 1 << place
        found.append((picked, tuple(parts.values())))
    return found
