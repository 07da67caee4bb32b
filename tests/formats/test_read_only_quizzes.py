"""jupyterquiz and mdbook-quiz: every type that is read, and what is refused with its place."""

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.completeness import completeness
from domain.grading import KINDS
from domain.questions import AnswerKey, Draft, Option
from formats import FORMATS, find_format
from tests.cpu import soon
from tests.formats.quiz_drafts import codes_in, draft_in, only

JUPYTER, MDBOOK = FORMATS["jupyterquiz"], FORMATS["mdbook_toml"]
RIGHT, WRONG = {"answer": "a", "correct": True, "feedback": "F"}, {"code": "b", "correct": False}


def asked(kind: str, *answers: dict[str, Any], **said: Any) -> str:
    return json.dumps([{"question": "Q?", "type": kind, "answers": answers, **said}])


def stated(kind: str, **said: Any) -> object:
    return KINDS[kind].stated.read(said)


def test_jupyterquiz() -> None:
    one = draft_in(JUPYTER, asked("multiple_choice", RIGHT, WRONG))
    assert one == Draft(
        "Q?",
        "Q?",
        (Option("a", None, "F"), Option("```\nb\n```")),
        AnswerKey(frozenset({1})),
        kind="single_choice",
    )
    assert draft_in(JUPYTER, asked("many_choice", RIGHT, WRONG)).kind == "multiple_response"
    default = {"type": "default", "feedback": "No."}
    also = {"range": [5, 6], "correct": True}
    number = only(JUPYTER, asked("numeric", {"value": 4, "correct": True}, also, default))
    assert number.draft is not None
    assert number.draft.answer == stated("numeric", value=4)
    assert [loss.code for loss in number.losses] == ["feedback", "other_number"]
    printed = draft_in(JUPYTER, asked("multiple_choice", RIGHT, WRONG, code="print(1)"))
    assert printed.prompt == "Q?\n\n```\nprint(1)\n```"
    between = draft_in(JUPYTER, asked("numeric", {"range": [1, 2.5], "correct": True}))
    assert between.answer == stated("numeric", value="1.75", tolerance="0.75")
    text = draft_in(JUPYTER, asked("string", {"answer": "a", "correct": True, "match_case": True}))
    assert text.answer == stated("short_text", accept=["a"], case=True)
    assert find_format("auto", "a.json", asked("string").encode()) is JUPYTER


MDBOOK_FILE = """[[questions]]
id = "one"
type = "MultipleChoice"
prompt.prompt = "Which?"
prompt.distractors = ["b", "c"]
answer.answer = "a"
context = "Since."

[[questions]]
type = "MultipleChoice"
prompt.prompt = "Which ones?"
prompt.distractors = ["b"]
answer.answer = ["a", "c"]

[[questions]]
type = "ShortAnswer"
[questions.prompt]
prompt = "What?"
[questions.answer]
answer = "x"
alternatives = ["y"]

[[questions]]
type = "Tracing"
prompt.program = "fn main() {}"
answer.doesCompile = true
answer.stdout = "1"

[[questions]]
type = "Tracing"
prompt.program = "fn main( {}"
answer.doesCompile = false
answer.lineNumber = 1
"""


def test_mdbook() -> None:
    read = MDBOOK.read(MDBOOK_FILE.encode())
    one, several, text, traced, broken = (parsed.draft for parsed in read)
    assert one is not None
    assert (one.external_id, one.kind, one.shuffle) == ("one", "single_choice", True)
    assert one.options == (Option("a"), Option("b"), Option("c"))
    assert (one.key, one.explanation.text) == (AnswerKey(frozenset({1})), "Since.")
    assert several is not None
    assert (several.kind, sorted(several.key.positions)) == ("multiple_response", [1, 2])
    assert text is not None
    assert text.answer == stated("short_text", accept=["x", "y"])
    assert broken is not None
    assert (broken.kind, sorted(broken.key.positions)) == ("true_false", [2])
    for draft in (one, several, text, traced, broken):
        assert draft is not None
        assert completeness(draft) == ()
    assert [loss.code for parsed in read for loss in parsed.losses] == ["field_not_read"]
    assert find_format("auto", "a.toml", MDBOOK_FILE.encode()) is MDBOOK


