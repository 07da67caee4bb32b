"""Drafts: when they are complete, when they say the same, and how they are named."""

from dataclasses import fields, replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.completeness import advice, completeness
from domain.grading import StatedValues
from domain.grading.numeric import StatedNumber
from domain.questions import (
    LONGEST_SLUG,
    RESERVED_SLUGS,
    AnswerKey,
    Combination,
    Draft,
    Explanation,
    Option,
    ScoreTest,
    Scoring,
    content_hash,
    is_all_storable,
    is_slug,
    is_storable,
    slug_from,
)
from tests.factories import DRAFT

FIRST, *OTHERS = DRAFT.options
EXPLAINED = DRAFT.explanation
(READING,) = EXPLAINED.references


def with_first(**changes: Any) -> dict[str, Any]:
    return {"options": (replace(FIRST, **changes), *OTHERS)}


def with_reading(**changes: Any) -> dict[str, Any]:
    return {"explanation": replace(EXPLAINED, references=(replace(READING, **changes),))}


VALUES = StatedValues.read({"options": [1, 0, 0, 0]})
SPEAKING: list[dict[str, Any]] = [
    {"title": "Streams"},
    {"prompt": "Which?"},
    {"options": DRAFT.options[::-1]},
    {"options": DRAFT.options[:3]},
    with_first(text="The Maas"),
    with_first(feedback="No."),
    with_first(feedback=None),
    with_first(pinned=True),
    {"key": AnswerKey(frozenset())},
    {"key": AnswerKey(frozenset({1, 2}))},
    {"explanation": Explanation()},
    {"explanation": replace(EXPLAINED, text="Because.")},
    with_reading(title="Rivers!"),
    with_reading(url="https://example.org"),
    with_reading(url=None),
    with_reading(note=""),
    with_reading(lead="See"),
    {"explanation": replace(EXPLAINED, references=(READING, READING))},
    {"kind": "single_choice"},
    {"date": date(2026, 1, 1)},
    {"tags": ("water",)},
    {"difficulty": 0.5},
    {"language": "de"},
    {"scoring": Scoring("net_right")},
    {"scoring": Scoring(max_points=Fraction(2))},
    {"release": "never"},
    {"shuffle": True},
    {"extra": {"author": "me"}},
    with_first(part="targets"),
    {"answer": StatedNumber(value=Fraction(1))},
    {"answer": StatedNumber(value=Fraction(1), tolerance=Fraction(1))},
    {"hints": ("Look at a map.",)},
    {"combinations": (Combination(frozenset({1, 2}), "Both are long."),)},
    {"tests": (ScoreTest({"selected": [1, 3]}, Fraction(1)),)},
    {"oracle_budget": 3},
    {"scoring": Scoring("weights", values=VALUES)},
    {"scoring": Scoring("weights", values=VALUES.model_copy(update={"lower": None}))},
]
SILENT: list[dict[str, Any]] = [
    {},
    {"slug": "streams"},
    {"external_id": "x"},
    with_first(id="aaaa"),
    {"extra": MappingProxyType({})},
]


@pytest.mark.parametrize("changes", SPEAKING, ids=str)
def test_whatever_a_draft_says_changes_its_hash(changes: dict[str, Any]) -> None:
    assert content_hash(replace(DRAFT, **changes)) != content_hash(DRAFT)


@pytest.mark.parametrize("changes", SILENT, ids=str)
def test_names_say_nothing(changes: dict[str, Any]) -> None:
    assert content_hash(replace(DRAFT, **changes)) == content_hash(DRAFT)


def test_each_field_of_a_draft_is_told_to_speak_or_not() -> None:
    told = {name for changes in (*SPEAKING, *SILENT) for name in changes}
    assert told == {field.name for field in fields(Draft)}


