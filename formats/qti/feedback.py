"""Feedback of an item as the explanation of a draft, with its readings."""

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
    found = [
        one for one in item.root.iterchildren("modalFeedback") if one.get("identifier") not in names
    ]
    if any(one.get("outcomeIdentifier") != SHOWN for one in found):
        item.lose(
            "/explanation",
            "feedback_condition",
            "Feedback that depends on the answer.",
            "It is told after every answer.",
        )
    texts = dict.fromkeys(read_text(_content(one)) for one in found)
    return split_explanation("\n\n".join(text for text in texts if text))


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
