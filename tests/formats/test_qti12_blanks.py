"""Blanks of QTI 1.2, where some are typed in and some are picked, as New Quizzes write them."""

from dataclasses import replace
from fractions import Fraction

import pytest

from domain.grading.cloze import ChoiceBlank, NumericBlank, StatedBlanks
from domain.questions import Draft, Option, Scoring
from tests.formats.test_qti12 import QTI12, earns, equal, item, lid, typed


def answered(labels: str, kind: str, algorithm: str = "Equivalence") -> str:
    """The labels as New Quizzes say how they are answered."""
    marks = f"answer_type='{kind}' scoring_algorithm='{algorithm}' ident"
    return labels.replace("<response_label ident", f"<response_label {marks}")


BOTH = earns(equal("2", "ra"), "Add", "50") + earns(equal("3", "rb"), "Add", "50")


@pytest.mark.parametrize("picked", ["dropdown", "wordbank"])
def test_blanks_of_new_quizzes_are_typed_or_picked_each_by_itself(picked: str) -> None:
    lists = answered(lid("ra", "12", text="a"), picked)
    lists += answered(lid("rb", "3", text="b"), "openEntry", "TextEquivalence")
    parsed = item("fill_in_multiple_blanks_question", lists, BOTH)
    assert parsed.losses == ()
    assert parsed.draft is not None
    assert parsed.draft.options == (Option("Text 1", part="a"), Option("Text 2", part="a"))
    second = ChoiceBlank(kind="inline_choice", key=2)
    assert parsed.draft.answer == StatedBlanks(blanks={"a": second, "b": typed("Text 3")})


@pytest.mark.parametrize("algorithm", ["TextContainsAnswer", "TextCloseEnough"])
def test_a_loose_comparison_of_new_quizzes_is_told(algorithm: str) -> None:
    lists = lid("ra", "12", text="a") + answered(lid("rb", "3", text="b"), "openEntry", algorithm)
    losses = item("fill_in_multiple_blanks_question", lists, BOTH).losses
    assert [(one.path, one.code) for one in losses] == [("/answer/blanks/b", "comparison")]


def test_a_pattern_is_not_taken_for_the_text_that_is_right() -> None:
    lists = lid("ra", "12", text="a")
    lists += answered(lid("rb", "3", text="b"), "openEntry", "TextRegex")
    parsed = item("fill_in_multiple_blanks_question", lists, BOTH)
    assert [problem.code for problem in parsed.problems] == ["pattern"]


def test_a_choice_among_blanks_to_type_in_stays_one() -> None:
    verb = ChoiceBlank(kind="inline_choice", key=2)
    noun = typed("cell")
    number = NumericBlank(kind="numeric", value=Fraction(7), tolerance=Fraction(1))
    options = (Option("eats", part="v"), Option("eat", part="v"))
    answer = StatedBlanks(blanks={"v": verb, "n": noun, "k": number})
    draft = Draft("T", "A [[n]] [[v]] [[k]].", options, kind="cloze", answer=answer)
    written = QTI12.render(replace(draft, scoring=Scoring("each_blank", Fraction(3))))
    told = {(loss.path, loss.code) for loss in written.losses}
    margin = ("/answer/blanks/k/tolerance", "margin")
    assert told == {
        ("/answer/blanks/v", "mixed_blanks"), ("/answer/blanks/k", "number_as_text"), margin,
    }  # fmt: skip
    (read,) = QTI12.read(written.content or b"")
    assert read.draft is not None
    assert read.draft.answer == StatedBlanks(blanks={"v": verb, "n": noun, "k": typed("7")})
    assert read.draft.options == options
