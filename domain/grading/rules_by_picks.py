"""Rules that compare the picked options with the right ones: hits, false picks, misses.

Where no option is right, leaving all blank is the one hit there is to make (``Counts.found``), so
that an empty key is scored like any other and never divides by zero.
"""

from fractions import Fraction

from domain.grading.rules import EXACT, MONOTONE, Counts, Property, scoring_rule

ZERO, HALF, ONE = Fraction(0), Fraction(1, 2), Fraction(1)
R_EXAMS = "R/exams manual, exams_eval (https://www.r-exams.org)"
BAUER = "Bauer et al. 2011, doi 10.1007/s10459-010-9256-1"
PARTIAL: frozenset[Property] = MONOTONE | {
    "never_negative",
    "only_the_key_is_full",
    "partial_credit",
    "nothing_ticked_earns_nothing",
}
LENIENT = PARTIAL - {"only_the_key_is_full"}
STRICT: frozenset[Property] = PARTIAL | {"everything_ticked_earns_nothing"}


@scoring_rule(
    formula="1 if E == 0 else 0",
    example=(4, 2, 1, 0, "0"),
    used_by="Most systems: exact match; dichotomous scoring; NCLEX until 2023",
    source="Kanzow et al. 2023, doi 10.2196/43792, method 1",
    policy="only picking exactly the right options earns points",
    properties=EXACT,
)
def all_or_nothing(counts: Counts) -> Fraction:
    return Fraction(not counts.errors)


@scoring_rule(
    formula="(h - f) / k",
    example=(4, 2, 2, 1, "1/2"),
    used_by="Canvas partial credit; NCLEX plus/minus; H5P with weights of 1; PrairieLearn "
    "net-correct; eSkill; R/exams rule true",
    source="Betts et al. 2022, doi 10.1177/0013164421994636, plus/minus",
    policy="each right pick adds a share of the points and each wrong pick takes one away",
    properties=PARTIAL,
    floor=ZERO,
)
def net_right(counts: Counts) -> Fraction:
    return Fraction(counts.found - counts.false_picks, counts.sought)


@scoring_rule(
    formula="h / k * h / s if s else 0",
    example=(4, 2, 2, 1, "2/3"),
    used_by="PrairieLearn coverage",
    source="PrairieLearn manual, pl-checkbox (https://docs.prairielearn.com)",
    policy="points are the share of the right options that were picked, times the share of the "
    "picks that were right",
    properties=PARTIAL,
)
def coverage(counts: Counts) -> Fraction:
    picked = counts.found + counts.false_picks
    return Fraction(counts.found**2, counts.sought * picked) if picked else ZERO


@scoring_rule(
    formula="h / (k + f)",
    example=(4, 2, 1, 1, "1/3"),
    used_by="iSpring",
    source="Jaccard 1912, doi 10.1111/j.1469-8137.1912.tb05611.x",
    policy="points are the right picks as a share of all options that are right or were picked",
    properties=PARTIAL,
)
def jaccard(counts: Counts) -> Fraction:
    return Fraction(counts.found, counts.sought + counts.false_picks)


@scoring_rule(
    formula="2 * h / (2 * h + f + m)",
    example=(4, 2, 1, 1, "1/2"),
    used_by="Multi-label classification benchmarks (F1, Dice coefficient)",
    source="van Rijsbergen 1979, Information Retrieval, chapter 7; Dice 1945, doi 10.2307/1932409",
    policy="right picks count double against wrong picks and omissions together",
    properties=PARTIAL,
)
def f1(counts: Counts) -> Fraction:
    return Fraction(2 * counts.found, counts.sought + counts.found + counts.false_picks)


@scoring_rule(
    formula="min(h, k - f) / k",
    example=(4, 2, 1, 1, "1/2"),
    used_by="Moodle question type OU multiple response",
    source="Source of moodle-qtype_oumultiresponse (https://github.com/moodleou)",
    policy="each right pick earns a share of the points, and picks beyond the number of right "
    "options take it away",
    properties=PARTIAL,
    floor=ZERO,
)
def capped_hits(counts: Counts) -> Fraction:
    return Fraction(min(counts.found, counts.sought - counts.false_picks), counts.sought)


@scoring_rule(
    formula="h / k if s <= k else 0",
    example=(4, 2, 1, 1, "1/2"),
    used_by="Medical examinations with extended matching and Pick-N items",
    source="Ripkey and Case 1996, as reported by Tarasowa and Auer 2013 "
    "(https://www.scitepress.org/Papers/2013/43843)",
    policy="each right pick earns a share of the points, but picking more options than are right "
    "earns nothing",
    properties=STRICT - {"right_pick_never_lowers"},
)
def ripkey(counts: Counts) -> Fraction:
    return Fraction(counts.found, counts.sought) if counts.picked <= counts.sought else ZERO


