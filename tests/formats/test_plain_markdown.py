"""The fast parser against the slow one and its sanitiser: where it is asked, both say the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.questions import content, texts_in
from formats import AUTO, find_format
from formats.plain_markdown import plain_to_html
from formats.rendering import full_html, to_html
from formats.sanitising import sanitise
from seed.load import CONTENT
from tests.formats.hostile_markup import PAYLOADS

SAMPLES = Path(__file__).parent / "samples"

PLAIN = [
    "A learning rate that is 10 times smaller than now.",
    "42",
    "-3.14",
    "x = 1, y = 2 (see below): why?",
    "*a* **b** _c_ `d*e*` \\*f\\* g_h_i",
    "Größe: 5 % \u2013 „viel“, **groß**, 漢字 🎉",
    "a < b & c > d, \"e\" 'f'",
    "# a\n\nb\n===\n\n---\n\n* c\n* d\n\n  e\n\n1. f\n2) g\n\n> h\n> i",
    "a  \nb\\\nc",
    "$\\alpha = 0$ and $\\frac{a_1}{b'}$, ($x$)",
    "see [*a* `b`](https://example.org/c_d?e=f&g=h#i), and [j] or {option:k3fa}",
    "    code\n    more",
]
BEYOND = [
    *("<b>a</b>", "a<br>b", "<https://x.org>", "<!-- a -->", "&copy;", "&#106;", "|a|\n|-|\n|b|"),
    *("~~a~~", "```python\nx\n```", "~~~\na\n~~~", "``a``", "::: x\na\n:::", "![a](b.png)"),
    *(
        "[a]{.b}",
        "[a](https://x.org){.b}",
        "`a`{.b}",
        "[a](javascript:alert)",
        "[a](b)",
        "[a](/b)",
        "[a][b]\n\n[b]: c",
    ),
    *(
        "[a](https://x.org 'b')",
        "[a](https://x.org/%6a)",
        "[a](HTTPS://x.org)",
        "[a](mailto:b@c.d)",
    ),
    *("$$x$$", "$5 and $6", "2$x$", "$ x $", "US$5", "$x$2", "$a<b$", "${$", "a\tb", "a\rb", "\0"),
    *("a\ud800b", "a\xa0b", "a\u200bb", "*a*“b”", "- - - - a", ">\na", "- a\n-", "1.", "a\\ \nb"),
    *("[[[[[[[[[a", "a `b\nc` d", "a\n    > b", "- $x$ {"),
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_most_texts_are_is_plain(text: str) -> None:
    assert plain_to_html(text) == full_html(text) == to_html(text)


@pytest.mark.parametrize("text", BEYOND)
def test_all_else_is_not(text: str) -> None:
    assert plain_to_html(text) is None


def assert_both_say_the_same(text: str) -> None:
    html = plain_to_html(text)
    if html is not None:
        assert html == full_html(text)
        assert sanitise(html) == html


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("place", ["{}", "- a {} b", "[{}](https://x.org)"])
def test_hostile_markup_is_not_plain_or_harmless(payload: str, place: str) -> None:
    assert_both_say_the_same(place.replace("{}", payload))


LINES = [
    "\n",
    "\n\n",
    "\n---\n",
    "\n===\n",
    "\n***\n",
    "  \n",
    "\\\n",
    "\n> ",
    "\n- ",
    "\n* ",
    "\n+ ",
]
LINES += ["\n  ", "\n    ", "\n1. ", "\n2) ", "\n# ", "\n## ", "\n>", "\n-", "\n   > ", "\n     "]
INLINE = (
    "a b word ä Maß 1 23 0. * ** _ __ *** ` \\ \" ' < > & # { } [ ] ( ) ~ ^ % @ ! . , : ; = + -"
    " „ “ \u2013 € 漢字 🎉 ß\u0308 \u2003 \u200d {option:2} [x] \\* \\[ \\$ \\` \\\\ **b** *it* _a_"
    " `a*b` `$x$` x_i {.b} {b=c} $x$ $a_1$ $\\alpha+b^2$ $f'(x)$ $\\{1\\}$ $\\frac{a}{b_1}$ $ $5 5$"
    " {$ $} https://x.org <b &a; [a](https://x.org) [a*b*](https://x.org/b_c?d=e&f=g#h) ![ ](https://"
)
PIECE = st.sampled_from([*LINES, *INLINE.split(" "), *["  ", " ", " "] * 4]) | st.text(max_size=2)


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECE, max_size=16).map("".join) | st.text())
def test_any_text_that_is_plain_becomes_what_the_slow_way_makes_of_it(text: str) -> None:
    assert_both_say_the_same(text)


def texts(file: Path) -> Iterator[str]:
    """Every text of every question of a file."""
    data = file.read_bytes()
    form = find_format(AUTO, file.name, data)
    for parsed in form.read(data) if form else ():
        if parsed.draft:
            yield from texts_in(content(parsed.draft))


def test_the_questions_that_come_along_look_the_same() -> None:
    found = [text for file in (*SAMPLES.iterdir(), *CONTENT.iterdir()) for text in texts(file)]
    assert len(found) > 100
    for text in found:
        assert_both_say_the_same(text)
    assert sum(plain_to_html(text) is not None for text in found) > len(found) / 2
