"""Every rule once more, told option by option instead of by counts, to compare with.

An answer is one pair (right, picked) for each option. A key without right options is told as if
leaving all blank were the one right option.
"""

from collections.abc import Callable
from fractions import Fraction
from itertools import product

Answer = list[tuple[bool, bool]]

ZERO, ONE = Fraction(0), Fraction(1)


def answers(options: int, keyed: int) -> list[Answer]:
    """All answers to a question whose first options are the right ones."""
    right = [place < keyed for place in range(options)]
    return [
        list(zip(right, picks, strict=True)) for picks in product((False, True), repeat=options)
    ]


def _with_blank(answer: Answer) -> Answer:
    """The answer with a right option "none of these" where no other is right."""
    if any(right for right, _ in answer):
        return answer
    return [*answer, (True, not any(picked for _, picked in answer))]


def _per_pick(answer: Answer, gain: Fraction, loss: Fraction) -> Fraction:
    """The sum over the picked options of a gain for a right and a loss for a wrong one."""
    return sum((gain if right else -loss for right, picked in answer if picked), ZERO)


def _share(answer: Answer) -> Fraction:
    return Fraction(1, sum(right for right, _ in answer))


def _net(loss: Callable[[Answer, Answer], Fraction]) -> Callable[[Answer], Fraction]:
    """Right picks earn their share and wrong ones cost what ``loss`` says, never below zero."""

    def score(answer: Answer) -> Fraction:
        full = _with_blank(answer)
        return max(ZERO, _per_pick(full, _share(full), loss(answer, full)))

    return score


def _sets(answer: Answer) -> tuple[set[int], set[int]]:
    full = _with_blank(answer)
    return (
        {place for place, (right, _) in enumerate(full) if right},
        {place for place, (_, picked) in enumerate(full) if picked},
    )


def _mistakes(answer: Answer) -> int:
    return sum(right != picked for right, picked in answer)


def _per_decision(gain: Fraction, loss: Fraction) -> Callable[[Answer], Fraction]:
    """The mean over the options of a gain for a right decision and a loss for a wrong one."""

    def score(answer: Answer) -> Fraction:
        return sum((gain if r == p else -loss for r, p in answer), ZERO) / len(answer)

    return score


def _by_mistakes(*scores: Fraction, rest: Fraction = ZERO) -> Callable[[Answer], Fraction]:
    def score(answer: Answer) -> Fraction:
        return dict(enumerate(scores)).get(_mistakes(answer), rest)

    return score


def _wrong_count(answer: Answer) -> int:
    return sum(not right for right, _ in answer)


def _coverage(answer: Answer) -> Fraction:
    key, picked = _sets(answer)
    both = len(key & picked)
    return Fraction(both, len(key)) * Fraction(both, len(picked) or 1)


def _jaccard(answer: Answer) -> Fraction:
    key, picked = _sets(answer)
    return Fraction(len(key & picked), len(key | picked))


def _f1(answer: Answer) -> Fraction:
    key, picked = _sets(answer)
    precision = Fraction(len(key & picked), len(picked) or 1)
    recall = Fraction(len(key & picked), len(key))
    return 2 * precision * recall / (precision + recall) if precision + recall else ZERO


def _halves(answer: Answer) -> Fraction:
    enough = {0: 1, 1: 3, 2: 5}.get(_mistakes(answer), len(answer) + 1)
    return Fraction(1, 2 ** _mistakes(answer)) if len(answer) >= enough else ZERO


def _capped_hits(answer: Answer) -> Fraction:
    key, picked = _sets(answer)
    beyond = max(0, len(picked) - len(key))
    return max(ZERO, Fraction(len(key & picked) - beyond, len(key)))


def _ripkey(answer: Answer) -> Fraction:
    key, picked = _sets(answer)
    return Fraction(0 if len(picked) > len(key) else len(picked & key), len(key))


def _hits_only(answer: Answer) -> Fraction:
    key, picked = _sets(answer)
    return 1 - Fraction(len(key - picked), len(key))


