"""A file scores every answer as the question it was written from, by an engine of the tests."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations, product
from typing import Any

import pytest

from domain.grading import RULES, StatedValues, find_marking, grade_response, read_response
from domain.grading.matching import TARGETS, StatedPairs
from domain.grading.numeric import StatedNumber
from domain.grading.ordering import StatedOrder
from domain.grading.short_text import AcceptedText, StatedText
from domain.questions import AnswerKey, Draft, Option, Scoring, key_of
from formats import FORMATS
from tests.formats.qti_engine import Engine

VERSIONS = ("qti3", "qti22", "qti21")


def choice(count: int, right: set[int], scoring: Scoring, kind: str = "multiple_response") -> Draft:
    options = tuple(Option(f"Option {at}") for at in range(1, count + 1))
    return Draft("T", "Which?", options, AnswerKey(frozenset(right)), kind=kind, scoring=scoring)


def ours(draft: Draft, selected: Any, document: Any) -> float:
    key = key_of(draft)
    rule = find_marking(key, draft.scoring.rule, draft.scoring.values)
    response = read_response(key, 64, selected, document)
    return float(grade_response(key, response, rule).score * draft.scoring.max_points)


def engine(draft: Draft, name: str) -> Engine:
    rendered = FORMATS[name].render(draft)
    assert rendered.content is not None
    assert not [one for one in rendered.losses if one.path.startswith(("/scoring", "/answer"))]
    return Engine(rendered.content)


def subsets(count: int) -> Iterator[tuple[int, ...]]:
    for size in range(count + 1):
        yield from combinations(range(1, count + 1), size)


@pytest.mark.parametrize("name", VERSIONS)
@pytest.mark.parametrize("right", [set(), {2}, {1, 3}, {1, 2, 3, 4, 5}])
@pytest.mark.parametrize(
    "rule", [*RULES, "net_right(floor=none)", "penalised_decisions(penalty=3/5)"]
)
def test_every_rule_scores_every_set_of_picks_alike(rule: str, right: set[int], name: str) -> None:
    draft = choice(5, right, Scoring(rule, Fraction(3, 2)))
    item = engine(draft, name)
    for picked in subsets(5):
        given = [f"choice_{at}" for at in picked] or None
        expected = ours(draft, [str(at) for at in picked], None)
        assert item.run({"RESPONSE": given}) == pytest.approx(expected, abs=1e-9), picked


VALUES = [
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
]


@pytest.mark.parametrize("name", VERSIONS)
@pytest.mark.parametrize(("rule", "values"), VALUES)
def test_values_score_every_set_of_picks_alike(rule: str, values: StatedValues, name: str) -> None:
    draft = choice(3, {1, 2}, Scoring(rule, Fraction(2), values))
    item = engine(draft, name)
    for picked in subsets(3):
        given = [f"choice_{at}" for at in picked] or None
        expected = ours(draft, [str(at) for at in picked], None)
        assert item.run({"RESPONSE": given}) == pytest.approx(expected, abs=1e-9), picked


@pytest.mark.parametrize("feedback", [None, "No."])
@pytest.mark.parametrize(
    "rule", ["all_or_nothing", "formula_scoring", "omission_credit", "negative_marking", "halves"]
)
def test_single_choice_scores_alike(rule: str, feedback: str | None) -> None:
    draft = choice(4, {3}, Scoring(rule), "single_choice")
    draft = replace(
        draft, options=(replace(draft.options[0], feedback=feedback), *draft.options[1:])
    )
    item = engine(draft, "qti3")
    for picked in [(), (1,), (2,), (3,), (4,)]:
        given = f"choice_{picked[0]}" if picked else None
        expected = ours(draft, [str(at) for at in picked], None)
        assert item.run({"RESPONSE": given}) == pytest.approx(expected)


@pytest.mark.parametrize("rule", ["all_or_nothing", "each_pair"])
@pytest.mark.parametrize("pairs", [(1, 2), (1, None), (None, None), (2, 2)])
@pytest.mark.parametrize("name", VERSIONS)
def test_matching_scores_every_pairing_alike(name: str, pairs: tuple[Any, ...], rule: str) -> None:
    premises = (Option("One"), Option("Two"))
    targets = (Option("A", part=TARGETS), Option("B", part=TARGETS))
    draft = Draft(
        "T",
        "Match.",
        (*premises, *targets),
        kind="matching",
        scoring=Scoring(rule, Fraction(3)),
        answer=StatedPairs(pairs=pairs),
    )
    item = engine(draft, name)
    for chosen in product([None, 1, 2], repeat=2):
        made = [(at, target) for at, target in enumerate(chosen, 1) if target]
        given = [f"choice_{at} targets_{target + 2}" for at, target in made] or None
        expected = ours(draft, None, {"pairs": {str(at): str(target) for at, target in made}})
        assert item.run({"RESPONSE": given}) == pytest.approx(expected), chosen


@pytest.mark.parametrize("alike", [(), ((1, 2),), ((2, 3, 4),), ((1, 2), (3, 4))])
def test_ordering_scores_every_order_alike(alike: tuple[tuple[int, ...], ...]) -> None:
    options = tuple(Option(f"Step {at}") for at in range(1, 5))
    draft = Draft("T", "Order.", options, kind="ordering", answer=StatedOrder(alike=alike))
    item = engine(draft, "qti21")
    for order in permutations(range(1, 5)):
        given = [f"choice_{at}" for at in order]
        assert item.run({"RESPONSE": given}) == ours(
            draft, None, {"order": [str(at) for at in order]}
        )


@pytest.mark.parametrize(
    "margin", [{}, {"tolerance": Fraction(1, 10)}, {"relative": Fraction(1, 20)}]
)
def test_numbers_score_alike(margin: dict[str, Any]) -> None:
    answer = StatedNumber(value=Fraction("-9.8"), **margin)
    draft = Draft(
        "T", "How fast?", (), kind="numeric", answer=answer, scoring=Scoring(max_points=Fraction(2))
    )
    item = engine(draft, "qti3")
    for text in ("-9.8", "-9.7", "-9.9", "-9.31", "-10.29", "-10.3", "9.8", "0", "-9.30"):
        assert item.run({"RESPONSE": text}) == ours(draft, None, {"value": text}), text


@pytest.mark.parametrize("case", [True, False])
def test_texts_score_alike(case: bool) -> None:
    accept = (AcceptedText(text="Cell"), AcceptedText(text="organelle", score=Fraction(1, 2)))
    answer = StatedText(accept=accept, case=case, whitespace=True)
    draft = Draft(
        "T",
        "What?",
        (),
        kind="short_text",
        answer=answer,
        scoring=Scoring("best_answer", Fraction(2)),
    )
    item = engine(draft, "qti22")
    for text in ("Cell", "cell", "ORGANELLE", "organelle", " Cell", "x"):
        assert item.run({"RESPONSE": text}) == ours(draft, None, {"text": text}), text


def test_a_rule_that_would_take_too_much_is_told_and_the_plain_one_is_written() -> None:
    draft = choice(20, set(range(1, 11)), Scoring("jaccard"))
    rendered = FORMATS["qti3"].render(draft)
    assert [loss.path for loss in rendered.losses] == ["/scoring/rule"]
    (read,) = FORMATS["qti3"].read(rendered.content or b"")
    assert read.draft is not None
    assert read.draft.scoring == Scoring()
