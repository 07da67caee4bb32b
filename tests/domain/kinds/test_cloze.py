"""Cloze questions: what each blank takes and earns, and where faults are."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.errors import InvalidResponse
from domain.grading import KINDS, KindKey, Parts
from domain.grading.cloze import StatedBlanks, blanks_in

CLOZE = KINDS["cloze"]
BLANKS: dict[str, Any] = {
    "rate": {"kind": "numeric", "value": 9.81, "tolerance": 0.01, "units": {"m": 1, "cm": "1/100"}},
    "verb": {"kind": "inline_choice", "key": 2},
    "noun": {"kind": "short_text", "accept": ["cell", {"text": "organelle", "score": "0.5"}]},
}
PARTS: Parts = {"": (), "verb": ("m3kq", "7xb2", "qa5d")}
RATE, VERB, NOUN = {"value": "9.81", "unit": "m"}, {"selected": ["7xb2"]}, {"text": "cell"}


def key(blanks: dict[str, Any] = BLANKS, parts: Parts = PARTS) -> KindKey:
    return KindKey(CLOZE, StatedBlanks.model_validate({"blanks": blanks}), parts)


def earned(of: KindKey, blanks: dict[str, Any]) -> tuple[Fraction, Fraction]:
    sent = of.read({"blanks": blanks})
    exact, each = (CLOZE.find_rule(name) for name in ("all_or_nothing", "each_blank"))
    return of.grade(sent, exact).score, of.grade(sent, each).score


@pytest.mark.parametrize(
    ("sent", "right", "each"),
    [
        ({"rate": RATE, "verb": VERB, "noun": NOUN}, 1, "1"),
        ({"noun": NOUN, "verb": VERB, "rate": RATE}, 1, "1"),
        ({"rate": {"value": "981", "unit": "cm"}, "verb": VERB, "noun": {"text": "CELL"}}, 1, "1"),
        ({"rate": RATE, "verb": VERB, "noun": {"text": "organelle"}}, 0, "5/6"),
        ({"rate": RATE, "noun": {"text": "organelle"}}, 0, "1/2"),
        ({"rate": {"value": "9"}, "verb": {"selected": ["m3kq"]}, "noun": {"text": ""}}, 0, "0"),
        ({"verb": {"selected": []}}, 0, "0"),
        ({"verb": VERB}, 0, "1/3"),
        ({}, 0, "0"),
    ],
)
def test_what_blanks_earn(sent: dict[str, Any], right: int, each: str) -> None:
    assert earned(key(), sent) == (Fraction(right), Fraction(each))


@pytest.mark.parametrize(
    ("blanks", "faults"),
    [
        ([], {"": "dict_type"}),
        ({"rate": "9.81"}, {"/rate": "dict_type"}),
        ({"rate": None}, {"/rate": "dict_type"}),
        ({"x": RATE}, {"/x": "unknown_blank"}),
        ({"x/y": {}}, {"/x~1y": "unknown_blank"}),
        ({"rate": {"value": 9.81}}, {"/rate/value": "string_type"}),
        ({"rate": {"value": "nine"}}, {"/rate/value": "value_error"}),
        ({"rate": {"value": "9", "unit": "kg"}}, {"/rate/unit": "unknown_unit"}),
        ({"rate": {"text": "9"}}, {"/rate/value": "missing", "/rate/text": "unknown_field"}),
        ({"verb": {"selected": ["x"]}}, {"/verb/selected/0": "unknown_option"}),
        ({"verb": {"selected": "7xb2"}}, {"/verb/selected": "tuple_type"}),
        ({"verb": {"selected": ["m3kq", "7xb2"]}}, {"/verb/selected/1": "too_many_options"}),
        ({"verb": {"selected": ["m3kq", "m3kq"]}}, {"/verb/selected/1": "repeated_option"}),
        ({"noun": {"text": "a\x00"}}, {"/noun/text": "unstorable_text"}),
        ({"noun": {}, "rate": {}}, {"/noun/text": "missing", "/rate/value": "missing"}),
    ],
)
def test_what_is_refused(blanks: Any, faults: dict[str, str]) -> None:
    with pytest.raises(InvalidResponse) as refused:
        key().read({"blanks": blanks})
    expected = {f"/response/blanks{place}": code for place, code in faults.items()}
    assert {fault.pointer: fault.code for fault in refused.value.faults} == expected


@pytest.mark.parametrize(
    ("blanks", "said"),
    [
        ({}, "at least 1"),
        ({f"b{place}": {"kind": "numeric", "value": 1} for place in range(51)}, "at most 50"),
        ({"Rate": {"kind": "numeric", "value": 1}}, "match pattern"),
        ({"a" * 41: {"kind": "numeric", "value": 1}}, "match pattern"),
        ({"rate\n": {"kind": "numeric", "value": 1}}, "match pattern"),
        ({"rate": {"value": 1}}, "discriminator 'kind'"),
        ({"rate": {"kind": "cloze", "blanks": {}}}, "'numeric', 'short_text', 'inline_choice'"),
        ({"rate": {"kind": "numeric"}}, "required"),
        ({"rate": {"kind": "numeric", "value": 1, "accept": ["x"]}}, "not permitted"),
        ({"noun": {"kind": "short_text"}}, "one text that is right"),
        ({"noun": {"kind": "short_text", "patterns": ["("]}}, "unclosed group"),
        ({"verb": {"kind": "inline_choice", "key": 0}}, "greater than or equal to 1"),
        ({"verb": {"kind": "inline_choice", "key": "1"}}, "valid integer"),
    ],
)
def test_answers_that_make_no_sense(blanks: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        StatedBlanks.model_validate({"blanks": blanks})
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("parts", "codes"),
    [
        (PARTS, []),
        ({"": ()}, ["too_few_options", "unknown_answer"]),
        ({"verb": ("a",)}, ["too_few_options", "unknown_answer"]),
    ],
)
def test_answers_that_do_not_fit(parts: Parts, codes: list[str]) -> None:
    problems = list(CLOZE.problems(key().stated, parts))
    assert [one.code for one in problems] == codes
    assert all("`" in one.message for one in problems)


def test_a_learner_sees_names_kinds_and_units_in_the_order_of_the_author() -> None:
    of = key()
    assert CLOZE.interaction(of.stated) == {
        "blanks": [
            {"name": "rate", "kind": "numeric", "units": ["cm", "m"]},
            {"name": "verb", "kind": "inline_choice"},
            {"name": "noun", "kind": "short_text"},
        ]
    }
    solution = {"rate": RATE, "verb": VERB, "noun": NOUN}
    assert CLOZE.solution(of.stated, of.parts) == {"blanks": solution}
    sent = of.read({"blanks": {"rate": RATE, "noun": {"text": "organelle"}}})
    judged = CLOZE.judged(of.stated, sent, of.parts)
    assert judged == {"rate": True, "verb": False, "noun": False}


@pytest.mark.parametrize(
    ("stem", "names"),
    [
        ("It falls at [[rate]] and [[verb]].", ("rate", "verb")),
        ("[[b]][[a]] [[b]]", ("b", "a", "b")),
        ("[[Rate]] [[ rate ]] [rate] [[1, 2], [3]] [[a-b]] [[]]", ()),
        ("[[[rate]]]", ("rate",)),
        (f"[[{'a' * 40}]] [[{'a' * 41}]]", ("a" * 40,)),
        ("", ()),
    ],
)
def test_which_blanks_a_stem_marks(stem: str, names: tuple[str, ...]) -> None:
    assert blanks_in(stem) == names


def test_an_answer_is_written_as_it_was_stated() -> None:
    stated = {"blanks": BLANKS | {"rate": {"kind": "numeric", "value": "9.81"}}}
    read = StatedBlanks.model_validate(stated)
    assert read.model_dump(mode="json", exclude_defaults=True) == stated


responses = st.fixed_dictionaries(
    {},
    optional={
        "rate": st.sampled_from([RATE, {"value": "1"}]),
        "verb": st.lists(st.sampled_from(PARTS["verb"]), max_size=1).map(
            lambda selected: {"selected": selected}
        ),
        "noun": st.sampled_from(["cell", "organelle", ""]).map(lambda text: {"text": text}),
    },
)


@given(responses, st.permutations(list(BLANKS)), st.permutations(range(3)))
def test_order_of_blanks_and_options_does_not_matter(
    sent: dict[str, Any], names: list[str], places: list[int]
) -> None:
    blanks = {name: BLANKS[name] for name in names}
    blanks["verb"] = {"kind": "inline_choice", "key": places.index(1) + 1}
    shuffled = {"verb": tuple(PARTS["verb"][place] for place in places)}
    right, each = earned(key(), sent)
    assert earned(key(blanks, shuffled), sent) == (right, each)
    assert 0 <= right <= each <= 1
    assert (each == 1) == (right == 1)


def test_the_solution_is_right_and_every_mutant_notices() -> None:
    of = key()
    solution = of.read(CLOZE.solution(of.stated, of.parts))
    assert {of.grade(solution, rule).score for rule in CLOZE.rules.values()} == {1}
    half = of.read({"blanks": {"noun": {"text": "organelle"}}})
    each = CLOZE.find_rule("each_blank")
    mutants = [KindKey(CLOZE, mutant, PARTS) for mutant in CLOZE.mutants(of.stated, of.parts)]
    assert len(mutants) == 2 + 2 + 2
    for mutant in mutants:
        changed = [mutant.grade(sent, each) != of.grade(sent, each) for sent in (solution, half)]
        assert sum(changed) == 1


@pytest.mark.parametrize(
    ("stem", "codes"),
    [
        ("[[rate]] [[verb]] [[noun]]", []),
        ("[[verb]] [[noun]]", ["unmarked_blank"]),
        ("[[rate]] [[rate]] [[verb]] [[noun]]", ["unmarked_blank"]),
        ("[[rate]] [[verb]] [[noun]] [[more]]", ["unanswered_blank"]),
    ],
)
def test_the_stem_has_each_blank_once(stem: str, codes: list[str]) -> None:
    assert [one.code for one in CLOZE.stem_problems(key().stated, stem)] == codes


def test_only_inline_choices_have_options_of_their_own() -> None:
    assert list(CLOZE.part_names(key().stated)) == ["verb"]
