"""Short texts: which are right, which differences matter, and what is refused."""

from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.errors import InvalidResponse
from domain.grading import KINDS, KindKey
from domain.grading.short_text import StatedText
from tests.cpu import soon

SHORT_TEXT = KINDS["short_text"]
HALF = {"text": "organelle", "score": "0.5"}


def key(**stated: Any) -> KindKey:
    return KindKey(SHORT_TEXT, StatedText.model_validate(stated), {})


def score(stated: dict[str, Any], text: str, rule: str = "best_answer") -> Fraction:
    short = key(**stated)
    return short.grade(short.read({"text": text}), SHORT_TEXT.find_rule(rule)).score


def accept(text: str, **settings: Any) -> dict[str, Any]:
    return {"accept": [text], **settings}


@pytest.mark.parametrize(
    ("stated", "text", "right"),
    [
        (accept("Paris"), "Paris", True),
        (accept("Paris"), "pARIS", True),
        (accept("Paris"), "London", False),
        (accept("Paris"), "", False),
        (accept("Paris"), "Paris, France", False),
        (accept("Paris", case=True), "paris", False),
        (accept("Paris", case=True), "Paris", True),
        (accept("Stra\u00dfe"), "STRASSE", True),
        (accept("Stra\u00dfe", case=True), "Strasse", False),
        (accept("New York"), "\t New \u00a0\n York ", True),
        (accept("New York"), "NewYork", False),
        (accept("New York", whitespace=True), "New  York", False),
        (accept("New York", whitespace=True), "New York ", False),
        (accept("caf\u00e9"), "cafe\u0301", True),
        (accept("caf\u00e9"), "cafe", False),
        (accept("caf\u00e9", accents=False), "cafe", True),
        (accept("cafe", accents=False), "CAF\u00c9", True),
        (accept("s\u00f8t", accents=False), "sot", False),
        (accept("\u304c", accents=False), "\u304b", False),
        (accept("yes"), "yes.", False),
        (accept("yes", punctuation=False), "Yes !", True),
        (accept("yes?!", punctuation=False), " yes. ", True),
        (accept("yes", punctuation=False), "y.es", False),
        (accept("yes", punctuation=False, whitespace=True), "yes.", True),
        (accept("yes", punctuation=False, whitespace=True), "yes .", False),
        (accept("x2"), "x\u00b2", False),
        (accept("x2", form="NFKC"), "x\u00b2", True),
        (accept("\ufb01n", form="NFKC"), "FIN", True),
        (accept("a.c"), "abc", False),
        ({"accept": ["one", "two"]}, "two", True),
        ({"patterns": ["colou?r"]}, "color", True),
        ({"patterns": ["colou?r"]}, "COLOUR", True),
        ({"patterns": ["colou?r"]}, "a color", False),
        ({"patterns": ["colou?r"]}, "colors", False),
        ({"patterns": ["a|b"]}, "ab", False),
        ({"patterns": ["a|b"]}, "b", True),
        ({"patterns": ["a"]}, "a\n", True),
        ({"patterns": ["a"], "whitespace": True}, "a\n", False),
        ({"patterns": ["Colou?r"], "case": True}, "color", False),
        ({"patterns": ["Colou?r"], "case": True}, "Color", True),
        ({"patterns": ["[A-Z]+\u00df"]}, "stra\u00df", True),
        ({"patterns": ["caf\u00e9s?"], "accents": False}, "cafes", True),
        ({"patterns": ["cafe\u0301s?"]}, "caf\u00e9s", True),
        ({"patterns": ["x*"]}, "", True),
        ({"patterns": ["one", "two"]}, "two", True),
    ],
)
def test_which_texts_are_right(stated: dict[str, Any], text: str, right: bool) -> None:
    assert score(stated, text, "all_or_nothing") == right
    assert score(stated, text, "best_answer") == right


