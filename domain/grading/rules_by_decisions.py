"""Rules that count every option as a decision: R were right (picked or left), E were wrong.

Nothing here divides by |K|, so a key without right options needs no rule of its own.
"""

from fractions import Fraction

from domain.grading.rules import EXACT, MONOTONE, Counts, Property, scoring_rule

ZERO, HALF, QUARTER, ONE = Fraction(0), Fraction(1, 2), Fraction(1, 4), Fraction(1)
KANZOW = "Kanzow et al. 2023, doi 10.2196/43792, table 2"
LAHNER = "Lahner et al. 2018, doi 10.1007/s10459-017-9805-y"
DECISIONS: frozenset[Property] = MONOTONE | {
    "never_negative",
    "only_the_key_is_full",
    "partial_credit",
    "all_errors_alike",
}


@scoring_rule(
    formula="R / n",
    example=(4, 2, 1, 1, "1/2"),
    used_by="edX every decision counts; PrairieLearn each-answer; Brightspace correct answers; "
    "multiple true-false items (PS1/n)",
    source=LAHNER,
    policy="each option earns the same share if it was rightly picked or rightly left",
    properties=DECISIONS,
)
def every_decision(counts: Counts) -> Fraction:
    return Fraction(counts.right, counts.options)


@scoring_rule(
    formula="(R - E) / n",
    example=(4, 2, 2, 1, "1/2"),
    used_by="Brightspace right minus wrong",
    source="Brightspace help, multi-select questions; algorithm P2 of "
    "http://www.egms.de/static/en/meetings/gma2005/05gma091.shtml",
    policy="each option adds a share if it was rightly picked or rightly left and takes one away "
    "otherwise",
    properties=DECISIONS,
    floor=ZERO,
)
def net_decisions(counts: Counts) -> Fraction:
    return Fraction(counts.right - counts.errors, counts.options)


@scoring_rule(
    formula="1 if E == 0 else 1/2 if E == 1 and n >= 3 else 1/4 if E == 2 and n >= 5 else 0",
    example=(5, 2, 1, 1, "1/4"),
    used_by="edX halves",
    source="Open edX manual, checkbox problems with partial credit (https://docs.openedx.org)",
    policy="one mistake halves the points and a second halves them again, if there are options "
    "enough",
    properties=DECISIONS,
)
def halves(counts: Counts) -> Fraction:
    if counts.errors == 1 and counts.options >= 3:
        return HALF
    if counts.errors == 2 and counts.options >= 5:
        return QUARTER
    return Fraction(not counts.errors)


@scoring_rule(
    formula="1 if E == 0 else 1/2 if E == 1 else 0",
    example=(4, 2, 1, 0, "1/2"),
    used_by="Multiple true-false items of four statements (Kprim)",
    source=f"{KANZOW}, method 3",
    policy="one mistake halves the points and a second takes the rest",
    properties=DECISIONS,
)
def half_point(counts: Counts) -> Fraction:
    return HALF if counts.errors == 1 else Fraction(not counts.errors)


@scoring_rule(
    formula="1 if 2 * R > n else 0",
    example=(4, 2, 2, 1, "1"),
    used_by="Multiple true-false items (dichotomized MTF)",
    source=f"{KANZOW}, method 2",
    policy="deciding more than half of the options rightly earns all points",
    properties=DECISIONS - {"only_the_key_is_full", "partial_credit"},
)
def dichotomised(counts: Counts) -> Fraction:
    return Fraction(2 * counts.right > counts.options)


@scoring_rule(
    formula="1 if E == 0 else 1/2 if 2 * R > n else 0",
    example=(5, 2, 1, 1, "1/2"),
    used_by="Multiple true-false items (PS50)",
    source=LAHNER,
    policy="deciding all options rightly earns all points and more than half of them half",
    properties=DECISIONS,
)
def ps50_decisions(counts: Counts) -> Fraction:
    if not counts.errors:
        return ONE
    return HALF if 2 * counts.right > counts.options else ZERO


@scoring_rule(
    formula="(R / n) ** 2",
    example=(4, 2, 2, 1, "9/16"),
    used_by="Multiple true-false items (Quadratisch)",
    source=f"{KANZOW}, method 12",
    policy="points are the share of options rightly decided, squared",
    properties=DECISIONS,
)
def quadratic(counts: Counts) -> Fraction:
    return Fraction(counts.right**2, counts.options**2)


