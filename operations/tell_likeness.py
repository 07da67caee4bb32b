"""Tell of imported questions which others say nearly the same."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from domain.problems import Problem
from models.bulk import in_portions
from models.likeness import PORTION, pairs_of
from operations.import_item import ImportItem

_TOLD = 3  # of the most similar ones


def tell_likeness(session: Session, items: Sequence[ImportItem]) -> tuple[ImportItem, ...]:
    """The same items; what was created or updated has a warning for each question it is like."""
    written = [one.slug for one in items if one.slug and one.outcome in ("created", "updated")]
    like: dict[str, list[tuple[str, float]]] = {}
    for portion in in_portions(written, PORTION):
        for slug, other, similarity in session.execute(pairs_of(portion)):
            like.setdefault(slug, []).append((other, similarity))
    return tuple(
        replace(one, problems=(*one.problems, *map(_warning, found[:_TOLD])))
        if (found := like.get(one.slug or "")) and one.outcome in ("created", "updated")
        else one
        for one in items
    )


def _warning(found: tuple[str, float]) -> Problem:
    slug, similarity = found
    return Problem(
        "near_duplicate",
        f"Stem and options say nearly the same as those of {slug!r}: {similarity:.0%} alike.",
        "Keep one of the two, or make them ask for different things.",
        severity="warning",
    )
