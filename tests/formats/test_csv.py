"""Tables: what is carried comes back exactly, what is not is told, and no cell is a formula."""

import csv
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.completeness import completeness
from domain.questions import AnswerKey, Draft, Option
from formats import FORMATS, find_format
from formats.csv_table.columns import KNOWN
from tests.formats.quiz_drafts import (
    book,
    codes_in,
    draft_in,
    drafts,
    only,
    without_losses,
)

CSV = FORMATS["csv"]
ROOT = Path(__file__).parents[2]
HEAD = "title,kind,prompt,option_1,option_2,key\n"
NASTY = st.text(st.sampled_from("=+-@\t' ,;\"\nab"), min_size=1, max_size=9).filter(
    lambda text: text.strip() and text == text.strip("\n")
)
DRAFT = Draft("T", "P", (Option("a"), Option("b")), AnswerKey(frozenset({1})))


@settings(deadline=None, max_examples=150)
@given(st.lists(drafts() | drafts(texts=NASTY), min_size=1, max_size=3))
def test_what_is_not_lost_comes_back(made: list[Draft]) -> None:
    data, told = book(CSV, *made)
    read = [parsed.draft for parsed in CSV.read(data)] if any(one.is_in for one in told) else []
    expected = [
        without_losses(draft, written.losses)
        for draft, written in zip(made, told, strict=True)
        if written.is_in
    ]
    assert read == expected
    assert all(written.is_in or draft.answer for draft, written in zip(made, told, strict=True))


@settings(deadline=None, max_examples=150)
@given(drafts(texts=NASTY))
def test_no_cell_begins_like_a_formula(draft: Draft) -> None:
    data, _ = book(CSV, draft)
    cells = [cell for row in csv.reader(StringIO(data.decode(), newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


ACCEPTED = {
    "plain": HEAD + "T,single_choice,P,a,b,1\n",
    "letters": HEAD + "T,single_choice,P,a,b,A\n",
    "semicolons": HEAD.replace(",", ";") + "T;single_choice;P;a;b;1\n",
    "tabs": HEAD.replace(",", "\t") + "T\tsingle_choice\tP\ta\tb\t1\n",
    "byte order mark": "\ufeff" + HEAD + "T,single_choice,P,a,b,1",
    "quotes": HEAD + '"T","single_choice","P","a","b","1"\r\n',
    "headings": "Title,Kind,PROMPT,Option 1,option-2,Key\nT,single_choice,P,a,b,1",
    "empty rows": HEAD + ",,,,,\n\nT,single_choice,P,a,b,1",
}


@pytest.mark.parametrize("source", ACCEPTED.values(), ids=ACCEPTED)
def test_dialects(source: str) -> None:
    draft = draft_in(CSV, source)
    assert (draft.title, draft.kind, draft.prompt) == ("T", "single_choice", "P")
    assert (draft.options, draft.key) == (DRAFT.options, DRAFT.key)
    assert find_format("auto", "a.csv", source.encode()) is CSV
    assert find_format("auto", "a.txt", source.encode()) is CSV


def row(**cells: str) -> str:
    said = {"title": "T", "prompt": "P", "option_1": "a", "option_2": "b", "key": "1", **cells}
    return ",".join(said) + "\n" + ",".join(said.values())


REFUSED = {
    "no header": ("a,b\n1,2", ("no_header", 1, 1)),
    "nothing": ("", ("no_header", 1, 1)),
    "near column": (HEAD.replace("key", "keys"), ("unknown_column", 1, 6)),
    "column twice": (HEAD.replace("title", "key"), ("repeated_column", 1, 1)),
    "no key": (row(key=""), ("missing_key", 2, 5)),
    "key of nothing": (row(key="3"), ("unknown_option", 2, 5)),
    "word for a key": (row(key="both"), ("unknown_option", 2, 5)),
    "key twice": (row(key="1;A"), ("repeated_option", 2, 5)),
    "hole": (row(option_1=""), ("empty_option", 2, 3)),
    "feedback": (row(feedback_3="x"), ("no_such_option", 2, 6)),
    "kind": (row(kind="single"), ("bad_kind", 2, 6)),
    "date": (row(date="1.2.2026"), ("bad_date", 2, 6)),
    "day": (row(date="2026-02-30"), ("bad_date", 2, 6)),
    "points": (row(points="two"), ("bad_points", 2, 6)),
    "difficulty": (row(difficulty="nan"), ("bad_difficulty", 2, 6)),
    "shuffle": (row(shuffle="maybe"), ("bad_shuffle", 2, 6)),
    "release": (row(release="always"), ("bad_release", 2, 6)),
    "tags": (row(tags="x" * 101), ("bad_tags", 2, 6)),
    "answer": (row(answer="9"), ("answer_not_asked", 2, 6)),
    "key of a number": (row(kind="numeric", answer="9"), ("key_not_asked", 2, 5)),
    "number": (row(kind="numeric", key="", answer="9.8.1"), ("wrong_answer", 2, 7)),
    "object": (row(kind="cloze", key="", answer="{"), ("wrong_answer", 2, 7)),
    "long row": (row() + ",x", ("too_many_cells", 2, 6)),
    "bytes": (row(title="\xe9").encode("latin-1"), ("not_utf8", 2, 1)),
    "quotes": (HEAD + 'T,single_choice,"P\n', ("bad_csv", 2, 1)),
    "long line": (HEAD + "x" * 5_000_000, ("line_too_long", 2, 1)),
}


@pytest.mark.parametrize(("source", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_told_with_its_place(
    source: str | bytes, expected: tuple[str, int, int]
) -> None:
    assert codes_in(CSV, source) == [expected]


def test_a_bad_row_leaves_the_others_alone() -> None:
    data = HEAD + 'T,single_choice,"P\nQ",a,b,1\nT,x,P,a,b,1\nT,single_choice,P,a,b,none\n'
    assert codes_in(CSV, data) == [("bad_kind", 4, 2)]
    first, _, last = CSV.read(data.encode())
    assert first.draft is not None
    assert first.draft.prompt == "P\nQ"
    assert last.draft is not None
    assert last.draft.key == AnswerKey()


def test_a_column_that_nothing_reads_is_a_loss() -> None:
    parsed = only(CSV, row(remarks="see above"))
    assert [(one.code, "see above" in one.what) for one in parsed.losses] == [
        ("column_not_read", True)
    ]


def test_what_no_row_can_say_is_a_loss() -> None:
    many = Draft("T", "P", tuple(Option(f"o{n}") for n in range(17)))
    for draft in (many, Draft("T", "a\rb", DRAFT.options), Draft(" ", "P", DRAFT.options)):
        rendered = CSV.render(draft)
        assert rendered.content is None
        assert [loss.code for loss in rendered.losses] == ["not_expressible"]


def test_the_documented_examples_are_questions() -> None:
    page = (ROOT / "docs" / "formats" / "csv.md").read_text()
    (example,) = [part.partition("```")[0] for part in page.split("```csv\n")[1:]]
    read = CSV.read(example.encode())
    assert len(read) == 3
    for parsed in read:
        assert parsed.draft is not None, parsed.problems
        assert completeness(parsed.draft) == ()
    for name in KNOWN:
        assert f"`{name.rstrip('0123456789')}" in page


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from(',;"\n\r\tab1=\0{é')), st.binary(max_size=30))
def test_broken_tables_raise_nothing(text: str, junk: bytes) -> None:
    for parsed in CSV.parse(BytesIO(HEAD.encode() + text.encode() + junk)):
        assert (parsed.draft is None) == bool(parsed.problems)
