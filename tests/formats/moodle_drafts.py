"""Drafts of every kind for the formats of Moodle, and what a round trip leaves of them."""

import string
from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from domain.completeness import completeness
from domain.grading import KINDS, StatedValues
from domain.questions import (
    RELEASES,
    TRUTHS,
    AnswerKey,
    Combination,
    Draft,
    Explanation,
    Option,
    Reference,
    Scoring,
)
from formats import FORMATS, Format
from formats.format import Parsed

WORDS = ("a", "x = 1", "{b}", "~c", "#d", ":e", "50% f", "%50% g", "$\\frac{1}{2}$", "`h`", "**i**")
PIECES = (
    *WORDS,
    "->",
    "<b>j</b>",
    "&amp;",
    "]]>",
    "[html] k",
    "é",
    "\\n",
    "\\",
    "// l",
    "A. m",
    "1",
)
TEXT = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map(" ".join)
MARKDOWN = st.lists(TEXT, min_size=1, max_size=3).map("\n\n".join)
LINE = st.text(string.ascii_letters + "é:=~#{}&<>'\"%", min_size=1, max_size=12)
NAME = st.text(string.ascii_lowercase, min_size=1, max_size=8)
# Words that a learner types, so no marks of formats but all of their own.
TYPED = st.lists(st.sampled_from(("a", "B", "=c", "~d", "#e", "{f}", "g*")), min_size=1, max_size=3)
DECIMALS = st.decimals(-999, 999, places=2, allow_nan=False).map(str)


def differing(count: int, least: int) -> st.SearchStrategy[list[str]]:
    """Texts of options that all differ."""
    return st.lists(MARKDOWN, min_size=least, max_size=count, unique_by=lambda one: one.split()[0])


@st.composite
def choices(draw: st.DrawFn, rules: tuple[str, ...]) -> dict[str, Any]:
    """A question with options; ``rules`` are for several right ones."""
    kind = draw(st.sampled_from(["single_choice", "multiple_response", "true_false"]))
    texts = TRUTHS if kind == "true_false" else draw(differing(6, 2))
    feedback = st.none() | MARKDOWN
    options = tuple(Option(text, feedback=draw(feedback)) for text in texts)
    most = len(options) if kind == "multiple_response" else 1
    key = draw(st.sets(st.integers(1, len(options)), min_size=1, max_size=most))
    rule = draw(st.sampled_from(rules)) if kind == "multiple_response" else "all_or_nothing"
    if rule != "all_or_nothing" and len(key) == len(options):
        rule = "net_right"  # with nothing to take points for, the rules are one
    return {"kind": kind, "options": options, "key": AnswerKey(frozenset(key)), "rule": rule}


@st.composite
def weighted(draw: st.DrawFn) -> dict[str, Any]:
    """A question whose options earn shares that Moodle takes and no named rule has."""
    values = draw(st.permutations(["3/4", "1/4", "-1/7", "0"]))
    right = frozenset(place for place, one in enumerate(values, 1) if one in {"3/4", "1/4"})
    options = tuple(Option(text) for text in ("a", "b", "c", "d"))
    stated = StatedValues.read({"options": values})
    return {"options": options, "key": AnswerKey(right), "rule": "weights", "values": stated}


@st.composite
def numbers(draw: st.DrawFn) -> dict[str, Any]:
    stated = {"value": draw(DECIMALS)}
    if draw(st.booleans()):
        stated["tolerance"] = draw(st.sampled_from(["0.1", "2", "0.005"]))
    return {"kind": "numeric", "answer": KINDS["numeric"].stated.read(stated)}


@st.composite
def words(draw: st.DrawFn) -> dict[str, Any]:
    accept: list[Any] = draw(st.lists(TYPED.map(" ".join), min_size=1, max_size=3, unique=True))
    rule = "all_or_nothing"
    if draw(st.booleans()):
        accept, rule = [*accept, {"text": "half", "score": "1/2"}], "best_answer"
    stated: dict[str, Any] = {"accept": accept}
    if draw(st.booleans()):
        stated["patterns"] = ["cell\\ .*", ".*\\-ion"]
    answer = KINDS["short_text"].stated.read(stated)
    return {"kind": "short_text", "answer": answer, "rule": rule}


