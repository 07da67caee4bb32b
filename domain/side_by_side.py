"""Two texts beside each other: which words of each the other does not have."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from domain.revisions import Spans, word_difference


class Sides(NamedTuple):
    """The texts of two questions as spans: of ``one`` the words removed in the other, and back."""

    one: tuple[Spans, ...]
    other: tuple[Spans, ...]


def side_by_side(one: Sequence[str], other: Sequence[str]) -> Sides:
    """Stem against stem, and each option against the most similar one that is left.

    Both are a stem and options; each side keeps its own order. Without a partner all is new.

    >>> side_by_side(["Is it?", "yes"], ["Is it?", "no", "yes"]).other[2]
    (Span(change='same', text='yes'),)
    """
    partners = {0: 0} | _partners(one, other)
    back = {j: i for i, j in partners.items()}
    return Sides(
        tuple(one_beside_other(text, _at(other, partners.get(i)))[0] for i, text in enumerate(one)),
        tuple(one_beside_other(_at(one, back.get(j)), text)[1] for j, text in enumerate(other)),
    )


def one_beside_other(one: str, other: str) -> tuple[Spans, Spans]:
    """Two texts, in each of which the words are marked that only it has."""
    spans = word_difference(one, other)
    return _without(spans, "added"), _without(spans, "removed")


def _partners(one: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """Places of options that belong together, the most similar first."""
    ranked = sorted(
        (-_likeness(text, its), i, j)
        for i, text in enumerate(one)
        for j, its in enumerate(other)
        if i and j
    )
    found: dict[int, int] = {}
    for _, i, j in ranked:
        if i not in found and j not in found.values():
            found[i] = j
    return found


def _likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def _at(texts: Sequence[str], place: int | None) -> str:
    return "" if place is None else texts[place]


def _without(spans: Spans, change: str) -> Spans:
    return tuple(span for span in spans if span.change != change)