def _half_if_half(answer: Answer) -> Fraction:
    share = _hits_only(answer)
    return Fraction((share >= Fraction(1, 2)) + (share == 1), 2)


def _hits_minus_errors(answer: Answer) -> Fraction:
    key, picked = _sets(answer)
    return max(ZERO, Fraction(len(key & picked) - len(key ^ picked), len(key)))


def _wrong_voids(answer: Answer) -> Fraction:
    key, picked = _sets(answer)
    return _hits_only(answer) if picked <= key else ZERO


def _majority(answer: Answer) -> bool:
    return sum(right == picked for right, picked in answer) > len(answer) - sum(
        right == picked for right, picked in answer
    )


def _power(exponent: int) -> Callable[[Answer], Fraction]:
    return lambda answer: (1 - Fraction(_mistakes(answer), len(answer))) ** exponent


def _single(
    blank: Callable[[int], Fraction], wrong: Callable[[int], Fraction]
) -> Callable[[Answer], Fraction]:
    def score(answer: Answer) -> Fraction:
        if all(right == picked for right, picked in answer):
            return ONE
        return (wrong if any(picked for _, picked in answer) else blank)(len(answer))

    return score


def _nothing(_: int) -> Fraction:
    return ZERO


SCORES: dict[str, Callable[[Answer], Fraction]] = {
    "all_or_nothing": _by_mistakes(ONE),
    "net_right": _net(lambda _, full: _share(full)),
    "every_decision": _per_decision(ONE, ZERO),
    "net_decisions": lambda answer: max(ZERO, _per_decision(ONE, ONE)(answer)),
    "coverage": _coverage,
    "jaccard": _jaccard,
    "f1": _f1,
    "halves": _halves,
    "capped_hits": _capped_hits,
    "ripkey": _ripkey,
    "hits_only": _hits_only,
    "half_if_half": _half_if_half,
    "wrong_cancels": _net(lambda *_: ONE),
    "wrong_share": _net(lambda answer, _: Fraction(1, max(2, _wrong_count(answer)))),
    "balanced_weights": _net(lambda answer, _: Fraction(1, max(1, _wrong_count(answer)))),
    "wrong_per_option": _net(lambda answer, _: Fraction(1, len(answer))),
    "hits_minus_errors": _hits_minus_errors,
    "wrong_voids": _wrong_voids,
    "dichotomised": lambda answer: Fraction(_majority(answer)),
    "half_point": _by_mistakes(ONE, Fraction(1, 2)),
    "ps50_decisions": lambda a: Fraction(_majority(a) + all(r == p for r, p in a), 2),
    "quadratic": _power(2),
    "cubic": _power(3),
    "quartic": _power(4),
    "penalised_decisions": _per_decision(ONE, ONE),
    "penalised_decisions(penalty=1/2)": _per_decision(ONE, Fraction("0.5")),
    "penalised_decisions(penalty=3/5)": _per_decision(ONE, Fraction("0.6")),
    "penalised_decisions(penalty=9/5)": _per_decision(ONE, Fraction("1.8")),
    "penalised_decisions(penalty=2)": _per_decision(ONE, Fraction(2)),
    "no_carry_over": lambda answer: max(ZERO, _per_decision(ONE, Fraction(1, 2))(answer)),
    "formula_decisions": lambda a: _per_decision(ONE, Fraction(1, max(1, len(a) - 1)))(a),
    "fair_penalty": lambda answer: 1 - Fraction(_mistakes(answer) > 0, len(answer)),
    "all_or_minus": _by_mistakes(ONE, rest=-ONE),
    "hsu_1a": lambda a: ONE if not _mistakes(a) else 1 - Fraction(2 ** len(a), 2 ** len(a) - 1),
    "number_right": _by_mistakes(ONE),
    "formula_scoring": _single(_nothing, lambda n: Fraction(-1, max(1, n - 1))),
    "omission_credit": _single(lambda n: Fraction(1, n), _nothing),
    "negative_marking": _single(_nothing, lambda _: -ONE),
    "negative_marking(penalty=1/4)": _single(_nothing, lambda _: Fraction(-1, 4)),
}