@st.composite
def pairs(draw: st.DrawFn) -> dict[str, Any]:
    premises = draw(differing(4, 2))
    targets = [f"target {place}" for place in range(len(premises) + draw(st.integers(0, 2)))]
    options = [Option(text) for text in premises] + [Option(one, part="targets") for one in targets]
    stated = {"pairs": list(range(1, len(premises) + 1))}
    answer = KINDS["matching"].stated.read(stated)
    said = {"kind": "matching", "options": tuple(options), "rule": "each_pair"}
    return said | {"answer": answer}


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    options = tuple(map(Option, draw(differing(5, 2))))
    answer = KINDS["ordering"].stated.read({})
    rule = draw(st.sampled_from(["all_or_nothing", "adjacent_pairs", "longest_run"]))
    return {"kind": "ordering", "options": options, "answer": answer, "rule": rule}


@st.composite
def gaps(draw: st.DrawFn) -> dict[str, Any]:
    typed: list[Any] = draw(st.lists(TYPED.map(" ".join), min_size=1, max_size=3, unique=True))
    texts = draw(differing(4, 2))
    blanks = {
        "verb": {"kind": "inline_choice", "key": draw(st.integers(1, len(texts)))},
        "rate": {"kind": "numeric", "value": draw(DECIMALS), "tolerance": "0.5"},
        "word": {"kind": "short_text", "accept": typed, "case": draw(st.booleans())},
    }
    answer = KINDS["cloze"].stated.read({"blanks": blanks})
    options = tuple(Option(text, part="verb") for text in texts)
    said = {"kind": "cloze", "options": options, "answer": answer, "rule": "each_blank"}
    return said | {
        "prompt": "One [[verb]] is, \\[\\[no]], $x_1$ [[rate]]\n\n* [[word]].",
        "points": 3,
    }


@st.composite
def drafts(draw: st.DrawFn, kinds: st.SearchStrategy[dict[str, Any]], rich: bool) -> Draft:
    """A complete draft; ``rich`` ones have points, hints and a wish to be shuffled."""
    said = draw(kinds)
    points = draw(st.sampled_from([1, 2, 5])) if rich else 1
    scoring = Scoring(said.pop("rule", "all_or_nothing"), Fraction(said.pop("points", points)))
    references = (Reference("Rivers", "https://example.org/(r)", "has maps."), Reference("A book"))
    draft = Draft(
        title=draw(LINE),
        prompt=said.pop("prompt", None) or draw(MARKDOWN),
        options=said.pop("options", ()),
        scoring=replace(scoring, values=said.pop("values", None)),
        explanation=Explanation(
            draw(st.just("") | MARKDOWN), draw(st.sampled_from(((), references)))
        ),
        slug=draw(st.none() | NAME),
        external_id=draw(st.none() | st.sampled_from(["ml-0042", "a]b", "x\\y"])),
        tags=tuple(draw(st.lists(NAME, max_size=3, unique=True))),
        hints=tuple(draw(st.lists(MARKDOWN, max_size=2))) if rich else (),
        shuffle=rich and draw(st.booleans()),
        **said,
    )
    return draft


@st.composite
def enriched(draw: st.DrawFn, plain: st.SearchStrategy[Draft]) -> Draft:
    """A draft with what no format of Moodle can say."""
    draft = draw(plain)
    return replace(
        draft,
        language=draw(st.sampled_from(["en", "de"])),
        difficulty=draw(st.none() | st.floats(-3, 3)),
        release=draw(st.sampled_from(RELEASES)),
        options=tuple(replace(one, pinned=draw(st.booleans())) for one in draft.options),
        combinations=draw(st.sampled_from(((), (Combination(frozenset({1}), "No."),)))),
        extra=draw(st.sampled_from(({}, {"source": "book"}))),
    )


def is_complete(draft: Draft) -> bool:
    return completeness(draft) == ()


def read(form: Format, content: bytes) -> Parsed:
    """The one question of a file that was written."""
    book = form.book
    assert book is not None
    (parsed,) = form.read(book.head + content + book.tail)
    return parsed


GIFT, MOODLE_XML, AIKEN = FORMATS["gift"], FORMATS["moodle_xml"], FORMATS["aiken"]
