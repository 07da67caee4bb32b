"""Complete questions of every kind with nasty texts, and how a book of them is read back."""

import string
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

from hypothesis import strategies as st

from domain.grading import CHOICE_KINDS, KINDS, StatedValues
from domain.losses import Loss
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
from formats import Format, Parsed
from formats.writing import Written, write_file

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=40
).filter(lambda text: text.strip() and text == text.strip("\n"))
NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=8)
EXACT = st.fractions(-9, 9, max_denominator=99).map(str)
VALUES = st.fixed_dictionaries(
    {"options": st.lists(EXACT | st.none(), max_size=5)},
    optional={name: EXACT | st.none() for name in ("default", "lower", "upper", "maximum")},
).map(StatedValues.read)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64) | st.floats(-1e30, 1e30) | TEXTS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXTS, inside, max_size=3),
    max_leaves=6,
)
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "numeric": [
        {"value": "9.81"},
        {"value": "-1/3", "tolerance": "0.01"},
        {"value": 7, "relative": "0.1", "units": {"m": 1, "cm": "1/100", "s": None}},
        {"value": "6.022e23", "significant_figures": 3},
    ],
    "short_text": [
        {"accept": ["colour", "color"]},
        {"accept": ["a", {"text": "b", "score": "0.5"}], "patterns": ["x+"], "case": True},
        {"accept": ["=1+1"], "accents": False, "form": "NFKC"},
    ],
    "ordering": [{}, {"alike": [[1, 2]]}],
    "matching": [{"pairs": [1, 2]}, {"pairs": [2, None]}],
    "cloze": [
        {"blanks": {"rate": {"kind": "numeric", "value": "1.5"}}},
        {"blanks": {"rate": {"kind": "short_text", "accept": ["a"]}}},
        {"blanks": {"rate": {"kind": "inline_choice", "key": 2}}},
    ],
}
PARTS = {"matching": "targets", "cloze": "rate"}


@st.composite
def drafts(
    draw: st.DrawFn,
    kinds: tuple[str, ...] = (*CHOICE_KINDS, *ANSWERS),
    texts: st.SearchStrategy[str] = TEXTS,
) -> Draft:
    """A question with something in every field that its kind has."""
    kind, words = draw(st.sampled_from(kinds)), texts
    draft = Draft(
        title=draw(words),
        prompt=draw(words),
        options=(),
        explanation=Explanation(
            draw(st.just("") | words),
            tuple(
                draw(
                    st.lists(
                        st.builds(Reference, words, st.none() | words, words, words), max_size=2
                    )
                )
            ),
        ),
        kind=kind,
        slug=draw(st.none() | NAMES),
        external_id=draw(st.none() | words),
        date=draw(st.none() | st.dates(min_value=date(1, 1, 1))),
        tags=tuple(draw(st.lists(NAMES, max_size=3, unique=True))),
        difficulty=draw(st.none() | st.floats(-100, 100)),
        language=draw(st.sampled_from(["en", "de-CH", "no"])),
        scoring=Scoring(
            draw(NAMES),
            draw(st.fractions(0, 100, max_denominator=1000).filter(bool)),
            draw(st.none() | VALUES),
        ),
        release=draw(st.sampled_from(RELEASES)),
        shuffle=draw(st.booleans()),
        hints=tuple(draw(st.lists(words, max_size=2))),
        oracle_budget=draw(st.none() | st.integers(1, 2**40)),
        extra=draw(st.dictionaries(NAMES, JSON, max_size=2)),
    )
    return draw(_choices(draft, words) if kind in CHOICE_KINDS else _others(draft, words))


def _options(draw: st.DrawFn, words: st.SearchStrategy[str], most: int) -> tuple[Option, ...]:
    texts = draw(st.lists(words, min_size=2, max_size=most, unique=True))
    feedback = st.none() | words
    options = [Option(text, None, draw(feedback), draw(st.booleans())) for text in texts]
    if draw(st.booleans()):
        options = [replace(one, id="aaa" + "bcdefg"[n]) for n, one in enumerate(options)]
    return tuple(options)


