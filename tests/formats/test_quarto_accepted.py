"""What the Quarto reader takes, as a table: a source and what it says."""

from dataclasses import fields
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from domain.grading.numeric import StatedNumber
from domain.questions import Combination, Draft, Reference, ScoreTest, Scoring
from formats import quarto

SAMPLES = Path(__file__).parent / "samples"
OPTIONS = "1. a\n2. b\n3. c\n4. d\n"


def read(source: str, *warnings: str) -> Draft:
    """The draft of a source that has exactly these warnings."""
    (parsed,) = quarto.parse(source.encode())
    assert [problem.code for problem in parsed.problems] == list(warnings)
    assert parsed.draft is not None
    return parsed.draft


def source(body: str, front_matter: str = "") -> str:
    return f'---\ntitle: "T"\n{front_matter}---\n\n{body}'


def with_answer(answer: str, options: str = OPTIONS) -> str:
    return source(f"Stem\n\n{options}\n::: {{.callout-note}}\n## Answer\n\n{answer}\n:::\n")


@pytest.mark.parametrize(
    ("line", "positions"),
    [
        ("2, 3", {2, 3}),
        ("2,3.", {2, 3}),
        ("2 and 3", {2, 3}),
        ("1, 2, and 3", {1, 2, 3}),
        ("2; 3", {2, 3}),
        ("2 & 3", {2, 3}),
        ("2", {2}),
        ("2.", {2}),
        ("  4  ", {4}),
        ("**2, 3**", {2, 3}),
        ("Answer: 2", {2}),
        ("**Correct answers:** 2 and 4", {2, 4}),
        ("The correct answers are 1, 2", {1, 2}),
        ("Options 1 & 2", {1, 2}),
        ("All of the above", {1, 2, 3, 4}),
        ("all of the above.", {1, 2, 3, 4}),
        ("All", {1, 2, 3, 4}),
        ("None of the above", set()),
        ("*None of the above.*", set()),
        ("None", set()),
    ],
)
def test_answer_lines(line: str, positions: set[int]) -> None:
    assert read(with_answer(line)).key.positions == positions


@pytest.mark.parametrize(
    ("options", "line", "positions"),
    [
        ("1. a\n2. None of the above\n", "None of the above", {2}),
        ("1. a\n2. None of the above.\n", "None", set()),
        ("1. a\n2. All of the above\n", "All of the above", {2}),
        ("1. a\n2. All of the above\n", "All", {1, 2}),
        ("5. a\n6. b\n", "6", {2}),
        ("0. a\n1. b\n", "0", {1}),
        ("1. a\n1. b\n1. c\n", "3", {3}),
        ("1) a\n2) b\n", "2", {2}),
    ],
)
def test_answers_that_depend_on_the_options(options: str, line: str, positions: set[int]) -> None:
    assert read(with_answer(line, options)).key.positions == positions


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ("1. a\n2. b\n", ["a", "b"]),
        ("1. a\n\n2. b\n", ["a", "b"]),
        ("1. a\nlazy\n2. b\n", ["a\nlazy", "b"]),
        ("1.  a\n\n    b\n\n2.  c\n", ["a\n\nb", "c"]),
        ("1.\ta\n\n\tb\n2.\tc\n", ["a\n\nb", "c"]),
        ("1. ```\n   1. x\n     :::\n   ```\n2. c\n", ["```\n1. x\n  :::\n```", "c"]),
        ("1. a\n   * b\n     * c\n2. ![](x.png)\n", ["a\n* b\n  * c", "![](x.png)"]),
        ("1. a\n   1. b\n   2. c\n2. d\n", ["a\n1. b\n2. c", "d"]),
        ("1.     code\n2. b\n", ["    code", "b"]),
        ("1.\n   a\n2. b\n", ["a", "b"]),
        (" 9. a\n    b\n10. c\n\n    d\n", ["a\nb", "c\n\nd"]),
        (
            "1. a\n\n   ::: {.callout-tip}\n   2\n   :::\n2. b\n",
            ["a\n\n::: {.callout-tip}\n2\n:::", "b"],
        ),
    ],
)
def test_options(options: str, texts: list[str]) -> None:
    number = options.split(".")[0].strip()
    draft = read(with_answer(number, options))
    assert [option.text for option in draft.options] == texts
    assert draft.key.positions == {1}