@scoring_rule(
    formula="h / k",
    example=(4, 2, 2, 2, "1"),
    used_by="Pick-N items (PS1/m); Blackboard partial credit; R/exams rule none",
    source=BAUER,
    policy="each right pick earns a share of the points and wrong picks cost nothing",
    properties=LENIENT,
)
def hits_only(counts: Counts) -> Fraction:
    return Fraction(counts.found, counts.sought)


@scoring_rule(
    formula="1 if h == k else 1/2 if 2 * h >= k else 0",
    example=(5, 3, 2, 1, "1/2"),
    used_by="Pick-N items (PS50)",
    source=BAUER,
    policy="picking all right options earns all points, at least half of them half, and wrong "
    "picks cost nothing",
    properties=LENIENT,
)
def half_if_half(counts: Counts) -> Fraction:
    if counts.found == counts.sought:
        return ONE
    return HALF if 2 * counts.found >= counts.sought else ZERO


@scoring_rule(
    formula="h / k - f",
    example=(4, 2, 1, 1, "0"),
    used_by="R/exams rule all",
    source=R_EXAMS,
    policy="each right pick adds a share of the points and each wrong pick takes all points away",
    properties=STRICT,
    floor=ZERO,
)
def wrong_cancels(counts: Counts) -> Fraction:
    return Fraction(counts.found - counts.false_picks * counts.sought, counts.sought)


@scoring_rule(
    formula="h / k - f / max(n - k0, 2)",
    example=(4, 2, 2, 1, "1/2"),
    used_by="R/exams rule false2, its default",
    source=R_EXAMS,
    policy="each right pick adds its share of the points and each wrong pick takes away its share "
    "among the wrong options, at most half of the points",
    properties=PARTIAL,
    floor=ZERO,
)
def wrong_share(counts: Counts) -> Fraction:
    wrong = max(counts.wrong_options, 2)
    return Fraction(
        counts.found * wrong - counts.false_picks * counts.sought, counts.sought * wrong
    )


@scoring_rule(
    formula="h / k - f / max(n - k0, 1)",
    example=(5, 2, 1, 1, "1/6"),
    used_by="Morgan algorithm; R/exams rule false",
    source=f"Morgan 1979, as named by Kanzow et al. 2018, doi 10.1111/eje.12372; {R_EXAMS}",
    policy="each right pick adds its share of the points and each wrong pick takes away its share "
    "among the wrong options",
    properties=STRICT,
    floor=ZERO,
)
def balanced_weights(counts: Counts) -> Fraction:
    wrong = counts.wrong_options
    return Fraction(
        counts.found * wrong - counts.false_picks * counts.sought, counts.sought * wrong
    )


@scoring_rule(
    formula="h / k - f / n",
    example=(4, 2, 2, 1, "3/4"),
    used_by="Blackboard Ultra, subtract points for incorrect answers",
    source="Blackboard Learn Ultra help, multiple answer questions (https://help.blackboard.com)",
    policy="each right pick adds its share of the points and each wrong pick takes away one share "
    "among all options",
    properties=PARTIAL,
    floor=ZERO,
)
def wrong_per_option(counts: Counts) -> Fraction:
    return Fraction(
        counts.found * counts.options - counts.false_picks * counts.sought,
        counts.sought * counts.options,
    )


@scoring_rule(
    formula="(h - f - m) / k",
    example=(4, 2, 2, 1, "1/2"),
    used_by="A Moodle question type plug-in",
    source="No publication confirmed",
    policy="each right pick adds a share of the points, each wrong pick and each right option "
    "left out take one away",
    properties=PARTIAL,
    floor=ZERO,
)
def hits_minus_errors(counts: Counts) -> Fraction:
    return Fraction(2 * counts.found - counts.sought - counts.false_picks, counts.sought)


@scoring_rule(
    formula="h / k if f == 0 else 0",
    example=(4, 2, 1, 0, "1/2"),
    used_by="Examinations that void an answer with any wrong pick; no system known by name",
    source="No publication confirmed",
    policy="each right pick earns a share of the points, but any wrong pick takes all away",
    properties=STRICT,
)
def wrong_voids(counts: Counts) -> Fraction:
    return ZERO if counts.false_picks else Fraction(counts.found, counts.sought)