def test_a_choice_of_mdbook_whose_options_are_all_right() -> None:
    source = HEAD + "prompt.prompt = 'Q'\nprompt.distractors = []\nanswer.answer = ['a', 'b']\n"
    draft = only(MDBOOK, source).draft
    assert draft is not None
    assert draft.key.positions == {1, 2}


HEAD = '[[questions]]\ntype = "MultipleChoice"\n'
REFUSED = {
    "no JSON": (JUPYTER, "[\n{]", ("bad_json", 2, 2)),
    "no list": (JUPYTER, "{}", ("not_a_list", 1, 1)),
    "no object": (JUPYTER, "[\n 1]", ("not_an_object", 2, 2)),
    "type": (JUPYTER, '[{"question": "Q",\n "type": "essay"}]', ("bad_type", 2, 10)),
    "no text": (JUPYTER, '[{"type": "string"}]', ("missing_text", 1, 2)),
    "no answers": (JUPYTER, '[{"type": "string", "question": "Q"}]', ("bad_answers", 1, 2)),
    "no key": (JUPYTER, asked("many_choice", RIGHT, {"answer": "b"}), ("missing_key", 1, 107)),
    "key": (JUPYTER, asked("string", {"answer": "b", "correct": 1}), ("bad_correct", 1, 78)),
    "two right": (JUPYTER, asked("multiple_choice", RIGHT, RIGHT), ("single_choice_key", 1, 59)),
    "no code": (JUPYTER, asked("many_choice", RIGHT, code=1), ("missing_text", 1, 116)),
    "none right": (JUPYTER, asked("numeric"), ("missing_key", 1, 51)),
    "no number": (JUPYTER, asked("numeric", RIGHT), ("bad_number", 1, 52)),
    "fuzzy": (JUPYTER, asked("string", {**RIGHT, "fuzzy_threshold": 0.5}), ("fuzzy", 1, 51)),
    "no TOML": (MDBOOK, "[[questions]]\na = ", ("bad_toml", 2, 1)),
    "no questions": (MDBOOK, "a = 1", ("no_questions", 1, 1)),
    "type of a table": (MDBOOK, "\n[[questions]]\ntype = 'Essay'", ("bad_type", 2, 1)),
    "no prompt": (MDBOOK, HEAD, ("missing_table", 1, 1)),
    "no answer": (
        MDBOOK,
        HEAD + "prompt.prompt = 'Q'\nprompt.distractors = ['a']\nanswer.x = 1",
        ("missing_text", 1, 1),
    ),
    "compiles": (
        MDBOOK,
        "[[questions]]\ntype='Tracing'\nprompt.program='x'\nanswer.stdout='1'",
        ("missing_key", 1, 1),
    ),
}


@pytest.mark.parametrize(("form", "source", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_told_with_its_place(
    form: Any, source: str, expected: tuple[str, int, int]
) -> None:
    assert codes_in(form, source) == [expected]


def test_fields_that_nothing_reads_are_losses() -> None:
    parsed = only(JUPYTER, asked("many_choice", RIGHT, WRONG, answer_cols=2))
    assert [loss.code for loss in parsed.losses] == ["field_not_read"]


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=6), st.integers(0, 700), st.integers(0, 20))
def test_broken_files_raise_nothing(junk: bytes, place: int, gone: int) -> None:
    for form, source in ((JUPYTER, asked("many_choice", RIGHT, WRONG)), (MDBOOK, MDBOOK_FILE)):
        data = source.encode()
        for parsed in form.parse(BytesIO(data[:place] + junk + data[place + gone :])):
            assert (parsed.draft is None) == bool(parsed.problems)


@pytest.mark.parametrize(
    "source", ["[" * 100_000, "[" + "1," * 100_000 + "1]", "[[questions]]\n" * 5_000]
)
def test_a_hostile_file_ends_soon(source: str) -> None:
    with soon(2):
        for form in (JUPYTER, MDBOOK):
            form.read(source.encode())