@pytest.mark.parametrize(
    "stem",
    [
        "Stem",
        "1. one\n2. two",
        "1) one\n2) two\n\nWhich?",
        "- one\n\n  1. nested",
        "```\n1. a\n2. b\n::: {.callout-note}\n```",
        "~~~~ {.python}\n```\n~~~~",
        "> 1. quoted\n> 2. list",
        "::: {.columns}\n::: {.column}\n1. a\n2. b\n:::\n:::",
        "::: {.callout-tip}\n## Hint\n\n1\n:::\n\nWhich?",
        "Not a div:\n::: {.note}\ntext\n:::",
        "$$\nx = 1. y\n$$",
        "| a | b |\n|---|---|\n| 1. | 2. |",
        "<!--\n1. a\n2. b\n-->",
        "    1. code\n    2. code",
        "Setext\n======\n\n---\n\nafter a rule",
    ],
)
def test_stems_are_kept_as_written(stem: str) -> None:
    mark = ")" if stem.startswith("1. ") else "."
    options = f"1{mark} a\n2{mark} b"
    draft = read(source(f"{stem}\n\n{options}\n\n::: {{.callout-note}}\n2\n:::\n"))
    assert draft.prompt == stem
    assert [option.text for option in draft.options] == ["a", "b"]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        (":::{.callout-note}", ":::"),
        ("::: callout-note", ":::"),
        (":::callout-note", ":::::"),
        ("::: callout-warning :::", ":::"),
        (":::::: {.callout-note}", ":::"),
        ('::: {.callout-important title="Answer" collapse=true}', ":::"),
        ('::: {#answer .wide .callout-caution icon="}"}', "::::"),
        ('::: {.callout-note\n    title="a > b"}', ":::"),
    ],
)
def test_callouts(opening: str, closing: str) -> None:
    inside = "## Heading\n\n2\n\nBecause.\n\n::: {.inner}\n:::\n\n```\n:::\n```\n\n## Not the first"
    draft = read(source(f"Stem\n\n{OPTIONS}\n{opening}\n{inside}\n{closing}\n"))
    assert draft.key.positions == {2}
    assert draft.explanation.text == inside.partition("2\n\n")[2]


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("2", ""),
        ("2\n", ""),
        ("2\nBecause.", "Because."),
        ("2.\nBecause.", "Because."),
        ("2, 3\n---\nBecause.", "---\nBecause."),
        ("Heading\n---\n2\n\nBecause.", "Because."),
        ("2\n\n* a\n* b", "* a\n* b"),
        ("2\n\n<br>", "<br>"),
        ("2\n\n<details>\ntext\n</details>", "<details>\ntext\n</details>"),
        ("2\n\n<!--\n:::\n-->", "<!--\n:::\n-->"),
        ("2\n\n**References**\n\n* ![](a.png)", "**References**\n\n* ![](a.png)"),
        ("2\n\n**References**\n\n* a\n\n  b", "**References**\n\n* a\n\n  b"),
        ("2\n\n**References**\n\n1. a", "**References**\n\n1. a"),
        ("2\n\n**References**\n\n* a\n\nEnd.", "**References**\n\n* a\n\nEnd."),
        ("2\n\n**References**\n\n* a\n\n<!-- -->", "**References**\n\n* a"),
        ('2\n\n**References**\n\n* [a](b "c")', '**References**\n\n* [a](b "c")'),
    ],
)
def test_explanations_without_references(inside: str, text: str) -> None:
    draft = read(source(f"Stem\n\n{OPTIONS}\n::: callout-note\n{inside}\n:::\n"))
    assert (draft.explanation.text, draft.explanation.references) == (text, ())


@pytest.mark.parametrize(
    "heading",
    [
        "**Recommended reading**",
        "**Recommended readings:**",
        "**References**:",
        "__Further reading__",
        "## References",
        "### recommended READING ##",
    ],
)
def test_headings_of_references(heading: str) -> None:
    draft = read(with_answer(f"2\n\nBecause.\n\n{heading}\n* [a](b)"))
    assert draft.explanation.text == "Because."
    assert draft.explanation.references == (Reference("a", "b"),)