def test_no_two_drafts_share_a_hash() -> None:
    hashes = {content_hash(replace(DRAFT, **changes)) for changes in SPEAKING}
    assert len(hashes) == len(SPEAKING)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"difficulty": 1}, {"difficulty": 1.0}),
        ({"extra": {"a": 1, "b": [2]}}, {"extra": MappingProxyType({"b": [2], "a": 1})}),
        ({"scoring": Scoring(max_points=Fraction(2, 4))},
         {"scoring": Scoring(max_points=Fraction("0.5"))}),
        ({"key": AnswerKey(frozenset([4, 1, 3]))}, {"key": AnswerKey(frozenset([3, 4, 1]))}),
    ],
    ids=str,
)  # fmt: skip
def test_equal_drafts_have_equal_hashes(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert replace(DRAFT, **one) == replace(DRAFT, **other)
    assert content_hash(replace(DRAFT, **one)) == content_hash(replace(DRAFT, **other))


def test_the_hash_is_the_same_on_every_machine() -> None:
    assert content_hash(DRAFT) == "93d82358935e372a3c8e12a8ad4010c48eaab9fdb85ea990aa8330e0455f99a3"


COMPLETE: list[dict[str, Any]] = [
    {},
    {"title": "x" * 500, "external_id": "x" * 255, "language": "x" * 35, "tags": ("x" * 100,)},
    {"key": AnswerKey(frozenset())},
    {"key": AnswerKey(frozenset({1, 2, 3, 4}))},
    {"options": tuple(Option(str(n)) for n in range(64))},
    {"kind": "single_choice", "key": AnswerKey(frozenset({4}))},
    {"explanation": Explanation()},
    {"oracle_budget": 1},
    {"oracle_budget": 14, "release": "score_only"},
    {"oracle_budget": 3, "release": "score_only", "scoring": Scoring("net_right")},
    {"oracle_budget": 2**40, "release": "never"},
    {"scoring": Scoring("weights", values=VALUES)},
    {
        "scoring": Scoring(
            "mapping",
            values=StatedValues.read({"options": [1, None, 1, None], "default": -2, "maximum": 2}),
        )
    },
    {"shuffle": True, "explanation": Explanation("Unlike {option:2}, it is long.")},
    {"kind": "true_false", "key": AnswerKey(frozenset({2})), "options": DRAFT.options[:2]},
    {"prompt": "🦔 \u202eabc\u202c \x01"},
]
GRAVITY = StatedNumber.read({"value": 9.81, "tolerance": "0.01"})
NUMERIC: dict[str, Any] = {
    "kind": "numeric", "options": (), "key": AnswerKey(), "answer": GRAVITY
}  # fmt: skip
TWO_KEYS = AnswerKey(frozenset({1, 2}))
INCOMPLETE: list[tuple[dict[str, Any], str]] = [
    ({"slug": "random"}, "bad_slug"),
    ({"title": " "}, "missing_title"),
    ({"tags": ("a", "a")}, "duplicate_tag"),
    ({"difficulty": float("nan")}, "bad_difficulty"),
    ({"scoring": Scoring(max_points=Fraction(0))}, "bad_points"),
    (with_first(id="aaaa"), "bad_option_ids"),
    ({"title": "x" * 501}, "long_title"),
    ({"external_id": "x" * 256}, "long_external_id"),
    ({"external_id": "\0"}, "unstorable_character"),
    ({"language": "en" + "-aaaaaaaa" * 4}, "long_language"),
    ({"tags": ("a", "x" * 101, "b")}, "long_tag"),
    ({"prompt": " \n"}, "missing_prompt"),
    ({"prompt": "a\0b"}, "unstorable_character"),
    (with_first(feedback="\ud800"), "unstorable_character"),
    (with_reading(note="\0"), "unstorable_character"),
    ({"extra": {"a": [{"\0": 1}]}}, "unstorable_character"),
    ({"tags": ("\udfff",)}, "unstorable_character"),
    ({"options": (FIRST,), "key": AnswerKey(frozenset({1}))}, "too_few_options"),
    ({"options": (), "key": AnswerKey(frozenset())}, "too_few_options"),
    ({"options": tuple(Option(str(n)) for n in range(65))}, "too_many_options"),
    ({"options": (*DRAFT.options, Option(" The  Rhine "))}, "duplicate_option"),
    (with_first(text=" \u00a0"), "empty_option"),
    ({"key": AnswerKey(frozenset({5}))}, "unknown_answer"),
    ({"key": AnswerKey(frozenset({0}))}, "unknown_answer"),
    ({"scoring": Scoring("nonsense")}, "unknown_rule"),
    ({"kind": "single_choice", "key": TWO_KEYS}, "single_choice_key"),
    ({"kind": "single_choice", "key": AnswerKey(frozenset())}, "single_choice_key"),
    ({"kind": "true_false", "key": AnswerKey(frozenset({1}))}, "true_false_options"),
    ({"kind": "essay"}, "unknown_kind"),
    ({"answer": GRAVITY}, "answer_not_asked"),
    (
        {"options": (*DRAFT.options, Option("a", part="x"), Option("b", part="x"))},
        "answer_not_asked",
    ),
    ({**NUMERIC, "options": DRAFT.options}, "options_not_asked"),
    ({**NUMERIC, "answer": None}, "missing_answer"),
    ({**NUMERIC, "options": (Option("a", part="x"), Option("b", part="x"))}, "unasked_part"),
    ({**NUMERIC, "scoring": Scoring("net_right")}, "unknown_rule"),
    ({**NUMERIC, "oracle_budget": 2}, "budget_not_known"),
    ({"scoring": Scoring("net_right", values=VALUES)}, "values_not_read"),
    ({"scoring": Scoring("weights")}, "bad_values"),
    ({"scoring": Scoring("weights", values=StatedValues.read({"options": [1]}))}, "bad_values"),
    (
        {"scoring": Scoring("weights", values=StatedValues.read({"options": [2, 0, 0, 0]}))},
        "bad_values",
    ),
    (
        {
            "scoring": Scoring(
                "weights", values=StatedValues.read({"options": [1, 0, 0, 0], "maximum": 2})
            )
        },
        "bad_values",
    ),
    ({"combinations": (Combination(frozenset({5}), "F"),)}, "unknown_answer"),
    ({"oracle_budget": 2}, "low_oracle_budget"),
    ({"oracle_budget": 15, "release": "score_only"}, "low_oracle_budget"),
    (
        {"oracle_budget": 4, "release": "score_only", "scoring": Scoring("net_right")},
        "low_oracle_budget",
    ),
    ({"tests": (ScoreTest({"selected": [1, 3]}, Fraction(1, 2)),)}, "failing_test"),
    ({"tests": (ScoreTest({"selected": [5]}, Fraction(0)),)}, "failing_test"),
    ({"tests": (ScoreTest({"value": "1"}, Fraction(0)),)}, "failing_test"),
    ({**NUMERIC, "tests": (ScoreTest({"value": "9.7"}, Fraction(1)),)}, "failing_test"),
    ({**NUMERIC, "tests": (ScoreTest({"value": "high"}, Fraction(0)),)}, "failing_test"),
    (with_first(feedback="Unlike {option:5}."), "unknown_option_reference"),
    ({"explanation": Explanation("{option:0} is wrong.")}, "unknown_option_reference"),
    ({"hints": ("Compare {option:99}.",)}, "unknown_option_reference"),
    ({"prompt": "Is {option:1} right?"}, "misplaced_option_reference"),
    (with_first(text="As {option:2}."), "misplaced_option_reference"),
    ({"shuffle": True, "explanation": Explanation("Option 2 is wrong.")}, "bare_option_reference"),
    ({"shuffle": True, "hints": ("Not the first answer.",)}, "bare_option_reference"),
    ({"shuffle": True, **with_first(text="Both option B and C")}, "bare_option_reference"),
]


@pytest.mark.parametrize("changes", COMPLETE, ids=lambda changes: str(changes)[:60])
def test_complete_drafts(changes: dict[str, Any]) -> None:
    assert completeness(replace(DRAFT, **changes)) == ()


@pytest.mark.parametrize(("changes", "code"), INCOMPLETE, ids=lambda value: ascii(value)[:60])
def test_each_problem_is_found_alone_and_has_a_cure(changes: dict[str, Any], code: str) -> None:
    (problem,) = completeness(replace(DRAFT, **changes))
    assert problem.code == code
    assert problem.severity == "error"
    assert problem.message.endswith(".")
    assert problem.hint.endswith(".")


BARE = Explanation("See option 2.")


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"explanation": BARE}, ["bare_option_reference"]),
        ({"explanation": BARE, "options": tuple(replace(one, pinned=True) for one in
                                                DRAFT.options)}, []),
        ({"explanation": Explanation("Option 9, 2 options, answer 42, `option 2`.")}, []),
        ({"explanation": Explanation("```\noption 2\n```\nAnswers 2.5 and 2 % differ.")}, []),
        ({"explanation": Explanation("{option:2} is wrong.")}, []),
        ({"explanation": Explanation("Which answer a learner gives, or option I.")}, []),
        ({"options": tuple(Option(f"Statement {n}") for n in range(5))}, []),
        ({"tests": (ScoreTest({"selected": [1, 3]}, Fraction(1)),)}, []),
        ({"tests": (ScoreTest({"selected": [1]}, Fraction(0)),)}, ["mistake_unnoticed"] * 3),
        ({"scoring": Scoring("net_right"),
          "tests": (ScoreTest({"selected": [1]}, Fraction(1, 2)),)}, []),
        ({"kind": "single_choice", "key": AnswerKey(frozenset({1})),
          "tests": (ScoreTest({"selected": [2]}, Fraction(0)),)}, ["mistake_unnoticed"] * 2),
        ({"scoring": Scoring("weights", values=VALUES),
          "tests": (ScoreTest({"selected": [1]}, Fraction(1)),)}, ["mistake_unnoticed"] * 3),
        ({**NUMERIC, "tests": (ScoreTest({"value": "9.81"}, Fraction(1)),)}, []),
        ({**NUMERIC, "tests": (ScoreTest({"value": "20"}, Fraction(0)),)},
         ["mistake_unnoticed"] * 2),
    ],
    ids=lambda value: ascii(value)[:60],
)  # fmt: skip
def test_what_an_author_is_warned_of(changes: dict[str, Any], codes: list[str]) -> None:
    changed = replace(DRAFT, **changes)
    assert completeness(changed) == ()
    assert [problem.code for problem in advice(changed)] == codes
    assert {problem.severity for problem in advice(changed)} <= {"warning"}