@scoring_rule(
    formula="(R / n) ** 3",
    example=(4, 2, 2, 1, "27/64"),
    used_by="Multiple true-false items (Kubisch)",
    source=f"{KANZOW}, method 13",
    policy="points are the share of options rightly decided, to the third power",
    properties=DECISIONS,
)
def cubic(counts: Counts) -> Fraction:
    return Fraction(counts.right**3, counts.options**3)


@scoring_rule(
    formula="(R / n) ** 4",
    example=(4, 2, 2, 1, "81/256"),
    used_by="Multiple true-false items (Quartisch)",
    source=f"{KANZOW}, method 14",
    policy="points are the share of options rightly decided, to the fourth power",
    properties=DECISIONS,
)
def quartic(counts: Counts) -> Fraction:
    return Fraction(counts.right**4, counts.options**4)


@scoring_rule(
    formula="(R - w * E) / n",
    example=(4, 2, 1, 1, "0"),
    used_by="Multiple true-false items; in the literature with w = 1/2, 3/5, 1, 9/5 and 2",
    source=f"{KANZOW}, methods 20, 21, 22, 24, 25",
    policy="each option adds a share if it was rightly picked or rightly left and costs a fixed "
    "part otherwise",
    properties=DECISIONS - {"never_negative"},
    penalty=ONE,
)
def penalised_decisions(counts: Counts, penalty: Fraction) -> Fraction:
    cost, unit = penalty.numerator, penalty.denominator
    return Fraction(counts.right * unit - cost * counts.errors, counts.options * unit)


@scoring_rule(
    formula="(R - E / 2) / n",
    example=(4, 2, 1, 1, "1/4"),
    used_by="Multiple true-false items (negative no carry-over marking)",
    source=f"{KANZOW}, method 6",
    policy="each option adds a share if it was rightly picked or rightly left and takes half of "
    "one away otherwise",
    properties=DECISIONS,
    floor=ZERO,
)
def no_carry_over(counts: Counts) -> Fraction:
    return Fraction(2 * counts.right - counts.errors, 2 * counts.options)


@scoring_rule(
    formula="(R - E / max(n - 1, 1)) / n",
    example=(4, 2, 1, 1, "1/3"),
    used_by="Multiple true-false items (formula scoring)",
    source=f"{KANZOW}, method 23",
    policy="each option adds a share if it was rightly picked or rightly left, and mistakes cost "
    "what blind guessing gains",
    properties=DECISIONS - {"never_negative"},
)
def formula_decisions(counts: Counts) -> Fraction:
    others = counts.others
    return Fraction(counts.right * others - counts.errors, counts.options * others)


@scoring_rule(
    formula="1 if E == 0 else 1 - 1/n",
    example=(4, 2, 0, 2, "3/4"),
    used_by="Multiple true-false items (guessing fair penalty)",
    source=f"{KANZOW}, method 15",
    policy="any mistake costs one option's share and no more",
    properties=DECISIONS,
)
def fair_penalty(counts: Counts) -> Fraction:
    return Fraction(counts.options - 1, counts.options) if counts.errors else ONE


@scoring_rule(
    formula="1 if E == 0 else -1",
    example=(4, 2, 1, 0, "-1"),
    used_by="Multiple true-false items (guessing penalty)",
    source=f"{KANZOW}, method 16",
    policy="picking exactly the right options earns all points and anything else costs as much",
    properties=EXACT - {"never_negative"},
)
def all_or_minus(counts: Counts) -> Fraction:
    return -ONE if counts.errors else ONE


@scoring_rule(
    formula="1 if E == 0 else -1 / (2 ** n - 1)",
    example=(4, 2, 1, 0, "-1/15"),
    used_by="Multiple true-false items, corrected for guessing as a whole",
    source=f"{KANZOW}, method 17 (formula 1a of Hsu et al.)",
    policy="picking exactly the right options earns all points and anything else costs what blind "
    "guessing gains",
    properties=EXACT - {"never_negative"},
)
def hsu_1a(counts: Counts) -> Fraction:
    return Fraction(-1, 2**counts.options - 1) if counts.errors else ONE