@pytest.mark.parametrize(
    ("item", "reference"),
    [
        ('Check ["T"](u) for more.', Reference("T", "u", "for more.", "Check")),
        ("[T](u)", Reference("T", "u")),
        ("[T](u), by Y", Reference("T", "u", ", by Y")),
        ("[T](https://e.org/R_(n_(x)))", Reference("T", "https://e.org/R_(n_(x))")),
        ("[T](<a b>)", Reference("T", "a b")),
        (r"[a \[b\] c](u)", Reference("a [b] c", "u")),
        ("[a [b] c](u)", Reference("a [b] c", "u")),
        ("`x[0](y)` and [T](u)", Reference("T", "u", "", "`x[0](y)` and")),
        ("see [1] [T](u) and [V](w)", Reference("T", "u", "and [V](w)", "see [1]")),
        ("<https://e.org/a>", Reference("https://e.org/a", "https://e.org/a")),
        ("Doe, *Book*, 2016", Reference("Doe, *Book*, 2016")),
        ("wrapped\n  [T](u)\n  lines", Reference("T", "u", "lines", "wrapped")),
    ],
)
def test_references(item: str, reference: Reference) -> None:
    draft = read(with_answer(f"2\n\n**Recommended reading**\n\n* {item}"))
    assert draft.explanation.references == (reference,)
    (again,) = quarto.parse(quarto.render(draft))
    assert again.draft == draft


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("date: 2022-09-21", "date", date(2022, 9, 21)),
        ("date: '2022-09-21'", "date", date(2022, 9, 21)),
        ("date:", "date", None),
        ("kind: single_choice", "kind", "single_choice"),
        ("slug: a-b-1", "slug", "a-b-1"),
        ("external_id: 42", "external_id", "42"),
        ("tags: a, b , a,", "tags", ("a", "b")),
        ("tags: [b, a, b]", "tags", ("b", "a")),
        ("difficulty: 2", "difficulty", 2.0),
        ("difficulty: -1e1", "difficulty", -10.0),
        ("language: no", "language", "no"),
        ("scoring: partial", "scoring", Scoring("partial")),
        ("scoring: {max_points: 0.1}", "scoring", Scoring(max_points=Fraction(1, 10))),
        ("scoring: {rule: r, max_points: 1/3}", "scoring", Scoring("r", Fraction(1, 3))),
        ("release: never", "release", "never"),
        ("shuffle: true", "shuffle", True),
        (
            "x: {a: [1, no, 2020-01-01, 0x10, ~]}",
            "extra",
            {"x": {"a": [1, "no", "2020-01-01", 16, None]}},
        ),
        ("format:\n  html:\n    toc: true", "extra", {"format": {"html": {"toc": True}}}),
        ("x: |\n  two\n  lines", "extra", {"x": "two\nlines\n"}),
    ],
)
def test_front_matter(line: str, name: str, value: Any) -> None:
    draft = read(source(f"Stem\n\n{OPTIONS}\n::: callout-note\n2\n:::\n", f"{line}\n"))
    assert getattr(draft, name) == value
    (again,) = quarto.parse(quarto.render(draft))
    assert again.draft == draft


def test_front_matter_about_options_uses_the_numbers_of_the_file() -> None:
    said = "pin: [6]\nfeedback: {5: Why}\nids: [aaaa, bbbb]\n"
    draft = read(source("Stem\n\n5. a\n6. b\n\n::: callout-note\n6\n:::\n", said))
    assert [option.pinned for option in draft.options] == [False, True]
    assert [option.feedback for option in draft.options] == ["Why", None]
    assert [option.id for option in draft.options] == ["aaaa", "bbbb"]


def test_kind_is_never_inferred() -> None:
    assert read(with_answer("2")).kind == "multiple_response"


@pytest.mark.parametrize(
    ("body", "warnings", "prompt", "explanation"),
    [
        ("S\n1. a\n2. b\n\n::: callout-note\n2\n:::", ["options_glued"], "S", ""),
        ("S\n\n1. a\n2. b\n::: callout-note\n2\n:::", ["callout_glued"], "S", ""),
        (
            "S\n\n1. a\n2. b\n\nEnd\n\n::: callout-note\n2\n:::",
            ["text_after_options"],
            "S\n\nEnd",
            "",
        ),
        ("S\n\n1. a\n2. b\n\n::: callout-note\n2\n:::\n\nEnd", ["text_after_answer"], "S", "End"),
        ("S\n\n1. a\n2. b\n\n::: callout-note\n2\n:::\n:::", ["stray_fence"], "S", ""),
        ("S\n\n1. a\n3. b\n\n::: callout-note\n2\n:::", ["option_numbers"], "S", ""),
    ],
)
def test_warnings_lose_nothing(
    body: str, warnings: list[str], prompt: str, explanation: str
) -> None:
    draft = read(source(body), *warnings)
    assert [option.text for option in draft.options] == ["a", "b"]
    assert (draft.prompt, draft.explanation.text) == (prompt, explanation)


