"""Markdown quizzes: each dialect as it is found in the wild, and what none of them may guess."""

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.completeness import completeness
from domain.questions import AnswerKey, Draft, Explanation, Option
from formats import FORMATS, find_format
from tests.cpu import soon
from tests.formats.quiz_drafts import (
    book,
    codes_in,
    draft_in,
    drafts,
    only,
    without_losses,
)
from tests.formats.test_markdown_lettered import INTERVIEW

MARKDOWN = FORMATS["markdown"]
ROOT = Path(__file__).parents[2]


def test_task_lists() -> None:
    source = (
        "# A quiz\n\nAbout this.\n\n## Q1. Which is code?\n\n- [ ] a\n- [X] ```py\n  - [ ] b\n"
        "  ```\n\nBecause.\n\n## Two\n\nPick.\n\n1. [x] one\n   > Yes.\n1. [x] two\n\nOr pick?\n"
        "\n* [ ] x\n* [x] y\n"
    )
    first, second, third = (parsed.draft for parsed in MARKDOWN.read(source.encode()))
    assert first is not None
    assert (first.title, first.prompt, first.kind) == (
        "Which is code?",
        "Which is code?",
        "single_choice",
    )
    assert first.options == (Option("a"), Option("```py\n- [ ] b\n```"))
    assert first.explanation == Explanation("Because.")
    assert second is not None
    assert (second.title, second.prompt, second.kind) == ("Two", "Pick.", "multiple_response")
    assert second.options == (Option("one", None, "Yes."), Option("two"))
    assert third is not None
    assert (third.prompt, third.key) == ("Or pick?", AnswerKey(frozenset({2})))


def test_backticks_on_one_line_open_no_code() -> None:
    source = "## Q?\n\n```x```\n\n- [x] a\n- [ ] b\n\n## R?\n\n- [x] c\n- [ ] d\n"
    assert [parsed.draft is None for parsed in MARKDOWN.read(source.encode())] == [False, False]


def test_hints_and_settings_of_quizdown() -> None:
    source = "---\nshuffle: true\n---\n# Is it so?\n> Think.\n\n1. [ ] no\n1. [x] yes\n"
    parsed = only(MARKDOWN, source)
    assert parsed.draft is not None
    assert (parsed.draft.prompt, parsed.draft.hints) == ("Is it so?", ("Think.",))
    assert [loss.code for loss in parsed.losses] == ["settings_not_read"]


LETTERS = "## Q?\n\nA. a\nB. b\n\n"
REFUSED = {
    "nothing ticked": ("## Q?\n\n- [ ] a\n- [ ] b\n", ("missing_key", 3, 1)),
    "broken box": ("## Q?\n\n- [x] a\n- [] b\n- [ ] c", ("bad_mark", 4, 1)),
    "other mark": ("## Q?\n\n- [?] z\n- [x] a\n- [ ] c", ("bad_mark", 3, 1)),
    "no box": ("## Q?\n\n- [x] a\n- b\n- [ ] c", ("no_mark", 4, 1)),
    "one option": ("## Q?\n\n- [x] a\n", ("fewer_than_two_options", 3, 1)),
    "no text": ("## Q?\n\n- [x] a\n- [ ]\n", ("empty_option", 4, 1)),
    "no stem": ("- [x] a\n- [ ] b\n", ("empty_stem", 1, 1)),
    "no answer": (LETTERS, ("missing_key", 1, 1)),
    "answer of nothing": (LETTERS + "Answer: C", ("unknown_option", 6, 1)),
    "answer in a word": (LETTERS + "Answer: BA", ("unclear_answer", 6, 1)),
    "answer in words": (LETTERS + "Answer: A dog", ("unclear_answer", 6, 1)),
    "no letters": (LETTERS + "Answer: none", ("unclear_answer", 6, 1)),
    "twice": (LETTERS + "Answer: A, A", ("repeated_option", 6, 1)),
    "two answers": (LETTERS + "Answer: A\n\nAnswer: B", ("answer_twice", 8, 1)),
    "mask": (LETTERS + "Answer: 0b01", ("unclear_mask", 6, 1)),
    "long mask": (LETTERS + "Answer: 011", ("wrong_mask", 6, 1)),
    "empty mask": (LETTERS + "Answer: 00", ("missing_key", 6, 1)),
    "no options": ("## Q?\n\nText.\n\nAnswer: B", ("no_options", 5, 1)),
    "other alphabet": (
        "## Q?\n\n- أ: a\n- ب: b\n\n<details>\n\n#### د: أ\n</details>\n",
        ("no_options", 1, 1),
    ),
    "open code": ("## Q?\n\n```\n- [x] a\n- [ ] b\n", ("code_not_closed", 3, 1)),
    "bytes": (b"## Q\xff", ("not_utf8", 1, 5)),
    "NUL": ("## Q\n\0", ("nul_character", 2, 1)),
}


