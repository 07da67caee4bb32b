"""What each rule would give, before anyone is graded by it: to one response or to a cohort.

Of a response a rule sees only the hits and the false picks. Responses that agree in both, and in
the score they have now, are one group: each rule scores a group once, whoever is in it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from heapq import merge
from itertools import islice
from math import sqrt
from uuid import UUID

from domain.errors import Fault, InvalidResponse, UnknownRule
from domain.grading.chance import Chance, expected_scores
from domain.grading.keys import ChoiceKey
from domain.grading.oracle import Budget, oracle_budget
from domain.grading.parameters import LONGEST_NAME
from domain.grading.rules import RULES, Counts, Rule, find_rule
from domain.option_references import letter
from domain.responses import check_choice

MOST_EXAMPLES = 20

# The id of a submission, the ids of the options picked, and its exact score now, as text.
Response = tuple[UUID, Sequence[str], str]


@dataclass(frozen=True, slots=True)
class Group:
    """Responses that no rule tells apart; ``first`` are the ids of up to 20, in order."""

    counts: Counts
    score: Fraction
    size: int
    first: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Cohort:
    """What a rule would give to all responses together, as fractions of the maximum.

    ``spread`` is the standard deviation of the population. Where nobody responded, there is
    neither mean nor spread. ``examples`` are the first of those whose score would change.
    """

    mean: Fraction | None
    spread: float | None
    lowest: Fraction | None
    highest: Fraction | None
    raised: int
    lowered: int
    examples: tuple[UUID, ...]

    @property
    def changed(self) -> int:
        """How many would have another score than now."""
        return self.raised + self.lowered


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule: what it gives, what blind guessing earns, how soon its scores tell the key."""

    rule: Rule
    options: int
    chance: Chance
    score: Fraction | None
    cohort: Cohort | None

    @property
    def oracle(self) -> Budget:
        """How many submissions tell the key; sought when asked, since it may take a second."""
        return oracle_budget(self.rule, self.options)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rules side by side, for one selection or for as many submissions as there are."""

    key: ChoiceKey
    selected: frozenset[str] | None
    submissions: int | None
    results: tuple[RuleResult, ...]


def compare(
    key: ChoiceKey, rules: Iterable[Rule], selected: Sequence[str] | None = None
) -> Comparison:
    """What each rule gives for a selection; without one, only what it is like.

    Ids that the key lacks, or that stand twice, are :class:`InvalidResponse`.
    """
    if faults := check_choice(selected or (), key.options, len(key.options)):
        raise InvalidResponse(faults=faults)
    picked = None if selected is None else frozenset(selected)
    results = (
        _result(key, rule, score=None if picked is None else rule.mark(key, picked))
        for rule in rules
    )
    return Comparison(key, picked, None, tuple(results))


def compare_cohort(key: ChoiceKey, rules: Iterable[Rule], groups: Sequence[Group]) -> Comparison:
    """What each rule would give to the responses of these groups."""
    results = (_result(key, rule, cohort=_cohort(rule, groups)) for rule in rules)
    return Comparison(key, None, sum(group.size for group in groups), tuple(results))


def group_responses(key: ChoiceKey, responses: Iterable[Response]) -> tuple[Group, ...]:
    """The groups that responses fall into; there are never more than patterns and scores.

    Responses are taken one by one, in the order in which examples are wanted, and not kept.
    """
    sizes: Counter[tuple[int, int, str]] = Counter()
    first: defaultdict[tuple[int, int, str], list[UUID]] = defaultdict(list)
    for id_, selected, score in responses:
        hits = len(key.correct.intersection(selected))
        seen = hits, len(selected) - hits, score
        sizes[seen] += 1
        if sizes[seen] <= MOST_EXAMPLES:
            first[seen].append(id_)
    known = len(key.options), len(key.correct)
    return tuple(
        Group(Counts(*known, *seen[:2]), Fraction(seen[2]), size, tuple(first[seen]))
        for seen, size in sizes.items()
    )


def find_rules(names: Sequence[str] | None = None) -> tuple[Rule, ...]:
    """The rules of these names; without names all that are registered, sorted by name.

    :class:`UnknownRule` points at each name that is none.
    """
    if names is None:
        return tuple(RULES[name] for name in sorted(RULES))
    faults = [_rule_fault(place, name) for place, name in enumerate(names)]
    if found := tuple(fault for fault in faults if fault):
        raise UnknownRule(found[0].detail, faults=found)
    return tuple(map(find_rule, names))


def lettered_key(options: int, right: Sequence[str]) -> ChoiceKey:
    """The key of a question that nobody has written: options a to z, then aa, ab, and so on.

    Other letters, or the same twice, are :class:`InvalidResponse`.
    """
    letters = tuple(letter(place).lower() for place in range(options))
    if faults := check_choice(right, letters, options, field="key"):
        raise InvalidResponse("The key does not fit the options.", faults=faults)
    return ChoiceKey(letters, frozenset(right))


def _result(
    key: ChoiceKey, rule: Rule, *, score: Fraction | None = None, cohort: Cohort | None = None
) -> RuleResult:
    options = len(key.options)
    chance = expected_scores(rule, options, len(key.correct))
    return RuleResult(rule, options, chance, score, cohort)


def _cohort(rule: Rule, groups: Sequence[Group]) -> Cohort:
    scored = [(group, rule.score(group.counts)) for group in groups]
    sizes: Counter[Fraction] = Counter()
    for group, score in scored:
        sizes[score] += group.size
    mean, spread = _moments(sizes)
    changed = (group.first for group, score in scored if score != group.score)
    return Cohort(
        mean=mean,
        spread=spread,
        lowest=min(sizes, default=None),
        highest=max(sizes, default=None),
        raised=sum(group.size for group, score in scored if score > group.score),
        lowered=sum(group.size for group, score in scored if score < group.score),
        examples=tuple(islice(merge(*changed), MOST_EXAMPLES)),
    )


def _moments(sizes: Counter[Fraction]) -> tuple[Fraction | None, float | None]:
    """Mean and standard deviation of scores, each of which that many have."""
    total = sum(sizes.values())
    if not total:
        return None, None
    mean = sum((score * size for score, size in sizes.items()), Fraction(0)) / total
    squares = ((score - mean) ** 2 * size for score, size in sizes.items())
    return mean, sqrt(sum(squares, Fraction(0)) / total)


def _rule_fault(place: int, name: str) -> Fault | None:
    try:
        find_rule(name)
    except UnknownRule as error:
        family = name[:LONGEST_NAME].partition("(")[0]
        nearest = [] if family in RULES else get_close_matches(family, RULES, n=1)
        meant = f"There is no rule {family!r}. Did you mean `{nearest[0]}`?" if nearest else ""
        return Fault(f"/rules/{place}", UnknownRule.code, meant or str(error))
    return None