@pytest.mark.parametrize(
    ("stated", "text", "best"),
    [
        ({"accept": ["mitochondrion", HALF]}, "Organelle", "1/2"),
        ({"accept": ["mitochondrion", HALF]}, "mitochondrion", "1"),
        ({"accept": ["mitochondrion", HALF]}, "nucleus", "0"),
        ({"accept": [HALF, "organelle"]}, "organelle", "1"),
        ({"accept": [HALF, {"text": "ORGANELLE", "score": "3/4"}, "cell"]}, "organelle", "3/4"),
        ({"accept": [HALF], "patterns": ["org.*"]}, "organelle", "1"),
        ({"accept": [HALF], "patterns": ["mito.*"]}, "organelle", "1/2"),
    ],
)
def test_the_best_fitting_answer_counts(stated: dict[str, Any], text: str, best: str) -> None:
    assert score(stated, text) == Fraction(best)
    assert score(stated, text, "all_or_nothing") == (best == "1")


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({}, "/response/text", "missing"),
        ({"text": None}, "/response/text", "string_type"),
        ({"text": ["Paris"]}, "/response/text", "string_type"),
        ({"text": "x" * 1001}, "/response/text", "string_too_long"),
        ({"text": "a\x00"}, "/response/text", "unstorable_text"),
        ({"text": "x", "language": "en"}, "/response/language", "unknown_field"),
    ],
)
def test_what_is_refused(sent: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(InvalidResponse) as refused:
        key(accept=["Paris"]).read(sent)
    assert (refused.value.faults[0].pointer, refused.value.faults[0].code) == (pointer, code)


def test_half_of_a_surrogate_pair_is_no_text() -> None:
    with pytest.raises(InvalidResponse):
        key(accept=["Paris"]).read({"text": "\ud800"})


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({}, "one text that is right"),
        ({"accept": [], "patterns": []}, "one text that is right"),
        ({"accept": [HALF]}, "one text that is right"),
        ({"accept": "Paris"}, "valid tuple"),
        ({"accept": [1]}, "AcceptedText"),
        ({"accept": ["x"] * 201}, "at most 200"),
        ({"accept": ["x" * 1001]}, "at most 1000"),
        ({"accept": [{"text": "x", "score": 2}]}, "less than or equal to 1"),
        ({"accept": [{"text": "x", "score": -1}]}, "greater than or equal to 0"),
        ({"accept": ["x", " \t"]}, "nothing that matters"),
        ({"accept": ["?!"], "punctuation": False}, "nothing that matters"),
        ({"accept": ["x"], "case": "yes"}, "valid boolean"),
        ({"accept": ["x"], "form": "NFD"}, "'NFC' or 'NFKC'"),
        ({"accept": ["x"], "regex": "x"}, "not permitted"),
        ({"patterns": ["x"] * 201}, "at most 200"),
        ({"patterns": [""]}, "at least 1"),
        ({"patterns": ["x" * 501]}, "at most 500"),
        ({"patterns": ["("]}, "pattern '(' cannot be used: unclosed group"),
        ({"patterns": ["ok", "a)|(?:b"]}, "cannot be used: unopened group"),
        ({"patterns": ["(?=a)"]}, "cannot be used: look-around"),
        ({"patterns": [r"(a)\1"]}, "cannot be used: backreferences"),
        ({"patterns": ["(a{1000}){1000}"]}, "cannot be used: Compiled regex exceeds size"),
    ],
)
def test_answers_that_make_no_sense(stated: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        StatedText.model_validate(stated)
    assert said in str(refused.value)


def test_a_pattern_that_would_take_others_years_takes_no_time() -> None:
    short = key(patterns=["(a+)+b"])
    sent = short.read({"text": "a" * 1000})
    with soon(0.05):
        assert short.grade(sent, SHORT_TEXT.find_rule("best_answer")).score == 0


def test_a_learner_sees_nothing_before_and_one_right_text_after() -> None:
    stated = StatedText.model_validate({"accept": [HALF, "mitochondrion"], "patterns": ["mito.*"]})
    assert SHORT_TEXT.interaction(stated) == {}
    assert SHORT_TEXT.solution(stated, {}) == {"text": "mitochondrion"}
    only_patterns = StatedText.model_validate({"patterns": ["mito.*"]})
    assert SHORT_TEXT.solution(only_patterns, {}) == {"text": None}


def test_an_answer_is_written_as_it_was_stated() -> None:
    stated = {"accept": ["mitochondrion", HALF], "patterns": ["mito.*"], "form": "NFKC"}
    read = StatedText.model_validate(stated)
    assert read.model_dump(mode="json", exclude_defaults=True) == stated


settings = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.booleans() for name in ("case", "accents", "whitespace", "punctuation")},
        "form": st.sampled_from(["NFC", "NFKC"]),
    },
)


@given(st.text(max_size=40), settings)
def test_what_is_accepted_is_right_as_it_stands(text: str, stated: dict[str, Any]) -> None:
    with suppress(ValidationError):
        answer = StatedText.model_validate(accept(text, **stated))
        short = KindKey(SHORT_TEXT, answer, {})
        sent = short.read(SHORT_TEXT.solution(answer, {}))
        assert {short.grade(sent, rule).score for rule in SHORT_TEXT.rules.values()} == {1}


@given(st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=40), settings)
def test_any_text_has_a_score_from_0_to_1_and_the_same_again(
    text: str, stated: dict[str, Any]
) -> None:
    stated = {"accept": ["cell", HALF], "patterns": ["[a-m]+", r"\d+"], **stated}
    assert score(stated, text) in (0, Fraction(1, 2), 1)
    assert score(stated, text) == score(stated, text)


def test_a_text_is_wrong_for_the_mutant_that_lost_it() -> None:
    stated = StatedText.model_validate({"accept": ["cell", HALF], "patterns": ["a|b"]})
    cell, half, pattern = (KindKey(SHORT_TEXT, m, {}) for m in SHORT_TEXT.mutants(stated, {}))
    best = SHORT_TEXT.find_rule("best_answer")
    for lost, text in ((cell, "cell"), (half, "organelle"), (pattern, "a"), (pattern, "b")):
        whole = KindKey(SHORT_TEXT, stated, {})
        assert lost.grade(lost.read({"text": text}), best).score == 0
        assert whole.grade(whole.read({"text": text}), best).score > 0
