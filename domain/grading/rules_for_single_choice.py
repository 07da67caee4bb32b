"""Rules for one right option and at most one pick: an answer is right, left out or wrong.

They are total all the same: any answer that is not the key and not blank is wrong.
"""

from fractions import Fraction

from domain.grading.rules import EXACT, Counts, Property, scoring_rule

ZERO, ONE = Fraction(0), Fraction(1)
KANZOW = "Kanzow et al. 2023, doi 10.2196/44084"
WRONG_COSTS: frozenset[Property] = frozenset(
    {
        "only_the_key_is_full",
        "wrong_pick_never_raises",
        "nothing_ticked_earns_nothing",
        "everything_ticked_earns_nothing",
    }
)


@scoring_rule(
    formula="1 if E == 0 else 0",
    example=(4, 1, 0, 1, "0"),
    used_by="Single-choice items almost everywhere (number right)",
    source=KANZOW,
    policy="the right option earns all points and anything else nothing",
    properties=EXACT,
)
def number_right(counts: Counts) -> Fraction:
    return Fraction(not counts.errors)


@scoring_rule(
    formula="1 if E == 0 else 0 if s == 0 else -1 / max(n - 1, 1)",
    example=(5, 1, 0, 1, "-1/4"),
    used_by="Progress tests; SAT until 2016 (correction for guessing)",
    source=f"{KANZOW}; Lord 1975, doi 10.1111/j.1745-3984.1975.tb01003.x",
    policy="the right option earns all points, no answer nothing, and a wrong one costs what "
    "blind guessing gains",
    properties=WRONG_COSTS,
)
def formula_scoring(counts: Counts) -> Fraction:
    if not counts.errors:
        return ONE
    return Fraction(-1, counts.others) if counts.picked else ZERO


@scoring_rule(
    formula="1 if E == 0 else 1/n if s == 0 else 0",
    example=(5, 1, 0, 0, "1/5"),
    used_by="Examinations that reward an omission with what guessing gains",
    source=f"Traub et al. 1969; {KANZOW}",
    policy="the right option earns all points, a wrong one nothing, and no answer what blind "
    "guessing gains",
    properties=WRONG_COSTS - {"nothing_ticked_earns_nothing"}
    | {"never_negative", "partial_credit"},
)
def omission_credit(counts: Counts) -> Fraction:
    if not counts.errors:
        return ONE
    return ZERO if counts.picked else Fraction(1, counts.options)


@scoring_rule(
    formula="1 if E == 0 else 0 if s == 0 else -w",
    example=(4, 1, 0, 1, "-1"),
    used_by="Negative marking; R/exams with negative points; entrance examinations with w = 1/4, "
    "1/3 or 1",
    source=KANZOW,
    policy="the right option earns all points, no answer nothing, and a wrong one costs a fixed "
    "part",
    properties=WRONG_COSTS,
    penalty=ONE,
)
def negative_marking(counts: Counts, penalty: Fraction) -> Fraction:
    if not counts.errors:
        return ONE
    return -penalty if counts.picked else ZERO