def test_a_time_is_dropped_with_a_warning() -> None:
    body = f"Stem\n\n{OPTIONS}\n::: callout-note\n2\n:::\n"
    assert read(source(body, "date: 2022-09-21T10:00:00Z\n"), "time_dropped").date == date(
        2022, 9, 21
    )


def test_line_ends_and_byte_order_mark_make_no_difference() -> None:
    text = (SAMPLES / "quarto-code-and-images.qmd").read_text(encoding="utf-8")
    expected = read(text)
    assert read("\ufeff" + text.replace("\n", "\r\n")) == expected
    assert read(text.replace("\n", "\r")) == expected


def test_the_sample_with_everything() -> None:
    draft = read((SAMPLES / "quarto-code-and-images.qmd").read_text(encoding="utf-8"))
    assert draft.prompt.endswith("Which of these are right?")
    assert [option.text[:12] for option in draft.options] == [
        "The output w",
        "An image:\n\n!",
        "Both of thes",
        "$o = i$ for ",
    ]
    assert draft.key.positions == {1, 3}
    assert draft.explanation.text.startswith("::: {.columns}")
    assert draft.explanation.text.endswith("2. Then that.")
    assert [reference.title for reference in draft.explanation.references] == [
        "convolution arithmetic",
        "Deep [Learning]",
        "Goodfellow et al., *Deep Learning*, 2016",
    ]
    assert draft.extra == {"categories": ["cnn", "shapes"]}


def test_the_samples_say_something_under_every_key() -> None:
    plain = Draft("", "", ())
    said = {
        one.name
        for sample in SAMPLES.glob("quarto-*")
        for draft in [read(sample.read_text(encoding="utf-8"))]
        for one in fields(Draft)
        if getattr(draft, one.name) != getattr(plain, one.name)
    }
    assert said == {one.name for one in fields(Draft)}


TRUE_FALSE = "---\ntitle: T\nkind: true_false\n---\n\nIs it so?\n{}\n::: callout-note\n{}\n:::\n"


@pytest.mark.parametrize(
    ("listed", "line", "texts", "right"),
    [
        ("", "True", ("True", "False"), 1),
        ("", "false", ("True", "False"), 2),
        ("", "Answer: **True**.", ("True", "False"), 1),
        ("\n1. Wahr\n2. Falsch\n", "2", ("Wahr", "Falsch"), 2),
        ("\n1. True\n2. False\n", "1", ("True", "False"), 1),
    ],
)
def test_true_or_false(listed: str, line: str, texts: tuple[str, ...], right: int) -> None:
    draft = read(TRUE_FALSE.format(listed, line))
    assert tuple(option.text for option in draft.options) == texts
    assert draft.key.positions == {right}
    assert draft.prompt == "Is it so?"


def test_what_is_said_of_options_by_number_follows_the_list() -> None:
    draft = read(
        "---\ntitle: T\ncombinations: [{picked: [7, 8], feedback: F}]\n"
        "tests: [{selected: [8], score: 1/2}]\n---\n\nStem\n\n7. a\n8. b\n\n"
        "::: callout-note\n8\n:::\n"
    )
    assert draft.combinations == (Combination(frozenset({1, 2}), "F"),)
    assert draft.tests == (ScoreTest({"selected": [2]}, Fraction(1, 2)),)


def test_a_kind_without_options_keeps_lists_in_its_stem() -> None:
    draft = read((SAMPLES / "quarto-numeric.qmd").read_text(encoding="utf-8"))
    assert draft.options == ()
    assert draft.prompt.endswith("2. Give a unit.")
    assert draft.explanation.text == "Newton's law gives $G M / r^2$."
    assert draft.answer == StatedNumber.read(
        {
            "value": "9.81",
            "tolerance": "0.01",
            "units": {"m/s^2": 1, "cm/s^2": "1/100", "m/s": None},
        }
    )
    assert draft.tests[0] == ScoreTest({"value": "9.81", "unit": "m/s^2"}, Fraction(1))
