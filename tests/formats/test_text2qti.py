"""The plain text of text2qti: every type that is read, and what is refused with its place."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.grading import KINDS
from domain.questions import AnswerKey, Option
from formats import FORMATS, find_format
from tests.cpu import soon
from tests.formats.quiz_drafts import codes_in, draft_in, only

TEXT = FORMATS["text2qti"]
QUIZ = """Quiz title: A quiz

Title: Units
Points: 2
1.  Which are
    lengths?

    ```
    *a) no option
    ```
... They measure distance.
[*] metre
... Yes.
[ ] litre
[*] mile

2.  One?
a)  no
*b) yes
"""


def test_a_quiz() -> None:
    first, second = TEXT.read(QUIZ.encode())
    assert first.draft is not None
    assert (first.draft.title, first.draft.kind) == ("Units", "multiple_response")
    assert first.draft.prompt == "Which are\nlengths?\n\n```\n*a) no option\n```"
    assert first.draft.scoring.max_points == 2
    assert first.draft.explanation.text == "They measure distance."
    assert first.draft.options == (Option("metre", None, "Yes."), Option("litre"), Option("mile"))
    assert first.draft.key == AnswerKey(frozenset({1, 3}))
    assert [loss.code for loss in first.losses] == ["not_read"]
    assert second.draft is not None
    assert (second.draft.kind, second.draft.key) == ("single_choice", AnswerKey(frozenset({2})))
    assert find_format("auto", "a.txt", QUIZ.encode()) is TEXT


ANSWERS = {
    "= 9.81": ("numeric", {"value": "9.81"}),
    "= 9.81 +- 0.01": ("numeric", {"value": "9.81", "tolerance": "0.01"}),
    "= 9.81 +- 1%": ("numeric", {"value": "9.81", "relative": "0.01"}),
    "= [1, 2]": ("numeric", {"value": "1.5", "tolerance": "0.5"}),
    "* colour\n* color": ("short_text", {"accept": ["colour", "color"]}),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_answers_of_other_kinds(answer: str) -> None:
    kind, stated = ANSWERS[answer]
    draft = draft_in(TEXT, f"1. Q?\n{answer}\n")
    assert (draft.kind, draft.answer) == (kind, KINDS[kind].stated.read(stated))


def test_feedback_to_right_and_wrong_is_a_loss() -> None:
    parsed = only(TEXT, "1. Q?\n+ Well done.\n*a) x\nb) y\n")
    assert [loss.code for loss in parsed.losses] == ["feedback_not_read"]


REFUSED = {
    "none right": ("1. Q?\na) x\nb) y\n", ("missing_key", 2, 1)),
    "two right": ("1. Q?\n*a) x\n*b) y\n", ("single_choice_key", 2, 1)),
    "no answers": ("1. Q?\n", ("missing_key", 1, 1)),
    "mixed": ("1. Q?\n*a) x\n[ ] y\n", ("mixed_answers", 1, 1)),
    "essay": ("1. Q?\n____\n", ("not_graded", 1, 1)),
    "upload": ("1. Q?\n^^^^\n", ("not_graded", 1, 1)),
    "number": ("1. Q?\n= pi\n", ("bad_number", 2, 1)),
    "two numbers": ("1. Q?\n= 1\n= 2\n", ("several_numbers", 3, 1)),
    "margin": ("1. Q?\n= 1 +- -1\n", ("wrong_answer", 1, 1)),
    "points": ("Points: many\n1. Q?\n*a) x\nb) y\n", ("bad_points", 1, 1)),
    "at the margin": ("1. Q?\nmore\n*a) x\nb) y\n", ("no_mark", 2, 1)),
    "no stem": ("*a) x\nb) y\n", ("no_stem", 1, 1)),
}


@pytest.mark.parametrize(("source", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_told_with_its_place(
    source: str, expected: tuple[str, int, int]
) -> None:
    assert codes_in(TEXT, source) == [expected]


@pytest.mark.parametrize(
    "source", ["1. Q?\n= " + " " * 500_000 + "x", "*a) x\n" * 20_000, "1. Q?\n*a) x\n" * 10_000]
)
def test_a_hostile_file_ends_soon(source: str) -> None:
    with soon(2):
        TEXT.read(b"1. Q?\n" + source.encode())


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=6), st.integers(0, 200), st.integers(0, 20))
def test_broken_files_raise_nothing(junk: bytes, place: int, gone: int) -> None:
    data = QUIZ.encode()
    for parsed in TEXT.parse(BytesIO(data[:place] + junk + data[place + gone :])):
        assert (parsed.draft is None) == bool(parsed.problems)
