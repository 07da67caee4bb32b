"""Feedback of an item: on single options, and as the explanation with its readings."""

from collections.abc import Iterator

from domain.questions import Explanation
from formats.qti.item import Item
from formats.qti.text import read_text
from formats.qti.xml import Element, child
from formats.quarto.blocks import read_blocks
from formats.quarto.references import split_references, write_references

SHOWN = "EXPLANATION"  # our outcome, whose first value shows the feedback to everybody


def read_explanation(item: Item) -> Explanation:
    """What is told after answering; feedback on single options is told with them."""
    names = {one.get("identifier") for one in item.body.iter("simpleChoice")}
    found = [one for one in _blocks(item) if one.get("identifier") not in names or _hides(one)]
    if any(one.get("outcomeIdentifier") != SHOWN for one in found):
        item.lose(
            "/explanation",
            "feedback_condition",
            "Feedback that depends on the answer.",
            "It is told after every answer.",
        )
    texts = dict.fromkeys(read_text(_content(one)) for one in found)
    return split_explanation("\n\n".join(text for text in texts if text))


def read_option_feedback(item: Item, choice: Element) -> str | None:
    """What is told whoever picked the option, inside of it or beside the item's body."""
    name = choice.get("identifier")
    inline = [one for one in choice.iter("feedbackInline") if one.get("identifier") == name]
    beside = [one for one in _blocks(item) if one.get("identifier") == name and not _hides(one)]
    texts = [read_text(_content(one)) for one in (*inline, *beside)]
    return "\n\n".join(texts) or None


def _blocks(item: Item) -> Iterator[Element]:
    yield from item.body.iter("feedbackBlock")
    yield from item.root.iterchildren("modalFeedback")


def _hides(feedback: Element) -> bool:
    """Whether it is told unless the outcome is as named."""
    return feedback.get("showHide", "show") != "show"


def _content(feedback: Element) -> Element:
    inside = child(feedback, "contentBody")
    return feedback if inside is None else inside


def split_explanation(text: str) -> Explanation:
    """A text with the list of readings at its end as an explanation."""
    lines = text.split("\n")
    start, references = split_references(read_blocks(lines), lines) if text else (None, ())
    kept = text if start is None else "\n".join(lines[:start])
    return Explanation(kept.strip("\n"), references)


def join_explanation(explanation: Explanation) -> str:
    """What :func:`split_explanation` reads, as far as a text can say it."""
    parts = [explanation.text] if explanation.text else []
    if explanation.references:
        parts.append(write_references(explanation.references))
    return "\n\n".join(parts)
