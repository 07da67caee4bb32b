"""The scoring rules, registered once by name and version.

A rule sees only how many decisions were right and wrong, never which option was which: that is
why shuffling or relabelling the options cannot change a score. The formulas stand in
``rules_by_picks``, ``rules_by_decisions`` and ``rules_for_single_choice``; scores that differ
from option to option in ``option_values``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from domain.errors import UnknownRule
from domain.grading.keys import ChoiceKey
from domain.grading.parameters import (
    LONGEST_NAME,
    Value,
    parse_text,
    read_parameters,
    spell,
    spell_value,
)

# Each holds for every key and answer of a question with two options or more, and for any penalty
# above zero; a rule that does not declare one has a counterexample.
Property = Literal[
    "never_negative",  # no answer costs points
    "only_the_key_is_full",  # only S=K scores 1
    "partial_credit",  # some answer scores between 0 and 1
    "right_pick_never_lowers",  # one more right pick never lowers the score
    "wrong_pick_never_raises",  # one more wrong pick never raises the score
    "nothing_ticked_earns_nothing",  # an empty S scores at most 0 if some option is right
    "everything_ticked_earns_nothing",  # picking all scores at most 0 if some option is wrong
    "all_errors_alike",  # a false pick and a miss cost the same
]
MONOTONE: frozenset[Property] = frozenset({"right_pick_never_lowers", "wrong_pick_never_raises"})
EXACT: frozenset[Property] = MONOTONE | {
    "never_negative",
    "only_the_key_is_full",
    "nothing_ticked_earns_nothing",
    "everything_ticked_earns_nothing",
    "all_errors_alike",
}


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

    @property
    def picked(self) -> int:
        """|S|."""
        return self.hits + self.false_picks

    @property
    def errors(self) -> int:
        """E = f+m, the decisions that were wrong."""
        return self.false_picks + self.keyed - self.hits

    @property
    def right(self) -> int:
        """R = n-E, the decisions that were right: picked rightly or rightly left."""
        return self.options - self.errors

    @property
    def sought(self) -> int:
        """How many hits there are to make: |K|, but 1 where no option is right."""
        return self.keyed or 1

    @property
    def found(self) -> int:
        """The hits made. Where no option is right, leaving all blank is the one hit there is."""
        return self.hits if self.keyed else int(not self.false_picks)

    @property
    def wrong_options(self) -> int:
        """n-|K| as a divisor; 1 where every option is right, since then f is 0 anyway."""
        return (self.options - self.keyed) or 1

    @property
    def others(self) -> int:
        """n-1, the options one right option is hidden among, as a divisor; 1 where n is 1."""
        return (self.options - 1) or 1


@dataclass(frozen=True, slots=True)
class About:
    """What the catalogue says about a rule.

    ``formula`` is without the floor, in terms of n options, k to find (|K|, or 1 if no option is
    right), h found, f false picks, m = k-h, s = h+f, R right and E wrong decisions, w the
    penalty. ``policy`` tells a learner how points arise, as a clause without a full stop.
    """

    formula: str
    example: tuple[Counts, Fraction]
    used_by: str
    source: str
    policy: str
    properties: frozenset[Property]

    @property
    def worked_example(self) -> str:
        """The example as a line of text."""
        counts, score = self.example
        return (
            f"{counts.options} options, {counts.keyed} right; picked {counts.hits} right and "
            f"{counts.false_picks} wrong: {score}"
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """A named way to score, with its parameters.

    ``name`` is plain text that :func:`find_rule` reads back: the family and, in brackets, the
    parameters that differ from the usual ones. No score is below ``floor``; ``None`` lets it fall
    as far as the formula does. ``penalty`` is ``None`` for a rule without such a parameter.
    """

    name: str
    family: str
    version: int
    formula: Callable[..., Fraction] = field(compare=False, repr=False)
    about: About = field(compare=False, repr=False)
    floor: Fraction | None = None
    penalty: Fraction | None = None

    def score(self, counts: Counts) -> Fraction:
        """The exact fraction of the maximum, from ``floor`` (if any) to 1."""
        arguments = () if self.penalty is None else (self.penalty,)
        score = self.formula(counts, *arguments)
        return score if self.floor is None or score >= self.floor else self.floor

    def mark(self, key: ChoiceKey, picked: frozenset[str]) -> Fraction:
        """The score of picking these options of the key."""
        hits = len(picked & key.correct)
        return self.score(Counts(len(key.options), len(key.correct), hits, len(picked) - hits))

    def reason(self, score: Fraction) -> str:
        """A score in one sentence that a learner understands.

        It is told from the score and the rule alone: a reason must not give away more of the key
        than the score itself does.
        """
        limit = "" if self.floor is None else f", but never below {self.floor or 'zero'}"
        return tell(score, f"{self.about.policy}{limit}")

    def ticking_everything(self, options: int, keyed: int) -> Fraction:
        """What picking all of that many options earns if ``keyed`` are right."""
        return self.score(Counts(options, keyed, keyed, options - keyed))

    def ticking_nothing(self, options: int, keyed: int) -> Fraction:
        """What leaving all blank earns."""
        return self.score(Counts(options, keyed, 0, 0))

    @property
    def parameters(self) -> Mapping[str, str | None]:
        """The parameters as the wire spells them: exact fractions, ``None`` for no floor."""
        return {name: spell_value(value) for name, value in self._values().items()}

    def _values(self) -> dict[str, Fraction | None]:
        penalty = {} if self.penalty is None else {"penalty": self.penalty}
        return {**penalty, "floor": self.floor}


def tell(score: Fraction, policy: str) -> str:
    """One sentence on what an answer earned under a policy."""
    earned = "costs" if score < 0 else "earns"
    return f"This answer {earned} {_amount(abs(score.numerator), score.denominator)}: {policy}."


def _amount(top: int, bottom: int) -> str:
    if top in (0, bottom):
        return "all points" if top else "no points"
    share = f"{top}/{bottom}" if bottom > 1 else str(top)
    return f"{share} of the points" if top < bottom else f"{share} times the points"


RULES: dict[str, Rule] = {}
_VERSIONS: dict[tuple[str, int], Rule] = {}


def register(rule: Rule) -> Rule:
    """Add a rule; the same name and version again is a ``ValueError``.

    ``RULES`` holds the newest version of each; the older ones stay for answers graded by them.
    """
    if (rule.name, rule.version) in _VERSIONS:
        raise ValueError(f"The scoring rule {rule.name!r} is registered twice.")
    _VERSIONS[rule.name, rule.version] = rule
    RULES[rule.name] = max(rule, RULES.get(rule.name, rule), key=lambda one: one.version)
    return rule


def scoring_rule(
    *,
    formula: str,
    example: tuple[int, int, int, int, str],
    used_by: str,
    source: str,
    policy: str,
    properties: frozenset[Property],
    floor: Fraction | None = None,
    penalty: Fraction | None = None,
    version: int = 1,
) -> Callable[[Callable[..., Fraction]], Rule]:
    """Register the decorated formula under the function's name.

    ``example`` is n, |K|, h, f and the score.
    """
    worked = (Counts(*example[:4]), Fraction(example[4]))
    about = About(formula, worked, used_by, source, policy, properties)

    def registered(function: Callable[..., Fraction]) -> Rule:
        name = function.__name__
        return register(Rule(name, name, version, function, about, floor, penalty))

    return registered


def find_rule(
    name: str, parameters: Mapping[str, Value] | None = None, *, version: int | None = None
) -> Rule:
    """The rule of that name, in its newest version unless one is stated.

    Parameters stand in the name, as in ``penalised_decisions(penalty=1/2)``, or beside it, as in
    ``{"penalty": "1/2", "floor": None}``, never in both. :class:`UnknownRule` says what exists.
    """
    if parameters is None and version is None:
        return RULES.get(name) or _parsed(name, None)
    if parameters is None:
        return _parsed(name, version)
    return _variant(_registered(name, version), parameters)


def is_rule(name: str) -> bool:
    """Whether :func:`find_rule` finds something under this text."""
    try:
        find_rule(name)
    except UnknownRule:
        return False
    return True


@lru_cache(maxsize=1024)
def _parsed(text: str, version: int | None) -> Rule:
    family, parameters = parse_text(text)
    return _variant(_registered(family, version), parameters)


def _registered(family: str, version: int | None) -> Rule:
    found = RULES.get(family) if version is None else _VERSIONS.get((family, version))
    if found is None:
        numbered = "" if version is None else f" in version {version}"
        raise UnknownRule(f"There is no rule {family!r}{numbered}; known: {', '.join(RULES)}.")
    return found


def _variant(rule: Rule, parameters: Mapping[str, Value]) -> Rule:
    usual = rule._values()
    chosen = usual | read_parameters(rule.name, parameters, usual)
    changed = {name: value for name, value in chosen.items() if value != usual[name]}
    if not changed:
        return rule
    name = f"{rule.family}({spell(changed)})"
    if len(name) > LONGEST_NAME:
        raise UnknownRule(f"The parameters of {rule.family!r} have too many digits.")
    return replace(
        rule, name=name, floor=chosen["floor"], penalty=chosen.get("penalty", rule.penalty)
    )