@st.composite
def _choices(draw: st.DrawFn, draft: Draft, words: st.SearchStrategy[str]) -> Draft:
    options = _options(draw, words, 2 if draft.kind == "true_false" else 5)
    places = st.integers(1, len(options))
    least, most = (1, 1) if draft.kind in SINGLE_KINDS else (0, len(options))
    picks = draw(st.sets(st.frozensets(places), max_size=2))
    tests = draw(st.lists(st.tuples(st.sets(places), EXACT), max_size=2))
    return replace(
        draft,
        options=options,
        key=AnswerKey(draw(st.frozensets(places, min_size=least, max_size=most))),
        combinations=tuple(Combination(picked, draw(words)) for picked in picks),
        tests=tuple(
            ScoreTest({"selected": sorted(picked)}, Scoring().max_points * len(score))
            for picked, score in tests
        ),
    )


@st.composite
def _others(draw: st.DrawFn, draft: Draft, words: st.SearchStrategy[str]) -> Draft:
    answer = draw(st.sampled_from(ANSWERS[draft.kind]))
    own = _options(draw, words, 2) if KINDS[draft.kind].has_options else ()
    part = PARTS.get(draft.kind)
    asks = part == "targets" or "inline_choice" in str(answer)
    others = tuple(Option(f"target {n}", part=part or "") for n in (1, 2)) if asks else ()
    options = (*own, *others)
    if any(one.id for one in own):
        options = tuple(replace(one, id="bbb" + "bcdefg"[n]) for n, one in enumerate(options))
    return replace(draft, options=options, answer=KINDS[draft.kind].stated.read(answer))


def book(form: Format, *drafts: Draft) -> tuple[bytes, list[Written]]:
    """The file of these questions, and what became of each."""
    out = BytesIO()
    told = list(write_file(form, drafts, out))
    return out.getvalue(), told


def only(form: Format, source: str | bytes) -> Parsed:
    """The one question of a file."""
    (parsed,) = form.read(source.encode() if isinstance(source, str) else source)
    assert (parsed.draft is None) == any(one.severity == "error" for one in parsed.problems)
    return parsed


def draft_in(form: Format, source: str | bytes) -> Draft:
    """The one question of a file that is fine."""
    parsed = only(form, source)
    assert parsed.draft is not None, parsed.problems
    return parsed.draft


def codes_in(form: Format, source: str | bytes) -> list[tuple[str, int | None, int | None]]:
    """Code and place of every problem of a file."""
    data = source.encode() if isinstance(source, str) else source
    found = [problem for parsed in form.read(data) for problem in parsed.problems]
    assert all(one.message.strip() and one.hint.strip() for one in found)
    return [(one.code, one.line, one.column) for one in found]


def without_losses(draft: Draft, losses: Iterable[Loss]) -> Draft:
    """The draft with the usual value in each place that a loss names, and nothing else changed."""
    for loss in losses:
        draft = _without(draft, loss.path.split("/")[1:])
    return draft


def _without(draft: Draft, path: list[str]) -> Draft:
    match path:
        case ["explanation", "references"]:
            return replace(draft, explanation=Explanation(draft.explanation.text))
        case ["scoring", "values" | "rule"]:
            return replace(draft, scoring=Scoring(max_points=draft.scoring.max_points))
        case ["kind"]:
            is_single = len(draft.key.positions) == 1 or draft.kind == "true_false"
            return replace(draft, kind="single_choice" if is_single else "multiple_response")
        case ["options"]:
            return replace(draft, options=tuple(replace(one, id=None) for one in draft.options))
        case ["options", place, name]:
            options, at = list(draft.options), int(place) - 1
            usually: dict[str, Any] = {name: getattr(Option(""), name)}
            options[at] = replace(options[at], **usually)
            return replace(draft, options=tuple(options))
        case ["tags", place]:
            gone = draft.tags[int(place) - 1]
            return replace(draft, tags=tuple(tag for tag in draft.tags if tag != gone))
        case [name]:
            usual = Draft("", "", ())
            return replace(draft, **{name: getattr(usual, name)})
    raise LookupError(path)
