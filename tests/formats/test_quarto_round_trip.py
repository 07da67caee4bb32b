"""A file that is written says the draft, and a draft that is read is written back unchanged."""

import string
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.completeness import completeness
from domain.grading import CHOICE_KINDS, StatedValues
from domain.questions import (
    RELEASES,
    SINGLE_KINDS,
    AnswerKey,
    Combination,
    Draft,
    Explanation,
    Option,
    Reference,
    ScoreTest,
    Scoring,
)
from formats import quarto

ROOT = Path(__file__).parents[2]
SEED = ROOT / "seed" / "content" / "vanishing-gradients.qmd"
SAMPLES = sorted((Path(__file__).parent / "samples").glob("quarto-*"))
DOCUMENTATION = ROOT / "docs" / "formats" / "quarto.md"

BLOCKS = (
    "Plain text.",
    "Two lines\nof **text**.",
    "1. one\n2. two",
    "1) one\n\n2) two",
    "7. seven\n8. eight",
    "* a\n\n  1. b\n  2. c",
    "- a\n- b\n\n      code in a list",
    "```python\n1. x\n:::\n::: {.callout-note}\n```",
    "~~~\n```\n~~~",
    "    indented code\n\n    2. more",
    "> 1. quoted\n>\n> ::: {.callout-tip}\n> 1\n> :::",
    "::: {.callout-tip}\n## Hint\n\n1, 2\n:::",
    ":::: {.columns}\n::: {.column}\n1. a\n:::\n::::",
    "::: {#fig}\n![](a.png)\n\n```\n:::\n```\n:::",
    "# A heading",
    "Setext\n---",
    "***",
    "$$\nx = \\frac{1}{2}\n$$",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "![An image](a_(b).png){width=50%}",
    "<div class='x'>\n1. html\n</div>",
    "<!--\n1. a\n:::\n-->",
    "**References**",
    "**References**\n\n* [a](b)",
    "* [a](b)",
    "<!-- -->",
    "2, 3",
    "None of the above",
    "{{< video x >}}",
    "[^1]: A note.\n\n    More of it.",
    "\\::: not a div",
    "Trailing spaces  \nafter",
)

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), min_size=1
)
LINES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
MARKDOWN = st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=4).map("\n\n".join)
NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=8)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64)
    | st.floats(-1e30, 1e30)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0\r")),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.text(min_size=1, max_size=9), inside, max_size=3)
    ),
    max_leaves=6,
)
PLAIN = (
    st.text(string.ascii_letters + " .,-'\"*_é", min_size=1)
    .map(str.strip)
    .filter(lambda text: text[:1].isalpha())
)
REFERENCES = st.builds(
    Reference,
    title=st.text(string.ascii_letters + '[]\\"() ', min_size=1),
    url=st.text(string.ascii_letters + "()<>\\&;/:#_* ", min_size=1),
    note=st.just("") | PLAIN,
    lead=st.just("") | PLAIN,
) | st.builds(Reference, title=PLAIN)
POINTS = st.fractions(0, 100, max_denominator=1000).filter(bool)

EXACT = st.fractions(-9, 9, max_denominator=99).map(str)
VALUES = st.fixed_dictionaries(
    {"options": st.lists(EXACT | st.none(), max_size=5)},
    optional={name: EXACT | st.none() for name in ("default", "lower", "upper", "maximum")},
).map(StatedValues.read)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """Questions with nasty but complete markdown in every part."""
    texts = draw(st.lists(MARKDOWN, min_size=2, max_size=5, unique=True))
    feedback = st.none() | LINES
    options = [Option(text, None, draw(feedback), draw(st.booleans())) for text in texts]
    if draw(st.booleans()):
        options = [replace(one, id="aaa" + "bcdefg"[n]) for n, one in enumerate(options)]
    kind = draw(st.sampled_from(CHOICE_KINDS))
    least, most = (1, 1) if kind in SINGLE_KINDS else (0, len(options))
    positions = draw(st.sets(st.integers(1, len(options)), min_size=least, max_size=most))
    return Draft(
        title=draw(LINES),
        prompt=draw(MARKDOWN),
        options=tuple(options),
        key=AnswerKey(frozenset(positions)),
        explanation=Explanation(
            draw(st.just("") | MARKDOWN), tuple(draw(st.lists(REFERENCES, max_size=3)))
        ),
        kind=kind,
        slug=draw(st.none() | NAMES),
        external_id=draw(st.none() | LINES),
        date=draw(st.none() | st.dates(min_value=date(1, 1, 1))),
        tags=tuple(draw(st.lists(NAMES, max_size=3, unique=True))),
        difficulty=draw(st.none() | st.floats(-100, 100)),
        language=draw(st.sampled_from(["en", "de-CH", "no"])),
        scoring=Scoring(draw(NAMES), draw(POINTS), draw(st.none() | VALUES)),
        release=draw(st.sampled_from(RELEASES)),
        shuffle=draw(st.booleans()),
        hints=tuple(draw(st.lists(MARKDOWN, max_size=2))),
        combinations=tuple(
            Combination(frozenset(picked), draw(MARKDOWN))
            for picked in draw(st.sets(st.frozensets(st.integers(1, len(options))), max_size=2))
        ),
        tests=tuple(
            ScoreTest({"selected": sorted(picked)}, draw(st.fractions(-9, 9, max_denominator=99)))
            for picked in draw(st.lists(st.sets(st.integers(1, len(options))), max_size=2))
        ),
        oracle_budget=draw(st.none() | st.integers(1, 2**40)),
        extra=draw(st.dictionaries(NAMES.map(lambda name: f"x {name}"), JSON, max_size=3)),
    )