@pytest.mark.parametrize(("source", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_told_with_its_place(
    source: str | bytes, expected: tuple[str, int, int]
) -> None:
    assert codes_in(MARKDOWN, source) == [expected]


WORDS = st.text("abc ?*.é", min_size=1, max_size=12).map(str.strip).filter(bool)
BLOCKS = st.sampled_from(
    ["Text.", "Two\nlines.", "```py\n# x\n- [x] y\n```", "* a\n* b", "Answer: B", "> q", "<b>x</b>"]
)
PLAIN = st.text("abc ?é", min_size=1, max_size=12).map(str.strip).filter(bool)
TEXTS = WORDS | st.lists(BLOCKS, min_size=1, max_size=3).map("\n\n".join)


@settings(deadline=None, max_examples=100)
@given(drafts(kinds=("single_choice", "multiple_response", "true_false"), texts=TEXTS))
def test_what_is_not_lost_comes_back(draft: Draft) -> None:
    data, (told,) = book(MARKDOWN, draft)
    if told.is_in:
        assert draft_in(MARKDOWN, data) == without_losses(draft, told.losses)
    else:
        assert [loss.code for loss in told.losses] == ["not_expressible"]


@settings(deadline=None, max_examples=100)
@given(st.lists(drafts(kinds=("single_choice",), texts=PLAIN), min_size=1, max_size=3))
def test_plain_words_are_always_written(made: list[Draft]) -> None:
    data, told = book(MARKDOWN, *made)
    assert all(one.is_in for one in told)
    assert [parsed.draft for parsed in MARKDOWN.read(data)] == [
        without_losses(draft, one.losses) for draft, one in zip(made, told, strict=True)
    ]


SNIFFED = {
    "## Q?\n\n- [x] a\n- [ ] b\n": "markdown",
    INTERVIEW: "markdown",
    "# Just a page\n": "markdown",
    "---\ntitle: T\n---\n\nS\n\n1. a\n2. b\n\n::: callout-note\n1\n:::\n": "quarto",
}


@pytest.mark.parametrize("source", SNIFFED)
def test_auto_tells_quarto_from_a_quiz(source: str) -> None:
    found = find_format("auto", "a.md", source.encode())
    assert found is not None
    assert found.name == SNIFFED[source]


def test_code_between_options_is_theirs_and_code_behind_the_last_explains() -> None:
    code = "```py\n    {}\n```"
    labelled = "\n\n".join(f"- [{mark}] {name}\n\n{code}" for mark, name in (" A", "xB", " C"))
    plain = f"- [ ] one\n- [x] two\n\n{code}\n"
    first, second = (
        parsed.draft
        for parsed in MARKDOWN.read(f"## Q1?\n\n{labelled}\n\n## Q2?\n\n{plain}".encode())
    )
    assert first is not None
    assert second is not None
    assert [option.text for option in first.options] == [f"{name}\n\n{code}" for name in "ABC"]
    assert [option.text for option in second.options] == ["one", "two"]
    assert second.explanation.text == code


def test_items_that_stand_alone_are_labels_of_the_text_behind_them() -> None:
    source = "## Q?\n\nStem.\n\n- [ ] A\n\n1. Do.\n2. Stop.\n\n- [x] B\n\n1. Stop.\n"
    (parsed,) = MARKDOWN.read(source.encode())
    assert parsed.draft is not None
    texts = [option.text for option in parsed.draft.options]
    assert texts == ["A\n\n1. Do.\n2. Stop.", "B\n\n1. Stop."]
    mixed = "## Q?\n\n- [x] A\n\nText.\n\n- [ ] B\n- [x] C\n"
    assert [parsed.draft is None for parsed in MARKDOWN.read(mixed.encode())] == [True, False]


def test_a_heading_that_is_too_long_for_a_title_is_the_stem() -> None:
    heading = "Words " * 100 + "end."
    draft = draft_in(MARKDOWN, f"## {heading}\n\nAs said.\n\n- [x] a\n- [ ] b\n")
    assert (draft.title, draft.prompt) == (heading[:200], f"{heading}\n\nAs said.")


HOSTILE = {
    "brackets": "## Q\n\n" + "- [" * 200_000,
    "items": "## Q?\n\n" + "- [x] a\n" * 50_000,
    "letters": "## Q?\n\n" + "A. a\n" * 50_000,
    "folds": "## Q?\n\n" + "<details>" * 100_000,
    "answers": "## Q?\n\nA. a\nB. b\n\n" + "Answer: A\n" * 50_000,
    "letters in a line": "## Q?\n\nA. a\nB. b\n\nAnswer: " + "A, " * 200_000,
    "blanks": "## Q?\n\nA. a\nB. b\n\nAnswer:" + " " * 500_000 + "x y",
    "headings": "# a\n" * 50_000,
    "heading of hashes": "## " + "#" * 500_000 + " " * 500_000 + "x",
    "stars": "*" * 1_000_000,
    "fences": "## Q\n" + "```\n```\n" * 50_000,
    "rules": "## Q?\n- [x] a\n- [ ] b\n\nx\n" + "---\n\n" * 50_000,
    "bullets": "## Q\n\n" + "- a\nx\n" * 20_000 + "\nAnswer: 01\n",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_ends_soon(source: str) -> None:
    with soon(2):
        MARKDOWN.read(source.encode())


PIECES = st.sampled_from(
    (
        *("## Q?\n", "- [x] a\n", "- [ ] b\n", "A. a\n", "B. b\n", "Answer: A\n", "```\n", "\n"),
        *("<details>\n", "</details>\n", "  > f\n", "text\n", "answer: 01\n", "<!--", "-->\n"),
    )
)


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=14), st.binary(max_size=5))
def test_broken_files_raise_nothing(pieces: list[str], junk: bytes) -> None:
    for parsed in MARKDOWN.parse(BytesIO("".join(pieces).encode() + junk)):
        assert (parsed.draft is None) == bool(parsed.problems)
        if parsed.draft:
            assert parsed.draft.key.positions


def test_the_documented_examples_are_questions() -> None:
    page = (ROOT / "docs" / "formats" / "markdown.md").read_text()
    examples = [part.partition("````")[0] for part in page.split("````markdown\n")[1:]]
    assert len(examples) == 3
    for example in examples:
        for parsed in MARKDOWN.read(example.encode()):
            assert parsed.draft is not None, parsed.problems
            assert completeness(parsed.draft) == ()
