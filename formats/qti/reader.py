"""Read an item of QTI 2.0 to 3.0.1 into a draft."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from lxml import etree
from pydantic import ValidationError

from domain.grading import CHOICE_KINDS
from domain.grading.cloze import StatedBlanks
from domain.grading.numeric import StatedNumber
from domain.grading.short_text import StatedText
from domain.losses import Loss
from domain.problems import Problem
from domain.questions import AnswerKey, Draft, Explanation, is_slug
from formats.format import Parsed
from formats.qti.blanks import BLANK, read_blanks
from formats.qti.declarations import Declared
from formats.qti.feedback import read_explanation
from formats.qti.interactions import no_answer, read_choice, read_match, read_order
from formats.qti.item import Content, Item, open_item, stated_score
from formats.qti.mathml import to_tex
from formats.qti.media import MEDIA, addresses_of, tell_media, tell_pictures
from formats.qti.probes import (
    Probe,
    choice_probes,
    entry_probes,
    match_probes,
    order_probes,
)
from formats.qti.prompt import is_for_learners, read_prompt
from formats.qti.scoring import by_template, with_scoring
from formats.qti.typed import read_entry
from formats.qti.xml import Element, Refused, read_xml, refused, rename, senseless

SLUG = "q_"  # before a slug that is the item's identifier
UNNAMED = "i_"  # before an identifier that stands for none
Asking = Callable[[Draft], Iterator[Probe]]  # what to ask about an item, once its draft is there
_ROOTS = frozenset({"assessmentItem"})
_INLINE = frozenset({"textEntryInteraction", "inlineChoiceInteraction", "gapMatchInteraction"})


def parse(data: bytes) -> Iterator[Parsed]:
    """The one question of an item file."""
    try:
        root = read_xml(data)
        rename(root)
        yield parse_item(root)
    except Refused as error:
        yield Parsed(None, (error.problem,))
    except RecursionError:
        yield Parsed(None, (Problem("too_deep", "It is nested too deeply.", "Flatten it.", 1, 1),))


def parse_item(root: Element) -> Parsed:
    """The question of an item whose names are already those of QTI 2.x."""
    losses: Sequence[Loss] = ()
    problems: Sequence[Problem] = ()
    try:
        if root.tag not in _ROOTS:
            raise refused(
                "not_an_item",
                f"The file holds `{str(root.tag)[:60]}`, not one item.",
                "Import the files of the items.",
                root,
            )
        item = open_item(root)
        losses, problems = item.losses, item.problems
        pictures = list(addresses_of(root.iter(etree.Element)))  # what is read leaves the tree
        draft = _draft(item)
        tell_pictures(item, draft, pictures)
    except Refused as error:
        return Parsed(None, (*problems, error.problem), tuple(losses))
    except ValidationError as error:
        return Parsed(None, (*problems, senseless(error, root).problem), tuple(losses))
    return Parsed(draft, tuple(problems), tuple(losses))


def _draft(item: Item) -> Draft:
    _tell_unread(item)
    explanation = read_explanation(item)
    score = stated_score(item)
    content, probes = _content(item)
    draft = _named(item, content, explanation)
    if len(item.interactions) == 1:
        known = by_template(item, item.declared(item.interactions[0]), draft)
        if known is not None:
            return replace(draft, scoring=known)
    scored = with_scoring(item, draft, score, list(probes(draft)), content.identifiers)
    _check_key(item, scored)
    return scored


def _check_key(item: Item, draft: Draft) -> None:
    """Refuse to take silence for "none is right" where the scoring does not confirm it."""
    is_guess = any(loss.path == "/scoring" for loss in item.losses)
    if draft.kind in CHOICE_KINDS and not draft.key.positions and is_guess:
        raise no_answer(item.interactions[0])


def _named(item: Item, content: Content, explanation: Explanation) -> Draft:
    root = item.root
    identifier, label = root.get("identifier", ""), root.get("label")
    slug = identifier.removeprefix(SLUG)
    is_ours = identifier.startswith((SLUG, UNNAMED))
    return Draft(
        title=root.get("title") or identifier,
        prompt=content.prompt,
        options=content.options,
        kind=content.kind,
        answer=content.answer,
        shuffle=content.shuffle,
        explanation=explanation,
        language=root.get("lang") or "en",
        slug=slug if identifier.startswith(SLUG) and is_slug(slug) else None,
        external_id=(label if is_ours else identifier) or None,
        key=AnswerKey(content.positions),
    )


def _content(item: Item) -> tuple[Content, Asking]:
    one = item.interactions[0]
    is_entry = one.tag == "textEntryInteraction" and one.get("class") != BLANK
    if len(item.interactions) > 1 or (one.tag in _INLINE and not is_entry):
        return _several(item)
    declared = item.declared(one)
    if is_entry:
        return _entry(item, one, declared)
    content = _READERS[str(one.tag)](item, one)
    content = replace(content, prompt=read_prompt(item))
    return content, lambda _: _asked(content, one, declared)


def _asked(content: Content, one: Element, declared: Declared) -> Iterator[Probe]:
    name = declared.name
    if one.tag == "choiceInteraction":
        return choice_probes(content, name, declared.is_several)
    if one.tag == "orderInteraction":
        return order_probes(content, name)
    first = one.find("simpleMatchSet/simpleAssociableChoice")
    is_swapped = first is not None and first.get("identifier") not in content.identifiers
    return match_probes(content, name, is_swapped)


def _entry(item: Item, one: Element, declared: Declared) -> tuple[Content, Asking]:
    kind, answer = read_entry(item, one)
    assert isinstance(answer, StatedNumber | StatedText)
    content = Content(kind, read_prompt(item), answer=answer)
    return content, lambda _: entry_probes(answer, declared.name)


def _several(item: Item) -> tuple[Content, Asking]:
    if any(one.tag not in _INLINE for one in item.interactions):
        raise refused(
            "several_interactions",
            "The item asks several things at once.",
            "Make an item of each.",
            item.interactions[1],
        )
    blanks = read_blanks(item)
    content = Content(
        "cloze",
        read_prompt(item, blanks.names),
        blanks.options,
        answer=StatedBlanks(blanks=blanks.answers),
    )
    return content, blanks.asking


def _tell_unread(item: Item) -> None:
    """Note what the draft leaves out, wherever it stands in the item."""
    for one in item.root.iter(etree.Element):
        name = str(one.tag)
        if name in MEDIA:
            tell_media(item, (one,))
        elif name == "math" and to_tex(one) is None:
            item.lose("/prompt", "math", "A formula in MathML.", "Its letters are kept.")
        elif name in _UNREAD and not is_for_learners(one):
            item.lose(*_UNREAD[name])
    if item.root.get("adaptive") == "true":
        item.lose("", "adaptive", "The item is adaptive.", "One answer is graded.")


_UNREAD = {
    "rubricBlock": ("/hints", "rubric", "A rubric not meant for learners.", "It was left out."),
    "templateDeclaration": ("", "template", "Values that change.", "They stand as written."),
    "stylesheet": ("/prompt", "style", "A style sheet.", "It was left out."),
}
_READERS = {
    "choiceInteraction": read_choice,
    "orderInteraction": read_order,
    "matchInteraction": read_match,
}
