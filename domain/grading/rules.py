"""The scoring rules, registered once by name.

A rule sees only how many decisions were right and wrong, never which option was which: that is
why shuffling or relabelling the options cannot change a score.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from domain.errors import UnknownRule


@dataclass(frozen=True, slots=True)
class Counts:
    """A response counted against its key, for n options, key K and picked S.

    ``options`` is n, ``keyed`` is |K|, ``hits`` is |S∩K| and ``false_picks`` is |S-K|.
    """

    options: int
    keyed: int
    hits: int
    false_picks: int

    @property
    def misses(self) -> int:
        """|K-S|, the right options left out."""
        return self.keyed - self.hits


@dataclass(frozen=True, slots=True)
class Rule:
    """A named way to score. ``score`` gives the exact fraction of the maximum.

    ``reason`` says a score in one sentence that a learner understands. It is told from the
    score alone: a reason must not give away more of the key than the score itself does.
    """

    name: str
    version: int
    score: Callable[[Counts], Fraction]
    reason: Callable[[Fraction], str]


RULES: dict[str, Rule] = {}


def register(rule: Rule) -> Rule:
    """Add a rule to the catalogue; a second rule of the same name is a ``ValueError``."""
    if rule.name in RULES:
        raise ValueError(f"The scoring rule {rule.name!r} is registered twice.")
    RULES[rule.name] = rule
    return rule


def find_rule(name: str) -> Rule:
    """The rule of that name, or :class:`UnknownRule` naming those that exist."""
    try:
        return RULES[name]
    except KeyError:
        raise UnknownRule(f"There is no rule {name!r}; known: {', '.join(RULES)}.") from None


def _exact_match(counts: Counts) -> Fraction:
    """1 if S=K, else 0: key {2,3}, picked {2} scores 0; picked {2,3} scores 1.

    The exact-match setting of most systems, also called dichotomous or all-or-nothing scoring
    (Kanzow et al. 2023, doi 10.2196/43792).
    """
    return Fraction(counts.misses == 0 and counts.false_picks == 0)


def _exact_match_reason(score: Fraction) -> str:
    if score == 1:
        return "Every right option is picked and no wrong one, which earns all points."
    return "Only picking exactly the right options earns points here, and this pick differs."


ALL_OR_NOTHING = register(Rule("all_or_nothing", 1, _exact_match, _exact_match_reason))
