"""What a plain format leaves out of a draft, told field by field."""

from collections.abc import Iterable, Iterator
from typing import Any

from domain.losses import Loss
from domain.questions import Draft

GONE = "It was left out."
USUAL = Draft("", "", ())


def usual_values(names: Iterable[str]) -> dict[str, Any]:
    """What a draft has in these fields where its author says nothing."""
    return {name: getattr(USUAL, name) for name in names}


def fields_left_out(draft: Draft, names: Iterable[str]) -> Iterator[Loss]:
    """A loss for each of these fields that says something, and for references."""
    for name, usual in usual_values(names).items():
        if getattr(draft, name) != usual:
            yield Loss(f"/{name}", f"{name}_not_carried", f"The question has {name}.", GONE)
    if draft.explanation.references:
        what = "The explanation has references."
        yield Loss("/explanation/references", "references_not_carried", what, GONE)


def marks_left_out(draft: Draft) -> Iterator[Loss]:
    """A loss for ids of options, and for each that keeps its place."""
    if any(option.id for option in draft.options):
        yield Loss("/options", "ids_not_carried", "The options have ids.", "New ones are made.")
    for place, option in enumerate(draft.options, 1):
        if option.pinned:
            path = f"/options/{place}/pinned"
            yield Loss(path, "pin_not_carried", "The option keeps its place.", "It may move.")
