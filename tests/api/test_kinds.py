"""Kinds of question through the door: shown without the answer, answered, graded, explained."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.grading import KINDS, StatedValues
from domain.questions import AnswerKey, Combination, Draft, Explanation, Option, Scoring
from tests.factories import DRAFT, Bank

PLAIN: dict[str, Any] = {"options": (), "key": AnswerKey(), "explanation": Explanation("So it is.")}


def of_kind(kind: str, said: dict[str, Any], **changes: Any) -> Draft:
    """A draft of a registered kind that states this answer."""
    answer = KINDS[kind].stated.read(said)
    return replace(DRAFT, **{**PLAIN, "slug": kind.replace("_", "-"), "kind": kind,
                             "answer": answer, **changes})  # fmt: skip


NUMERIC = of_kind("numeric", {"value": 9.81, "tolerance": 0.01, "units": {"m/s^2": 1, "kg": None}})


def post(client: TestClient, slug: str, body: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = client.post(f"/v1/questions/{slug}/submissions", json=body).json()
    return told


def test_a_number_is_asked_answered_and_explained(client: TestClient, bank: Bank) -> None:
    bank.publish(NUMERIC)
    shown = client.get("/v1/questions/numeric").json()
    assert shown["interaction"] == {"units": ["kg", "m/s^2"]}
    assert (shown["options"], shown["select"]) == ([], {"min": 0, "max": 0})
    right = {"value": "9.80", "unit": "m/s^2"}
    told = post(client, "numeric", {"response": right})
    assert (told["score"], told["correct"], told["response"]) == (1.0, True, right)
    assert told["feedback"]["solution"] == {"value": "9.81", "unit": "m/s^2"}
    assert told["feedback"]["explanation"]["markdown"] == "So it is."
    wrong = post(client, "numeric", {"response": {"value": "9.80", "unit": "kg"}})
    assert (wrong["score"], wrong["correct"]) == (0.0, False)


@pytest.mark.parametrize(
    ("slug", "body", "pointer", "code"),
    [
        ("numeric", {"selected": ["aaaa"]}, "/response", "missing"),
        ("numeric", {"response": {}}, "/response/value", "missing"),
        ("numeric", {"response": {"value": "x"}}, "/response/value", "value_error"),
        ("numeric", {"response": {"value": "1", "unit": "s"}}, "/response/unit", "unknown_unit"),
        ("numeric", {"response": {"value": "1", "x": 1}}, "/response/x", "unknown_field"),
        ("numeric", {"response": {"value": "1"}, "selected": []}, "/selected", "unknown_field"),
        ("numeric", {"response": {"value": "\0"}}, "/response", "unstorable_text"),
        ("numeric", {"response": "9.81"}, "/response", "dict_type"),
        ("rivers", {"response": {"value": "1"}}, "/selected", "missing"),
        ("rivers", {}, "/selected", "missing"),
        ("rivers", {"selected": None}, "/selected", "missing"),
    ],
)
def test_a_response_of_another_kind_is_refused(
    client: TestClient, bank: Bank, slug: str, body: dict[str, Any], pointer: str, code: str
) -> None:
    bank.publish(NUMERIC)
    bank.publish()
    answer = client.post(f"/v1/questions/{slug}/submissions", json=body)
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (422, pointer, code)


def test_true_or_false_is_a_choice_of_one(client: TestClient, bank: Bank) -> None:
    options = (Option("True"), Option("False"))
    version = bank.publish(kind="true_false", options=options, key=AnswerKey(frozenset({2})))
    assert client.get("/v1/questions/rivers").json()["select"] == {"min": 0, "max": 1}
    told = post(client, "rivers", {"selected": [version.option_ids[1]]})
    assert (told["score"], told["correct"]) == (1.0, True)


@pytest.mark.parametrize(
    ("scoring", "picked", "score"),
    [
        (Scoring("weights", Fraction(2), StatedValues.read(
            {"options": ["1/2", "-1/2", "1/2", None]})), (0, 1, 2), 0.5),
        (Scoring("weights", values=StatedValues.read(
            {"options": ["1/2", "-1/2", "1/2", None], "lower": None})), (1,), -0.5),
        (Scoring("mapping", values=StatedValues.read(
            {"options": [1, None, 1, None], "default": -2, "lower": 0, "maximum": 2})), (0, 2), 1),
        (Scoring("mapping", values=StatedValues.read(
            {"options": [1, None, 1, None], "default": -2, "lower": 0, "maximum": 2})), (0, 1), 0),
        (Scoring("net_right(floor=none)"), (1, 3), -1.0),
        (Scoring("net_right"), (1, 3), 0.0),
    ],
)  # fmt: skip
def test_values_of_options_and_floors_reach_the_score(
    client: TestClient, bank: Bank, scoring: Scoring, picked: tuple[int, ...], score: float
) -> None:
    ids = bank.publish(scoring=scoring).option_ids
    told = post(client, "rivers", {"selected": [ids[place] for place in picked]})
    assert (told["score"], told["rule"], told["rule_version"]) == (score, scoring.rule, 1)
    assert told["points"] == score * float(scoring.max_points)
    assert client.get("/v1/questions/rivers").json()["scoring"]["rule"] == scoring.rule


LABELLED = Draft(
    slug="labels",
    title="Labels",
    prompt="Which?",
    options=tuple(Option(text, feedback=f"{{option:{n}}}: {text}.") for n, text in
                  enumerate(("alpha", "beta", "gamma", "delta"), 1)),
    key=AnswerKey(frozenset({2, 3})),
    explanation=Explanation("Unlike {option:1}, **{option:2}** holds."),
    combinations=(Combination(frozenset({1, 2}), "You took {option:1} for {option:3}."),),
    hints=("Not {option:4}.", "Look at {option:2}."),
    shuffle=True,
)  # fmt: skip


@pytest.mark.parametrize("seed", [None, "S", "T", "U"])
def test_texts_name_options_by_the_number_that_the_learner_saw(
    client: TestClient, bank: Bank, seed: str | None
) -> None:
    alpha, beta, gamma, delta = bank.publish(LABELLED).option_ids
    query = f"?shuffle={seed}" if seed else ""
    shown = [
        option["id"] for option in client.get(f"/v1/questions/labels{query}").json()["options"]
    ]
    number = {id_: shown.index(id_) + 1 for id_ in shown}
    feedback = post(client, "labels", {"selected": [beta, alpha], "shuffle": seed})["feedback"]
    assert feedback["explanation"]["markdown"] == (
        f"Unlike {number[alpha]}, **{number[beta]}** holds."
    )
    assert f'data-option="{beta}">{number[beta]}</span>' in feedback["explanation"]["html"]
    assert feedback["combination"]["markdown"] == f"You took {number[alpha]} for {number[gamma]}."
    assert all(f">{number[one['id']]}</span>:" in one["html"] for one in feedback["options"])
    hint = client.get(f"/v1/questions/labels/hints/1{query}").json()
    assert hint["markdown"] == f"Not {number[delta]}."


def test_an_answer_keeps_its_numbers_when_the_options_are_reordered(
    client: TestClient, bank: Bank
) -> None:
    bank.publish(replace(LABELLED, shuffle=False))
    turned = replace(
        LABELLED,
        shuffle=False,
        options=tuple(Option(one.text) for one in LABELLED.options[::-1]),
        key=AnswerKey(frozenset({2, 3})),
        explanation=Explanation("Unlike {option:4}, **{option:3}** holds."),
        combinations=(),
        hints=(),
    )
    bank.publish(turned)
    for version, told in ((1, "Unlike 1, **2** holds."), (2, "Unlike 4, **3** holds.")):
        feedback = post(client, "labels", {"selected": [], "version": version})["feedback"]
        assert feedback["explanation"]["markdown"] == told


def test_only_the_exact_combination_has_its_feedback(client: TestClient, bank: Bank) -> None:
    alpha, beta, gamma, _ = bank.publish(LABELLED).option_ids
    for picked in ([], [alpha], [alpha, beta, gamma]):
        assert post(client, "labels", {"selected": picked})["feedback"]["combination"] is None


def test_hints_are_asked_for_one_by_one(client: TestClient, bank: Bank) -> None:
    bank.publish(LABELLED)
    assert client.get("/v1/questions/labels").json()["hints"] == 2
    told = client.get("/v1/questions/labels/hints/2").json()
    assert (told["level"], told["levels"]) == (2, 2)
    for path, code in (
        ("labels/hints/3", "hint_not_found"),
        ("absent/hints/1", "question_not_found"),
        ("labels/hints/1?version=7", "question_not_found"),
    ):
        answer = client.get(f"/v1/questions/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert client.get("/v1/questions/labels/hints/0").status_code == 422