def test_all_problems_are_told_at_once() -> None:
    told = completeness(replace(DRAFT, title="", prompt="", options=()))
    codes = [problem.code for problem in told]
    assert codes == ["missing_title", "missing_prompt", "too_few_options", "unknown_answer"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Vanishing gradients", "vanishing-gradients"),
        ("vanishing-gradients", "vanishing-gradients"),
        ("  What's *new* in C++20?  ", "what-s-new-in-c-20"),
        ("Ärger im Café", "arger-im-cafe"),
        ("ﬁne", "fine"),
        ("日本語", ""),
        ("日本 3", "3"),
        ("--_--", ""),
        ("", ""),
        ("x" * 200, "x" * LONGEST_SLUG),
        ("x" * (LONGEST_SLUG - 1) + " y", "x" * (LONGEST_SLUG - 1)),
    ],
)
def test_slugs_from_names(name: str, slug: str) -> None:
    assert slug_from(name) == slug


@given(st.text())
def test_a_made_slug_is_a_slug_and_stays(name: str) -> None:
    slug = slug_from(name)
    assert slug in {"", *RESERVED_SLUGS} or is_slug(slug)
    assert slug_from(slug) == slug


NO_SLUGS = ["", "-a", "a-", "a--b", "A", "ä", "a b", "a\n", "x" * 121, "random", str(UUID(int=7))]


@pytest.mark.parametrize("text", NO_SLUGS)
def test_what_is_no_slug(text: str) -> None:
    assert not is_slug(text)


@pytest.mark.parametrize(
    ("text", "storable"), [("", True), ("🦔\x01\n", True), ("\0", False), ("a\ud83e", False)]
)
def test_what_every_engine_can_hold(text: str, storable: bool) -> None:
    assert is_storable(text) == storable
    for document in (text, ["a", {"b": (text,)}], {text: 1}):
        assert is_all_storable(document) == storable


def test_a_text_may_say_how_what_cannot_be_stored_is_written() -> None:
    assert is_all_storable(["\\u0000", "\\ud800"])


@pytest.mark.parametrize(
    ("kind", "most"),
    [("multiple_response", 4), ("single_choice", 1), ("true_false", 1), ("numeric", 0)],
)
@pytest.mark.parametrize("positions", [set(), {1}, {1, 2, 3, 4}])
def test_the_key_does_not_tell_how_many_may_be_picked(
    kind: Any, most: int, positions: set[int]
) -> None:
    key = AnswerKey(frozenset(positions))
    assert replace(DRAFT, kind=kind, key=key).most_picks == most
