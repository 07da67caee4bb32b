"""Static exercises of R/exams come and go; what would need R is refused."""

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.completeness import completeness
from domain.grading import KINDS
from domain.questions import Draft, Explanation, Option
from formats import FORMATS, find_format
from tests.cpu import soon
from tests.formats.quiz_drafts import codes_in, draft_in, drafts, only, without_losses

REXAMS = FORMATS["rexams"]
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "formats" / "rexams.md").read_text()
CHOICE, NUMBER = (part.partition("````")[0] for part in PAGE.split("````markdown\n")[1:])
WORDS = st.text("abc =*-#.é", min_size=1, max_size=12).map(str.strip).filter(bool)
BLOCKS = st.sampled_from(
    ["Text.", "Two\nlines.", "```py\n# x\nSolution\n===\n```", "* a\n* b", "Question", "exname: x"]
)
TEXTS = WORDS | st.lists(BLOCKS, min_size=1, max_size=3).map("\n\n".join)


def test_the_documented_examples_are_questions() -> None:
    first, second = draft_in(REXAMS, CHOICE), draft_in(REXAMS, NUMBER)
    assert REXAMS.render(first).content == CHOICE.encode()
    assert (first.slug, first.kind, sorted(first.key.positions)) == (
        "vanishing-gradients",
        "multiple_response",
        [2, 3],
    )
    assert first.options[1] == Option("Use ReLU instead of sigmoid.", None, "True.")
    assert second.answer == KINDS["numeric"].stated.read({"value": "9.81", "tolerance": "0.01"})
    assert second.scoring.max_points == 2
    assert completeness(first) == completeness(second) == ()


KINDS_CARRIED = ("single_choice", "multiple_response", "true_false", "numeric", "short_text")


@settings(deadline=None, max_examples=120)
@given(drafts(kinds=KINDS_CARRIED, texts=TEXTS))
def test_what_is_not_lost_comes_back(draft: Draft) -> None:
    rendered = REXAMS.render(draft)
    if rendered.content is None:
        assert [loss.code for loss in rendered.losses] == ["not_expressible"]
    else:
        assert draft_in(REXAMS, rendered.content) == without_losses(draft, rendered.losses)


@settings(deadline=None, max_examples=60)
@given(drafts(kinds=("single_choice", "multiple_response"), texts=st.text("abc .é", min_size=1)))
def test_plain_words_are_always_written(draft: Draft) -> None:
    words = [draft.title, draft.prompt, draft.explanation.text]
    words += [text for one in draft.options for text in (one.text, one.feedback or "")]
    rendered = REXAMS.render(draft)
    assert (rendered.content is not None) or any(text != text.strip() for text in words)


def changed(old: str, new: str, source: str = CHOICE) -> str:
    assert old in source
    return source.replace(old, new, 1)


REFUSED = {
    "chunk": ("```{r data, echo = FALSE}\nx <- 1\n```\n\n" + CHOICE, ("dynamic", 1, 1)),
    "inline": (changed("Which", "Is `r x` it, which"), ("dynamic", 3, 4)),
    "cloze": (changed("mchoice", "cloze"), ("bad_extype", 25, 1)),
    "no type": (changed("extype: mchoice\n", ""), ("bad_extype", 1, 1)),
    "no key": (changed("exsolution: 011\n", ""), ("missing_key", 1, 1)),
    "short key": (changed("011", "01"), ("bad_solution", 26, 1)),
    "key in words": (changed("011", "B"), ("bad_solution", 26, 1)),
    "two for one": (changed("mchoice", "schoice"), ("single_choice_key", 26, 1)),
    "number": (changed("9.81", "9,81", NUMBER), ("bad_number", 9, 1)),
    "tolerance": (changed("0.01", "-1", NUMBER), ("bad_solution", 9, 1)),
    "points": (changed("expoints: 2", "expoints: many", NUMBER), ("bad_number", 11, 1)),
    "shuffle": (changed("TRUE", "maybe"), ("bad_shuffle", 27, 1)),
    "answers": (changed("* True.\n", ""), ("wrong_number_of_answers", 17, 1)),
    "no options": (changed("Answerlist\n----------\n* Use", "* Use"), ("no_options", 3, 1)),
    "no item": (changed("----------\n", "----------\nText.\n"), ("no_item", 7, 1)),
    "no question": (
        changed("How fast is it after a second, in m/s?", "", NUMBER),
        ("empty_stem", 3, 1),
    ),
    "twice": (CHOICE + "\nQuestion\n========\n", ("section_twice", 29, 1)),
    "meta twice": (CHOICE + "exname: x\n", ("meta_twice", 28, 1)),
    "meta": (CHOICE + "what is this\n", ("bad_meta", 28, 1)),
    "bytes": (b"Question\n\xff", ("not_utf8", 2, 1)),
}


@pytest.mark.parametrize(("source", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_told_with_its_place(
    source: str | bytes, expected: tuple[str, int, int]
) -> None:
    assert codes_in(REXAMS, source) == [expected]


def test_what_is_dropped_is_told() -> None:
    source = "Intro.\n\n" + changed("TRUE", "2\nexsection: optimization")
    parsed = only(REXAMS, source)
    assert {loss.code for loss in parsed.losses} == {
        "meta_not_read",
        "subset_not_drawn",
        "preamble_not_read",
    }


def test_code_is_no_structure() -> None:
    stem = "Which?\n\n```\nSolution\n========\n```"
    draft = draft_in(REXAMS, changed("Which of these help the network learn?", stem))
    assert draft.prompt == stem
    assert draft.explanation == Explanation("ReLU is less likely to saturate.")


def test_auto_finds_it() -> None:
    assert find_format("auto", "a.Rmd", CHOICE.encode()) is REXAMS
    assert find_format("auto", "a.md", NUMBER.encode()) is REXAMS


@pytest.mark.parametrize(
    "source", ["Question\n===\n" * 20_000, "* a\n" * 40_000, "ex" * 1_000_000, "`r" * 900_000]
)
def test_a_hostile_file_ends_soon(source: str) -> None:
    with soon(2):
        REXAMS.read((CHOICE + source).encode())
        REXAMS.read((source + CHOICE).encode())


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=8), st.integers(0, 600), st.integers(0, 40))
def test_broken_exercises_raise_nothing(junk: bytes, place: int, gone: int) -> None:
    data = CHOICE.encode()
    for parsed in REXAMS.parse(BytesIO(data[:place] + junk + data[place + gone :])):
        assert (parsed.draft is None) == bool(parsed.problems)
