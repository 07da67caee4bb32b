"""What of a draft no version of QTI carries, told in one place for all of them."""

from collections.abc import Iterator
from dataclasses import fields

from domain.losses import Loss
from domain.questions import Draft, Option
from formats.qti.text import simplifications

LEFT = "It was left out."
_UNSAID = {
    "date": "The date.",
    "tags": "The tags.",
    "difficulty": "The difficulty.",
    "release": "What is released after an answer.",
    "hints": "The hints.",
    "combinations": "Feedback on combinations of options.",
    "tests": "The tests of the scoring.",
    "oracle_budget": "The budget of submissions.",
    "extra": "What the file said beside the question.",
}


def unsaid(draft: Draft) -> Iterator[Loss]:
    """Everything beside texts, options and scoring that is left out."""
    for one in fields(Draft):
        value = getattr(draft, one.name)
        usual = {} if one.name == "extra" else one.default
        if one.name in _UNSAID and value != usual:
            yield Loss(f"/{one.name}", one.name, _UNSAID[one.name], LEFT)
    values = draft.scoring.values
    if values and not draft.key.positions and any((one or 0) > 0 for one in values.options or ()):
        what, instead = "That no option is right.", "Who reads it takes those that earn points."
        yield Loss("/key", "key", what, instead)


def unshown(draft: Draft) -> Iterator[Loss]:
    """Everything in texts that players do not show as it was written."""
    for path, text in _texts(draft):
        for code, what in simplifications(text):
            yield Loss(path, code, f"{what}.", _INSTEAD[code])


_INSTEAD = {
    "math_as_tex": "They stand as TeX between \\( and \\).",
    "option_reference": "The number of the author's order stands there.",
    "markup": "Their words stand there plainly.",
    "picture": "Its address stands there; the file is not in the package.",
}


def _texts(draft: Draft) -> Iterator[tuple[str, str]]:
    yield "/prompt", draft.prompt
    yield "/explanation", draft.explanation.text
    for place, option in enumerate(draft.options, 1):
        yield f"/options/{place}/text", option.text
        yield f"/options/{place}/feedback", option.feedback or ""


def unread_feedback(options: tuple[Option, ...], first: int = 1) -> Iterator[Loss]:
    """The feedback of options for which the format has no place."""
    for place, option in enumerate(options, first):
        if option.feedback is not None:
            yield Loss(f"/options/{place}/feedback", "feedback", "The feedback.", LEFT)
