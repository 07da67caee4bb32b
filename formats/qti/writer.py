"""Write a draft as an item of QTI 3, 2.2 or 2.1 that scores every answer as the draft does."""

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TypeGuard

from lxml import etree

from domain.grading import CHOICE_KINDS, Stated
from domain.grading.cloze import StatedBlanks
from domain.grading.numbers import spell_number
from domain.grading.numeric import StatedNumber
from domain.grading.ordering import StatedOrder
from domain.losses import Loss
from domain.questions import Draft, Option, content_hash, document
from formats.format import Rendered, not_expressible
from formats.qti.asking import Asked, ask_choice, ask_match
from formats.qti.build import Version, dress, make, number, setting, variable
from formats.qti.entries import ask_blanks, ask_number, ask_text
from formats.qti.feedback import SHOWN, join_explanation
from formats.qti.losing import unread_feedback, unsaid, unshown
from formats.qti.order_asking import ask_order
from formats.qti.reader import SLUG, UNNAMED
from formats.qti.scoring import ANSWER, HINT
from formats.qti.text import fill
from formats.qti.xml import Element

FEEDBACK = "FEEDBACK"
_ASKED: dict[str, Callable[[Draft], Asked | None]] = {
    **dict.fromkeys(CHOICE_KINDS, ask_choice),
    "ordering": ask_order,
    "matching": ask_match,
    "numeric": ask_number,
    "short_text": ask_text,
    "cloze": ask_blanks,
}


def render(draft: Draft, version: Version) -> Rendered:
    """The item file of a draft, and what it does not say."""
    asked = _ASKED[draft.kind](draft)
    body = make("itemBody", fill(make("div"), draft.prompt))
    if asked is None or not asked.fill_body(body):
        what = "Answers that only patterns accept, or blanks outside of the text."
        return not_expressible(what, "/answer")
    if asked.interaction is not None:
        is_entry = asked.interaction.tag == "textEntryInteraction"
        body.append(make("p", asked.interaction) if is_entry else asked.interaction)
    losses = (*unsaid(draft), *unshown(draft), *asked.losses, *_feedback_losses(draft))
    return Rendered(dress(_item(draft, asked, body, version), version), losses)


def _feedback_losses(draft: Draft) -> tuple[Loss, ...]:
    told = 0 if draft.kind not in CHOICE_KINDS else len(draft.options)
    return tuple(unread_feedback(draft.options[told:], told + 1))


def _item(draft: Draft, asked: Asked, body: Element, version: Version) -> Element:
    names = {"identifier": f"{UNNAMED}{content_hash(draft)[:12]}"}
    if draft.slug:
        names["identifier"] = f"{SLUG}{draft.slug}"
    if draft.external_id:
        names["label"] = draft.external_id
    explanation = join_explanation(draft.explanation)
    feedback = _option_feedback(draft, asked) if draft.kind in CHOICE_KINDS else {}
    return make(
        "assessmentItem",
        *_instructions(draft, asked),
        *asked.declarations,
        *_outcomes(draft, bool(explanation), asked if feedback else None),
        body,
        _processing(asked, bool(feedback), version),
        *(_modal(FEEDBACK, name, text, version) for name, text in feedback.items()),
        *([_modal(SHOWN, "explanation", explanation, version)] if explanation else []),
        **names,
        title=draft.title,
        lang=draft.language,
        adaptive="false",
        timeDependent="false",
    )


def _option_feedback(draft: Draft, asked: Asked) -> dict[str, str]:
    pairs: list[tuple[str, Option]] = list(zip(asked.names, draft.options, strict=True))
    return {name: option.feedback for name, option in pairs if option.feedback is not None}


def _instructions(draft: Draft, asked: Asked) -> list[Element]:
    """Which rule of ours the scoring is, for readers that check it against the scoring."""
    scoring = replace(draft.scoring, rule=asked.rule or draft.scoring.rule)
    made: list[Element] = []
    if scoring.rule != "all_or_nothing" or scoring.max_points != 1:
        said = {"rule": scoring.rule, "max_points": spell_number(scoring.max_points)}
        values = {} if scoring.values is None else {"values": document(scoring.values)}
        made.append(etree.ProcessingInstruction(HINT, json.dumps({**said, **values})))
    if _is_more(draft.answer):
        made.append(etree.ProcessingInstruction(ANSWER, json.dumps(document(draft.answer))))
    return made


def _is_more(answer: Stated | None) -> TypeGuard[Stated]:
    """Whether an answer says more than the rules that score it: swaps, relative margins."""
    if isinstance(answer, StatedOrder):
        return bool(answer.alike)
    numbers = answer.blanks.values() if isinstance(answer, StatedBlanks) else (answer,)
    return any(isinstance(one, StatedNumber) and one.relative is not None for one in numbers)


def _outcomes(draft: Draft, is_explained: bool, told: Asked | None) -> list[Element]:
    made = [
        _outcome("SCORE", "float", number(Fraction(0))),
        _outcome("MAXSCORE", "float", number(draft.scoring.max_points)),
    ]
    if told is not None:
        cardinality = str(told.declarations[0].get("cardinality"))
        made.append(
            make(
                "outcomeDeclaration",
                identifier=FEEDBACK,
                cardinality=cardinality,
                baseType="identifier",
            )
        )
    if is_explained:
        made.append(_outcome(SHOWN, "identifier", "explanation"))
    return made


def _outcome(name: str, kind: str, value: str) -> Element:
    inside = make("defaultValue", make("value", value))
    return make("outcomeDeclaration", inside, identifier=name, cardinality="single", baseType=kind)


def _processing(asked: Asked, is_told: bool, version: Version) -> Element:
    """A template where it suffices: only two of them are known to every engine."""
    if asked.template is not None and not is_told:
        return make("responseProcessing", template=version.templates.format(asked.template))
    told = [setting(variable("RESPONSE"), FEEDBACK)] if is_told else []
    return make("responseProcessing", *asked.rules, *told)


def _modal(outcome: str, name: str, text: str, version: Version) -> Element:
    attributes = {"outcomeIdentifier": outcome, "identifier": name, "showHide": "show"}
    if not version.is_hyphened:
        return fill(make("modalFeedback", **attributes), text)
    return make("modalFeedback", fill(make("contentBody"), text), **attributes)
