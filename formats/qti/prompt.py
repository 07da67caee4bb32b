"""What is asked, from the body of an item without its interactions."""

from collections.abc import Mapping

from lxml import etree

from formats.qti.item import Item
from formats.qti.markdown import BLOCKS, escape
from formats.qti.text import read_text, sources
from formats.qti.xml import Element

GAP = "____"
_ASIDE = ("rubricBlock", "stylesheet", "feedbackBlock", "feedbackInline", "template")
LEARNER = "candidate"


def read_prompt(item: Item, blanks: Mapping[Element, str] | None = None) -> str:
    """The stem as markdown; ``blanks`` are the names of what stands in the text.

    The body holds no interactions afterwards.
    """
    prompts = [read_text(one) for one in item.body.iter("prompt")]
    marks = {} if blanks is None else blanks
    for one in list(item.body.iter(*_ASIDE)):
        if not is_for_learners(one):
            _replace(one, "")
    for gap, name in marks.items():
        _replace(gap, f"[[{name}]]")
    for one in item.interactions:
        if one.tag == "gapMatchInteraction":
            _unwrap_gaps(one)
        elif one not in marks:
            _replace(one, GAP if _is_in_text(one) else "")
    text = "\n\n".join(part for part in (_body_text(item.body), *prompts) if part)
    for name in marks.values():
        text = text.replace(escape(f"[[{name}]]"), f"[[{name}]]")
    return text


def is_for_learners(rubric: Element) -> bool:
    """Whether an instruction is for who answers, and not for who scores or teaches alone."""
    return rubric.tag == "rubricBlock" and LEARNER in (rubric.get("view") or "").split()


def _body_text(body: Element) -> str:
    """The markdown of the body; of the one element that keeps it, if nothing else is there."""
    filled = [
        one for one in body.iterchildren(etree.Element) if len(one) or (one.text or "").strip()
    ]
    if len(filled) == 1 and any(True for _ in sources(filled[0])) and not (body.text or "").strip():
        return read_text(filled[0])
    return read_text(body)


def _is_in_text(one: Element) -> bool:
    """Whether words stand beside an interaction."""
    parent = one.getparent()
    if one.tag != "textEntryInteraction" or parent is None or parent.tag not in BLOCKS:
        return False
    before = (
        parent.text
        if one.getprevious() is None
        else "".join(
            [parent.text or "", *(each.tail or "" for each in one.itersiblings(preceding=True))]
        )
    )
    return bool((before or "").strip() or (one.tail or "").strip())


def _unwrap_gaps(one: Element) -> None:
    """Leave the text with the gaps, without the words to put into them."""
    for each in list(one.iterchildren("gapText", "gapImg", "prompt")):
        one.remove(each)
    one.tag = "div"


def _replace(one: Element, text: str) -> None:
    """Put text in the place of an element."""
    parent, before = one.getparent(), one.getprevious()
    if parent is None:
        return
    said = text + (one.tail or "")
    if before is not None:
        before.tail = (before.tail or "") + said
    else:
        parent.text = (parent.text or "") + said
    parent.remove(one)
