"""JSON Lines carry every field of every kind, and tell each bad line while the others go on."""

import json
import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from domain.completeness import completeness
from domain.questions import AnswerKey, Draft, Option
from formats import FORMATS, find_format
from formats.jsonl import json_schema
from formats.jsonl.reader import LONGEST_LINE
from formats.jsonl.schema import QuestionLine
from tests.formats.quiz_drafts import book, codes_in, draft_in, drafts, only

ROOT = Path(__file__).parents[2]
JSONL = FORMATS["jsonl"]
SCHEMA = Draft202012Validator(json_schema())
LINE = {
    "title": "T",
    "prompt": "P",
    "options": [{"text": "a"}, {"text": "b", "feedback": "F"}],
    "key": [2],
}


def line(**said: object) -> str:
    return json.dumps({**LINE, **said})


@settings(deadline=None, max_examples=150)
@given(st.lists(drafts(), min_size=1, max_size=3))
def test_every_field_of_every_kind_survives(made: list[Draft]) -> None:
    data, told = book(JSONL, *made)
    assert all(one.is_in and not one.losses for one in told), told
    assert [parsed.draft for parsed in JSONL.read(data)] == made
    for each in data.decode().removesuffix("\n").split("\n"):
        SCHEMA.validate(json.loads(each))


def test_the_schema_is_a_schema_that_refuses_what_the_reader_refuses() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert SCHEMA.is_valid(LINE)
    assert not SCHEMA.is_valid({**LINE, "promt": "x"})
    assert not SCHEMA.is_valid({"title": "T", "prompt": "P"})
    assert not SCHEMA.is_valid({"title": "T", "prompt": "P", "kind": "numeric"})
    numeric = {"title": "T", "prompt": "P", "kind": "numeric", "answer": {"valu": 1}}
    assert not SCHEMA.is_valid(numeric)


def test_the_documented_examples_are_questions() -> None:
    page = (ROOT / "docs" / "formats" / "jsonl.md").read_text()
    examples = [part.partition("```")[0] for part in page.split("```json\n")[1:]]
    assert len(examples) == 2
    for parsed in JSONL.read("".join(examples).encode()):
        assert parsed.draft is not None, parsed.problems
        assert completeness(parsed.draft) == ()
    for name in QuestionLine.model_fields:
        assert f"| `{name}`" in page


def test_options_are_named_by_place_or_id_and_true_or_false_by_itself() -> None:
    options = [{"text": "a", "id": "aaaa"}, {"text": "b", "id": "bbbb"}]
    assert draft_in(JSONL, line(options=options, key=["bbbb"])).key == AnswerKey(frozenset({2}))
    said = '{"title": "T", "prompt": "P", "kind": "true_false", "key": [1]}'
    assert draft_in(JSONL, said).options == (Option("True"), Option("False"))


# What is refused, its code, and what stands at the place that is told.
REFUSED: dict[str, tuple[str | bytes, str, str]] = {
    "no JSON": ('{"title": oops}', "bad_json", "oops"),
    "list": ("[1]", "not_an_object", "[1]"),
    "twice": ('{"title": "a", "title": "b"}', "bad_json", "{"),
    "NaN": ('{"difficulty": NaN}', "bad_json", "{"),
    "digits": ('{"difficulty": ' + "9" * 5000 + "}", "bad_json", "{"),
    "deep": ('{"extra": ' + '{"a":' * 70 + "1" + "}" * 71, "too_deep", "{"),
    "unknown field": ('{"promt": "P", ' + line()[1:], "unknown_field", '"promt"'),
    "unknown field of an option": (
        line(options=[{"text": "a"}, {"text": "b", "pined": True}]),
        "unknown_field",
        '"pined"',
    ),
    "missing": ('{"title": "T", "key": []}', "missing_field", "{"),
    "kind": (line(kind="single-choice"), "bad_value", '"single-choice"'),
    "type": (line(shuffle="yes"), "bad_value", '"yes"'),
    "date": (line(date=5), "bad_value", "5"),
    "no key": ('{"title": "T", "prompt": "P"}', "missing_key", "{"),
    "key of nothing": (line(key=[3]), "unknown_option", "3]"),
    "key twice": (line(key=[1, 1]), "repeated_option", "1]"),
    "answer not asked": (line(answer={}), "answer_not_asked", "{}"),
    "no answer": ('{"title": "T", "prompt": "P", "kind": "numeric"}', "missing_answer", "{"),
    "wrong answer": (
        '{"title": "T", "prompt": "P", "kind": "numeric", "answer": {"value": "x"}}',
        "bad_value",
        '"x"',
    ),
    "parts": (
        line(options=[{"text": "a", "part": "x"}, {"text": "b"}]),
        "scattered_part",
        '{"text": "b"}',
    ),
    "bytes": (b'{"title": "\xe9"}', "not_utf8", "\xe9"),
}


@pytest.mark.parametrize(("source", "code", "there"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_told_with_its_place(source: str | bytes, code: str, there: str) -> None:
    text = source if isinstance(source, str) else source.decode("latin-1")
    found, number, column = codes_in(JSONL, source)[0]
    assert (found, number) == (code, 1)
    assert text[(column or 0) - 1 :].startswith(there)


def test_unknown_fields_are_told_with_the_nearest_known_one() -> None:
    (problem,) = only(JSONL, '{"promt": 1, ' + line()[1:]).problems
    assert problem.hint == "Did you mean `prompt`?"


def test_a_bad_line_leaves_the_others_alone() -> None:
    long = b"x" * (LONGEST_LINE + 5)
    data = b"\xef\xbb\xbf" + b"\n".join([line().encode(), b"", b"{", long, line().encode()])
    read = JSONL.read(data)
    assert [parsed.draft is not None for parsed in read] == [True, False, False, True]
    assert codes_in(JSONL, data) == [("bad_json", 3, 1), ("line_too_long", 4, 1)]


def test_auto_finds_it() -> None:
    assert find_format("auto", "a.jsonl", line().encode()) is JSONL
    assert find_format("auto", "a.txt", line().encode()) is JSONL
    assert find_format("auto", "a.unknown", b'{"a": 1}') is None


class Endless:
    """A file of many lines that is nowhere in memory."""

    def __init__(self, data: bytes, times: int) -> None:
        self._lines: Iterator[bytes] = (data for _ in range(times))

    def readline(self, _: int) -> bytes:
        return next(self._lines, b"")


def test_memory_stays_flat() -> None:
    endless = cast(BinaryIO, Endless(line().encode() + b"\n", 5_000))
    tracemalloc.start()
    count = sum(1 for _ in JSONL.parse(endless))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 5_000
    assert peak < 1_000_000


def test_what_no_line_can_say_is_a_loss() -> None:
    draft = Draft("T", "P", (Option("a"), Option("b")), extra={"x": float("nan")})
    rendered = JSONL.render(draft)
    assert rendered.content is None
    assert [loss.code for loss in rendered.losses] == ["not_expressible"]


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=60), st.integers(0, 200))
def test_broken_lines_raise_nothing(junk: bytes, place: int) -> None:
    data = line().encode()
    for parsed in JSONL.parse(BytesIO(data[:place] + junk + data[place:])):
        assert (parsed.draft is None) == bool(parsed.problems)
