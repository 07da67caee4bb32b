"""Questions and answers to them with the points that we give, for engines to give the same."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations, product
from typing import Any, NamedTuple

from domain.grading import KINDS, RULES, StatedValues, find_marking, grade_response, read_response
from domain.grading.cloze import Blank, ChoiceBlank, NumericBlank, StatedBlanks, TextBlank
from domain.grading.matching import TARGETS, StatedPairs
from domain.grading.numeric import StatedNumber
from domain.grading.ordering import StatedOrder
from domain.grading.short_text import AcceptedText, StatedText
from domain.questions import AnswerKey, Draft, Option, Scoring, key_of

RULES_OF_OPTIONS = (*RULES, "net_right(floor=none)", "penalised_decisions(penalty=3/5)")
SINGLE_RULES = (
    "all_or_nothing",
    "formula_scoring",
    "omission_credit",
    "negative_marking",
    "halves",
)
VALUES = (
    ("weights", StatedValues(options=(Fraction(1, 2), Fraction(1, 2), Fraction(-1, 3)))),
    ("weights", StatedValues(options=(Fraction(1), Fraction(0), Fraction(-1)), lower=None)),
    (
        "mapping",
        StatedValues(
            options=(Fraction(1), Fraction(1), None),
            default=Fraction(-2),
            lower=Fraction(0),
            maximum=Fraction(2),
        ),
    ),
    ("mapping", StatedValues(options=(Fraction(1), None, None), lower=Fraction(1, 4))),
    ("mapping", StatedValues(options=(Fraction(-1), Fraction(3), None), upper=Fraction(-1, 2))),
)
Response = dict[str, Any]  # None, a text, or a list of texts, by the name of its variable


class Case(NamedTuple):
    """A question, answers as its item knows them, and the points that each earns."""

    what: str
    draft: Draft
    answers: tuple[tuple[Response, float], ...]


def choice(count: int, right: set[int], scoring: Scoring, kind: str = "multiple_response") -> Draft:
    """A question with so many options, of which these places are right."""
    options = tuple(Option(f"Option {at}") for at in range(1, count + 1))
    return Draft("T", "Which?", options, AnswerKey(frozenset(right)), kind=kind, scoring=scoring)


def ours(draft: Draft, selected: Any, document: Any) -> float:
    """The points that we give."""
    key = key_of(draft)
    rule = find_marking(key, draft.scoring.rule, draft.scoring.values)
    response = read_response(key, 64, selected, document)
    return float(grade_response(key, response, rule).score * draft.scoring.max_points)


def subsets(count: int) -> Iterator[tuple[int, ...]]:
    """All sets of places up to that one."""
    for size in range(count + 1):
        yield from combinations(range(1, count + 1), size)


def cases() -> Iterator[Case]:
    """Every rule with all sets of picks of five options, and each other kind."""
    for rule in RULES_OF_OPTIONS:
        for right in (set[int](), {2}, {1, 3}, {1, 2, 3, 4, 5}):
            yield _picked(rule, choice(5, right, Scoring(rule, Fraction(3, 2))))
    for rule, values in VALUES:
        yield _picked(rule, choice(3, {1, 2}, Scoring(rule, Fraction(2), values)))
    for rule, feedback in product(SINGLE_RULES, (None, "No.")):
        yield _picked_one(rule, feedback)
    yield from _ordered()
    yield from _matched()
    yield from _typed()
    yield _filled()


def _picked(rule: str, draft: Draft) -> Case:
    answers = tuple(
        ({"RESPONSE": [f"choice_{at}" for at in some] or None}, ours(draft, _ids(some), None))
        for some in subsets(len(draft.options))
    )
    return Case(f"options, {rule}", draft, answers)


def _ids(places: tuple[int, ...]) -> list[str]:
    return [str(at) for at in places]


def _picked_one(rule: str, feedback: str | None) -> Case:
    draft = choice(4, {3}, Scoring(rule), "single_choice")
    first, *others = draft.options
    draft = replace(draft, options=(replace(first, feedback=feedback), *others))
    nothing: tuple[Response, float] = ({"RESPONSE": None}, ours(draft, [], None))
    picks = (({"RESPONSE": f"choice_{at}"}, ours(draft, [str(at)], None)) for at in range(1, 5))
    return Case(f"one option, {rule}", draft, (nothing, *picks))


def _ordered() -> Iterator[Case]:
    options = tuple(Option(f"Step {at}") for at in range(1, 5))
    rules = ["all_or_nothing", *(rule.name for rule in KINDS["ordering"].partial)]
    for alike, rule in product(((), ((1, 2),), ((2, 3, 4),), ((1, 2), (3, 4))), rules):
        answer, scoring = StatedOrder(alike=alike), Scoring(rule)
        draft = Draft("T", "Order.", options, kind="ordering", answer=answer, scoring=scoring)
        answers = tuple(
            (
                {"RESPONSE": [f"choice_{at}" for at in order]},
                ours(draft, None, {"order": _ids(order)}),
            )
            for order in permutations(range(1, 5))
        )
        yield Case(f"order, alike {alike}, {rule}", draft, answers)


PAIRS = ((1, 2), (1, None), (None, None), (2, 2))


def _matched() -> Iterator[Case]:
    sides = (Option("One"), Option("Two"), Option("A", part=TARGETS), Option("B", part=TARGETS))
    for rule, pairs in product(("all_or_nothing", "each_pair"), PAIRS):
        draft = Draft(
            "T",
            "Match.",
            sides,
            kind="matching",
            scoring=Scoring(rule, Fraction(3)),
            answer=StatedPairs(pairs=pairs),
        )
        yield Case(f"pairs, {rule}", draft, tuple(_pairings(draft)))


def _pairings(draft: Draft) -> Iterator[tuple[Response, float]]:
    for chosen in product([None, 1, 2], repeat=2):
        made = [(at, target) for at, target in enumerate(chosen, 1) if target]
        given = [f"choice_{at} targets_{target + 2}" for at, target in made] or None
        sent = {"pairs": {str(at): str(target) for at, target in made}}
        yield {"RESPONSE": given}, ours(draft, None, sent)


NUMBERS = ("-9.8", "-9.7", "-9.9", "-9.31", "-10.29", "-10.3", "9.8", "0", "-9.30")
MARGINS: tuple[dict[str, Any], ...] = (
    {},
    {"tolerance": Fraction(1, 10)},
    {"relative": Fraction(1, 20)},
)
TEXTS = ("Cell", "cell", "ORGANELLE", "organelle", " Cell", "x")


def _typed() -> Iterator[Case]:
    for margin in MARGINS:
        answer = StatedNumber(value=Fraction("-9.8"), **margin)
        scoring = Scoring(max_points=Fraction(2))
        draft = Draft("T", "How fast?", (), kind="numeric", answer=answer, scoring=scoring)
        answers = tuple(({"RESPONSE": one}, ours(draft, None, {"value": one})) for one in NUMBERS)
        yield Case(f"number, margin {margin}", draft, answers)
    for case in (True, False):
        accept = (AcceptedText(text="Cell"), AcceptedText(text="organelle", score=Fraction(1, 2)))
        text = StatedText(accept=accept, case=case, whitespace=True)
        scoring = Scoring("best_answer", Fraction(2))
        draft = Draft("T", "What?", (), kind="short_text", answer=text, scoring=scoring)
        answers = tuple(({"RESPONSE": one}, ours(draft, None, {"text": one})) for one in TEXTS)
        yield Case(f"text, case {case}", draft, answers)


def _filled() -> Case:
    options = (Option("rises", part="verb"), Option("falls", part="verb"))
    blanks: dict[str, Blank] = {
        "rate": NumericBlank(kind="numeric", value=Fraction(2)),
        "noun": TextBlank(kind="short_text", accept=(AcceptedText(text="loss"),), whitespace=True),
        "verb": ChoiceBlank(kind="inline_choice", key=2),
    }
    draft = Draft(
        "T",
        "At [[rate]] the [[noun]] [[verb]].",
        options,
        kind="cloze",
        scoring=Scoring("each_blank", Fraction(3)),
        answer=StatedBlanks(blanks=blanks),
    )
    return Case("blanks", draft, tuple(_fillings(draft)))


def _fillings(draft: Draft) -> Iterator[tuple[Response, float]]:
    for rate, noun, verb in product(("2", "3"), ("loss", "gain"), (1, 2)):
        given = {"rate": rate, "noun": noun, "verb": f"verb_{verb}"}
        sent = {"rate": {"value": rate}, "noun": {"text": noun}, "verb": {"selected": [str(verb)]}}
        yield given, ours(draft, None, {"blanks": sent})