def read(data: bytes) -> Draft:
    (parsed,) = quarto.parse(data)
    assert parsed.draft is not None, parsed.problems
    return parsed.draft


def test_the_seed_file_comes_back_byte_for_byte() -> None:
    data = SEED.read_bytes()
    assert quarto.render(read(data)) == data


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples_survive(path: Path) -> None:
    draft = read(path.read_bytes())
    written = quarto.render(draft)
    assert read(written) == draft
    assert quarto.render(read(written)) == written


@settings(deadline=None, max_examples=200)
@given(drafts())
def test_generated_drafts_survive(draft: Draft) -> None:
    written = quarto.render(draft)
    assert read(written) == draft
    assert quarto.parse(written)[0].problems == ()


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from(BLOCKS), max_size=3),
    st.lists(st.sampled_from((*BLOCKS, ":::", "::: x", "```")), max_size=6),
    st.lists(st.sampled_from((*BLOCKS, ":::", "::: x")), max_size=3),
)
def test_whatever_is_read_survives(stem: list[str], inside: list[str], after: list[str]) -> None:
    parts = [*stem, "1. a\n2. b\n3. c", "::: callout-note\n2, 3", *inside, ":::", *after]
    source = "---\ntitle: T\n---\n\n" + "\n\n".join(parts)
    (parsed,) = quarto.parse(source.encode())
    assert (parsed.draft is None) == any(one.severity == "error" for one in parsed.problems)
    if parsed.draft:
        assert read(quarto.render(parsed.draft)) == parsed.draft


def documented_examples() -> list[str]:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    return [part.partition("````")[0] for part in text.split("````markdown\n")[1:]]


def test_the_documented_examples_are_questions() -> None:
    first, second, *others = map(str.encode, documented_examples())
    assert quarto.render(read(first)) == first
    assert quarto.parse(second)[0].problems == ()
    assert read(second).key.positions == {1, 2}
    for example in others:
        assert quarto.parse(example)[0].problems == ()
        assert completeness(read(example)) == ()


DRAFT = Draft("T", "Stem", (Option("a"), Option("b")), AnswerKey(frozenset({1})))


@pytest.mark.parametrize(
    ("draft", "named"),
    [
        (replace(DRAFT, prompt="```\nnever closed"), "no answer callout"),
        (replace(DRAFT, prompt=" \n"), "no text before the options"),
        (replace(DRAFT, explanation=Explanation("a\n\n:::\n\nb")), "explanation"),
        (replace(DRAFT, options=(Option("a"), Option("a"))), "same as option 1"),
        (replace(DRAFT, key=AnswerKey(frozenset({3}))), "no option's number"),
        (replace(DRAFT, prompt="a\r\nb"), "prompt"),
        (replace(DRAFT, title=" T "), "title"),
        (replace(DRAFT, extra={"kind": "x"}), "extra"),
        (replace(DRAFT, explanation=Explanation("", (Reference("1. a"),))), "explanation"),
    ],
)
def test_what_no_file_can_say_is_an_error_that_names_it(draft: Draft, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        quarto.render(draft)


def test_options_that_begin_with_blanks_and_fractions_of_points_survive() -> None:
    scoring = Scoring("r", Fraction(1, 3))
    draft = replace(DRAFT, options=(Option("    code"), Option(" b")), scoring=scoring)
    assert read(quarto.render(draft)) == draft
