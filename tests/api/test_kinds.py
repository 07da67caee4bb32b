"""Kinds of question through the door: shown without the answer, answered, graded, explained."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.schemas.interactions import INTERACTIONS, SOLUTIONS
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


TEXT = of_kind("short_text", {"accept": ["ReLU", {"text": "rectifier", "score": "1/2"}]},
               scoring=Scoring("best_answer"))  # fmt: skip
ORDER = of_kind("ordering", {}, options=tuple(map(Option, ("one", "two", "three", "four"))),
                scoring=Scoring("adjacent_pairs"))  # fmt: skip
MATCH = of_kind("matching", {"pairs": [1, 2, None]}, scoring=Scoring("each_pair"), options=(
    *map(Option, ("France", "Italy", "Atlantis")),
    *(Option(text, part="targets") for text in ("Paris", "Rome", "Oslo"))))  # fmt: skip
CLOZE = of_kind(
    "cloze",
    {"blanks": {"rate": {"kind": "numeric", "value": 9.81, "units": {"m": 1}},
                "verb": {"kind": "inline_choice", "key": 2},
                "noun": {"kind": "short_text", "accept": ["stone"]}}},
    prompt="At [[rate]] a [[noun]] [[verb]].",
    scoring=Scoring("each_blank"),
    options=(Option("rises", part="verb"), Option("falls", part="verb")),
)  # fmt: skip
ALL = {draft.kind: draft for draft in (NUMERIC, TEXT, ORDER, MATCH, CLOZE)}


def test_every_kind_has_a_story_here_and_shapes_of_its_own() -> None:
    assert ALL.keys() == KINDS.keys() == SOLUTIONS.keys()
    needs = {kind for kind, draft in ALL.items() if client_needs_more(draft)}
    assert needs == INTERACTIONS.keys()


def client_needs_more(draft: Draft) -> bool:
    """Whether there is more to show than stem and options."""
    assert draft.answer is not None
    kind = KINDS[draft.kind]
    return bool(kind.interaction(draft.answer) or list(kind.part_names(draft.answer)))


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


def ids_of(client: TestClient, slug: str) -> dict[str, str]:
    """The ids that a learner can see, by what they stand for."""
    shown = client.get(f"/v1/questions/{slug}").json()
    options = [*shown["options"]]
    interaction = shown["interaction"] or {}
    options += interaction.get("targets", [])
    options += [one for blank in interaction.get("blanks", []) for one in blank["options"]]
    return {option["markdown"]: option["id"] for option in options}


@pytest.mark.parametrize(
    ("text", "score", "correct"),
    [("relu", 1.0, True), (" Rectifier ", 0.5, False), ("tanh", 0.0, False), ("", 0.0, False)],
)
def test_a_text_is_asked(
    client: TestClient, bank: Bank, text: str, score: float, correct: bool
) -> None:
    bank.publish(TEXT)
    assert client.get("/v1/questions/short-text").json()["interaction"] is None
    told = post(client, "short-text", {"response": {"text": text}})
    assert (told["score"], told["correct"]) == (score, correct)
    assert told["feedback"]["solution"] == {"text": "ReLU"}


def test_an_order_is_asked_and_never_shown_as_written(client: TestClient, bank: Bank) -> None:
    order = list(bank.publish(ORDER).option_ids)
    shown = [[one["id"] for one in client.get(f"/v1/questions/ordering?shuffle={n}").json()
              ["options"]] for n in range(40)]  # fmt: skip
    assert all(sorted(ids) == sorted(order) for ids in shown)
    assert len({tuple(ids) for ids in shown}) > 10
    told = post(client, "ordering", {"response": {"order": order}})
    assert (told["score"], told["correct"]) == (1.0, True)
    told = post(client, "ordering", {"response": {"order": [*order[2:], *order[:2]]}})
    assert (told["score"], told["rule"]) == (0.6666666666666666, "adjacent_pairs")
    assert told["feedback"]["solution"] == {"order": order}


def test_pairs_are_asked(client: TestClient, bank: Bank) -> None:
    bank.publish(MATCH)
    shown, ids = client.get("/v1/questions/matching").json(), ids_of(client, "matching")
    assert {one["markdown"] for one in shown["options"]} == {"France", "Italy", "Atlantis"}
    assert {one["markdown"] for one in shown["interaction"]["targets"]} == {"Paris", "Rome", "Oslo"}
    pairs = {ids["France"]: ids["Paris"], ids["Italy"]: ids["Rome"]}
    told = post(client, "matching", {"response": {"pairs": pairs}})
    assert (told["score"], told["correct"]) == (1.0, True)
    assert told["feedback"]["solution"] == {"pairs": pairs}
    pairs |= {ids["Atlantis"]: ids["Oslo"]}
    told = post(client, "matching", {"response": {"pairs": pairs}})
    assert (told["score"], told["correct"]) == (0.5, False)
    judged = {one["id"]: one["correct"] for one in told["feedback"]["parts"]}
    assert judged == {ids["France"]: True, ids["Italy"]: True, ids["Atlantis"]: False}


def test_blanks_are_asked(client: TestClient, bank: Bank) -> None:
    bank.publish(CLOZE)
    shown, ids = client.get("/v1/questions/cloze").json(), ids_of(client, "cloze")
    assert [(one["name"], one["kind"]) for one in shown["interaction"]["blanks"]] == [
        ("rate", "numeric"), ("verb", "inline_choice"), ("noun", "short_text"),
    ]  # fmt: skip
    blanks = {
        "rate": {"value": "9.81", "unit": "m"},
        "verb": {"selected": [ids["falls"]]},
        "noun": {"text": "stone"},
    }
    told = post(client, "cloze", {"response": {"blanks": blanks}})
    assert (told["score"], told["correct"]) == (1.0, True)
    solution = told["feedback"]["solution"]["blanks"]
    assert solution["verb"] == {"selected": [ids["falls"]]}
    told = post(client, "cloze", {"response": {"blanks": blanks | {"noun": {"text": "moon"}}}})
    assert told["score"] == 0.6666666666666666
    assert {"id": "noun", "correct": False} in told["feedback"]["parts"]


TWINS: list[tuple[str, dict[str, Any]]] = [
    ("numeric", {"value": 5, "relative": 0.1, "units": {"m/s^2": None, "kg": 1}}),
    ("short_text", {"patterns": ["tan.*"], "case": True}),
    ("ordering", {"alike": [[1, 2]]}),
    ("matching", {"pairs": [3, None, 1]}),
    ("cloze", {"blanks": {"rate": {"kind": "numeric", "value": 1, "units": {"m": 1}},
                          "verb": {"kind": "inline_choice", "key": 1},
                          "noun": {"kind": "short_text", "patterns": ["x+"]}}}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "said"), TWINS)
def test_a_twin_with_another_answer_looks_the_same(
    client: TestClient, bank: Bank, kind: str, said: dict[str, Any]
) -> None:
    """Nothing that a learner can read before answering depends on what is right."""
    told = []
    changed = of_kind(kind, said, prompt=ALL[kind].prompt, scoring=ALL[kind].scoring,
                      options=ALL[kind].options)  # fmt: skip
    for draft in (ALL[kind], changed):
        bank.publish(replace(draft, explanation=Explanation(str(draft.answer))))
        for query in ("", "?shuffle=S", "/hints/1"):
            document = client.get(f"/v1/questions/{draft.slug}{query}").json()
            told.append({name: value for name, value in document.items()
                         if name not in ("version", "published_at", "request_id")})  # fmt: skip
    assert told[:3] == told[3:]


def test_the_order_of_options_does_not_tell_the_order_asked(client: TestClient, bank: Bank) -> None:
    """The same options in another right order: a learner sees the same."""
    bank.publish(ORDER)
    before = client.get("/v1/questions/ordering").json()["options"]
    bank.publish(replace(ORDER, options=ORDER.options[::-1]))
    assert client.get("/v1/questions/ordering").json()["options"] == before


@pytest.mark.parametrize("kind", sorted(ALL))
@pytest.mark.parametrize(
    "junk", [{}, {"x": 1}, {"order": ["zzzz"]}, {"pairs": {"zzzz": "y"}}, {"text": 1},
             {"blanks": {"rate": 1}}, {"blanks": {"x": {}}}, {"value": {"a": ["b"]}}],
)  # fmt: skip
def test_whatever_is_sent_is_graded_or_refused(
    client: TestClient, bank: Bank, kind: str, junk: dict[str, Any]
) -> None:
    slug = bank.publish(ALL[kind]).question.slug
    answer = client.post(f"/v1/questions/{slug}/submissions", json={"response": junk})
    assert answer.status_code in (201, 422)
    if answer.status_code == 422:
        assert all(one["pointer"].startswith("/response") for one in answer.json()["errors"])


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
