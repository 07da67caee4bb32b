"""Each check of the lint: what it tells, and what it must not."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from domain.lint import CHECKS, lint
from domain.questions import AnswerKey, Draft, Option
from tests.factories import DRAFT

PAGE = Path(__file__).parents[2] / "docs" / "lint.md"
LONG = "It is the loss of gradients in the many layers of a deep network"


def options(*texts: str, right: int = 1, pinned: bool = False) -> Draft:
    last = Option(texts[-1], pinned=pinned)
    return replace(
        DRAFT,
        options=(*map(Option, texts[:-1]), last),
        key=AnswerKey(frozenset({right})),
        kind="single_choice",
    )


def stem(text: str) -> Draft:
    return replace(DRAFT, prompt=text)


TOLD = {
    "no_right_option": [replace(DRAFT, key=AnswerKey(frozenset()))],
    "telling_length": [options(LONG, "It rises", "It falls")],
    "names_others": [
        options("One", "Two", "All of the above"),
        options("One", "Two", "None of these."),
        options("Eins", "Zwei", "Keine der genannten Antworten"),
        options("Un", "Deux", "Aucune de ces réponses"),
        options("Uno", "Dos", "Todas las anteriores"),
    ],
    "missing_alt": [
        stem("Look: ![](https://example.org/a.png)"),
        stem('Look: <img src="https://example.org/a.png">'),
        stem('Look: <img src="https://example.org/a.png" alt="">'),
    ],
    "relative_picture": [
        stem("![a plot](images/a.png)"),
        stem('<img alt="a" src="a.png">'),
        stem("![a plot][plot]\n\n[plot]: images/a.png"),
        stem(f"![a plot](media/{'ab' * 31}.png)"),
    ],
    "broken_math": [
        stem("Solve $$x^2 = 4."),
        stem("Solve $\\frac{1}{2$ soon."),
        stem("Solve $$\\begin{cases} x \\end{matrix}$$"),
        stem("Solve $\\left( x$ now."),
        stem("Solve $x}$ now."),
    ],
}
QUIET = [
    DRAFT,
    options("It falls in the many layers", "It rises in all of the layers"),
    options(LONG, LONG[:-8], "It rises", right=1),
    options("It", LONG, "It rises", right=1),
    options("One", "Two", "All of the above", pinned=True),
    options("All of the above layers of the network that are named stay as they were", LONG),
    stem("Write `![](a.png)`:\n\n```html\n<img src='a.png'>\n```"),
    stem("![a plot](https://example.org/a.png) and <img alt='a' src='data:image/png;base64,x'>"),
    stem(f"![a plot](media/{'ab' * 32}.png) and ![one](/v1/media/{'cd' * 32}.svg)"),
    stem("It costs $5 or $6, and $x^{2}$ is \\$3."),
    stem("$$\\begin{cases} \\left\\{ x \\right. \\end{cases}$$ and $\\{1, 2\\}$"),
    stem("[a link](page.html)"),
]


@pytest.mark.parametrize("code", TOLD)
def test_a_fault_is_told(code: str) -> None:
    for draft in TOLD[code]:
        (found,) = lint(draft)
        assert (found.code, found.severity) == (code, "warning")
        assert found.hint


@pytest.mark.parametrize("draft", QUIET)
def test_what_is_sound_is_not(draft: Draft) -> None:
    assert [*lint(draft)] == []


def test_the_page_has_a_row_for_each_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE)
    assert rows == [*TOLD]
    assert len(TOLD) == len(CHECKS)
