"""Questions of every kind under every release setting, whose secrets are canaries."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from domain.grading import KINDS, StatedValues
from domain.questions import KINDS as KINDS_OF_QUESTION
from domain.questions import (
    TRUTHS,
    AnswerKey,
    Combination,
    Draft,
    Explanation,
    Option,
    Reference,
    Release,
    ScoreTest,
    Scoring,
)
from tests.torture.leaks.canaries import Canaries

Changes = dict[str, Any]
PLACES = ("Rhine", "Danube", "Elbe", "Tagus")


def slug_of(kind: str, release: str) -> str:
    """The slug of the question of that kind under that setting."""
    return f"{kind}-{release}".replace("_", "-")


ASKED: Mapping[Release, tuple[str, ...]] = {
    "never": KINDS_OF_QUESTION,
    "score_only": ("multiple_response", "single_choice", "short_text", "matching"),
    "after_submission": ("multiple_response", "single_choice", "true_false", "ordering", "cloze"),
}


def contents(canaries: Canaries) -> list[Draft]:
    """A question of each kind that tells nothing, and of some under each other setting."""
    return [content(canaries, kind, release) for release, kinds in ASKED.items() for kind in kinds]


def content(canaries: Canaries, kind: str, release: Release, slug: str = "") -> Draft:
    """A question of that kind, all of whose secrets are new canaries."""
    slug = slug or slug_of(kind, release)
    plain = Draft(
        slug=slug,
        title=f"The {kind} that is {release}",
        prompt="What of these reaches the **sea**?",
        options=(),
        kind=kind,
        release=release,
        tags=("water", kind),
        explanation=_explanation(canaries, slug),
        hints=(canaries.text("hint 1", slug), canaries.text("hint 2", slug)),
        extra={"note": canaries.text("extra", slug)},
    )
    return replace(plain, **OF_KIND[kind](canaries, slug, release))


def _explanation(canaries: Canaries, slug: str) -> Explanation:
    reference = Reference(
        canaries.text("reference", slug),
        f"https://example.org/{canaries.word('reference', slug)}",
        canaries.text("reference", slug),
        canaries.text("reference", slug),
    )
    return Explanation(canaries.text("explanation", slug), (reference,))


def _choice(canaries: Canaries, slug: str, _: str) -> Changes:
    options = tuple(Option(f"The {name}", None, canaries.text("feedback", slug)) for name in PLACES)
    return {
        "options": options,
        "key": AnswerKey(frozenset({2})),
        "combinations": (Combination(frozenset({3}), canaries.text("combination", slug)),),
        "tests": (ScoreTest({"selected": [2]}, Fraction(1)),),
    }


def _several(canaries: Canaries, slug: str, release: str) -> Changes:
    told = {**_choice(canaries, slug, release), "key": AnswerKey(frozenset({1, 3})), "tests": ()}
    if release != "never":
        return {**told, "scoring": Scoring("net_right"), "shuffle": release == "score_only"}
    worth = [f"0.{canaries.number('option values', slug)}" for _ in PLACES]
    values = StatedValues.read({"options": worth})
    budget = canaries.number("oracle budget", slug)
    return {**told, "scoring": Scoring("weights", values=values), "oracle_budget": budget}


def _truth(canaries: Canaries, slug: str, _: str) -> Changes:
    options = tuple(Option(text, None, canaries.text("feedback", slug)) for text in TRUTHS)
    return {"options": options, "key": AnswerKey(frozenset({2}))}


def _number(canaries: Canaries, slug: str, _: str) -> Changes:
    value = canaries.number("answer", slug)
    said = {"value": value, "tolerance": canaries.number("answer", slug) - value + 10**8,
            "units": {"m": 1, "kg": None}}  # fmt: skip
    right = {"value": str(value), "unit": "m"}
    return {**_states("numeric", said), "tests": (ScoreTest(right, Fraction(1)),)}


def _text(canaries: Canaries, slug: str, _: str) -> Changes:
    half = {"text": canaries.text("answer", slug), "score": "1/2"}
    said = {"accept": [canaries.text("answer", slug), half],
            "patterns": [canaries.word("answer", slug) + "x*"]}  # fmt: skip
    return {**_states("short_text", said), "scoring": Scoring("best_answer")}


def _order(_: Canaries, __: str, ___: str) -> Changes:
    options = tuple(map(Option, PLACES))
    return {**_states("ordering", {}), "options": options, "scoring": Scoring("adjacent_pairs")}


def _pairs(_: Canaries, __: str, ___: str) -> Changes:
    targets = (Option(f"To the {sea} Sea", part="targets") for sea in ("North", "Black", "Red"))
    premises = map(Option, PLACES[:3])
    said = _states("matching", {"pairs": [1, 2, None]})
    return {**said, "options": (*premises, *targets), "scoring": Scoring("each_pair")}


def _blanks(canaries: Canaries, slug: str, _: str) -> Changes:
    blanks = {
        "rate": {"kind": "numeric", "value": canaries.number("answer", slug), "units": {"m": 1}},
        "verb": {"kind": "inline_choice", "key": 2},
        "noun": {"kind": "short_text", "accept": [canaries.text("answer", slug)]},
    }
    return {
        **_states("cloze", {"blanks": blanks}),
        "prompt": "At [[rate]] a [[noun]] [[verb]].",
        "options": tuple(Option(text, part="verb") for text in ("rises", "falls")),
        "scoring": Scoring("each_blank"),
    }


def _states(kind: str, said: Mapping[str, Any]) -> Changes:
    return {"answer": KINDS[kind].stated.read(said)}


OF_KIND: Mapping[str, Callable[[Canaries, str, str], Changes]] = {
    "multiple_response": _several,
    "single_choice": _choice,
    "true_false": _truth,
    "numeric": _number,
    "short_text": _text,
    "ordering": _order,
    "matching": _pairs,
    "cloze": _blanks,
}


def answers_to(draft: Draft, ids: tuple[str, ...]) -> list[dict[str, Any]]:
    """Bodies that a question of a kind takes, right, wrong and empty ones."""
    if draft.kind not in KINDS:
        picks: list[list[str]] = [[], *([id_] for id_ in ids)]
        picks += [list(ids[:2]), list(ids)] if draft.kind == "multiple_response" else []
        return [{"selected": pick} for pick in picks]
    parts: dict[str, list[str]] = {}
    for option, id_ in zip(draft.options, ids, strict=True):
        parts.setdefault(option.part, []).append(id_)
    return [{"response": said} for said in _RESPONSES[draft.kind](parts)]


_RESPONSES: Mapping[str, Callable[[dict[str, list[str]]], list[dict[str, Any]]]] = {
    "numeric": lambda _: [{"value": "1", "unit": "m"}, {"value": "2e9", "unit": "kg"}],
    "short_text": lambda _: [{"text": "a word"}, {"text": ""}],
    "ordering": lambda parts: [{"order": parts[""]}, {"order": parts[""][::-1]}],
    "matching": lambda parts: [
        {"pairs": {}},
        {"pairs": dict.fromkeys(parts[""], parts["targets"][0])},
    ],
    "cloze": lambda parts: [
        {"blanks": {}},
        *({"blanks": {"verb": {"selected": [id_]}}} for id_ in parts["verb"]),
    ],
}
